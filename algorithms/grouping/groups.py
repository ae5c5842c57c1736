"""Groups of linked accounts, and whether they are sound, where the data hold one kind of evidence.

Without a second kind there is nothing independent that could confirm a group, so more is asked of
its links: bits for each member, and in a large group that it holds together by more than chains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ringleader.algorithms.evidence.shared_neighbours import Links
from ringleader.algorithms.evidence.sharing import Flags, Floats, Ints
from ringleader.algorithms.parameters import Parameters

# An account tied by less than a tenth of what ties the median member is left out of the group.
MEMBER_PART = 0.1
# Each pair of the smallest ring at two bits: what one kind of evidence has to bring in all.
LEAST_BITS = 20.0
# Strangers chained by chance form one large group: beyond this size cohesion is asked for.
LARGE = 100


@dataclass(frozen=True)
class Groups:
    """Communities without weakly tied accounts, cut into connected parts.

    Attributes:
        of: Group of each account, 0 for none.
        inside: Whether each link is between two accounts of one group.
        size: Accounts of each group; number 0 is no group.
        family_bits: Bits of each group and family, shape (groups, families).
        links: Number of linked pairs of each.
        member_bits: Bits that tie each account to its group.
        sound: Whether each has the size, the bits and the cohesion of a ring.
    """

    of: Ints
    inside: Flags
    size: Ints
    family_bits: Floats
    links: Ints
    member_bits: Floats
    sound: Flags

    @property
    def score(self) -> Floats:
        """Bits of each group."""
        total: Floats = self.family_bits.sum(axis=1)
        return total


def grouped(links: Links, community: Ints, parameters: Parameters) -> Groups:
    """Communities as groups, without weakly tied accounts and what they alone held together.

    Args:
        links: The links.
        community: Community of each account, 0 for none.
        parameters: The judgements.
    """
    of = without_weakly_tied(links, community, parameters)
    of = connected(links.a, links.b, of)
    inside = (of[links.a] == of[links.b]) & (of[links.a] > 0)
    count = int(of.max(initial=0)) + 1
    group = of[links.a[inside]]
    family_bits = np.zeros((count, len(links.schema.families)))
    for family, bits in enumerate(links.family_bits[inside].T):
        family_bits[:, family] = np.bincount(group, bits, minlength=count)
    member_bits = np.zeros(len(of))
    for end in (links.a[inside], links.b[inside]):
        member_bits += np.bincount(end, links.weight[inside], minlength=len(of))
    size = np.bincount(of[member_bits > 0], minlength=count)
    score = family_bits.sum(axis=1)
    sound = (size >= parameters.min_ring_size) & (score >= LEAST_BITS)
    sound &= score >= parameters.member_bits * size
    sound[0] = False
    for number in np.flatnonzero(sound & (size > LARGE)):
        mine = inside & (of[links.a] == number)
        sound[number] = cohesion(links.a[mine], links.b[mine]) >= parameters.min_cohesion
    number_of_links = np.bincount(group, minlength=count)
    return Groups(of, inside, size, family_bits, number_of_links, member_bits, sound)


def without_weakly_tied(links: Links, of: Ints, parameters: Parameters) -> Ints:
    """Communities without the accounts that are barely tied to them.

    A member has a tenth of the median member's bits, or ``member_bits``.

    Args:
        links: The links.
        of: Community of each account, 0 for none.
        parameters: ``member_bits``.
    """
    inside = (of[links.a] == of[links.b]) & (of[links.a] > 0)
    bits = np.zeros(len(of))
    for end in (links.a[inside], links.b[inside]):
        bits += np.bincount(end, links.weight[inside], minlength=len(of))
    least = np.zeros(len(of))
    told = np.flatnonzero((of > 0) & (bits > 0))
    least[told] = MEMBER_PART * _medians(bits[told], of[told])
    # However strongly the others are tied, as much as a ring asks of each is no accident.
    least = np.minimum(least, parameters.member_bits)
    return np.where((bits >= least) & (bits > 0), of, 0)


def _medians(values: Floats, of: Ints) -> Floats:
    """For each value the median, the lower of two, of those of its community."""
    order = np.lexsort((values, of))
    starts = np.flatnonzero(np.diff(of[order], prepend=-1))
    size = np.diff(np.append(starts, len(order)))
    result = np.empty(len(values))
    result[order] = np.repeat(values[order][starts + (size - 1) // 2], size)
    return result


def connected(a: Ints, b: Ints, of: Ints) -> Ints:
    """Communities cut into connected parts.

    Args:
        a: One end of each link.
        b: The other end.
        of: Community of each account, 0 for none.
    """
    inside = (of[a] == of[b]) & (of[a] > 0)
    a, b = a[inside], b[inside]
    part = np.arange(len(of), dtype=np.int64)
    while True:
        lower = np.minimum(part[a], part[b])
        new = part.copy()
        np.minimum.at(new, a, lower)
        np.minimum.at(new, b, lower)
        new = new[new]
        if (new == part).all():
            break
        part = new
    return np.where(of > 0, np.unique(part, return_inverse=True)[1] + 1, 0)


def cohesion(a: Ints, b: Ints) -> float:
    """Of the pairs of accounts linked to one third, the part that is linked: transitivity.

    Args:
        a: One end of each link, every pair once.
        b: The other end.

    Source: Newman, "The structure and function of complex networks" (2003), equation 3.3.
    """
    near: dict[int, set[int]] = {}
    pairs = list(zip(a.tolist(), b.tolist(), strict=True))
    for one, other in pairs:
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    closed = sum(len(near[one] & near[other]) for one, other in pairs)
    triples = sum(len(others) * (len(others) - 1) // 2 for others in near.values())
    return closed / triples if triples else 0.0
