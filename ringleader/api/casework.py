"""Work on findings: who has which ring, what waits, what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ringleader.answers import Answer
from ringleader.api import findings
from ringleader.api.changes import changes
from ringleader.catalogue import get
from ringleader.errors import ChangedMeanwhile, NotFound, WrongUsage
from ringleader.people import person

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.settings import Settings

# States of a ring in the queue; a ring may be in several.
STATES = ("waiting", "new", "grown", "returned", "assigned", "watched", "decided")
WEEK = timedelta(days=7)
MOST_LETTERS = 100  # of an owner's name
_COLUMNS = [
    "ring_id",
    "size",
    "score",
    "families",
    "states",
    "review",
    "owner",
    "assigned_at",
    "change",
    "joined",
    "left",
    "opened_first",
    "opened_last",
    "found_at",
    "campaign_id",
    "seen",
    "assignment",
]


def queue(graph: Graph, *, since: str | datetime | None = None) -> Answer:
    """The rings with the states that analysts work by, the strongest first.

    `waiting` rings have no decision and no owner, `assigned` ones an owner and no decision,
    `decided` ones are confirmed or rejected. `new`, `grown` and `returned` say what happened since
    a time. ``seen`` and ``assignment`` are ids of the latest decision and assignment: a write that
    names them is refused if somebody was faster.

    Args:
        graph: An open graph.
        since: A run or a time; by default a week ago.
    """
    after = since or datetime.now(UTC) - WEEK
    rows = findings.rings(graph, rejected=True).rows
    told = {
        row["ring_id"]: row
        for row in changes(graph, after).rows
        if row["ring_id"] and row["joined"] is not None
    }
    names = [row["ring_id"] for row in rows]
    last = {
        row["target"]: row["review_id"]
        for row in graph.read(get("latest-decisions"), {"targets": names})
        if row["target_kind"] == "ring"
    }
    owners = {row["ring_id"]: row for row in graph.read(get("assignments"), {"ring_id": None})}
    listed = []
    for row in rows:
        change, owner = told.get(row["ring_id"], {}), owners.get(row["ring_id"], {})
        listed.append(
            {
                **{name: row.get(name) for name in _COLUMNS},
                "states": _states(row["review"], owner.get("owner"), change.get("change")),
                "owner": owner.get("owner"),
                "assigned_at": owner.get("at") if owner.get("owner") else None,
                "change": change.get("change"),
                "joined": change.get("joined"),
                "left": change.get("left"),
                "seen": last.get(row["ring_id"], ""),
                "assignment": owner.get("assignment_id", ""),
            }
        )
    none = findings.rings(graph, limit=1).messages if not listed else ()
    brief = ["ring_id", "size", "score", "states", "owner", "review"]
    return Answer(listed, _COLUMNS, brief=brief, messages=none)


def _states(review: str | None, owner: str | None, change: str | None) -> list[str]:
    decided = review in ("confirmed", "rejected")
    found = {
        "waiting": not decided and not owner and review != "watched",
        "assigned": bool(owner) and not decided,
        "watched": review == "watched",
        "decided": decided,
        "new": change == "new",
        "grown": change == "grown",
        "returned": "returned" in (change, review),
    }
    return [name for name in STATES if found[name]]


def assign(
    graph: Graph,
    settings: Settings,
    rings: Sequence[str],
    owner: str | None,
    *,
    note: str = "",
    by: str | None = None,
    expected: Mapping[str, str] | None = None,
) -> Answer:
    """Give rings to somebody, or back; all of them, or none.

    Args:
        graph: An open graph.
        settings: Say who assigns where ``by`` does not.
        rings: Ids of rings.
        owner: Who works on them; None gives them back.
        note: Why.
        by: Who says so.
        expected: By ring the assignment that was seen last, or an empty text.

    Raises:
        ChangedMeanwhile: Somebody else took one of them since.
        NotFound: There is no such ring.
        WrongUsage: No ring is named, or the owner's name is none.
    """
    if not rings:
        raise WrongUsage("there is nothing to assign", hint="name a ring")
    name = None if owner is None else owner.strip()
    if name is not None and not (0 < len(name) <= MOST_LETTERS and name.isprintable()):
        raise WrongUsage(f"an owner needs a name of at most {MOST_LETTERS} characters")
    graph.ensure_schema()
    who, seen = by or person(settings), expected or {}
    now = int(datetime.now(UTC).timestamp() * 1000)
    sent = [
        {
            "ring_id": ring,
            "owner": name,
            "note": note,
            "by": who,
            "at": now,
            "expected": seen.get(ring),
            "assignment_id": _id(ring, name, who, now),
        }
        for ring in dict.fromkeys(rings)
    ]
    [done] = graph.write(get("write-assignments"), {"rows": sent}).rows
    if done["missing"]:
        raise NotFound(f"there is no ring {done['missing'][0]!r}", hint="ringleader rings list")
    if done["stale"]:
        [last, *_] = assignments(graph, done["stale"][0]).rows
        had = f"took {last['ring_id']}" if last["owner"] == last["by"] else "assigned it"
        told = f"{last['by']} {had}" if last["owner"] else f"{last['by']} gave it back"
        raise ChangedMeanwhile(f"changed meanwhile: {told}", hint="read it, then try again")
    return Answer(
        [{name: row[name] for name in ("ring_id", "owner", "by", "note")} for row in sent]
    )


def assignments(graph: Graph, ring: str | None = None) -> Answer:
    """Who works on which ring, or everybody who has worked on one ring, the latest first.

    Args:
        graph: An open graph.
        ring: The ring; None for all, with the latest assignment of each.
    """
    stored = get("assignments")
    columns = [column.name for column in stored.columns]
    return Answer(graph.read(stored, {"ring_id": ring}), columns, brief=columns[:-1])


def _id(ring: str, owner: str | None, by: str, at: int) -> str:
    said = "\0".join((ring, owner or "", by, str(at)))
    return hashlib.sha256(said.encode()).hexdigest()[:32]
