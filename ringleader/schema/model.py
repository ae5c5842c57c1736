"""The graph model, declared once.

A :class:`Schema` holds what accounts can share (:mod:`ringleader.schema.identifiers`, and what the
settings file declares) and every label and relationship type that there is. Constraints, upserts,
the lists inside stored Cypher and the schema page of the docs are derived from it
(:mod:`ringleader.schema.statements`). Labels and types in generated Cypher come from nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from ringleader.errors import SettingsError
from ringleader.schema.identifiers import FAMILIES, IDENTIFIERS
from ringleader.schema.labels import NODES, RELATIONSHIPS, USES
from ringleader.schema.types import Family, Identifier, NodeType, RelType

__all__ = ["BUILT_IN", "Schema"]

_SHARERS = (
    ("accounts", "how many accounts share it, if several do, as of the last detection"),
    ("verdict", "owned (by rings) or widely shared; only on what rings use"),
    ("verdict_ring", "ring_id of the ring that uses it most"),
    ("verdict_part", "part of its other users that are in rings"),
    ("verdict_reasons", "why"),
    ("verdict_run", "run_id of the detection that said so"),
)
_SHARED_INDEXES = ("accounts", "verdict")


@dataclass(frozen=True)
class Schema:
    """Everything that the graph can hold: what accounts share, labels and relationship types.

    Attributes:
        families: Kinds of evidence, in the order of their codes in detection.
        identifiers: What accounts can share, in the order of the codes of their labels.
    """

    families: tuple[Family, ...] = FAMILIES
    identifiers: tuple[Identifier, ...] = IDENTIFIERS

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> Self:
        """The schema with the identifiers that a settings file declares.

        Args:
            section: The tables ``[identifiers.<name>]``, by name.

        Raises:
            SettingsError: A declaration is wrong.
        """
        if not section:
            return cls()
        from ringleader.schema.declarations import declared

        schema = cls(*declared(section))
        _refuse_clashes(schema)
        return schema

    @cached_property
    def nodes(self) -> tuple[NodeType, ...]:
        """Every label."""
        account, *others = NODES
        return (account, *map(_node, self.identifiers), *others)

    @cached_property
    def relationships(self) -> tuple[RelType, ...]:
        """Every relationship type."""
        return (*map(_use, self.identifiers), *RELATIONSHIPS)

    @cached_property
    def node_by_label(self) -> dict[str, NodeType]:
        """Every label by its name."""
        return {node.label: node for node in self.nodes}

    @cached_property
    def relationship_by_type(self) -> dict[str, RelType]:
        """Every relationship type by its name."""
        return {rel.type: rel for rel in self.relationships}

    @cached_property
    def by_label(self) -> dict[str, Identifier]:
        """What accounts can share, by label."""
        return {identifier.label: identifier for identifier in self.identifiers}

    @cached_property
    def family_by_name(self) -> dict[str, Family]:
        """Kinds of evidence by name."""
        return {family.name: family for family in self.families}

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Labels of what accounts can share; the place of each is its code in detection."""
        return tuple(identifier.label for identifier in self.identifiers)

    @cached_property
    def family_names(self) -> tuple[str, ...]:
        """Kinds of evidence; the place of each is its code in detection."""
        return tuple(family.name for family in self.families)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Independent kinds of evidence; the place of each is its code in detection."""
        return tuple(dict.fromkeys(family.group for family in self.families if family.group))

    @cached_property
    def kinds_apart(self) -> tuple[str, ...]:
        """Kinds of evidence where each family of a group counts by itself.

        The first family of a group has the group's place in :attr:`groups`; the others follow.
        """
        of = {name: [f.name for f in self.families if f.group == name] for name in self.groups}
        others = (family for families in of.values() for family in families[1:])
        return (*(families[0] for families in of.values()), *others)

    def kind_of(self, label: str, *, apart: bool) -> int:
        """Code of the kind of evidence that a label gives, -1 if it only supports.

        Args:
            label: The label.
            apart: Whether the families of a group count apart.
        """
        family = self.family_by_name[self.family_of(label)]
        if not family.group:
            return -1
        return self.kinds_apart.index(family.name) if apart else self.groups.index(family.group)

    def family_of(self, label: str) -> str:
        """The kind of evidence that sharing an identifier of this label gives."""
        return self.by_label[label].family

    def of_table(self, table: str) -> tuple[Identifier, ...]:
        """The identifiers that a table of the input contract brings."""
        return tuple(found for found in self.identifiers if found.table == table)


def _node(identifier: Identifier) -> NodeType:
    return NodeType(
        identifier.label,
        identifier.key,
        identifier.doc,
        identifier.properties,
        indexes=(*_SHARED_INDEXES, *identifier.indexes),
        derived=_SHARERS,
    )


def _use(identifier: Identifier) -> RelType:
    before, after = USES[identifier.table]
    return RelType(
        identifier.relationship,
        "Account",
        identifier.label,
        identifier.use_doc,
        (*before, *identifier.use_properties, *after),
    )


def _refuse_clashes(schema: Schema) -> None:
    """Make sure that no name means two things.

    Raises:
        SettingsError: One does.
    """
    for what, names in (
        ("label", [node.label for node in schema.nodes]),
        ("relationship type", [rel.type for rel in schema.relationships]),
    ):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise SettingsError(
                f"[identifiers]: the {what} {twice[0]} exists already",
                hint="give the identifier another name in the settings file",
            )
    # `coalesce` over all keys names whatever accounts use, so no key may be another property.
    for identifier in schema.identifiers:
        for node in schema.nodes:
            taken = {node.key, *(p.name for p in node.properties), *(n for n, _ in node.derived)}
            if node.label != identifier.label and identifier.key in taken:
                raise SettingsError(
                    f"[identifiers.{identifier.name}]: {identifier.key} is a property of "
                    f"{node.label} already",
                    hint="give the identifier another name, and its column by `column`",
                )


BUILT_IN = Schema()
