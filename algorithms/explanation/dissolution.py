"""What would dissolve a ring: the identifiers without which its links hold no ring any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np

from ringleader.algorithms.evidence.removal import Told, read_back, without
from ringleader.algorithms.evidence.shared_neighbours import strong_enough
from ringleader.algorithms.evidence.sharing import Ints
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import criterion, holds

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
    parameters: Parameters,
    *,
    effort: int = EFFORT,
) -> Dissolution:
    """The smallest evidence without which no ring is left, by the criteria of detection.

    Greedily first: in turn what carries most of the links that still hold is taken away, until what
    is left is no ring (:func:`ringleader.algorithms.rings.building.holds`), and what was not needed
    is put back. Then all smaller sets are tried, if they are few enough. A family at its cap has
    more evidence than its bits say, so that taking some of it away may dissolve less than is said
    here.

    Args:
        links: Rows of the stored query ``ring-links``, or what was read back from them.
        single: Whether the data held one kind of evidence only.
        parameters: Those of the run that found the ring.
        effort: How much may be spent on smaller sets: sets times lines of evidence.
    """
    told = links if isinstance(links, Told) else read_back(links)
    wanted = criterion(len(told.accounts), single, parameters)
    item = told.links.evidence.identifier

    def stands(removed: Sequence[int]) -> bool:
        gone = np.isin(item, np.asarray(removed, dtype=np.int64))
        left = without(told.links, gone, not single, parameters)
        return holds(left, len(told.accounts), single, parameters)

    if not len(told.links) or not stands(()):
        return Dissolution((), True, True, wanted)
    order = _by_weight(told, single, parameters)
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


def _by_weight(told: Told, single: bool, parameters: Parameters) -> list[int]:
    """Names in the order in which they carry most of the links that still hold without the others.

    Every step looks at the links of one name only, so that all steps together look at each line of
    evidence a few times.
    """
    links, schema = told.links, told.links.schema
    width = len(schema.families)
    lines = links.evidence
    cell = links.link_of * width + lines.family
    whole = links.family_bits.ravel().copy()
    left = whole.copy()
    standing = np.ones(len(links), dtype=bool)
    there = np.ones(len(cell), dtype=bool)
    carried = np.bincount(lines.identifier, links.bits, minlength=len(told.names))
    carried[~told.named] = 0.0
    by_name, by_link = (
        _grouped(lines.identifier, len(told.names)),
        _grouped(links.link_of, len(links)),
    )
    order: list[int] = []
    while carried.max(initial=0.0) > 1e-9:
        # Names are sorted, so that of equals the first goes.
        name = int(carried.argmax())
        order.append(name)
        mine = by_name[name]
        there[mine] = False
        carried[name] = 0.0
        np.subtract.at(left, cell[mine], links.bits[mine])
        touched = np.unique(links.link_of[mine])
        touched = touched[standing[touched]]
        cells = touched[:, None] * width + np.arange(width)
        part = np.divide(
            left[cells], whole[cells], out=np.zeros(cells.shape), where=whole[cells] > 0
        )
        table = np.log2(1.0 + np.clip(part, 0.0, 1.0) * (2.0 ** whole[cells] - 1.0))
        fallen = touched[~strong_enough(table, not single, parameters, schema)]
        standing[fallen] = False
        if len(fallen):
            lost = np.concatenate([by_link[number] for number in fallen])
            lost = lost[there[lost] & told.named[lines.identifier[lost]]]
            there[lost] = False
            np.subtract.at(carried, lines.identifier[lost], links.bits[lost])
            np.clip(carried, 0.0, None, out=carried)
    return order


def _grouped(of: Ints, count: int) -> list[Ints]:
    """Positions of each number from 0 to ``count``."""
    order = np.argsort(of, kind="stable").astype(np.int64)
    return np.split(order, np.searchsorted(of[order], np.arange(1, count)))
