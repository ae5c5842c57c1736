"""How much a group is more than chance: bits against the null, and what they have to pay for.

Naming the infrastructure of one kind gives a pool, the accounts that live on it. The members were
chosen from that pool, and what the other kinds tell of them has to pay for it all and for the
budget of false rings (minimum description length: Rissanen (1978); Gruenwald, "The Minimum
Description Length Principle" (2007)):

    given(first, kind) = evidence of the kind - members * log2(pool / members) - naming of the kind
    sum of given(first, other kinds) - naming of the first >= log2(1 / false_rings),

over the members who live on both. The first kind is the one that gives most.

*Naming* a kind's infrastructure costs as many identifiers as may tie those members who live on it,
the first user of each being free: a chain of accounts that share one thing with the next pays for
each link as much as it brings.

Each of two kinds has to stand by itself as well: given(another, kind) >= log2(1 / false_rings). So
a few accounts of a crowd that happen to share one more popular identifier are not a ring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ringleader.algorithms.evidence.sharing import Flags, Floats
from ringleader.algorithms.judging.membership import Cells
from ringleader.algorithms.judging.view import View


@dataclass(frozen=True)
class Verdict:
    """The verdict on every group.

    Attributes:
        evidence: Bits of each kind, shape (groups, kinds).
        naming: What naming the infrastructure costs, shape (groups, kinds).
        spare: Bits of each kind beyond what it has to pay for, given another kind, shape
            (groups, kinds).
        total: Bits beyond what finding the group costs.
        stands: Which kinds stand by themselves, shape (groups, kinds).
        strong: Whether the group is no chance: large enough, and paid for in all and by two kinds.
    """

    evidence: Floats
    naming: Floats
    spare: Floats
    total: Floats
    stands: Flags
    strong: Flags

    @property
    def expected_false(self) -> Floats:
        """How many groups as good chance makes in such a graph, at most."""
        return np.exp2(-np.clip(self.total, 0.0, 1000.0))


def weighed(view: View, cells: Cells) -> Verdict:
    """The verdict on every group.

    Args:
        view: The uses.
        cells: The groups with their members (:func:`..membership.refined`).
    """
    asked, size = view.parameters, cells.size
    evidence, living = np.zeros((2, cells.groups, view.kinds))
    for kind in range(view.kinds):
        mine = cells.inside & cells.lives[:, kind]
        evidence[:, kind] = _sum(cells, mine, cells.evidence[:, kind])
        living[:, kind] = _sum(cells, mine)
    naming = _naming(view, cells, living)
    given = _given(cells, naming)
    spare, budget = given.max(axis=1), np.log2(1.0 / asked.false_rings)
    total = (np.maximum(given, 0.0).sum(axis=2) - naming).max(axis=1)
    stands = spare >= budget
    strong = (size >= asked.min_ring_size) & (total >= budget) & (stands.sum(axis=1) >= 2)
    return Verdict(evidence, naming, spare, total, stands, strong)


def _given(cells: Cells, naming: Floats) -> Floats:
    """Bits of a kind beyond choosing members from those whom another kind gives, and its naming.

    Shape (groups, kinds, kinds): the kind that gives the pool, then the kind that is asked.
    """
    groups, kinds = naming.shape
    bits = np.full((groups, kinds, kinds), -np.inf)
    for first in range(kinds):
        pool = _sum(cells, cells.lives[:, first])
        for kind in range(kinds):
            if kind == first:
                continue
            both = cells.inside & cells.lives[:, first] & cells.lives[:, kind]
            people = np.maximum(_sum(cells, both), 1.0)
            chosen = people * np.log2(np.maximum(pool / people, 1.0))
            told = _sum(cells, both, cells.evidence[:, kind])
            bits[:, first, kind] = told - chosen - naming[:, kind]
    return bits


def _sum(cells: Cells, chosen: Flags, bits: Floats | None = None) -> Floats:
    weights = None if bits is None else bits[chosen]
    return np.bincount(cells.group[chosen], weights, minlength=cells.groups).astype(np.float64)


def _naming(view: View, cells: Cells, living: Floats) -> Floats:
    """Bits that name the identifiers which may tie those members who live on them, by kind.

    The largest are taken until together they tie as many members as there are.
    """
    used = cells.used.tocoo()
    of_group = cells.rates.kind_of
    kind_of = of_group[used.row, view.sharing.label[used.col]]
    naming = np.zeros((cells.groups, view.kinds))
    for kind in range(view.kinds):
        there = np.flatnonzero(kind_of == kind)
        order = there[np.lexsort((-used.data[there], used.row[there]))]
        row, gain = used.row[order], used.data[order] - 1.0
        tied = np.concatenate([[0.0], np.cumsum(gain)])
        before = tied[:-1] - tied[np.searchsorted(row, row)]
        needed = before < np.maximum(living[row, kind] - 1.0, 0.0)
        count = np.bincount(row[needed], minlength=cells.groups).astype(np.float64)
        shared = np.maximum((view.shared[None, :] * (of_group == kind)).sum(axis=1), 2.0)
        naming[:, kind] = count * np.log2(np.maximum(np.e * shared / np.maximum(count, 1.0), 2.0))
    return naming
