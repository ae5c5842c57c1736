"""Times as they come, as times in UTC without a zone."""

from __future__ import annotations

from typing import Any

import ibis

from ringleader.loaders.functions import (
    from_microseconds,
    microseconds,
    moment,
    moment_with_offset,
    on_clock,
)
from ringleader.loaders.mapping import ColumnMap

# Above each of these a bare number is of the next finer unit: it would be after the year 5000.
_BELOW = {"s": 1e11, "ms": 1e14, "us": 1e17}
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
# Numbers that are no epoch of this century but a day or a second of it, written without marks.
_WRITTEN_OUT = (
    ("%Y%m%d", 20000101, 20991231),
    ("%Y%m%d%H%M%S", 20000101000000, 20991231235959),
)
# ISO 8601 without marks between its parts, and with a comma before a fraction of a second.
_BASIC = (
    r"^([0-9]{4})-?([0-9]{2})-?([0-9]{2})[Tt ]?([0-9]{2}):?([0-9]{2})"
    r"(?::?([0-9]{2})(?:[.,]([0-9]+))?)?\s*([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
)
_TO_HOUR = r"^([0-9]{4})-?([0-9]{2})-?([0-9]{2})[Tt ]([0-9]{2})([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
# Days by their number in the year or in a week. 2026-07 is a month, and no seventh day of a year.
_DAYS = (
    (r"^[0-9]{4}-[0-9]{3}$", "%Y-%j"),
    (r"^[0-9]{4}-W[0-9]{2}-[1-7]$", "%G-W%V-%u"),
    (r"^[0-9]{4}W[0-9]{2}[1-7]$", "%GW%V%u"),
)
# What programs write after an offset, and what it adds nothing to: [Europe/Berlin], CEST, UTC m=+1.
_AFTER_OFFSET = (
    r"([0-9] ?[+-][0-9]{2}:?[0-9]{2}|[0-9][Zz])"
    r" ?(?:\[[A-Za-z0-9_/+-]+\]|[A-Za-z]{2,5}(?: m=[+-][0-9.]+)?)$"
)
_BRACKETED = r"\[([A-Za-z0-9_+-]+/[A-Za-z0-9_/+-]+)\]$"
# A time of day with Z, an offset, or the name of a zone after it.
_ZONED = (
    r"(?i)[t :][0-9:.,]+\s*(?:z|utc|gmt|ut|[+-][0-9]{2}(?::?[0-9]{2}){0,2}|[a-z_]+/[a-z0-9_/+-]+)$"
)
# The letters of a form that stand for an offset.
_OFFSET = "%z"
# CET is one hour ahead of UTC or, for whoever means the clock on the wall, two in summer.
ABBREVIATED = r"(?i)[0-9]\s*\(?[a-z]{1,5}(?:[+-][0-9:]+)?\)?$"
_UTC_ITSELF = r"(?i)[0-9]\s*(?:z|utc|gmt|ut)$"


def utc(raw: Any, entry: ColumnMap) -> tuple[Any, Any]:
    """A time without zone, in UTC, and whether one was given at all.

    Args:
        raw: The column as it comes.
        entry: Unit, form and zone that the mapping gives.
    """
    kind = raw.type()
    if kind.is_timestamp() and kind.timezone:
        return _whole(raw), raw.notnull()
    if kind.is_timestamp() or kind.is_date():
        return _local(raw.cast("timestamp(6)"), entry.zone), raw.notnull()
    if kind.is_numeric() and not entry.format:
        return _epoch(raw.try_cast("float64"), entry), raw.notnull()
    text = raw.cast("string").nullif("")
    if entry.format:
        if _OFFSET in entry.format:
            return _whole(moment_with_offset(text, entry.format)), text.notnull()
        return _local(moment(text, entry.format), entry.zone), text.notnull()
    number = text.try_cast("float64")
    iso = ibis.coalesce(
        _instant(text),
        _instant(_basic(text)),
        _instant(text.re_replace(_TO_HOUR, r"\1-\2-\3 \4:00:00\5")),
        *(
            moment(ibis.ifelse(text.re_search(seen), text, ibis.null("string")), form)
            for seen, form in _DAYS
        ),
    )
    if entry.zone:
        iso = ibis.ifelse(text.re_search(_ZONED), iso, _local(iso, entry.zone))
    return ibis.ifelse(number.notnull(), _epoch(number, entry), iso), text.notnull()


def _whole(instant: Any) -> Any:
    # The microseconds since 1970 are UTC already; a cast would go through calendars.
    return from_microseconds(microseconds(instant))


def _local(shown: Any, zone: str | None) -> Any:
    """What the clocks of a zone show, in UTC."""
    return _whole(on_clock(zone, shown)) if zone else shown


def without_remarks(text: Any) -> Any:
    """A time without what only repeats its offset; a zone in brackets as it is written without."""
    return text.re_replace(_AFTER_OFFSET, r"\1").re_replace(_BRACKETED, r" \1")


def zone_unclear(text: Any) -> Any:
    """Whether a time ends in letters for a zone that may mean several offsets."""
    return text.re_search(ABBREVIATED) & ~text.re_search(_UTC_ITSELF)


def _instant(text: Any) -> Any:
    return text.try_cast("timestamp('UTC')").cast("timestamp(6)")


def _basic(text: Any) -> Any:
    """ISO 8601 with marks; null for what is something else."""
    marked = text.re_replace(_BASIC, r"\1-\2-\3 \4:\5:")
    seconds = text.re_extract(_BASIC, 6).nullif("").fill_null("00")
    fraction = text.re_extract(_BASIC, 7).nullif("").fill_null("0")
    zone = text.re_extract(_BASIC, 8).upper()
    whole = marked + seconds + ibis.literal(".") + fraction + zone
    return ibis.ifelse(text.re_search(_BASIC), whole, ibis.null("string"))


def _epoch(number: Any, entry: ColumnMap) -> Any:
    if entry.unit:
        return _seconds(number / _PER_SECOND[entry.unit])
    size = number.abs()
    seconds = ibis.cases(
        *((size < bound, number / _PER_SECOND[known]) for known, bound in _BELOW.items()),
        else_=number / _PER_SECOND["ns"],
    )
    return ibis.cases(
        *(
            (number.between(first, last), _local(_written_out(number, form), entry.zone))
            for form, first, last in _WRITTEN_OUT
        ),
        else_=_seconds(seconds),
    )


def _written_out(number: Any, form: str) -> Any:
    return moment(number.cast("int64").cast("string"), form)


def _seconds(seconds: Any) -> Any:
    # Milliseconds are as fine as the graph keeps time; the bound keeps the cast from overflowing.
    milliseconds = seconds * 1000
    whole = ibis.ifelse(milliseconds.abs() < 1e15, milliseconds, ibis.null("float64"))
    return from_microseconds(whole.try_cast("int64") * 1000)
