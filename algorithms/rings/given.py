"""Groups that were made elsewhere, judged as they are: no member is added or taken away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ringleader.algorithms.evidence.sharing import Sharing
from ringleader.algorithms.judging.look_alikes import LookAlikes, look_alikes
from ringleader.algorithms.judging.membership import Cells, compared
from ringleader.algorithms.judging.verdict import Verdict, weighed
from ringleader.algorithms.judging.view import View
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.finding import Found, rings_of_groups


@dataclass(frozen=True)
class Judged:
    """What is said of a group that was given.

    Attributes:
        group: What it is called.
        accounts: How many accounts of the graph it has.
        unknown: How many of its names are no account of the graph.
        score: Bits of evidence.
        needed: Bits that a group of its size needs here to be a ring.
        kinds: Kinds of evidence that stand by themselves.
        strong: Whether it is a ring.
        reasons: What is missing, or the innocent explanation, in words; nothing for a ring.
    """

    group: str
    accounts: int
    unknown: int
    score: float
    needed: float
    kinds: tuple[str, ...]
    strong: bool
    reasons: tuple[str, ...]


def judge_groups(
    sharing: Sharing,
    groups: Mapping[str, str],
    parameters: Parameters,
    *,
    all_links: bool = False,
) -> tuple[Found, tuple[Judged, ...]]:
    """The strong ones of the given groups as rings, and what is said of each.

    Args:
        sharing: Who shares what.
        groups: Group of each account; an account is in one.
        parameters: The judgements.
        all_links: Whether to link groups that are no rings, and near misses, as well.
    """
    names = sorted(set(groups.values()))
    code = {name: number for number, name in enumerate(names)}
    place = {str(name): at for at, name in enumerate(sharing.accounts)}
    known = sorted((place[a], code[group]) for a, group in groups.items() if a in place)
    row, column = np.array(known, dtype=np.int64).reshape(-1, 2).T
    shape = (len(sharing.accounts), max(len(names), 1))
    members = sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape)
    view = View(sharing, parameters)
    cells = compared(view, members)
    verdict = weighed(view, cells)
    looks = look_alikes(view, cells, verdict)
    found = rings_of_groups(view, cells, verdict, looks, all_links=all_links)
    accused = {account for ring in found.rings for account in ring.members}
    asked = np.bincount([code[group] for group in groups.values()], minlength=len(names))
    price = needed(verdict, parameters)
    judged = []
    for number, name in enumerate(names):
        size = int(cells.size[number])
        strong = any(str(sharing.accounts[at]) in accused for at in row[column == number])
        kinds = view.kind.names(bool(cells.apart[number]))
        stands = zip(kinds, verdict.stands[number].tolist(), strict=True)
        judged.append(
            Judged(
                name,
                size,
                int(asked[number]) - size,
                float(verdict.evidence[number].sum()),
                float(price[number]),
                tuple(kind for kind, stood in stands if stood),
                strong,
                () if strong else tuple(lacking(view, cells, verdict, looks, number)),
            )
        )
    return found, tuple(judged)


def needed(
    verdict: Verdict, parameters: Parameters
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Bits that each group needs to be a ring: what choosing and naming it cost, and the budget."""
    budget = float(np.log2(1.0 / parameters.false_rings))
    bits: np.ndarray[tuple[int], np.dtype[np.float64]]
    bits = verdict.evidence.sum(axis=1) - verdict.total + budget
    return bits


def lacking(
    view: View, cells: Cells, verdict: Verdict, looks: LookAlikes, number: int
) -> Iterator[str]:
    """Why a group is no ring, in words, with the parameters that say so.

    Args:
        view: The uses.
        cells: The groups.
        verdict: The verdicts on them.
        looks: Whom they look like.
        number: The group.
    """
    asked, size = view.parameters, int(cells.size[number])
    if size < asked.min_ring_size:
        yield (
            f"it has {size} {'account' if size == 1 else 'accounts'}; a ring has "
            f"{asked.min_ring_size} or more (min_ring_size)"
        )
    bits, price = float(verdict.evidence[number].sum()), float(needed(verdict, asked)[number])
    if bits < price:
        yield (
            f"its {bits:.1f} bits are less than the {price:.1f} that {size} of "
            f"{view.accounts:,} accounts and what they share need here (false_rings)"
        )
    kinds = view.kind.names(bool(cells.apart[number]))
    stands = verdict.stands[number]
    if stands.sum() < 2:
        budget = float(np.log2(1.0 / asked.false_rings))
        short = [
            f"{kinds[kind]} lacks {budget - verdict.spare[number, kind]:.1f} bits"
            if verdict.evidence[number, kind] > 0
            else f"{kinds[kind]} has none"
            for kind in np.flatnonzero(~stands)
            if kinds[kind]
        ]
        alone = [kinds[kind] for kind in np.flatnonzero(stands)]
        yield (
            f"{', '.join(alone) or 'no kind of evidence'} stands by itself; a ring needs two kinds "
            f"({'; '.join(short)})"
        )
    if looks.pattern[number]:
        yield f"set aside as {looks.pattern[number]}: {looks.reason[number]}"
    elif bool(verdict.strong[number]):
        yield "half of its accounts or more are known to be good, or are in a stronger group"
