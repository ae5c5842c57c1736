"""The one shape of indicators, whatever says them."""

from __future__ import annotations

import ipaddress
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ringleader.indications import TLP

__all__ = [
    "ACCOUNT", "CIDR", "DEVICE", "DOMAIN", "IP", "MAILBOX", "PAYMENT", "Defaults", "Indicator",
    "Read", "Sighting", "add_indicator", "add_sighting", "is_network", "tlp_level",
]  # fmt: skip

ACCOUNT, CIDR = "account", "cidr"
IP, DEVICE, DOMAIN, MAILBOX, PAYMENT = "ip", "device", "email_domain", "mailbox", "payment_method"


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
class Sighting:
    """What somebody has seen of an indicator.

    Attributes:
        ref: Its id at the source.
        of: The ``ref`` of the indicator.
        observer: Who saw it.
        tlp: Who may read it, one of :data:`TLP`.
        events: How often.
        first_seen: Milliseconds since 1970; None if the source does not say.
        last_seen: Likewise.
        modified: Version of the source, in milliseconds.
        revoked: Whether the source took it back.
    """

    ref: str
    of: str
    observer: str
    tlp: str
    events: int
    first_seen: int | None
    last_seen: int | None
    modified: int
    revoked: bool


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
    """Indicators and sightings of a file or feed, and what was left out, by reason."""

    name: str = ""
    time: int = 0  # version of what has none, in milliseconds
    indicators: list[Indicator] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def add_indicator(found: Read, **said: Any) -> None:
    """Add an indicator, or count why it is left out."""
    value, kind = str(said["value"]).strip(), said["kind"]
    if kind in (IP, CIDR):
        if not is_network(value):
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
            modified=times["modified"] or found.time,
            revoked=said["revoked"],
            note=str(said["note"])[:500],
        )
    )


def add_sighting(found: Read, **said: Any) -> None:
    """Add a sighting, or count why it is left out."""
    try:
        times = {
            name: _milliseconds(said[name]) for name in ("first_seen", "last_seen", "modified")
        }
        events = max(int(said["events"]), 0)
    except (TypeError, ValueError):
        found.left_out["sighting whose time or count cannot be read"] += 1
        return
    found.sightings.append(
        Sighting(
            ref=str(said["ref"]),
            of=str(said["of"]),
            observer=said["observer"] or found.name,
            tlp=said["tlp"] or "amber",
            events=events,
            first_seen=times["first_seen"],
            last_seen=times["last_seen"],
            modified=times["modified"] or found.time,
            revoked=said["revoked"],
        )
    )


def is_network(value: str) -> bool:
    """Whether a text is an address or a network."""
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def tlp_level(text: str) -> str | None:
    """The level that a name such as ``TLP:AMBER+STRICT`` or ``tlp:white`` means."""
    name = text.lower().removeprefix("tlp:").strip().replace(" ", "")
    name = "clear" if name == "white" else name
    return name if name in TLP else None


def _milliseconds(text: str | None) -> int | None:
    if not text:
        return None
    moment = datetime.fromisoformat(str(text))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
