"""From foreign columns to the contract's types, with what is wrong with each row.

Everything here is Ibis expressions: nothing is computed until a caller asks, and the same
expressions run on another engine when one machine is outgrown.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from ringleader.errors import InputError
from ringleader.loaders.contract import CURRENCIES, NAME_LENGTH, Column, Type
from ringleader.loaders.duckdb_functions import character, is_json, json_text, length_in_bytes
from ringleader.loaders.mapping import ColumnMap, Mapping
from ringleader.loaders.sources.files import FILE, ROW, FileGroup
from ringleader.loaders.validation.card_numbers import EMAIL
from ringleader.loaders.validation.timestamps import utc

PROBLEM, VALUE = "_problem", "_value"
MISSING = "missing"
NO_NAME = f"not a name: a letter, then at most {NAME_LENGTH - 1} letters, digits, blanks or `_ - .`"
# Timestamps outside are mistakes, such as seconds read as milliseconds.
EARLIEST, LATEST = "2000-01-01", "2100-01-01"
_CASTS = {
    "text": "string",
    "integer": "int64",
    "decimal": "decimal(38, 9)",
    "timestamp": "timestamp('UTC')",
    "boolean": "boolean",
}
_EMPTY = {
    Type.TIMESTAMP: "timestamp(6)",
    Type.COUNT: "int64",
    Type.AMOUNT: "decimal(38, 9)",
}
# Characters of a value that are shown in quarantine; more are read so that masks see it whole.
SHOWN, EXCERPT = 120, 240
# Sums of so large counts fit 64 bits for millions of rows; a larger one is no count of ours.
GREATEST_COUNT = 1_000_000_000_000
_NONE = ibis.literal(0, "int64")
_IDS = (Type.ID, Type.PAYMENT_METHOD, Type.NETWORK)
# A sign after the time of day is an offset from UTC; clocks keep within 14 hours of it.
_OFFSET = r"[0-9][T ].*[+-]"
_SANE_OFFSET = r"([+-](0?[0-9]|1[0-3])(:?[0-5][0-9]){0,2}|[+-]14(:?00){0,2})$"


@dataclass(frozen=True)
class Problem:
    """What may be wrong with a row: the column (None for the whole row) and the reason."""

    column: str | None
    reason: str


@dataclass(frozen=True)
class Converted:
    """Rows in the contract's types.

    Attributes:
        table: The contract's columns, file and row, and the number of the row's first problem
            (0 is none) with the text of the value that causes it.
        faults: One row: the number of rows, of empty texts, and of failures of each check.
            Checks counted by themselves cost a fraction of numbering the rows; a good file pays
            for no more.
        doubtful: By column not checked later, the rows in doubt because of it. Asked one column
            at a time, DuckDB looks at a Parquet column's dictionary and statistics, not its rows.
        problems: What the numbers mean; number n is at position n - 1.
        unknown: Columns of the source that nothing uses.
        later: Columns to be checked after grouping.
    """

    table: ir.Table
    faults: ir.Table
    doubtful: tuple[ir.Table, ...]
    problems: tuple[Problem, ...]
    unknown: tuple[str, ...]
    later: frozenset[str]


def sources_of(mapping: Mapping) -> dict[str, ColumnMap]:
    """Where every contract column comes from, by name."""
    return {name: mapping.source_of(name) for name in mapping.table.names}


def json_fields(mapping: Mapping, columns: Sequence[str]) -> list[str]:
    """Top-level JSON fields that a mapping reads, of those that may be there."""
    fields = set()
    for source in (s for m in sources_of(mapping).values() for s in m.sources):
        fields.add(source if source in columns else source.split(".")[0])
    return sorted(fields)


def convert(
    group: FileGroup,
    mapping: Mapping,
    channels: Sequence[str],
    *,
    blanks: bool = True,
    later: Collection[str] = (),
) -> Converted:
    """Bring a group of files into the contract's types.

    Args:
        group: The files.
        mapping: Where the contract's columns come from.
        channels: Names that a channel may have.
        blanks: Whether there may be empty texts, which stand for no value. Looking for them costs
            a copy of every text.
        later: Columns that are checked after grouping (:func:`refused_values`), if they can be.

    Raises:
        InputError: A required or mapped column is not there.
    """
    problems: list[Problem] = []
    checks = []
    empty: dict[str, Any] = {}
    used: set[str] = set()
    put_off: set[str] = set()
    values: dict[str, Any] = {}
    for column in mapping.table.columns:
        given = _raw(group, mapping, column, used)
        if given is None:
            values[column.name] = ibis.null(_EMPTY.get(column.type, "string"))
            continue
        entry = mapping.source_of(column.name)
        found = _converted(given, entry)
        value, conditions = _checked(column, found, entry, channels)
        if found.type().is_string() and column.type in (*_IDS, Type.TEXT):
            conditions += _format_checks(group.format, column, found)
        if entry.cast:
            failed = _given(given) & found.isnull()
            problems.append(Problem(column.name, f"cannot be cast to {entry.cast}"))
            checks.append((failed, column, given))
        if column.type is Type.TEXT and (mapping.table.name, column.name) == ("prompts", "label"):
            value = value.re_replace(EMAIL, "<email>")
        kind = found.type()
        if column.name in later and not entry.cast and (kind.is_string() or kind.is_integer()):
            put_off.add(column.name)
        if kind.is_string():
            empty[column.name] = found == ""
        if kind.is_string() and blanks and value.type().is_string():
            value = value.nullif("")
        values[column.name] = value
        for reason, condition in conditions:
            problems.append(Problem(column.name, reason))
            checks.append((condition, column, found))
    number = ibis.cases(
        *((condition, position) for position, (condition, *_) in enumerate(checks, start=1)),
        else_=0,
    )
    shown = ibis.cases(
        *(
            (condition, ibis.literal("(not shown)") if column.sensitive else _excerpt(found))
            for condition, column, found in checks
        ),
        else_=ibis.null("string"),
    )
    places = {FILE: group.table[FILE]}
    if ROW in group.table.columns:
        places[ROW] = group.table[ROW]
    table = group.table.select(**values, **places, **{PROBLEM: number.cast("int16"), VALUE: shown})
    faults = group.table.aggregate(
        read=group.table.count(),
        blanks=sum((b.sum().fill_null(0).cast("int64") for b in empty.values()), _NONE),
        **{
            f"fault_{position}": condition.sum().fill_null(0).cast("int64")
            for position, (condition, *_) in enumerate(checks)
        },
    )
    doubts: dict[str, list[Any]] = {name: [blank] for name, blank in empty.items()}
    for condition, column, _ in checks:
        doubts.setdefault(column.name, []).append(condition)
    doubtful = tuple(
        group.table.filter(functools.reduce(operator.or_, conditions))
        for name, conditions in doubts.items()
        if name not in put_off
    )
    unknown = tuple(name for name in group.columns if name not in used)
    return Converted(table, faults, doubtful, tuple(problems), unknown, frozenset(put_off))


def refused_values(column: Column, values: Any, channels: Sequence[str]) -> Any:
    """Whether each text would be refused as a column's value, or is empty.

    Args:
        column: The column.
        values: Its values, as an expression of texts.
        channels: Names that a channel may have.
    """
    _, conditions = _checked(column, values, ColumnMap(column.name), channels)
    return functools.reduce(
        operator.or_,
        (condition.fill_null(False) for _, condition in conditions),
        (values == "").fill_null(False),
    )


def _excerpt(found: Any) -> Any:
    return found.cast("string").substr(0, EXCERPT)


def _raw(group: FileGroup, mapping: Mapping, column: Column, used: set[str]) -> Any:
    """The source's values for a contract column as they are; None without such a column."""
    entry = mapping.source_of(column.name)
    if entry.const is not None:
        # As a column like any other, so that it can be checked and counted like any other.
        return ibis.ifelse(group.table[FILE].notnull(), ibis.literal(entry.const), None)
    found = [_lookup(group, source, used) for source in entry.sources]
    value = _first_given([one for one in found if one is not None])
    if value is None:
        mapped = column.name in mapping.columns and not entry.may_lack
        if mapped or column.required:
            where = f" (mapping file {mapping.file})" if mapped and mapping.file else ""
            raise InputError(
                f"{group.files[0].shown} has no column "
                f"{' or '.join(map(repr, entry.sources))}, which "
                f"{mapping.table.name}.{column.name} needs{where}",
                hint=f"its columns: {', '.join(group.columns)}; --mapping FILE renames them",
            )
        return None
    if entry.pattern:
        # What does not match is an empty text, and so no value.
        which = 1 if re.compile(entry.pattern).groups else 0
        return value.cast("string").re_extract(entry.pattern, which).nullif("")
    return value


