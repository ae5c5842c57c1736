"""payments → (:Account)-[:PAID_WITH]->(:PaymentMethod)."""

from __future__ import annotations

from ringleader.loaders.aggregation import aggregate
from ringleader.loaders.contract import CURRENCIES
from ringleader.loaders.writing.write_plan import Load, WriteStep

# Outcomes, in lower case, of payments that did not go through.
FAILED = ("failed", "failure", "declined", "denied", "rejected", "refused", "error", "canceled")


def steps(load: Load) -> list[WriteStep]:
    """What payments become."""
    rows = load.rows
    methods = rows.group_by("payment_method_id").aggregate(
        kind=rows.kind.max(), bin=rows.bin.max(), issuer_country=rows.issuer_country.max()
    )
    paid = aggregate.listed(aggregate.payments(rows, FAILED, CURRENCIES), load.channels)
    return [
        load.nodes("PaymentMethod", methods),
        load.relationships("PAID_WITH", paid),
    ]
