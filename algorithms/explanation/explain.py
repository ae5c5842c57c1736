"""Why a ring is a ring: bits per family and identifier, counter-evidence, what would dissolve it.

Everything is read from the stored links, whose bits add up to the ring's score, and judged by the
parameters of the run that found the ring, so an explanation cannot differ from the decision.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from ringleader.algorithms.evidence.removal import OTHERS, Told, read_back
from ringleader.algorithms.explanation.dissolution import Dissolution, dissolution
from ringleader.algorithms.parameters import Parameters, recorded
from ringleader.catalogue import get
from ringleader.errors import NotFound
from ringleader.graph import Graph
from ringleader.indications import Indication, indications

CONTACTED = "CONTACTED"
# Whoever looks for a wrong accusation begins with the members tied weakest and opened first.
WEAK_PART = 0.25
TENURE_DAYS = 180


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

    @property
    def words(self) -> str:
        """The item in words; a remainder is not taken for an identifier."""
        return in_words(f"{self.family}|{self.label}|{self.key}")


@dataclass(frozen=True)
class CounterEvidence:
    """What speaks against a ring, or for some of its members.

    Attributes:
        shared: Identifiers that accounts outside use too, those with most of the bits first.
        shared_bits: Bits of these.
        benign: Members whose latest decision is benign.
        declared: Organizations that members declare, with the number of members, most first.
        weak: Members tied by less than a quarter of what ties the median member.
        long_standing: Members opened half a year or more before the median member.
    """

    shared: tuple[Item, ...]
    shared_bits: float
    benign: tuple[str, ...]
    declared: tuple[tuple[str, int], ...]
    weak: tuple[str, ...]
    long_standing: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """A ring and its evidence; ``items`` add up to ``score``, and so do ``families``.

    ``ended`` says how many members retention or erasures have removed, and why the last one;
    ``named`` which indicators of others name what members use; ``named_by`` the sources on whose
    word it is a ring, nobody for one that stands by its evidence.
    """

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
    expected_false: float | None
    needed: float | None
    against: CounterEvidence
    ended: tuple[int, str] | None = None
    named: tuple[Indication, ...] = ()
    named_by: tuple[str, ...] = ()

    @property
    def identifiers(self) -> tuple[Item, ...]:
        """The items that are identifiers: neither contacts nor remainders."""
        return tuple(item for item in self.items if item.label not in (CONTACTED, OTHERS))


@dataclass(frozen=True)
class Membership:
    """Why one account is in its ring.

    Attributes:
        account_id: The account.
        ring_id: The ring.
        score: Bits that tie it; its links add up to them, and so do its items.
        links: Its links there, the strongest first.
        items: What it shares with other members, over all links, the most bits first.
        typical: Bits that tie the median member.
    """

    account_id: str
    ring_id: str
    score: float
    links: tuple[dict[str, Any], ...]
    items: tuple[Item, ...]
    typical: float


def explain(graph: Graph, ring_id: str) -> Explanation:
    """The evidence of a ring.

    Args:
        graph: An open graph.
        ring_id: The ring.

    Raises:
        NotFound: There is no such ring.
    """
    summary = _summary(graph, ring_id)
    told = read_back(graph.read(get("ring-links"), {"ring_id": ring_id}), graph.schema)
    members = graph.read(get("members-of-ring"), {"ring_id": ring_id})
    outside = {
        (row["label"], row["identifier"]): row["outside"]
        for row in graph.read(get("outside-users"), {"ring_id": ring_id})
    }
    items = evidence_items(told, outside)
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
        members=tuple(members),
        run=summary["run"],
        parameters=parameters,
        dissolution=dissolution(
            told, summary["single_family"], summary["accounts"] or 0, parameters
        ),
        expected_false=summary["expected_false"],
        needed=summary["needed"],
        against=counter_evidence(items, members),
        ended=(summary["ended_members"], summary["ended_why"])
        if summary["ended_members"]
        else None,
        named=indications(graph, [member["account_id"] for member in members]),
        named_by=tuple(summary["named_by"]),
    )


def why_member(graph: Graph, ring_id: str, account_id: str) -> Membership:
    """The links that put an account into a ring.

    Raises:
        NotFound: There is no such ring, or the account is not in it.
    """
    members = {m["account_id"]: m["score"] for m in _summary(graph, ring_id)["members"]}
    if account_id not in members:
        raise NotFound(
            f"account {account_id!r} is not in {ring_id}", hint=f"ringleader rings show {ring_id}"
        )
    links = graph.read(get("links-of-member"), {"ring_id": ring_id, "account_id": account_id})
    rows = [
        {**link, "account_a": account_id, "account_b": link["other_account_id"]} for link in links
    ]
    found = []
    for link in links:
        lines = sorted(
            zip(link["evidence"], link["evidence_bits"], strict=True), key=lambda x: -x[1]
        )
        evidence = "; ".join(f"{in_words(name)} {bits:.2f}" for name, bits in lines)
        found.append(
            {
                "other_account_id": link["other_account_id"],
                "bits": link["bits"],
                "evidence": evidence,
            }
        )
    return Membership(
        account_id,
        ring_id,
        members[account_id],
        tuple(found),
        evidence_items(read_back(rows, graph.schema), {}),
        median(members.values()),
    )


def in_words(name: str) -> str:
    """A line of evidence, ``family|label|key``, in words."""
    family, label, key = name.split("|", 2)
    return f"smaller {family} evidence" if label == OTHERS else f"{label} {key}"


def evidence_items(told: Told, outside: Mapping[tuple[str, str], int]) -> tuple[Item, ...]:
    """What each identifier contributes over all links, the most first.

    Args:
        told: The links.
        outside: Accounts outside the ring by label and identifier.
    """
    lines, count = told.links.evidence, len(told.names)
    bits = np.bincount(lines.identifier, told.links.bits, minlength=count)
    links = np.bincount(lines.identifier, minlength=count)
    accounts = max(len(told.accounts), 1)
    ends = np.concatenate([lines.identifier * accounts + end for end in (lines.a, lines.b)])
    members = np.bincount(np.unique(ends) // accounts, minlength=count)
    items = []
    for number, name in enumerate(told.names):
        family, label, key = name.split("|", 2)
        items.append(
            Item(
                family,
                label,
                key,
                float(bits[number]),
                int(links[number]),
                int(members[number]),
                outside.get((label, key)),
            )
        )
    return tuple(sorted(items, key=lambda item: (-item.bits, item.family, item.label, item.key)))


def counter_evidence(
    items: Sequence[Item], members: Sequence[Mapping[str, Any]]
) -> CounterEvidence:
    """What speaks against a ring.

    Args:
        items: Its evidence.
        members: Rows of the stored query ``members-of-ring``.
    """
    shared = tuple(item for item in items if item.outside)
    scores = [member["score"] for member in members]
    weak = WEAK_PART * (median(scores) if scores else 0.0)
    opened = sorted(m["opened"].to_native() for m in members if m["opened"] is not None)
    middle = opened[len(opened) // 2] if opened else None
    organizations = Counter(name for m in members for name in m["organizations"])
    return CounterEvidence(
        shared=shared,
        shared_bits=sum(item.bits for item in shared),
        benign=tuple(sorted(m["account_id"] for m in members if m["benign"])),
        declared=tuple(sorted(organizations.items(), key=lambda pair: (-pair[1], pair[0]))),
        weak=tuple(sorted(m["account_id"] for m in members if m["score"] < weak)),
        long_standing=tuple(
            sorted(
                m["account_id"]
                for m in members
                if middle is not None
                and m["opened"] is not None
                and (middle - m["opened"].to_native()).days >= TENURE_DAYS
            )
        ),
    )


def _summary(graph: Graph, ring_id: str) -> dict[str, Any]:
    rows = graph.read(get("ring-summary"), {"ring_id": ring_id})
    if not rows:
        raise NotFound(f"there is no ring {ring_id!r}", hint="ringleader rings list")
    return rows[0]
