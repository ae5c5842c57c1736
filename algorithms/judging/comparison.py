"""What an account's use of a group's identifiers is worth.

Detection compares every account with every group by these functions, and the check one account
with the rings of the last run (:mod:`ringleader.algorithms.checking`): both give the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ringleader.algorithms.evidence.sharing import Flags, Floats, Ints
from ringleader.algorithms.judging.view import surprise
from ringleader.algorithms.parameters import Parameters

ROUNDING = 1e-9  # parts of an account's activity add up to this
OWNED_THINGS = 2  # an account known by one kind alone uses two things that the group owns


@dataclass(frozen=True)
class Rates:
    """What it is worth that an account lives on a group's identifiers of a label, or does not.

    Attributes:
        usual: Whether the group has the label, shape (groups, labels): enough members live on it.
        for_it: Bits if the account lives there, shape (groups, labels).
        against_it: Bits if it does not, though its activity is known, shape (groups, labels).
        best: Bits if it lives on several identifiers that the group owns, by label.
        kind_of: Kind of each label for each group, -1 for supporting evidence, shape (groups,
            labels).
    """

    usual: Flags
    for_it: Floats
    against_it: Floats
    best: Floats
    kind_of: Ints

    def bits(
        self,
        kinds: int,
        group: Ints,
        lives: Flags,
        ours: Flags,
        known: Flags,
    ) -> tuple[Floats, Flags]:
        """Bits by kind for accounts beside groups, and whether they live on what the group owns.

        Args:
            kinds: Number of kinds.
            group: Group of each entry.
            lives: Whether the account lives on its identifiers, shape (entries, labels).
            ours: Whether it lives on several that the group owns, addresses aside.
            known: Whether its activity is known.
        """
        bits = np.full((kinds, len(group)), -np.inf)
        owns = np.zeros(len(group), dtype=bool)
        for code, kind, there in label_by_label(self.kind_of, self.usual):
            here = there[group]
            unknown = np.where(known[:, code], self.against_it[group, code], -np.inf)
            value = np.where(lives[:, code], self.for_it[group, code], unknown)
            value = np.where(ours[:, code], self.best[code], value)
            bits[kind] = np.maximum(bits[kind], np.where(here, value, -np.inf))
            owns |= ours[:, code] & here
        bits[~np.isfinite(bits)] = 0.0
        return bits.T, owns


def prior_bits(accounts: int, size: Any) -> Any:
    """Bits that speak against membership before anything is known: few accounts are members."""
    return np.log2(accounts / np.maximum(size, 1.0))


def outweigh(bits: Floats, prior: Floats, lives: Flags, owns: Flags) -> Flags:
    """Whether the evidence makes an account a member, by entries."""
    kinds = lives.sum(axis=1)
    mine: Flags = (bits.sum(axis=1) > prior) & ((kinds >= 2) | ((kinds == 1) & owns))
    return mine


def by_kind(kind_of: Ints, kinds: int, usual: Flags, group: Ints, flags: Flags) -> Flags:
    """What is so for a label is so for its kind, where the group has that label; by entries.

    Args:
        kind_of: Kind of each label, -1 for supporting evidence, shape (groups, labels).
        kinds: Number of kinds.
        usual: Whether the group has each label, shape (groups, labels).
        group: Group of each entry.
        flags: What is so, shape (entries, labels).
    """
    found = np.zeros((kinds, len(flags)), dtype=bool)
    for code, kind, there in label_by_label(kind_of, usual):
        found[kind] |= flags[:, code] & there[group]
    return found.T


def label_by_label(kind_of: Ints, usual: Flags) -> Iterator[tuple[int, int, Flags]]:
    """Each label with each kind that it has somewhere, and the groups that have it by that kind.

    Args:
        kind_of: Kind of each label, -1 for supporting evidence, shape (groups, labels).
        usual: Whether the group has each label, shape (groups, labels).
    """
    for code in range(kind_of.shape[1]):
        for kind in np.unique(kind_of[:, code][kind_of[:, code] >= 0]).tolist():
            yield code, kind, usual[:, code] & (kind_of[:, code] == kind)


def lives_on(
    share: Floats, number: Floats, expected: Floats, accounts: int, parameters: Parameters
) -> Flags:
    """Whether accounts live on identifiers of one label.

    Args:
        share: Part of their activity with the label that these carry.
        number: How many of them they use.
        expected: How many they would use by chance.
        accounts: Number of all accounts.
        parameters: ``living_share`` and ``several``.
    """
    named = number >= parameters.several
    named &= surprise(number, expected) >= np.log2(max(accounts, 2))
    lives: Flags = (share >= parameters.living_share - ROUNDING) | named
    return lives
