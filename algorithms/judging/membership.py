"""Who belongs to a group: accounts that live on its infrastructure, by several kinds.

An account *lives* on a group's identifiers of a label if they carry ``living_share`` of its
activity with that label, or if it uses ``several`` of them and would not by chance. For every kind
of evidence the two hypotheses are compared, that the account is of the group and that it is not:

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
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ringleader.algorithms.evidence.sharing import Flags, Floats, Ints
from ringleader.algorithms.judging.comparison import (
    OWNED_THINGS,
    Rates,
    by_kind,
    label_by_label,
    lives_on,
    outweigh,
    prior_bits,
)
from ringleader.algorithms.judging.view import Matrix, View, infrastructure, owned

ROUNDS, ROUNDS_AFTER_SPLIT = 3, 2


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


def refined(view: View, members: Matrix) -> Cells:
    """Groups whose members are those that belong to them, split where nothing owned ties them.

    Args:
        view: The uses.
        members: Accounts by proposed groups.
    """
    members = _settled(view, _without_bystanders(view, _enough(view, members)), ROUNDS)
    members = _settled(view, _split(view, members), ROUNDS_AFTER_SPLIT)
    return compared(view, members)


def _without_bystanders(view: View, members: Matrix) -> Matrix:
    """The groups that two kinds show, and the cores of those that they do not.

    A community of accounts and identifiers brings bystanders: where an operator rents homes, the
    people who live there are most of it, and no second kind would speak for half of the group.
    """
    cells = compared(view, members)
    kinds = np.zeros((cells.groups, view.kinds), dtype=bool)
    for code in np.flatnonzero(view.kind_of_label >= 0):
        kinds[np.arange(cells.groups), cells.rates.kind_of[:, code]] |= cells.rates.usual[:, code]
    plain = kinds.sum(axis=1) >= 2
    cores = _cores(view, members[:, np.flatnonzero(~plain)])
    return _enough(view, sparse.hstack([members[:, np.flatnonzero(plain)], cores], format="csr"))


def _cores(view: View, members: Matrix) -> Matrix:
    """Of each group the accounts that live by two kinds on what it uses, and hang together by two.

    Neighbours who took over each other's address hang together by one kind; two families do not
    become one group by it.
    """
    cells = compared(view, members, coverage=0.0)
    chosen = np.flatnonzero(cells.inside & (cells.lives.sum(axis=1) >= 2))
    account, group = cells.account[chosen], cells.group[chosen]
    used = cells.used.copy()
    used.data = np.ones_like(used.data)
    ties = (view.uses[account] * used[group]).tocoo()
    kind = cells.rates.kind_of[group[ties.row], view.sharing.label[ties.col]]
    thing = group[ties.row] * used.shape[1] + ties.col
    parts = np.stack(
        [
            _parts(len(account), ties.row[kind == one], thing[kind == one])
            for one in range(view.kinds)
        ]
    )
    # Of each group the two kinds that leave the fewest parts.
    number = np.stack(
        [
            np.bincount(group[np.unique(part, return_index=True)[1]], minlength=cells.groups)
            for part in parts
        ]
    )
    best = np.argsort(number, axis=0, kind="stable")[:2, group]
    pair = np.take_along_axis(parts, best, axis=0)
    core = np.unique(pair[0] * len(account) + pair[1], return_inverse=True)[1]
    return sparse.csr_array(
        (np.ones(len(account)), (account, core)),
        shape=(view.accounts, int(core.max(initial=-1)) + 1),
    )


def _parts(members: int, member: Ints, thing: Ints) -> Ints:
    """The part of each member: what hangs together by things, which belong to one group each."""
    things, at = np.unique(thing, return_inverse=True)
    ties = sparse.coo_array(
        (np.ones(len(at)), (member, members + at)), shape=(members + len(things),) * 2
    )
    part: Ints = connected_components(ties, directed=False)[1][:members].astype(np.int64)
    return part


def _settled(view: View, members: Matrix, rounds: int) -> Matrix:
    for _ in range(rounds):
        cells = compared(view, members)
        members = _chosen(view, cells, belongs(view, cells))
    return members


def _chosen(view: View, cells: Cells, chosen: Flags) -> Matrix:
    """Groups of the chosen entries."""
    at = (cells.account[chosen], cells.group[chosen])
    return _enough(
        view, sparse.csr_array((np.ones(int(chosen.sum())), at), shape=cells.members.shape)
    )


def belongs(view: View, cells: Cells) -> Flags:
    """Which entries are members by the evidence."""
    prior = prior_bits(view.accounts, cells.size)
    return outweigh(cells.bits, prior[cells.group], cells.lives, cells.owns)


def compared(view: View, members: Matrix, coverage: float | None = None) -> Cells:
    """Every account that lives on a group's infrastructure, compared with the group.

    Args:
        view: The uses.
        members: Accounts by groups.
        coverage: Part of the members that a kind has to show; ``kind_coverage`` by default.
    """
    least = view.parameters.kind_coverage if coverage is None else coverage
    used = infrastructure(view, members)
    mine = owned(view, used)
    groups = members.shape[1]
    size = np.asarray(members.sum(axis=0)).ravel()
    there, ours = _living(view, used, mine)
    anywhere: Matrix = sum(there[1:], there[0])
    everywhere = anywhere.tocoo()
    order = np.argsort(everywhere.row.astype(np.int64) * groups + everywhere.col)
    account, group = everywhere.row[order].astype(np.int64), everywhere.col[order].astype(np.int64)
    at = (account, group)
    inside = _at(members, at) > 0
    # A label's entries lie side by side, as they are read.
    lives_label = np.stack([_at(matrix, at) > 0 for matrix in there]).T
    ours_label = np.stack([_at(matrix, at) > 0 for matrix in ours]).T
    known_label = view.known.T[:, account].T
    counted = np.stack(
        [_count(group, inside & lives_label[:, code], groups) for code in range(view.labels)],
        axis=1,
    )
    people = np.maximum(members.T @ view.known.astype(np.float64), 1.0)
    part = counted / people
    usual = (part >= least) & (counted >= 2)
    usual &= (view.kind_of_label >= 0)[None, :]
    apart = without_a_place(view, members, used, usual, people)
    kind_of = view.kind.codes(apart)
    lives = by_kind(kind_of, view.kinds, usual, group, lives_label)
    known = by_kind(kind_of, view.kinds, usual, group, known_label)
    # An outsider has known activity that is not on the group's identifiers. An account without such
    # activity may be a member and says nothing about outsiders.
    outsider = ~inside & (known & ~lives).any(axis=1)
    rates, rare = _rates(view, group, lives_label, outsider, usual, part, people, kind_of)
    bits, owns = rates.bits(view.kinds, group, lives_label, ours_label, known_label)
    evidence = np.zeros((view.kinds, len(account)))
    for code, kind, here in label_by_label(kind_of, usual):
        told = np.where(lives_label[:, code], np.where(here, rare[:, code], 0.0)[group], 0.0)
        evidence[kind] = np.maximum(evidence[kind], told)
    return Cells(
        members,
        used,
        account,
        group,
        inside,
        lives,
        known,
        bits,
        evidence.T,
        owns,
        size,
        rates,
        apart,
    )


def without_a_place(
    view: View, members: Matrix, used: Matrix, usual: Flags, people: Floats
) -> Flags:
    """For which groups no place explains address and device at once, so that they count apart.

    A place is an address or a machine on which half of the members are, of those whom it shows: an
    office, a café, the image of a build farm. This is asked of groups that share nothing else, and
    only where a quarter of the members live on machines that have no more users than the group has
    members: customers of one network who use a popular client are no group.
    """
    least = view.parameters.kind_coverage
    of_place = np.isin(view.kind.together, view.kind.together[view.kind.several])
    cells = used.tocoo()
    label = view.sharing.label[cells.col]
    most = np.zeros(len(people))
    at = of_place[label]
    np.maximum.at(most, cells.row[at], (cells.data / people[cells.row, label])[at])
    apart: Flags = (most < least) & ~usual[:, ~of_place].any(axis=1)
    size = np.asarray(members.sum(axis=0)).ravel()
    few = view.sharers[cells.col] <= size[cells.row]
    rare = sparse.csr_array((np.ones(int(few.sum())), (cells.row[few], cells.col[few])), used.shape)
    for code in np.flatnonzero(view.kind.several).tolist():
        if apart.any():
            there = _live(view, code, rare).multiply(members).sum(axis=0)
            some = view.parameters.living_share * people[:, code]
            apart &= np.asarray(there).ravel() >= some
    return apart


def _rates(
    view: View,
    group: Ints,
    lives: Flags,
    outsider: Flags,
    usual: Flags,
    part: Floats,
    people: Floats,
    kind_of: Ints,
) -> tuple[Rates, Floats]:
    """What living on each group's identifiers is worth; and how rare that is among all accounts."""
    shape = usual.shape
    for_it, against_it, rare = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    groups = len(usual)
    likely = 1.0 - view.parameters.missing_kind
    for code in range(view.labels):
        others = np.maximum(view.population[code] - people[:, code], 1.0)
        member = np.minimum(part[:, code], 1.0 - 1e-9)
        strangers = _count(group, outsider & lives[:, code], groups)
        stranger = np.minimum((strangers + 0.5) / others, member * 0.999 + 1e-12)
        all_users = _count(group, lives[:, code], groups) / view.population[code]
        member = np.minimum(np.maximum(member, 1e-9), likely)
        stranger = np.minimum(stranger, member * 0.999)
        for_it[:, code] = np.log2(member / stranger)
        against_it[:, code] = np.log2((1.0 - member) / (1.0 - stranger))
        told = np.log2(member / np.clip(all_users, 1e-12, 1.0))
        rare[:, code] = np.maximum(told, 0.0)
    # Several identifiers that the group owns practically identify an account as a member.
    best = np.log2(likely * view.population)
    return Rates(usual, for_it, against_it, best, kind_of), rare


