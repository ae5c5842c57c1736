"""Find accounts by what is stored as a keyed hash: e-mail addresses and phone numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer
from ringleader.catalogue import get
from ringleader.errors import WrongUsage
from ringleader.keys import keyed_hash, load_key, refuse_other_key
from ringleader.loaders.tables.declared import key_of
from ringleader.schema.normalisers import mailbox_of, plain_email

if TYPE_CHECKING:
    from ringleader.graph import Graph

_COLUMNS = ["account_id", "found_by", "status", "created_at", "rings"]


def find_accounts(
    graph: Graph, *, email: str | None = None, phone: str | None = None, region: str | None = None
) -> Answer:
    """The accounts with an e-mail address or a phone number, hashed on the way.

    Args:
        graph: An open graph.
        email: An e-mail address. Accounts with another address of the same mailbox follow.
        phone: A phone number.
        region: The country of a number without a country code, two letters.

    Raises:
        WrongUsage: Nothing is given, or it is no e-mail address or phone number.
        InputError: The hashes in the database were made with another key.
    """
    if email is None and phone is None:
        raise WrongUsage("nothing to look for", hint="ringleader find --email ann@mail.example")
    settings = graph.settings
    refuse_other_key(graph, settings.home, write=False)
    key, schema = load_key(settings.home), settings.schema
    asked: dict[str, dict[str, str | None]] = {}
    if email is not None:
        if mailbox_of(email) is None:
            raise WrongUsage(
                f"{email!r} is no e-mail address", hint="ringleader find --email ann@mail.example"
            )
        asked["e-mail address"] = {"email_hash": keyed_hash(key, plain_email(email.strip()))}
        asked["mailbox"] = {"key": key_of(schema.by_label["Mailbox"], email, "", key)}
    if phone is not None:
        declared = schema.by_label["Phone"]
        country = region or (declared.region if len(declared.region) == 2 else "")
        asked["phone"] = {"key": key_of(declared, phone, country, key)}
        if asked["phone"]["key"] is None:
            raise WrongUsage(
                f"{phone!r} is no phone number",
                hint="give its country code (+49 30 123456), or --region DE",
            )
    stored = get("accounts-by-contact")
    found: dict[str, dict[str, Any]] = {}
    for name, hashes in asked.items():
        for row in graph.read(stored, stored.bind(hashes)):
            account = found.setdefault(row["account_id"], {**row, "found_by": []})
            # Who has the address has its mailbox too.
            if name != "mailbox" or not account["found_by"]:
                account["found_by"].append(name)
    return Answer(list(found.values()), _COLUMNS)
