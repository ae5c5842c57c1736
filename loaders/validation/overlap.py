"""Rows that an earlier load has counted: by their ids, and as far as can be told without them.

Ids are compared by 64 bits of their MD5, day by day, so that a load reads no more of earlier ones
than the days that it is about. DuckDB joins within its bound on memory. Rows without an id cannot
be told from rows that are alike; a sample by the second of their time says how many there may be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis

from ringleader.loaders.functions import character, milliseconds, stable_hash
from ringleader.loaders.validation.missing_values import absent
from ringleader.loaders.writing import load_records

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.mapping import Mapping
    from ringleader.loaders.workspace import Workspace

# The column that tells one row from all others, and what makes rows without it alike.
ID_COLUMNS = {"requests": "request_id", "payments": "payment_id"}
_ALIKE = {"requests": ("account_id",), "payments": ("account_id", "payment_method_id")}
# Of more rows without an id one in 64 buckets of time is looked at.
_SAMPLED_FROM, _LEVEL = 1_000_000, 6
_MULTIPLIER, _RANGE = 2_654_435_761, 2**32


@dataclass(frozen=True)
class Earlier:
    """The loads of a table that the graph knows.

    Attributes:
        home: The data folder, where their records are.
        batches: Those before this one.
        own: This one, if it was begun before.
    """

    home: Path
    batches: tuple[str, ...] = ()
    own: str | None = None


@dataclass(frozen=True)
class Counted:
    """Rows that count, and what is to be recorded of them.

    Attributes:
        rows: The rows that no earlier load has counted.
        before: Rows that one has, by their ids.
        alike: About as many rows without an id are like one of an earlier load.
        batches: The loads that have rows like them.
        ids: Day and hash of the ids.
        left_out: The same of rows that an earlier load has counted.
        sample: Day, hash and place in the sample of rows without one.
        level: How much of them the sample is: one in 2 to the power of it.
        named: Whether every row has an id.
    """

    rows: ir.Table
    before: int = 0
    alike: int = 0
    batches: tuple[str, ...] = ()
    ids: ir.Table | None = None
    left_out: ir.Table | None = None
    sample: ir.Table | None = None
    level: int = field(default=0)
    named: bool = False


def counted(
    workspace: Workspace, rows: ir.Table, mapping: Mapping, earlier: Earlier | None, total: int
) -> Counted:
    """Leave out rows whose id an earlier load has counted.

    Args:
        workspace: Where the rows are.
        rows: Clean rows of one load, no two with one id.
        mapping: Which table they are of, and what stands for no id.
        earlier: The loads before; None to compare with none.
        total: The number of rows.
    """
    table = mapping.table
    name = ID_COLUMNS.get(table.name)
    if name is None or name not in table.names or not mapping.options.get("deduplicate", True):
        return Counted(rows)
    no_id = rows[name].isnull() | absent(rows[name], table.column(name), mapping.null_of(name))
    named = rows.filter(~no_id.fill_null(True))
    day = named.timestamp.date().fill_null(ibis.date("1970-01-01"))
    ids: Any = workspace.keep("ids", named.select(day=day, hash=stable_hash(named[name])))
    before, left_out = 0, None
    if number := workspace.size(ids):
        known = _known(workspace, ids, earlier)
        before = workspace.size(known) if known is not None else 0
        if known is not None and before:
            rows, left_out = _without(workspace, rows, named, name, known), known
            ids = ids.anti_join(known, "hash")
    else:
        ids = None
    if ids is not None and number == total:
        return Counted(rows, before, ids=ids, left_out=left_out, named=True)
    level = 0 if total <= _SAMPLED_FROM else _LEVEL
    without = rows[name].isnull() | absent(rows[name], table.column(name), mapping.null_of(name))
    unnamed = rows.filter(without.fill_null(True))
    sample = workspace.keep("sample", _sample(unnamed, table.name, level))
    if not workspace.size(sample):
        return Counted(rows, before, ids=ids, left_out=left_out)
    alike, batches = _alike(workspace, sample, level, earlier)
    return Counted(rows, before, alike, batches, ids, left_out, sample, level)


def _without(
    workspace: Workspace, rows: ir.Table, named: ir.Table, name: str, known: ir.Table
) -> ir.Table:
    """Rows but for those whose id is known.

    The ids that come again are few or nearly all. Few are cheaper to look up than all other rows
    are to copy.
    """
    hashed = named.select(again=named[name], hash=stable_hash(named[name]))
    gone = workspace.keep("again", hashed.semi_join(known, "hash").select("again"))
    fresh: ir.Table = rows.anti_join(gone, rows[name] == gone.again)
    few = 2 * workspace.size(gone) < workspace.size(named)
    return fresh if few else workspace.keep("fresh", fresh)


def _known(workspace: Workspace, ids: ir.Table, earlier: Earlier | None) -> ir.Table | None:
    """Those of the ids that do not count again."""
    if earlier is None:
        return None
    if earlier.own and (own := load_records.ids_file(earlier.home, earlier.own)):
        # Begun before: what it counted then it counts now, whoever has loaded in between.
        mine = workspace.read_parquet([own])
        return workspace.keep("known", ids.anti_join(mine, "hash"))
    files = [load_records.ids_file(earlier.home, batch) for batch in earlier.batches]
    there = [file for file in files if file is not None]
    if not there:
        return None
    days = workspace.one(ids.aggregate(first=ids.day.min(), last=ids.day.max()))
    # One event may come with times on both sides of midnight.
    first, last = days["first"] - timedelta(days=1), days["last"] + timedelta(days=1)
    others = workspace.read_parquet(there)
    near = others.filter(others.day.between(ibis.literal(first), ibis.literal(last)))
    return workspace.keep("known", ids.semi_join(near, "hash"))


def _sample(rows: ir.Table, table: str, level: int) -> ir.Table:
    """Rows without an id in some buckets of time, always the same ones."""
    rows = rows.filter(rows.timestamp.notnull())
    # Shifts and masks cost half of divisions; a bucket is 1.024 seconds.
    bucket = (milliseconds(rows.timestamp) >> 10) & (2**31 - 1)
    place = (bucket * _MULTIPLIER) & (_RANGE - 1)
    rows = rows.mutate(place=place)
    rows = rows.filter(rows.place < _RANGE >> level)
    whole = milliseconds(rows.timestamp).cast("string")
    for column in _ALIKE[table]:
        whole = whole + character(0) + rows[column].fill_null("")
    return rows.select(day=rows.timestamp.date(), hash=stable_hash(whole), place=rows.place)


def _alike(
    workspace: Workspace, sample: ir.Table, level: int, earlier: Earlier | None
) -> tuple[int, tuple[str, ...]]:
    """About how many rows are like one of earlier loads, and of which."""
    if earlier is None:
        return 0, ()
    rows, batches = 0, []
    for other, files in load_records.sample_files(earlier.home, earlier.batches).items():
        coarse = max(level, other)
        theirs = workspace.read_parquet(files)
        mine = sample.filter(sample.place < _RANGE >> coarse)
        rows += workspace.size(mine.semi_join(theirs, "hash")) << coarse
        if rows:
            batches += [
                file.parent.name
                for file in files
                if workspace.size(mine.semi_join(workspace.read_parquet([file]), "hash").limit(1))
            ]
    return rows, tuple(batches)
