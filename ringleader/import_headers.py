"""Files for ``neo4j-admin database import`` that follow from the schema: headers and arguments."""

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
# Between the items of a list: a character that text on its way here does not hold.
SEPARATOR = "\x1f"
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


def node_header(node: NodeType) -> str:
    """The first line of a label's file: the key's text, the key, and the properties.

    Keys live in an ID space of their label, so that an account may be called like an address.
    """
    fields = [f":ID({node.label})", f"{node.key}:{_TYPES[node.key_kind]}"]
    return ",".join(fields + _fields(node.properties))


def relationship_header(rel: RelType) -> str:
    """The first line of a relationship type's file: both ends, its keys and its properties."""
    fields = [f":START_ID({rel.start})", f":END_ID({rel.end})"]
    return ",".join(fields + _fields(relationship_properties(rel)))


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


def _fields(properties: tuple[Property, ...]) -> list[str]:
    return [f"{prop.name}:{_TYPES[prop.kind]}" for prop in properties]


def import_arguments(
    nodes: Mapping[str, tuple[Path, Path]],
    relationships: Mapping[str, tuple[Path, Path]],
    database: str,
    *,
    line_ends: bool,
) -> list[str]:
    """What follows ``neo4j-admin`` to build a database of such files.

    Args:
        nodes: Header and data of every label.
        relationships: Header and data of every relationship type.
        database: The database; what is in it is replaced.
        line_ends: Whether a value holds a line end, which slows the import down.
    """
    return [
        "database",
        "import",
        "full",
        database,
        "--overwrite-destination",
        "--array-delimiter=U+001F",
        f"--multiline-fields={'true' if line_ends else 'false'}",
        *(f"--nodes={label}={header},{data}" for label, (header, data) in nodes.items()),
        *(f"--relationships={t}={header},{data}" for t, (header, data) in relationships.items()),
    ]
