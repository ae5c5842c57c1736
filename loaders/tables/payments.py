"""payments → (:Account)-[:PAID_WITH]->(:PaymentMethod)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringleader.loaders.aggregation import aggregate
from ringleader.loaders.aggregation.aggregate import END, START
from ringleader.loaders.contract import CURRENCIES
from ringleader.loaders.tables.declared import declared_of, with_keys
from ringleader.loaders.writing.write_plan import Load, WriteStep

if TYPE_CHECKING:
    import ibis.expr.types as ir

# Outcomes, in lower case, of payments that did not go through.
FAILED = ("failed", "failure", "declined", "denied", "rejected", "refused", "error", "canceled")


def steps(load: Load) -> list[WriteStep]:
    """What payments become."""
    rows = load.rows
    methods = rows.group_by("payment_method_id").aggregate(
        kind=rows.kind.max(), bin=rows.bin.max(), issuer_country=rows.issuer_country.max()
    )

    def paid_with(type_: str, rows: ir.Table, column: str) -> WriteStep:
        kept = aggregate.payments(rows, column, FAILED, CURRENCIES)
        names = {START, END, *(p.name for p in load.schema.relationship_by_type[type_].properties)}
        kept = aggregate.listed(kept.select(*names.intersection(kept.columns)), load.channels)
        return load.relationships(type_, kept)

    return [
        load.nodes("PaymentMethod", methods),
        paid_with("PAID_WITH", rows, "payment_method_id"),
        *(
            paid_with(found.relationship, with_keys(load, rows, found.column, found), found.column)
            for found in declared_of(load, "payments")
        ),
    ]
