"""Which accounts live on the infrastructure of which groups, and what groups share.

An account *lives* on a group's identifiers of a label if they carry ``living_share`` of its
activity with that label, or if it uses ``several`` of them and would not by chance. What
``kind_coverage`` of a group's members do is usual for the group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ringleader.algorithms.evidence.sharing import Flags, Floats, Ints
from ringleader.algorithms.judging.comparison import OWNED_THINGS, by_kind, lives_on
from ringleader.algorithms.judging.view import Matrix, View, infrastructure, owned

ACCOUNTS_AT_ONCE = 200_000  # accounts that are compared with all groups at once: bounds the memory


@dataclass(frozen=True)
class Living:
    """Accounts that live on some group's infrastructure: one entry for each account and group.

    Attributes:
        members: Accounts by groups.
        used: The infrastructure of each group, groups by identifiers, number of members.
        size: Number of members of each group.
        account: Position of the account.
        group: Its group.
        inside: Whether the account is a member.
        on: Whether it lives on the group's identifiers, shape (entries, labels).
        on_owned: Whether it lives on several that the group owns, addresses aside, likewise.
        people: Number of members with known activity, one at least, shape (groups, labels).
        part: The part of these who live there.
        usual: Whether members usually do.
        apart: For which groups address and device count as two kinds, since no place holds them.
        kind_of: Kind of each label, -1 for supporting evidence, shape (groups, labels).
        kinds: Number of codes of kinds.
    """

    members: Matrix
    used: Matrix
    size: Floats
    account: Ints
    group: Ints
    inside: Flags
    on: Flags
    on_owned: Flags
    people: Floats
    part: Floats
    usual: Flags
    apart: Flags
    kind_of: Ints
    kinds: int

    def lives(self) -> Flags:
        """Whether the account lives on the group's identifiers, shape (entries, kinds)."""
        return by_kind(self.kind_of, self.kinds, self.usual, self.group, self.on)

    def owns(self) -> Flags:
        """Whether it lives on several that the group owns and usually uses, by entries."""
        owned = by_kind(self.kind_of, self.kinds, self.usual, self.group, self.on_owned)
        found: Flags = np.logical_or.reduce(owned, axis=1)
        return found


def living(view: View, members: Matrix, coverage: float | None = None) -> Living:
    """Every account that lives on a group's infrastructure.

    Args:
        view: The uses.
        members: Accounts by groups.
        coverage: Part of the members that a kind has to show; ``kind_coverage`` by default.
    """
    least = view.parameters.kind_coverage if coverage is None else coverage
    used = infrastructure(view, members)
    ones = used.copy()
    ones.data = np.ones_like(ones.data)
    mine = owned(view, used)
    groups = members.shape[1]
    mine_at = keys(members)
    on = [living_on(view, code, ones) for code in range(view.labels)]
    # Sorting is several times as fast as np.unique, which hashes.
    there = np.sort(np.concatenate(on))
    there = there[np.flatnonzero(np.diff(there, prepend=-1))]
    lives, lives_on_owned = (np.zeros((view.labels, len(there)), dtype=bool) for _ in range(2))
    for code, found in enumerate(on):
        lives[code, np.searchsorted(there, found)] = True
        if not view.is_network[code]:
            # By number alone one may live on what is owned and not on the whole.
            on_these = living_on(view, code, mine, things=OWNED_THINGS)
            lives_on_owned[code] = is_in(there, on_these)
    account, group = np.divmod(there, groups)
    inside = is_in(there, mine_at)
    counted = np.stack(
        [
            np.bincount(group[inside & lives[code]], minlength=groups).astype(np.float64)
            for code in range(view.labels)
        ],
        axis=1,
    )
    people = np.maximum(members.T @ view.known.astype(np.float64), 1.0)
    part = counted / people
    usual = (part >= least) & (counted >= 2)
    usual &= (view.kind_of_label >= 0)[None, :]
    apart = _without_a_place(view, members, used, usual, people)
    return Living(
        members,
        used,
        np.asarray(members.sum(axis=0)).ravel(),
        account,
        group,
        inside,
        lives.T,
        lives_on_owned.T,
        people,
        part,
        usual,
        apart,
        view.kind.codes(apart),
        view.kinds,
    )


def _without_a_place(
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
            there = living_on(view, code, rare)
            there = there[is_in(there, keys(members))] % len(people)
            some = view.parameters.living_share * people[:, code]
            apart &= np.bincount(there, minlength=len(people)) >= some
    return apart


def reach(view: View, infra: Matrix, code: int) -> Floats:
    """Of all uses of a label the part that goes to each group's identifiers (ones)."""
    at = view.of_label[code]
    part: Floats = infra[:, at] @ view.sharers[at] / view.total[code]
    return part


def living_on(view: View, code: int, infra: Matrix, things: int = 1) -> Ints:
    """Who lives on which group's identifiers of one label: account times groups plus group, sorted.

    Args:
        view: The uses.
        code: The label.
        infra: Groups by identifiers, ones.
        things: How many of them an account has to use.
    """
    part = infra[:, view.of_label[code]].T.tocsr()
    reached = reach(view, infra, code)
    groups = infra.shape[0]
    found = [np.zeros(0, dtype=np.int64)]
    for start in range(0, view.accounts, ACCOUNTS_AT_ONCE):
        told = view.activity_of_label[code][start : start + ACCOUNTS_AT_ONCE] @ part
        told.sort_indices()
        told = told.tocoo()
        row, column = told.row.astype(np.int64) + start, told.col.astype(np.int64)
        number, share = told.data.real, told.data.imag
        expected = view.degree[row, code] * reached[column]
        kept = lives_on(share, number, expected, view.accounts, view.parameters)
        kept &= number >= things
        found.append(row[kept] * groups + column[kept])
    return np.concatenate(found)


def keys(matrix: Matrix) -> Ints:
    """Rows times columns plus column of the entries of a matrix, sorted."""
    cells = matrix.tocoo()
    sorted_keys: Ints = np.sort(cells.row.astype(np.int64) * matrix.shape[1] + cells.col)
    return sorted_keys


def is_in(asked: Ints, there: Ints) -> Flags:
    """Which of some keys are among others, which are sorted."""
    if not len(there):
        return np.zeros(len(asked), dtype=bool)
    place = np.minimum(np.searchsorted(there, asked), len(there) - 1)
    found: Flags = there[place] == asked
    return found
