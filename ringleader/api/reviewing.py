"""Decide on rings, accounts and identifiers; list, carry over and hand out decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer
from ringleader.api.results import Decision
from ringleader.catalogue import get
from ringleader.decisions import listed_decisions
from ringleader.errors import WrongUsage
from ringleader.people import person

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.settings import Settings

# What a person types, and what is stored.
VERDICTS = {
    "confirm": "confirmed",
    "reject": "rejected",
    "watch": "watched",
    "withdraw": "withdrawn",
    "confirmed": "confirmed",
    "rejected": "rejected",
    "watched": "watched",
    "withdrawn": "withdrawn",
}


def decide(
    graph: Graph,
    settings: Settings,
    targets: Sequence[str],
    verdict: str,
    *,
    note: str,
    by: str | None = None,
    expected: Mapping[str, str] | None = None,
) -> tuple[Decision, ...]:
    """Decide on rings and accounts; all targets are decided on, or none.

    Args:
        graph: An open graph.
        settings: Say who decides where ``by`` does not.
        targets: Ids of rings and accounts.
        verdict: A key of :data:`VERDICTS`.
        note: Why.
        by: Who decides.
        expected: By target the id of the latest decision that was seen, or an empty text.

    Raises:
        ChangedMeanwhile: Somebody else has decided on one of them since.
        NotFound: There is no such ring or account.
        WrongUsage: There is no such verdict, or nothing to decide on.
    """
    from ringleader.algorithms.review.decisions import decide as written
    from ringleader.algorithms.review.decisions import returns_when
    from ringleader.api.effects import effects

    if verdict not in VERDICTS:
        raise WrongUsage(
            f"there is no verdict {verdict!r}", hint="confirm, reject, watch or withdraw"
        )
    if not targets:
        raise WrongUsage("there is nothing to decide on", hint="name a ring or an account")
    if not note.strip():
        raise WrongUsage("a decision needs a note that says why")
    who = by or person(settings)
    graph.ensure_schema()
    if VERDICTS[verdict] == VERDICTS["withdraw"]:
        effects(graph, targets, "withdraw")  # refuses what is not decided
    rows = written(graph, list(dict.fromkeys(targets)), VERDICTS[verdict], note, who, expected)
    return tuple(
        Decision(
            row["target"],
            row["target_kind"],
            row["verdict"],
            row["note"],
            row["decided_by"],
            len(row["members"]),
            returns_when(row),
        )
        for row in rows
    )


def decisions(graph: Graph, target: str | None = None, *, history: bool = False) -> Answer:
    """Decisions, the latest first, and what became of each ring and account.

    Args:
        graph: An open graph.
        target: Only those on this ring or account, with the replaced ones.
        history: Include decisions that later ones have replaced.
    """
    from ringleader.algorithms.review.decisions import returns_when

    all_ = history or target is not None
    rows = listed_decisions(graph, target, history=all_)
    listed: list[dict[str, Any]] = [{**row, "returns_when": returns_when(row)} for row in rows]
    none = "there is no decision; ringleader review confirm|reject|watch RING --note …"
    return Answer(
        listed,
        [
            *(column.name for column in get("list-decisions").columns),
            *(["appeals"] if all_ else []),
            "returns_when",
        ],
        brief=["target", "verdict", "decided_at", "decided_by", "note", "standing"],
        messages=() if listed else (none,),
    )


def labels(graph: Graph) -> Answer:
    """Decisions as rows of the table ``labels``, one per account."""
    from ringleader.algorithms.review.decisions import as_labels

    stored = get("list-decisions")
    rows = as_labels(graph.read(stored, stored.bind({})))
    return Answer(rows, ["account_id", "label", "ring_id", "decided_at", "decided_by"])


def import_decisions(graph: Graph, file: Path) -> int:
    """Write the decisions of a file with their appeals; those that exist change nothing.

    Args:
        graph: An open graph.
        file: JSON lines, as ``ringleader review list --history --format jsonl`` writes them.

    Returns:
        The number of decisions in the file.

    Raises:
        InputError: The file cannot be read, or a line is no decision; nothing is written.
    """
    from ringleader.algorithms.review.decisions import carry_over

    graph.ensure_schema()
    return carry_over(graph, file)


def pin(
    graph: Graph, identifier: str, verdict: str | None, *, note: str = "", by: str | None = None
) -> str:
    """Pin a verdict on an identifier, which the next detection honours.

    Args:
        graph: An open graph.
        identifier: Its key.
        verdict: The verdict; None takes back what was pinned.
        note: Why.
        by: Who says so; by default the system's user.

    Returns:
        The identifier, with its label.

    Raises:
        NotFound: There is no such identifier.
        WrongUsage: Several identifiers have this key.
    """
    from ringleader.algorithms.evidence.hub_verdicts import pin as pinned

    if verdict is None:
        return pinned(graph, identifier, None, "", "")
    graph.ensure_schema()
    return pinned(graph, identifier, verdict, note, by or person(graph.settings))
