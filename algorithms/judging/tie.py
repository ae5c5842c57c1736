"""Links between the members of judged groups: where the evidence is kept, so that it adds up.

What the judge says of a member by one kind is divided among the identifiers that it shares with
most other members, three at most. The members of an identifier are linked in the order in which
they were opened, each with the next; a member's bits go to its links, half to each side. So the
links of a ring add up to its bits, whatever is asked: by kind, by identifier, by member. The stored
query ``score-pair`` repeats this in Cypher.

An account that is near a ring and in none has links of its own (:func:`near_misses`): its bits go
to the members that were opened next to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ringleader.algorithms.evidence.shared_neighbours import CONTACT, Evidence, Links
from ringleader.algorithms.evidence.sharing import Flags, Floats, Ints, Sharing, family_codes
from ringleader.algorithms.judging.comparison import prior_bits
from ringleader.algorithms.judging.membership import Cells, insiders
from ringleader.algorithms.judging.view import Matrix, View

NAMED_FOR_A_MEMBER = 3  # identifiers of a kind; more would not be read, and cost links


@dataclass(frozen=True)
class Lines:
    """Lines of evidence between two accounts each, before they are links.

    Attributes:
        one: An account.
        other: The other account.
        item: The identifier that they share.
        bits: What it is worth.
    """

    one: Ints
    other: Ints
    item: Ints
    bits: Floats

    @classmethod
    def of(cls, parts: Sequence[Lines]) -> Lines:
        """All lines of several parts."""
        none: Ints = np.zeros(0, dtype=np.int64)
        return cls(
            np.concatenate([none, *(part.one for part in parts)]),
            np.concatenate([none, *(part.other for part in parts)]),
            np.concatenate([none, *(part.item for part in parts)]),
            np.concatenate([np.zeros(0), *(part.bits for part in parts)]),
        )


def tied(view: View, cells: Cells, chosen: Sequence[tuple[int, Ints]]) -> Lines:
    """Lines that carry the evidence of groups.

    A group that keeps only some of its members is looked at anew: its evidence is that of the
    members it has.

    Args:
        view: The uses.
        cells: The groups.
        chosen: Groups, each with the positions of those members that it keeps, in order.
    """
    whole = [(number, members) for number, members in chosen if len(members) == cells.size[number]]
    partly = [members for number, members in chosen if len(members) < cells.size[number]]
    parts = _lines(view, cells, whole)
    if partly:
        anew = insiders(view, as_matrix(view, partly))
        parts += _lines(view, anew, list(enumerate(partly)))
    return Lines.of(parts)


def as_matrix(view: View, groups: Sequence[Ints]) -> Matrix:
    """Accounts by groups, ones.

    Args:
        view: The uses.
        groups: Positions of the accounts of each group.
    """
    row = np.concatenate([np.zeros(0, dtype=np.int64), *groups])
    column = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return sparse.csr_array((np.ones(len(row)), (row, column)), shape=(view.accounts, len(groups)))


def _lines(view: View, cells: Cells, chosen: Sequence[tuple[int, Ints]]) -> list[Lines]:
    used = cells.used.tocsr()
    order = np.argsort(cells.group, kind="stable")
    starts = np.searchsorted(cells.group[order], np.arange(cells.groups + 1))
    found = []
    for number, members in chosen:
        at = order[starts[number] : starts[number + 1]]
        evidence = np.zeros((len(members), view.kinds))
        place = np.minimum(np.searchsorted(members, cells.account[at]), len(members) - 1)
        mine = members[place] == cells.account[at]
        evidence[place[mine]] = cells.evidence[at[mine]]
        low, high = used.indptr[number], used.indptr[number + 1]
        items = used.indices[low:high].astype(np.int64)
        kind_of = cells.rates.kind_of[number]
        found += _paths(view, kind_of, members, items, used.data[low:high], evidence)
    return found


@dataclass(frozen=True)
class _Shared:
    """What accounts use of a group's identifiers, and what each use carries.

    Attributes:
        who: Place of the account among those that were asked for.
        what: Place of the identifier among the group's.
        picked: Whether the use is one of those that carry the account's bits.
        bits: What it carries.
    """

    who: Ints
    what: Ints
    picked: Flags
    bits: Floats


def _shared(
    view: View, kind_of: Ints, accounts: Ints, items: Ints, users: Floats, evidence: Floats
) -> _Shared:
    """The uses of accounts, each with its part of the account's bits of that kind."""
    cells = view.uses[accounts][:, items].tocoo()
    who, what = cells.row.astype(np.int64), cells.col.astype(np.int64)
    kind = kind_of[view.sharing.label[items[what]]]
    told = evidence[who, kind] > 0
    who, what, kind = who[told], what[told], kind[told]
    # What most members use comes first; of equals the one of the lower position.
    order = np.lexsort((what, -users[what], kind, who))
    who, what, kind = who[order], what[order], kind[order]
    key = who * view.kinds + kind
    picked = np.arange(len(key)) - np.searchsorted(key, key) < NAMED_FOR_A_MEMBER
    count = np.bincount(key[picked], minlength=len(accounts) * view.kinds)
    return _Shared(who, what, picked, evidence[who, kind] / np.maximum(count[key], 1) * picked)


