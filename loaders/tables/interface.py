"""What a module of a table gets and gives: clean rows in, a plan of writes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.keys import load_key
from ringleader.loaders.aggregation.aggregate import END, START
from ringleader.loaders.writing.write_plan import WriteStep
from ringleader.schema import BUILT_IN, Schema
from ringleader.schema.types import Merge, NodeType

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.graph import Graph
    from ringleader.loaders.contract import Table
    from ringleader.loaders.mapping import Mapping as ColumnMapping
    from ringleader.loaders.validation.clean_table import CleanTable
    from ringleader.loaders.workspace import Workspace

Notes = Mapping[str, Any]


@dataclass(frozen=True)
class TableInput:
    """The clean rows of one load, and what a plan may depend on besides.

    Attributes:
        clean: The clean rows.
        mapping: Options of the table.
        channels: Names that a channel may have, in the order of their bits.
        home: The data folder.
        batch_id: The batch.
        graph: The graph; None for a dry run without one, and for a bulk load.
        earlier_accounts: In a bulk load the accounts of the tables before, in ``key``; the graph
            has none yet.
        schema: What the graph holds.
        outcomes: Words for the end of a payment; by default the known ones.
        by_meaning: Whether prompts of one meaning are one cluster.
    """

    clean: CleanTable
    mapping: ColumnMapping
    channels: tuple[str, ...]
    home: Path
    batch_id: str
    graph: Graph | None
    earlier_accounts: Callable[[], ir.Table] | None = None
    schema: Schema = BUILT_IN
    outcomes: Mapping[str, tuple[str, ...]] | None = None
    by_meaning: bool = False

    @property
    def rows(self) -> ir.Table:
        """The clean rows."""
        return self.clean.rows

    @property
    def workspace(self) -> Workspace:
        """Where they are."""
        return self.clean.workspace

    @cached_property
    def key(self) -> bytes:
        """The key of hashes."""
        return load_key(self.home)

    def nodes(self, label: str, rows: ir.Table) -> WriteStep:
        """A step that makes nodes of rows with the label's key."""
        target = self.schema.node_by_label[label]
        kept = self.workspace.keep(label, rows)
        return WriteStep(target, kept, (target.key,), self.workspace, schema=self.schema)

    def relationships(self, type_: str, rows: ir.Table) -> WriteStep:
        """A step that makes relationships of rows with start and end."""
        target = self.schema.relationship_by_type[type_]
        kept = self.workspace.keep(type_, rows)
        order = (START, END, *(key.name for key in target.keys))
        order = tuple(name for name in order if name in rows.columns)
        return WriteStep(target, kept, order, self.workspace, schema=self.schema)


@dataclass(frozen=True)
class Plan:
    """What a load writes.

    Attributes:
        steps: The writes, in order.
        clean: The clean rows. Not those of the input where grouping found bad values in them.
        notes: What the summary says besides, by name.
        reads_graph: Whether the steps depend on what is in the graph already.
    """

    steps: tuple[WriteStep, ...]
    clean: CleanTable
    notes: Notes = field(default_factory=dict)
    reads_graph: bool = False


def link_nothing(_graph: Graph, _plan: Plan, _asn_mmdb: Path | None) -> Notes:
    """Most tables have nothing to link after they are written."""
    return {}


def check_rows(_table: Table) -> tuple[str, ...]:
    """Most tables are checked row by row, every column."""
    return ()


@dataclass(frozen=True)
class TableLoader:
    """How the rows of one table of the contract get into the graph.

    Attributes:
        plan: From clean rows to what is written.
        link: Links what was written to what is in the graph. It says the same however often it
            runs, so it needs no marks. Returns notes for the summary.
        checked_after_grouping: The columns of a table whose values the plan checks, once per
            group, if validation leaves them unchecked
            (:func:`ringleader.loaders.validation.validate.validate`).
        links_systems: Whether linking reads a database of autonomous systems.
        keeps: Labels of which another table says more: what they have is kept.
    """

    plan: Callable[[TableInput], Plan]
    link: Callable[[Graph, Plan, Path | None], Notes] = link_nothing
    checked_after_grouping: Callable[[Table], tuple[str, ...]] = check_rows
    links_systems: bool = False
    keeps: tuple[str, ...] = ()


def keeping(node: NodeType) -> NodeType:
    """A label as a table writes it whose word counts less: properties that are there stay."""
    kept = tuple(replace(prop, merge=Merge.KEEP) for prop in node.properties)
    return replace(node, properties=kept)
