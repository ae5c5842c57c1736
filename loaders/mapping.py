"""Mapping files: foreign column names, nested fields, casts and constants, in TOML.

```toml
[map.requests]                              # or a flat [map] when the file serves one table
account_id = "user.id"                      # a column, or a path into nested JSON
timestamp  = { column = "ts", unit = "us" } # s, ms, us or ns
channel    = { const = "bedrock" }
[map.labels]
label = { column = "verdict", values = { sybil = "fraud", eligible = "benign" } }
[options.contacts]
known_accounts_only = true
```
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loaders.contract import BY_NAME, TABLE_NAMES, Column, Table, Type
from ringleader.errors import InputError

CASTS = ("text", "integer", "decimal", "timestamp", "boolean")
UNITS = ("s", "ms", "us", "ns")
_IDS = (Type.ID, Type.PAYMENT_METHOD, Type.NETWORK)
_EXAMPLE = '{ column = "source column" }'
_COLUMN_KEYS = ("column", "cast", "values", "const", "unit")


@dataclass(frozen=True)
class Option:
    """Something a mapping file may ask of a table beyond its columns."""

    table: str
    name: str
    type: type
    doc: str


OPTIONS: tuple[Option, ...] = (
    Option(
        "contacts",
        "known_accounts_only",
        bool,
        "leave out rows whose other account is neither in the graph nor in the file's account_id",
    ),
    Option("requests", "deduplicate", bool, "count rows with the same request_id once (default)"),
)


@dataclass(frozen=True)
class ColumnMap:
    """Where the values of one contract column come from.

    Attributes:
        source: A column or a path into one, parts joined by dots; None for a constant.
        const: The constant.
        cast: Type to which the source is converted first.
        values: Replacements, source value to contract value; others stay as they are.
        unit: Unit of a numeric timestamp.
    """

    source: str | None
    const: str | None = None
    cast: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    unit: str | None = None


@dataclass(frozen=True)
class Mapping:
    """The mapping of one table: given columns by name, and options.

    Without a file every column comes from the source column of the same name.
    """

    table: Table
    columns: dict[str, ColumnMap] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    file: Path | None = None

    def source_of(self, name: str) -> ColumnMap:
        """Where a contract column comes from."""
        return self.columns.get(name, ColumnMap(source=name))

    @property
    def fingerprint(self) -> str:
        """A hash of what the mapping says, however the file is written."""
        document = {
            "columns": {
                name: [c.source, c.const, c.cast, c.values, c.unit]
                for name, c in sorted(self.columns.items())
            },
            "options": dict(sorted(self.options.items())),
        }
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def read_mapping(path: Path | None, table: Table) -> Mapping:
    """The mapping of a table.

    Args:
        path: The file; None maps every column to itself.
        table: The table that is loaded.

    Raises:
        InputError: The file cannot be read, or names a table, column or key that does not exist;
            the message gives file and key.
    """
    if path is None:
        return Mapping(table)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"mapping file {path}: no such file", hint="--mapping FILE") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"mapping file {path}: {error}", hint="it is TOML, in UTF-8: https://toml.io"
        ) from error
    _known(path, "", document, ("map", "options"))
    if document.get("map") == {}:
        raise _mistake(path, "[map] is empty", f"[map.{table.name}] with e.g. {_EXAMPLE}")
    sections = _section(path, "map", document.get("map", {}))
    options = _section(path, "options", document.get("options", {}))
    flat = bool(sections) and not any(name in BY_NAME for name in sections)
    if flat:
        columns = _columns(path, "map", sections, table)
    else:
        _known(path, "map", sections, TABLE_NAMES)
        every = {
            name: _columns(
                path, f"map.{name}", _section(path, f"map.{name}", content), BY_NAME[name]
            )
            for name, content in sections.items()
        }
        # A file with nothing but options maps every column to itself.
        if every and table.name not in every:
            raise InputError(
                f"mapping file {path} has no [map.{table.name}]",
                hint=f"it maps: {', '.join(every)}",
            )
        columns = every.get(table.name, {})
    _known(path, "options", options, TABLE_NAMES)
    checked = {name: _options(path, name, content) for name, content in options.items()}
    return Mapping(table, columns, checked.get(table.name, {}), path)


def _mistake(path: Path, what: str, hint: str) -> InputError:
    return InputError(f"mapping file {path}: {what}", hint=hint)


def _section(path: Path, key: str, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise _mistake(path, f"{key} is {content!r}; expected a table", f"write [{key}]")
    return content


def _known(path: Path, where: str, content: dict[str, Any], names: tuple[str, ...]) -> None:
    for key in content:
        if key not in names:
            full = f"{where}.{key}" if where else key
            raise InputError(
                f"mapping file {path}: {full}: there is no such key",
                hint=f"known here: {', '.join(names)}",
            )


def _columns(path: Path, where: str, content: dict[str, Any], table: Table) -> dict[str, ColumnMap]:
    _known(path, where, content, table.names)
    return {
        name: _column(path, f"{where}.{name}", entry, table.column(name))
        for name, entry in content.items()
    }


def _column(path: Path, where: str, entry: Any, column: Column) -> ColumnMap:
    if isinstance(entry, str) and entry:
        return ColumnMap(source=entry)
    if not isinstance(entry, dict):
        raise InputError(
            f"mapping file {path}: {where} is {entry!r}",
            hint=f'write {where} = "source column" or {{ column = "…" }} or {{ const = "…" }}',
        )
    _known(path, where, entry, _COLUMN_KEYS)
    if ("column" in entry) == ("const" in entry):
        raise _mistake(path, f"{where} needs either column or const", f"{where} = {_EXAMPLE}")
    _source(path, where, entry, column)
    _choice(path, f"{where}.cast", entry.get("cast"), CASTS)
    _choice(path, f"{where}.unit", entry.get("unit"), UNITS)
    if "unit" in entry and column.type is not Type.TIMESTAMP:
        raise _mistake(path, f"{where}.unit: only a timestamp has a unit", "leave it out")
    values = _section(path, f"{where}.values", entry.get("values", {}))
    for old, new in values.items():
        if not isinstance(new, str):
            raise _mistake(
                path, f"{where}.values.{old} is {new!r}", f'put it in quotes: {old} = "…"'
            )
    const = entry.get("const")
    return ColumnMap(
        source=None if const is not None else entry["column"],
        const=None if const is None else _text(const),
        cast=entry.get("cast"),
        values=tuple(sorted((old, new) for old, new in values.items())),
        unit=entry.get("unit"),
    )


def _source(path: Path, where: str, entry: dict[str, Any], column: Column) -> None:
    """Check a mapping's column or constant."""
    if "column" in entry:
        source = entry["column"]
        if not isinstance(source, str) or not source:
            raise _mistake(path, f"{where}.column is {source!r}", "the name of a column, in quotes")
        return
    const = entry["const"]
    if (column.required and column.type in _IDS) or column.name == "request_id":
        raise _mistake(
            path, f"{where}: every row would have the same {column.name}", '{ column = "…" }'
        )
    if isinstance(const, (dict, list)) or const == "":
        raise _mistake(path, f"{where}.const is {const!r}", "one text, number, date or boolean")


def _text(const: Any) -> str:
    """A constant as it would stand in a file."""
    return str(const).lower() if isinstance(const, bool) else str(const)


def _choice(path: Path, where: str, value: Any, choices: tuple[str, ...]) -> None:
    if value is not None and value not in choices:
        raise InputError(
            f"mapping file {path}: {where} is {value!r}", hint=f"one of {', '.join(choices)}"
        )


def _options(path: Path, table: str, content: Any) -> dict[str, Any]:
    given = _section(path, f"options.{table}", content)
    known = {option.name: option for option in OPTIONS if option.table == table}
    _known(path, f"options.{table}", given, tuple(known))
    for name, value in given.items():
        if not isinstance(value, known[name].type):
            expected = known[name].type.__name__
            raise _mistake(
                path,
                f"options.{table}.{name} is {value!r}; expected {expected}",
                known[name].doc,
            )
    return given
