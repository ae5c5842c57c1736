"""The classical way: accounts that share rare identifiers, by stored queries and GDS alone.

Accounts and their identifiers are projected with a cap on the number of accounts and weights
1/(n-1); Node Similarity of GDS keeps pairs that share a quarter of what they use; Leiden or Louvain
groups them, and communities of enough accounts are rings. No judge, no innocent explanations, no
threshold that follows from chance: it is here for comparison, and for those who want it.

A ring's links say what its members share: an identifier of n among N accounts is worth log2(N/n)
bits for each member but the first, in the order in which they were opened.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ringleader.algorithms.evidence.shared_neighbours import Links
from ringleader.algorithms.evidence.sharing import Flags, Floats, Ints, Sharing
from ringleader.algorithms.grouping.communities import PREFIX, drop_projections
from ringleader.algorithms.judging.tie import Lines, links_of
from ringleader.algorithms.judging.view import View
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import Ring, by_family, name_of
from ringleader.catalogue import get
from ringleader.graph import Graph

METHOD = "shared-neighbours"
# An identifier of one account links nobody; one of more than forty is a carrier, a campus or a
# popular client, and comparing its accounts costs the square of their number.
FEWEST, MOST = 2, 40
CUTOFF = 0.25  # similar accounts share a quarter of what either uses, by weight
MOST_SIMILAR = 10  # neighbours kept for each account: bounds the cost, communities need no more


def communities_of_neighbours(
    graph: Graph, run: str, sharing: Sharing, algorithm: str, parameters: Parameters
) -> list[Ints]:
    """Communities of accounts that share rare identifiers, as positions, by four stored queries.

    Args:
        graph: An open graph whose identifiers have their number of accounts.
        run: The run, after which the projection is called.
        sharing: Who shares what.
        algorithm: ``leiden`` or ``louvain``.
        parameters: ``min_ring_size`` and ``seed``.
    """
    name = f"{PREFIX}-{run}"
    similar = f"{name}-similar"
    capped = (sharing.sharers >= FEWEST) & (sharing.sharers <= MOST)
    # Hubs of lists, pins and the known-good list; what the caps leave out need not be named.
    nothing = np.flatnonzero(capped & ~_counts(sharing, parameters))
    without = sharing.identifier_number[nothing].tolist()
    drop_projections(graph)
    try:
        caps = {"least": FEWEST, "most": MOST}
        made = _read(graph, "neighbours-projection", graph_name=name, without=without, **caps)
        if not _nodes(made):
            return []
        limits = {"similar": similar, "cutoff": CUTOFF, "most_similar": MOST_SIMILAR}
        if not _nodes(_read(graph, "neighbours-similarity", graph_name=name, **limits)):
            return []
        if algorithm == "leiden":
            _read(graph, "neighbours-leiden", graph_name=similar, seed=parameters.seed)
        else:
            _read(graph, "neighbours-louvain", graph_name=similar)
        least = parameters.min_ring_size
        rows = _read(graph, "community-members", graph_name=similar, min_size=least)
    finally:
        drop_projections(graph)
    store = np.argsort(sharing.account_number)
    numbers = sharing.account_number[store]
    return [
        np.sort(store[np.searchsorted(numbers, np.array(row["nodes"], dtype=np.int64))])
        for row in rows
    ]


def rings_of_neighbours(
    sharing: Sharing, groups: list[Ints], parameters: Parameters
) -> tuple[list[Ring], Links]:
    """The communities as rings, and the links that carry what their members share.

    Accounts that share nothing that counts, after what was rejected, are left out.

    Args:
        sharing: Who shares what, without what was rejected.
        groups: Positions of the accounts of each community.
        parameters: ``min_ring_size``.
    """
    if not groups:
        return [], _links(sharing, np.full(len(sharing.accounts), -1, dtype=np.int64), parameters)
    exempt = np.zeros(len(sharing.accounts), dtype=bool)
    exempt[sharing.exempt] = True
    of = np.full(len(sharing.accounts), -1, dtype=np.int64)
    for number, members in enumerate(groups):
        of[members[~exempt[members]]] = number
    links = _links(sharing, of, parameters)
    of[np.setdiff1d(np.arange(len(of)), np.concatenate([links.a, links.b]))] = -1
    size = np.bincount(of[of >= 0], minlength=len(groups))
    of[(of >= 0) & (size[of] < parameters.min_ring_size)] = -1
    links = links.take(of[links.a] >= 0)
    bits = np.zeros(len(of))
    for end in (links.a, links.b):
        bits += np.bincount(end, links.weight, minlength=len(of))
    alone = len(sharing.groups_in_data()) < 2
    rings = []
    for number in np.unique(of[of >= 0]).tolist():
        at = np.flatnonzero(of == number)
        mine = of[links.a] == number
        names = tuple(str(name) for name in sharing.accounts[at])
        families = by_family(sharing, links.family_bits[mine].sum(axis=0))
        own = tuple(float(b) for b in bits[at])
        rings.append(Ring(name_of(names), names, own, families, int(mine.sum()), alone))
    return sorted(rings, key=lambda ring: (-ring.score, ring.ring_id)), links


def _links(sharing: Sharing, of: Ints, parameters: Parameters) -> Links:
    """Links between the members of a community that use one identifier, each with the next."""
    there = _counts(sharing, parameters)[sharing.used] & (of[sharing.user] >= 0)
    at = np.flatnonzero(there)
    user, used = sharing.user[at], sharing.used[at]
    order = np.lexsort((sharing.opening_rank[user], of[user], used))
    user, used = user[order], used[order]
    next_to = (used[1:] == used[:-1]) & (of[user[1:]] == of[user[:-1]])
    one, other, item = user[:-1][next_to], user[1:][next_to], used[1:][next_to]
    rarity: Floats = np.log2(len(sharing.accounts) / np.maximum(sharing.sharers, 1))
    heavy = rarity[item] > 0
    lines = Lines(one[heavy], other[heavy], item[heavy], rarity[item[heavy]])
    return links_of(sharing, lines)


def _counts(sharing: Sharing, parameters: Parameters) -> Flags:
    """Which identifiers the method looks at."""
    view = View(sharing, parameters)
    counts = np.zeros(len(sharing.keys), dtype=bool)
    counts[sharing.used[view.counts]] = True
    counts &= (sharing.sharers >= FEWEST) & (sharing.sharers <= MOST)
    return counts


def _nodes(rows: list[dict[str, Any]]) -> int:
    """Number of nodes of a projection that a stored query made; it makes none of nothing."""
    made = rows[0]["projection"] if rows else None
    return int(made["nodeCount"]) if made else 0


def _read(graph: Graph, query: str, **given: Any) -> list[dict[str, Any]]:
    stored = get(query)
    return graph.read(stored, stored.bind(given))
