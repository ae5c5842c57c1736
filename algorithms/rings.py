"""Rings: communities whose evidence holds up."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from algorithms.parameters import Parameters
from algorithms.shared_neighbours import Links
from algorithms.sharing import FAMILIES, GROUPS, Floats, Ints, Sharing, group_codes

HOUR = 3600.0


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
    """

    ring_id: str
    members: tuple[str, ...]
    member_bits: tuple[float, ...]
    family_bits: tuple[tuple[str, float], ...]
    links: int
    single_family: bool

    @property
    def score(self) -> float:
        """Bits of evidence inside the ring."""
        return sum(bits for _, bits in self.family_bits)

    @property
    def size(self) -> int:
        """Number of members."""
        return len(self.members)

    @property
    def density(self) -> float:
        """Part of the possible pairs that is linked."""
        return self.links / (self.size * (self.size - 1) / 2)


def build_rings(
    sharing: Sharing, links: Links, community: Mapping[str, int], parameters: Parameters
) -> list[Ring]:
    """The communities that are rings, the strongest first.

    A ring has ``min_ring_size`` accounts, and two independent groups of evidence that each tie
    ``family_coverage`` of its members; where the data hold one group only, a higher score. Groups
    whose evidence all falls into ``occasion_hours`` are one coincidence and count once.

    Args:
        sharing: Who shares what.
        links: The links.
        community: Community of each linked account, by account id.
        parameters: The judgements.
    """
    if not len(links):
        return []
    of = np.array([community.get(str(name), -1) for name in sharing.accounts], dtype=np.int64)
    of = np.unique(of, return_inverse=True)[1] if (of < 0).any() else of + 1
    # Number 0 is "in no community" from here on.
    single = len(sharing.groups_in_data()) < 2
    of = connected(links.a, links.b, _without_bystanders(links, of, single, parameters))
    inside = (of[links.a] == of[links.b]) & (of[links.a] > 0)
    count = int(of.max()) + 1
    ring_of = of[links.a[inside]]
    family = np.zeros((count, len(FAMILIES)))
    np.add.at(family, ring_of, links.family_bits[inside])
    members = np.zeros(len(sharing.accounts))
    for end in (links.a[inside], links.b[inside]):
        members += np.bincount(end, links.weight[inside], minlength=len(members))
    size = np.bincount(of[members > 0], minlength=count)
    number_of_links = np.bincount(ring_of, minlength=count)
    independent = _independent_groups(sharing, links, of, inside, size, parameters)
    score = family.sum(axis=1)
    wanted = parameters.min_single_family_bits if single else parameters.min_ring_bits
    good = (size >= parameters.min_ring_size) & (score >= wanted)
    good &= independent >= (1 if single else 2)
    good[0] = False
    by_ring = np.argsort(of, kind="stable")
    rings = []
    for number in np.flatnonzero(good):
        low, high = np.searchsorted(of[by_ring], [number, number + 1])
        at = by_ring[low:high]
        at = at[members[at] > 0]
        if len(at) > parameters.large_ring:
            mine = inside & (of[links.a] == number)
            if cohesion(links.a[mine], links.b[mine]) < parameters.min_cohesion:
                continue
        names = tuple(str(name) for name in sharing.accounts[at])
        bits = sorted(
            ((FAMILIES[f], float(family[number, f])) for f in np.flatnonzero(family[number] > 0)),
            key=lambda item: (-item[1], item[0]),
        )
        rings.append(
            Ring(
                name_of(names),
                names,
                tuple(float(b) for b in members[at]),
                tuple(bits),
                int(number_of_links[number]),
                single,
            )
        )
    return sorted(rings, key=lambda ring: (-ring.score, ring.ring_id))


