"""What became of rings and campaigns since a run or a date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer
from ringleader.catalogue import get
from ringleader.errors import NotFound, WrongUsage

if TYPE_CHECKING:
    from ringleader.graph import Graph

NEWCOMERS = "newcomers"
# What the check says of an account that lives on what a ring uses.
NEAR_CODES = ("joins", "near")
_ALL = 2**31 - 1  # more rows than any list has; Cypher's LIMIT takes no null


def changes(
    graph: Graph, since: str | datetime, *, limit: int | None = None, newcomers: bool = False
) -> Answer:
    """Rings that are new, returned, grown, shrunk, merged, split or gone, and new campaigns.

    Args:
        graph: An open graph.
        since: A run, or a date or time in ISO 8601 (UTC where it says no zone).
        limit: Changes at the most; None for all.
        newcomers: Whether to list rings near which accounts were opened since then, too.

    Raises:
        NotFound: There is no such run.
        WrongUsage: It is neither a run nor a time.
    """
    after = since if isinstance(since, datetime) else _moment(graph, since)
    if after.tzinfo is None:
        after = after.replace(tzinfo=UTC)
    stored = get("changes")
    rows = graph.read(
        stored, stored.bind({"after": after, "limit": _ALL if limit is None else limit})
    )
    told = sums(Counter(row["change"] for row in rows))
    if newcomers and (near := opened_near(graph, after)):
        number = sum(len(row["accounts"]) for row in near)
        told = f"{number:,} newcomers near {len(near):,} rings, {told}"
        rows = [*near, *rows]
    return Answer(
        rows,
        [column.name for column in stored.columns],
        brief=["change", "ring_id", "size", "joined", "left", "other", "campaign_id", "at"],
        messages=(f"since {after.isoformat(timespec='seconds')}: {told}",),
    )


def opened_near(graph: Graph, after: datetime) -> list[dict[str, Any]]:
    """A row for each ring near which accounts were opened, those with most of them first.

    Args:
        graph: An open graph.
        after: When; accounts that are members by now are none of them.
    """
    from ringleader.api.checking import MOST_ROWS, Checker

    found = graph.read(get("newcomers"), {"after": after, "limit": MOST_ROWS})
    opened = {row["account_id"]: row["created_at"] for row in found}
    near: dict[str, list[str]] = {}
    size: dict[str, int] = {}
    for one in Checker(graph).check(list(opened)):
        if one.code in NEAR_CODES and one.account_id is not None:
            ring = one.rings[0]
            near.setdefault(ring.ring_id, []).append(one.account_id)
            size[ring.ring_id] = ring.size
    return [
        {
            "change": NEWCOMERS,
            "ring_id": ring,
            "size": size[ring],
            "joined": None,
            "left": None,
            "accounts": accounts,
            "other": None,
            "overlap": None,
            "campaign_id": None,
            "at": max(opened[account] for account in accounts),
        }
        for ring, accounts in sorted(near.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def sums(count: Counter[str]) -> str:
    """How many changes of each kind there are, in words.

    Args:
        count: By kind.
    """
    told = ", ".join(f"{number:,} {what}" for what, number in count.most_common())
    return told or "no change"


def change_line(row: Mapping[str, Any]) -> str:
    """What became of a ring, in one line.

    Args:
        row: A row of :func:`changes`.
    """
    name = row["ring_id"] or row["campaign_id"]
    if row["change"] in ("merged", "split"):
        how = "took in" if row["change"] == "merged" else "came from"
        return f"{name} {how} {row['other']} ({row['size']} accounts)"
    if row["change"] in ("grown", "shrunk", "changed"):
        return (
            f"{name} has {row['change']} to {row['size']} accounts "
            f"(+{row['joined']} −{row['left']})"
        )
    if row["change"] == NEWCOMERS:
        number = len(row["accounts"])
        return f"{number} {'account was' if number == 1 else 'accounts were'} opened near {name}"
    if row["change"] == "gone":
        return f"{name} is gone ({row['left']} accounts)"
    return f"{name} is {row['change']} ({row['size']} accounts)"


def _moment(graph: Graph, since: str) -> datetime:
    if since.startswith("run-"):
        found = graph.read(get("time-of-run"), {"run": since})
        if not found:
            raise NotFound(f"there is no finished run {since!r}", hint="ringleader query run runs")
        moment: datetime = found[0]["finished_at"].to_native()
        return moment
    try:
        return datetime.fromisoformat(since)
    except ValueError as error:
        raise WrongUsage(
            f"{since!r} is neither a run nor a time",
            hint="give a run-… of `ringleader query run runs`, or a date such as 2026-02-01",
        ) from error
