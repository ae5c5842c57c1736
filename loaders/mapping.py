"""Mapping files: foreign column names, nested fields, casts and constants, in TOML.

```toml
null = ["anonymous"]                        # texts that stand for no value in every column
[map.requests]                              # or a flat [map] when the file serves one table
account_id = "user.id"                      # a column, or a path into nested JSON
timestamp  = { column = "ts", unit = "us" } # s, ms, us or ns
channel    = { const = "bedrock" }
device_id  = { column = ["tls.ja3", "client.id"] }  # the first with a value; any may be absent
input_tokens = { column = "in", decimal = "," } # 1.200 is one thousand two hundred
ip         = { column = "client", pattern = '^[0-9a-f.:]+$' }  # what does not match is unknown
request_id = { join = ["log", "id"] }       # several columns make one value
user_agent = { column = "ua", null = ["app", "!unknown"] }  # no value, and (after !) a value
[where.requests]                            # JSON, Parquet: only rows in which all of this holds
kind  = ["call", "stream"]
model = { pattern = "^chat" }
[map.labels]
label = { column = "verdict", values = { sybil = "fraud", eligible = "benign" } }
[options.contacts]
known_accounts_only = true
[options.requests]
records = "Records"                         # the rows are a list inside one JSON document
```

A pattern is a regular expression of RE2; what its first group matches counts, or all of the match.
``preset:NAME`` stands for a file of :mod:`ringleader.loaders.preset_files`, which begins with a
text called ``doc``.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ringleader.errors import InputError
from ringleader.loaders.contract import BY_NAME, TABLE_NAMES, Column, Table, Type
from ringleader.loaders.mapping_checks import FORMAT, PATTERN, REGEX, ZONE, asked, mistake
from ringleader.loaders.preset_files import preset_file

CASTS = ("text", "integer", "decimal", "timestamp", "boolean")
UNITS = ("s", "ms", "us", "ns")
_IDS = (Type.ID, Type.PAYMENT_METHOD, Type.NETWORK)
_EXAMPLE = '{ column = "source column" }'
_COLUMN_KEYS = (
    "column", "join", "cast", "values", "const", "unit", "format", "zone", "decimal", "pattern",
    "null",
)  # fmt: skip
_OF_TIMES = ("unit", "format", "zone")
# Types of numbers, which say how they are written.
NUMBERS = (Type.COUNT, Type.AMOUNT)
DECIMALS = (",", ".")


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
    Option("requests", "records", str, "key of the list that holds the rows of a JSON document"),
    Option(
        "requests",
        "masked_by_zeros",
        bool,
        "addresses whose last part is zero (203.0.113.0, 2001:db8:1::) are masked",
    ),
    Option("requests", "deduplicate", bool, "count rows with the same request_id once (default)"),
    Option("payments", "deduplicate", bool, "count rows with the same payment_id once (default)"),
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
        format: How a time is written, in the letters of ``strptime``.
        zone: Time zone (IANA) of the clock that wrote times without an offset; None is UTC.
        decimal: The sign before a number's fraction; thousands may then be marked by the other
            one, an apostrophe or a blank, and a currency may stand around it.
        pattern: Regular expression whose first group (or match) is the value.
        others: Columns that count where the source has no value.
        may_lack: Whether the file may have none of these columns.
        joined: Columns whose texts are joined by a blank; a row without one of them has no value.
        null: Texts that stand for no value besides the known ones; after ``!`` a known one that
            is a value.
    """

    source: str | None
    const: str | None = None
    cast: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    unit: str | None = None
    format: str | None = None
    zone: str | None = None
    decimal: str | None = None
    pattern: str | None = None
    others: tuple[str, ...] = ()
    may_lack: bool = False
    joined: tuple[str, ...] = ()
    null: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns, the first with a value counts."""
        return (() if self.source is None else (self.source,)) + self.others


@dataclass(frozen=True)
class Condition:
    """What holds in every row that is loaded: a column's text is one of these, or matches.

    Attributes:
        source: A column or a path into one.
        values: The texts; empty if there is a pattern.
        pattern: A regular expression.
    """

    source: str
    values: tuple[str, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True)
class Mapping:
    """The mapping of one table: given columns by name, and options.

    Without a file every column comes from the source column of the same name.
    """

    table: Table
    columns: dict[str, ColumnMap] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    file: Path | None = None
    where: tuple[Condition, ...] = ()
    null: tuple[str, ...] = ()

    def null_of(self, name: str) -> tuple[str, ...]:
        """What the mapping says of texts that stand for no value in a column."""
        entry = self.source_of(name)
        # A text that is replaced says something.
        return (*self.null, *entry.null, *(f"!{old}" for old, _ in entry.values))

    def source_of(self, name: str) -> ColumnMap:
        """Where a contract column comes from."""
        return self.columns.get(name, ColumnMap(source=name))

    @property
    def fingerprint(self) -> str:
        """A hash of what the mapping says, however the file is written."""
        document: dict[str, Any] = {
            "columns": {
                name: [c.source, c.const, c.cast, c.values, c.unit]
                + ([c.pattern, c.others] if c.pattern or c.others else [])
                + ([c.joined, c.null] if c.joined or c.null else [])
                + ([{"format": c.format, "zone": c.zone}] if c.format or c.zone else [])
                + ([{"decimal": c.decimal}] if c.decimal else [])
                for name, c in sorted(self.columns.items())
            },
            "options": dict(sorted(self.options.items())),
        }
        if self.null:
            document["null"] = self.null
        if self.where:
            document["where"] = [[c.source, c.values, c.pattern] for c in self.where]
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def read_mapping(path: Path | None, table: Table, contract: dict[str, Table] = BY_NAME) -> Mapping:
    """The mapping of a table.

    Args:
        path: The file, or ``preset:NAME``; None maps every column to itself.
        table: The table that is loaded.
        contract: All tables by name, since a file may map several.

    Raises:
        InputError: The file cannot be read, or names a table, column or key that does not exist;
            the message gives file and key.
    """
    if path is None:
        return Mapping(table)
    path = preset_file(path)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise mistake(path, "no such file", "--mapping FILE") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise mistake(path, str(error), "it is TOML, in UTF-8: https://toml.io") from error
    _known(path, "", document, ("doc", "map", "options", "where", "null"))
    if document.get("map") == {}:
        raise mistake(path, "[map] is empty", f"[map.{table.name}] with e.g. {_EXAMPLE}")
    sections = _section(path, "map", document.get("map", {}))
    options = _section(path, "options", document.get("options", {}))
    where = _section(path, "where", document.get("where", {}))
    flat = bool(sections) and not any(name in BY_NAME for name in sections)
    if flat:
        columns = _columns(path, "map", sections, table)
    else:
        _known(path, "map", sections, TABLE_NAMES)
        every = {
            name: _columns(
                path, f"map.{name}", _section(path, f"map.{name}", content), contract[name]
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
    _known(path, "where", where, TABLE_NAMES)
    kept = {name: _conditions(path, f"where.{name}", content) for name, content in where.items()}
    return Mapping(
        table,
        columns,
        checked.get(table.name, {}),
        path,
        where=kept.get(table.name, ()),
        null=_texts(path, "null", document.get("null", [])),
    )


def _section(path: Path, key: str, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise mistake(path, f"{key} is {content!r}; expected a table", f"write [{key}]")
    return content


def _known(path: Path, where: str, content: dict[str, Any], names: tuple[str, ...]) -> None:
    for key in content:
        if key not in names:
            full = f"{where}.{key}" if where else key
            raise mistake(path, f"{full}: there is no such key", f"known here: {', '.join(names)}")


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
        raise mistake(
            path,
            f"{where} is {entry!r}",
            f'write {where} = "source column" or {{ column = "…" }} or {{ const = "…" }}',
        )
    _known(path, where, entry, _COLUMN_KEYS)
    if sum(key in entry for key in ("column", "const", "join")) != 1:
        raise mistake(path, f"{where} needs either column or const", f"{where} = {_EXAMPLE}")
    _source(path, where, entry, column)
    _choice(path, f"{where}.cast", entry.get("cast"), CASTS)
    _choice(path, f"{where}.unit", entry.get("unit"), UNITS)
    for key in _OF_TIMES:
        if key in entry and column.type is not Type.TIMESTAMP:
            raise mistake(path, f"{where}.{key}: only a timestamp has a {key}", "leave it out")
    if "decimal" in entry and column.type not in NUMBERS:
        raise mistake(path, f"{where}.decimal: only a number has a decimal sign", "leave it out")
    if "decimal" in entry and "cast" in entry:
        raise mistake(path, f"{where}.cast: the decimal sign does it", "leave the cast out")
    _choice(path, f"{where}.decimal", entry.get("decimal"), DECIMALS)
    if "format" in entry and "unit" in entry:
        raise mistake(path, f"{where} has a format and a unit", "a number since 1970 has no format")
    if entry.get("cast") == "timestamp" and ("format" in entry or "zone" in entry):
        raise mistake(path, f"{where}.cast: the format and the zone do it", "leave the cast out")
    asked(path, f"{where}.format", entry.get("format"), FORMAT, "e.g. '%d.%m.%Y %H:%M:%S'")
    asked(path, f"{where}.zone", entry.get("zone"), ZONE, 'a name such as "Europe/Berlin"')
    values = _section(path, f"{where}.values", entry.get("values", {}))
    for old, new in values.items():
        if not isinstance(new, str):
            raise mistake(
                path, f"{where}.values.{old} is {new!r}", f'put it in quotes: {old} = "…"'
            )
    const = entry.get("const")
    asked(path, f"{where}.pattern", entry.get("pattern"), PATTERN, REGEX)
    if const is not None and "pattern" in entry:
        raise mistake(path, f"{where}.pattern: a constant has none", "leave it out")
    given = entry.get("column")
    sources: list[Any] = given if isinstance(given, list) else [given]
    return ColumnMap(
        source=sources[0],
        const=None if const is None else _text(const),
        cast=entry.get("cast"),
        values=tuple(sorted((old, new) for old, new in values.items())),
        unit=entry.get("unit"),
        format=entry.get("format"),
        zone=entry.get("zone"),
        decimal=entry.get("decimal"),
        pattern=entry.get("pattern"),
        others=tuple(sources[1:]),
        may_lack=isinstance(given, list) or "join" in entry,
        joined=_texts(path, f"{where}.join", entry.get("join", [])),
        null=_texts(path, f"{where}.null", entry.get("null", [])),
    )


def _texts(path: Path, where: str, given: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(given, list) or not all(isinstance(text, str) and text for text in given):
        raise mistake(path, f"{where} is {given!r}", 'a list of texts, e.g. ["a", "b"]')
    return tuple(given)


def _source(path: Path, where: str, entry: dict[str, Any], column: Column) -> None:
    """Check a mapping's column or constant."""
    if "column" in entry:
        given = entry["column"]
        sources = given if isinstance(given, list) else [given]
        if not sources or not all(isinstance(source, str) and source for source in sources):
            raise mistake(
                path, f"{where}.column is {given!r}", "the name of a column, in quotes, or a list"
            )
        return
    if "join" in entry:
        return
    const = entry["const"]
    if (column.required and column.type in _IDS) or column.name in ("request_id", "payment_id"):
        raise mistake(
            path, f"{where}: every row would have the same {column.name}", '{ column = "…" }'
        )
    if isinstance(const, (dict, list)) or const == "":
        raise mistake(path, f"{where}.const is {const!r}", "one text, number, date or boolean")


