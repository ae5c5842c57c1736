"""What a graph model is declared with: properties, labels and relationship types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """A kind of independent evidence."""

    NETWORK = "network"
    PAYMENT = "payment"
    DEVICE = "device"
    PROMPT = "prompt"
    TIMING = "timing"
    REGISTRATION = "registration"


class Merge(StrEnum):
    """What happens to a property when a row meets a node or relationship that exists.

    All but ADD give the same result however often a row is written; ADD is safe only inside a
    batch whose mark commits with it.
    """

    ASSIGN = "assign"  # a known value replaces the old one; an unknown one does not
    KEEP = "keep"  # the first known value stays
    ADD = "add"  # counts
    MIN = "min"
    MAX = "max"
    UNION = "union"  # sorted lists without repeats
    LATEST = "latest"  # what is known as of the latest time; no time is before any other


class Kind(StrEnum):
    """The type of a property."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATETIME = "datetime"  # travels as milliseconds since 1970 UTC, stored as DATETIME
    STRINGS = "strings"
    INTEGERS = "integers"


@dataclass(frozen=True)
class Property:
    """A property that loaders write.

    Attributes:
        name: Its name in rows and in the graph.
        kind: Its type.
        merge: What happens when it is there already.
        doc: What it says, for the schema page.
        as_of: For LATEST the property with its time, which is merged by MAX and listed after it.
    """

    name: str
    kind: Kind
    merge: Merge
    doc: str = ""
    as_of: str = ""


@dataclass(frozen=True)
class NodeType:
    """A label with its key.

    Attributes:
        label: The label.
        key: The property that identifies a node; it has a uniqueness constraint.
        doc: What a node is.
        properties: What loaders write besides the key.
        key_kind: The type of the key.
        family: The evidence that accounts sharing such a node give; None if it is no identifier.
        indexes: Properties with a range index.
        derived: Properties that detection or the server-side steps assign, with their meaning.
    """

    label: str
    key: str
    doc: str
    properties: tuple[Property, ...] = ()
    key_kind: Kind = Kind.STRING
    family: Family | None = None
    indexes: tuple[str, ...] = ()
    derived: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class RelType:
    """A relationship type between two labels.

    Attributes:
        type: The relationship type.
        start: Label it starts from.
        end: Label it ends at.
        doc: What it says.
        properties: What loaders write.
        keys: Properties that tell parallel relationships between the same nodes apart.
        derived: Properties that detection assigns, with their meaning.
    """

    type: str
    start: str
    end: str
    doc: str
    properties: tuple[Property, ...] = ()
    keys: tuple[Property, ...] = ()
    derived: tuple[tuple[str, str], ...] = ()
