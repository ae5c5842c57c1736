"""What an account's use of a group's identifiers is worth.

Detection compares every account with every group by these functions, and the check one account
with the rings of the last run (:mod:`ringleader.algorithms.checking`): both give the same bits.
"""

from __future__ import annotations

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
        bits = np.full((len(group), kinds), -np.inf)
        owns = np.zeros(len(group), dtype=bool)
        entries = np.arange(len(group))
        for code in np.flatnonzero((self.kind_of >= 0).any(axis=0)):
            kind = self.kind_of[group, code]
            here = self.usual[group, code]
            unknown = np.where(known[:, code], self.against_it[group, code], -np.inf)
            value = np.where(lives[:, code], self.for_it[group, code], unknown)
            value = np.where(ours[:, code], self.best[code], value)
            told = np.where(here, value, -np.inf)
            bits[entries, kind] = np.maximum(bits[entries, kind], told)
            owns |= ours[:, code] & here
        bits[~np.isfinite(bits)] = 0.0
        return bits, owns


def prior_bits(accounts: int, size: Any) -> Any:
    """Bits that speak against membership before anything is known: few accounts are members."""
    return np.log2(accounts / np.maximum(size, 1.0))


def outweigh(bits: Floats, prior: Floats, lives: Flags, owns: Flags) -> Flags:
    """Whether the evidence makes an account a member, by entries."""
    kinds = lives.sum(axis=1)
    mine: Flags = (bits.sum(axis=1) > prior) & ((kinds >= 2) | ((kinds == 1) & owns))
    return mine


def by_kind(kind_of: Ints, kinds: int, usual: Flags, flags: Flags) -> Flags:
    """What is so for a label is so for its kind, where the group has that label; by entries.

    Args:
        kind_of: Kind of each label, -1 for supporting evidence, shape (entries, labels).
        kinds: Number of kinds.
        usual: Whether the group has each label, shape (entries, labels).
        flags: What is so, shape (entries, labels).
    """
    found = np.zeros((len(flags), kinds), dtype=bool)
    entries = np.arange(len(flags))
    for code in np.flatnonzero((kind_of >= 0).any(axis=0)):
        found[entries, kind_of[:, code]] |= flags[:, code] & usual[:, code]
    return found


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
