"""Communities of weighted graphs, by the Louvain and Leiden of Neo4j's Graph Data Science.

Nodes of a projection have the ids of the nodes of the database, so that results of GDS can be
joined with the graph. A projection lives in the server's memory; it is dropped whatever happens
inside the block, and what a killed run left behind is dropped by the next. Both algorithms run
seeded on one thread over a projection in the order of names, so that two runs agree.

Leiden: Traag, Waltman and van Eck, "From Louvain to Leiden" (2019). Louvain: Blondel et al. (2008).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ringleader.algorithms.evidence.sharing import Ints
from ringleader.algorithms.grouping.edges import Edges
from ringleader.catalogue import get
from ringleader.errors import RingleaderError, ServerError
from ringleader.graph import Graph
from ringleader.graph.driver_values import sent

ALGORITHMS = ("leiden", "louvain")
PREFIX = "ringleader-links"
_THREADS = 1  # more would make the result depend on scheduling
NO_MOVE = "LeidenDendrogramManager.getCurrent()"
GIGABYTE = 1 << 30
HEADROOM = 2.0  # heap for what else the server does, as a multiple of what GDS needs
# A link that shares its row comes as an integer: an object of 24 bytes, and four in a list that may
# have grown by half. One that is alone has two lists, two more values, and their headers.
BYTES_PER_LINK = 90
# Uses of shared identifiers for each account: 5 in a simulated campaign of a million accounts.
# Before reading nothing else is known.
EDGES_PER_ACCOUNT = 5


@contextmanager
def projection(graph: Graph, run: str, edges: Edges) -> Iterator[Any]:
    """A weighted, undirected graph in GDS; dropped at the end.

    Args:
        graph: An open graph.
        run: The run, after which the projection is called.
        edges: The edges, one at least, in an order that does not depend on the store.
    """
    gds = graph.gds()
    name = f"{PREFIX}-{run}"
    with graph.translated("link-projection"):
        drop_projections(graph)
        try:
            made = gds.graph.project.cypher(
                get("link-projection").text,
                graph_name=name,
                **sent({"rows": edges.rows()}),
            )
            # The projection is a graph and its statistics.
            yield made.graph
        finally:
            gds.graph.drop(name, fail_if_missing=False)


def drop_projections(graph: Graph) -> None:
    """Drop the projections that an interrupted detection left behind."""
    gds = graph.gds()
    with graph.translated("drop projections"):
        for info in gds.graph.list():
            if info.graph_name.startswith(PREFIX):
                gds.graph.drop(info.graph_name, fail_if_missing=False)


def communities(
    graph: Graph, run: str, edges: Edges, algorithm: str, resolution: float, seed: int
) -> tuple[Ints, Ints]:
    """The community of every node that has an edge; numbers mean nothing outside this answer.

    Args:
        graph: An open graph.
        run: The run, after which the projection is called.
        edges: The graph to be grouped.
        algorithm: ``leiden`` or ``louvain``.
        resolution: Leiden's gamma; Louvain has none.
        seed: Of Leiden.

    Returns:
        The nodes, as the edges call them, and the number of the community of each, from 0.

    Raises:
        ServerError: The server's heap is too small for it; nothing has been projected then.
    """
    none: Ints = np.zeros(0, dtype=np.int64)
    if not len(edges):
        return none, none
    nodes = len(np.unique(np.concatenate([edges.a, edges.b])))
    require_memory(graph, nodes, len(edges), algorithm)
    gds = graph.gds()
    with projection(graph, run, edges) as projected:
        if algorithm == "leiden":
            try:
                with graph.translated("leiden"):
                    gds.leiden.mutate(
                        projected,
                        "community",
                        gamma=resolution,
                        random_seed=seed,
                        concurrency=_THREADS,
                        relationship_weight_property="weight",
                        log_progress=False,
                    )
            except RingleaderError as error:
                # GDS 2026 fails where no node moves, as on a graph of one edge.
                if NO_MOVE not in str(error):
                    raise
                return _components(edges)
        else:
            # GDS's Louvain takes no seed: on one thread over an ordered projection it needs none.
            gds.louvain.mutate(
                projected,
                "community",
                concurrency=_THREADS,
                relationship_weight_property="weight",
                log_progress=False,
            )
        stored = get("community-members")
        members = stored.bind({"graph_name": projected.name(), "min_size": 1})
        parts = [np.array(row["nodes"], np.int64) for row in graph.read(stored, members)]
    named = np.concatenate(parts)
    community = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    order = np.argsort(named)
    return named[order], community[order]


def _components(edges: Edges) -> tuple[Ints, Ints]:
    """The connected component of every node: what communities are where Leiden moves nothing."""
    nodes, at = np.unique(np.concatenate([edges.a, edges.b]), return_inverse=True)
    one, other = at[: len(edges)], at[len(edges) :]
    graph = sparse.csr_array((np.ones(len(one)), (one, other)), shape=(len(nodes), len(nodes)))
    return nodes.astype(np.int64), connected_components(graph, directed=False)[1].astype(np.int64)


def require_memory_to_begin(graph: Graph, algorithm: str) -> None:
    """Make sure, before any work, that the heap is large enough for as many links as is usual.

    How many there are is known when they are found, and asked again then.

    Args:
        graph: An open graph; the number of accounts is all that is asked of it.
        algorithm: ``leiden`` or ``louvain``.

    Raises:
        ServerError: It is not.
    """
    accounts = graph.read(get("number-of-accounts"))[0]["accounts"]
    if accounts:
        require_memory(graph, accounts, EDGES_PER_ACCOUNT * accounts, algorithm)


def require_memory(graph: Graph, accounts: int, links: int, algorithm: str) -> None:
    """Make sure that the server's heap is large enough for a projection, before it is made.

    Args:
        graph: An open graph.
        accounts: Number of linked accounts.
        links: Number of links.
        algorithm: ``leiden`` or ``louvain``.

    Raises:
        ServerError: It is not.
    """
    needed = HEADROOM * estimated_memory(graph, accounts, links, algorithm)[0]
    heap = graph.read(get("server-heap"))[0]["most"]
    if needed > heap:
        raise ServerError(
            f"{algorithm} on {accounts:,} accounts and {links:,} links needs a heap of "
            f"{needed / GIGABYTE:.1f} GB; the server's is {heap / GIGABYTE:.1f} GB",
            hint=f'set [server] heap = "{ceil(needed / GIGABYTE)}g" in ringleader.toml, '
            "then ringleader server stop and start",
        )


def estimated_memory(graph: Graph, accounts: int, links: int, algorithm: str) -> tuple[int, int]:
    """Bytes needed at least and at most: links as parameters, and what GDS expects to need.

    Raises:
        ServerError: GDS cannot tell.
    """
    size = {
        "nodeCount": accounts,
        "relationshipCount": 2 * links,
        "nodeProjection": "*",
        "relationshipProjection": "*",
    }
    gds = graph.gds()
    with graph.translated("estimate"):
        endpoint = gds.leiden if algorithm == "leiden" else gds.louvain
        try:
            told = endpoint.estimate(size, concurrency=_THREADS)
        except (TypeError, KeyError) as error:
            raise ServerError(f"GDS gives no estimate: {error}") from error
        given = BYTES_PER_LINK * links
        return given + int(told.bytes_min), given + int(told.bytes_max)
