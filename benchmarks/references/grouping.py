"""What others do with the same graph: GDS node similarity for pairs, networkit's Leiden for groups.

``python -m benchmarks.references.grouping similarity`` streams the ten most similar accounts of
each account; ``leiden RESOLUTION`` groups the links that the last detection left in the graph, by
networkit and by the Leiden of GDS as detection calls it. Both print seconds as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from ringleader.algorithms.grouping.edges import Edges
from ringleader.catalogue import get
from ringleader.graph import Graph
from ringleader.settings import load_settings

HERE = Path(__file__).resolve().parent
NAME = "benchmark-similar"
LINKS = (
    "MATCH (a:Account)-[link:LINKED]->(b:Account)"
    " RETURN a.account_id AS a, b.account_id AS b, link.weight AS weight"
)


def similarity(graph: Graph) -> dict[str, Any]:
    """Pairs of accounts by the identifiers that they share (Jaccard)."""
    gds = graph.gds()
    statement = (HERE / "similar_pairs.cypher").read_text(encoding="utf-8")
    gds.graph.drop(NAME, fail_if_missing=False)
    begin = time.perf_counter()
    made = gds.graph.project.cypher(statement, graph_name=NAME)
    projected = time.perf_counter()
    try:
        pairs = gds.node_similarity.stream(made.graph, top_k=10, log_progress=False)
    finally:
        gds.graph.drop(NAME, fail_if_missing=False)
    end = time.perf_counter()
    return {"project": projected - begin, "seconds": end - projected, "pairs": len(pairs)}


def leiden(graph: Graph, resolution: float) -> dict[str, Any]:
    """Groups of linked accounts, both ways, on one thread each."""
    import networkit
    import numpy as np

    rows = graph.frame(LINKS)
    names, ends = np.unique(rows[["a", "b"]].to_numpy(str), return_inverse=True)
    a, b = ends.reshape(-1, 2).T
    edges = Edges(a, b, rows["weight"].to_numpy(float))
    begin = time.perf_counter()
    links = networkit.Graph(len(names), weighted=True)
    for one, other, bits in zip(
        edges.a.tolist(), edges.b.tolist(), edges.weight.tolist(), strict=True
    ):
        links.addEdge(one, other, bits)
    networkit.setSeed(42, False)
    networkit.setNumberOfThreads(1)
    found = networkit.community.ParallelLeiden(links, gamma=resolution)
    found.run()
    theirs = time.perf_counter() - begin
    gds = graph.gds()
    gds.graph.drop(NAME, fail_if_missing=False)
    begin = time.perf_counter()
    statement = get("link-projection").text
    made = gds.graph.project.cypher(statement, graph_name=NAME, rows=edges.rows())
    try:
        gds.leiden.stream(
            made.graph,
            gamma=resolution,
            random_seed=42,
            concurrency=1,
            relationship_weight_property="weight",
            log_progress=False,
        )
        ours = time.perf_counter() - begin
    finally:
        gds.graph.drop(NAME, fail_if_missing=False)
    return {"links": len(rows), "networkit": theirs, "gds": ours}


def main() -> None:
    """Run one of the two."""
    with Graph.connect(load_settings()) as graph:
        told = (
            similarity(graph) if sys.argv[1] == "similarity" else leiden(graph, float(sys.argv[2]))
        )
    print(json.dumps(told))


if __name__ == "__main__":
    main()
