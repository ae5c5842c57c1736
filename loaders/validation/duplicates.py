"""Rows that say what another row says, or contradict it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from ringleader.loaders.sources.files import FILE, ROW
from ringleader.loaders.validation.clean_table import clean_rows

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
    table, workspace, rows = prepared.table, prepared.workspace, prepared.rows
    if table.key:
        _one_row_per_key(prepared)
    elif table.name == "requests":
        if mapping.options.get("deduplicate", True):
            _one_row_per_request(prepared)
    elif table.event:
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


def _one_row_per_request(prepared: CleanTable) -> None:
    """Of the rows with one request id keep one; costs one count when ids do not repeat."""
    workspace, rows = prepared.workspace, prepared.rows
    repeated = repeated_requests(workspace, rows)
    if repeated is None:
        return
    sizes = workspace.one(repeated.aggregate(extra=(repeated.n - 1).sum().cast("int64")))
    prepared.duplicates += sizes["extra"]
    again = rows.semi_join(repeated, "request_id")
    order = [again[name] for name in prepared.table.names]
    window = ibis.window(group_by=again.request_id, order_by=order)
    first = again.mutate(_copy=ibis.row_number().over(window))
    first = first.filter(first["_copy"] == 0).select(*prepared.table.names)
    prepared.rows = workspace.keep("once", first).union(rows.anti_join(repeated, "request_id"))


def repeated_requests(workspace: Workspace, rows: ir.Table) -> ir.Table | None:
    """The request ids that several rows have.

    Hashes are counted first, which costs half of counting texts; only texts whose hashes are equal
    are compared.

    Args:
        workspace: Where the rows are.
        rows: Requests.

    Returns:
        Each such ``request_id`` with its number of rows, ``n``; None without any.
    """
    named = rows.filter(rows.request_id.notnull())
    hashes = named.group_by(hash=named.request_id.hash()).aggregate(n=named.count())
    suspects = workspace.keep("suspects", hashes.filter(hashes.n > 1))
    if not workspace.size(suspects):
        return None
    named = named.mutate(hash=named.request_id.hash()).semi_join(suspects, "hash")
    counts = named.group_by("request_id").aggregate(n=named.count())
    repeated = workspace.keep("repeated", counts.filter(counts.n > 1))
    return repeated if workspace.size(repeated) else None
