"""labels → (:Review)-[:DECIDED]->(:Account)."""

from __future__ import annotations

import functools

from ringleader.loaders.aggregation.aggregate import END, START
from ringleader.loaders.duckdb_functions import character, milliseconds, sha256
from ringleader.loaders.writing.write_plan import Load, WriteStep

_FIELDS = ("account_id", "label", "ring", "campaign", "decided_at", "decided_by")


def steps(load: Load) -> list[WriteStep]:
    """What labels become."""
    rows = load.rows
    said = rows.select(
        "account_id",
        "label",
        "campaign",
        "decided_by",
        ring=rows.ring_id,
        decided_at=milliseconds(rows.decided_at),
    )
    # The id of a decision is what it says: the same one told twice is one.
    parts = [said[name].cast("string").fill_null("") for name in _FIELDS]
    whole = functools.reduce(lambda left, right: left + character(0) + right, parts)
    decisions = load.workspace.keep("decisions", said.mutate(review_id=sha256(whole).substr(0, 32)))
    return [
        load.nodes("Review", decisions.drop("account_id")),
        load.relationships(
            "DECIDED", decisions.select(**{START: decisions.review_id, END: decisions.account_id})
        ),
    ]
