"""First loads: whole tables to Parquet files that ``neo4j-admin database import`` makes a graph of.

The steps are those of any load. What the server would merge, one step after the other, is merged
here, by the same rules of the schema (:class:`ringleader.schema.types.Merge`).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis

from ringleader.errors import InputError
from ringleader.loaders.aggregation.aggregate import END, START
from ringleader.loaders.enrichment.prefixes import Prefixes
from ringleader.loaders.writing.write_plan import COLUMN_TYPES, WriteStep, mentions
from ringleader.schema import BUILT_IN, Schema
from ringleader.schema.import_columns import (
    END_ID,
    ID,
    START_ID,
    column,
    file_of,
    import_arguments,
    relationship_properties,
)
from ringleader.schema.statements import schema_statements
from ringleader.schema.types import Kind, Merge, NodeType, Property, RelType

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.workspace import Workspace

# What DuckDB makes of a property.
_TYPES = {**COLUMN_TYPES, Kind.DATETIME: "timestamp('UTC')"}


@dataclass
class BulkImport:
    """What several loads write, to be written at once.

    Attributes:
        workspace: Where their rows are.
        steps: Their steps, in the order in which they would be written.
        batches: The loads, as rows of the label Batch.
        schema: What the graph holds.
    """

    workspace: Workspace
    steps: list[WriteStep] = field(default_factory=list)
    batches: list[dict[str, Any]] = field(default_factory=list)
    schema: Schema = BUILT_IN

    def accounts(self) -> ir.Table:
        """The accounts so far, in ``key``."""
        return _distinct(mentions(self.steps, "Account"))

    def write(self, folder: Path, database: str) -> list[str]:
        """Write the files, the command, and the schema.

        Args:
            folder: Where to; it is made if it is missing.
            database: The database that is to be built.

        Returns:
            The arguments of ``neo4j-admin``, which has to run in the folder.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        steps = [*self.steps, self._batches()]
        numbered: dict[str, ir.Table] = {}
        first = 0
        for node in self.schema.nodes:
            keys = mentions(steps, node.label)
            if keys:
                kept = self._numbered(node, keys, first)
                rows = self.workspace.size(kept)
                first += rows
                numbered[node.label] = kept
                self._write(_nodes(node, kept, steps), folder / file_of(node.label), rows)
        types = []
        for rel in self.schema.relationships:
            sources = self._rows(rel)
            if sources:
                table = _relationships(rel, sources, numbered)
                rows = sum(map(self.workspace.size, sources))
                self._write(table, folder / file_of(rel.type), rows)
                types.append(rel.type)
        arguments = import_arguments(numbered, types, database)
        command = " \\\n  ".join(("exec neo4j-admin", *map(shlex.quote, arguments)))
        # The folder may be copied to the server that the database is for.
        go_there = 'CDPATH= cd -- "$(dirname -- "$0")" || exit'
        script = folder / "import.sh"
        warning = "# The server must be stopped; what its database holds is replaced."
        text = f"#!/bin/sh\n{warning}\n{go_there}\n{command}\n"
        script.write_text(text, encoding="utf-8")
        script.chmod(0o700)
        statements = "".join(f"{text};\n" for text in schema_statements(self.schema).values())
        (folder / "schema.cypher").write_text(statements, encoding="utf-8")
        return arguments

    def _numbered(self, node: NodeType, keys: Sequence[ir.Table], first: int) -> ir.Table:
        """The nodes of a label, ``number`` and ``key``, in the order of keys from a number on."""
        kept = self.workspace.keep(node.label, _distinct(keys).order_by("key"))
        return kept.select(number=kept.rowid() + first, key=kept.key)

    def _write(self, table: ir.Table, file: Path, rows: int) -> None:
        """Write a file, and make sure that it has as many rows as it should.

        The import lets doubled numbers pass, and the join drops ends that are missing.

        Raises:
            InputError: A key is there twice, or an end of a relationship is missing.
        """
        written = self.workspace.write_parquet(table, file)
        if written != rows:
            raise InputError(
                f"{file.stem}: {written:,} rows came of {rows:,}: keys repeat or are missing",
                hint="load without --bulk, and report this",
            )

    def _rows(self, rel: RelType) -> list[ir.Table]:
        """What the steps say of a relationship type."""
        rows = [step.rows for step in self.steps if step.target == rel]
        if rel.type == "EXIT_OF" and (exits := self._exits()) is not None:
            rows.append(exits)
        return rows

    def _exits(self) -> ir.Table | None:
        """Addresses with the proxies of their longest prefix."""
        import pyarrow as pa

        lists = [step for step in self.steps if step.name == "Proxy"]
        if not lists:
            return None
        prefixes = Prefixes()
        for step in lists:
            for row in self.workspace.rows(step.rows.select("proxy_id", "cidrs")):
                for cidr in row["cidrs"]:
                    prefixes.add(cidr, row["proxy_id"])
        found: tuple[list[str], list[str]] = ([], [])
        addresses = self.workspace.keep("addresses", _distinct(mentions(self.steps, "Ip")))
        for chunk in self.workspace.chunks(addresses, 65_536):
            for row in chunk:
                for proxy in prefixes.proxies(row["key"]):
                    found[0].append(row["key"])
                    found[1].append(proxy)
        ends = {START: pa.array(found[0], pa.string()), END: pa.array(found[1], pa.string())}
        return self.workspace.take("exits", pa.table(ends))

    def _batches(self) -> WriteStep:
        import pyarrow as pa

        taken = self.workspace.take("batches", pa.Table.from_pylist(self.batches))
        batch = self.schema.node_by_label["Batch"]
        return WriteStep(batch, taken, (batch.key,), self.workspace, schema=self.schema)


