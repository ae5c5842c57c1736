"""Links between the members of judged groups: where the evidence is kept, so that it adds up.

What the judge says of a member by one kind is divided among the identifiers that it shares with
most other members, three at most. The members of an identifier are linked in the order in which
they were opened, each with the next; a member's bits go to its links, half to each side. So the
links of a ring add up to its bits, whatever is asked: by kind, by identifier, by member.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ringleader.algorithms.evidence.shared_neighbours import CONTACT, Evidence, Links
from ringleader.algorithms.evidence.sharing import Floats, Ints, Sharing, family_codes
from ringleader.algorithms.judging.membership import Cells
from ringleader.algorithms.judging.view import View

NAMED_FOR_A_MEMBER = 3  # identifiers of a kind; more would not be read, and cost links


def tied(view: View, cells: Cells, chosen: Sequence[tuple[int, Ints]]) -> Links:
    """Links that carry the evidence of groups.

    Args:
        view: The uses.
        cells: The groups.
        chosen: Groups, each with the positions of those members that it keeps.
    """
    sharing = view.sharing
    ones: list[Ints] = []
    others: list[Ints] = []
    items: list[Ints] = []
    amounts: list[Floats] = []
    used = cells.used.tocsr()
    order = np.argsort(cells.group, kind="stable")
    starts = np.searchsorted(cells.group[order], np.arange(cells.groups + 1))
    for number, members in chosen:
        at = order[starts[number] : starts[number + 1]]
        evidence = np.zeros((len(members), view.kinds))
        place = np.searchsorted(members, cells.account[at])
        place = np.minimum(place, len(members) - 1)
        mine = members[place] == cells.account[at]
        evidence[place[mine]] = cells.evidence[at[mine]]
        low, high = used.indptr[number], used.indptr[number + 1]
        for one, other, item, bits in _paths(
            view, members, used.indices[low:high].astype(np.int64), used.data[low:high], evidence
        ):
            ones.append(one)
            others.append(other)
            items.append(item)
            amounts.append(bits)
    none: Ints = np.zeros(0, dtype=np.int64)
    return links_of(
        sharing,
        np.concatenate([none, *ones]),
        np.concatenate([none, *others]),
        np.concatenate([none, *items]),
        np.concatenate([np.zeros(0), *amounts]),
    )


def _paths(
    view: View, members: Ints, items: Ints, users: Floats, evidence: Floats
) -> list[tuple[Ints, Ints, Ints, Floats]]:
    """Linked members of one group with what they share, and the bits."""
    cells = view.uses[members][:, items].tocoo()
    who, what = cells.row.astype(np.int64), cells.col.astype(np.int64)
    kind = view.kind_of_label[view.sharing.label[items[what]]]
    told = evidence[who, kind] > 0
    who, what, kind = who[told], what[told], kind[told]
    # What most members use comes first; of equals the one of the lower position.
    order = np.lexsort((what, -users[what], kind, who))
    who, what, kind = who[order], what[order], kind[order]
    key = who * view.kinds + kind
    rank = np.arange(len(key)) - np.searchsorted(key, key)
    picked = rank < NAMED_FOR_A_MEMBER
    count = np.bincount(key[picked], minlength=len(members) * view.kinds)
    rest_who, rest_what = who[~picked], what[~picked]
    who, what, key = who[picked], what[picked], key[picked]
    bits = evidence[who, key % view.kinds] / np.maximum(count[key], 1)
    opened = view.sharing.opening_rank[members]
    found = []
    order = np.lexsort((opened[who], what))
    who, what, bits = who[order], what[order], bits[order]
    bounds = np.flatnonzero(np.diff(what, prepend=-1))
    for low, high in zip(bounds, np.append(bounds[1:], len(what)), strict=True):
        path, own, item = who[low:high], bits[low:high], int(what[low])
        if len(path) == 1:
            also = np.setdiff1d(rest_who[rest_what == item], path)
            if not len(also):
                continue
            partner = also[np.argmin(np.abs(opened[also] - opened[path[0]]))]
            path, own = np.array([path[0], partner]), np.array([own[0], 0.0])
        sides = np.full(len(path), 2.0)
        sides[0] = sides[-1] = 1.0
        half = own / sides
        found.append(
            (
                members[path[:-1]],
                members[path[1:]],
                np.full(len(path) - 1, items[item]),
                half[:-1] + half[1:],
            )
        )
    return found


def links_of(sharing: Sharing, one: Ints, other: Ints, item: Ints, bits: Floats) -> Links:
    """Links from lines of evidence, whose bits simply add up.

    Args:
        sharing: Who shares what.
        one: An account of each line.
        other: The other account.
        item: The identifier that they share.
        bits: What it is worth.
    """
    width = max(len(sharing.accounts), 1)
    a, b = np.minimum(one, other), np.maximum(one, other)
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
