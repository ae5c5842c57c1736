"""What a load writes, as a list of steps; each makes nodes or relationships of one kind."""

from __future__ import annotations

from collections.abc import Iterator
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

    from loaders.bulk import Bulk
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
        workspace: Where the rows are.
    """

    target: NodeType | RelType
    rows: ir.Table
    order: tuple[str, ...]
    workspace: Workspace

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
        """The rows, so many at a time; the same rows in the same chunks every time."""
        yield from self.workspace.chunks(self.rows.order_by(list(self.order)), size)


@dataclass
class Load:
    """One load on its way: clean rows, and where they go.

    Attributes:
        prepared: The clean rows.
        mapping: Options of the table.
        channels: Names that a channel may have, in the order of their bits.
        home: The data folder.
        batch_id: The batch.
        graph: The graph; None for a dry run without one, and for a first load.
        bulk: The first load that this one is a part of, in place of the graph.
        reads_graph: Whether what it writes depends on what is in the graph already.
        notes: What the summary says besides, by name.
    """

    prepared: Prepared
    mapping: Mapping
    channels: tuple[str, ...]
    home: Path
    batch_id: str
    graph: Graph | None
    bulk: Bulk | None = None
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

    def nodes(self, label: str, rows: ir.Table) -> Step:
        """A step that makes nodes of rows with the label's key."""
        target = NODE_BY_LABEL[label]
        kept = self.workspace.keep(label, rows)
        return Step(target, kept, (target.key,), self.workspace)

    def relationships(self, type_: str, rows: ir.Table) -> Step:
        """A step that makes relationships of rows with start and end."""
        target = RELATIONSHIP_BY_TYPE[type_]
        kept = self.workspace.keep(type_, rows)
        order = (START, END, *(key.name for key in target.keys))
        order = tuple(name for name in order if name in rows.columns)
        return Step(target, kept, order, self.workspace)