def _nodes(node: NodeType, numbered: ir.Table, steps: Sequence[WriteStep]) -> ir.Table:
    """The columns of a label's file: the number, the key, and what the steps say of it."""
    table = numbered
    said: dict[str, Any] = {}
    for step in steps:
        if isinstance(step.target, RelType) or step.target.label != node.label:
            continue
        given = [p for p in step.target.properties if p.name in step.rows.columns]
        if not given:
            continue
        fresh = {p.name: step.rows[p.name] for p in given}
        rows = step.rows.select(_key=step.rows[node.key], **{f"_{n}": v for n, v in fresh.items()})
        table = table.left_join(rows, table.key == rows["_key"])
        old = {name: table[name] for name in said}
        new = {p.name: table[f"_{p.name}"] for p in given}
        for prop in given:
            said[prop.name] = _merged(prop, old, new)
        others = {name: table[name] for name in said if name not in new}
        merged = {name: said[name] for name in new}
        table = table.select("number", "key", **others, **merged)
    keys = {ID: table.number, column(node.key, node.key_kind): table.key}
    return table.select(**keys, **_columns(table, node.properties))


def _relationships(
    rel: RelType, sources: Sequence[ir.Table], numbered: Mapping[str, ir.Table]
) -> ir.Table:
    """The columns of a type's file: the numbers of both ends, and the properties."""
    starts = numbered[rel.start].select(_start="number", _from="key")
    ends = numbered[rel.end].select(_end="number", _to="key")
    tables = []
    for rows in sources:
        found = rows.join(starts, rows[START] == starts["_from"])
        found = found.join(ends, found[END] == ends["_to"])
        told = _columns(found, relationship_properties(rel))
        tables.append(found.select(**{START_ID: found["_start"], END_ID: found["_end"]}, **told))
    return _union(tables)


def _distinct(keys: Sequence[ir.Table]) -> Any:
    return _union(keys).distinct()


def _union(tables: Sequence[ir.Table]) -> Any:
    first, *others = tables
    return first.union(*others) if others else first


def _merged(prop: Property, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Any:
    """A property after a further step has written it; the rules of statements, here."""
    if prop.name not in olds:
        return news[prop.name]
    old, new = olds[prop.name], news[prop.name]
    match prop.merge:
        case Merge.ASSIGN:
            return new.fill_null(old)
        case Merge.KEEP:
            return old.fill_null(new)
        case Merge.ADD:
            return old.fill_null(0) + new.fill_null(0)
        case Merge.MIN:
            return ibis.least(old, new)
        case Merge.MAX:
            return ibis.greatest(old, new)
        case Merge.LATEST:
            then, now = olds[prop.as_of], news[prop.as_of]
            later = new.notnull() & (then.isnull() | (now >= then).fill_null(False))
            return later.ifelse(new, old)
        case Merge.UNION:
            return ibis.coalesce(old.concat(new), old, new).unique().sort()
        case Merge.TALLY:
            raise NotImplementedError("nodes have no tallies")


def _columns(table: ir.Table, properties: Sequence[Property]) -> dict[str, Any]:
    """The properties as they stand in the files; what no step said is null."""
    return {
        column(prop.name, prop.kind): _typed(prop, table[prop.name])
        if prop.name in table.columns
        else ibis.null(_TYPES[prop.kind])
        for prop in properties
    }


def _typed(prop: Property, value: Any) -> Any:
    if prop.kind is Kind.DATETIME:
        value = value.as_timestamp("ms")
    if prop.kind in (Kind.STRINGS, Kind.INTEGERS):
        value = (value.length() > 0).ifelse(value, None)  # an empty list would be a property
    if prop.merge is Merge.ADD:
        value = value.fill_null(0)
    return value.cast(_TYPES[prop.kind])
