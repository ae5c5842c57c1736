"""accounts → (:Account), its e-mail domain and its declared organization."""

from __future__ import annotations

from loaders.aggregate import END, START, distinct
from loaders.functions import milliseconds
from loaders.steps import Load, Row, Step
from ringleader.keys import keyed_hash

_COPIED = ("status", "country", "phone_country", "plan", "channel")


def steps(load: Load) -> list[Step]:
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

    def hashed(row: Row) -> Row:
        email = row.pop("email")
        row["email_hash"] = None if email is None else keyed_hash(load.key, plain_email(email))
        return row

    mailed = rows.filter(rows.email.notnull())
    domains = mailed.select(**{START: mailed.account_id, END: mailed.email})
    organizations = distinct(rows, **{START: "account_id", END: "organization_id"})
    return [
        load.nodes("Account", accounts, hashed),
        load.relationships(
            "REGISTERED_WITH", domains, lambda row: {**row, END: domain_of(row[END])}
        ),
        load.relationships("IN_ORGANIZATION", organizations),
    ]


def domain_of(email: str) -> str:
    """The domain of an address in lower case, international names in their ASCII form."""
    domain = email.rpartition("@")[2].strip().rstrip(".").lower()
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def plain_email(email: str) -> str:
    """An address as it is hashed: lower case, the domain as in :func:`domain_of`."""
    return f"{email.rpartition('@')[0].strip().lower()}@{domain_of(email)}"
