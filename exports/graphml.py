"""GraphML, for networkx, igraph, yEd and Gephi."""

from __future__ import annotations

from typing import Any, BinaryIO

import networkx as nx

from ringleader.exports.findings import Subgraph
from ringleader.exports.networks import network


def write(file: BinaryIO, shown: Subgraph, **_: Any) -> None:
    """Write a subgraph, with the types of its attributes.

    Args:
        file: Where to.
        shown: The findings.
    """
    nx.write_graphml_xml(network(shown), file)
