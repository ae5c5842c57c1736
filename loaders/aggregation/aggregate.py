"""Many events, one row: per account and identifier, what the graph keeps of them.

Sums, extremes and bit masks only: they give the same result in whatever order rows come, and they
are cheap. Hours, days and channels are sets of few values, so they travel as bits of one integer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from ringleader.loaders.functions import (
    day_bit,
    members_of,
    milliseconds,
    names_of,
    residues_of,
    tally_of,
    united,
)
from ringleader.schema.labels import DAYS
from ringleader.schema.types import TALLY_BASE

START, END = "start", "end"
_EPOCH = ibis.date("1970-01-01")
UNKNOWN_MODEL = "unknown"
_SUMS, _MASKS = ("events", "input_tokens", "output_tokens"), ("channels", "hours", "days")


def distinct(rows: ir.Table, **columns: str) -> ir.Table:
    """Distinct combinations of columns, without those where one is null.

    Args:
        rows: The rows.
        columns: New name and column.
    """
    picked = rows.select(**{new: rows[old] for new, old in columns.items()})
    for new in columns:
        picked = picked.filter(picked[new].notnull())
    return picked.distinct()


def activity(
    rows: ir.Table, identifier: str, channels: Sequence[str], attribute: str | None = None
) -> ir.Table:
    """Requests per account and identifier.

    Args:
        rows: Clean requests.
        identifier: The column of the identifier; rows without one are left out.
        channels: Names that a channel may have, in the order of their bits.
        attribute: A column of which the greatest value is kept too.

    Returns:
        One row per pair: start, end, events, tokens, first_seen and last_seen (milliseconds),
        bit masks ``channels``, ``hours`` and ``days``, and the attribute.
    """
    rows = rows.filter(rows[identifier].notnull())
    more = {attribute: rows[attribute].max()} if attribute else {}
    grouped = rows.group_by(**{START: rows.account_id, END: rows[identifier]}).aggregate(
        events=rows.count(),
        input_tokens=rows.input_tokens.sum().cast("int64"),
        output_tokens=rows.output_tokens.sum().cast("int64"),
        first=rows.timestamp.min(),
        last=rows.timestamp.max(),
        channels=_mask(rows.channel, channels),
        hours=_hours(rows.timestamp),
        days=_days(rows.timestamp),
        **more,
    )
    return _with_times(grouped)


def requested(rows: ir.Table) -> ir.Table:
    """Requests per account and model; those that name no model count for ``unknown``.

    Args:
        rows: Clean requests.

    Returns:
        One row per pair: start, end, events, ``active_hours``, the tally ``daily``, and
        ``first_seen`` (milliseconds).
    """
    # The hours travel as one list of small numbers and are counted once per pair: grouping by day
    # first costs twice as much.
    grouped = rows.group_by(
        **{START: rows.account_id, END: rows.model.fill_null(UNKNOWN_MODEL)}
    ).aggregate(
        events=rows.count(),
        hours=_hour(rows.timestamp).collect(),
        first_seen=milliseconds(rows.timestamp.min()),
    )
    return grouped.mutate(
        active_hours=residues_of(grouped.hours, 24 * DAYS),
        daily=tally_of(grouped.hours, 24, TALLY_BASE),
    ).drop("hours")


def tallied(entries: Any) -> Any:
    """One entry for each number of a tally: its counts added.

    Args:
        entries: A list of the entries of several tallies.
    """
    numbers = entries.map(lambda entry: _number(entry)).unique().sort()
    return numbers.map(
        lambda number: (
            number * TALLY_BASE
            + entries.filter(lambda entry: _number(entry) == number)
            .map(lambda entry: entry % TALLY_BASE)
            .sums()
        )
    )


def _number(entry: Any) -> Any:
    return (entry // TALLY_BASE).cast("int64")


def merged(pairs: ir.Table, attribute: str | None = None) -> ir.Table:
    """Activity whose identifiers have been renamed since, again one row per pair.

    Args:
        pairs: What :func:`activity` gave.
        attribute: The column of which the greatest value was kept.
    """
    more = {attribute: pairs[attribute].max()} if attribute else {}
    return pairs.group_by(START, END).aggregate(
        **{name: pairs[name].sum().cast("int64") for name in _SUMS},
        first_seen=pairs.first_seen.min(),
        last_seen=pairs.last_seen.max(),
        **{name: united(pairs[name]) for name in _MASKS},
        **more,
    )


def payments(
    rows: ir.Table,
    identifier: str,
    outcomes: Mapping[str, Sequence[str]],
    currencies: Sequence[str],
) -> ir.Table:
    """Payments per account and identifier.

    Args:
        rows: Clean payments.
        identifier: The column of the identifier.
        outcomes: Words for payments that ``failed``, were ``disputed`` and were ``refunded``.
        currencies: Currency codes; those that occur come back as a list.
    """
    grouped = rows.group_by(**{START: rows.account_id, END: rows[identifier]}).aggregate(
        events=rows.count(),
        **{
            name: rows.outcome.isin(outcomes[name]).fill_null(False).sum().cast("int64")
            for name in ("failed", "disputed", "refunded")
        },
        currencies=_some(
            rows.currency.collect(where=rows.currency.isin(currencies), distinct=True).sort()
        ),
        first=rows.timestamp.min(),
        last=rows.timestamp.max(),
        hours=_hours(rows.timestamp),
        days=_days(rows.timestamp),
    )
    return _with_times(grouped)


def _some(items: Any) -> Any:
    """A list; null in the place of an empty one, which engines do not agree on."""
    return (items.length() > 0).ifelse(items, None)


def contacts(rows: ir.Table) -> ir.Table:
    """Contacts per pair of accounts and kind."""
    rows = rows.mutate(kind=rows.kind.fill_null("unknown"))
    grouped = rows.group_by(
        **{START: rows.account_id, END: rows.other_account_id, "kind": rows.kind}
    ).aggregate(events=rows.count(), first=rows.timestamp.min(), last=rows.timestamp.max())
    return _with_times(grouped)


def _with_times(grouped: ir.Table) -> ir.Table:
    return grouped.mutate(
        first_seen=milliseconds(grouped["first"]), last_seen=milliseconds(grouped["last"])
    ).drop("first", "last")


def _mask(column: Any, names: Sequence[str]) -> Any:
    bits = ibis.cases(
        *((column == name, ibis.literal(1 << bit, "int64")) for bit, name in enumerate(names)),
        else_=ibis.literal(0, "int64"),
    )
    return united(bits)


def _hours(moment: Any) -> Any:
    return united(day_bit(moment.hour().cast("int64")))


def _hour(moment: Any) -> Any:
    """The number of the hour since 1970-01-01."""
    return (milliseconds(moment) // 3_600_000).cast("int32")


def _day(moment: Any) -> Any:
    """The number of the day since 1970-01-01."""
    return moment.date().delta(_EPOCH, unit="day").cast("int64")


def _days(moment: Any) -> Any:
    return united(day_bit(_day(moment) % DAYS))


def listed(pairs: ir.Table, channels: Sequence[str]) -> ir.Table:
    """Pairs as the graph takes them: bit masks as sorted lists."""
    lists = {}
    if "hours" in pairs.columns:
        lists["hours"] = members_of(pairs.hours, 24)
    if "days" in pairs.columns:
        lists["days"] = members_of(pairs.days, DAYS)
    if "channels" in pairs.columns:
        lists["channels"] = names_of(pairs.channels, ibis.array(list(channels)))
    return pairs.mutate(**lists)
