"""The graph model, and the Cypher and import columns that follow from it."""

from ringleader.schema.model import BUILT_IN, Schema

__all__ = ["BUILT_IN", "Schema"]
