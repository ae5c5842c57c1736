"""Who belongs to a group: accounts that live on its infrastructure, by several kinds.

For every kind of evidence on which an account may live
(:mod:`ringleader.algorithms.judging.living`) two hypotheses are compared, that the account is of
the group and that it is not:

    bits = log2(P(lives | member) / P(lives | other)),

where the first is the part of the known members that live there and the second the part of the
other accounts. What a channel does not show says nothing. An account belongs to the group if the
bits of all kinds outweigh how few of all accounts are members (Bayes' rule with the prior
members / accounts), and two kinds speak for it. If only one kind is known of it, or only one
speaks for it, it has to use two identifiers that the group owns, and none of them an address.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ringleader.algorithms.evidence.sharing import Flags, Floats, Ints
from ringleader.algorithms.judging.comparison import (
    Rates,
    by_kind,
    label_by_label,
    outweigh,
    prior_bits,
)
from ringleader.algorithms.judging.living import Living, living
from ringleader.algorithms.judging.view import Matrix, View


@dataclass(frozen=True)
class Cells:
    """Accounts that live on some group's infrastructure: one entry for each account and group.

    Attributes:
        members: Accounts by groups, as they were judged.
        used: The infrastructure of each group, groups by identifiers, number of members.
        account: Position of the account.
        group: Its group.
        inside: Whether the account is a member.
        lives: Whether it lives on the group's identifiers, shape (entries, kinds).
        known: Whether its activity is known, by kind, where the group has that kind.
        bits: Bits for and against membership, shape (entries, kinds).
        evidence: Bits against the null that keeps degrees, shape (entries, kinds).
        owns: Whether it uses two things or more that the group owns, addresses aside.
        size: Number of members of each group.
        rates: What the bits follow from, by group and label.
        apart: For which groups address and device count as two kinds, since no place holds them.
    """

    members: Matrix
    used: Matrix
    account: Ints
    group: Ints
    inside: Flags
    lives: Flags
    known: Flags
    bits: Floats
    evidence: Floats
    owns: Flags
    size: Floats
    rates: Rates
    apart: Flags

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self.size)


def belongs(view: View, cells: Cells) -> Flags:
    """Which entries are members by the evidence."""
    prior = prior_bits(view.accounts, cells.size)
    return outweigh(cells.bits, prior[cells.group], cells.lives, cells.owns)


def compared(view: View, members: Matrix) -> Cells:
    """Every account that lives on a group's infrastructure, compared with the group.

    Args:
        view: The uses.
        members: Accounts by groups.
    """
    there = living(view, members)
    return _cells(view, there, there.lives(), np.ones(len(there.account), dtype=bool))


def candidates(view: View, members: Matrix) -> Cells:
    """Those of :func:`compared` that may belong to the group; the others are most of them.

    Args:
        view: The uses.
        members: Accounts by groups.
    """
    there = living(view, members)
    lives = there.lives()
    kinds = lives.sum(axis=1)
    return _cells(view, there, lives, (kinds >= 2) | ((kinds == 1) & there.owns()))


def insiders(view: View, members: Matrix) -> Cells:
    """Those of :func:`compared` that are members.

    Args:
        view: The uses.
        members: Accounts by groups.
    """
    there = living(view, members)
    return _cells(view, there, there.lives(), there.inside)


def _cells(view: View, there: Living, lives: Flags, chosen: Flags) -> Cells:
    """The chosen entries; what living somewhere is worth follows from all of them."""
    known_label = view.known.T[:, there.account].T
    known = by_kind(there.kind_of, view.kinds, there.usual, there.group, known_label)
    # An outsider has known activity that is not on the group's identifiers. An account without such
    # activity may be a member and says nothing about outsiders.
    outsider = ~there.inside & (known & ~lives).any(axis=1)
    rates, rare = _rates(view, there, outsider)
    at = np.flatnonzero(chosen)
    group, on = there.group[at], there.on[at]
    bits, owns = rates.bits(view.kinds, group, on, there.on_owned[at], known_label[at])
    evidence = np.zeros((view.kinds, len(at)))
    for code, kind, here in label_by_label(there.kind_of, there.usual):
        told = np.where(on[:, code], np.where(here, rare[:, code], 0.0)[group], 0.0)
        evidence[kind] = np.maximum(evidence[kind], told)
    return Cells(
        there.members,
        there.used,
        there.account[at],
        group,
        there.inside[at],
        lives[at],
        known[at],
        bits,
        evidence.T,
        owns,
        there.size,
        rates,
        there.apart,
    )


def _rates(view: View, there: Living, outsider: Flags) -> tuple[Rates, Floats]:
    """What living on each group's identifiers is worth; and how rare that is among all accounts."""
    shape = there.usual.shape
    for_it, against_it, rare = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    groups = len(there.usual)
    likely = 1.0 - view.parameters.missing_kind
    for code in range(view.labels):
        others = np.maximum(view.population[code] - there.people[:, code], 1.0)
        member = np.minimum(there.part[:, code], 1.0 - 1e-9)
        strangers = _count(there.group, outsider & there.on[:, code], groups)
        stranger = np.minimum((strangers + 0.5) / others, member * 0.999 + 1e-12)
        all_users = _count(there.group, there.on[:, code], groups) / view.population[code]
        member = np.minimum(np.maximum(member, 1e-9), likely)
        stranger = np.minimum(stranger, member * 0.999)
        for_it[:, code] = np.log2(member / stranger)
        against_it[:, code] = np.log2((1.0 - member) / (1.0 - stranger))
        told = np.log2(member / np.clip(all_users, 1e-12, 1.0))
        rare[:, code] = np.maximum(told, 0.0)
    # Several identifiers that the group owns practically identify an account as a member.
    best = np.log2(likely * view.population)
    return Rates(there.usual, for_it, against_it, best, there.kind_of), rare


def _count(group: Ints, chosen: Flags, groups: int) -> Floats:
    return np.bincount(group[chosen], minlength=groups).astype(np.float64)