def _first_given(values: Sequence[Any]) -> Any:
    """The first of several columns that has a value; None without columns."""
    if len(values) < 2:
        return values[0] if values else None
    return ibis.coalesce(*(value.cast("string").nullif("") for value in values))


def _converted(value: Any, entry: ColumnMap) -> Any:
    """The source's values after the mapping's cast and replacements."""
    if entry.const is not None:
        return value
    if entry.cast:
        value = value.try_cast(_CASTS[entry.cast])
    if entry.values:
        text = value.cast("string")
        value = ibis.cases(
            *((text == old, ibis.literal(new)) for old, new in entry.values), else_=text
        )
    return value


def _lookup(group: FileGroup, source: str, used: set[str]) -> Any:
    table = group.table
    if source in group.columns and source in table.columns:
        used.add(source)
        return table[source]
    first, *path = source.split(".")
    if not path or first not in group.columns or first not in table.columns:
        return None
    used.add(first)
    value = table[first]
    if value.type().is_string() or value.type().is_json():
        steps = "".join('."' + step.replace('"', "") + '"' for step in path)
        text = value.cast("string")
        # What is text where an object is expected has no such field.
        return json_text(ibis.ifelse(is_json(text), text, ibis.null("string")), "$" + steps)
    for step in path:
        if not value.type().is_struct() or step not in value.type().names:
            return None
        value = value[step]
    return value


