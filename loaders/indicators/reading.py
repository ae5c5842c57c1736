"""Read indicators: STIX 2.1 bundles, MISP events, CSV watchlists. All become one shape.

Only indicators that name a value by itself are taken: a pattern that asks for two things at once
(``AND``, ``FOLLOWEDBY``) is about behaviour that the graph does not hold; it is counted.
"""

from __future__ import annotations

import csv
import ipaddress
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ringleader.errors import InputError
from ringleader.indications import TLP

__all__ = ["ACCOUNT", "CIDR", "Defaults", "Indicator", "Read", "read_indicators"]

ACCOUNT, CIDR = "account", "cidr"
IP, DEVICE, DOMAIN, MAILBOX, PAYMENT = "ip", "device", "email_domain", "mailbox", "payment_method"
_COLUMNS = {
    "value", "kind", "source", "tlp", "confidence", "valid_from", "valid_until", "revoked", "note",
    "id",
}  # fmt: skip
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
_MISP_TYPES = {
    "ip-src": IP, "ip-dst": IP, "domain": DOMAIN, "hostname": DOMAIN, "email": MAILBOX,
    "email-src": MAILBOX, "email-dst": MAILBOX, "ja3-fingerprint-md5": DEVICE,
    "ja4": DEVICE, "cc-number": PAYMENT, "target-user": ACCOUNT, "user-id": ACCOUNT,
}  # fmt: skip
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
_HINT = "a STIX 2.1 bundle or a MISP event (.json), or a CSV with value and kind"


@dataclass(frozen=True)
class Indicator:
    """One value that somebody names.

    Attributes:
        ref: Its id at the source: a STIX id, a MISP uuid, or made of the row.
        kind: ``cidr``, ``account``, or the name of an identifier of the schema.
        value: As given.
        source: Who names it.
        tlp: Who may read it, one of :data:`TLP`.
        confidence: From 0 to 100, of the source.
        valid_from: Milliseconds since 1970; None if the source does not say.
        valid_until: When it ends; None if the source does not say.
        modified: Version of the source, in milliseconds.
        revoked: Whether the source took it back.
        note: What the source says of it.
    """

    ref: str
    kind: str
    value: str
    source: str
    tlp: str
    confidence: int
    valid_from: int | None
    valid_until: int | None
    modified: int
    revoked: bool
    note: str


@dataclass(frozen=True)
class Defaults:
    """What holds where a file does not say it.

    Attributes:
        source: Who names the values; by default what the file says, or its name.
        tlp: Who may read them. Amber, as nobody said that they may be passed on.
        confidence: Of the source.
    """

    source: str | None = None
    tlp: str | None = None
    confidence: int = 50


@dataclass
class Read:
    """Indicators of a file, and what was left out, by reason."""

    indicators: list[Indicator] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def read_indicators(path: Path, defaults: Defaults | None = None) -> Read:
    """Read a file; its format follows from its content.

    Raises:
        InputError: It cannot be read, or is of no known format.
    """
    defaults = defaults or Defaults()
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = json.loads(text) if text.lstrip()[:1] in ("{", "[") else None
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputError(f"indicators {path}: {error}", hint=_HINT) from error
    found = Read()
    if document is None:
        _watchlist(path, text, defaults, found)
    elif isinstance(document, dict) and document.get("type") == "bundle":
        _bundle(path, document.get("objects") or [], defaults, found)
    else:
        events = list(_events(document))
        if not events:
            raise InputError(f"indicators {path}: the format is unknown", hint=_HINT)
        for event in events:
            _event(path, event, defaults, found)
    return found


