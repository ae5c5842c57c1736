"""Rings: communities whose evidence holds up."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from ringleader.algorithms.evidence.shared_neighbours import Links
from ringleader.algorithms.evidence.sharing import Ints, Sharing
from ringleader.algorithms.grouping.groups import (
    cohesion,
    connected,
    covering_groups,
    enough_bits,
    grouped,
    without_bystanders,
)
from ringleader.algorithms.parameters import Parameters


@dataclass(frozen=True)
class Ring:
    """A set of accounts that act as one.

    Attributes:
        ring_id: Its name; it goes on from run to run with its members.
        members: Account ids, sorted.
        member_bits: Bits that tie each member to the others.
        family_bits: Bits per family, those that have any, the strongest first.
        links: Number of linked pairs among the members.
        single_family: Whether only one kind of evidence was there to be had.
        expected_false: How many rings with as many bits for each member chance alone makes in
            such a graph; None where it was not asked.
    """

    ring_id: str
    members: tuple[str, ...]
    member_bits: tuple[float, ...]
    family_bits: tuple[tuple[str, float], ...]
    links: int
    single_family: bool
    expected_false: float | None = None

    @property
    def p_value(self) -> float | None:
        """Probability that chance alone makes one such ring at least (Poisson)."""
        return None if self.expected_false is None else -math.expm1(-self.expected_false)

    @property
    def score(self) -> float:
        """Bits of evidence inside the ring."""
        return sum(bits for _, bits in self.family_bits)

    @property
    def bits_per_member(self) -> float:
        """Bits of evidence inside the ring for each member."""
        return self.score / self.size

    @property
    def size(self) -> int:
        """Number of members."""
        return len(self.members)

    @property
    def density(self) -> float:
        """Part of the possible pairs that is linked."""
        return self.links / (self.size * (self.size - 1) / 2)


def build_rings(
    sharing: Sharing,
    links: Links,
    of: Ints,
    parameters: Parameters,
) -> list[Ring]:
    """The communities that are rings, the strongest first.

    A ring has ``min_ring_size`` accounts, and two independent groups of evidence that each tie
    ``family_coverage`` of its members; where the data hold one group only, a higher score. Groups
    of which ``occasion_part`` falls into ``occasion_hours`` are one coincidence and count once.

    Args:
        sharing: Who shares what.
        links: The links.
        of: Community of each account, 0 for none.
        parameters: The judgements.
    """
    if not len(links):
        return []
    single = len(sharing.groups_in_data()) < 2
    found = grouped(sharing, links, of, single, parameters)
    good = found.sound & enough_bits(found.size, found.score, single, parameters)
    by_group = np.argsort(found.of, kind="stable")
    names_of = sharing.schema.family_names
    rings = []
    for number in np.flatnonzero(good):
        low, high = np.searchsorted(found.of[by_group], [number, number + 1])
        at = by_group[low:high]
        at = at[found.member_bits[at] > 0]
        family = found.family_bits[number]
        names = tuple(str(name) for name in sharing.accounts[at])
        bits = sorted(
            ((names_of[f], float(family[f])) for f in np.flatnonzero(family > 0)),
            key=lambda item: (-item[1], item[0]),
        )
        rings.append(
            Ring(
                name_of(names),
                names,
                tuple(float(b) for b in found.member_bits[at]),
                tuple(bits),
                int(found.links[number]),
                single,
            )
        )
    return sorted(rings, key=lambda ring: (-ring.score, ring.ring_id))


def ring_of(sharing: Sharing, rings: Sequence[Ring]) -> Ints:
    """Number of each account's ring, from 1 in the order of rings; 0 for none."""
    of = np.zeros(len(sharing.accounts), dtype=np.int64)
    for number, ring in enumerate(rings, start=1):
        of[np.searchsorted(sharing.accounts, np.array(ring.members, dtype=object))] = number
    return of


def touching_rings(links: Links, of: Ints) -> Links:
    """The links of ring members, to each other and to accounts that are in none.

    Args:
        links: Links.
        of: Ring of each account, 0 for none.
    """
    return links.take((of[links.a] > 0) | (of[links.b] > 0))


def holds(links: Links, accounts: int, single: bool, parameters: Parameters) -> bool:
    """Whether links by themselves still hold a ring together.

    It is judged as :func:`build_rings` judges, but for two things that do not follow from links:
    how a community algorithm would cut them anew, and whether all was one occasion.

    Args:
        links: Links; their lines of evidence are not looked at.
        accounts: Number of accounts that the links count by position.
        single: Whether the data hold one group of evidence only.
        parameters: The judgements.
    """
    if not len(links):
        return False
    of = np.zeros(accounts, dtype=np.int64)
    of[links.a] = of[links.b] = 1
    of = without_bystanders(links, connected(links.a, links.b, of), single, parameters)
    of = connected(links.a, links.b, of)
    inside = (of[links.a] == of[links.b]) & (of[links.a] > 0)
    count = int(of.max()) + 1
    tied = np.unique(np.concatenate([links.a[inside], links.b[inside]]))
    size = np.bincount(of[tied], minlength=count)
    score = np.bincount(of[links.a[inside]], links.weight[inside], minlength=count)
    groups = covering_groups(links, of, inside, size, parameters).sum(axis=1)
    good = (size >= parameters.min_ring_size) & (groups >= (1 if single else 2))
    good &= enough_bits(size, score, single, parameters)
    for number in np.flatnonzero(good):
        mine = inside & (of[links.a] == number)
        if size[number] <= parameters.large_ring:
            return True
        if cohesion(links.a[mine], links.b[mine]) >= parameters.min_cohesion:
            return True
    return False


def criterion(accounts: int, single: bool, parameters: Parameters) -> str:
    """What :func:`holds` asks for, in words.

    Args:
        accounts: Number of accounts of the ring that is judged.
        single: Whether the data hold one group of evidence only.
        parameters: The judgements.
    """
    bits = f"{parameters.min_member_bits:g} bits each"
    kinds = "one kind" if single else "two independent kinds"
    if single:
        bits += f", {parameters.min_single_family_bits:g} in all,"
    words = (
        f"{parameters.min_ring_size} accounts, bystanders left out, that hang together by {bits} "
        f"and by {kinds} that tie{'s' if single else ''} {parameters.family_coverage:.0%} of them"
    )
    if accounts > parameters.large_ring:
        words += (
            f"; if more than {parameters.large_ring}, with {parameters.min_cohesion:.0%} of the "
            "pairs linked that are linked to one third"
        )
    return words


def name_of(members: Collection[str], kind: str = "ring") -> str:
    """The name of a new ring, or of another group: it follows from its members alone."""
    text = "\n".join(sorted(members))
    return f"{kind}-" + hashlib.sha256(text.encode()).hexdigest()[:12]
