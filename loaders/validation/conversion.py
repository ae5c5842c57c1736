"""From foreign columns to the contract's types, with what is wrong with each row.

Everything here is Ibis expressions: nothing is computed until a caller asks, and DuckDB and Spark
run the same ones (decision 0020). CSV, JSON lines and times as text are DuckDB's alone.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from ringleader.loaders.contract import Column, Type
from ringleader.loaders.functions import attempted, decoded
from ringleader.loaders.mapping import ColumnMap, Mapping
from ringleader.loaders.sources.columns import raw_values
from ringleader.loaders.sources.readers import FileGroup
from ringleader.loaders.validation.card_numbers import EMAIL
from ringleader.loaders.validation.missing_values import EXACT, absent, number_as_text, stripped
from ringleader.loaders.validation.values import (
    HEADER,
    IDS,
    STRAY_QUOTE,
    checked,
    format_checks,
    is_given,
)
from ringleader.loaders.workspace import FILE, ROW

PROBLEM, VALUE = "_problem", "_value"
# Bits: problems that cost the value and not its row, and columns with a placeholder for no value.
NOTES, ABSENT = "_notes", "_absent"
UNTIDY, _CHANGED, _PLAIN = "_untidy", "_changed", "_plain_"
# Marks of values that were no text, and what is wrong with them.
_NO_UTF8, _LOST_DIGITS = "_no_utf8_", "_lost_digits_"
_MARKS = {
    _NO_UTF8: "bytes that are not UTF-8 text",
    _LOST_DIGITS: "a floating-point number above 2^53: its last digits are lost; write it as text",
}
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
_NONE = ibis.literal(0, "int64")
_FALSE = ibis.literal(False)
_NAMES = frozenset(Type) - {Type.TIMESTAMP, Type.COUNT, Type.AMOUNT}
# Notes are bits of one integer.
_MOST_NOTES = 62


@dataclass(frozen=True)
class Problem:
    """What may be wrong with a row.

    Attributes:
        column: The column; None for the whole row.
        reason: What is wrong.
        note: The bit of :data:`NOTES` that says so, where the row stays without the value.
    """

    column: str | None
    reason: str
    note: int | None = None


@dataclass(frozen=True)
class Converted:
    """Rows in the contract's types.

    Attributes:
        table: The contract's columns, file and row, the number of the row's first problem (0 is
            none) with the text of the value that causes it, and the bits of notes and of absent
            values.
        faults: One row: the number of rows, of texts that have to be tidied, of failures of each
            check, and of absent values of each column. Checks counted by themselves cost a
            fraction of numbering the rows; a good file pays for no more.
        doubtful: By column not checked later, the rows in doubt because of it. Asked one column
            at a time, DuckDB looks at a Parquet column's dictionary and statistics, not its rows.
        problems: What the numbers mean; number n is at position n - 1.
        absent: The columns that the bits of absent values stand for.
        unknown: Columns of the source that nothing uses.
        later: Columns to be checked after grouping.
    """

    table: ir.Table
    faults: ir.Table
    doubtful: tuple[ir.Table, ...]
    problems: tuple[Problem, ...]
    absent: tuple[str, ...]
    unknown: tuple[str, ...]
    later: frozenset[str]


@dataclass
class _Check:
    """Something that may be wrong with a value."""

    column: Column
    reason: str
    condition: Any
    shown: Any


def convert(
    group: FileGroup,
    mapping: Mapping,
    channels: Sequence[str],
    *,
    tidy: bool = True,
    later: Collection[str] = (),
) -> Converted:
    """Bring a group of files into the contract's types.

    Args:
        group: The files.
        mapping: Where the contract's columns come from.
        channels: Names that a channel may have.
        tidy: Whether texts may have blanks around them or stand for no value. Looking for that
            costs a look at every text.
        later: Columns that are checked after grouping (:func:`refused_values`), if they can be.

    Raises:
        InputError: A required or mapped column is not there.
    """
    used: set[str] = set()
    given: dict[str, Any] = {}
    checks: list[_Check] = []
    for column in mapping.table.columns:
        value = raw_values(group, mapping, column, used)
        if value is not None:
            given[column.name] = value
    places = {name: group.table[name] for name in (FILE, ROW) if name in group.table.columns}
    known, absent_from = _tidied(group.table.select(**given, **places), mapping, tidy=tidy)
    empty: dict[str, Any] = {}
    put_off: set[str] = set()
    values: dict[str, Any] = {}
    for column in mapping.table.columns:
        if column.name not in given:
            values[column.name] = ibis.null(_EMPTY.get(column.type, "string"))
            continue
        entry = mapping.source_of(column.name)
        value = known[column.name]
        found = _converted(value, entry)
        values[column.name], conditions = checked(column, found, entry, channels)
        kind = found.type()
        if kind.is_string() and column.type in (*IDS, Type.TEXT):
            conditions += format_checks(group.format, column, found)
        if group.format == "csv" and column.name == mapping.table.required[0] and entry.source:
            # Files that were put together have more than one header.
            conditions.insert(0, (HEADER, found.lower() == entry.source.lower()))
        conditions += [
            (reason, known[mark + column.name])
            for mark, reason in _MARKS.items()
            if mark + column.name in known.columns
        ]
        if entry.cast:
            failed = is_given(value) & found.isnull()
            checks.append(_Check(column, f"cannot be cast to {entry.cast}", failed, value))
        if column.type is Type.TEXT and (mapping.table.name, column.name) == ("prompts", "label"):
            values[column.name] = values[column.name].re_replace(EMAIL, "<email>")
        if column.name in later and not entry.cast and (kind.is_string() or kind.is_integer()):
            put_off.add(column.name)
        if kind.is_string():
            empty[column.name] = found == ""
        if kind.is_string() and tidy and values[column.name].type().is_string():
            values[column.name] = values[column.name].nullif("")
        checks += [_Check(column, reason, wrong, found) for reason, wrong in conditions]
    untidy = [known[UNTIDY], *empty.values()] if tidy else list(empty.values())
    faults = known.aggregate(
        read=known.count(),
        untidy=sum(map(_number, untidy), _NONE),
        **{
            f"absent_{name}": _number((known[ABSENT] >> bit) & 1 == 1)
            for bit, name in enumerate(absent_from)
        },
        **{f"fault_{n}": _number(check.condition) for n, check in enumerate(checks)},
    )
    doubts: dict[str, list[Any]] = {name: [blank] for name, blank in empty.items()}
    for check in checks:
        doubts.setdefault(check.column.name, []).append(check.condition)
    doubtful = tuple(
        known.filter(functools.reduce(operator.or_, conditions))
        for name, conditions in doubts.items()
        if name not in put_off
    )
    table, problems = _numbered(known, values, checks, list(places))
    spellings = {name.lower() for name in used}
    unknown = tuple(name for name in group.columns if name.lower() not in spellings)
    return Converted(table, faults, doubtful, problems, absent_from, unknown, frozenset(put_off))


def _number(condition: Any) -> Any:
    return condition.sum().fill_null(0).cast("int64")


def _tidied(source: ir.Table, mapping: Mapping, *, tidy: bool) -> tuple[ir.Table, tuple[str, ...]]:
    """Values as text where they are names, without blanks around them, and null for none.

    Returns:
        The table, and the columns that the bits of absent values stand for.
    """
    columns = {c.name: c for c in mapping.table.columns if c.name in source.columns}
    texts: dict[str, Any] = {}
    marks: dict[str, Any] = {}
    for name, column in columns.items():
        raw, kind = source[name], source[name].type()
        if kind.is_binary():
            texts[name] = attempted(decoded(raw))
            marks[_NO_UTF8 + name] = raw.notnull() & texts[name].isnull()
        elif column.type in _NAMES and (kind.is_floating() or kind.is_decimal()):
            texts[name] = number_as_text(raw)
            if kind.is_floating() and column.type in IDS:
                marks[_LOST_DIGITS + name] = raw.abs() >= EXACT
    given = source.mutate(**texts, **marks)
    if not tidy:
        return given.mutate(**{ABSENT: _NONE}), ()
    may_be = {
        name: column
        for name, column in columns.items()
        if given[name].type().is_string() and mapping.source_of(name).const is None
    }
    plain = given.mutate(
        **{
            _PLAIN + n: stripped(given[n], c, decimal=mapping.source_of(n).decimal)
            for n, c in may_be.items()
        }
    )
    bits = (
        absent(plain[_PLAIN + name], column, mapping.null_of(name)).fill_null(False).cast("int64")
        << bit
        for bit, (name, column) in enumerate(may_be.items())
    )
    changed = (plain[name] != plain[_PLAIN + name] for name in may_be)
    marked = plain.mutate(
        **{ABSENT: sum(bits, _NONE), _CHANGED: functools.reduce(operator.or_, changed, _FALSE)}
    )
    known = marked.mutate(
        **{UNTIDY: (marked[ABSENT] > 0) | marked[_CHANGED].fill_null(False)},
        **{
            name: ibis.ifelse((marked[ABSENT] >> bit) & 1 == 1, None, marked[_PLAIN + name])
            for bit, name in enumerate(may_be)
        },
    )
    return known, tuple(may_be)


def _numbered(
    known: ir.Table, values: dict[str, Any], checks: Sequence[_Check], places: Sequence[str]
) -> tuple[ir.Table, tuple[Problem, ...]]:
    """Number every row's problems; those of columns that a row can do without are notes."""
    notes: dict[str, int] = {}
    bits: list[Any] = []
    problems = []
    for check in checks:
        note = None
        if check.column.optional and check.reason != STRAY_QUOTE and len(bits) < _MOST_NOTES:
            note = len(bits)
            bits.append(check.condition.fill_null(False).cast("int64") << note)
            notes[check.column.name] = notes.get(check.column.name, 0) | 1 << note
        problems.append(Problem(check.column.name, check.reason, note))
    numbered = [(n, p, c) for n, (p, c) in enumerate(zip(problems, checks, strict=True), start=1)]
    hard = [(number, check) for number, problem, check in numbered if problem.note is None]
    soft = [check for _, problem, check in numbered if problem.note is not None]
    number = ibis.cases(*((check.condition, number) for number, check in hard), else_=0)
    shown = ibis.cases(
        *((check.condition, _shown(check)) for check in (*(c for _, c in hard), *soft)),
        else_=ibis.null("string"),
    )
    marks = {PROBLEM: number.cast("int16"), VALUE: shown, NOTES: sum(bits, _NONE)}
    marks |= {name: known[name] for name in (*places, ABSENT)}
    table = known.select(**values, **marks)
    if notes:
        table = table.mutate(
            **{
                name: ibis.ifelse(table[NOTES] & mask == 0, table[name], None)
                for name, mask in notes.items()
            }
        )
    return table, tuple(problems)


def _shown(check: _Check) -> Any:
    return ibis.literal("(not shown)") if check.column.sensitive else _excerpt(check.shown)


def refused_values(column: Column, values: Any, channels: Sequence[str]) -> Any:
    """Whether each text would be refused as a column's value, or is empty.

    Args:
        column: The column.
        values: Its values, as an expression of texts.
        channels: Names that a channel may have.
    """
    _, conditions = checked(column, values, ColumnMap(column.name), channels)
    return functools.reduce(
        operator.or_,
        (condition.fill_null(False) for _, condition in conditions),
        (values == "").fill_null(False),
    )


def _excerpt(found: Any) -> Any:
    return found.cast("string").substr(0, EXCERPT)


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
