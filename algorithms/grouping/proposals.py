"""Three ways to propose groups; the judge decides which of them are rings.

*Infrastructure*: identifiers that the same accounts use belong together. A ring of hundreds that
shares one client and twenty prompts is nothing to a pair of its accounts, and plain here. Pairs of
identifiers are weighed by the part of the smaller one's users that use both, and grouped.

*Bipartite*: accounts and identifiers in one graph, an identifier weighing the more the rarer it is,
log2(N / n). This finds rings that spread thinly over many things.

*Close pairs*: accounts that share something rare of two kinds are linked, and what hangs together
is a group. This finds the smallest rings, which the communities of a large graph swallow.

The first two are grouped by Leiden in GDS. None decides anything: a proposal costs nothing but
time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ringleader.algorithms.evidence.sharing import Flags, Floats, Ints
from ringleader.algorithms.grouping.edges import Edges, Grouping
from ringleader.algorithms.judging.view import Matrix, View, surprise

# What one account in fifty uses tells nothing about neighbourhoods, and is most of the edges.
POPULAR = 50.0
COLUMNS_AT_ONCE = 50_000  # identifiers whose co-use is counted at once: bounds the memory
# Users of what makes a close pair. Larger groups are found in the other ways; it bounds the pairs.
FEW = 30
ACCOUNTS_AT_ONCE = 50_000  # accounts whose close pairs are counted at once: bounds the memory


@dataclass(frozen=True)
class CoUse:
    """Pairs of identifiers that the same accounts use.

    Attributes:
        one: Position of the first identifier.
        other: Position of the second, greater than the first.
        accounts: How many accounts use both.
        lift: How many times as many as chance makes, degrees and activity kept.
    """

    one: Ints
    other: Ints
    accounts: Ints
    lift: Floats


def proposed(view: View, grouping: Grouping, co_used: CoUse) -> Matrix:
    """Accounts by proposed groups, ones.

    Args:
        view: The uses.
        grouping: Groups a graph, given the resolution.
        co_used: Pairs of identifiers that the same accounts use.
    """
    ways = (
        _by_infrastructure(view, grouping, co_used),
        _by_neighbourhood(view, grouping),
        _by_close_pairs(view),
    )
    row = np.concatenate([accounts for accounts, _ in ways])
    width = 0
    columns: list[Ints] = []
    for _, groups in ways:
        columns.append(groups + width)
        width += int(groups.max(initial=-1)) + 1
    return sparse.csr_array(
        (np.ones(len(row)), (row, np.concatenate(columns))), shape=(view.accounts, max(width, 1))
    )


def co_use(view: View) -> CoUse:
    """Identifiers that the same accounts use, more than chance makes.

    A pair counts if so many accounts use both that their surprise under the null is more than
    naming an account would cost, and if they are ``living_share`` of the smaller one's users. Pairs
    of two addresses are left out.

    Args:
        view: The uses.
    """
    least = view.parameters.min_ring_size - 2
    uses = view.uses.tocsc()
    wide = np.flatnonzero(np.diff(uses.indptr) >= least)
    chosen = uses[:, wide].tocsr()
    label, sharers = view.sharing.label[wide], view.sharers[wide]
    # Two addresses of one household or network say nothing, and are most of the pairs.
    things = np.flatnonzero(~view.is_network[label])
    of_things = chosen[:, things]
    # An account of high degree in both labels meets both by chance: activity is kept by that.
    together = (view.degree.T @ view.degree) / np.outer(view.total, view.total)
    parts: list[tuple[Ints, Ints, Ints, Floats]] = []
    for start in range(0, len(wide), COLUMNS_AT_ONCE):
        block = chosen[:, start : start + COLUMNS_AT_ONCE]
        both = (block.T.tocsr() @ of_things).tocoo()
        often = both.data >= least
        first, thing = both.row[often].astype(np.int64) + start, things[both.col[often]]
        count = both.data[often]
        kept = (thing > first) | view.is_network[label[first]]
        one, other = np.minimum(first, thing)[kept], np.maximum(first, thing)[kept]
        count = count[kept]
        expected = sharers[one] * sharers[other] * together[label[one], label[other]]
        smaller = np.minimum(sharers[one], sharers[other])
        good = surprise(count, expected) >= np.log2(max(view.accounts, 2))
        good &= count >= view.parameters.living_share * smaller
        one, other, count, expected = one[good], other[good], count[good], expected[good]
        parts.append(
            (wide[one], wide[other], count.astype(np.int64), count / np.maximum(expected, 1e-12))
        )
    if not parts:
        none: Ints = np.zeros(0, dtype=np.int64)
        return CoUse(none, none, none, np.zeros(0))
    return CoUse(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _by_infrastructure(view: View, grouping: Grouping, co_used: CoUse) -> tuple[Ints, Ints]:
    """Accounts that live on one group of identifiers by two kinds."""
    none: Ints = np.zeros(0, dtype=np.int64)
    if not len(co_used.one):
        return none, none
    number = view.sharing.identifier_number
    smaller = np.minimum(view.sharers[co_used.one], view.sharers[co_used.other])
    weight = co_used.accounts / smaller
    order = np.lexsort((co_used.one, weight, co_used.other))
    edges = Edges(number[co_used.one[order]], number[co_used.other[order]], weight[order])
    named, community = grouping(edges, 1.0)
    order = np.argsort(number)
    place = order[np.searchsorted(number[order], named)]
    groups = int(community.max(initial=-1)) + 1
    of = sparse.csr_array(
        (np.ones(len(place)), (place, community)), shape=(len(number), max(groups, 1))
    )
    lives = np.zeros((0,), dtype=np.int64)
    for kind in range(view.kinds):
        cells = []
        # Whether one place explains address and device is for the judge to say.
        for code in np.flatnonzero(view.kind.apart == kind):
            at = view.of_label[code]
            share = (view.activity_of_label[code] @ of[at]).tocoo()
            kept = share.data.imag >= view.parameters.living_share
            cells.append(share.row[kept].astype(np.int64) * max(groups, 1) + share.col[kept])
        if cells:
            lives = np.concatenate([lives, np.unique(np.concatenate(cells))])
    keys, kinds = np.unique(lives, return_counts=True)
    keys = keys[kinds >= 2]
    return keys // max(groups, 1), keys % max(groups, 1)


def _by_neighbourhood(view: View, grouping: Grouping) -> tuple[Ints, Ints]:
    """Accounts of one community of the graph of accounts and identifiers."""
    none: Ints = np.zeros(0, dtype=np.int64)
    sharing = view.sharing
    at = np.flatnonzero(view.counts)
    if not len(at):
        return none, none
    user, used = sharing.user[at], sharing.used[at]
    # In the order of identifiers, as they are named: the order of the store means nothing.
    order = np.lexsort((user, used))
    user, used = user[order], used[order]
    weight = np.log2(view.accounts / view.sharers[used])
    heavy = weight > np.log2(POPULAR)
    edges = Edges(
        sharing.account_number[user[heavy]], sharing.identifier_number[used[heavy]], weight[heavy]
    )
    named, community = grouping(edges, view.parameters.resolution)
    store = np.argsort(sharing.account_number)
    place = np.searchsorted(sharing.account_number[store], named)
    place = np.minimum(place, view.accounts - 1)
    is_account = sharing.account_number[store[place]] == named
    account, community = store[place[is_account]], community[is_account]
    kept = _proposable(view, np.bincount(community))[community]
    return account[kept], community[kept]


def _by_close_pairs(view: View) -> tuple[Ints, Ints]:
    """Accounts that hang together by pairs that share something rare of two kinds."""
    kind = view.kind_of_label[view.sharing.label]
    rare = (view.sharers >= 2) & (view.sharers <= FEW)
    of_kind = [view.uses[:, np.flatnonzero((kind == code) & rare)] for code in range(view.kinds)]
    ones: list[Ints] = []
    others: list[Ints] = []
    for start in range(0, view.accounts, ACCOUNTS_AT_ONCE):
        kinds = None
        for uses in of_kind:
            shared = uses[start : start + ACCOUNTS_AT_ONCE] @ uses.T
            shared.data = np.ones_like(shared.data)
            kinds = shared if kinds is None else kinds + shared
        if kinds is not None:
            pairs = kinds.tocoo()
            one, other = pairs.row.astype(np.int64) + start, pairs.col.astype(np.int64)
            close = (pairs.data >= 2) & (other > one)
            ones.append(one[close])
            others.append(other[close])
    none: Ints = np.zeros(0, dtype=np.int64)
    one, other = np.concatenate([none, *ones]), np.concatenate([none, *others])
    graph = sparse.csr_array(
        (np.ones(len(one)), (one, other)), shape=(view.accounts, view.accounts)
    )
    community = connected_components(graph, directed=False)[1].astype(np.int64)
    size = np.bincount(community, minlength=1)
    account = np.flatnonzero(_proposable(view, size)[community])
    return account, np.unique(community[account], return_inverse=True)[1].astype(np.int64)


def _proposable(view: View, size: Ints) -> Flags:
    """Whether groups of such sizes may be proposed: a ring at least, half of all at most."""
    least = view.parameters.min_ring_size
    fits: Flags = (size >= least) & (size <= max(view.accounts / 2, least))
    return fits
