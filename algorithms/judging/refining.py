"""Proposed groups become groups of those who belong to them.

A proposal brings bystanders and leaves out members. Bystanders are cut away first; then members are
chosen by the evidence of :mod:`ringleader.algorithms.judging.membership`, a few times over, since
every choice changes what the group lives on; and a group that nothing of its own holds together is
split.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ringleader.algorithms.evidence.sharing import Flags, Ints
from ringleader.algorithms.judging.living import is_in, keys, living
from ringleader.algorithms.judging.membership import Cells, belongs, candidates, compared
from ringleader.algorithms.judging.view import Matrix, View, infrastructure, owned

ROUNDS, ROUNDS_AFTER_SPLIT = 3, 2
MOST = 0.5  # part of a thing's users who are members, for it to tie them together


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
    there = living(view, members)
    every = np.arange(len(there.usual))
    kinds = np.zeros((len(every), view.kinds), dtype=bool)
    for code in np.flatnonzero(view.kind_of_label >= 0):
        kinds[every, there.kind_of[:, code]] |= there.usual[:, code]
    plain = kinds.sum(axis=1) >= 2
    cores = _cores(view, members[:, np.flatnonzero(~plain)])
    return _enough(view, sparse.hstack([members[:, np.flatnonzero(plain)], cores], format="csr"))


def _cores(view: View, members: Matrix) -> Matrix:
    """Of each group the accounts that live by two kinds on what it uses, and hang together by two.

    Neighbours who took over each other's address hang together by one kind; two families do not
    become one group by it.
    """
    there = living(view, members, coverage=0.0)
    chosen = np.flatnonzero(there.inside & (there.lives().sum(axis=1) >= 2))
    account, group = there.account[chosen], there.group[chosen]
    groups, things = there.used.shape
    ties = view.uses[account].tocoo()
    thing = group[ties.row] * things + ties.col
    tied = is_in(thing, keys(there.used))
    member, thing = ties.row[tied], thing[tied]
    kind = there.kind_of[group[member], view.sharing.label[ties.col[tied]]]
    parts = np.stack(
        [_parts(len(account), member[kind == one], thing[kind == one]) for one in range(view.kinds)]
    )
    # Of each group the two kinds that leave the fewest parts.
    number = np.stack(
        [
            np.bincount(group[np.unique(part, return_index=True)[1]], minlength=groups)
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
        cells = candidates(view, members)
        members = _chosen(view, cells, belongs(view, cells))
    return members


def _chosen(view: View, cells: Cells, chosen: Flags) -> Matrix:
    """Groups of the chosen entries."""
    at = (cells.account[chosen], cells.group[chosen])
    return _enough(
        view, sparse.csr_array((np.ones(int(chosen.sum())), at), shape=cells.members.shape)
    )


def _split(view: View, groups: Matrix) -> Matrix:
    """Groups cut into the parts that are tied together by what is mostly theirs.

    Two operators may rent one network: what others use more than the group holds nobody together.
    It need not be owned: the honest owner of a stolen card, and members who are not found yet, use
    it as well.
    A part that is too small to be a ring is left out. A group without such things stays whole.
    """
    mine = owned(view, infrastructure(view, groups), MOST).tocsr()
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