def _paths(
    view: View, kind_of: Ints, members: Ints, items: Ints, users: Floats, evidence: Floats
) -> list[Lines]:
    """Lines between members of one group who share an identifier, each with the next."""
    uses = _shared(view, kind_of, members, items, users, evidence)
    opened = view.sharing.opening_rank[members]
    order = np.lexsort((opened[uses.who], uses.what))
    who, what, picked, bits = (column[order] for column in vars(uses).values())
    bounds = np.flatnonzero(np.diff(what, prepend=-1))
    found = []
    for low, high in zip(bounds, np.append(bounds[1:], len(what)), strict=True):
        path = low + np.flatnonzero(picked[low:high])
        if len(path) == 1 and high - low > 1:
            # Nobody else names it: the link goes to the user opened next, or last before.
            at = int(path[0])
            path = np.array([at, at + 1 if at + 1 < high else at - 1])
        if len(path) < 2:
            continue
        sides = np.full(len(path), 2.0)
        sides[0] = sides[-1] = 1.0
        half = bits[path] / sides
        names = members[who[path]]
        item = np.full(len(path) - 1, items[what[low]])
        found.append(Lines(names[:-1], names[1:], item, half[:-1] + half[1:]))
    return found


def near_misses(view: View, cells: Cells, chosen: Sequence[tuple[int, Ints]], free: Flags) -> Lines:
    """Lines from accounts that are in no group to the members of the nearest one.

    An account is near a group if the evidence speaks for it on balance, though not enough. Each of
    its lines goes to the member who was opened next to it, of those who use the identifier.

    Args:
        view: The uses.
        cells: The groups.
        chosen: Groups, each with the positions of its members, in order.
        free: Whether each account is in no group.
    """
    wanted = np.zeros(cells.groups, dtype=bool)
    wanted[[number for number, _ in chosen]] = True
    total = cells.bits.sum(axis=1)
    at = np.flatnonzero(wanted[cells.group] & free[cells.account] & (total > 0))
    margin = total[at] - prior_bits(view.accounts, cells.size)[cells.group[at]]
    at = at[np.lexsort((cells.group[at], -margin, cells.account[at]))]
    at = at[np.flatnonzero(np.diff(cells.account[at], prepend=-1))]
    used, found = cells.used.tocsr(), []
    for number, members in chosen:
        mine = at[cells.group[at] == number]
        low, high = used.indptr[number], used.indptr[number + 1]
        items = used.indices[low:high].astype(np.int64)
        accounts = cells.account[mine]
        if not len(accounts):
            continue
        kind_of = cells.rates.kind_of[number]
        uses = _shared(view, kind_of, accounts, items, used.data[low:high], cells.evidence[mine])
        of_members = view.uses[members][:, items].tocsc()
        opened = view.sharing.opening_rank
        for who, what, bits in zip(
            *(column[uses.picked] for column in (uses.who, uses.what, uses.bits)), strict=True
        ):
            theirs = members[of_members.indices[slice(*of_members.indptr[what : what + 2])]]
            nearest = np.argmin(np.abs(opened[theirs] - opened[accounts[who]]))
            one, other, item = (
                np.array([place]) for place in (accounts[who], theirs[nearest], items[what])
            )
            found.append(Lines(one, other, item, np.array([bits])))
    return Lines.of(found)


def links_of(sharing: Sharing, lines: Lines) -> Links:
    """Links from lines of evidence, whose bits simply add up.

    Args:
        sharing: Who shares what.
        lines: The lines.
    """
    width = max(len(sharing.accounts), 1)
    a, b = np.minimum(lines.one, lines.other), np.maximum(lines.one, lines.other)
    item, bits = lines.item, lines.bits
    order = np.lexsort((item, b, a))
    a, b, item, bits = a[order], b[order], item[order], bits[order]
    keys, link = np.unique(a * width + b, return_inverse=True)
    family = family_codes(sharing.schema)[sharing.label[item]] if len(item) else item
    families = len(sharing.schema.families)
    table = np.bincount(link * families + family, bits, minlength=len(keys) * families)
    unknown = np.full(len(a), CONTACT, dtype=np.int64)
    places = [sharing.place(end, item) for end in (a, b)]
    evidence = Evidence(a, b, item, unknown, family.astype(np.int64), bits, *places)
    return Links(
        keys // width,
        keys % width,
        table.reshape(len(keys), families).astype(np.float64),
        evidence,
        link.astype(np.int64),
        bits,
    )