def _conditions(path: Path, where: str, content: Any) -> tuple[Condition, ...]:
    made = []
    for source, entry in sorted(_section(path, where, content).items()):
        if isinstance(entry, dict):
            _known(path, f"{where}.{source}", entry, ("pattern",))
            asked(path, f"{where}.{source}.pattern", entry.get("pattern", ""), PATTERN, REGEX)
            made.append(Condition(source, pattern=entry["pattern"]))
            continue
        if not isinstance(entry, list) or not entry or not all(isinstance(v, str) for v in entry):
            raise mistake(
                path, f"{where}.{source} is {entry!r}", 'a list of texts, or { pattern = "…" }'
            )
        made.append(Condition(source, tuple(entry)))
    return tuple(made)


def _text(const: Any) -> str:
    """A constant as it would stand in a file."""
    return str(const).lower() if isinstance(const, bool) else str(const)


def _choice(path: Path, where: str, value: Any, choices: tuple[str, ...]) -> None:
    if value is not None and value not in choices:
        raise mistake(path, f"{where} is {value!r}", f"one of {', '.join(choices)}")


def _options(path: Path, table: str, content: Any) -> dict[str, Any]:
    given = _section(path, f"options.{table}", content)
    known = {option.name: option for option in OPTIONS if option.table == table}
    _known(path, f"options.{table}", given, tuple(known))
    for name, value in given.items():
        if not isinstance(value, known[name].type):
            expected = known[name].type.__name__
            raise mistake(
                path,
                f"options.{table}.{name} is {value!r}; expected {expected}",
                known[name].doc,
            )
    return given
