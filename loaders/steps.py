"""What a load writes, as a list of steps; each makes nodes or relationships of one kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loaders.aggregate import END, START
from loaders.keys import load_key
from ringleader.schema import NODE_BY_LABEL, RELATIONSHIP_BY_TYPE
from ringleader.schema_types import NodeType, RelType
from ringleader.statements import upsert_nodes, upsert_relationships

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from loaders.mapping import Mapping
    from loaders.prepare import Prepared
    from loaders.workspace import Workspace
    from ringleader.graph import Graph

Row = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """Rows for one kind of node or relationship.

    Attributes:
        target: What the rows become.
        rows: Computed rows, no two with the same key.
        order: The key's columns: rows are cut into chunks in their order.
        finish: What is left to do to each row in Python.
        workspace: Where the rows are.
    """

    target: NodeType | RelType
    rows: ir.Table
    order: tuple[str, ...]
    workspace: Workspace
    finish: Callable[[Row], Row] = lambda row: row

    @property
    def name(self) -> str:
        """The label or relationship type."""
        return self.target.label if isinstance(self.target, NodeType) else self.target.type

    @property
    def mark(self) -> str:
        """The property of the batch that counts this step's chunks."""
        return f"done_{self.name.lower()}"

    @property
    def statement(self) -> str:
        """The statement that writes ``$rows``."""
        if isinstance(self.target, NodeType):
            return upsert_nodes(self.target)
        return upsert_relationships(self.target)

    @cached_property
    def total(self) -> int:
        """The number of rows."""
        return self.workspace.size(self.rows)

    def chunks(self, size: int) -> Iterator[list[Row]]:
        """The rows, finished, so many at a time; the same rows in the same chunks every time."""
        ordered = self.rows.order_by(list(self.order))
        for chunk in self.workspace.chunks(ordered, size):
            yield [self.finish(row) for row in chunk]


@dataclass
class Load:
    """One load on its way: clean rows, and where they go.

    Attributes:
        prepared: The clean rows.
        mapping: Options of the table.
        channels: Names that a channel may have, in the order of their bits.
        home: The data folder.
        batch_id: The batch.
        graph: The graph; None for a dry run without one.
        reads_graph: Whether what it writes depends on what is in the graph already.
        notes: What the summary says besides, by name.
    """

    prepared: Prepared
    mapping: Mapping
    channels: tuple[str, ...]
    home: Path
    batch_id: str
    graph: Graph | None
    reads_graph: bool = False
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> ir.Table:
        """The clean rows."""
        return self.prepared.rows

    @property
    def workspace(self) -> Workspace:
        """Where they are."""
        return self.prepared.workspace

    @cached_property
    def key(self) -> bytes:
        """The key of hashes."""
        return load_key(self.home)

    def nodes(
        self, label: str, rows: ir.Table, finish: Callable[[Row], Row] = lambda row: row
    ) -> Step:
        """A step that makes nodes of rows with the label's key."""
        target = NODE_BY_LABEL[label]
        kept = self.workspace.keep(label, rows)
        return Step(target, kept, (target.key,), self.workspace, finish)

    def relationships(
        self, type_: str, rows: ir.Table, finish: Callable[[Row], Row] = lambda row: row
    ) -> Step:
        """A step that makes relationships of rows with start and end."""
        target = RELATIONSHIP_BY_TYPE[type_]
        kept = self.workspace.keep(type_, rows)
        order = (START, END, *(key.name for key in target.keys))
        order = tuple(name for name in order if name in rows.columns)
        return Step(target, kept, order, self.workspace, finish)
