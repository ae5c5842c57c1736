"""labels → (:Review)-[:DECIDED]->(:Account)."""

from __future__ import annotations

import functools

from ringleader.loaders.aggregation.aggregate import END, START
from ringleader.loaders.functions import character, milliseconds, sha256
from ringleader.loaders.tables.interface import Plan, TableInput, TableLoader

_FIELDS = ("account_id", "label", "ring", "campaign", "decided_at", "decided_by")


def plan(given: TableInput) -> Plan:
    """What labels become."""
    rows = given.rows
    said = rows.select(
        "account_id",
        "label",
        "campaign",
        "decided_by",
        ring=rows.ring_id,
        decided_at=milliseconds(rows.decided_at),
    )
    # The id of a decision is a hash of its content: the same one loaded twice is one.
    parts = [said[name].cast("string").fill_null("") for name in _FIELDS]
    whole = functools.reduce(lambda left, right: left + character(0) + right, parts)
    decisions = given.workspace.keep(
        "decisions", said.mutate(review_id=sha256(whole).substr(0, 32))
    )
    decided = decisions.select(**{START: decisions.review_id, END: decisions.account_id})
    steps = (
        given.nodes("Review", decisions.drop("account_id")),
        given.relationships("DECIDED", decided),
    )
    return Plan(steps, given.clean)


LOADER = TableLoader(plan)
