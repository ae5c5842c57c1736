"""What others do with the same graph: GDS node similarity for pairs, networkit's Leiden for groups.

``python -m benchmarks.references.grouping similarity`` streams the ten most similar accounts of
each account; ``leiden RESOLUTION`` reads the links of the last detection and groups them. Both
print seconds as JSON, projection and reading apart.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

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
    """Groups of linked accounts."""
    import networkit
    import numpy as np

    begin = time.perf_counter()
    rows = graph.frame(LINKS)
    names = np.unique(rows[["a", "b"]].to_numpy(str))
    ends = [np.searchsorted(names, rows[end].to_numpy(str)) for end in ("a", "b")]
    links = networkit.Graph(len(names), weighted=True)
    for one, other, weight in zip(*ends, rows["weight"].to_numpy(float), strict=True):
        links.addEdge(int(one), int(other), float(weight))
    read = time.perf_counter()
    networkit.setSeed(42, False)
    networkit.setNumberOfThreads(1)
    found = networkit.community.ParallelLeiden(links, gamma=resolution)
    found.run()
    end = time.perf_counter()
    groups = found.getPartition().numberOfSubsets()
    return {"read": read - begin, "seconds": end - read, "links": len(rows), "groups": groups}


def main() -> None:
    """Run one of the two."""
    with Graph.connect(load_settings()) as graph:
        told = (
            similarity(graph) if sys.argv[1] == "similarity" else leiden(graph, float(sys.argv[2]))
        )
    print(json.dumps(told))


if __name__ == "__main__":
    main()
