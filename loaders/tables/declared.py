"""Identifiers that a declaration describes: from the values of a column to the keys of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringleader.keys import keyed_hash
from ringleader.schema.normalisers import NORMALISERS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.tables.interface import Notes, TableInput
    from ringleader.schema.types import Identifier

__all__ = ["declared_of", "key_of", "with_keys"]

_BETWEEN = "\x1f"  # a value and its region; no value of a column holds it


def declared_of(given: TableInput, table: str) -> tuple[Identifier, ...]:
    """The identifiers of a table that follow from their declaration alone."""
    return tuple(found for found in given.schema.of_table(table) if found.generic)


def with_keys(
    given: TableInput, rows: ir.Table, column: str, identifier: Identifier
) -> tuple[ir.Table, Notes]:
    """Rows whose column holds keys in the place of values, without the rows that have no key.

    Args:
        given: The input, with the key of hashes.
        rows: Rows with the column.
        column: The column.
        identifier: How its values are brought into one form, and whether they are hashed.

    Returns:
        The rows, and notes for the summary.
    """
    rows = rows.filter(rows[column].notnull())
    if not identifier.normaliser and not identifier.hashed:
        return rows, {}
    region = "" if identifier.region in rows.columns else identifier.region

    secret = given.key  # alone: the function may be sent to other machines

    def key(text: str) -> str | None:
        value, _, place = text.partition(_BETWEEN)
        return key_of(identifier, value, place or region, secret)

    raw = rows[column]
    if identifier.region in rows.columns:
        raw = raw + _BETWEEN + rows[identifier.region].fill_null("")
    keys = given.workspace.mapped(raw, key)
    unread = given.workspace.size(keys.filter(keys.mapped.isnull()))
    said = f"distinct values that are no {identifier.display}, left out"
    if identifier.region in rows.columns:
        said += f" (without a country code they need {identifier.region})"
    notes = {said: unread} if unread else {}
    joined = rows.mutate(_given=raw).inner_join(keys, [("_given", "raw")])
    joined = joined.filter(joined.mapped.notnull())
    return joined.mutate(**{column: joined.mapped}).select(*rows.columns), notes


def key_of(identifier: Identifier, value: str, region: str, key: bytes) -> str | None:
    """The key of the node of a value; None for a value that is no such identifier.

    Args:
        identifier: How its values are brought into one form, and whether they are hashed.
        value: The value.
        region: The country of numbers without a country code.
        key: The key of hashes.
    """
    found = NORMALISERS.get(identifier.normaliser, _as_it_is)(value, region)
    if found is None or not identifier.hashed:
        return found
    return keyed_hash(key, identifier.name, found)


def _as_it_is(value: str, _region: str) -> str | None:
    return value
