"""Groups of linked accounts, and whether they are sound: all that makes a ring but its bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ringleader.algorithms.evidence.shared_neighbours import Links
from ringleader.algorithms.evidence.sharing import Flags, Floats, Ints, Sharing, group_codes
from ringleader.algorithms.parameters import HOUR, Parameters


@dataclass(frozen=True)
class Groups:
    """Communities without bystanders, cut into connected parts.

    Attributes:
        of: Group of each account, 0 for none.
        inside: Whether each link is between two accounts of one group.
        size: Accounts of each group; number 0 is no group.
        family_bits: Bits of each group and family, shape (groups, families).
        links: Number of linked pairs of each.
        member_bits: Bits that tie each account to its group.
        sound: Whether each has the size, the independent kinds of evidence and the cohesion of a
            ring.
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


def grouped(
    sharing: Sharing, links: Links, community: Ints, single: bool, parameters: Parameters
) -> Groups:
    """Communities as groups: bystanders go, and what they alone held together falls apart.

    Args:
        sharing: Who shares what.
        links: The links.
        community: Community of each account, 0 for none.
        single: Whether the data hold one independent kind of evidence only.
        parameters: The judgements.
    """
    of = without_bystanders(links, community, single, parameters, sharing.known)
    of = connected(links.a, links.b, of)
    inside = (of[links.a] == of[links.b]) & (of[links.a] > 0)
    count = int(of.max(initial=0)) + 1
    group = of[links.a[inside]]
    family_bits = np.zeros((count, len(sharing.schema.families)))
    for family, bits in enumerate(links.family_bits[inside].T):
        family_bits[:, family] = np.bincount(group, bits, minlength=count)
    member_bits = np.zeros(len(of))
    for end in (links.a[inside], links.b[inside]):
        member_bits += np.bincount(end, links.weight[inside], minlength=len(of))
    size = np.bincount(of[member_bits > 0], minlength=count)
    independent = _independent_groups(sharing, links, of, inside, size, parameters)
    sound = (size >= parameters.min_ring_size) & (independent >= (1 if single else 2))
    sound[0] = False
    for number in np.flatnonzero(sound & (size > parameters.large_ring)):
        mine = inside & (of[links.a] == number)
        sound[number] = cohesion(links.a[mine], links.b[mine]) >= parameters.min_cohesion
    number_of_links = np.bincount(group, minlength=count)
    return Groups(of, inside, size, family_bits, number_of_links, member_bits, sound)


def enough_bits(size: Ints, score: Floats | Ints, single: bool, parameters: Parameters) -> Flags:
    """Whether groups have the bits of a ring: for each member and, of one kind only, in all.

    Args:
        size: Accounts of each.
        score: Bits of each.
        single: Whether the data hold one independent kind of evidence only.
        parameters: ``min_member_bits``, and ``min_single_family_bits``.
    """
    enough: Flags = score >= parameters.min_member_bits * size
    return enough & (score >= parameters.min_single_family_bits) if single else enough


def without_bystanders(
    links: Links, of: Ints, single: bool, parameters: Parameters, known: Flags | None = None
) -> Ints:
    """Communities without the accounts that are barely tied to them.

    A member has ``member_part`` of the median member's bits, or ``min_member_bits``, and, unless
    the data hold one group of evidence only, ties by two groups. Medians are of each family among
    those whose activity of that kind is known: who comes through a cloud that passes no address on
    is compared by the rest.

    Args:
        links: The links.
        of: Community of each account, 0 for none.
        single: Whether the data hold one independent kind of evidence only.
        parameters: The judgements.
        known: Whether activity of each account and family is known, shape (accounts, families);
            None where only links are: it is taken to be known where they have bits of it.
    """
    inside = (of[links.a] == of[links.b]) & (of[links.a] > 0)
    bits = np.zeros((len(of), len(links.schema.families)))
    for family, mine in enumerate(links.family_bits[inside].T):
        for end in (links.a[inside], links.b[inside]):
            bits[:, family] += np.bincount(end, mine, minlength=len(of))
    ties = np.zeros(len(of), dtype=np.int64)
    codes = group_codes(links.schema)
    for code in range(len(links.schema.groups)):
        tied = np.zeros(len(of), dtype=bool)
        by_group = links.family_bits[:, codes == code].sum(axis=1)
        at = inside & (by_group >= parameters.family_bits)
        tied[links.a[at]] = tied[links.b[at]] = True
        ties += tied
    least = np.zeros(len(of))
    for family, mine in enumerate(bits.T):
        told = np.flatnonzero((of > 0) & (mine > 0 if known is None else known[:, family]))
        least[told] += parameters.member_part * _medians(mine[told], of[told])
    # However strongly the others are tied, as much as a ring asks of each is no accident.
    least = np.minimum(least, parameters.min_member_bits)
    stays = (bits.sum(axis=1) >= least) & bits.any(axis=1)
    if not single:
        stays &= ties > 1
    return np.where(stays, of, 0)


