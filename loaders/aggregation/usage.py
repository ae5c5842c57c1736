"""What accounts used, out of requests: grouped once, and checked after grouping where it can be.

A bad value of a column that is grouped by makes a bad group, and there are far fewer groups than
requests. So the rows of Parquet files are grouped as if their identifiers were good; only if the
groups say that one is not, the rows are looked at one by one
(:mod:`ringleader.loaders.validation.validate`).
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Named
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ringleader.loaders.aggregation.aggregate import END, START, activity, merged
from ringleader.loaders.validation import addresses
from ringleader.loaders.validation.conversion import convert, refused_values

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.contract import Table
    from ringleader.loaders.mapping import Mapping
    from ringleader.loaders.sources.files import FileGroup
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


class Grouped(NamedTuple):
    """Good requests that have been grouped; what is called as in CleanTable is the same."""

    rows: ir.Table
    read: int
    unknown: tuple[str, ...]
    ports: int
    usage: Usage


def grouped_first(
    workspace: Workspace, groups: Sequence[FileGroup], mapping: Mapping, channels: Sequence[str]
) -> Grouped | None:
    """Group requests before their identifiers are checked.

    Args:
        workspace: Where they are.
        groups: Their files.
        mapping: Where the contract's columns come from.
        channels: Names that a channel may have.

    Returns:
        None unless every row is good and counts: then rows have to be looked at one by one.
    """
    # Raw prompts are given clusters before anything is grouped.
    prompts = "prompt" in mapping.columns
    if prompts or any(g.format != "parquet" or "prompt" in g.columns for g in groups):
        return None
    later_on = ("account_id", *attributes_of(mapping.table))
    parts = [convert(g, mapping, channels, blanks=False, later=later_on) for g in groups]
    if any(workspace.size(rows.limit(1)) for part in parts for rows in part.doubtful):
        return None
    read = sum(workspace.size(group.table) for group in groups)
    rows = _union(part.table.select(*mapping.table.names) for part in parts)
    deduplicate = mapping.options.get("deduplicate", True)
    if deduplicate and repeated_requests(workspace, rows) is not None:
        return None
    usage = grouped(workspace, rows, channels, read, mapping.table)
    later = {name for part in parts for name in part.later}
    if _refused(workspace, usage, mapping, channels, later):
        return None
    found = addresses.canonicalise(workspace, usage.pairs["ip"][END])
    if found.invalid:
        return None
    if found.renamed is not None:
        joined = usage.pairs["ip"].left_join(found.renamed, [(END, "_raw")])
        renamed = joined.mutate(**{END: joined["_canonical"].fill_null(joined[END])})
        kept = workspace.keep("renamed", merged(renamed))
        usage = replace(usage, pairs={**usage.pairs, "ip": kept})
    unknown = tuple(dict.fromkeys(name for part in parts for name in part.unknown))
    return Grouped(rows, read, unknown, found.with_port, usage)


def _refused(
    workspace: Workspace, usage: Usage, mapping: Mapping, channels: Sequence[str], names: set[str]
) -> bool:
    """Whether a value that was grouped by is one that a row may not have."""
    values = {column: pairs[END] for column, pairs in usage.pairs.items()}
    values["account_id"] = usage.starts[START]
    for name in sorted(names):
        wrong = refused_values(mapping.table.column(name), values[name], channels)
        if workspace.one(wrong.sum().fill_null(0).name("n").as_table())["n"]:
            return True
    return False


def _union(tables: Iterable[ir.Table]) -> Any:
    first, *others = tables
    return first.union(*others) if others else first


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
