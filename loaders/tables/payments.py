"""payments → (:Account)-[:PAID_WITH]->(:PaymentMethod)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringleader.loaders.aggregation import aggregate
from ringleader.loaders.aggregation.aggregate import END, START
from ringleader.loaders.contract import CURRENCIES
from ringleader.loaders.tables.declared import declared_of, with_keys
from ringleader.loaders.tables.interface import Plan, TableInput, TableLoader
from ringleader.loaders.writing.write_plan import WriteStep

if TYPE_CHECKING:
    import ibis.expr.types as ir

# Outcomes, in lower case, of payments that did not go through.
FAILED = ("failed", "failure", "declined", "denied", "rejected", "refused", "error", "canceled")


def plan(given: TableInput) -> Plan:
    """What payments become."""
    rows = given.rows
    methods = rows.group_by("payment_method_id").aggregate(
        kind=rows.kind.max(), bin=rows.bin.max(), issuer_country=rows.issuer_country.max()
    )
    steps = [
        given.nodes("PaymentMethod", methods),
        _paid_with(given, "PAID_WITH", rows, "payment_method_id"),
    ]
    notes: dict[str, int] = {}
    for found in declared_of(given, "payments"):
        keyed, said = with_keys(given, rows, found.column, found)
        steps.append(_paid_with(given, found.relationship, keyed, found.column))
        notes |= said
    return Plan(tuple(steps), given.clean, notes)


LOADER = TableLoader(plan)


def _paid_with(given: TableInput, type_: str, rows: ir.Table, column: str) -> WriteStep:
    paid = aggregate.payments(rows, column, FAILED, CURRENCIES)
    properties = given.schema.relationship_by_type[type_].properties
    names = {START, END, *(prop.name for prop in properties)}
    paid = paid.select(*names.intersection(paid.columns))
    return given.relationships(type_, aggregate.listed(paid, given.channels))
