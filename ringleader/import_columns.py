"""Files for ``neo4j-admin database import`` that follow from the schema: columns and arguments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ringleader.schema_types import Kind, NodeType, Property, RelType

_TYPES = {
    Kind.STRING: "string",
    Kind.INTEGER: "long",
    Kind.BOOLEAN: "boolean",
    Kind.DATETIME: "datetime",
    Kind.STRINGS: "string[]",
    Kind.INTEGERS: "long[]",
}
# The store keeps properties in records of so many blocks of 8 bytes, in the order of the columns.
_RECORD = 4
# Blocks that a value takes in its record; of texts and lists of numbers what short ones do. Longer
# texts and lists of texts have a record elsewhere, and one block here.
_BLOCKS = {
    Kind.STRING: 2,
    Kind.INTEGER: 1,
    Kind.BOOLEAN: 1,
    Kind.DATETIME: 3,
    Kind.STRINGS: 1,
    Kind.INTEGERS: 2,
}


def id_column(node: NodeType) -> str:
    """The column of what a node is called in the files.

    Names live in an ID space of their label, so that an account may be called like an address.
    """
    return f":ID({node.label})"


def end_columns(rel: RelType) -> tuple[str, str]:
    """The columns of the names of both ends."""
    return f":START_ID({rel.start})", f":END_ID({rel.end})"


def column(name: str, kind: Kind) -> str:
    """The column of a property."""
    return f"{name}:{_TYPES[kind]}"


def relationship_properties(rel: RelType) -> tuple[Property, ...]:
    """Keys and properties of a relationship type in the order of the columns, which fills records.

    A value that does not fit any more begins another record, so the widest that fits comes next. Of
    nodes most properties are texts of any length, and records are few: they keep their order.
    """
    waiting = sorted(rel.keys + rel.properties, key=lambda prop: -_BLOCKS[prop.kind])
    ordered: list[Property] = []
    room = _RECORD
    while waiting:
        fitting = next((prop for prop in waiting if _BLOCKS[prop.kind] <= room), None)
        if fitting is None:
            room = _RECORD
            continue
        waiting.remove(fitting)
        ordered.append(fitting)
        room -= _BLOCKS[fitting.kind]
    return tuple(ordered)


def import_arguments(
    nodes: Mapping[str, Path], relationships: Mapping[str, Path], database: str
) -> list[str]:
    """What follows ``neo4j-admin`` to build a database of such files.

    Args:
        nodes: The file of every label.
        relationships: The file of every relationship type.
        database: The database; what is in it is replaced.
    """
    return [
        "database",
        "import",
        "full",
        database,
        "--overwrite-destination",
        "--input-type=parquet",
        *(f"--nodes={label}={file}" for label, file in nodes.items()),
        *(f"--relationships={type_}={file}" for type_, file in relationships.items()),
    ]
