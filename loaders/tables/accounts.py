"""accounts → (:Account), its e-mail domain and its declared organization."""

from __future__ import annotations

from ringleader.keys import keyed_hash
from ringleader.loaders.aggregation.aggregate import END, START, distinct
from ringleader.loaders.functions import milliseconds
from ringleader.loaders.tables.declared import declared_of, with_keys
from ringleader.loaders.tables.interface import Notes, Plan, TableInput, TableLoader
from ringleader.loaders.writing.write_plan import WriteStep
from ringleader.schema.normalisers import domain_of, plain_email
from ringleader.schema.types import Identifier

_COPIED = ("status", "country", "phone_country", "plan", "channel")


def plan(given: TableInput) -> Plan:
    """What accounts become."""
    rows = given.rows
    accounts = rows.select(
        "account_id",
        *_COPIED,
        "email",
        created_at=milliseconds(rows.created_at),
        # The time of a status that is not said would hide an earlier one that is.
        status_at=rows.status.notnull().ifelse(milliseconds(rows.status_at), None),
    )

    mails = given.workspace.size(rows.filter(rows.account_id.contains("@")))
    notes: dict[str, int] = {}
    if mails:
        notes["account ids that look like e-mail addresses, kept as they are"] = mails
    emails = rows.filter(rows.email.notnull()).email
    secret = given.key  # alone: the function may be sent to other machines
    hashes = given.workspace.mapped(emails, lambda email: keyed_hash(secret, plain_email(email)))
    accounts = accounts.left_join(hashes, accounts.email == hashes.raw)
    accounts = accounts.rename(email_hash="mapped").drop("email", "raw")
    mailed = rows.select("account_id", domain=rows.email.split("@")[1])
    domains = given.workspace.mapped(mailed.domain, lambda domain: domain_of("@" + domain))
    mailed = mailed.inner_join(domains, mailed.domain == domains.raw)
    organizations = distinct(rows, **{START: "account_id", END: "organization_id"})
    registered = distinct(mailed, **{START: "account_id", END: "mapped"})
    declared = [_declared(given, found) for found in declared_of(given, "accounts")]
    for _, said in declared:
        notes |= said
    steps = (
        given.nodes("Account", accounts),
        given.relationships("REGISTERED_WITH", registered),
        given.relationships("IN_ORGANIZATION", organizations),
        *(step for step, _ in declared),
    )
    return Plan(steps, given.clean, notes)


LOADER = TableLoader(plan)


def _declared(given: TableInput, identifier: Identifier) -> tuple[WriteStep, Notes]:
    keyed, notes = with_keys(given, given.rows, identifier.column, identifier)
    ends = {START: "account_id", END: identifier.column}
    return given.relationships(identifier.relationship, distinct(keyed, **ends)), notes