def _living(view: View, used: Matrix, mine: Matrix) -> tuple[list[Matrix], list[Matrix]]:
    """By label: who lives on each group's identifiers, and who on two or more that it owns."""
    ones = used.copy()
    ones.data = np.ones_like(ones.data)
    there, ours = [], []
    for code in range(view.labels):
        there.append(_live(view, code, ones))
        theirs = mine if not view.is_network[code] else sparse.csr_array(mine.shape)
        ours.append(_live(view, code, theirs, things=OWNED_THINGS))
    return there, ours


def reach(view: View, infra: Matrix, code: int) -> Floats:
    """Of all uses of a label the part that goes to each group's identifiers (ones)."""
    at = view.of_label[code]
    part: Floats = infra[:, at] @ view.sharers[at] / view.total[code]
    return part


def _live(view: View, code: int, infra: Matrix, things: int = 1) -> Matrix:
    """Accounts by groups: who lives on the group's identifiers of one label, ones."""
    part = infra[:, view.of_label[code]]
    share, count = view.shares_of_label[code] @ part.T, view.uses_of_label[code] @ part.T
    share.sort_indices()
    count.sort_indices()
    share = share.tocoo()
    number = count.data
    expected = view.degree[share.row, code] * reach(view, infra, code)[share.col]
    kept = lives_on(share.data, number, expected, view.accounts, view.parameters)
    kept &= number >= things
    return sparse.csr_array(
        (np.ones(int(kept.sum())), (share.row[kept], share.col[kept])), shape=share.shape
    )


