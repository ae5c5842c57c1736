"""What a value of each type has to be: its typed value, and what may be wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import ibis

from ringleader.loaders.contract import CURRENCIES, NAME_LENGTH, Column, Type
from ringleader.loaders.functions import character, is_json, length_in_bytes
from ringleader.loaders.mapping import ColumnMap
from ringleader.loaders.validation.card_numbers import EMAIL
from ringleader.loaders.validation.missing_values import SHORTENED
from ringleader.loaders.validation.timestamps import utc, without_remarks, zone_unclear

MISSING = "missing"
NO_NAME = f"not a name: a letter, then at most {NAME_LENGTH - 1} letters, digits, blanks or `_ - .`"
# Timestamps outside are mistakes, such as seconds read as milliseconds.
EARLIEST, LATEST = "2000-01-01", "2100-01-01"
# Sums of so large counts fit 64 bits for millions of rows; a larger one is no count of ours.
GREATEST_COUNT = 1_000_000_000_000
IDS = (Type.ID, Type.PAYMENT_METHOD, Type.NETWORK)
# A sign after the time of day is an offset from UTC; clocks keep within 14 hours of it.
_UNCLEAR_ZONE = "a zone by its abbreviation, which is ambiguous; write an offset such as +01:00"
_OFFSET = r"[0-9][T ].*[+-]"
_SANE_OFFSET = r"([+-](0?[0-9]|1[0-3])(:?[0-5][0-9]){0,2}|[+-]14(:?00){0,2})$"


def checked(
    column: Column, raw: Any, entry: ColumnMap, channels: Sequence[str]
) -> tuple[Any, list[tuple[str, Any]]]:
    """A column's typed value and what may be wrong with it, as (reason, condition)."""
    if column.type is Type.TIMESTAMP:
        if raw.type().is_string() and not entry.format:
            raw = without_remarks(raw)
        value, given = utc(raw, entry)
        if raw.type().is_timestamp():
            # Compared as it is stored, so that what a file says of its least and greatest answers.
            zone = raw.type().timezone and "UTC"
            early, late = (ibis.timestamp(bound, timezone=zone) for bound in (EARLIEST, LATEST))
            wrong = (raw < early) | (raw > late)
        else:
            sane = value.between(ibis.timestamp(EARLIEST), ibis.timestamp(LATEST))
            wrong = given & _untrue(sane)
        form = f"time as {entry.format}" if entry.format else "UTC time"
        checks = [(f"not a {form}, or not between 2000 and 2099", wrong)]
        if raw.type().is_string() and not entry.format:
            odd = raw.re_search(_OFFSET) & ~raw.re_search(_SANE_OFFSET)
            checks.insert(0, (_UNCLEAR_ZONE, zone_unclear(raw)))
            checks.append(("an offset from UTC that no clock has", odd))
    elif column.type is Type.COUNT:
        value, sane = _count(as_number(raw, entry.decimal))
        reason = f"not a whole number from 0 to {GREATEST_COUNT:,}"
        checks = [(reason, is_given(raw) & _untrue(sane))]
    elif column.type is Type.AMOUNT:
        value = as_number(raw, entry.decimal).try_cast("decimal(38, 9)")
        wrong = raw.notnull() if raw.type().is_boolean() else is_given(raw) & value.isnull()
        checks = [("not a decimal number", wrong)]
    else:
        text = raw if raw.type().is_string() else raw.cast("string")
        value = _folded(column, text, channels)
        checks = list(_text_checks(column, text, channels))
        kind = raw.type()
        if column.type in (*IDS, Type.TEXT) and (
            kind.is_struct()
            or kind.is_array()
            or kind.is_map()
            or (kind.is_boolean() and not entry.cast and column.type is not Type.TEXT)
        ):
            checks.append((_NO_TEXT, raw.notnull()))
    missing = [(MISSING, ~is_given(raw))] if column.required else []
    return value, missing + checks


# Other rows may be inside such a value: it costs its row in every column.
STRAY_QUOTE = "holds a line break; a stray quote?"
HEADER = "the header once more, not a row"
_NO_TEXT = "a list, an object, or true or false; text or a number is expected"


