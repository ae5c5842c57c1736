"""Identifiers that a declaration describes: from the values of a column to the keys of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringleader.keys import keyed_hash
from ringleader.schema.normalisers import NORMALISERS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.writing.write_plan import Load
    from ringleader.schema.types import Identifier

__all__ = ["declared_of", "with_keys"]

_BETWEEN = "\x1f"  # a value and its region; no value of a column holds it


def declared_of(load: Load, table: str) -> tuple[Identifier, ...]:
    """The identifiers of a table that follow from their declaration alone."""
    return tuple(found for found in load.schema.of_table(table) if found.generic)


def with_keys(load: Load, rows: ir.Table, column: str, identifier: Identifier) -> ir.Table:
    """Rows whose column holds keys in the place of values; rows without a key are left out.

    Args:
        load: The load, with the key of hashes.
        rows: Rows with the column.
        column: The column.
        identifier: How its values are brought into one form, and whether they are hashed.
    """
    rows = rows.filter(rows[column].notnull())
    if not identifier.normaliser and not identifier.hashed:
        return rows
    normalised = NORMALISERS.get(identifier.normaliser, _as_it_is)
    region = "" if identifier.region in rows.columns else identifier.region

    def key_of(raw: str) -> str | None:
        value, _, place = raw.partition(_BETWEEN)
        found = normalised(value, place or region)
        if found is None or not identifier.hashed:
            return found
        return keyed_hash(load.key, identifier.name, found)

    raw = rows[column]
    if identifier.region in rows.columns:
        raw = raw + _BETWEEN + rows[identifier.region].fill_null("")
    keys = load.workspace.mapped(raw, key_of)
    unread = load.workspace.size(keys.filter(keys.mapped.isnull()))
    if unread:
        load.notes[f"distinct values that are no {identifier.display}, left out"] = unread
    joined = rows.mutate(_given=raw).inner_join(keys, [("_given", "raw")])
    joined = joined.filter(joined.mapped.notnull())
    return joined.mutate(**{column: joined.mapped}).select(*rows.columns)


def _as_it_is(value: str, _region: str) -> str | None:
    return value
