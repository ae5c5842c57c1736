"""Times as they come, as times in UTC without a zone."""

from __future__ import annotations

from typing import Any

import ibis

from ringleader.loaders.duckdb_functions import from_microseconds, microseconds

# Above this a bare number is milliseconds: in seconds it would be after the year 5000.
_SECONDS_BELOW = 100_000_000_000
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def utc(raw: Any, unit: str | None) -> tuple[Any, Any]:
    """A time without zone, in UTC, and whether one was given at all."""
    kind = raw.type()
    if kind.is_timestamp() and kind.timezone:
        # The microseconds since 1970 are UTC already; a cast would go through calendars.
        return from_microseconds(microseconds(raw)), raw.notnull()
    if kind.is_timestamp() or kind.is_date():
        return raw.cast("timestamp(6)"), raw.notnull()
    if kind.is_numeric():
        return _epoch(raw.try_cast("float64"), unit), raw.notnull()
    text = raw.cast("string").nullif("")
    number = text.try_cast("float64")
    iso = text.try_cast("timestamp('UTC')").cast("timestamp(6)")
    return ibis.ifelse(number.notnull(), _epoch(number, unit), iso), text.notnull()


def _epoch(number: Any, unit: str | None) -> Any:
    if unit:
        seconds = number / _PER_SECOND[unit]
    else:
        seconds = ibis.ifelse(number.abs() < _SECONDS_BELOW, number, number / 1000)
    # Milliseconds are as fine as the graph keeps time; the bound keeps the cast from overflowing.
    milliseconds = seconds * 1000
    whole = ibis.ifelse(milliseconds.abs() < 1e15, milliseconds, ibis.null("float64"))
    return whole.try_cast("int64").as_timestamp("ms").cast("timestamp(6)")