def format_checks(format_: str, column: Column, text: Any) -> Iterator[tuple[str, Any]]:
    """What a format allows and an id or a plain text is not."""
    if format_ == "csv" and column.name != "label":
        # What two stray quotes enclose looks like one value of several lines.
        yield STRAY_QUOTE, text.contains("\n")
    if format_ != "jsonl":
        return
    # Whatever a JSON value is, it arrives as text.
    nested = (text.startswith("{") | text.startswith("[")) & is_json(text)
    if column.type is not Type.TEXT:
        nested = nested | text.isin(("true", "false"))
    yield _NO_TEXT, nested


def _folded(column: Column, text: Any, channels: Sequence[str]) -> Any:
    """A text in the case and the words of the contract."""
    if column.type is Type.CURRENCY:
        return text.upper()
    if column.type not in (Type.CHOICE, Type.CHANNEL, Type.EMAIL, Type.NAME):
        return text
    lower = text.lower()
    named = [(c.lower(), c) for c in channels if column.type is Type.CHANNEL and c != c.lower()]
    words = (*column.synonyms, *named)
    if words:
        lower = ibis.cases(*((lower == word, ibis.literal(to)) for word, to in words), else_=lower)
    return lower


def as_number(raw: Any, decimal: str | None) -> Any:
    """Numbers as programs read them, of texts with a known decimal sign; others as they are.

    Args:
        raw: A column.
        decimal: ``,`` or ``.``; None where numbers are written as programs write them.
    """
    if decimal is None or not raw.type().is_string():
        return raw
    mark = r"\." if decimal == "." else ","
    thousands = r"[,'’ \x{A0}\x{202F}]" if decimal == "." else r"[.'’ \x{A0}\x{202F}]"
    currency = r"(?:[\p{Sc}]|[A-Za-z]{3})?"
    number = rf"([0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+|[0-9]+)(?:{mark}([0-9]+))?"
    form = rf"^{currency}\s*([+-]?)\s*{currency}\s*{number}\s*{currency}$"
    whole = raw.re_extract(form, 2).re_replace(thousands, "")
    fraction = raw.re_extract(form, 3).re_replace("^0+$", "")
    text = raw.re_extract(form, 1) + whole
    text = ibis.ifelse(fraction == "", text, text + ibis.literal(".") + fraction)
    # What is no number stays what it is, and is said not to be one.
    return ibis.ifelse(raw.re_search(form), text, ibis.ifelse(raw == "", "", "no number"))


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
    some = text != ""
    if column.type is Type.CHOICE:
        reason = f"not one of {', '.join(column.values)}"
        yield reason, _folded(column, text, channels).notin((*column.values, ""))
        return
    if column.type is Type.CHANNEL:
        yield "unknown channel", _folded(column, text, channels).notin((*channels, ""))
        return
    if column.type is Type.NAME:
        pattern = rf"^[A-Za-z][A-Za-z0-9_. -]{{0,{NAME_LENGTH - 1}}}$"
        yield NO_NAME, some & ~text.re_search(pattern)
        return
    if column.type is Type.CURRENCY:
        yield "not an ISO 4217 code", text.upper().notin((*CURRENCIES, ""))
        return
    yield f"longer than {column.limit:,} bytes", length_in_bytes(text) > column.limit
    yield "holds a NUL byte", text.contains(character(0))
    if column.type in IDS:
        # Only what starts with a control character or a blank can be blank.
        yield MISSING, some & (text < "!") & (text.strip() == "")
        shortened = some & (text > "0") & (text < ":") & text.re_search(SHORTENED)
        yield "a number that a spreadsheet has shortened; export it as text", shortened
    if column.name == "prompt_cluster_id":
        yield "holds an e-mail address", text.contains("@") & text.re_search(EMAIL)
    if column.type is Type.EMAIL:
        yield (
            "not an e-mail address",
            some & ~text.re_search(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"),
        )
    if column.type is Type.BIN:
        yield "not six to eight digits", some & ~text.re_search(r"^[0-9]{6,8}$")


def is_given(raw: Any) -> Any:
    """Whether there is a value; an empty text is none."""
    return raw.notnull() & (raw != "") if raw.type().is_string() else raw.notnull()


def _untrue(condition: Any) -> Any:
    """Whether a condition is false or unknown."""
    return ~condition.fill_null(False)
