"""labels → (:Review)-[:DECIDED]->(:Account)."""

from __future__ import annotations

import hashlib

from loaders.aggregate import END, START
from loaders.functions import milliseconds
from loaders.steps import Load, Row, Step
from ringleader.schema import NODE_BY_LABEL, RELATIONSHIP_BY_TYPE

_FIELDS = ("account_id", "label", "ring", "campaign", "decided_at", "decided_by")


def steps(load: Load) -> list[Step]:
    """What labels become."""
    rows = load.rows
    decisions = load.workspace.keep(
        "decisions",
        rows.select(
            "account_id",
            "label",
            "campaign",
            "decided_by",
            ring=rows.ring_id,
            decided_at=milliseconds(rows.decided_at),
        ),
    )
    return [
        Step(NODE_BY_LABEL["Review"], decisions, _FIELDS, load.workspace, _review),
        Step(RELATIONSHIP_BY_TYPE["DECIDED"], decisions, _FIELDS, load.workspace, _decided),
    ]


def review_id(row: Row) -> str:
    """The id of a decision, which is what it says: the same one told twice is one."""
    parts = ["" if row[name] is None else str(row[name]) for name in _FIELDS]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _review(row: Row) -> Row:
    properties = {name: row[name] for name in _FIELDS if name != "account_id"}
    return {"review_id": review_id(row), **properties}


def _decided(row: Row) -> Row:
    return {START: review_id(row), END: row["account_id"]}
