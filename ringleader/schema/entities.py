"""Operators and organizations under a name, and what is said of them."""

from __future__ import annotations

from ringleader.schema.types import NodeType, RelType

__all__ = ["ABOUT", "CLAIM", "ENTITY"]

ENTITY = NodeType(
    "Entity",
    "entity_id",
    "An operator or organization under a name. People add it; detection does not know it.",
    derived=(
        ("name", "as it was first written; the key is the same in small letters"),
        ("kind", "operator or organization"),
        ("aliases", "other names"),
        ("added_at", "since when"),
    ),
)
CLAIM = NodeType(
    "Claim",
    "claim_id",
    "What a source says of an entity. A claim is never changed; a later one replaces it.",
    indexes=("campaign_id",),
    derived=(
        ("source", "who says it"),
        ("tlp", "who may read it: clear, green, amber, amber+strict or red"),
        ("note", "what is said"),
        ("campaign_id", "the campaign that is attributed to the entity; none for other claims"),
        ("confidence", "of an attribution, from 0 (withdrawn) to 100"),
        ("accounts", "number of accounts in the campaign then"),
        ("claimed_at", "when it was entered"),
        ("claimed_by", "who entered it"),
    ),
)
ABOUT = RelType("ABOUT", "Claim", "Entity", "Whom the claim is about.")
