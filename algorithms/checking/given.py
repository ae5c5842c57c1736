"""What is known of an account that is not loaded yet, brought into the form that loads give it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ringleader.errors import WrongUsage
from ringleader.loaders.tables.declared import key_of
from ringleader.loaders.validation.addresses import canonical, masked
from ringleader.loaders.validation.missing_values import is_placeholder
from ringleader.schema.normalisers import domain_of

if TYPE_CHECKING:
    from ringleader.schema import Schema
    from ringleader.schema.types import Identifier

# Columns that say something of the account and are no identifier.
ABOUT = ("account_id", "organization_id", "phone_country", "created_at")
ADDRESSES = ("ip", "subnet")
MOST_VALUES = 100  # of one column; a new account has few


def columns(schema: Schema) -> tuple[str, ...]:
    """What may be given of an account: the names of the input contract."""
    return (*ABOUT, *dict.fromkeys(found.column for found in schema.identifiers))


def hashed_columns(schema: Schema) -> frozenset[str]:
    """Those of which only a keyed hash is kept."""
    return frozenset(found.column for found in schema.identifiers if found.hashed)


def identifiers(given: Mapping[str, Any], schema: Schema, key: bytes) -> list[dict[str, Any]]:
    """The identifiers of an account as the stored query ``check`` takes them.

    Args:
        given: Values by column of the input contract; a list gives several.
        schema: What accounts can share.
        key: The key of hashes.

    Raises:
        WrongUsage: A column does not exist, or a value is no such identifier.
    """
    if unknown := sorted(set(given) - set(columns(schema))):
        raise WrongUsage(
            f"there is no column {unknown[0]!r} to check",
            hint=f"known: {', '.join(columns(schema))}",
        )
    rows = []
    region = str(given.get("phone_country") or "")
    for code, identifier in enumerate(schema.identifiers):
        for value in _values(given, identifier.column):
            # A masked address is used as a subnet, any other as an address.
            if identifier.name in ADDRESSES and (masked(value) is None) != (
                identifier.name == "ip"
            ):
                continue
            found = _key(identifier, value, region, key)
            if found is None:
                raise WrongUsage(f"{identifier.column} {value!r} is no {identifier.display}")
            rows.append({"label": identifier.label, "code": code, "key": found, "events": 1})
    return rows


def opened(given: Mapping[str, Any]) -> datetime:
    """When an account that is not loaded was opened: as is given, or now.

    Raises:
        WrongUsage: What is given is no time.
    """
    value = given.get("created_at")
    if value in (None, ""):
        return datetime.now(UTC)
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise WrongUsage(
            f"created_at {value!r} is no time", hint="created_at=2026-02-01T12:00:00Z"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _values(given: Mapping[str, Any], column: str) -> Iterator[str]:
    value = given.get(column)
    values = value if isinstance(value, list | tuple) else [value]
    if len(values) > MOST_VALUES:
        raise WrongUsage(f"{column} has {len(values)} values; {MOST_VALUES} at the most")
    for one in dict.fromkeys(values):
        text = "" if one is None else str(one).strip()
        # What loads take for no value is none here: NULL is nobody's device.
        if text and not is_placeholder(text):
            yield text


def _key(identifier: Identifier, value: str, region: str, key: bytes) -> str | None:
    if identifier.name in ADDRESSES:
        address = masked(value) or canonical(value)
        return address.text if address else None
    if identifier.name == "email_domain":
        return domain_of(value) if "@" in value else None
    return key_of(identifier, value, region or identifier.region, key)
