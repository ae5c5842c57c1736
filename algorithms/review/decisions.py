"""Making, listing and carrying over decisions of ``ringleader review``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ringleader.algorithms.review.effects import ACCOUNT, CONFIRMED, REJECTED, RING, VERDICTS
from ringleader.catalogue import get
from ringleader.errors import ChangedMeanwhile, InputError, NotFound
from ringleader.graph import Graph

# Labels as other systems name them; watching is not a decision yet.
LABEL_OF_VERDICT = {CONFIRMED: "fraud", REJECTED: "benign"}
# Of an appeal: open, or how it was answered.
STATES = ("open", "upheld", "granted")
_FIELDS = ("target", "target_kind", "verdict", "ring_id", "decided_at", "decided_by", "note")


def decide(
    graph: Graph,
    targets: Sequence[str],
    verdict: str,
    note: str,
    by: str,
    expected: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Write one decision about each target, with what is known of it now.

    Args:
        graph: An open graph.
        targets: Rings and accounts; all are decided on, or none.
        verdict: One of :data:`ringleader.algorithms.review.effects.VERDICTS`.
        note: Why.
        by: Who decides.
        expected: By target the review_id of the latest decision that ``by`` has seen, or an empty
            text for none. A target that has another by now is refused.

    Returns:
        The decisions.

    Raises:
        ChangedMeanwhile: Somebody else has decided on one of them; nothing is written.
        NotFound: There is no such ring or account.
    """
    now = int(datetime.now(UTC).timestamp() * 1000)
    rows = []
    for target in targets:
        found = graph.write(get("target-of-review"), {"target": target}).rows
        if not found:
            raise NotFound(
                f"there is no ring and no account {target!r}", hint="ringleader rings list"
            )
        # A ring goes before an account of the same name: names of rings are ours.
        known = next((row for row in found if row["target_kind"] == RING), found[0])
        rows.append(
            _row(
                {
                    **known,
                    "target": target,
                    "verdict": verdict,
                    "note": note,
                    "decided_by": by,
                    "decided_at": now,
                }
            )
        )
    seen = expected or {}
    sent = [{**row, "expected": seen.get(row["target"])} for row in rows]
    [written] = graph.write(get("write-decisions"), {"rows": sent}).rows
    if written["stale"]:
        raise _decided_meanwhile(graph, written["stale"])
    return rows


def _decided_meanwhile(graph: Graph, targets: Sequence[str]) -> ChangedMeanwhile:
    rows = graph.read(get("latest-decisions"), {"targets": list(targets)})
    said = [
        f'{row["decided_by"]} on {row["target"]}: {row["verdict"]}, "{row["note"]}"' for row in rows
    ]
    return ChangedMeanwhile(
        "decided meanwhile: " + "; ".join(said), hint="read it, then decide again"
    )


def carry_over(graph: Graph, file: Path) -> int:
    """Write decisions that ``ringleader review list --history --format jsonl`` has listed.

    Their appeals are written too. Decisions that exist already, and appeals that are answered
    here, stay as they are.

    Args:
        graph: An open graph.
        file: One JSON object per line.

    Returns:
        The number of decisions in the file.

    Raises:
        InputError: The file cannot be read, or a line is no decision; nothing is written.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"decisions {file}: {error}") from error
    rows, appeals = [], []
    for number, line in enumerate(lines, start=1):
        try:
            given = json.loads(line)
            at = datetime.fromisoformat(given["decided_at"])
            rows.append(_row({**given, "decided_at": int(at.timestamp() * 1000)}))
            if given["verdict"] not in VERDICTS or given["target_kind"] not in (RING, ACCOUNT):
                raise ValueError("no such verdict or kind of target")
            appeals += [_appeal(rows[-1]["review_id"], one) for one in given.get("appeals") or ()]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"decisions {file}:{number} is no decision: {error}",
                hint="ringleader review list --history --format jsonl --output FILE makes them",
            ) from error
    graph.write(get("write-decisions"), {"rows": rows})
    graph.write(get("write-appeals"), {"rows": appeals})
    return len(rows)


def as_labels(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Decisions as rows of the table ``labels`` of the input contract, one per account.

    Args:
        rows: Rows of the stored query ``list-decisions``.
    """
    return [
        {
            "account_id": account,
            "label": LABEL_OF_VERDICT[row["verdict"]],
            "ring_id": row["ring_id"],
            "decided_at": row["decided_at"],
            "decided_by": row["decided_by"],
        }
        for row in rows
        if row["verdict"] in LABEL_OF_VERDICT
        for account in row["members"]
    ]


def returns_when(row: Mapping[str, Any]) -> str | None:
    """What brings a rejected ring or account back, in words; None for other decisions."""
    if row["verdict"] != REJECTED:
        return None
    seen = f"{len(row['evidence'] or ()):,} identifiers seen then"
    if row["target_kind"] == RING:
        return f"a ring by itself of what they share beyond the {seen}"
    return f"ties to a ring beyond the {seen}"


def _row(given: Mapping[str, Any]) -> dict[str, Any]:
    """A decision as it is written; its id is what it says, so that twice is once."""
    said = "\0".join("" if given[name] is None else str(given[name]) for name in _FIELDS)
    return {
        **{name: given[name] for name in _FIELDS},
        "label": LABEL_OF_VERDICT.get(given["verdict"]),
        "members": list(given["members"]),
        "evidence": list(given["evidence"]),
        "review_id": hashlib.sha256(said.encode()).hexdigest()[:32],
    }


def _appeal(review_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """An appeal as it is written.

    Raises:
        ValueError: It is none; also as TypeError and KeyError.
    """
    names = ("appeal_id", "account_id", "state", "note", "opened_at")
    row = {name: given[name] for name in names}
    row |= {name: given.get(name) for name in ("answer", "closed_at", "closed_by")}
    if row["state"] not in STATES or not all(isinstance(row[name], str) for name in names):
        raise ValueError("no such appeal")
    for name in ("opened_at", "closed_at"):
        if row[name] is not None:
            datetime.fromisoformat(row[name])
    return {**row, "review_id": review_id}
