"""Read STIX 2.1: indicator objects whose pattern names values by themselves, and sightings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ringleader.errors import InputError
from ringleader.indications import TLP
from ringleader.loaders.indicators.shape import (
    ACCOUNT,
    DEVICE,
    DOMAIN,
    IP,
    MAILBOX,
    PAYMENT,
    Defaults,
    Read,
    add_indicator,
    add_sighting,
    tlp_level,
)  # fmt: skip

__all__ = ["add_stix_objects", "read_stix_objects", "unresolved_markings"]

# Paths of STIX patterns. Clients have no object of their own in STIX; products use several paths.
_STIX_PATHS = {
    "ipv4-addr:value": IP,
    "ipv6-addr:value": IP,
    "domain-name:value": DOMAIN,
    "email-addr:value": MAILBOX,
    "user-account:user_id": ACCOUNT,
    "user-account:account_login": ACCOUNT,
    "payment-card:value": PAYMENT,
}
_CLIENT_PATH = re.compile(r"(?i)(^|[.:_'])(ja3s?|ja4\w*)([._']|$)")
_STIX_TLP = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear",  # TLP 1.0 white
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "clear",  # TLP 2.0
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "green",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "amber",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "red",
}


def read_stix_objects(objects: Sequence[Any], name: str, defaults: Defaults) -> Read:
    """Read STIX 2.1 objects of a feed; see :func:`read_indicators`."""
    found = Read(name, int(datetime.now(UTC).timestamp() * 1000))
    add_stix_objects(objects, defaults, found)
    return found


def unresolved_markings(objects: Sequence[Any]) -> list[str]:
    """Ids of markings, of indicators and sightings, that neither STIX nor the objects define."""
    known = {item.get("id") for item in objects}
    refs = {
        ref
        for item in objects
        if item.get("type") in ("indicator", "sighting")
        for ref in item.get("object_marking_refs", ())
    }
    return sorted(refs - known - _STIX_TLP.keys())


def add_stix_objects(objects: Sequence[Any], defaults: Defaults, found: Read) -> None:
    """Add the indicators and sightings of STIX objects to what was read.

    Raises:
        InputError: The package stix2 is not installed.
    """
    try:
        from stix2.pattern_visitor import create_pattern_object
    except ModuleNotFoundError as error:
        raise InputError(
            "STIX patterns need stix2, which is not installed",
            hint="pip install 'ringleader[intel]'",
        ) from error
    known = {item["id"]: item for item in objects if isinstance(item, dict) and "id" in item}
    for item in known.values():
        if item.get("type") == "sighting":
            _sighting(item, known, defaults, found)
        if item.get("type") != "indicator":
            continue
        if item.get("pattern_type", "stix") != "stix":
            found.left_out[f"pattern of type {item['pattern_type']}"] += 1
            continue
        try:
            terms = list(_terms(create_pattern_object(item["pattern"], version="2.1")))
        except Exception as error:  # the parser raises whatever its grammar meets
            found.left_out[f"pattern that cannot be read ({type(error).__name__})"] += 1
            continue
        by = known.get(item.get("created_by_ref", ""), {}).get("name")
        for term in terms:
            if isinstance(term, str):
                found.left_out[term] += 1
                continue
            kind, value = term
            add_indicator(
                found,
                ref=item["id"],
                kind=kind,
                value=value,
                source=defaults.source or by or found.name,
                tlp=_marking(item, known) or defaults.tlp,
                confidence=item.get("confidence", defaults.confidence),
                valid_from=item.get("valid_from"),
                valid_until=item.get("valid_until"),
                modified=item.get("modified") or item.get("created"),
                revoked=bool(item.get("revoked")),
                note=item.get("name") or item.get("description") or "",
            )


def _sighting(
    item: Mapping[str, Any], known: Mapping[str, Any], defaults: Defaults, found: Read
) -> None:
    of = str(item.get("sighting_of_ref"))
    if not of.startswith("indicator--"):
        found.left_out["sighting of what is no indicator"] += 1
        return
    where = [known.get(ref, {}).get("name") for ref in item.get("where_sighted_refs", ())]
    by = known.get(item.get("created_by_ref", ""), {}).get("name")
    add_sighting(
        found,
        ref=item["id"],
        of=of,
        observer=", ".join(filter(None, where)) or defaults.source or by,
        tlp=_marking(item, known) or defaults.tlp,
        events=item.get("count", 1),
        first_seen=item.get("first_seen"),
        last_seen=item.get("last_seen"),
        modified=item.get("modified") or item.get("created"),
        revoked=bool(item.get("revoked")),
    )


def _terms(node: Any) -> Iterator[tuple[str, str] | str]:
    """Kind and value of each comparison of a pattern, or why it is left out."""
    kind = type(node).__name__
    if kind in (
        "ObservationExpression",
        "ParentheticalExpression",
        "QualifiedObservationExpression",
    ):
        inner = getattr(node, "operand", None) or getattr(node, "expression", None)
        inner = inner or getattr(node, "observation_expression", None)
        yield from _terms(inner)
    elif kind in ("OrBooleanExpression", "OrObservationExpression"):
        for operand in node.operands:
            yield from _terms(operand)
    elif hasattr(node, "lhs") and not getattr(node, "negated", False):
        yield from _comparison(kind, node)
    else:
        yield "pattern that asks for several things at once"


def _comparison(kind: str, node: Any) -> Iterator[tuple[str, str] | str]:
    path = str(node.lhs)
    found = _STIX_PATHS.get(path) or (DEVICE if _CLIENT_PATH.search(path) else None)
    if found is None:
        yield f"kind that accounts do not share ({path.partition(':')[0]})"
    elif kind == "EqualityComparisonExpression" or (
        kind == "IsSubsetComparisonExpression" and found == IP
    ):
        yield found, str(node.rhs.value)
    elif kind == "InComparisonExpression":
        for constant in node.rhs.value:
            yield found, str(constant.value)
    else:
        yield "comparison other than =, IN and ISSUBSET"


def _marking(item: Mapping[str, Any], known: Mapping[str, Any]) -> str | None:
    """The strictest TLP of an object's markings; a marking that nobody defines counts as red."""
    levels = []
    for ref in item.get("object_marking_refs", ()):
        if ref not in _STIX_TLP and ref not in known:
            return "red"
        name = _STIX_TLP.get(ref) or tlp_level(str(known.get(ref, {}).get("name", "")))
        levels += [TLP.index(name)] if name else []
    return TLP[max(levels)] if levels else None
