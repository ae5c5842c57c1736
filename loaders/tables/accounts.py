"""accounts → (:Account), its e-mail domain and its declared organization."""

from __future__ import annotations

from ringleader.keys import keyed_hash
from ringleader.loaders.aggregation.aggregate import END, START, distinct
from ringleader.loaders.duckdb_functions import milliseconds
from ringleader.loaders.tables.declared import declared_of, with_keys
from ringleader.loaders.writing.write_plan import Load, WriteStep
from ringleader.schema.normalisers import domain_of, plain_email
from ringleader.schema.types import Identifier

_COPIED = ("status", "country", "phone_country", "plan", "channel")


def steps(load: Load) -> list[WriteStep]:
    """What accounts become."""
    rows = load.rows
    accounts = rows.select(
        "account_id",
        *_COPIED,
        "email",
        created_at=milliseconds(rows.created_at),
        # The time of a status that is not said would hide an earlier one that is.
        status_at=rows.status.notnull().ifelse(milliseconds(rows.status_at), None),
    )

    mails = load.workspace.size(rows.filter(rows.account_id.contains("@")))
    if mails:
        load.notes["account ids that look like e-mail addresses, kept as they are"] = mails

    emails = rows.filter(rows.email.notnull()).email
    hashes = load.workspace.mapped(emails, lambda email: keyed_hash(load.key, plain_email(email)))
    accounts = accounts.left_join(hashes, accounts.email == hashes.raw)
    accounts = accounts.rename(email_hash="mapped").drop("email", "raw")
    mailed = rows.select("account_id", given=rows.email.split("@")[1])
    domains = load.workspace.mapped(mailed.given, lambda given: domain_of("@" + given))
    mailed = mailed.inner_join(domains, mailed.given == domains.raw)
    organizations = distinct(rows, **{START: "account_id", END: "organization_id"})
    return [
        load.nodes("Account", accounts),
        load.relationships(
            "REGISTERED_WITH", distinct(mailed, **{START: "account_id", END: "mapped"})
        ),
        load.relationships("IN_ORGANIZATION", organizations),
        *(_declared(load, found) for found in declared_of(load, "accounts")),
    ]


def _declared(load: Load, identifier: Identifier) -> WriteStep:
    keyed = with_keys(load, load.rows, identifier.column, identifier)
    return load.relationships(
        identifier.relationship,
        distinct(keyed, **{START: "account_id", END: identifier.column}),
    )
