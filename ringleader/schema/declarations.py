"""Identifiers of the settings file: ``[identifiers.<name>]`` made into declarations.

Only ``table`` is required. Everything else has a default that follows from the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ringleader.errors import SettingsError
from ringleader.schema.identifiers import FAMILIES, IDENTIFIERS
from ringleader.schema.normalisers import NORMALISERS
from ringleader.schema.types import Family, Identifier

__all__ = ["KEYS", "TABLES", "declared"]

TABLES = ("accounts", "requests", "payments")
STIX = ("note", "address", "domain-name", "infrastructure")
# What may stand in a declaration, with its meaning.
KEYS: dict[str, str] = {
    "table": f"the table that has it: {', '.join(TABLES)} (required)",
    "column": "the column of that table; by default the name",
    "normaliser": f"how values are brought into one form: {', '.join(NORMALISERS)}; by default as "
    "they are",
    "region": "for `phone`: the country of numbers without a country code, two letters or a column",
    "hashed": "true to store a keyed hash in the place of the value; by default false",
    "family": "an existing kind of evidence, or a new independent one; by default the name",
    "odds": "of a new family: the evidence that strangers have by chance; as much again is one bit",
    "display": "what people call one of them; by default the name in words",
    "plural": "what people call several",
    "colour": "its colour in drawings, #rrggbb",
    "misp": "type and category of its MISP attribute, a list of two texts",
    "stix": f"how STIX has it: {', '.join(STIX)}",
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_COUNTRY = re.compile(r"[A-Z]{2}")
# Of a new family, unless it says so: as of network addresses, the weakest independent kind.
DEFAULT_ODDS = 0.2
_LEAST_ODDS, _MOST_ODDS = 1e-6, 10.0
_BUILT_IN = {identifier.name: identifier for identifier in IDENTIFIERS}
# Identifiers that loaders treat in a way of their own: only their look can be changed.
_FIXED = {identifier.name for identifier in IDENTIFIERS if not identifier.generic}
_LOOK = ("display", "plural", "colour", "misp", "stix")
_USE = {"accounts": "HAS", "requests": "USED", "payments": "PAID_WITH"}


def declared(
    section: Mapping[str, Any],
) -> tuple[tuple[Family, ...], tuple[Identifier, ...]]:
    """Families and identifiers, the built-in ones first, with those of a settings file.

    Args:
        section: The tables ``[identifiers.<name>]``, by name.

    Raises:
        SettingsError: A declaration is wrong; the message names it.
    """
    families = {family.name: family for family in FAMILIES}
    identifiers = dict(_BUILT_IN)
    for name, given in section.items():
        if not _NAME.fullmatch(name):
            raise SettingsError(
                f"[identifiers.{name}]: a name has lower-case letters, digits and underscores"
            )
        if not isinstance(given, Mapping):
            raise SettingsError(
                f"settings: identifiers.{name} is {given!r}; it is a table",
                hint=f"write [identifiers.{name}], and its settings on lines of their own",
            )
        _check(name, given)
        found = _identifier(name, given)
        identifiers[name] = found
        family = given.get("family", found.family)
        if family not in families:
            families[family] = _new_family(family, given.get("odds", DEFAULT_ODDS), families)
        elif "odds" in given:
            raise SettingsError(
                f"[identifiers.{name}]: odds belong to the family, and {family} exists already",
                hint="leave odds out: those of a family that exists do not change",
            )
    return tuple(families.values()), tuple(identifiers.values())


def _identifier(name: str, given: Mapping[str, Any]) -> Identifier:
    fields = {key: value for key, value in given.items() if key not in ("odds", "misp")}
    if "misp" in given:
        fields["misp"] = tuple(given["misp"])
    if name in _BUILT_IN:
        return replace(_BUILT_IN[name], **fields)
    words = name.replace("_", " ")
    display = given.get("display", words)
    return Identifier(
        **{
            "name": name,
            "label": "".join(part.capitalize() for part in name.split("_")),
            "key": name,
            "relationship": f"{_USE[given['table']]}_{name.upper()}",
            "column": name,
            "family": name,
            "display": words,
            "plural": f"{display}s",
            "doc": f"{words.capitalize()}, as `[identifiers.{name}]` of the settings declares it.",
            "use_doc": f"The account and its {words}, from the table {given['table']}.",
            "column_doc": f"{words}, declared as `[identifiers.{name}]`"
            + ("; only a keyed hash is kept" if given.get("hashed") else ""),
            **fields,
        }
    )


def _new_family(name: str, odds: float, families: Mapping[str, Family]) -> Family:
    taken = {family.letter for family in families.values()}
    letters = (letter for letter in name.upper() if letter.isalpha() and letter not in taken)
    return Family(
        name,
        name,
        float(odds),
        f"as the settings declare {name}",
        next(letters, name[0].upper()),
    )


def _check(name: str, given: Mapping[str, Any]) -> None:
    where = f"[identifiers.{name}]"
    for key in given:
        if key not in KEYS:
            raise SettingsError(f"{where}: there is no {key!r}", hint=f"known: {', '.join(KEYS)}")
        if name in _FIXED and key not in _LOOK:
            raise SettingsError(
                f"{where} is built in, and its {key} cannot be changed",
                hint=f"what can be: {', '.join(_LOOK)}; its odds are in [detect]",
            )
    if "table" not in given and name not in _BUILT_IN:
        raise SettingsError(f"{where} lacks table", hint=f"one of {', '.join(TABLES)}")
    _check_values(where, given)


def _check_values(where: str, given: Mapping[str, Any]) -> None:
    good: dict[str, Callable[[Any], bool]] = {
        "table": lambda value: value in TABLES,
        "column": _is_name,
        "normaliser": lambda value: value in NORMALISERS,
        "region": lambda value: bool(_COUNTRY.fullmatch(value)) or _is_name(value),
        "hashed": lambda value: isinstance(value, bool),
        "family": _is_name,
        "odds": lambda value: not isinstance(value, bool) and _LEAST_ODDS <= value <= _MOST_ODDS,
        "display": lambda value: 0 < len(value.strip()) <= 40,
        "plural": lambda value: 0 < len(value.strip()) <= 40,
        "colour": lambda value: bool(_COLOUR.fullmatch(value)),
        "misp": lambda value: (
            isinstance(value, list) and len(value) == 2 and all(isinstance(v, str) for v in value)
        ),
        "stix": lambda value: value in STIX,
    }
    for key, value in given.items():
        try:
            right = good[key](value)
        except (TypeError, AttributeError):
            right = False
        if not right:
            raise SettingsError(f"{where}: {key} is {value!r}", hint=f"{key}: {KEYS[key]}")


def _is_name(value: Any) -> bool:
    return bool(_NAME.fullmatch(value))
