"""Whether stored links still form a ring after some evidence is removed, for explanations."""

from __future__ import annotations

import numpy as np

from ringleader.algorithms.evidence.shared_neighbours import Links
from ringleader.algorithms.evidence.sharing import group_codes
from ringleader.algorithms.grouping.groups import LARGE, LEAST_BITS, grouped
from ringleader.algorithms.parameters import Parameters


def counts_apart(links: Links, accounts: int, parameters: Parameters) -> bool:
    """Whether address and device count as two kinds: none of them holds half of the members.

    Args:
        links: Links of one ring with their lines of evidence.
        accounts: Number of accounts that the links count by position.
        parameters: The judgements.
    """
    lines, groups = links.evidence, [family.group for family in links.schema.families]
    several = np.array([bool(group) and groups.count(group) > 1 for group in groups], dtype=bool)
    of_place = several[lines.family]
    width = max(accounts, 1)
    ends = np.concatenate(
        [lines.identifier[of_place] * width + end[of_place] for end in (lines.a, lines.b)]
    )
    users = np.unique(np.unique(ends) // width, return_counts=True)[1]
    members = len(np.unique(np.concatenate([links.a, links.b])))
    return int(users.max(initial=0)) < parameters.kind_coverage * members


def holds(
    links: Links,
    accounts: int,
    population: int,
    single: bool,
    parameters: Parameters,
    *,
    apart: bool = False,
) -> bool:
    """Whether links by themselves hold a ring together.

    It is asked what the judge asks, but for what does not follow from links: how many identifiers
    have to be named, and how large the pool is from which the group was chosen. One identifier of
    each of two kinds is named at least, as one of as many as there are accounts.

    Args:
        links: Links of one ring; their lines of evidence are not looked at.
        accounts: Number of accounts that the links count by position.
        population: Number of accounts in the graph.
        single: Whether the data hold one kind of evidence only.
        parameters: The judgements.
        apart: Whether address and device count as two kinds (:func:`counts_apart`).
    """
    if not len(links):
        return False
    if single:
        of = np.zeros(accounts, dtype=np.int64)
        of[links.a] = of[links.b] = 1
        return bool(grouped(links, of, parameters).sound.any())
    members = np.unique(np.concatenate([links.a, links.b]))
    budget = float(np.log2(1.0 / parameters.false_rings))
    if len(members) < parameters.min_ring_size:
        return False
    codes = group_codes(links.schema)
    if apart:
        codes = np.where(codes >= 0, np.arange(len(codes)), -1)
    brought = []
    for code in np.unique(codes[codes >= 0]):
        bits = links.family_bits[:, codes == code].sum(axis=1)
        tied = np.unique(np.concatenate([links.a[bits > 0], links.b[bits > 0]]))
        if len(tied) >= parameters.kind_coverage * len(members) and bits.sum() >= budget:
            brought.append(float(bits.sum()))
    return len(brought) >= 2 and sum(brought) - max(brought) >= _price(population, parameters)


def _price(population: int, parameters: Parameters) -> float:
    """Bits that the kinds beside the strongest one have to bring."""
    return float(np.log2(1.0 / parameters.false_rings) + 2.0 * np.log2(max(population, 2)))


def criterion(accounts: int, population: int, single: bool, parameters: Parameters) -> str:
    """What :func:`holds` asks for, in words.

    Args:
        accounts: Number of accounts of the ring that is judged.
        population: Number of accounts in the graph.
        single: Whether the data hold one kind of evidence only.
        parameters: The judgements.
    """
    if single:
        words = (
            f"{parameters.min_ring_size} connected accounts with {parameters.member_bits:g} bits "
            f"for each and {LEAST_BITS:g} in all"
        )
        if accounts > LARGE:
            words += (
                f"; beyond {LARGE} accounts, {parameters.min_cohesion:.0%} of the pairs linked to "
                "one third account are linked"
            )
        return words
    return (
        f"{parameters.min_ring_size} accounts or more, two independent kinds that each tie "
        f"{parameters.kind_coverage:.0%} of them, and {_price(population, parameters):.0f} bits "
        "of evidence beside the strongest kind"
    )
