"""Indicators of others: load them, list them, and say which were sighted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.catalogue import get
from ringleader.errors import WrongUsage
from ringleader.indications import TLP, decayed, half_lives

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.loaders.indicators.feeds import Pulled
    from ringleader.loaders.indicators.shape import Sighting
    from ringleader.settings import Settings


__all__ = [
    "TLP",
    "IndicatorFeed",
    "IndicatorLoad",
    "IndicatorPull",
    "feed_rows",
    "indicator_rows",
    "load_indicators",
    "pull_indicators",
]


@dataclass(frozen=True)
class IndicatorLoad:
    """What a load of indicators did.

    Attributes:
        read: Values that the files name.
        written: Indicators written, or found as they are.
        linked: Ties to what the graph has.
        sightings: Sightings of others that were taken.
        left_out: What was left out, by reason.
    """

    read: int
    written: int
    linked: int
    sightings: int = 0
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[str, ...]:
        """The one thing that was loaded."""
        return ("indicators",)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row with the counts."""
        return [
            {
                "table": "indicators",
                "read": self.read,
                "written": self.written,
                "linked": self.linked,
                "sightings": self.sightings,
                "left_out": sum(self.left_out.values()),
            }
        ]


@dataclass(frozen=True)
class IndicatorFeed:
    """What a pull took from one feed.

    Attributes:
        url: The TAXII collection or MISP instance.
        title: Its name.
        read: Values that it names and that are new since the last pull.
        written: Indicators written, or found as they are.
        sightings: Sightings of others that were taken.
        mark: Up to where it has been read; None if the server does not say it.
        left_out: What was left out, by reason.
    """

    url: str
    title: str
    read: int
    written: int
    sightings: int
    mark: str | None
    left_out: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class IndicatorPull:
    """What a pull did.

    Attributes:
        feeds: What each feed gave.
        linked: Ties to what the graph has, of all indicators.
    """

    feeds: tuple[IndicatorFeed, ...]
    linked: int

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row for each feed."""
        return [
            {
                "feed": feed.title,
                "read": feed.read,
                "written": feed.written,
                "sightings": feed.sightings,
                "left_out": sum(feed.left_out.values()),
                "mark": feed.mark,
                "url": feed.url,
            }
            for feed in self.feeds
        ]


def load_indicators(
    graph: Graph,
    settings: Settings,
    files: Sequence[Path],
    *,
    source: str | None,
    tlp: str | None,
    confidence: int | None,
) -> IndicatorLoad:
    """Load files of indicators; see :meth:`ringleader.Connection.load_indicators`."""
    from ringleader.graph.locks import exclusive
    from ringleader.loaders.indicators import reading, shape, storing

    if not files:
        raise WrongUsage(
            "load indicators needs a file", hint="ringleader load indicators FILE --source NAME"
        )
    defaults = shape.Defaults(source, _known(tlp), 50 if confidence is None else confidence)
    found, left_out = list[shape.Indicator](), Counter[str]()
    seen = list[shape.Sighting]()
    for file in files:
        read = reading.read_indicators(file, defaults)
        found += read.indicators
        seen += read.sightings
        left_out += read.left_out
    rows, unknown = storing.rows_of(found, graph.schema, settings.home)
    left_out.update(unknown)
    with exclusive(graph, "load indicators"):
        storing.write_indicators(graph, rows)
        known = _sightings(graph, seen, left_out)
        linked = storing.link_indicators(graph)
        storing.sight_indicators(graph)
    return IndicatorLoad(len(found), len(rows), linked, known, dict(left_out))


def pull_indicators(
    graph: Graph,
    settings: Settings,
    url: str,
    *,
    collections: Sequence[str],
    misp: bool,
    credentials: Path | None,
    source: str | None,
    tlp: str | None,
    confidence: int | None,
) -> IndicatorPull:
    """Pull indicators of a server; see :meth:`ringleader.Connection.pull_indicators`."""
    from ringleader.graph.locks import exclusive
    from ringleader.loaders.indicators import feeds, storing
    from ringleader.loaders.indicators.login import read_login
    from ringleader.loaders.indicators.shape import Defaults

    if misp and collections:
        raise WrongUsage(
            "--collection names a collection of a TAXII server, and --misp reads a MISP instance",
            hint="ringleader indicators pull URL --misp, or without --misp and with --collection",
        )
    defaults = Defaults(source, _known(tlp), 50 if confidence is None else confidence)
    login = read_login(credentials)
    with exclusive(graph, "pull indicators"):
        known = {row["url"]: (row["mark"], row["source"]) for row in graph.read(get("feeds"))}

        def marks(feed: str) -> tuple[str | None, str | None]:
            return known.get(feed, (None, None))

        pulled = (
            feeds.pull_misp(url, login, defaults, marks)
            if misp
            else feeds.pull_taxii(url, collections, login, defaults, marks)
        )
        done, linked = list[IndicatorFeed](), 0
        try:
            for feed in pulled:
                done.append(_stored(graph, settings, feed))
        finally:
            if done:
                linked = storing.link_indicators(graph)
                storing.sight_indicators(graph)
    return IndicatorPull(tuple(done), linked)


def _stored(graph: Graph, settings: Settings, feed: Pulled) -> IndicatorFeed:
    """Write what a feed gave, and up to where it was read."""
    from ringleader.loaders.indicators import storing

    rows, unknown = storing.rows_of(feed.read.indicators, graph.schema, settings.home)
    storing.write_indicators(graph, rows)
    left_out = feed.read.left_out + Counter(unknown)
    seen = _sightings(graph, feed.read.sightings, left_out)
    # Last: a pull that ends before is repeated, and the same again changes nothing.
    mark = get("mark-feed")
    values = {name: getattr(feed, name) for name in ("url", "title", "source", "mark")}
    graph.write(mark, mark.bind(values))
    found = len(feed.read.indicators)
    return IndicatorFeed(feed.url, feed.title, found, len(rows), seen, feed.mark, dict(left_out))


def _sightings(graph: Graph, seen: Sequence[Sighting], left_out: Counter[str]) -> int:
    """Write sightings of others, and count those of indicators that nobody has named here."""
    from ringleader.loaders.indicators import storing

    known = storing.write_sightings(graph, seen)
    if known < len(seen):
        left_out["sighting of an indicator that is not known"] += len(seen) - known
    return known


def _known(tlp: str | None) -> str | None:
    if tlp is not None and tlp not in TLP:
        raise WrongUsage(f"there is no TLP marking {tlp!r}", hint=f"one of {', '.join(TLP)}")
    return tlp


def feed_rows(graph: Graph) -> list[dict[str, Any]]:
    """Every feed that was pulled, with up to where it has been read."""
    return graph.read(get("feeds"))


def indicator_rows(graph: Graph, source: str = "") -> list[dict[str, Any]]:
    """Every indicator, with what is left of its confidence and how much was sighted."""
    lives, now = half_lives(graph.settings.section("indicators")), datetime.now(UTC)
    rows = []
    for row in graph.read(get("sighted-indicators"), {"source": source}):
        since = row["valid_from"].to_native() if row["valid_from"] is not None else None
        until = row["valid_until"].to_native() if row["valid_until"] is not None else None
        state = "revoked" if row["revoked"] else "ended" if until and until < now else "in force"
        left = decayed(row["confidence"], row["kind"], since, now, lives)
        rows.append({**row, "state": state, "confidence_now": left})
    return rows