def _checked(
    column: Column, raw: Any, entry: ColumnMap, channels: Sequence[str]
) -> tuple[Any, list[tuple[str, Any]]]:
    """A column's typed value and what may be wrong with it, as (reason, condition)."""
    if column.type is Type.TIMESTAMP:
        value, given = utc(raw, entry.unit)
        if raw.type().is_timestamp():
            # Compared as it is stored, so that what a file says of its least and greatest answers.
            zone = raw.type().timezone and "UTC"
            early, late = (ibis.timestamp(bound, timezone=zone) for bound in (EARLIEST, LATEST))
            wrong = (raw < early) | (raw > late)
        else:
            sane = value.between(ibis.timestamp(EARLIEST), ibis.timestamp(LATEST))
            wrong = given & _untrue(sane)
        checks = [("not a UTC time, or not between 2000 and 2099", wrong)]
        if raw.type().is_string():
            odd = raw.re_search(_OFFSET) & ~raw.re_search(_SANE_OFFSET)
            checks.append(("an offset from UTC that no clock has", odd))
    elif column.type is Type.COUNT:
        value, sane = _count(raw)
        reason = f"not a whole number from 0 to {GREATEST_COUNT:,}"
        checks = [(reason, _given(raw) & _untrue(sane))]
    elif column.type is Type.AMOUNT:
        value = raw.try_cast("decimal(38, 9)")
        wrong = raw.notnull() if raw.type().is_boolean() else _given(raw) & value.isnull()
        checks = [("not a decimal number", wrong)]
    else:
        text = raw if raw.type().is_string() else raw.cast("string")
        value = {
            Type.CHOICE: text.lower,
            Type.NAME: text.lower,
            Type.EMAIL: text.lower,
            Type.CURRENCY: text.upper,
        }.get(column.type, lambda: text)()
        checks = list(_text_checks(column, text, channels))
        kind = raw.type()
        if column.type in (*_IDS, Type.TEXT) and (
            kind.is_struct()
            or kind.is_array()
            or kind.is_map()
            or (kind.is_boolean() and not entry.cast and column.type is not Type.TEXT)
        ):
            checks.append((_NO_TEXT, raw.notnull()))
    missing = [(MISSING, ~_given(raw))] if column.required else []
    return value, missing + checks


_NO_TEXT = "a list, an object, or true or false; text or a number is expected"


def _format_checks(format_: str, column: Column, text: Any) -> Iterator[tuple[str, Any]]:
    """What a format allows and an id or a plain text is not."""
    if format_ == "csv" and column.name != "label":
        # What two stray quotes enclose looks like one value of several lines.
        yield "holds a line break; a stray quote?", text.contains("\n")
    if format_ != "jsonl":
        return
    # Whatever a JSON value is, it arrives as text.
    nested = (text.startswith("{") | text.startswith("[")) & is_json(text)
    if column.type is not Type.TEXT:
        nested = nested | text.isin(("true", "false"))
    yield _NO_TEXT, nested


def _count(raw: Any) -> tuple[Any, Any]:
    """A count, and whether it is one: plain digits, or a number without a fraction."""
    kind = raw.type()
    value = raw.try_cast("int64")
    sane = value.between(0, GREATEST_COUNT)
    if kind.is_boolean():
        return value, raw.isnull()
    if kind.is_string():
        return value, sane & raw.re_search(r"^ *[0-9]+ *$")
    if kind.is_floating() or kind.is_decimal():
        return value, sane & (raw == value.cast(kind))
    return value, sane


def _text_checks(column: Column, text: Any, channels: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """What may be wrong with a text that is not empty; an empty one is no value."""
    given = text != ""
    if column.type is Type.CHOICE:
        yield f"not one of {', '.join(column.values)}", text.lower().notin((*column.values, ""))
        return
    if column.type is Type.NAME:
        pattern = rf"^[A-Za-z][A-Za-z0-9_. -]{{0,{NAME_LENGTH - 1}}}$"
        yield NO_NAME, given & ~text.re_search(pattern)
        return
    if column.type is Type.CHANNEL:
        yield "unknown channel", text.notin((*channels, ""))
        return
    if column.type is Type.CURRENCY:
        yield "not an ISO 4217 code", text.upper().notin((*CURRENCIES, ""))
        return
    yield f"longer than {column.limit:,} bytes", length_in_bytes(text) > column.limit
    yield "holds a NUL byte", text.contains(character(0))
    if column.type in _IDS:
        # Only what starts with a control character or a blank can be blank.
        yield MISSING, given & (text < "!") & (text.strip() == "")
    if column.name == "prompt_cluster_id":
        yield "holds an e-mail address", text.contains("@") & text.re_search(EMAIL)
    if column.type is Type.EMAIL:
        yield (
            "not an e-mail address",
            given & ~text.re_search(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"),
        )
    if column.type is Type.BIN:
        yield "not six to eight digits", given & ~text.re_search(r"^[0-9]{6,8}$")


def _given(raw: Any) -> Any:
    return raw.notnull() & (raw != "") if raw.type().is_string() else raw.notnull()


def _untrue(condition: Any) -> Any:
    """Whether a condition is false or unknown."""
    return ~condition.fill_null(False)
