"""The graph around an account or identifier, step by step, and the way between two accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ringleader.catalogue import get
from ringleader.errors import NotFound, WrongUsage

if TYPE_CHECKING:
    from ringleader.graph import Graph

ACCOUNT = "Account"
MOST = 300  # neighbours of one step; more cannot be told apart


@dataclass(frozen=True)
class Around:
    """What one account or identifier is tied to.

    Attributes:
        label: Its label.
        key: Its key.
        neighbours: Rows with ``label``, ``key``, ``family`` (of identifiers), ``users``,
            ``events``, ``ring_id`` and ``status``.
        in_all: How many neighbours there are.
        users: How many accounts use it; 0 for an account.
        ring_id: The ring that an account is in, if it is in one.
        status: Status of an account, or the verdict on an identifier.
    """

    label: str
    key: str
    neighbours: list[dict[str, Any]]
    in_all: int
    users: int = 0
    ring_id: str | None = None
    status: str | None = None


def around(graph: Graph, label: str, key: str, *, limit: int = 40) -> Around:
    """What an account uses, or who uses an identifier.

    Args:
        graph: An open graph.
        label: ``Account``, or the label of what accounts can share.
        key: Its key.
        limit: Neighbours at the most, the most telling first.

    Raises:
        NotFound: There is none of that key.
        WrongUsage: There is no such label.
    """
    schema = graph.schema
    if label != ACCOUNT and label not in schema.by_label:
        known = ", ".join((ACCOUNT, *schema.labels))
        raise WrongUsage(f"there is no label {label!r}", hint=f"known: {known}")
    given = {"key": key, "limit": min(limit, MOST)}
    if label == ACCOUNT:
        rows = graph.read(get("around-account"), given)
    else:
        rows = graph.read(get("around-identifier"), {**given, "label": label})
    there = [row for row in graph.read(get("find-by-name"), {"name": key}) if row["kind"] == label]
    if not there:
        raise NotFound(f"there is no {label} {key!r}", hint="ringleader find TEXT")
    neighbours = [
        {
            **{name: row.get(name) for name in _SHOWN},
            "family": None if row["label"] == ACCOUNT else schema.family_of(row["label"]),
        }
        for row in rows
    ]
    [own] = there
    return Around(
        label,
        key,
        neighbours,
        rows[0]["in_all"] if rows else 0,
        own["accounts"] or 0,
        next(iter(own["rings"]), None) if label == ACCOUNT else None,
        own["status"],
    )


_SHOWN = ("label", "key", "users", "events", "ring_id", "status", "created_at", "last_seen")


def path(graph: Graph, one: str, other: str, *, at_most: int = 1_000) -> list[dict[str, Any]]:
    """The shortest way from one account to another over what they share.

    Args:
        graph: An open graph.
        one: An account.
        other: Another account.
        at_most: Identifiers of more accounts are no step: they join anybody to anybody.

    Returns:
        The accounts and identifiers on the way, both ends included; empty if there is no way.

    Raises:
        NotFound: One of the accounts does not exist.
    """
    from ringleader.questions import unknown_accounts

    if missing := unknown_accounts(graph, {"one": one, "other": other}):
        raise NotFound(f"there is no account {missing[0]!r}", hint="ringleader find TEXT")
    if one == other:
        return [_step(graph, ACCOUNT, one)]
    stored = get("path-between-accounts")
    rows = graph.read(stored, stored.bind({"one": one, "other": other, "at_most": at_most}))
    if not rows:
        return []
    steps = (text.partition(" ") for text in rows[0]["steps"])
    return [_step(graph, label, key) for label, _, key in steps]


def _step(graph: Graph, label: str, key: str) -> dict[str, Any]:
    rows = graph.read(get("find-by-name"), {"name": key})
    [own] = [row for row in rows if row["kind"] == label]
    account = label == ACCOUNT
    return {
        "label": label,
        "key": key,
        "family": None if account else graph.schema.family_of(label),
        "users": own["accounts"] or 0,
        "ring_id": next(iter(own["rings"]), None) if account else None,
        "status": own["status"],
    }
