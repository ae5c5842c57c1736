"""Placeholders of stored queries: what the schema knows, so that no query lists it by hand.

A placeholder is ``{{ name }}`` or ``{{ name:argument }}``; :data:`PLACEHOLDERS` has them all. They
are filled in when a query runs, from the schema of the connection, so that a query sees the
identifiers that the settings file declares. ``ringleader query show`` prints the result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ringleader.errors import CatalogueError
from ringleader.schema import Schema
from ringleader.schema.types import Identifier

__all__ = ["PLACEHOLDERS", "Placeholder", "check_placeholders", "rendered"]

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_VARIABLE = re.compile(r"\$?[A-Za-z_]\w*")


@dataclass(frozen=True)
class Placeholder:
    """A placeholder.

    Attributes:
        arguments: What has to follow its name, each behind a colon.
        doc: What it stands for.
        text: Makes the Cypher.
    """

    arguments: tuple[str, ...]
    doc: str
    text: Callable[..., str]


def _types(schema: Schema, chosen: Callable[[Identifier], bool]) -> str:
    return "|".join(found.relationship for found in schema.identifiers if chosen(found))


def _of_tables(*tables: str) -> Callable[[Schema], str]:
    return lambda schema: _types(schema, lambda found: found.table in tables)


def _independent(schema: Schema) -> str:
    return _types(schema, lambda found: bool(schema.family_by_name[found.family].group))


def _key_of(schema: Schema, node: str) -> str:
    # The keys of two identifiers may have one name.
    keys = dict.fromkeys(f"{node}.{found.key}" for found in schema.identifiers)
    return f"coalesce({', '.join(keys)})"


def _keys(schema: Schema) -> str:
    return _texts(found.key for found in schema.identifiers)


def _code_of(schema: Schema, use: str) -> str:
    *others, last = enumerate(schema.identifiers)
    cases = (f"WHEN {use}:{found.relationship} THEN {code}" for code, found in others)
    return f"CASE {' '.join(cases)} ELSE {last[0]} END"


def _by_type(schema: Schema, use: str, value: Callable[[Identifier], str]) -> str:
    cases = (f"WHEN {use}:{found.relationship} THEN {value(found)}" for found in schema.identifiers)
    return f"CASE {' '.join(cases)} END"


def _family_of(schema: Schema, use: str) -> str:
    return _by_type(schema, use, lambda found: f"'{found.family}'")


def _kind_of(schema: Schema, use: str, apart: str) -> str:
    def code(found: Identifier) -> str:
        one, other = (schema.kind_of(found.label, apart=way) for way in (True, False))
        return str(one) if one == other else f"CASE WHEN {apart} THEN {one} ELSE {other} END"

    return _by_type(schema, use, code)


def _named(schema: Schema, node: str, key: str) -> str:
    # One branch per label, so that each looks its key up in the index of its constraint.
    return "\n  UNION\n  ".join(
        f"MATCH ({node}:{found.label} {{{found.key}: {key}}}) RETURN {node}"
        for found in schema.identifiers
    )


def _use_counts(schema: Schema) -> str:
    return ", ".join(
        f"{found.label}: COUNT {{ ()-[:{found.relationship}]->() }}" for found in schema.identifiers
    )


def _families(schema: Schema) -> str:
    return _texts(schema.family_names)


def _families_of(schema: Schema, account: str) -> str:
    types: dict[str, list[str]] = {}
    for found in schema.identifiers:
        types.setdefault(found.family, []).append(found.relationship)
    cases = (
        f"CASE WHEN EXISTS {{ ({account})-[:{'|'.join(uses)}]->() }} THEN '{family}' END"
        for family, uses in types.items()
    )
    return f"[{', '.join(cases)}]"


def _texts(names: Iterable[str]) -> str:
    return "[" + ", ".join(f"'{name}'" for name in names) + "]"


PLACEHOLDERS: dict[str, Placeholder] = {
    "identifiers": Placeholder(
        (),
        "labels of everything that accounts can share, with `|` between them",
        lambda schema: "|".join(schema.labels),
    ),
    "uses": Placeholder(
        (),
        "relationship types that lead from an account to what it uses",
        lambda schema: _types(schema, lambda _: True),
    ),
    "independent_uses": Placeholder(
        (),
        "those of independent kinds of evidence: a mail domain only supports others",
        _independent,
    ),
    "timed_uses": Placeholder(
        (),
        "those with times and hours: what requests and payments bring",
        _of_tables("requests", "payments"),
    ),
    "request_uses": Placeholder(
        (), "those with tokens: what requests bring", _of_tables("requests")
    ),
    "payment_uses": Placeholder(
        (), "those that may have failed: what payments bring", _of_tables("payments")
    ),
    "key_of": Placeholder(("node",), "the key of an identifier, whatever its label", _key_of),
    "keys": Placeholder(
        (), "a list of the names of the keys of identifiers, by the code of their label", _keys
    ),
    "code_of": Placeholder(
        ("use",), "the code that detection has for the label that a relationship leads to", _code_of
    ),
    "family_of": Placeholder(
        ("use",), "the name of the kind of evidence that a relationship gives", _family_of
    ),
    "kind_of": Placeholder(
        ("use", "apart"),
        "the code of the independent kind of evidence that a relationship gives, -1 if it only "
        "supports; `apart` says whether address and device are two kinds",
        _kind_of,
    ),
    "named": Placeholder(
        ("node", "key"),
        "the identifiers of any label with a key, as branches of a `UNION`",
        _named,
    ),
    "use_counts": Placeholder(
        (), "entries of a map: the number of relationships that lead to each label", _use_counts
    ),
    "stands": Placeholder(
        ("review",),
        "whether a review counts: it is a loaded label, or nobody has withdrawn it since",
        lambda _, review: (
            f"({review}.verdict IS NULL OR {review}.verdict <> 'withdrawn' AND NOT EXISTS {{ "
            f"({review})-[:DECIDED]->()<-[:DECIDED]-(later:Review {{verdict: 'withdrawn'}}) "
            f"WHERE later.decided_at >= {review}.decided_at }})"
        ),
    ),
    "families": Placeholder((), "a list of the names of all kinds of evidence", _families),
    "families_of": Placeholder(
        ("account",),
        "a list of the kinds of evidence that an account's identifiers give, null for each other",
        _families_of,
    ),
}


def rendered(text: str, schema: Schema) -> str:
    """A stored query as it runs.

    Args:
        text: The query; its placeholders are right (:func:`check_placeholders`).
        schema: What accounts can share.
    """

    def fill(found: re.Match[str]) -> str:
        name, *arguments = _parts(found)
        return PLACEHOLDERS[name].text(schema, *arguments)

    return _PLACEHOLDER.sub(fill, text)


def check_placeholders(text: str) -> None:
    """Make sure that a query's placeholders exist and have their arguments.

    Raises:
        CatalogueError: One does not, or has not.
    """
    for found in _PLACEHOLDER.finditer(text):
        name, *arguments = _parts(found)
        known = PLACEHOLDERS.get(name)
        if known is None:
            raise CatalogueError(
                f"there is no placeholder {name!r}", hint=f"known: {', '.join(PLACEHOLDERS)}"
            )
        if len(arguments) != len(known.arguments) or not all(map(_VARIABLE.fullmatch, arguments)):
            wanted = ":".join((name, *known.arguments))
            raise CatalogueError(f"{found.group()}: expected {{{{ {wanted} }}}}")


def _parts(found: re.Match[str]) -> list[str]:
    return [part.strip() for part in found.group(1).split(":")]
