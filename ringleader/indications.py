"""What indicators of others are worth now: decay of confidence, and a line for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.catalogue import get
from ringleader.errors import SettingsError

if TYPE_CHECKING:
    from ringleader.graph import Graph

__all__ = [
    "HALF_LIVES",
    "TLP",
    "Indication",
    "Seen",
    "Sightings",
    "believed",
    "decayed",
    "half_lives",
    "indications",
]

# Of the traffic light protocol (TLP 2.0), in the order of who may read it: the later, the fewer.
TLP = ("clear", "green", "amber", "amber+strict", "red")

# Days after which a source's confidence is worth half: an address changes hands in weeks, a
# mailbox hardly ever. `[indicators.half_life]` of the settings changes them.
HALF_LIVES: dict[str, float] = {
    "ip": 30,
    "cidr": 90,
    "device": 180,
    "email_domain": 180,
    "mailbox": 365,
    "payment_method": 180,
    "account": 365,
}
_OTHERS = 180.0
_DAY = 86_400.0
_KEYS = {"evidence", "half_life"}  # of [indicators]
_OBSERVERS = 3  # in a line


@dataclass(frozen=True)
class Seen:
    """What a partner has seen of an indicator.

    Attributes:
        observer: Who saw it.
        tlp: Who may read that.
        events: How often.
        last: When last, ISO 8601; None if unknown.
    """

    observer: str
    tlp: str
    events: int
    last: str | None

    @property
    def words(self) -> str:
        """The sighting as part of a line."""
        last = f", last on {self.last[:10]}" if self.last else ""
        often = "once" if self.events == 1 else f"{self.events:,} times"
        return f"{self.observer} ({often}{last}, TLP:{self.tlp.upper()})"


@dataclass(frozen=True)
class Indication:
    """An indicator that names something in use.

    Attributes:
        source: Who names it.
        tlp: Who may read that.
        label: Label of what it names.
        key: The key of it.
        confidence: Of the source, from 0 to 100.
        now: What is left of it today.
        since: Since when, ISO 8601; None if unknown.
        accounts: How many of the accounts asked for use it, or are it.
        note: What the source says.
        seen_by: Which partners have seen it, the most often first.
    """

    source: str
    tlp: str
    label: str
    key: str
    confidence: int
    now: int
    since: str | None
    accounts: int
    note: str
    seen_by: tuple[Seen, ...] = ()

    def within(self, tlp: str) -> Indication | None:
        """What of it those may read who may read a TLP; None if nothing."""
        if TLP.index(self.tlp) > TLP.index(tlp):
            return None
        seen = (one for one in self.seen_by if TLP.index(one.tlp) <= TLP.index(tlp))
        return replace(self, seen_by=tuple(seen))

    @property
    def words(self) -> str:
        """The indicator as a line."""
        since = f", since {self.since[:10]}" if self.since else ""
        note = f": {self.note}" if self.note else ""
        used = f"used by {self.accounts:,} of them" if self.label != "Account" else "one of them"
        return (
            f"named by {self.source}, TLP:{self.tlp.upper()}: {self.label} {self.key}, {used}, "
            f"confidence {self.now} (of {self.confidence}{since}){self.seen_words}{note}"
        )

    @property
    def seen_words(self) -> str:
        """Who else has seen it, as part of a line; nothing if nobody has."""
        told = [one.words for one in self.seen_by[:_OBSERVERS]]
        more = len(self.seen_by) - len(told)
        told += [f"{more:,} more"] if more > 0 else []
        return f"; also seen by {', '.join(told)}" if told else ""


@dataclass(frozen=True)
class Sightings:
    """A file of sightings.

    Attributes:
        file: The file.
        written: Sightings in it.
        left_out: Sightings that TLP keeps back.
        unknown: Sightings of indicators whose id is none of STIX or MISP, such as rows of a CSV.
    """

    file: Path
    written: int
    left_out: int
    unknown: int


def half_lives(section: Mapping[str, Any]) -> dict[str, float]:
    """Days by kind, as the settings change them.

    Args:
        section: ``[indicators]`` of the settings file.

    Raises:
        SettingsError: A value is no number of days.
    """
    given = _part(section, "half_life")
    for name, days in given.items():
        if isinstance(days, bool) or not isinstance(days, int | float) or days <= 0:
            raise SettingsError(
                f"[indicators.half_life]: {name} is {days!r}", hint="a number of days above 0"
            )
    return {**HALF_LIVES, **given}


def believed(section: Mapping[str, Any]) -> dict[str, int]:
    """Sources whose word makes a ring, with the confidence from which on it does; usually none.

    Args:
        section: ``[indicators]`` of the settings file.

    Raises:
        SettingsError: A value is no confidence.
    """
    given = _part(section, "evidence")
    for source, least in given.items():
        if isinstance(least, bool) or not isinstance(least, int) or not 0 < least <= 100:
            raise SettingsError(
                f"[indicators.evidence]: {source!r} is {least!r}",
                hint="a confidence from 1 to 100, from which on the source's word makes a ring",
            )
    return dict(given)


def _part(section: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    given = section.get(name, {})
    if (unknown := set(section) - _KEYS) or not isinstance(given, Mapping):
        raise SettingsError(
            f"[indicators] has {', '.join(sorted(unknown)) or repr(given)}",
            hint="write [indicators.half_life] with days by kind below it, or "
            "[indicators.evidence] with a confidence for each source",
        )
    return given


def decayed(
    confidence: int, kind: str, since: datetime | None, now: datetime, lives: Mapping[str, float]
) -> int:
    """What is left of a confidence: half after each half-life of its kind."""
    if since is None:
        return confidence
    days = max((now - since).total_seconds() / _DAY, 0.0)
    left: float = confidence * 0.5 ** (days / lives.get(kind, _OTHERS))
    return round(left)


def indications(
    graph: Graph, accounts: Sequence[str], *, now: datetime | None = None
) -> tuple[Indication, ...]:
    """Indicators in force that name accounts or what they use, the most used first.

    Args:
        graph: The graph.
        accounts: The accounts.
        now: What counts as now.
    """
    lives = half_lives(graph.settings.section("indicators"))
    moment = now or datetime.now(UTC)
    found = []
    for row in graph.read(get("indications-of-accounts"), {"accounts": list(accounts)}):
        since = row["valid_from"].to_native() if row["valid_from"] is not None else None
        found.append(
            Indication(
                row["source"],
                row["tlp"],
                row["label"],
                row["key"],
                row["confidence"],
                decayed(row["confidence"], row["kind"], since, moment, lives),
                since.isoformat() if since else None,
                row["accounts"],
                row["note"] or "",
                tuple(_seen(seen) for seen in row["seen_by"]),
            )
        )
    return tuple(found)


def _seen(row: Mapping[str, Any]) -> Seen:
    last = row["last_seen"].to_native().isoformat() if row["last_seen"] is not None else None
    return Seen(row["observer"], row["tlp"], row["events"], last)
