"""The graph model, and the Cypher and import columns that follow from it."""

from ringleader.schema.model import (
    IDENTIFIERS,
    NODE_BY_LABEL,
    NODES,
    RELATIONSHIP_BY_TYPE,
    RELATIONSHIPS,
)

__all__ = ["IDENTIFIERS", "NODES", "NODE_BY_LABEL", "RELATIONSHIPS", "RELATIONSHIP_BY_TYPE"]
