"""Dissolution: the identifiers without which the links of a ring would not form one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np

from ringleader.algorithms.evidence.removal import Told, read_back, without
from ringleader.algorithms.judging.standing import counts_apart, criterion, holds
from ringleader.algorithms.parameters import Parameters

# Effort, not judgement: sets of identifiers tried times lines of evidence, about two seconds.
EFFORT = 3_000_000
FIXED_COST = 1_000  # of trying one set, in lines


@dataclass(frozen=True)
class Dissolution:
    """What would dissolve a ring.

    Attributes:
        names: Evidence to take away, as ``family|label|key``; none if the evidence makes no ring as
            it stands, and a decision keeps it.
        complete: Whether the ring is none without it; if not, evidence that is not kept by name
            holds it still.
        smallest: Whether no smaller set would do: every one was tried. If not, the set was found
            greedily.
        criterion: What a ring has to be, in words.
    """

    names: tuple[str, ...]
    complete: bool
    smallest: bool
    criterion: str


def dissolution(
    links: Sequence[Mapping[str, Any]] | Told,
    single: bool,
    population: int,
    parameters: Parameters,
    *,
    effort: int = EFFORT,
) -> Dissolution:
    """The smallest evidence without which no ring is left, by the criteria of detection.

    Approximately first: what carries most bits is taken away in turn until what is left is no ring
    (:func:`ringleader.algorithms.judging.standing.holds`), and what was not needed is put back.
    Then all smaller sets are tried, if they are few enough.

    Args:
        links: Rows of the stored query ``ring-links``, or what was read back from them.
        single: Whether the data held one kind of evidence only.
        population: Number of accounts in the graph then.
        parameters: Those of the run that found the ring.
        effort: How much may be spent on smaller sets: sets times lines of evidence.
    """
    told = links if isinstance(links, Told) else read_back(links)
    wanted = criterion(len(told.accounts), population, single, parameters)
    item = told.links.evidence.identifier
    apart = counts_apart(told.links, len(told.accounts), parameters)

    def stands(removed: Sequence[int]) -> bool:
        gone = np.isin(item, np.asarray(removed, dtype=np.int64))
        left = without(told.links, gone, single, parameters)
        return holds(left, len(told.accounts), population, single, parameters, apart=apart)

    if not len(told.links) or not stands(()):
        return Dissolution((), True, True, wanted)
    carried = np.bincount(item, told.links.bits, minlength=len(told.names))
    carried[~told.named] = 0.0
    # Names are sorted, so that of equals the first goes.
    order = [int(n) for n in np.argsort(-carried, kind="stable") if carried[n] > 0]
    if not order or stands(order):
        return Dissolution(tuple(told.names[n] for n in order), False, False, wanted)
    found = order[: _first(lambda length: not stands(order[:length]), len(order))]
    cost = len(item) + FIXED_COST
    if len(found) * cost <= effort:
        for name in list(reversed(found))[1:]:
            rest = [other for other in found if other != name]
            if not stands(rest):
                found = rest
    smallest = False
    named = np.flatnonzero(told.named).tolist()
    if sum(comb(len(named), size) for size in range(1, len(found))) * cost <= effort:
        smallest = True
        smaller = (s for size in range(1, len(found)) for s in combinations(named, size))
        found = list(next((chosen for chosen in smaller if not stands(chosen)), found))
    return Dissolution(tuple(told.names[n] for n in found), True, smallest, wanted)


def _first(good: Any, most: int) -> int:
    """The least length up to ``most`` that is good, ``most`` being so, by halving."""
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle + 1, high)
    return low
