"""Files for ``neo4j-admin database import`` that follow from the schema: columns and arguments."""

from __future__ import annotations

from collections.abc import Iterable

from ringleader.schema.types import Kind, Property, RelType

_TYPES = {
    Kind.STRING: "string",
    Kind.INTEGER: "long",
    Kind.BOOLEAN: "boolean",
    Kind.DATETIME: "datetime",
    Kind.STRINGS: "string[]",
    Kind.INTEGERS: "long[]",
}
# Columns of a node's number and of those of a relationship's ends.
ID, START_ID, END_ID = ":ID", ":START_ID", ":END_ID"
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


def file_of(name: str) -> str:
    """What the file of a label or a relationship type is called."""
    return f"{name}.parquet"


def import_arguments(labels: Iterable[str], types: Iterable[str], database: str) -> list[str]:
    """What follows ``neo4j-admin`` to build a database of such files, in the folder where they are.

    They are named without their folder, whose name would be taken for a pattern.

    Nodes are numbered in the files as they will be in the store: whoever gives names has them
    looked up for both ends of every relationship, which takes most of an import.

    Args:
        labels: Labels that have a file, in the order of their numbers, which begin with 0.
        types: Relationship types that have one.
        database: The database; what is in it is replaced.
    """
    return [
        "database",
        "import",
        "full",
        database,
        "--overwrite-destination",
        "--input-type=parquet",
        "--id-type=actual",
        *(f"--nodes={label}=./{file_of(label)}" for label in labels),
        *(f"--relationships={type_}=./{file_of(type_)}" for type_ in types),
    ]
