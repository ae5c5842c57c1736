"""Why a ring is a ring: bits per family and identifier, counter-evidence, what would dissolve it.

Everything is read from the stored links, whose bits add up to the ring's score, and judged by the
parameters of the run that found the ring, so an explanation cannot differ from the decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from algorithms.dissolution import OTHERS, Dissolution, dissolution
from algorithms.parameters import Parameters, recorded
from ringleader.catalogue import get
from ringleader.errors import NotFound
from ringleader.graph import Graph


@dataclass(frozen=True)
class Item:
    """What one identifier, or kind of contact, contributes to a ring.

    Attributes:
        family: Family of evidence.
        label: Label of the identifier; ``CONTACTED`` for contacts, ``others`` for the sum of
            what is too small to be kept by name.
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
    run: str
    parameters: Parameters
    dissolution: Dissolution

    @property
    def identifiers(self) -> tuple[Item, ...]:
        """The items that are identifiers: neither contacts nor remainders."""
        return tuple(item for item in self.items if item.label not in ("CONTACTED", OTHERS))


@dataclass(frozen=True)
class Membership:
    """Why one account is in its ring: its links there, the strongest first."""

    account_id: str
    ring_id: str
    score: float
    links: tuple[dict[str, Any], ...]


def explain(graph: Graph, ring_id: str) -> Explanation:
    """The evidence of a ring.

    Args:
        graph: An open graph.
        ring_id: The ring.

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
    parameters = recorded(summary["parameters"])
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
        run=summary["run"],
        parameters=parameters,
        dissolution=dissolution(links, summary["single_family"], parameters),
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
    family, label, key = name.split("|", 2)
    return in_words(family, label, key)


def in_words(family: str, label: str, key: str) -> str:
    """An item of evidence in words; a remainder is not taken for an identifier."""
    return f"smaller {family} evidence" if label == OTHERS else f"{label} {key}"


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


def _summary(graph: Graph, ring_id: str) -> dict[str, Any]:
    rows = graph.read(get("ring-summary"), {"ring_id": ring_id})
    if not rows:
        raise NotFound(f"there is no ring {ring_id!r}", hint="ringleader rings list")
    return rows[0]
