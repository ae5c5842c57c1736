"""Where the values of the contract's columns come from: columns of files, fields of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import ibis

from ringleader.errors import InputError
from ringleader.loaders.contract import Column, Type
from ringleader.loaders.functions import is_json, json_text
from ringleader.loaders.mapping import ColumnMap, Mapping
from ringleader.loaders.sources.readers import FileGroup
from ringleader.loaders.workspace import FILE

# What the ends of a range of addresses are called, without "ip" and the like around it.
_ENDS = (("start", "end"), ("from", "to"), ("first", "last"), ("begin", "end"), ("low", "high"))


def sources_of(mapping: Mapping) -> dict[str, ColumnMap]:
    """Where every contract column comes from, by name."""
    return {name: mapping.source_of(name) for name in mapping.table.names}


def json_fields(mapping: Mapping, columns: Sequence[str]) -> list[str]:
    """Top-level JSON fields that a mapping reads, of those that are there."""
    sources = (s for m in sources_of(mapping).values() for s in (*m.sources, *m.joined))
    return sorted({name for source in sources for name, _ in _places(source, columns)})


def named(columns: Sequence[str], wanted: str) -> list[str]:
    """The columns of that name: as it is written, then in any other case."""
    lower = wanted.strip().lower()
    others = [name for name in columns if name != wanted and name.strip().lower() == lower]
    return [wanted, *others] if wanted in columns else others


def _places(source: str, columns: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where a source may be: a column, and the path that is left inside it.

    ``user.id`` is a column of that name, and the field ``id`` of a column ``user``: pipelines
    write both, sometimes into one file.
    """
    parts = source.split(".")
    for length in range(len(parts), 0, -1):
        rest = tuple(parts[length:])
        yield from ((name, rest) for name in named(columns, ".".join(parts[:length])))


def wanted_rows(group: FileGroup, mapping: Mapping) -> FileGroup:
    """A group of Parquet files with only those rows that a mapping's conditions keep.

    Raises:
        InputError: The files have no column that a condition names.
    """
    kept = group.table
    for condition in mapping.where:
        texts = [v.cast("string") for v in _lookup(group, condition.source, set())]
        if not texts:
            raise InputError(
                f"{group.files[0].shown} has no column {condition.source!r}, which the condition "
                f"{mapping.file} asks for",
                hint=f"its columns: {', '.join(group.columns)}",
            )
        text = ibis.coalesce(*texts)
        found = text.re_search(condition.pattern) if condition.pattern else None
        test = text.isin(condition.values) if found is None else found
        kept = kept.filter(test.fill_null(False))
    return replace(group, table=kept)


def raw_values(group: FileGroup, mapping: Mapping, column: Column, used: set[str]) -> Any:
    """The source's values for a contract column as they are; None without such a column.

    Args:
        group: The files.
        mapping: Where the contract's columns come from.
        column: The column.
        used: Columns of the source that something uses; added to.

    Raises:
        InputError: A required or mapped column is not there.
    """
    entry = mapping.source_of(column.name)
    if entry.const is not None:
        # As a column like any other, so that it can be checked and counted like any other.
        return ibis.ifelse(group.table[FILE].notnull(), ibis.literal(entry.const), None)
    if entry.joined:
        value = _joined(group, entry, used)
    elif column.type is Type.NETWORK and not named(group.columns, entry.source or ""):
        value = _range(group, used)
    else:
        value = _first_given([v for s in entry.sources for v in _lookup(group, s, used)])
    if value is None:
        mapped = column.name in mapping.columns and not entry.may_lack
        if mapped or column.required:
            where = f" (mapping file {mapping.file})" if mapped and mapping.file else ""
            wanted = " or ".join(map(repr, entry.sources or entry.joined))
            raise InputError(
                f"{group.files[0].shown} has no column {wanted}, which "
                f"{mapping.table.name}.{column.name} needs{where}",
                hint=f"its columns: {', '.join(group.columns)}; --mapping FILE renames them",
            )
        return None
    if entry.pattern:
        # What does not match is an empty text, and so no value.
        which = 1 if re.compile(entry.pattern).groups else 0
        return value.cast("string").re_extract(entry.pattern, which).nullif("")
    return value


def range_columns(columns: Sequence[str]) -> tuple[str, str] | None:
    """The columns with the first and the last address of a range, by what they are called."""
    plain = {re.sub(r"[^a-z]|ip|network|range|addr(?:ess)?", "", n.lower()): n for n in columns}
    for start, end in _ENDS:
        if start in plain and end in plain:
            return plain[start], plain[end]
    return None


def _range(group: FileGroup, used: set[str]) -> Any:
    """Ranges of addresses as text, of files that name their first and last address."""
    found = range_columns(group.columns)
    if found is None:
        return None
    used.update(found)
    start, end = (group.table[name].cast("string").strip() for name in found)
    return start + ibis.literal("-") + end


def _joined(group: FileGroup, entry: ColumnMap, used: set[str]) -> Any:
    """Several columns as one text; null where one of them has no value."""
    found = [_first_given(list(_lookup(group, source, used))) for source in entry.joined]
    if not found or any(value is None for value in found):
        return None
    texts = [value.cast("string").nullif("") for value in found]
    whole = texts[0]
    for text in texts[1:]:
        whole = whole + ibis.literal(" ") + text
    return whole


def _first_given(values: Sequence[Any]) -> Any:
    """The first of several columns that has a value; None without columns."""
    if len(values) < 2:
        return values[0] if values else None
    return ibis.coalesce(*(value.cast("string").nullif("") for value in values))


def _lookup(group: FileGroup, source: str, used: set[str]) -> Iterator[Any]:
    """The values of a source, wherever the files have it."""
    columns = [name for name in group.columns if name in group.table.columns]
    for name, path in _places(source, columns):
        value = group.table[name]
        if not path:
            used.add(name)
            yield value
        elif value.type().is_string() or value.type().is_json():
            used.add(name)
            yield from _in_text(value.cast("string"), path)
        else:
            found = list(_in_struct(value, path))
            used.update([name] if found else [])
            yield from found


def _in_text(text: Any, path: tuple[str, ...]) -> Iterator[Any]:
    # What is text where an object is expected has no such field.
    document = ibis.ifelse(is_json(text), text, ibis.null("string"))
    for steps in splits(path):
        quoted = "".join('."' + step.replace('"', "") + '"' for step in steps)
        yield json_text(document, "$" + quoted)


def _in_struct(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if not path:
        yield value
    elif value.type().is_struct():
        for length in range(len(path), 0, -1):
            for name in named(value.type().names, ".".join(path[:length])):
                yield from _in_struct(value[name], path[length:])
    elif value.type().is_string() or value.type().is_json():
        yield from _in_text(value.cast("string"), path)


def splits(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every way in which names with dots may be nested: a.b, or b inside a."""
    if not path:
        yield ()
        return
    for length in range(1, len(path) + 1):
        for rest in splits(path[length:]):
            yield (".".join(path[:length]), *rest)
