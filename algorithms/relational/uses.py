"""Uses of identifiers from clean tables, with the part of an account's activity that each carries.

The same figures as :func:`ringleader.algorithms.evidence.sharing.assemble` gives detection; a test
compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from ringleader.schema import Schema

START, END = "start", "end"  # the ends of a relationship in clean tables


def number(value: float) -> Any:
    """A floating-point constant; a literal would be a decimal to Spark."""
    return ibis.literal(repr(float(value))).cast("float64")


def union(tables: Sequence[ir.Table]) -> ir.Table:
    """All rows of tables with the same columns."""
    first, *others = tables
    return first.union(*others) if others else first


_COUNTS = ("events", "failed", "disputed")


def merged(tables: Sequence[ir.Table]) -> ir.Table:
    """One row per account and identifier, of tables that need not count the same things.

    What a table does not count is unknown there; counts of several tables add up, as in the graph.

    Args:
        tables: Clean tables of one relationship type.
    """
    names = [name for name in _COUNTS if any(name in table.columns for table in tables)]
    alike = [
        table.select(
            **{START: table[START].cast("string"), END: table[END].cast("string")},
            **{
                name: table[name].cast("int64") if name in table.columns else ibis.null("int64")
                for name in names
            },
        )
        for table in tables
    ]
    if len(alike) == 1:
        return alike[0]
    rows = union(alike)
    return rows.group_by(START, END).aggregate(
        **{name: rows[name].sum().cast("int64") for name in names}
    )


def used(kinds: Mapping[str, ir.Table], schema: Schema) -> ir.Table | None:
    """Who used what, and how often; a failed or disputed payment is nobody's use.

    Args:
        kinds: Clean tables by relationship type.
        schema: What accounts can share.

    Returns:
        ``account``, ``label`` (its code), ``key`` and ``events``, one row per account and
        identifier; None without any such table.
    """
    found = []
    for code, identifier in enumerate(schema.identifiers):
        rows = kinds.get(identifier.relationship)
        if rows is None:
            continue
        events: Any = ibis.literal(1, "int64")
        if "events" in rows.columns:
            events = rows.events.fill_null(1)
        for name in ("failed", "disputed"):
            if name in rows.columns:
                events = events - rows[name].fill_null(0)
        found.append(
            rows.select(
                account=rows[START],
                label=ibis.literal(code, "int64"),
                key=rows[END].cast("string"),
                events=events.cast("float64"),
            )
        )
    return union(found) if found else None


def with_shares(uses: ir.Table) -> ir.Table:
    """Uses with at least one event, and their ``share`` of the account's activity by that label."""
    activity = uses.events.sum().over(ibis.window(group_by=[uses.account, uses.label]))
    shared = uses.mutate(share=uses.events / ibis.greatest(activity, number(1.0)))
    return shared.filter(shared.events > 0)
