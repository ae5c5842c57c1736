"""The steps that a load writes; each makes nodes or relationships of one kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ringleader.loaders.aggregation.aggregate import END, START
from ringleader.loaders.functions import stable_hash
from ringleader.schema import BUILT_IN, Schema
from ringleader.schema.statements import upsert_nodes, upsert_relationships
from ringleader.schema.types import Kind, NodeType, RelType

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.workspace import Workspace

Row = dict[str, Any]
# How the rows of steps hold a property; moments are milliseconds since 1970.
COLUMN_TYPES = {
    Kind.STRING: "string",
    Kind.INTEGER: "int64",
    Kind.BOOLEAN: "boolean",
    Kind.DATETIME: "int64",
    Kind.STRINGS: "array<string>",
    Kind.INTEGERS: "array<int64>",
}
# Parts of a step that are written side by side, each over a session of its own. More than the
# server has cores do not help; loads that were begun with another number cannot be gone on with.
WRITERS = 2


@dataclass(frozen=True)
class WriteStep:
    """Rows for one kind of node or relationship.

    Attributes:
        target: What the rows become.
        rows: Computed rows, no two with the same key.
        order: The key's columns: rows are cut into chunks in their order.
        workspace: Where the rows are.
        part: What tells it from other steps of the same kind, and from other parts of its own.
        schema: What the graph holds.
    """

    target: NodeType | RelType
    rows: ir.Table
    order: tuple[str, ...]
    workspace: Workspace
    part: tuple[str, ...] = ()
    schema: Schema = BUILT_IN

    @property
    def name(self) -> str:
        """The label or relationship type."""
        return self.target.label if isinstance(self.target, NodeType) else self.target.type

    @property
    def mark(self) -> str:
        """The property of the batch that counts this step's chunks."""
        return "_".join(["done", self.name.lower(), *self.part])

    @property
    def statement(self) -> str:
        """The statement that writes ``$rows``."""
        if isinstance(self.target, NodeType):
            return upsert_nodes(self.target)
        return upsert_relationships(self.target, self.schema)

    @cached_property
    def total(self) -> int:
        """The number of rows."""
        return self.workspace.size(self.rows)

    def chunks(self, size: int) -> Iterator[list[Row]]:
        """The rows, so many at a time; the same rows in the same chunks every time."""
        ordered = self.rows.order_by(list(self.order))
        yield from self.workspace.chunks(ordered, size, apart=True)

    def rounds(self, chunk_size: int) -> list[list[WriteStep]]:
        """The step in parts that may be written side by side, round by round.

        No node is touched by two parts of one round, so that they never wait for each other's
        locks: a relationship locks both its ends. What fits one chunk is not divided.
        """
        if isinstance(self.target, NodeType):
            sides: list[list[tuple[int, ...]]] = [[(position,) for position in range(WRITERS)]]
            ends: tuple[str, ...] = (self.target.key,)
        else:
            ends = (START, END)
            sides = [
                [(position, (position + shift) % WRITERS) for position in range(WRITERS)]
                for shift in range(WRITERS)
            ]
        if self.total <= chunk_size or (
            isinstance(self.target, RelType) and self.target.start == self.target.end
        ):
            return [[self]]
        return [[self._part(ends, numbers) for numbers in side] for side in sides]

    def _part(self, ends: tuple[str, ...], numbers: tuple[int, ...]) -> WriteStep:
        rows = self.rows
        for end, number in zip(ends, numbers, strict=True):
            rows = rows.filter(stable_hash(rows[end].cast("string")) % WRITERS == number)
        return replace(self, rows=rows, part=(*self.part, *map(str, numbers)))


def mentions(steps: Sequence[WriteStep], label: str) -> list[ir.Table]:
    """The keys of a label's nodes, in ``key``, wherever steps name them."""
    found = []
    for step in steps:
        rows, target = step.rows, step.target
        if isinstance(target, NodeType):
            if target.label == label:
                found.append(rows.select(key=rows[target.key]))
        else:
            ends = ((target.start, START), (target.end, END))
            found += [rows.select(key=rows[end]) for named, end in ends if named == label]
    return found


def in_order(steps: Sequence[WriteStep]) -> list[WriteStep]:
    """Steps as they can be written: nodes before relationships, and those at their ends too.

    Logs often arrive before the master data, so relationships bring their nodes with them.
    """
    nodes = [step for step in steps if isinstance(step.target, NodeType)]
    ties = [step for step in steps if isinstance(step.target, RelType)]
    ends = []
    for node in steps[0].schema.nodes if steps else ():
        said = mentions(ties, node.label)
        if not said:
            continue
        workspace = ties[0].workspace
        keys: Any = (said[0].union(*said[1:]) if said[1:] else said[0]).distinct()
        for made in mentions(nodes, node.label):
            keys = keys.anti_join(made, "key")
        kept = workspace.keep("ends", keys.select(**{node.key: keys.key}))
        step = WriteStep(
            replace(node, properties=()), kept, (node.key,), workspace, ("ends",), ties[0].schema
        )
        ends += [step] if step.total else []
    return [*nodes, *ends, *ties]
