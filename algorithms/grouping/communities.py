"""Communities of linked accounts, by the Louvain and Leiden of Neo4j's Graph Data Science.

A projection lives in the server's memory; it is dropped whatever happens inside the block, and
what a killed run left behind is dropped by the next. Both algorithms run seeded on one thread over
a projection in the order of account ids, so that two runs agree. The links come from here and need
not be in the database.

Leiden: Traag, Waltman and van Eck, "From Louvain to Leiden" (2019). Louvain: Blondel et al. (2008).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any

import numpy as np

from ringleader.algorithms.evidence.shared_neighbours import Links
from ringleader.algorithms.evidence.sharing import Ints
from ringleader.algorithms.parameters import Parameters
from ringleader.catalogue import get
from ringleader.errors import ServerError
from ringleader.graph import Graph
from ringleader.graph.driver_values import sent

ALGORITHMS = ("leiden", "louvain")
PREFIX = "ringleader-links"
_THREADS = 1  # more would make the result depend on scheduling
GIGABYTE = 1 << 30
HEADROOM = 2.0  # heap for what else the server does, as a multiple of what GDS needs
# A link comes as two integers and a number: of each an object of 24 bytes, and four in a list that
# may have grown by half.
BYTES_PER_LINK = 3 * (24 + 6)
# Links for each account: 0.2 in a simulated campaign of a million accounts, 0.9 in one of three
# thousand, 1.2 in a review (decision 0006). Before linking nothing else is known, and the most that
# there could be, thirty, would refuse what fits.
LINKS_PER_ACCOUNT = 2


@contextmanager
def link_projection(graph: Graph, run: str, links: Links) -> Iterator[Any]:
    """The links of a run as a weighted, undirected graph in GDS; dropped at the end.

    Args:
        graph: An open graph.
        run: The run, after which the projection is called.
        links: The links, one at least; nodes are positions of accounts.
    """
    gds = graph.gds()
    name = f"{PREFIX}-{run}"
    order = np.lexsort((links.b, links.a))
    with graph.translated("link-projection"):
        drop_projections(graph)
        try:
            made = gds.graph.project.cypher(
                get("link-projection").rendered(graph.schema),
                graph_name=name,
                **sent(
                    {
                        "a": links.a[order].tolist(),
                        "b": links.b[order].tolist(),
                        "weight": links.weight[order].tolist(),
                    }
                ),
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
    graph: Graph, run: str, links: Links, accounts: int, algorithm: str, parameters: Parameters
) -> Ints:
    """The community of each account; numbers mean nothing outside this answer.

    Args:
        graph: An open graph.
        run: The run, after which the projection is called.
        links: The links.
        accounts: Number of accounts that the links count by position.
        algorithm: ``leiden`` or ``louvain``.
        parameters: ``resolution`` (Leiden only) and ``seed``.

    Returns:
        A number from 1 on for each account, 0 for those without a link.

    Raises:
        ServerError: The server's heap is too small for it; nothing has been projected then.
    """
    of = np.zeros(accounts, dtype=np.int64)
    if not len(links):
        return of
    require_memory(graph, len(np.unique([links.a, links.b])), len(links), algorithm)
    gds = graph.gds()
    with link_projection(graph, run, links) as projected:
        if algorithm == "leiden":
            gds.leiden.mutate(
                projected,
                "community",
                gamma=parameters.resolution,
                random_seed=parameters.seed,
                concurrency=_THREADS,
                relationship_weight_property="weight",
                log_progress=False,
            )
        else:
            # GDS's Louvain takes no seed: on one thread over an ordered projection it needs none.
            gds.louvain.mutate(
                projected,
                "community",
                concurrency=_THREADS,
                relationship_weight_property="weight",
                log_progress=False,
            )
        rows = gds.graph.node_properties.stream(projected, ["community"], log_progress=False)
    of[rows["nodeId"].to_numpy(np.int64)] = rows["community"].to_numpy(np.int64) + 1
    return of


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
        require_memory(graph, accounts, LINKS_PER_ACCOUNT * accounts, algorithm)


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