def _bundle(path: Path, objects: list[Any], defaults: Defaults, found: Read) -> None:
    try:
        from stix2.pattern_visitor import create_pattern_object
    except ModuleNotFoundError as error:
        raise InputError(
            "STIX patterns need stix2, which is not installed",
            hint="pip install 'ringleader[intel]'",
        ) from error
    known = {item["id"]: item for item in objects if isinstance(item, dict) and "id" in item}
    for item in known.values():
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
            _add(
                found,
                path,
                ref=item["id"],
                kind=kind,
                value=value,
                source=defaults.source or by or path.stem,
                tlp=_marking(item, known) or defaults.tlp,
                confidence=item.get("confidence", defaults.confidence),
                valid_from=item.get("valid_from"),
                valid_until=item.get("valid_until"),
                modified=item.get("modified") or item.get("created"),
                revoked=bool(item.get("revoked")),
                note=item.get("name") or item.get("description") or "",
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
    """The strictest TLP of an object's markings."""
    levels = []
    for ref in item.get("object_marking_refs", ()):
        name = _STIX_TLP.get(ref) or _tlp(str(known.get(ref, {}).get("name", "")))
        levels += [TLP.index(name)] if name else []
    return TLP[max(levels)] if levels else None


def _tlp(text: str) -> str | None:
    """The level that a name such as ``TLP:AMBER+STRICT`` or ``tlp:white`` means."""
    name = text.lower().removeprefix("tlp:").strip().replace(" ", "")
    name = "clear" if name == "white" else name
    return name if name in TLP else None


def _events(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, list):
        for item in document:
            yield from _events(item)
    elif isinstance(document, dict):
        event = document.get("Event", document)
        if isinstance(event, dict) and ("Attribute" in event or "Object" in event):
            yield event
        elif isinstance(document.get("response"), list):
            yield from _events(document["response"])


def _event(path: Path, event: dict[str, Any], defaults: Defaults, found: Read) -> None:
    by = (event.get("Orgc") or {}).get("name")
    event_tlp = _tag(event)
    parts = [*event.get("Attribute", ())]
    for item in event.get("Object", ()):
        parts += item.get("Attribute", ())
    for part in parts:
        # A composite such as ip-src|port names its first part.
        name, value = str(part.get("type")).split("|")[0], str(part.get("value")).split("|")[0]
        kind = _MISP_TYPES.get(name)
        if kind is None:
            found.left_out[f"kind that accounts do not share ({name})"] += 1
            continue
        _add(
            found,
            path,
            ref=part.get("uuid"),
            kind=kind,
            value=value,
            source=defaults.source or by or path.stem,
            tlp=_tag(part) or event_tlp or defaults.tlp,
            confidence=defaults.confidence,
            valid_from=part.get("first_seen") or _seconds(part.get("timestamp")),
            valid_until=None,
            modified=_seconds(part.get("timestamp") or event.get("timestamp")),
            revoked=bool(part.get("deleted")),
            note=part.get("comment") or event.get("info") or "",
        )


def _tag(item: Mapping[str, Any]) -> str | None:
    levels = [
        TLP.index(level) for tag in item.get("Tag", ()) if (level := _tlp(tag.get("name", "")))
    ]
    return TLP[max(levels)] if levels else None


def _seconds(value: Any) -> str | None:
    try:
        return datetime.fromtimestamp(int(value), UTC).isoformat()
    except (TypeError, ValueError, OverflowError):
        return None


def _watchlist(path: Path, text: str, defaults: Defaults, found: Read) -> None:
    rows = csv.DictReader(line for line in text.splitlines() if line.strip() and line[0] != "#")
    names = [name.strip().lower() for name in rows.fieldnames or ()]
    if "value" not in names:
        raise InputError(
            f"indicators {path} has no column `value`",
            hint=f"columns: {', '.join(sorted(_COLUMNS))}",
        )
    rows.fieldnames = names
    for row in rows:
        said = {name: (row.get(name) or "").strip() for name in _COLUMNS}
        kind = said["kind"].lower() or _guess(said["value"])
        if kind is None:
            found.left_out["value whose kind is not said"] += 1
            continue
        source = said["source"] or defaults.source or path.stem
        _add(
            found,
            path,
            ref=said["id"] or f"{source}/{kind}/{said['value']}",
            kind=kind,
            value=said["value"],
            source=source,
            tlp=_tlp(said["tlp"]) or defaults.tlp,
            confidence=said["confidence"] or defaults.confidence,
            valid_from=said["valid_from"],
            valid_until=said["valid_until"],
            modified=None,
            revoked=said["revoked"].lower() in ("1", "true", "yes"),
            note=said["note"],
        )


def _guess(value: str) -> str | None:
    if _network(value):
        return CIDR if "/" in value else IP
    return MAILBOX if "@" in value else None


def _network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _add(found: Read, path: Path, **said: Any) -> None:
    """Add an indicator, or count why it is left out."""
    value, kind = str(said["value"]).strip(), said["kind"]
    if kind in (IP, CIDR):
        if not _network(value):
            found.left_out["value that is no address"] += 1
            return
        network = ipaddress.ip_network(value, strict=False)
        whole = network.prefixlen == network.max_prefixlen
        kind, value = (IP, str(network.network_address)) if whole else (CIDR, str(network))
    if not value or not said["ref"]:
        found.left_out["row without a value or an id"] += 1
        return
    try:
        times = {
            name: _milliseconds(said[name]) for name in ("valid_from", "valid_until", "modified")
        }
        confidence = min(max(int(said["confidence"]), 0), 100)
    except (TypeError, ValueError):
        found.left_out["time or confidence that cannot be read"] += 1
        return
    modified = times["modified"] or int(path.stat().st_mtime * 1000)
    found.indicators.append(
        Indicator(
            ref=str(said["ref"]),
            kind=kind,
            value=value,
            source=said["source"],
            tlp=said["tlp"] or "amber",
            confidence=confidence,
            valid_from=times["valid_from"],
            valid_until=times["valid_until"],
            modified=modified,
            revoked=said["revoked"],
            note=str(said["note"])[:500],
        )
    )


def _milliseconds(text: str | None) -> int | None:
    if not text:
        return None
    moment = datetime.fromisoformat(str(text))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
