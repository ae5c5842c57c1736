"""Rings: groups whose evidence holds up, and their names."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from ringleader.algorithms.evidence.shared_neighbours import Links
from ringleader.algorithms.evidence.sharing import Floats, Ints, Sharing
from ringleader.algorithms.grouping.groups import grouped
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
        expected_false: How many rings as good chance makes in such a graph, at most; None where
            the data hold one kind of evidence and nobody permuted them.
        needed: Bits that a ring of this size has to bring here to be more than chance.
        single_signal: Members of whom one kind of evidence alone is known or speaks.
        look_alike: What innocent pattern it resembles, if any.
        reason: Why it resembles that.
        named_by: Sources on whose word it is a ring, in the place of a second independent kind of
            evidence; nobody for a ring that stands by its evidence.
    """

    ring_id: str
    members: tuple[str, ...]
    member_bits: tuple[float, ...]
    family_bits: tuple[tuple[str, float], ...]
    links: int
    single_family: bool
    expected_false: float | None = None
    needed: float = 0.0
    single_signal: tuple[str, ...] = ()
    look_alike: str = ""
    reason: str = ""
    named_by: tuple[str, ...] = ()

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
    """The communities of links that are rings where the data hold one kind, the strongest first.

    Args:
        sharing: Who shares what.
        links: The links.
        of: Community of each account, 0 for none.
        parameters: The judgements.
    """
    if not len(links):
        return []
    found = grouped(links, of, parameters)
    by_group = np.argsort(found.of, kind="stable")
    rings = []
    for number in np.flatnonzero(found.sound):
        low, high = np.searchsorted(found.of[by_group], [number, number + 1])
        at = by_group[low:high]
        at = at[found.member_bits[at] > 0]
        names = tuple(str(name) for name in sharing.accounts[at])
        rings.append(
            Ring(
                name_of(names),
                names,
                tuple(float(b) for b in found.member_bits[at]),
                by_family(sharing, found.family_bits[number]),
                int(found.links[number]),
                True,
            )
        )
    return sorted(rings, key=lambda ring: (-ring.score, ring.ring_id))


def by_family(sharing: Sharing, bits: Floats) -> tuple[tuple[str, float], ...]:
    """Bits per family by name, those that have any, the strongest first.

    Args:
        sharing: Whose schema names the families.
        bits: Bits in the order of the families.
    """
    told = ((sharing.schema.family_names[f], float(bits[f])) for f in np.flatnonzero(bits > 0))
    return tuple(sorted(told, key=lambda item: (-item[1], item[0])))


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


def name_of(members: Collection[str], kind: str = "ring") -> str:
    """The name of a new ring, or of another group: it follows from its members alone."""
    text = "\n".join(sorted(members))
    return f"{kind}-" + hashlib.sha256(text.encode()).hexdigest()[:12]
