"""Lineage: how the rings of a run continue, merge or split earlier ones.

A ring is who is in it. What it was called yesterday follows from how many of yesterday's members
are together today, never from a community's number, the order of input or the number of threads.

The overlap of an earlier ring with a later one is the part of the earlier ring's members *still
seen* that are in the later one. Accounts that no longer share anything with anybody, because they
are banned and their traces have aged out of the graph, count on neither side, and accounts that
joined do not count against it: so a ring that replaces all of its accounts over a month keeps its
name, while the similarity of both sets (Jaccard) would give it a new one every few days. Greene,
Doyle and Cunningham, "Tracking the evolution of communities in dynamic social networks" (2010),
match by Jaccard and call the events so: continuation, merging, splitting, death.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import Ring

MERGES, SPLITS = "merges", "splits"

# Less than a fifth of a ring in another is members that moved, no split.
SPLITS_AT = 0.2
# One or two accounts may move by chance; three in common tell what a ring was.
CONTINUES_WITH = 3


@dataclass(frozen=True)
class Earlier:
    """A ring that a run finds in the graph.

    Attributes:
        members: Its members; of a retired ring, the last ones.
        live: Whether the run before found it.
    """

    members: frozenset[str]
    live: bool = True


@dataclass(frozen=True)
class Continuation:
    """A ring that took members over from another.

    Attributes:
        ring_id: The later ring.
        earlier_id: The earlier one.
        kind: ``merges`` if the earlier ring ended in it, ``splits`` if it left a part there.
        overlap: Part of the earlier ring's members still seen that are in the later one.
    """

    ring_id: str
    earlier_id: str
    kind: str
    overlap: float


@dataclass(frozen=True)
class Lineage:
    """Rings under their lasting names, and what became of the earlier ones.

    Attributes:
        rings: The rings found, in their order, under the names that they go by.
        continuations: Merges and splits, by name.
        successor: For each earlier ring the name of the ring that has most of it; absent where no
            ring has enough.
    """

    rings: list[Ring]
    continuations: list[Continuation]
    successor: dict[str, str]


@dataclass(frozen=True)
class _Claim:
    """What one earlier group and one later one have in common."""

    earlier: str
    later: int
    common: int
    overlap: float


def traced(
    rings: Sequence[Ring],
    earlier: Mapping[str, Earlier],
    seen: Collection[str],
    parameters: Parameters,
) -> Lineage:
    """Rings under the names of those that they continue, with merges and splits.

    Args:
        rings: The rings found.
        earlier: The rings in the graph by name, retired ones included: one that was gone for a
            while comes back under its name.
        seen: Accounts that share something with somebody in this run.
        parameters: ``continues_at``, the least in common and the part of a split.
    """
    groups = [frozenset(ring.members) for ring in rings]
    live = {name: ring.members for name, ring in earlier.items() if ring.live}
    retired = {name: ring.members for name, ring in earlier.items() if not ring.live}
    claims = _claims(groups, live, seen, parameters)
    names = _given(claims, {}, parameters)
    # A ring that no current ring continues may continue a retired one.
    names = _given(_claims(groups, retired, seen, parameters), names, parameters)
    names = _completed([ring.ring_id for ring in rings], names, set(earlier))
    successor: dict[str, str] = {}
    continuations = []
    for claim in _strongest_first(claims, groups):
        goes_on = claim.earlier in names.values()
        name = names[claim.later]
        if name == claim.earlier:
            successor[name] = name
            continue
        if claim.overlap < SPLITS_AT:
            continue
        ends_here = not goes_on and claim.earlier not in successor
        if not goes_on and claim.overlap >= parameters.continues_at:
            successor.setdefault(claim.earlier, name)
        merges = ends_here and claim.overlap >= parameters.continues_at
        kind = MERGES if merges else SPLITS
        continuations.append(Continuation(name, claim.earlier, kind, claim.overlap))
    return Lineage(
        [replace(ring, ring_id=names[number]) for number, ring in enumerate(rings)],
        sorted(continuations, key=lambda c: (c.ring_id, c.earlier_id)),
        successor,
    )


def lasting_names(
    groups: Sequence[Collection[str]],
    first_names: Sequence[str],
    earlier: Mapping[str, Collection[str]],
    seen: Collection[str],
    parameters: Parameters,
) -> list[str]:
    """Names of groups of accounts: those of the earlier groups that they continue, or new ones.

    Args:
        groups: Accounts of each group.
        first_names: What each would be called if it were new.
        earlier: Accounts of the earlier groups by name.
        seen: Accounts that share something with somebody in this run.
        parameters: ``continues_at`` and the least in common.
    """
    sets = [frozenset(group) for group in groups]
    past = {name: frozenset(members) for name, members in earlier.items()}
    names = _given(_claims(sets, past, seen, parameters), {}, parameters)
    completed = _completed(first_names, names, set(earlier))
    return [completed[number] for number in range(len(groups))]


def _claims(
    groups: Sequence[frozenset[str]],
    earlier: Mapping[str, frozenset[str]],
    seen: Collection[str],
    parameters: Parameters,
) -> list[_Claim]:
    """What earlier and later groups have in common, where it is more than a few accounts."""
    home: dict[str, list[str]] = {}
    for name, members in earlier.items():
        for account in members:
            home.setdefault(account, []).append(name)
    here = seen if isinstance(seen, set | frozenset) else set(seen)
    size = {name: len(members & here) for name, members in earlier.items()}
    claims = []
    for number, group in enumerate(groups):
        common = Counter(name for account in group for name in home.get(account, ()))
        for name, shared in common.items():
            if shared >= min(CONTINUES_WITH, len(earlier[name])):
                claims.append(_Claim(name, number, shared, shared / max(size[name], shared)))
    return _strongest_first(claims, groups)


def _strongest_first(claims: Iterable[_Claim], groups: Sequence[frozenset[str]]) -> list[_Claim]:
    """Most members in common first; of equals, the larger part, then the order of names."""
    return sorted(
        claims, key=lambda c: (-c.common, -c.overlap, c.earlier, min(groups[c.later], default=""))
    )


def _given(
    claims: Sequence[_Claim], names: Mapping[int, str], parameters: Parameters
) -> dict[int, str]:
    """Names that are passed on: the strongest claim first, each name and each group once."""
    given = dict(names)
    taken = set(given.values())
    for claim in claims:
        enough = claim.overlap >= parameters.continues_at
        if enough and claim.later not in given and claim.earlier not in taken:
            given[claim.later] = claim.earlier
            taken.add(claim.earlier)
    return given


def _completed(
    first_names: Sequence[str], names: Mapping[int, str], known: Collection[str]
) -> dict[int, str]:
    """A name for every group; a new one is never one that another group has or had."""
    completed = dict(names)
    taken = {*known, *completed.values()}
    for number, first_name in enumerate(first_names):
        name, again = first_name, 1
        while number not in completed and name in taken:
            again += 1
            name = f"{first_name}-{again}"
        taken.add(completed.setdefault(number, name))
    return completed
