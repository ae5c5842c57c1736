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

from ringleader.loaders.aggregation.aggregate import END, START, activity, merged
from ringleader.loaders.validation import addresses
from ringleader.loaders.validation.conversion import refused_values

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
    usage = grouped(clean.workspace, rows, channels, clean.loaded, clean.table)
    if clean.unchecked is None:
        return usage, clean
    if not _refused(clean, usage, mapping, channels):
        found = addresses.canonicalise(clean.workspace, usage.pairs["ip"][END])
        if not found.invalid:
            return _with_canonical(clean.workspace, usage, found), replace(
                clean, unchecked=None, ports=found.with_port
            )
    clean = clean.unchecked.check_rows()
    usage = grouped(clean.workspace, clean.rows, channels, clean.loaded, clean.table)
    return usage, clean


def _with_canonical(workspace: Workspace, usage: Usage, found: addresses.Canonicalised) -> Usage:
    """Usage by addresses in canonical text."""
    if found.renamed is None:
        return usage
    joined = usage.pairs["ip"].left_join(found.renamed, [(END, "_raw")])
    renamed = joined.mutate(**{END: joined["_canonical"].fill_null(joined[END])})
    kept = workspace.keep("renamed", merged(renamed))
    return replace(usage, pairs={**usage.pairs, "ip": kept})


def _refused(clean: CleanTable, usage: Usage, mapping: Mapping, channels: Sequence[str]) -> bool:
    """Whether a value that was grouped by is one that a row may not have."""
    assert clean.unchecked is not None
    values = {column: pairs[END] for column, pairs in usage.pairs.items()}
    values["account_id"] = usage.starts[START]
    for name in sorted(clean.unchecked.columns):
        wrong = refused_values(mapping.table.column(name), values[name], channels)
        if clean.workspace.one(wrong.sum().fill_null(0).name("n").as_table())["n"]:
            return True
    return False


def _union(tables: Iterable[ir.Table]) -> Any:
    first, *others = tables
    return first.union(*others) if others else first
