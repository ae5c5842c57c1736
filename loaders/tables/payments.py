"""payments → (:Account)-[:PAID_WITH]->(:PaymentMethod)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ringleader.loaders.aggregation import aggregate
from ringleader.loaders.aggregation.aggregate import END, START
from ringleader.loaders.contract import CURRENCIES
from ringleader.loaders.tables.declared import declared_of, with_keys
from ringleader.loaders.tables.interface import Plan, TableInput, TableLoader
from ringleader.loaders.writing.write_plan import WriteStep

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.settings import Settings

# What processors call the end of a payment, in lower case with _ for blanks and hyphens. A payment
# that failed is an attempt that anybody can make; a disputed card was somebody else's; a refund
# and what is still under way are payments. The settings ``payments.failed`` and so on add words.
OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "failed": (
        "failed", "failure", "fail", "declined", "decline", "denied", "rejected", "refused",
        "error", "errored", "canceled", "cancelled", "card_declined", "card_decline",
        "insufficient_funds", "not_sufficient_funds", "do_not_honor", "generic_decline",
        "expired_card", "incorrect_cvc", "incorrect_number", "invalid", "invalid_card",
        "lost_card", "stolen_card", "pickup_card", "fraudulent", "suspected_fraud", "blocked",
        "unpaid", "voided", "void", "expired", "abandoned", "timeout", "timed_out", "incomplete",
        "incomplete_expired", "past_due", "uncollectible", "unsuccessful", "soft_declined",
        "hard_declined", "processor_declined", "gateway_rejected", "authorization_expired",
        "settlement_declined", "requires_payment_method", "requires_action",
        "requires_confirmation", "requires_source", "requires_source_action", "highest_risk_level",
        "payment_failed", "payment_failure", "authentication_required", "authentication_failed",
        "cancelled_by_user", "false", "no",
    ),
    "disputed": (
        "disputed", "dispute", "chargeback", "charge_back", "charged_back", "chargedback",
        "chargeback_reversed", "dispute_lost", "under_dispute", "notification_of_chargeback",
        "notificationofchargeback", "request_for_information", "second_chargeback",
        "secondchargeback", "fraud", "retrieval", "inquiry",
    ),
    "refunded": (
        "refunded", "refund", "partially_refunded", "partial_refund", "fully_refunded",
        "reversed", "reversal", "returned", "sentforrefund", "sent_for_refund",
    ),
    "paid": (
        "succeeded", "success", "successful", "paid", "completed", "complete", "approved",
        "accepted", "captured", "settled", "settling", "submitted_for_settlement", "ok",
        "authorized", "authorised", "authorization", "authorisation", "pending", "processing",
        "in_progress", "requires_capture", "received", "sentforsettle", "sent_for_settle", "true",
        "yes", "active", "trialing", "charged", "confirmed", "cleared", "available",
    ),
}  # fmt: skip
_NAMED = 5


def outcomes(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Words for the end of a payment, with those of the settings.

    A word that the settings give a meaning has no other.
    """
    said = {name: tuple(map(_folded, settings.get(f"payments.{name}") or ())) for name in OUTCOMES}
    ours = {word for words in said.values() for word in words}
    return {
        name: (*said[name], *(word for word in words if word not in ours))
        for name, words in OUTCOMES.items()
    }


def _folded(word: str) -> str:
    return word.strip().lower().replace(" ", "_").replace("-", "_")


def plan(given: TableInput) -> Plan:
    """What payments become."""
    rows, notes = _with_outcomes(given)
    methods = rows.group_by("payment_method_id").aggregate(
        kind=rows.kind.max(), bin=rows.bin.max(), issuer_country=rows.issuer_country.max()
    )
    steps = [
        given.nodes("PaymentMethod", methods),
        _paid_with(given, "PAID_WITH", rows, "payment_method_id"),
    ]
    for found in declared_of(given, "payments"):
        keyed, said = with_keys(given, rows, found.column, found)
        steps.append(_paid_with(given, found.relationship, keyed, found.column))
        notes |= said
    return Plan(tuple(steps), given.clean, notes)


LOADER = TableLoader(plan)


def _with_outcomes(given: TableInput) -> tuple[ir.Table, dict[str, Any]]:
    """Payments with their outcomes in one spelling, and a note of unknown ones."""
    rows = given.rows
    folded = rows.outcome.strip().lower().replace(" ", "_").replace("-", "_")
    rows = rows.mutate(outcome=folded)
    known = [word for words in (given.outcomes or OUTCOMES).values() for word in words]
    strange = rows.filter(rows.outcome.notin(known))
    counts = strange.group_by("outcome").aggregate(n=strange.count())
    unknown = given.workspace.rows(counts.order_by(counts.n.desc(), "outcome"))
    if not unknown:
        return rows, {}
    named = ", ".join(f"{row['outcome']} ({row['n']:,})" for row in unknown[:_NAMED])
    more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
    return rows, {
        "outcomes that are not known, counted as paid": f"{named}{more}; [payments] failed, "
        "disputed, refunded or paid in ringleader.toml say what they are"
    }


def _paid_with(given: TableInput, type_: str, rows: ir.Table, column: str) -> WriteStep:
    paid = aggregate.payments(rows, column, given.outcomes or OUTCOMES, CURRENCIES)
    properties = given.schema.relationship_by_type[type_].properties
    names = {START, END, *(prop.name for prop in properties)}
    paid = paid.select(*names.intersection(paid.columns))
    return given.relationships(type_, aggregate.listed(paid, given.channels))
