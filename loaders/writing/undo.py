"""Take a load back: what it wrote is worked out anew from what all other loads wrote.

Counts could be subtracted; the earliest and the latest time, sets and assigned values could not.
So every value that the load had a part in is folded again from the records of the other loads, by
the rules of the schema, and assigned. Run again after an interruption it assigns the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis

from ringleader.catalogue import get
from ringleader.errors import InputError
from ringleader.loaders.aggregation.aggregate import END, START, tallied
from ringleader.loaders.enrichment.prefixes import link_exits, listed, paged
from ringleader.loaders.writing import load_records
from ringleader.loaders.writing.write_plan import COLUMN_TYPES
from ringleader.schema.statements import (
    remove_nodes,
    remove_relationships,
    restore_nodes,
    restore_relationships,
)
from ringleader.schema.types import Merge, NodeType, Property, RelType

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.graph import Graph
    from ringleader.loaders.workspace import Workspace

_ORDER = "_order"
_ROWS = 5_000
# Times in milliseconds are multiplied by this, so that of equal ones the later load counts.
_LOADS = 10_000


@dataclass(frozen=True)
class Undone:
    """What taking a load back did.

    Attributes:
        batch_id: The load.
        table: Its table.
        files: What its files were called.
        restored: Nodes and relationships that keep what other loads say of them.
        removed: Nodes and relationships that no other load speaks of.
    """

    batch_id: str
    table: str
    files: tuple[str, ...]
    restored: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)


def undo(graph: Graph, workspace: Workspace, home: Path, batch: str) -> Undone:
    """Take a load back.

    Args:
        graph: The graph.
        workspace: Where what is left is worked out.
        home: The data folder, where the records of loads are.
        batch: The start of its batch id.

    Raises:
        InputError: There is no such load, or a load is not recorded here whose part is needed.
    """
    loads = graph.read(get("loads-in-order"))
    this = _chosen(loads, batch)
    mine = load_records.steps_of(home, this["batch_id"])
    if mine is None:
        raise InputError(
            f"what load {this['batch_id'][:12]} wrote is not recorded in {home}",
            hint="take it back on the machine that loaded it; or build the graph anew from the "
            "files of the other loads: ringleader load all FOLDER --bulk --overwrite",
        )
    others = _recorded(home, [load for load in loads if load is not this], {n for n, _ in mine})
    _refuse_if_relied_on(workspace, home, this, [load for load in loads if load is not this])
    graph.write(get("begin-undo"), {"batch_id": this["batch_id"]})
    undone = Undone(this["batch_id"], this["table"], tuple(this["file_names"]))
    fold = _Fold(graph, workspace, mine, others, undone)
    for rel in graph.schema.relationships:
        if any(name == rel.type for name, _ in mine):
            fold.relationships(rel)
    for node in graph.schema.nodes:
        fold.nodes(node)
    if undone.table == "proxies":
        link_exits(graph, listed(graph), paged(graph, get("addresses-page"), "address"))
    graph.write(get("forget-batch"), {"batch_id": this["batch_id"]})
    load_records.forget(home, this["batch_id"])
    return undone


def _chosen(loads: Sequence[Mapping[str, Any]], batch: str) -> Mapping[str, Any]:
    found = [load for load in loads if load["batch_id"].startswith(batch)] if batch else []
    if len(found) != 1:
        raise InputError(
            f"{len(found) or 'no'} loads have a batch id that begins with {batch!r}",
            hint="ringleader loads list",
        )
    if found[0]["state"] == "open":
        raise InputError(
            f"load {found[0]['batch_id'][:12]} was interrupted",
            hint="run the same load again to its end, then take it back",
        )
    return found[0]


def _recorded(
    home: Path, loads: Sequence[Mapping[str, Any]], names: set[str]
) -> list[tuple[int, str, str, Path]]:
    """Order, table, label or type, and file of what the other loads wrote.

    Raises:
        InputError: One that may have a part in what is taken back is not recorded.
    """
    found, missing = [], []
    for order, load in enumerate(loads, start=1):
        steps = load_records.steps_of(home, load["batch_id"])
        if steps is None:
            missing.append(f"{load['batch_id'][:12]} ({', '.join(load['file_names'][:3])})")
            continue
        found += [(order, load["table"], name, path) for name, path in steps]
    if missing:
        raise InputError(
            f"what {len(missing)} other loads wrote is not recorded in {home}: "
            f"{'; '.join(missing[:5])}; counts, earliest and latest times could not be restored",
            hint="build the graph anew from the files that are to stay: "
            "ringleader load all FOLDER --bulk --overwrite",
        )
    return found


def _refuse_if_relied_on(
    workspace: Workspace, home: Path, this: Mapping[str, Any], others: Sequence[Mapping[str, Any]]
) -> None:
    """Refuse to take back rows that other loads have left out because this one counts them."""
    ids = load_records.ids_file(home, this["batch_id"])
    if ids is None:
        return
    mine = workspace.read_parquet([ids])
    for load in others:
        left_out = load_records.left_out_file(home, load["batch_id"])
        if left_out is None:
            continue
        theirs = workspace.read_parquet([left_out])
        rows = workspace.size(theirs.semi_join(mine, "hash"))
        if rows:
            other = load["batch_id"][:12]
            raise InputError(
                f"load {other} ({', '.join(load['file_names'][:3])}) has left out {rows:,} rows "
                f"since load {this['batch_id'][:12]} counts them",
                hint=f"take {other} back first (ringleader load undo {other}), then this one, and "
                "load the files of the first again",
            )


class _Fold:
    """What is left of nodes and relationships, worked out and written."""

    def __init__(
        self,
        graph: Graph,
        workspace: Workspace,
        mine: Sequence[tuple[str, Path]],
        others: Sequence[tuple[int, str, str, Path]],
        undone: Undone,
    ) -> None:
        self.graph, self.workspace, self.undone = graph, workspace, undone
        self.mine, self.others = mine, others

    def relationships(self, rel: RelType) -> None:
        """Restore or remove the load's relationships of a type."""
        keys = (START, END, *(key.name for key in rel.keys))
        touched = self._union([self._read(p).select(*keys) for n, p in self.mine if n == rel.type])
        touched = self.workspace.keep("touched", touched.distinct())
        left = self._left(rel.type, rel.properties, keys, touched)
        gone = touched
        if left is not None:
            if rel.properties:
                self._write(restore_relationships(rel, self.graph.schema), left, keys)
            self.undone.restored[rel.type] = self.workspace.size(left)
            gone = touched.anti_join(left, list(keys))
        removed = self.workspace.keep("gone", gone)
        self._write(remove_relationships(rel, self.graph.schema), removed, keys)
        self.undone.removed[rel.type] = self.workspace.size(removed)

    def nodes(self, node: NodeType) -> None:
        """Restore the load's nodes of a label, and remove those that no other load names."""
        named = self._mentions(node, [(name, path) for name, path in self.mine])
        if not named:
            return
        touched = self.workspace.keep("touched", self._union(named).distinct())
        others = self._mentions(node, [(name, path) for _, _, name, path in self.others])
        gone = touched.anti_join(self._union(others).distinct(), node.key) if others else touched
        gone = self.workspace.keep("gone", gone)
        said = [self._read(path) for name, path in self.mine if name == node.label]
        told = tuple(p for p in node.properties if any(p.name in t.columns for t in said))
        if told:
            stay = touched.anti_join(gone, node.key)
            keep = self.workspace.keep("stay", stay)
            left = self._left(node.label, told, (node.key,), keep)
            rows = keep if left is None else keep.left_join(left, node.key)
            rows = rows.select(
                node.key,
                **{
                    p.name: rows[p.name] if left is not None else ibis.null(COLUMN_TYPES[p.kind])
                    for p in told
                },
            )
            rows = self.workspace.keep("restored", rows)
            self._write(restore_nodes(node, told), rows, (node.key,))
            self.undone.restored[node.label] = self.workspace.size(rows)
        self._write(remove_nodes(node), gone, (node.key,))
        self.undone.removed[node.label] = self.workspace.size(gone)

    def _left(
        self,
        name: str,
        properties: Sequence[Property],
        keys: tuple[str, ...],
        touched: ir.Table,
    ) -> ir.Table | None:
        """What the other loads say of what is touched; None if none of them does."""
        tables = []
        for order, table, step, path in self.others:
            if step != name:
                continue
            rows = self._read(path)
            # Requests fill in what nobody else says of a cluster; the first of them counts.
            rank = -order if (table, name) == ("requests", "PromptCluster") else order
            given = {
                p.name: rows[p.name] if p.name in rows.columns else ibis.null(COLUMN_TYPES[p.kind])
                for p in properties
            }
            picked = rows.select(*keys, **given, **{_ORDER: ibis.literal(rank, "int64")})
            tables.append(picked.semi_join(touched, list(keys)))
        if not tables:
            return None
        rows = self.workspace.keep("said", self._union(tables))
        folded = rows.group_by(list(keys)).aggregate(
            **{p.name: _folded(p, rows) for p in properties},
            **({} if properties else {_ORDER: rows[_ORDER].max()}),
        )
        tallies = {p.name: tallied(folded[p.name]) for p in properties if p.merge is Merge.TALLY}
        return self.workspace.keep("left", folded.mutate(**tallies))

    def _mentions(self, node: NodeType, steps: Sequence[tuple[str, Path]]) -> list[ir.Table]:
        """The keys of a label's nodes, wherever steps name them."""
        types = {rel.type: rel for rel in self.graph.schema.relationships}
        found = []
        for name, path in steps:
            if name == node.label:
                found.append(self._read(path).select(node.key))
            elif name in types:
                ends = ((types[name].start, START), (types[name].end, END))
                rows = self._read(path)
                found += [
                    rows.select(**{node.key: rows[end]})
                    for label, end in ends
                    if label == node.label
                ]
        return found

    def _read(self, path: Path) -> ir.Table:
        return self.workspace.read_parquet([path])

    def _union(self, tables: Sequence[ir.Table]) -> Any:
        first, *others = tables
        return first.union(*others) if others else first

    def _write(self, statement: str, rows: ir.Table, keys: tuple[str, ...]) -> None:
        ordered = rows.order_by(list(keys))
        for chunk in self.workspace.chunks(ordered, _ROWS, apart=True):
            self.graph.write(statement, {"rows": chunk}, name="load undo")


def _folded(prop: Property, rows: ir.Table) -> Any:
    """A property as several loads leave it; the rules of statements, here."""
    value = rows[prop.name]
    match prop.merge:
        case Merge.ADD:
            return value.sum().fill_null(0).cast("int64")
        case Merge.MIN:
            return value.min()
        case Merge.MAX:
            return value.max()
        case Merge.ASSIGN:
            return value.argmax(rows[_ORDER], where=value.notnull())
        case Merge.KEEP:
            return value.argmin(rows[_ORDER].abs(), where=value.notnull())
        case Merge.LATEST:
            moment = rows[prop.as_of].fill_null(-1) * _LOADS + rows[_ORDER]
            return value.argmax(moment, where=value.notnull())
        case Merge.TALLY:
            return value.collect(where=value.notnull()).flatten()  # see `tallied`
        case Merge.UNION:
            united = value.collect(where=value.notnull()).flatten().unique().sort()
            return (united.length() > 0).ifelse(united, None)
