"""A first mapping out of a file's columns, and the JSON Schema of mapping files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ringleader.errors import InputError
from ringleader.loaders.contract import BY_NAME, TABLES, Table, Type
from ringleader.loaders.guess import likely
from ringleader.loaders.mapping import CASTS, DECIMALS, NUMBERS, OPTIONS, UNITS
from ringleader.loaders.sources.csv_shape import csv_shape
from ringleader.loaders.sources.envelopes import records
from ringleader.loaders.sources.files import format_of
from ringleader.loaders.sources.packed import open_bytes

_LINES = 200
_BYTES = 4_000_000
_DEPTH = 4


def guessed(path: Path, table: str | None = None, input_format: str | None = None) -> str:
    """A mapping file, as text, that a person goes on with.

    Args:
        path: A file as it was exported.
        table: The table that it is for; by default the one whose columns fit best, and the text
            names the others.
        input_format: The file's format; by default what its name ends in.

    Raises:
        InputError: The file cannot be read, or nothing in it looks like an account.
    """
    names = columns_of(path, input_format)
    ranked = sorted(TABLES, key=lambda each: _fit(each, names), reverse=True)
    best = BY_NAME[table] if table else ranked[0]
    found = likely(best, names)
    if not found:
        raise InputError(
            f"{path}: none of its columns looks like one of the contract: {', '.join(names[:20])}",
            hint="write a mapping by hand: docs/mapping.md",
        )
    lines = [f"# {path.name}: look at every line; what is not mapped is left out."]
    if table is None:
        others = [_score(each, names) for each in ranked[1:] if likely(each, names)]
        lines.append(f"# The table that fits best: {_score(best, names)}.")
        lines += ["# Others (--table NAME):", *(f"#   {o}" for o in others)] if others else []
    lines.append("")
    lines.append(f"[map.{best.name}]")
    width = max(len(column.name) for column in best.columns)
    for column in best.columns:
        source = found.get(column.name)
        if source is not None:
            lines.append(f"{column.name:<{width}} = {json.dumps(source)}")
        elif column.required:
            lines.append(f'# {column.name:<{width}} = ""  # required: {column.doc}')
    rest = [name for name in names if name not in found.values()]
    if rest:
        lines += ["", f"# Not mapped: {', '.join(rest)}"]
    return "\n".join(lines) + "\n"


def _score(table: Table, names: Sequence[str]) -> str:
    """How well columns fit a table, in words."""
    found = likely(table, names)
    required = sum(name in found for name in table.required)
    return (
        f"{table.name} ({required} of {len(table.required)} required columns, "
        f"{len(found)} of {len(table.columns)} in all)"
    )


def _fit(table: Table, names: Sequence[str]) -> tuple[int, int]:
    found = likely(table, names)
    return sum(name in found for name in table.required) - len(table.required), len(found)


def columns_of(path: Path, input_format: str | None = None) -> list[str]:
    """The columns of a file; of nested fields their path with dots.

    Raises:
        InputError: The file cannot be read.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file", hint="ringleader mapping guess FILE")
    kind = format_of(path, input_format)
    if kind == "csv":
        return list(csv_shape(path).columns)
    if kind == "parquet":
        import pyarrow.parquet as pq

        return [name for field in pq.read_schema(path) for name in _fields(field)]
    found = {name: None for document in _documents(path) for name in _paths(document)}
    if not found:
        raise InputError(f"{path} holds no JSON objects", hint="--input-format says what it is")
    return list(found)


def _fields(field: Any, before: str = "") -> Iterator[str]:
    import pyarrow.types as pt

    name = before + field.name
    if pt.is_struct(field.type):
        for inner in field.type:
            yield from _fields(inner, name + ".")
    else:
        yield name


def _documents(path: Path) -> Iterator[Any]:
    with open_bytes(path) as file:
        lines = list(islice(file, _LINES))
    parsed = []
    for line in lines:
        try:
            parsed.append(json.loads(line))
        except (ValueError, UnicodeDecodeError):
            continue
    if not any(isinstance(document, dict) for document in parsed):
        with open_bytes(path) as file:
            text = file.read(_BYTES).decode("utf-8-sig", errors="replace")
        try:
            parsed = [json.JSONDecoder().raw_decode(text.lstrip())[0]]
        except ValueError:
            parsed = []
    for document in parsed:
        yield from islice(records(document, _has_scalars), _LINES)


def _has_scalars(document: dict[str, Any]) -> bool:
    """Whether most of an object is values, as of a record, and not what it is wrapped in."""
    plain = sum(not isinstance(value, (dict, list)) for value in document.values())
    return plain >= 2 and not any(key in document for key in ("Records", "logEvents", "detail"))


def _paths(document: Any, before: str = "", depth: int = 0) -> Iterator[str]:
    if not isinstance(document, dict):
        return
    for name, value in document.items():
        if isinstance(value, dict) and value and depth < _DEPTH:
            yield from _paths(value, f"{before}{name}.", depth + 1)
        else:
            yield before + name


def schema() -> dict[str, Any]:
    """The JSON Schema of mapping files, for editors; it follows from the contract."""
    text = {"type": "string", "minLength": 1}
    texts = {"type": "array", "items": text}
    condition = {"anyOf": [texts, _object({"pattern": text}, required=["pattern"])]}
    tables = {}
    for table in TABLES:
        columns = {}
        for column in table.columns:
            keys: dict[str, Any] = {
                "column": {"anyOf": [text, {**texts, "minItems": 1}]},
                "join": texts,
                "const": {"type": ["string", "number", "boolean"]},
                "cast": {"enum": list(CASTS)},
                "values": {"type": "object", "additionalProperties": {"type": "string"}},
                "pattern": text,
                "null": texts,
            }
            if column.type is Type.TIMESTAMP:
                keys |= {"unit": {"enum": list(UNITS)}, "format": text, "zone": text}
            if column.type in NUMBERS:
                keys["decimal"] = {"enum": list(DECIMALS)}
            whole = _object(keys)
            whole["oneOf"] = [{"required": [key]} for key in ("column", "join", "const")]
            columns[column.name] = {"description": column.doc, "anyOf": [text, whole]}
        tables[table.name] = _object(columns)
    kinds: dict[type, dict[str, Any]] = {bool: {"type": "boolean"}, str: text}
    options = {
        table.name: _object(
            {
                o.name: {"description": o.doc, **kinds[o.type]}
                for o in OPTIONS
                if o.table == table.name
            }
        )
        for table in TABLES
    }
    flat = {"$comment": "one table's columns, when the file serves one table", "type": "object"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ringleader mapping file",
        **_object(
            {
                "doc": text,
                "null": texts,
                "map": {"anyOf": [_object(tables), flat]},
                "options": _object(options),
                "where": {
                    "type": "object",
                    "additionalProperties": {"type": "object", "additionalProperties": condition},
                },
            }
        ),
    }


def _object(properties: dict[str, Any], required: Sequence[str] = ()) -> dict[str, Any]:
    found = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": list(required)} if required else found
