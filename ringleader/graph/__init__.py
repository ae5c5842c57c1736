"""The connection to Neo4j: one runner that owns the driver, locks, query plans."""

from ringleader.graph.runner import Graph, WriteSummary

__all__ = ["Graph", "WriteSummary"]