def _split(view: View, groups: Matrix) -> Matrix:
    """Groups cut into the parts that what they own ties together.

    Two operators may rent one network: what a group uses but does not own holds nobody together.
    A part that is too small to be a ring is left out. A group that owns nothing stays whole.
    """
    mine = owned(view, infrastructure(view, groups)).tocsr()
    columns = groups.tocsc()
    least = view.parameters.min_ring_size - 1
    rows: list[Ints] = []
    of: list[Ints] = []
    made = 0
    for number in range(groups.shape[1]):
        members = columns.indices[columns.indptr[number] : columns.indptr[number + 1]]
        things = mine.indices[mine.indptr[number] : mine.indptr[number + 1]]
        parts = [members]
        if len(members) and len(things):
            links = view.uses[members][:, things]
            both = sparse.block_array([[None, links], [links.T, None]], format="csr")
            label = connected_components(both, directed=False)[1][: len(members)]
            sizes = np.bincount(label)
            parts = [members[label == code] for code in np.flatnonzero(sizes >= least)]
            parts = parts if len(parts) > 1 else [members]
        for part in parts:
            rows.append(part.astype(np.int64))
            of.append(np.full(len(part), made, dtype=np.int64))
            made += 1
    none = np.zeros(0, dtype=np.int64)
    row, group = np.concatenate([none, *rows]), np.concatenate([none, *of])
    return _enough(
        view,
        sparse.csr_array((np.ones(len(row)), (row, group)), shape=(view.accounts, max(made, 1))),
    )


def _enough(view: View, members: Matrix) -> Matrix:
    """The groups that may still become a ring, each set of members once."""
    columns = members.tocsc()
    columns.sort_indices()
    least = (view.parameters.min_ring_size - 1) * columns.indices.itemsize
    seen: dict[bytes, int] = {}
    for number in range(columns.shape[1]):
        key = columns.indices[columns.indptr[number] : columns.indptr[number + 1]].tobytes()
        if len(key) >= least:
            seen.setdefault(key, number)
    kept = np.array(sorted(seen.values()), dtype=np.int64)
    return columns[:, kept].tocsr()


def _count(group: Ints, chosen: Flags, groups: int) -> Floats:
    return np.bincount(group[chosen], minlength=groups).astype(np.float64)


def _at(matrix: Matrix, at: tuple[Ints, Ints]) -> Floats:
    """Values of a sparse matrix at rows and columns, which lie in the order of rows and columns."""
    if not len(at[0]):
        return np.zeros(0)
    coo = matrix.tocoo()
    width = matrix.shape[1]
    keys = coo.row.astype(np.int64) * width + coo.col
    order = np.argsort(keys)
    keys, data = keys[order], coo.data[order]
    wanted = at[0] * width + at[1]
    place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    if not len(keys):
        return np.zeros(len(wanted))
    return np.where(keys[place] == wanted, data[place], 0.0)
