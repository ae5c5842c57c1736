"""What would dissolve a ring: identifiers without which its links hold no ring any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from algorithms.parameters import Parameters
from algorithms.rings import holds
from algorithms.shared_neighbours import CONTACT, Evidence, Links, strong_enough
from algorithms.sharing import FAMILIES, Floats, Ints

OTHERS = "others"  # label of what a link has beyond the lines that are kept by name


@dataclass(frozen=True)
class Dissolution:
    """What would dissolve a ring.

    Attributes:
        names: Evidence to take away, as ``family|label|key``, in the order in which it was found.
        complete: Whether the ring is none without it; if not, evidence that is not kept by name
            holds it still.
        criterion: What a ring has to be, in words.
    """

    names: tuple[str, ...]
    complete: bool
    criterion: str


def dissolution(
    links: Sequence[Mapping[str, Any]], single: bool, parameters: Parameters
) -> Dissolution:
    """Evidence without which no ring is left, found greedily.

    In turn what carries most of the links that still hold is taken away, until what is left is no
    ring by the criteria of detection (:func:`algorithms.rings.holds`). The set is small but need
    not be the smallest. A family at its cap has more evidence than its bits say, so that taking
    some of it away may dissolve less than is said here.

    Args:
        links: Rows of the stored query ``ring-links``.
        single: Whether the data held one kind of evidence only.
        parameters: Those of the run that found the ring.
    """
    needed = parameters.min_single_family_bits if single else parameters.min_ring_bits
    kinds = "" if single else " of two independent kinds"
    criterion = f"{parameters.min_ring_size} accounts that hang together by {needed:g} bits{kinds}"
    accounts = sorted({link[end] for link in links for end in ("account_a", "account_b")})
    position = {account: number for number, account in enumerate(accounts)}
    a, b = (
        np.array([position[link[end]] for link in links], dtype=np.int64)
        for end in ("account_a", "account_b")
    )
    names = sorted({name for link in links for name in link["evidence"]})
    code = {name: number for number, name in enumerate(names)}
    lines = [
        (number, FAMILIES.index(name.split("|", 1)[0]), code[name], bits)
        for number, link in enumerate(links)
        for name, bits in zip(link["evidence"], link["evidence_bits"], strict=True)
    ]
    link_of, family, item = (np.array([line[i] for line in lines], np.int64) for i in range(3))
    bits = np.array([line[3] for line in lines])
    cell = link_of * len(FAMILIES) + family
    cells = len(links) * len(FAMILIES)
    whole = np.bincount(cell, bits, minlength=cells)
    named = np.array([name.split("|", 2)[1] != OTHERS for name in names], dtype=bool)
    there = np.ones(len(lines), dtype=bool)
    removed: list[str] = []
    standing = np.ones(len(links), dtype=bool)
    while True:
        carried = np.bincount(item, bits * (there & standing[link_of]), minlength=len(names))
        carried = np.where(named, carried, 0.0)
        if not carried.any():
            return Dissolution(tuple(removed), False, criterion)
        # Names are sorted, so that of equals the first goes.
        heaviest = int(carried.argmax())
        removed.append(names[heaviest])
        there &= item != heaviest
        left = np.bincount(cell, bits * there, minlength=cells)
        part = np.divide(left, whole, out=np.zeros(cells), where=whole > 0)
        # Evidence adds up before it becomes bits: log2(1 + sum / odds), so half of it is more than
        # half of the bits.
        table = np.log2(1.0 + part * (2.0**whole - 1.0)).reshape(-1, len(FAMILIES))
        standing = strong_enough(table, not single, parameters)
        if not holds(
            _bare(a[standing], b[standing], table[standing]), len(accounts), single, parameters
        ):
            return Dissolution(tuple(removed), True, criterion)


def _bare(a: Ints, b: Ints, family_bits: Floats) -> Links:
    """Links without their lines of evidence."""
    none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
    evidence = Evidence(none, none, none + CONTACT, none, none, nothing, none, none)
    return Links(a, b, family_bits, evidence, none, nothing)
