"""Rows that say what another row says, or contradict it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from ringleader.loaders.functions import quick_hash
from ringleader.loaders.validation.clean_table import clean_rows
from ringleader.loaders.validation.missing_values import absent
from ringleader.loaders.validation.overlap import ID_COLUMNS
from ringleader.loaders.workspace import FILE, ROW

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.mapping import Mapping
    from ringleader.loaders.validation.clean_table import CleanTable
    from ringleader.loaders.workspace import Workspace


def drop(prepared: CleanTable, mapping: Mapping) -> None:
    """Leave out rows that another one says already, and refuse those that contradict it.

    Args:
        prepared: Clean rows; changed in place.
        mapping: Its options say whether requests are looked at.
    """
    table, workspace = prepared.table, prepared.workspace
    if table.key:
        _one_row_per_key(prepared)
        return
    column = ID_COLUMNS.get(table.name)
    if column and mapping.options.get("deduplicate", True):
        _one_row_per_id(prepared, mapping, column)
    if table.event:
        rows = prepared.rows
        dated = rows.filter(rows[table.event].notnull())
        once = workspace.keep("once", dated.distinct())
        undated = rows.filter(rows[table.event].isnull())
        sizes = workspace.one(dated.aggregate(n=dated.count()))["n"]
        distinct = workspace.one(once.aggregate(n=once.count()))["n"]
        if sizes != distinct:
            prepared.duplicates += sizes - distinct
            prepared.rows = once.union(undated)


def _one_row_per_key(prepared: CleanTable) -> None:
    """Keep one row per key: equal rows are one, rows that contradict it are refused.

    Nothing is ranked unless a key repeats, which one count tells.
    """
    table, workspace = prepared.table, prepared.workspace
    keys = prepared.rows.select(*table.key)
    if workspace.size(keys.distinct()) == workspace.size(keys):
        return
    rows = clean_rows(table, prepared.parts, FILE, ROW)
    order: list[Any] = []
    if table.latest_by:
        moment = rows[table.latest_by]
        if table.latest_of:
            moment = rows[table.latest_of].notnull().ifelse(moment, None)
        order.append(ibis.desc(moment.fill_null(ibis.timestamp("1970-01-01"))))
    # The rest of the order only has to be the same whatever the files are called.
    order += [rows[name].cast("string").fill_null("") for name in table.names]
    window = ibis.window(group_by=[rows[name] for name in table.key], order_by=order)
    whole = ibis.window(
        group_by=[rows[name] for name in table.names], order_by=[rows[FILE], rows[ROW]]
    )
    ranked = workspace.keep(
        "ranked",
        rows.mutate(_rank=ibis.dense_rank().over(window), _copy=ibis.row_number().over(whole)),
    )
    kept = ranked.filter((ranked["_rank"] == 0) & (ranked["_copy"] == 0))
    prepared.rows = kept.select(*table.names)
    losers = ranked.filter(ranked["_rank"] > 0)
    sizes = workspace.one(
        ranked.aggregate(
            losers=(ranked["_rank"] > 0).sum().fill_null(0),
            copies=((ranked["_rank"] == 0) & (ranked["_copy"] > 0)).sum().fill_null(0),
        )
    )
    prepared.duplicates += sizes["copies"]
    if sizes["losers"]:
        prepared.losers = losers
        key = ", ".join(table.key)
        by = f" (kept: the latest {table.latest_by})" if table.latest_by else ""
        prepared.count(key, f"contradicts another row of the same key{by}", sizes["losers"])


def _one_row_per_id(prepared: CleanTable, mapping: Mapping, column: str) -> None:
    """Of the rows with one id keep one; costs one count when ids do not repeat.

    Of a payment that is told several times it is the latest, which knows how it ended.
    """
    workspace, rows = prepared.workspace, prepared.rows
    repeated = repeated_ids(workspace, rows, mapping, column)
    if repeated is None:
        return
    sizes = workspace.one(repeated.aggregate(extra=(repeated.n - 1).sum().cast("int64")))
    prepared.duplicates += sizes["extra"]
    again = rows.semi_join(repeated, column)
    event = prepared.table.event
    order = [again[name] for name in prepared.table.names if name != event]
    if event:
        order.insert(0, ibis.desc(again[event]))
    window = ibis.window(group_by=again[column], order_by=order)
    first = again.mutate(_copy=ibis.row_number().over(window))
    first = first.filter(first["_copy"] == 0).select(*prepared.table.names)
    prepared.rows = workspace.keep("once", first).union(rows.anti_join(repeated, column))


def repeated_ids(
    workspace: Workspace, rows: ir.Table, mapping: Mapping, column: str
) -> ir.Table | None:
    """The ids of events that several rows have.

    Hashes are counted first, which costs half of counting texts; only texts whose hashes are equal
    are compared.

    Args:
        workspace: Where the rows are.
        rows: Clean rows.
        mapping: It may say which texts stand for no id.
        column: The column of the ids.

    Returns:
        Each such id, in its column, with its number of rows, ``n``; None without any.
    """
    named = rows.filter(rows[column].notnull())
    hashes = named.group_by(hash=quick_hash(named[column])).aggregate(n=named.count())
    suspects = workspace.keep("suspects", hashes.filter(hashes.n > 1))
    if not workspace.size(suspects):
        return None
    named = named.mutate(hash=quick_hash(named[column])).semi_join(suspects, "hash")
    counts = named.group_by(column).aggregate(n=named.count())
    no_id = absent(counts[column], mapping.table.column(column), mapping.null_of(column))
    repeated = workspace.keep("repeated", counts.filter((counts.n > 1) & ~no_id))
    return repeated if workspace.size(repeated) else None
