"""What a graph model is declared with: properties, labels, relationship types, identifiers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# An entry of a tally is a number times this, plus its count.
TALLY_BASE = 1_000_000_000


class Merge(StrEnum):
    """What happens to a property when a row meets a node or relationship that exists.

    All but ADD and TALLY give the same result however often a row is written; these two are safe
    only inside a batch whose mark commits with them.
    """

    ASSIGN = "assign"  # a known value replaces the old one; an unknown one does not
    KEEP = "keep"  # the first known value stays
    ADD = "add"  # counts
    MIN = "min"
    MAX = "max"
    UNION = "union"  # sorted lists without repeats
    TALLY = "tally"  # counts of several numbers, see TALLY_BASE; those of one number add
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
        indexes: Properties with a range index.
        derived: Properties that detection or the server-side steps assign, with their meaning.
    """

    label: str
    key: str
    doc: str
    properties: tuple[Property, ...] = ()
    key_kind: Kind = Kind.STRING
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


@dataclass(frozen=True)
class Family:
    """A kind of evidence.

    Attributes:
        name: Its name.
        group: Families of one group fail together and count as one independent kind of evidence;
            None for a family that only supports others and never links accounts by itself.
        odds: The evidence that strangers have by chance; as much again is one bit.
        reason: Why the odds are what they are.
        letter: What stands for it in a small space.
        colours: Its colour on a light and on a dark ground.
    """

    name: str
    group: str | None
    odds: float
    reason: str
    letter: str
    colours: tuple[str, str] = ("#4b5563", "#9ca3af")


@dataclass(frozen=True)
class Identifier:
    """Something that accounts can share. All that depends on its kind follows from here.

    Attributes:
        name: Its name, as in ``[identifiers.<name>]`` of the settings file.
        label: The label of its nodes.
        key: The property that identifies a node.
        relationship: The type of the relationship that leads from an account to it.
        table: The table of the input contract that it comes from.
        column: The column of that table.
        family: The kind of evidence that accounts sharing it give.
        display: What people call one of them.
        plural: What people call several.
        doc: What a node is.
        use_doc: What the relationship says.
        normaliser: How values are brought into one form (:mod:`ringleader.schema.normalisers`);
            empty for as they are.
        hashed: Whether a keyed hash is stored in the place of the value.
        region: For the normaliser ``phone`` the country of numbers without a country code: two
            letters, or the column that has them.
        column_doc: What the column of the contract says; empty where the contract declares it.
        colour: Its colour in drawings; distinct also for colour-blind people.
        misp: Type and category of its MISP attribute.
        stix: How STIX has it: ``address``, ``domain-name``, ``infrastructure``, or ``note`` (in the
            words of the note about a ring only).
        properties: What loaders write on its nodes besides the key.
        indexes: Further properties with a range index.
        use_properties: Further properties of the relationship.
        generic: Whether loading follows from the declaration; otherwise a loader has code for it.
    """

    name: str
    label: str
    key: str
    relationship: str
    table: str
    column: str
    family: str
    display: str
    plural: str
    doc: str
    use_doc: str
    normaliser: str = ""
    hashed: bool = False
    region: str = ""
    column_doc: str = ""
    colour: str = "#999999"
    misp: tuple[str, str] = ("text", "Other")
    stix: str = "note"
    properties: tuple[Property, ...] = ()
    indexes: tuple[str, ...] = ()
    use_properties: tuple[Property, ...] = ()
    generic: bool = True