def _medians(values: Floats, of: Ints) -> Floats:
    """For each value the median, the lower of two, of those of its community."""
    order = np.lexsort((values, of))
    starts = np.flatnonzero(np.diff(of[order], prepend=-1))
    size = np.diff(np.append(starts, len(order)))
    result = np.empty(len(values))
    result[order] = np.repeat(values[order][starts + (size - 1) // 2], size)
    return result


def connected(a: Ints, b: Ints, of: Ints) -> Ints:
    """Communities cut into connected parts: whoever held two together may have been a bystander.

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


def covering_groups(
    links: Links,
    of: Ints,
    inside: Flags,
    size: Ints,
    parameters: Parameters,
) -> Flags:
    """Which groups of evidence speak for each community, shape (communities, groups).

    One speaks when it ties ``family_coverage`` of the members with ``min_kind_bits`` for each.
    """
    count, codes = len(links.schema.groups), group_codes(links.schema)
    covered = np.zeros((len(size), count), dtype=bool)
    for code in range(count):
        bits = links.family_bits[:, codes == code].sum(axis=1)
        at = inside & (bits >= parameters.family_bits)
        tied = np.unique(np.concatenate([links.a[at], links.b[at]]))
        part = np.bincount(of[tied], minlength=len(size)) / np.maximum(size, 1)
        brought = np.bincount(of[links.a[inside]], bits[inside], minlength=len(size))
        covered[:, code] = part >= parameters.family_coverage
        covered[:, code] &= brought >= parameters.min_kind_bits * size
    return covered


def _independent_groups(
    sharing: Sharing,
    links: Links,
    of: Ints,
    inside: Flags,
    size: Ints,
    parameters: Parameters,
) -> Ints:
    """How many independent groups of evidence each community has, if it has the size of a ring."""
    count, covered = len(size), covering_groups(links, of, inside, size, parameters)
    # Times are read where they are asked for: not of a group that is no ring whatever they are.
    asked = (covered.sum(axis=1) > 1) & (size >= parameters.min_ring_size)
    timed = inside & asked[of[links.a]]
    earliest, latest = _spans(sharing, links, of, timed, count, parameters)
    independent = covered.sum(axis=1)
    groups = len(sharing.schema.groups)
    for one in range(groups):
        for other in range(one + 1, groups):
            low = np.minimum(earliest[:, one], earliest[:, other])
            high = np.maximum(latest[:, one], latest[:, other])
            at_once = high <= low + parameters.occasion_hours * HOUR
            independent = independent - (at_once & covered[:, one] & covered[:, other])
    # Groups that are one occasion together still count once.
    counted: Ints = np.maximum(independent, covered.any(axis=1)).astype(np.int64)
    return counted


def _spans(
    sharing: Sharing,
    links: Links,
    of: Ints,
    inside: Flags,
    count: int,
    parameters: Parameters,
) -> tuple[Floats, Floats]:
    """First and last use of what ties each community, per group, shape (communities, groups).

    Strays are left out: of the evidence, by bits, ``occasion_part`` lies between the two. Unknown
    times span for ever.
    """
    groups = len(links.schema.groups)
    lines, group = links.evidence, group_codes(links.schema)[links.evidence.family]
    chosen = np.flatnonzero(inside[links.link_of] & (group >= 0))
    ends = np.concatenate([lines.a[chosen], lines.b[chosen]])
    asked = _witnesses(sharing, of, parameters)[ends]
    cell = (of[ends] * groups + np.tile(group[chosen], 2))[asked]
    weight = np.tile(links.bits[chosen], 2)[asked]
    use = np.concatenate([lines.use_a[chosen], lines.use_b[chosen]])[asked]
    known = use >= 0
    first, last = np.full(len(use), -np.inf), np.full(len(use), np.inf)
    first[known], last[known] = sharing.times(use[known])
    stray = (1.0 - parameters.occasion_part) / 2.0
    shape = (count, groups)
    earliest = _after(stray, cell, np.nan_to_num(first, nan=-np.inf), weight, count * groups)
    latest = -_after(stray, cell, -np.nan_to_num(last, nan=np.inf), weight, count * groups)
    return earliest.reshape(shape), latest.reshape(shape)


def _witnesses(sharing: Sharing, of: Ints, parameters: Parameters) -> Flags:
    """Up to ``witnesses`` members of each community, spread over the openings.

    They are mostly the same when a community grows.
    """
    members = np.flatnonzero(of > 0)
    # Multiples of the golden ratio, modulo one, keep apart however many there are.
    spread = sharing.opening_rank[members] * (5**0.5 - 1) / 2 % 1
    members = members[np.lexsort((spread, of[members]))]
    starts = np.searchsorted(of[members], of[members])
    asked = np.zeros(len(of), dtype=bool)
    asked[members] = np.arange(len(members)) - starts < parameters.witnesses
    return asked


def _after(part: float, cell: Ints, value: Floats, weight: Floats, cells: int) -> Floats:
    """In each cell the least value up to which more than a part of the weight lies."""
    order = np.lexsort((value, cell))
    cell, value, weight = cell[order], value[order], weight[order]
    total = np.bincount(cell, weight, minlength=cells)
    before = np.concatenate([[0.0], np.cumsum(total)])[cell]
    reached = np.flatnonzero(np.cumsum(weight) - before > part * total[cell])
    at, place = np.unique(cell[reached], return_index=True)
    found = np.full(cells, np.inf)
    found[at] = value[reached[place]]
    return found


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
