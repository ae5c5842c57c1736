"""A version of a table of a lake, and its data files as the loaders know them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

__all__ = ["FORMATS", "Column", "DataFile", "Found", "Version", "identity"]

# What the formats are called, and what counts their versions.
FORMATS = {"delta": ("Delta", "version"), "iceberg": ("Iceberg", "snapshot")}


@dataclass(frozen=True)
class Version:
    """A version of a table.

    Attributes:
        format: ``delta`` or ``iceberg``.
        table: The table's own id, wherever it lies.
        number: Version of a Delta table, snapshot of an Iceberg one.
        address: What the user named.
        live: Identities of its data files. Rows of other files are deleted or overwritten.
        appended: Those of them that were added without rewriting a row, as far as somebody asked.
    """

    format: str
    table: str
    number: int
    address: str
    live: frozenset[str] = frozenset()
    appended: frozenset[str] = frozenset()

    @property
    def known_as(self) -> str:
        """What loads remember the table by."""
        return f"{self.format} {self.table}"

    @property
    def named(self) -> str:
        """The version in words: Delta version 3."""
        return " ".join((*FORMATS[self.format], str(self.number)))

    def __str__(self) -> str:
        return f"{self.address} ({self.named})"

    def content(self) -> dict[str, Any]:
        """The version as JSON."""
        said = {name: getattr(self, name) for name in ("format", "table", "number", "address")}
        return {**said, "live": sorted(self.live), "appended": sorted(self.appended)}

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """The version that :meth:`content` was made from."""
        sets = {name: frozenset(content[name]) for name in ("live", "appended")}
        return cls(**{**content, **sets})


@dataclass(frozen=True)
class Column:
    """A column of a table, or a field of one.

    Attributes:
        name: Its name.
        key: What data files know it by: a name, or the number of a field.
        fields: The fields of a struct.
        missing: The value (an Arrow scalar) in rows of files that lack it; None for no value.
    """

    name: str
    key: str | int
    fields: tuple[Column, ...] = ()
    missing: Any = None


@dataclass(frozen=True)
class Found:
    """A column of a table in one of its files.

    Attributes:
        name: What the table calls it.
        source: What the file calls it.
        fields: The fields of a struct; None where the file has them as the table does.
    """

    name: str
    source: str
    fields: tuple[Found, ...] | None = None


@dataclass(frozen=True)
class DataFile:
    """What a table says of one of its data files.

    Attributes:
        version: The version that the file is read for.
        identity: What a load knows the file by (:func:`identity`).
        address: Where it is: an address, or a path of this machine.
        size: Its length in bytes.
        columns: The columns of the table.
        values: Columns that have one value (an Arrow scalar) in all its rows.
        numbers: Numbers of its fields by name, for a file that does not hold them.
        found: The table's columns in the file; known as soon as the file is looked at.
        types: Names and types of the file's columns; as above.
    """

    version: Version
    identity: str
    address: str = ""
    size: int = 0
    columns: tuple[Column, ...] = ()
    values: tuple[tuple[str, Any], ...] = ()
    numbers: tuple[tuple[str, int], ...] = ()
    found: tuple[Found, ...] = ()
    types: str = ""

    @property
    def shape(self) -> tuple[Any, ...]:
        """What files have in common that are read as one table."""
        return self.types, repr(self.found), tuple(name for name, _ in self.values)


def identity(table: str, path: str) -> str:
    """What a load knows a data file by.

    Tables of a lake never write to a data file again, so the table's id and the path in it stand
    for the content: nobody has to read a file to know that it was loaded.

    Args:
        table: The table's id.
        path: The file's path, from the table's folder.
    """
    return hashlib.sha256(json.dumps(["lake", table, path]).encode()).hexdigest()
