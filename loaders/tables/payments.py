"""payments → (:Account)-[:PAID_WITH]->(:PaymentMethod)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ringleader.loaders.aggregation import aggregate
from ringleader.loaders.aggregation.aggregate import END, START
from ringleader.loaders.contract import CURRENCIES
from ringleader.loaders.tables.declared import declared_of, with_keys
from ringleader.loaders.tables.interface import Notes, Plan, TableInput, TableLoader
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
        "authentication_required", "cancelled_by_user", "false", "no",
        # Stripe's codes for refusals of an issuer, beside those above.
        "approve_with_id", "call_issuer", "card_not_supported", "card_velocity_exceeded",
        "currency_not_supported", "do_not_honour", "do_not_try_again", "duplicate_transaction",
        "incorrect_address", "incorrect_pin", "incorrect_zip", "invalid_account", "invalid_amount",
        "invalid_cvc", "invalid_expiry_month", "invalid_expiry_year", "invalid_number",
        "invalid_pin", "issuer_not_available", "live_mode_test_card", "merchant_blacklist",
        "new_account_information_available", "no_action_taken", "not_permitted", "nsf",
        "offline_pin_required", "online_or_offline_pin_required", "pickup", "pin_try_exceeded",
        "processing_error", "reenter_transaction", "restricted_card", "security_violation",
        "revocation_of_authorization", "revocation_of_all_authorizations", "service_not_allowed",
        "stop_payment_order", "testmode_decline", "transaction_not_allowed", "try_again_later",
        "withdrawal_count_limit_exceeded", "withdrawal_amount_limit_exceeded", "not_approved",
        "not_authorized", "not_authorised", "not_completed", "not_paid", "unauthorized",
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
# CardDeclined, card.declined, Card declined! are card_declined.
_HUMPS, _BETWEEN = r"([a-z])([A-Z])", r"[^a-z0-9]+"
_NAMED = 5
# Parts of longer words that say the same: payment_intent.payment_failed, declined_by_issuer. The
# first that is found counts; a refund that failed leaves the payment as it was.
_PARTS: Mapping[str, str] = {
    "paid": r"(?:refund|dispute|chargeback|reversal|void|cancel(?:l?ation)?)_?"
    r"(?:failed|failure|rejected|declined|denied|refused|won|pending_cancel)",
    "disputed": r"dispute|charge_?back|retrieval_?request|fraud_?warning",
    "refunded": r"refund|revers(?:ed|al)",
    "failed": r"fail|declin|denied|reject|refus|insufficient|cancel|unpaid|uncollect|expired"
    r"|blocked|abandon|unsuccess|not_?(?:approved|author|paid|success|honou?r)|requires_(?!capture)"
    r"|do_?not_?honou?r|time_?out|timed_?out|lost_?card|stolen_?card|invalid",
}


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
    return re.sub(_BETWEEN, "_", re.sub(_HUMPS, r"\1_\2", word.strip()).lower()).strip("_")


def meaning_of(word: str) -> str | None:
    """What an outcome of several words says by one of its parts; None where no part is known.

    Args:
        word: In lower case, with ``_`` between its parts.
    """
    return next((name for name, parts in _PARTS.items() if re.search(parts, word)), None)


def plan(given: TableInput) -> Plan:
    """What payments become."""
    rows, words, notes = _with_outcomes(given)
    methods = rows.group_by("payment_method_id").aggregate(
        kind=rows.kind.max(), bin=rows.bin.max(), issuer_country=rows.issuer_country.max()
    )
    steps = [
        given.nodes("PaymentMethod", methods),
        _paid_with(given, "PAID_WITH", rows, "payment_method_id", words),
    ]
    for found in declared_of(given, "payments"):
        keyed, said = with_keys(given, rows, found.column, found)
        steps.append(_paid_with(given, found.relationship, keyed, found.column, words))
        notes = {**notes, **said}
    return Plan(tuple(steps), given.clean, notes)


LOADER = TableLoader(plan)


def _with_outcomes(given: TableInput) -> tuple[ir.Table, dict[str, tuple[str, ...]], Notes]:
    """Payments with outcomes in one spelling, the words of each meaning, and notes."""
    rows, words = given.rows, dict(given.outcomes or OUTCOMES)
    folded = given.workspace.mapped(rows.outcome, _folded)
    joined = rows.left_join(folded, [("outcome", "raw")])
    rows = joined.mutate(outcome=joined.mapped).select(*rows.columns)
    known = [word for some in words.values() for word in some]
    strange = rows.filter(rows.outcome.notin(known) & (rows.outcome != ""))
    counts = strange.group_by("outcome").aggregate(n=strange.count())
    read, unknown = [], []
    for row in given.workspace.rows(counts.order_by(counts.n.desc(), "outcome")):
        meaning = meaning_of(row["outcome"])
        if meaning:
            words[meaning] = (*words[meaning], row["outcome"])
            read.append(f"{row['outcome']} as {meaning} ({row['n']:,})")
        else:
            unknown.append(f"{row['outcome']} ({row['n']:,})")
    way = "[payments] failed, disputed, refunded or paid in ringleader.toml say what they are"
    notes = {
        "outcomes read by a part of the word": read,
        "outcomes that are not known, counted as paid": unknown,
    }
    return rows, words, {said: f"{_some(found)}; {way}" for said, found in notes.items() if found}


def _some(found: Sequence[str]) -> str:
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return ", ".join(found[:_NAMED]) + more


def _paid_with(
    given: TableInput,
    type_: str,
    rows: ir.Table,
    column: str,
    words: Mapping[str, tuple[str, ...]],
) -> WriteStep:
    paid = aggregate.payments(rows, column, words, CURRENCIES)
    properties = given.schema.relationship_by_type[type_].properties
    names = {START, END, *(prop.name for prop in properties)}
    paid = paid.select(*names.intersection(paid.columns))
    return given.relationships(type_, aggregate.listed(paid, given.channels))
