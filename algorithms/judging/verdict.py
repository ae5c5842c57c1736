"""How much a group is more than chance: bits against the null, and what they have to pay for.

A group of ``m`` accounts out of ``N`` could have been chosen in C(N, m) ways, and its
infrastructure from all shared identifiers. A ring's evidence has to pay for both and for the budget
of false rings (minimum description length: Rissanen (1978); Gruenwald, "The Minimum Description
Length Principle" (2007)):

    sum of evidence >= log2 C(N, m) + naming + log2(1 / false_rings)

*Naming* a kind's infrastructure costs as many identifiers as may tie those members who live on it,
the first user of each being free: a chain of accounts that share one thing with the next pays for
each link as much as it brings.

Each of two kinds has to stand by itself as well. Given the others, the group was chosen from the
accounts that live on the infrastructure of other kinds, the pool:

    evidence of the kind >= members * log2(pool / members) + naming + log2(1 / false_rings)

So a few accounts of a crowd that happen to share one more popular identifier are not a ring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from ringleader.algorithms.evidence.sharing import Flags, Floats
from ringleader.algorithms.judging.membership import Cells
from ringleader.algorithms.judging.view import View


@dataclass(frozen=True)
class Verdict:
    """The verdict on every group.

    Attributes:
        evidence: Bits of each kind, shape (groups, kinds).
        naming: What naming the infrastructure costs, shape (groups, kinds).
        spare: Bits of each kind beyond what it has to pay for by itself, shape (groups, kinds).
        total: Bits of all kinds beyond what choosing the group and its infrastructure costs.
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
    shape = (cells.groups, view.kinds)
    evidence, pool, living = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for kind in range(view.kinds):
        others = [code for code in range(view.kinds) if code != kind]
        mine = cells.inside & cells.lives[:, kind]
        evidence[:, kind] = np.bincount(
            cells.group[cells.inside], cells.evidence[cells.inside, kind], minlength=cells.groups
        )
        living[:, kind] = np.bincount(cells.group[mine], minlength=cells.groups)
        in_pool = cells.group[cells.lives[:, others].any(axis=1)]
        pool[:, kind] = np.bincount(in_pool, minlength=cells.groups)
    naming = _naming(view, cells, living)
    choice = np.log2(np.maximum(pool / np.maximum(living, 1.0), 1.0))
    spare = evidence - living * choice - naming
    total = evidence.sum(axis=1) - naming.sum(axis=1) - ways(view.accounts, size)
    budget = np.log2(1.0 / asked.false_rings)
    stands = (spare >= budget) & (evidence > 0)
    strong = (size >= asked.min_ring_size) & (total >= budget) & (stands.sum(axis=1) >= 2)
    return Verdict(evidence, naming, spare, total, stands, strong)


def ways(accounts: int, members: Floats) -> Floats:
    """log2 of the number of groups of so many members, C(accounts, members)."""
    n, m = float(accounts), np.clip(members, 0.0, float(accounts))
    bits: Floats = (gammaln(n + 1) - gammaln(m + 1) - gammaln(n - m + 1)) / np.log(2.0)
    return bits


def _naming(view: View, cells: Cells, living: Floats) -> Floats:
    """Bits that name the identifiers which may tie those members who live on them, by kind.

    The largest are taken until together they tie as many members as there are.
    """
    used = cells.used.tocoo()
    kind_of = view.kind_of_label[view.sharing.label[used.col]]
    naming = np.zeros((cells.groups, view.kinds))
    for kind in range(view.kinds):
        there = np.flatnonzero(kind_of == kind)
        order = there[np.lexsort((-used.data[there], used.row[there]))]
        row, gain = used.row[order], used.data[order] - 1.0
        tied = np.concatenate([[0.0], np.cumsum(gain)])
        before = tied[:-1] - tied[np.searchsorted(row, row)]
        needed = before < np.maximum(living[row, kind] - 1.0, 0.0)
        count = np.bincount(row[needed], minlength=cells.groups).astype(np.float64)
        shared = view.shared[view.kind_of_label == kind].sum() if kind in kind_of else 2.0
        naming[:, kind] = count * np.log2(np.maximum(np.e * shared / np.maximum(count, 1.0), 2.0))
    return naming