def _without_bystanders(links: Links, of: Ints, single: bool, parameters: Parameters) -> Ints:
    """Communities without the accounts that are barely tied to them.

    A member has ``member_part`` of the median member's bits and, unless the data hold one group of
    evidence only, ties by two groups.
    """
    inside = (of[links.a] == of[links.b]) & (of[links.a] > 0)
    bits, ties = np.zeros(len(of)), np.zeros(len(of), dtype=np.int64)
    for end in (links.a[inside], links.b[inside]):
        bits += np.bincount(end, links.weight[inside], minlength=len(of))
    for code in range(len(GROUPS)):
        tied = np.zeros(len(of), dtype=bool)
        by_group = links.family_bits[:, group_codes() == code].sum(axis=1)
        at = inside & (by_group >= parameters.family_bits)
        tied[links.a[at]] = tied[links.b[at]] = True
        ties += tied
    order = np.lexsort((bits, of))
    starts = np.searchsorted(of[order], np.arange(int(of.max()) + 2))
    middle = (starts[:-1] + starts[1:] - 1) // 2
    median = bits[order[np.minimum(middle, len(of) - 1)]]
    stays = (bits >= parameters.member_part * median[of]) & (bits > 0)
    if not single:
        stays &= ties > 1
    return np.where(stays, of, 0)


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
    of = _without_bystanders(links, connected(links.a, links.b, of), single, parameters)
    of = connected(links.a, links.b, of)
    inside = (of[links.a] == of[links.b]) & (of[links.a] > 0)
    count = int(of.max()) + 1
    tied = np.unique(np.concatenate([links.a[inside], links.b[inside]]))
    size = np.bincount(of[tied], minlength=count)
    score = np.bincount(of[links.a[inside]], links.weight[inside], minlength=count)
    groups = _covering_groups(links, of, inside, size, parameters).sum(axis=1)
    wanted = parameters.min_single_family_bits if single else parameters.min_ring_bits
    good = (size >= parameters.min_ring_size) & (score >= wanted)
    good &= groups >= (1 if single else 2)
    for number in np.flatnonzero(good):
        mine = inside & (of[links.a] == number)
        if size[number] <= parameters.large_ring:
            return True
        if cohesion(links.a[mine], links.b[mine]) >= parameters.min_cohesion:
            return True
    return False


def _covering_groups(
    links: Links,
    of: Ints,
    inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    size: Ints,
    parameters: Parameters,
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which groups tie enough members of each community, shape (communities, groups)."""
    covered = np.zeros((len(size), len(GROUPS)), dtype=bool)
    for code in range(len(GROUPS)):
        bits = links.family_bits[:, group_codes() == code].sum(axis=1)
        at = inside & (bits >= parameters.family_bits)
        tied = np.unique(np.concatenate([links.a[at], links.b[at]]))
        part = np.bincount(of[tied], minlength=len(size)) / np.maximum(size, 1)
        covered[:, code] = part >= parameters.family_coverage
    return covered


def _independent_groups(
    sharing: Sharing,
    links: Links,
    of: Ints,
    inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    size: Ints,
    parameters: Parameters,
) -> Ints:
    """How many independent groups of evidence each community has."""
    count, covered = len(size), _covering_groups(links, of, inside, size, parameters)
    earliest, latest = _spans(sharing, links, of, inside, count)
    independent = covered.sum(axis=1)
    for one in range(len(GROUPS)):
        for other in range(one + 1, len(GROUPS)):
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
    inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    count: int,
) -> tuple[Floats, Floats]:
    """First and last use of what ties each community, per group; unknown times span for ever."""
    lines, group = links.evidence, group_codes()[links.evidence.family]
    chosen = inside[links.link_of] & (group >= 0)
    ring, group = of[lines.a[chosen]], group[chosen]
    earliest = np.full((count, len(GROUPS)), np.inf)
    latest = np.full((count, len(GROUPS)), -np.inf)
    for use in (lines.use_a[chosen], lines.use_b[chosen]):
        known = use >= 0
        first = np.where(known, sharing.first[use], -np.inf) if len(sharing.first) else use * 1.0
        last = np.where(known, sharing.last[use], np.inf) if len(sharing.last) else use * 1.0
        np.minimum.at(earliest, (ring, group), np.nan_to_num(first, nan=-np.inf))
        np.maximum.at(latest, (ring, group), np.nan_to_num(last, nan=np.inf))
    return earliest, latest


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


def name_of(members: Collection[str], kind: str = "ring") -> str:
    """The name of a new ring, or of another group: it follows from its members alone."""
    text = "\n".join(sorted(members))
    return f"{kind}-" + hashlib.sha256(text.encode()).hexdigest()[:12]
