"""Why a ring is a ring: bits per family and identifier, counter-evidence, what would dissolve it.

Everything is read from the stored links, whose bits add up to the ring's score; nothing is
computed anew, so an explanation cannot differ from the decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from algorithms.parameters import Parameters
from ringleader.catalogue import get
from ringleader.errors import NotFound
from ringleader.graph import Graph


@dataclass(frozen=True)
class Item:
    """What one identifier, or kind of contact, contributes to a ring.

    Attributes:
        family: Family of evidence.
        label: Label of the identifier; ``CONTACTED`` for contacts, ``others`` for small remainders.
        key: The identifier, or the kind of contact.
        bits: Bits summed over the ring's links.
        links: Number of links that it supports.
        members: Number of members that those links join.
        outside: Number of accounts outside the ring that use it; None where that has no meaning.
    """

    family: str
    label: str
    key: str
    bits: float
    links: int
    members: int
    outside: int | None


@dataclass(frozen=True)
class Explanation:
    """A ring and its evidence; ``items`` add up to ``score``, and so do ``families``."""

    ring_id: str
    size: int
    score: float
    families: dict[str, float]
    items: tuple[Item, ...]
    links: int
    density: float
    single_family: bool
    members: tuple[dict[str, Any], ...]
    dissolving: tuple[Item, ...]


@dataclass(frozen=True)
class Membership:
    """Why one account is in its ring: its links there, the strongest first."""

    account_id: str
    ring_id: str
    score: float
    links: tuple[dict[str, Any], ...]


def explain(graph: Graph, ring_id: str, parameters: Parameters) -> Explanation:
    """The evidence of a ring.

    Args:
        graph: An open graph.
        ring_id: The ring.
        parameters: ``min_link_bits`` and ``min_ring_size``, for what would dissolve it.

    Raises:
        NotFound: There is no such ring.
    """
    summary = _summary(graph, ring_id)
    links = graph.read(get("ring-links"), {"ring_id": ring_id})
    outside = {
        (row["label"], row["identifier"]): row["outside"]
        for row in graph.read(get("outside-users"), {"ring_id": ring_id})
    }
    items = evidence_items(links, outside)
    families: dict[str, float] = defaultdict(float)
    for item in items:
        families[item.family] += item.bits
    return Explanation(
        ring_id=ring_id,
        size=summary["size"],
        score=summary["score"],
        families=dict(sorted(families.items(), key=lambda pair: (-pair[1], pair[0]))),
        items=items,
        links=summary["links"],
        density=summary["density"],
        single_family=summary["single_family"],
        members=tuple(summary["members"]),
        dissolving=dissolving(links, items, parameters),
    )


def why_member(graph: Graph, ring_id: str, account_id: str) -> Membership:
    """The links that put an account into a ring.

    Raises:
        NotFound: There is no such ring, or the account is not in it.
    """
    summary = _summary(graph, ring_id)
    member = next((m for m in summary["members"] if m["account_id"] == account_id), None)
    if member is None:
        raise NotFound(
            f"account {account_id!r} is not in {ring_id}", hint=f"ringleader rings show {ring_id}"
        )
    found = []
    for link in graph.read(get("ring-links"), {"ring_id": ring_id}):
        ends = (link["account_a"], link["account_b"])
        if account_id in ends:
            other = ends[1] if ends[0] == account_id else ends[0]
            lines = sorted(
                zip(link["evidence"], link["evidence_bits"], strict=True), key=lambda x: -x[1]
            )
            found.append(
                {
                    "other_account_id": other,
                    "bits": link["weight"],
                    "evidence": "; ".join(f"{told(name)} {bits:.2f}" for name, bits in lines),
                }
            )
    found.sort(key=lambda row: (-row["bits"], row["other_account_id"]))
    return Membership(account_id, ring_id, member["score"], tuple(found))


def told(name: str) -> str:
    """A line of evidence, ``family|label|key``, in words."""
    _, label, key = name.split("|", 2)
    return f"{label} {key}".strip()


def evidence_items(
    links: Sequence[Mapping[str, Any]], outside: Mapping[tuple[str, str], int]
) -> tuple[Item, ...]:
    """What each identifier contributes over all links, the most first.

    Args:
        links: Rows of the stored query ``ring-links``.
        outside: Accounts outside the ring by label and identifier.
    """
    bits: dict[str, float] = defaultdict(float)
    count: dict[str, int] = defaultdict(int)
    members: dict[str, set[str]] = defaultdict(set)
    for link in links:
        for name, amount in zip(link["evidence"], link["evidence_bits"], strict=True):
            bits[name] += amount
            count[name] += 1
            members[name] |= {link["account_a"], link["account_b"]}
    items = []
    for name, amount in bits.items():
        family, label, key = name.split("|", 2)
        items.append(
            Item(
                family,
                label,
                key,
                amount,
                count[name],
                len(members[name]),
                outside.get((label, key)),
            )
        )
    return tuple(sorted(items, key=lambda item: (-item.bits, item.family, item.label, item.key)))


def dissolving(
    links: Sequence[Mapping[str, Any]], items: Sequence[Item], parameters: Parameters
) -> tuple[Item, ...]:
    """Identifiers whose removal leaves no connected part of ``min_ring_size``, found greedily.

    In turn the identifier is taken away that carries most of what is left; the set is small but
    need not be the smallest.

    Args:
        links: Rows of the stored query ``ring-links``.
        items: What each identifier contributes.
        parameters: ``min_link_bits`` and ``min_ring_size``.
    """
    left = [
        (
            link["account_a"],
            link["account_b"],
            dict(zip(link["evidence"], link["evidence_bits"], strict=True)),
        )
        for link in links
    ]
    by_name = {f"{item.family}|{item.label}|{item.key}": item for item in items}
    removed: list[Item] = []
    while left and _largest_part(left) >= parameters.min_ring_size:
        weight: dict[str, float] = defaultdict(float)
        for _, _, lines in left:
            for name, amount in lines.items():
                weight[name] += amount
        worst = min(weight, key=lambda name: (-weight[name], name))
        removed.append(by_name[worst])
        for _, _, lines in left:
            lines.pop(worst, None)
        left = [link for link in left if sum(link[2].values()) >= parameters.min_link_bits]
    return tuple(removed)


def _largest_part(links: Sequence[tuple[str, str, Mapping[str, float]]]) -> int:
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for a, b, _ in links:
        parent[root(a)] = root(b)
    sizes: dict[str, int] = defaultdict(int)
    for name in list(parent):
        sizes[root(name)] += 1
    return max(sizes.values(), default=0)


def _summary(graph: Graph, ring_id: str) -> dict[str, Any]:
    rows = graph.read(get("ring-summary"), {"ring_id": ring_id})
    if not rows:
        raise NotFound(f"there is no ring {ring_id!r}", hint="ringleader rings list")
    return rows[0]
