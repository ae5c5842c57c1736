"""Uses of identifiers as sparse matrices, and what a group of accounts owns or lives on.

The null model keeps degrees and activity: an account that uses ``d`` identifiers of a label meets
one of ``n`` users with the expected count ``d * n / M``, where ``M`` is the number of uses of the
label (the configuration model; Newman, "Networks" (2010), chapter 13). So busy accounts may touch
what is popular without any evidence following from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from ringleader.algorithms.evidence.hubs import BENIGN, OWNED
from ringleader.algorithms.evidence.sharing import (
    Flags,
    Floats,
    Ints,
    Sharing,
)
from ringleader.algorithms.judging.kinds import Kinds
from ringleader.algorithms.parameters import Parameters

Matrix = Any  # a scipy.sparse array; scipy has no type hints
NETWORK = "network"
NOBODY_ELSE = 0.95  # part of an address's users from which on next to nobody else is behind it


@dataclass(frozen=True)
class View:
    """What the judge looks at.

    Attributes:
        sharing: Who shares what.
        parameters: The judgements.
    """

    sharing: Sharing
    parameters: Parameters

    @cached_property
    def accounts(self) -> int:
        """Number of accounts."""
        return len(self.sharing.accounts)

    @cached_property
    def kind(self) -> Kinds:
        """The independent kinds of evidence."""
        return Kinds.of(self.sharing.schema)

    @property
    def kind_of_label(self) -> Ints:
        """Code of each label's kind where no group counts apart, -1 for supporting evidence."""
        return self.kind.together

    @cached_property
    def is_network(self) -> Flags:
        """Whether each label is of the network family."""
        schema = self.sharing.schema
        return np.array([schema.family_of(name) == NETWORK for name in schema.labels], dtype=bool)

    @property
    def kinds(self) -> int:
        """Number of codes of kinds of evidence."""
        return len(self.kind)

    @property
    def labels(self) -> int:
        """Number of labels."""
        return len(self.kind_of_label)

    @cached_property
    def counts(self) -> Flags:
        """Whether each use is evidence: of a kind, and of nothing that counts as a hub."""
        sharing = self.sharing
        kind = self.kind_of_label[sharing.label]
        hub = (sharing.listed & (sharing.pinned != OWNED)) | (sharing.pinned == BENIGN)
        hub |= sharing.known_good
        counts: Flags = ((kind >= 0) & ~hub)[sharing.used]
        return counts

    @cached_property
    def uses(self) -> Matrix:
        """Who uses what: accounts by identifiers, ones."""
        sharing = self.sharing
        at = self.counts
        return sparse.csr_array(
            (np.ones(int(at.sum())), (sharing.user[at], sharing.used[at])),
            shape=(self.accounts, len(sharing.keys)),
        )

    @cached_property
    def shares(self) -> Matrix:
        """Which part of an account's activity with a label each identifier carries."""
        sharing = self.sharing
        at = self.counts
        return sparse.csr_array(
            (sharing.share[at], (sharing.user[at], sharing.used[at])),
            shape=(self.accounts, len(sharing.keys)),
        )

    @cached_property
    def activity_of_label(self) -> list[Matrix]:
        """By label accounts by identifiers: 1 for a use, and as imaginary part its share.

        One product with groups then counts what accounts use and adds up what it carries, for half
        the cost of two.
        """
        return [self.uses[:, at] + 1j * self.shares[:, at] for at in self.of_label]

    @cached_property
    def sharers(self) -> Floats:
        """Number of accounts of each identifier; two where an analyst said that a ring owns it."""
        sharing = self.sharing
        users: Floats = np.where(sharing.pinned == OWNED, 2.0, sharing.sharers.astype(np.float64))
        return users

    @cached_property
    def degree(self) -> Floats:
        """Number of identifiers that each account uses, shape (accounts, labels)."""
        return self.sharing.degree.astype(np.float64)

    @cached_property
    def total(self) -> Floats:
        """Number of uses of each label, one at least."""
        uses: Floats = np.maximum(self.degree.sum(axis=0), 1.0)
        return uses

    @cached_property
    def known(self) -> Flags:
        """Whether any activity of each account is known by each label."""
        return self.sharing.activity > 0

    @cached_property
    def population(self) -> Floats:
        """Number of accounts with known activity, by label, one at least."""
        people: Floats = np.maximum(self.known.sum(axis=0).astype(np.float64), 1.0)
        return people

    @cached_property
    def of_label(self) -> list[Ints]:
        """Positions of the identifiers of each label."""
        return [np.flatnonzero(self.sharing.label == code) for code in range(self.labels)]

    @cached_property
    def shared(self) -> Floats:
        """Number of identifiers of each label that several accounts use, two at least."""
        return np.maximum([len(at) for at in self.of_label], 2.0)


def surprise(count: Any, expected: Any) -> Floats:
    """Bits of evidence that a count is more than chance: its Poisson log-likelihood ratio.

    Args:
        count: What was counted.
        expected: What chance makes of it; the result is 0 where there is no more than that.
    """
    seen = np.asarray(count, dtype=np.float64)
    mean = np.maximum(np.asarray(expected, dtype=np.float64), 1e-12)
    bits = seen * np.log2(np.maximum(seen, 1e-12) / mean) - (seen - mean) / np.log(2.0)
    return np.where(seen > mean, bits, 0.0)


def infrastructure(view: View, members: Matrix) -> Matrix:
    """What each group uses more than chance explains: groups by identifiers, number of members.

    An identifier belongs to a group's infrastructure if two members use it, and its surprise under
    the null pays for naming it among all shared identifiers of its label.

    Args:
        view: The uses.
        members: Accounts by groups.
    """
    # A product takes the form of its first factor: the uses would be turned round for it.
    counts = (members.T.tocsr() @ view.uses).tocoo()
    by_group = members.T @ view.degree
    label = view.sharing.label[counts.col]
    expected = view.sharers[counts.col] * by_group[counts.row, label] / view.total[label]
    bits = surprise(counts.data, expected) - np.log2(view.shared[label])
    kept = (bits > 0) & (counts.data >= 2)
    return sparse.csr_array(
        (counts.data[kept], (counts.row[kept], counts.col[kept])), shape=counts.shape
    )


def owned(view: View, used: Matrix, least: float | None = None) -> Matrix:
    """The part of an infrastructure of which hardly anybody else uses anything, ones.

    Addresses are owned only where next to nobody else is behind them: a rented network is shared
    with its other customers.

    Args:
        view: The uses.
        used: Groups by identifiers, number of members (:func:`infrastructure`).
        least: Part of an identifier's users who are members; ``owned_part`` by default.
    """
    cells = used.tocoo()
    part = view.parameters.owned_part if least is None else least
    network = view.is_network[view.sharing.label[cells.col]]
    needed = np.where(network, max(NOBODY_ELSE, part), part)
    kept = cells.data >= needed * view.sharers[cells.col]
    return sparse.csr_array(
        (np.ones(int(kept.sum())), (cells.row[kept], cells.col[kept])), shape=used.shape
    )
