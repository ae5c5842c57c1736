"""What accounts used, from requests: one row per account and identifier.

A bad identifier makes a bad group, and there are far fewer groups than requests. So validation may
leave the columns of :func:`grouped_by` unchecked, and they are checked here, once per group. Only
if one is bad, all rows are checked one by one.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Named
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import ibis

from ringleader.loaders.aggregation.aggregate import END, START, activity, merged
from ringleader.loaders.validation import addresses
from ringleader.loaders.validation.conversion import refused_values
from ringleader.loaders.validation.missing_values import absent as absent_text
from ringleader.loaders.validation.missing_values import stripped

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.contract import Table
    from ringleader.loaders.mapping import Mapping
    from ringleader.loaders.validation.clean_table import CleanTable
    from ringleader.loaders.workspace import Workspace

# What requests are grouped by besides the account, and what the graph keeps of it.
ATTRIBUTES: Named[str, str | None] = {
    "ip": None,
    "device_id": "user_agent",
    "prompt_cluster_id": "capability",
}


@dataclass(frozen=True)
class Usage:
    """Requests, grouped.

    Attributes:
        pairs: Activity per account and identifier, by the identifier's column
            (:func:`ringleader.loaders.aggregation.aggregate.activity`).
        rest: The accounts of requests without any identifier, in ``start``.
    """

    pairs: Named[str, ir.Table]
    rest: ir.Table

    @property
    def starts(self) -> ir.Table:
        """The account of every pair and of the rest, with repeats, in ``start``."""
        return _union([self.rest, *(pairs.select(START) for pairs in self.pairs.values())])


def attributes_of(table: Table) -> dict[str, str | None]:
    """What requests are grouped by, declared identifiers included; what is kept of each."""
    return {**dict.fromkeys(table.identifiers), **ATTRIBUTES}


def grouped_by(table: Table) -> tuple[str, ...]:
    """Every column that requests are grouped by."""
    return ("account_id", *attributes_of(table))


def grouped(
    workspace: Workspace, rows: ir.Table, channels: Sequence[str], total: int, table: Table
) -> Usage:
    """Group requests.

    Args:
        workspace: Where they are.
        rows: Clean requests.
        channels: Names that a channel may have, in the order of their bits.
        total: The number of requests.
        table: Their table, which says what is grouped by.
    """
    attributes = attributes_of(table)
    pairs = {
        column: workspace.keep(f"by_{column}", activity(rows, column, channels, attribute))
        for column, attribute in attributes.items()
    }
    nothing = functools.reduce(operator.and_, (rows[column].isnull() for column in attributes))
    rest = rows.filter(nothing).select(**{START: rows.account_id})
    if any(workspace.one(p.aggregate(n=p.events.sum()))["n"] == total for p in pairs.values()):
        rest = rest.limit(0)  # every request has an identifier: none need be looked for
    return Usage(pairs, workspace.keep("rest", rest.distinct()))


def group_requests(
    clean: CleanTable, rows: ir.Table, mapping: Mapping, channels: Sequence[str]
) -> tuple[Usage, CleanTable]:
    """Group requests, and check what was not checked row by row.

    Args:
        clean: Requests; some columns may be unchecked.
        rows: The same, every raw prompt replaced by its cluster.
        mapping: Where the contract's columns come from.
        channels: Names that a channel may have, in the order of their bits.

    Returns:
        The requests, grouped, and the clean table. Where a value of a group is bad, every row has
        been checked after all, and the table says which were refused.
    """
    workspace = clean.workspace
    usage = grouped(workspace, rows, channels, clean.loaded, clean.table)
    if clean.unchecked is None:
        return usage, clean
    absent: dict[str, int] = {}
    for column in attributes_of(clean.table):
        if column == "ip" and not mapping.null_of(column):
            continue  # the few that are no plain addresses are looked at below
        usage, absent[column] = _tidied(workspace, usage, mapping, column)
    if not _refused(clean, usage, mapping, channels):
        values, ignored = usage.pairs["ip"][END], clean.unchecked.ignored
        found = addresses.canonicalise(
            workspace, values, ignored, zeroed=mapping.options.get("masked_by_zeros", False)
        )
        if not found.invalid:
            unroutable = 0
            if found.renamed is not None:
                renamed = found.renamed.select(raw="_raw", mapped="_canonical")
                usage, unroutable = _renamed(workspace, usage, "ip", renamed)
            return usage, replace(
                clean,
                unchecked=None,
                ports=found.with_port,
                unroutable=unroutable,
                absent={name: number for name, number in absent.items() if number},
            )
    clean = clean.unchecked.check_rows()
    usage = grouped(workspace, clean.rows, channels, clean.loaded, clean.table)
    return usage, clean


def _tidied(workspace: Workspace, usage: Usage, mapping: Mapping, name: str) -> tuple[Usage, int]:
    """Identifiers without blanks around them, and requests that only seem to have one."""
    column, null = mapping.table.column(name), mapping.null_of(name)
    raw = usage.pairs[name].select(raw=END).distinct()
    plain = raw.mutate(mapped=stripped(raw.raw, column))
    plain = plain.mutate(
        mapped=ibis.ifelse(absent_text(plain.mapped, column, null), None, plain.mapped.nullif(""))
    )
    changed = plain.filter(
        (plain.raw != "") & (plain.mapped.isnull() | (plain.mapped != plain.raw))
    )
    renamed = workspace.keep("tidied", changed)
    if not workspace.size(renamed):
        return usage, 0
    return _renamed(workspace, usage, name, renamed)


def _renamed(workspace: Workspace, usage: Usage, name: str, renamed: ir.Table) -> tuple[Usage, int]:
    """Give identifiers other names, or none.

    Args:
        workspace: Where they are.
        usage: The requests, grouped.
        name: The column of the identifier.
        renamed: ``raw`` and ``mapped``, which is null for what is no identifier.

    Returns:
        The requests anew, and the number of them that have no such identifier any more.
    """
    pairs = usage.pairs[name]
    joined = pairs.left_join(renamed, [(END, "raw")])
    joined = workspace.keep(
        "renamed",
        joined.mutate(**{END: ibis.ifelse(joined.raw.notnull(), joined.mapped, joined[END])}).drop(
            "raw", "mapped"
        ),
    )
    gone = joined.filter(joined[END].isnull())
    lost = workspace.one(gone.aggregate(n=gone.events.sum().fill_null(0)))["n"]
    kept = workspace.keep(
        "merged", merged(joined.filter(joined[END].notnull()), ATTRIBUTES.get(name))
    )
    rest = usage.rest
    if lost:
        rest = workspace.keep("rest", rest.union(gone.select(START)).distinct())
    return replace(usage, pairs={**usage.pairs, name: kept}, rest=rest), int(lost)


def _refused(clean: CleanTable, usage: Usage, mapping: Mapping, channels: Sequence[str]) -> bool:
    """Whether a value that was grouped by is one that a row may not have."""
    assert clean.unchecked is not None
    values = {column: pairs[END] for column, pairs in usage.pairs.items()}
    accounts = clean.workspace.keep("starts", usage.starts.distinct())
    values["account_id"] = accounts[START]
    column, null = mapping.table.column("account_id"), mapping.null_of("account_id")
    plain = accounts.mutate(plain=stripped(accounts[START], column))
    odd = (plain.plain != plain[START]) | absent_text(plain.plain, column, null)
    if clean.workspace.size(plain.filter(odd).limit(1)):
        return True
    for name in sorted(clean.unchecked.columns):
        wrong = refused_values(mapping.table.column(name), values[name], channels)
        if clean.workspace.one(wrong.sum().fill_null(0).name("n").as_table())["n"]:
            return True
    return False


def _union(tables: Iterable[ir.Table]) -> Any:
    first, *others = tables
    return first.union(*others) if others else first
