"""Where the members of a ring and the identifiers they share stand in its drawing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np

# More than these cannot be distinguished on a screen; the page says how many are left out.
MEMBERS_DRAWN = 60
IDENTIFIERS_DRAWN = 30
WIDTH, HEIGHT = 1000, 620
SEED = 7
ROUNDS = 60  # of the layout; more moves nothing visibly
_MIDDLE = ("", "")  # a node that keeps parts together which share nothing drawn
_PULL = 0.02  # of the middle, where an identifier pulls by 1

Identifier = tuple[str, str]


def drawing(
    members: Sequence[str],
    identifiers: Sequence[Identifier],
    users: Mapping[Identifier, Sequence[str]],
) -> dict[str, Any]:
    """Nodes and edges of the drawing of a ring.

    Args:
        members: Its members, the most tied first.
        identifiers: Label and key of its evidence, the strongest first.
        users: Members that use each identifier.

    Returns:
        ``members`` and ``identifiers``, lists of [place in the argument, x, y] with x up to
        :data:`WIDTH` and y up to :data:`HEIGHT`, and ``edges``, pairs of places in these lists.
    """
    accounts = list(members[:MEMBERS_DRAWN])
    shared = [n for n, item in enumerate(identifiers) if item in users][:IDENTIFIERS_DRAWN]
    place = {account: number for number, account in enumerate(accounts)}
    edges = [
        (place[account], number)
        for number, item in enumerate(shared)
        for account in users[identifiers[item]]
        if account in place
    ]
    at = _layout(len(accounts), len(shared), edges)
    return {
        "members": [[n, *at[n]] for n in range(len(accounts))],
        "identifiers": [[item, *at[len(accounts) + n]] for n, item in enumerate(shared)],
        "edges": edges,
    }


def _layout(
    members: int, identifiers: int, edges: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Places by a force-directed layout, stretched over the whole drawing."""
    graph: nx.Graph[Any] = nx.Graph()
    graph.add_nodes_from(range(members + identifiers))
    # An identifier of few members says more about who belongs together than one of all.
    used = Counter(i for _, i in edges)
    graph.add_weighted_edges_from((m, members + i, 1.0 / math.sqrt(used[i])) for m, i in edges)
    graph.add_weighted_edges_from((_MIDDLE, node, _PULL) for node in range(members + identifiers))
    if len(graph) < 2:
        return []
    places = nx.spring_layout(graph, seed=SEED, iterations=ROUNDS, k=2.2 / math.sqrt(len(graph)))
    xy = np.array([places[node] for node in range(members + identifiers)])
    low, high = xy.min(axis=0), xy.max(axis=0)
    unit = (xy - low) / np.where(high > low, high - low, 1.0)
    # Half of a place is its rank: what lies outside does not press the rest together.
    rank = unit.argsort(axis=0).argsort(axis=0) / max(len(unit) - 1, 1)
    unit = (unit + rank) / 2
    return [(round(x * WIDTH), round(y * HEIGHT)) for x, y in unit]
