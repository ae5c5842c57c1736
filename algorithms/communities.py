"""Communities of linked accounts, by the Louvain and Leiden of Neo4j's Graph Data Science.

A projection lives in the server's memory; it is dropped whatever happens inside the block, and
what a killed run left behind is dropped by the next. Both algorithms run seeded on one thread over
a projection in the order of account ids, so that two runs agree.

Leiden: Traag, Waltman and van Eck, "From Louvain to Leiden" (2019). Louvain: Blondel et al. (2008).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from algorithms.parameters import Parameters
from ringleader.catalogue import get
from ringleader.errors import ServerError
from ringleader.graph import Graph

ALGORITHMS = ("leiden", "louvain")
PREFIX = "ringleader-links"
_THREADS = 1  # more would make the result depend on scheduling


@contextmanager
def link_projection(graph: Graph, run: str) -> Iterator[Any]:
    """The links of a run as a weighted, undirected graph in GDS; dropped at the end.

    Args:
        graph: An open graph.
        run: The run whose links are projected; it has one at least.
    """
    gds = graph.gds()
    name = f"{PREFIX}-{run}"
    with graph.translated("link-projection"):
        drop_projections(graph)
        try:
            made = gds.graph.project.cypher(get("link-projection").text, graph_name=name, run=run)
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


def communities(graph: Graph, run: str, algorithm: str, parameters: Parameters) -> dict[str, int]:
    """The community of each linked account.

    Args:
        graph: An open graph.
        run: The run whose links are in the graph.
        algorithm: ``leiden`` or ``louvain``.
        parameters: ``resolution`` (Leiden only) and ``seed``.

    Returns:
        Account id to a number that means nothing outside this answer.
    """
    gds = graph.gds()
    with link_projection(graph, run) as projected:
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
        rows = gds.graph.node_properties.stream(
            projected, ["community"], db_node_properties=["account_id"], log_progress=False
        )
    return dict(zip(rows["account_id"], rows["community"].astype(int), strict=True))


def estimated_memory(graph: Graph, accounts: int, links: int, algorithm: str) -> tuple[int, int]:
    """Bytes that GDS expects to need at least and at most, projection included.

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
        return int(told.bytes_min), int(told.bytes_max)
