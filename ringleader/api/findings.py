"""What a detection found: rings, campaigns, identifiers, explanations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer
from ringleader.api.entities import attributions
from ringleader.api.results import Explanation
from ringleader.catalogue import get
from ringleader.errors import NotFound, WrongUsage

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.ring_drawing import RingDrawing


def rings(graph: Graph, *, limit: int | None = None, rejected: bool = False) -> Answer:
    """The rings, the strongest first, with the decisions on them.

    Args:
        graph: An open graph.
        limit: Rings at the most; None for all.
        rejected: Also rings that were rejected since they were found.
    """
    rows = _rows(graph, "list-rings", limit=limit, rejected=rejected)
    on_word = ", ".join(
        f"{row['ring_id']} ({' and '.join(row['named_by'])})" for row in rows if row["named_by"]
    )
    messages = [] if rows else [_why_none(graph)]
    if on_word:
        messages.append(f"on the word of others, without a second kind of evidence: {on_word}")
    return Answer(
        _rounded(rows),
        _columns("list-rings"),
        brief=["ring_id", "size", "score", "families", "links", "opened_last", "review"],
        messages=tuple(messages),
    )


def members(graph: Graph, ring_id: str) -> Answer:
    """The members of a ring, those with the most evidence first.

    Raises:
        NotFound: There is no such ring.
    """
    rows = _rows(graph, "ring-members", ring_id=ring_id)
    if not rows:
        raise _no_ring(ring_id)
    first = rows[0]
    return Answer(
        _rounded(rows),
        _columns("ring-members"),
        brief=["account_id", "score", "status", "created_at"],
        messages=(
            f"{ring_id}: {first['ring_size']} accounts, {first['ring_score']:.1f} bits "
            f"({', '.join(first['families'])}), from {first['run']}",
        ),
    )


def history(graph: Graph, ring_id: str, *, unchanged: bool = False) -> Answer:
    """What happened to a ring, run by run.

    Args:
        graph: An open graph.
        ring_id: The ring.
        unchanged: Runs in which nothing changed, too.

    Raises:
        NotFound: There is no such ring, or its history is deleted.
    """
    rows = _rows(graph, "ring-history", ring_id=ring_id, unchanged=unchanged)
    if not rows:
        raise NotFound(
            f"there is no ring {ring_id!r}, or its history is deleted",
            hint="ringleader rings list",
        )
    return Answer(
        _rounded(rows),
        _columns("ring-history"),
        brief=["at", "event", "other_ring", "overlap", "size", "joined", "left"],
    )


def drawing(graph: Graph, ring_id: str, **limits: int) -> RingDrawing:
    """A picture of a ring: its members and the identifiers that they share.

    Args:
        graph: An open graph.
        ring_id: The ring.
        limits: ``most_members`` and ``most_identifiers``; the caption says what is left out.

    Raises:
        NotFound: There is no such ring.
    """
    from ringleader.ring_drawing import draw

    summary = _rows(graph, "ring-summary", ring_id=ring_id)
    if not summary:
        raise _no_ring(ring_id)
    shared = _rows(graph, "ring-identifiers", ring_id=ring_id, limit=10_000)
    return draw(summary[0], shared, schema=graph.schema, **limits)


def explain(graph: Graph, ring_id: str, *, limit: int | None = None) -> Explanation:
    """The evidence of a ring.

    Args:
        graph: An open graph.
        ring_id: The ring.
        limit: Identifiers with a row of their own; each family's others are summed in one row.

    Raises:
        NotFound: There is no such ring.
    """
    from ringleader.algorithms.explanation.explain import explain as explained
    from ringleader.algorithms.explanation.presentation import evidence_rows, summary_lines

    found = explained(graph, ring_id)
    rows = evidence_rows(found, len(found.items) if limit is None else limit)
    columns = ["family", "evidence", "bits", "so_far", "part", "waterfall", "links", "members"]
    evidence = Answer(
        rows, [*columns, "outside"], brief=["evidence", "bits", "waterfall", "outside"]
    )
    lines = tuple(summary_lines(found))
    return Explanation(ring_id, None, found.score, dict(found.families), lines, evidence)


def explain_member(graph: Graph, ring_id: str, account_id: str) -> Explanation:
    """Why an account is in a ring: the links that tie it to other members.

    Raises:
        NotFound: There is no such ring, or the account is not in it.
    """
    from ringleader.algorithms.explanation.explain import why_member
    from ringleader.algorithms.explanation.presentation import membership_lines

    found = why_member(graph, ring_id, account_id)
    families: dict[str, float] = {}
    for item in found.items:
        families[item.family] = families.get(item.family, 0.0) + item.bits
    return Explanation(
        ring_id,
        account_id,
        found.score,
        dict(sorted(families.items(), key=lambda pair: -pair[1])),
        tuple(membership_lines(found)),
        Answer(_rounded(found.links), ["other_account_id", "bits", "evidence"]),
    )


def campaigns(graph: Graph, *, limit: int | None = None) -> Answer:
    """The campaigns, the largest first."""
    rows = _rows(graph, "list-campaigns", limit=limit)
    said = attributions(graph)
    for row in rows:
        row["attributed_to"] = [_attribution(one) for one in said.get(row["campaign_id"], ())]
    none = "there is no campaign; ringleader detect finds rings and joins them into campaigns"
    return Answer(
        rows,
        [*_columns("list-campaigns"), "attributed_to"],
        brief=[
            "campaign_id",
            "rings",
            "accounts",
            "capabilities",
            "requests",
            "operators",
            "last_seen",
            *(["attributed_to"] if said else []),
        ],
        messages=() if rows else (none,),
    )


def campaign(graph: Graph, campaign_id: str, *, weeks: bool = False, days: bool = False) -> Answer:
    """The rings of a campaign; its messages say what ties them and what they did.

    Args:
        graph: An open graph.
        campaign_id: The campaign.
        weeks: Its accounts week by week instead.
        days: Its requests by day and model instead.

    Raises:
        NotFound: There is no such campaign.
        WrongUsage: Both weeks and days are asked for.
    """
    from ringleader.algorithms.explanation.presentation import campaign_lines, daily_lines

    if weeks and days:
        raise WrongUsage("ask for --weeks or --days, not for both")
    found = _rows(graph, "campaign-summary", campaign_id=campaign_id)
    if not found:
        raise NotFound(f"there is no campaign {campaign_id!r}", hint="ringleader campaigns list")
    daily = _rows(graph, "campaign-days", campaign_id=campaign_id)
    pivots = _rows(graph, "campaign-pivot", campaign_id=campaign_id)
    lines = campaign_lines(found[0]["campaign"]) + daily_lines(daily, next(iter(pivots), None))
    for one in attributions(graph, campaign_id).get(campaign_id, ()):
        lines.append(f"  attributed to {_attribution(one)}: {one['note']}")
    query = "campaign-days" if days else "campaign-weeks" if weeks else "campaign-rings"
    columns = _columns(query)
    return Answer(
        daily if days else _rows(graph, query, campaign_id=campaign_id),
        columns,
        brief=columns if weeks or days else ["ring_id", "size", "score", "families"],
        messages=tuple(lines),
    )


def _attribution(row: Mapping[str, Any]) -> str:
    return f"{row['entity']} (confidence {row['confidence']}, {row['source']})"


def hubs(graph: Graph, *, verdict: str | None = None, limit: int | None = None) -> Answer:
    """The identifiers that rings use, those of most accounts first, with a verdict on each.

    Args:
        graph: An open graph.
        verdict: Only identifiers with this verdict: ``owned`` or ``widely shared``.
        limit: Identifiers at the most.
    """
    from ringleader.algorithms.evidence.hub_verdicts import word_of

    said = None if verdict is None else word_of(verdict)
    rows = _rows(graph, "list-verdicts", verdict=said, limit=limit)
    none = "no identifier has a verdict, since no ring was found; ringleader detect"
    return Answer(
        rows,
        _columns("list-verdicts"),
        brief=["label", "identifier", "verdict", "accounts", "ring", "part"],
        messages=() if rows else (none,),
    )


def hub(graph: Graph, identifier: str) -> Answer:
    """The verdict on an identifier, its reasons, and what analysts pinned.

    Raises:
        NotFound: There is no such identifier.
    """
    from ringleader.algorithms.evidence.hub_verdicts import the_one

    label, _, key = the_one(graph, identifier).partition("|")
    rows = _rows(graph, "show-identifier", identifier=key)
    return Answer([row for row in rows if row["label"] == label], _columns("show-identifier"))


def _rows(graph: Graph, query: str, **params: Any) -> list[dict[str, Any]]:
    stored = get(query)
    if params.get("limit", 0) is None:
        params["limit"] = _ALL
    return graph.read(stored, stored.bind(params))


# More rows than any list has; Cypher's LIMIT takes no null.
_ALL = 2**31 - 1


def _columns(query: str) -> list[str]:
    return [column.name for column in get(query).columns]


def _why_none(graph: Graph) -> str:
    if graph.read(get("current-run")):
        return (
            "there is no ring to show; ringleader query run runs lists what the last detection "
            "found, ringleader review list what was decided"
        )
    return "no detection has run; ringleader detect"


def _no_ring(ring_id: str) -> NotFound:
    return NotFound(f"there is no ring {ring_id!r}", hint="ringleader rings list")


def _rounded(rows: Iterable[Mapping[str, Any]], digits: int = 2) -> list[dict[str, Any]]:
    return [
        {k: round(v, digits) if isinstance(v, float) else v for k, v in row.items()} for row in rows
    ]
