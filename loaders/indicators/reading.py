"""Read indicators: STIX 2.1 bundles, MISP events, CSV watchlists. All become one shape.

Only indicators that name a value by itself are taken: a pattern that asks for two things at once
(``AND``, ``FOLLOWEDBY``) is about behaviour that the graph does not hold; it is counted.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ringleader.errors import InputError
from ringleader.indications import TLP
from ringleader.loaders.indicators.shape import (
    ACCOUNT,
    CIDR,
    DEVICE,
    DOMAIN,
    IP,
    MAILBOX,
    PAYMENT,
    Defaults,
    Read,
    add_indicator,
    is_network,
    tlp_level,
)  # fmt: skip
from ringleader.loaders.indicators.stix import add_stix_objects

__all__ = ["read_indicators", "read_misp_events"]

_COLUMNS = {
    "value", "kind", "source", "tlp", "confidence", "valid_from", "valid_until", "revoked", "note",
    "id",
}  # fmt: skip
_MISP_TYPES = {
    "ip-src": IP, "ip-dst": IP, "domain": DOMAIN, "hostname": DOMAIN, "email": MAILBOX,
    "email-src": MAILBOX, "email-dst": MAILBOX, "ja3-fingerprint-md5": DEVICE,
    "ja4": DEVICE, "cc-number": PAYMENT, "target-user": ACCOUNT, "user-id": ACCOUNT,
}  # fmt: skip
_HINT = "a STIX 2.1 bundle or a MISP event (.json), or a CSV with value and kind"


def read_indicators(path: Path, defaults: Defaults | None = None) -> Read:
    """Read a file; its format follows from its content.

    Raises:
        InputError: It cannot be read, or is of no known format.
    """
    defaults = defaults or Defaults()
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = json.loads(text) if text.lstrip()[:1] in ("{", "[") else None
        found = Read(path.stem, int(path.stat().st_mtime * 1000))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputError(f"indicators {path}: {error}", hint=_HINT) from error
    if document is None:
        _watchlist(path, text, defaults, found)
    elif isinstance(document, dict) and document.get("type") == "bundle":
        add_stix_objects(document.get("objects") or [], defaults, found)
    else:
        events = list(_events(document))
        if not events:
            raise InputError(f"indicators {path}: the format is unknown", hint=_HINT)
        for event in events:
            _event(event, defaults, found)
    return found


def read_misp_events(document: Any, name: str, defaults: Defaults) -> Read:
    """Read the MISP events of an answer; see :func:`read_indicators`."""
    found = Read(name, int(datetime.now(UTC).timestamp() * 1000))
    for event in _events(document):
        _event(event, defaults, found)
    return found


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


def _event(event: dict[str, Any], defaults: Defaults, found: Read) -> None:
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
        add_indicator(
            found,
            ref=part.get("uuid"),
            kind=kind,
            value=value,
            source=defaults.source or by or found.name,
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
        TLP.index(level) for tag in item.get("Tag", ()) if (level := tlp_level(tag.get("name", "")))
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
        source = said["source"] or defaults.source or found.name
        add_indicator(
            found,
            ref=said["id"] or f"{source}/{kind}/{said['value']}",
            kind=kind,
            value=said["value"],
            source=source,
            tlp=tlp_level(said["tlp"]) or defaults.tlp,
            confidence=said["confidence"] or defaults.confidence,
            valid_from=said["valid_from"],
            valid_until=said["valid_until"],
            modified=None,
            revoked=said["revoked"].lower() in ("1", "true", "yes"),
            note=said["note"],
        )


def _guess(value: str) -> str | None:
    if is_network(value):
        return CIDR if "/" in value else IP
    return MAILBOX if "@" in value else None
