"""Retention: what is older than the settings say ends, in the graph and in the data folder.

``[retention]`` of the settings says for how many days each kind of thing is kept; a kind without a
number is kept. Nothing is ended by default. Deletions commit batch by batch, so that they hold up
nobody; an interrupted retention goes on where it stopped when it is run again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader import audit
from ringleader.audit_chain import cut
from ringleader.catalogue import get
from ringleader.errors import SettingsError
from ringleader.loaders.indicators.storing import sight_indicators
from ringleader.progress import progress

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.schema import Schema

__all__ = ["KINDS", "Terms", "retain"]

# What can end, in the order in which it does, with its meaning.
KINDS: dict[str, str] = {
    "uses": "uses of identifiers, by their last event; requests to models, by their day",
    "contacts": "contacts between accounts, by their last event",
    "exemplars": "exemplars of prompt clusters, by the last prompt",
    "accounts": "accounts without uses and contacts, by their opening and last change of status",
    "links": "links and co-uses, by the end of the detection that wrote them",
    "rings": "retired rings without a decision, by their retirement",
    "runs": "records of detections, by their end; the latest stays",
    "jobs": "runs of jobs, by their beginning; the last good one of each stays",
    "quarantine": "quarantine files, by their last change",
    "records": "what each load wrote, kept to take loads back, by the load's end",
    "audit": "lines of the audit log",
}
USES_OF = "uses_of"
_SECTION = "retention"
_MOST_DAYS = 36_500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CONTACTED = "CONTACTED"


@dataclass(frozen=True)
class Terms:
    """For how long what is kept.

    Attributes:
        days: Days by kind; a kind that is not there is kept.
        uses: Days by type of relationship, for uses and contacts.
    """

    days: Mapping[str, int]
    uses: Mapping[str, int]

    @classmethod
    def of(cls, section: Mapping[str, Any], schema: Schema) -> Terms:
        """The terms that the settings name.

        Args:
            section: ``[retention]`` of the settings file.
            schema: What accounts can share.

        Raises:
            SettingsError: There is no such kind, or a number of days is none.
        """
        timed = {
            found.name: found.relationship
            for found in schema.identifiers
            if found.table in ("requests", "payments")
        }
        given = dict(section)
        special = given.pop(USES_OF, {})
        if not isinstance(special, Mapping):
            raise SettingsError(
                f"[{_SECTION}]: {USES_OF} is {special!r}", hint=f"write [{_SECTION}.{USES_OF}]"
            )
        days = {name: _days(name, value, KINDS) for name, value in given.items()}
        uses = {
            name: _days(f"{USES_OF}.{name}", value, timed, name) for name, value in special.items()
        }
        by_type = {timed[name]: number for name, number in uses.items()}
        if "uses" in days:
            by_type = {**dict.fromkeys(timed.values(), days["uses"]), **by_type}
        if "contacts" in days:
            by_type[_CONTACTED] = days["contacts"]
        return cls(days, by_type)


def _days(shown: str, value: Any, known: Mapping[str, Any], name: str | None = None) -> int:
    if (name or shown) not in known:
        raise SettingsError(
            f"[{_SECTION}]: there is no {shown!r}", hint=f"known: {', '.join(known)}"
        )
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _MOST_DAYS:
        raise SettingsError(
            f"[{_SECTION}]: {shown} is {value!r}", hint="a whole number of days, 1 or more"
        )
    return value


def retain(
    graph: Graph, home: Path, terms: Terms, *, as_of: datetime | None = None, dry_run: bool = False
) -> list[dict[str, Any]]:
    """End what is older than the terms say.

    Args:
        graph: The graph; the caller writes alone.
        home: The data folder.
        terms: For how long what is kept.
        as_of: What counts as now.
        dry_run: Only count.

    Returns:
        A row for each kind of thing: what, how many days it is kept, the time before which it
        ends, and how many ended (or would).
    """
    now = as_of or datetime.now(UTC)
    work = _Retention(graph, home, terms, now, dry_run)
    rows = work.all()
    if not dry_run:
        ended = {row["what"]: row["ended"] for row in rows if row["ended"]}
        audit.record(graph.settings, "retention", ended=ended)
    return rows


class _Retention:
    """One retention."""

    def __init__(
        self, graph: Graph, home: Path, terms: Terms, now: datetime, dry_run: bool
    ) -> None:
        self.graph, self.home, self.terms, self.dry_run = graph, home, terms, dry_run
        self.now = now
        self.rows: list[dict[str, Any]] = []

    def all(self) -> list[dict[str, Any]]:
        """Do it kind by kind."""
        ends: dict[str, Callable[[str, int], None]] = {
            "accounts": self._stored("accounts-to-end", "end-accounts", why="ended by retention"),
            "links": self._links,
            "rings": self._stored("rings-to-end", "end-rings"),
            "runs": self._stored("runs-to-end", "end-runs"),
            "jobs": self._stored("job-runs-to-end", "end-job-runs"),
            "quarantine": self._quarantine,
            "records": self._records,
            "audit": self._audit,
        }
        exemplars = self._stored("exemplars-to-end", "end-exemplars")
        with progress("end what is old"):
            # An exemplar goes by its last prompt, so it is asked for before the prompts go.
            if "exemplars" in self.terms.days:
                exemplars("exemplars", self.terms.days["exemplars"])
            if self.terms.uses:
                self._uses()
            for what, end in ends.items():
                if what in self.terms.days:
                    end(what, self.terms.days[what])
            if not self.dry_run and (self.terms.uses or "accounts" in self.terms.days):
                for name in ("end-unused-identifiers", "end-unused-places"):
                    self._end(name)
                sight_indicators(self.graph)
        return self.rows

    def _uses(self) -> None:
        before = {type_: self._milliseconds(days) for type_, days in self.terms.uses.items()}
        found = self.graph.read(get("uses-to-end"), {"before": before})
        if found and not self.dry_run:
            self._end("end-uses", before=before)
        counts = {row["kind"]: row["number"] for row in found}
        for type_, days in self.terms.uses.items():
            self._say(type_, days, counts.get(type_, 0))
        if "uses" in self.terms.days:
            days = self.terms.days["uses"]
            day = (self._before(days) - _EPOCH).days
            [row] = self.graph.read(get("model-days-to-end"), {"before": day})
            if row["number"] and not self.dry_run:
                self._end("end-model-days", before=day)
            self._say("REQUESTED", days, row["number"])

    def _links(self, what: str, days: int) -> None:
        found = self.graph.read(get("links-to-end"), {"before": self._milliseconds(days)})
        if found and not self.dry_run:
            for name in ("drop-other-links", "drop-other-co-uses"):
                self._end(name, keep=None)
        self._say(what, days, found[0]["number"] if found else 0)

    def _stored(self, count: str, end: str, **given: str) -> Callable[[str, int], None]:
        def work(what: str, days: int) -> None:
            before = self._milliseconds(days)
            [row] = self.graph.read(get(count), {"before": before})
            if row["number"] and not self.dry_run:
                self._end(end, before=before, **given)
            self._say(what, days, row["number"])

        return work

    def _quarantine(self, what: str, days: int) -> None:
        old = self._older((self.home / "quarantine").glob("*.jsonl"), days)
        for path in [] if self.dry_run else old:
            path.unlink(missing_ok=True)
        self._say(what, days, len(old))

    def _records(self, what: str, days: int) -> None:
        # What was counted (hashes of ids) stays: a repeated row must not count twice.
        marks = self._older((self.home / "loads").glob("*/complete"), days)
        for mark in [] if self.dry_run else marks:
            mark.unlink(missing_ok=True)
            for step in mark.parent.glob("step-*.parquet"):
                step.unlink()
        self._say(what, days, len(marks))

    def _audit(self, what: str, days: int) -> None:
        self._say(what, days, cut(self.home, self._before(days), dry_run=self.dry_run))

    def _older(self, paths: Any, days: int) -> list[Path]:
        before = self._before(days).timestamp()
        return sorted(path for path in paths if path.stat().st_mtime < before)

    def _end(self, name: str, **given: Any) -> None:
        stored = get(name)
        defaults = {param.name: param.default for param in stored.params if not param.required}
        self.graph.run_in_batches(stored, {**defaults, **given})

    def _before(self, days: int) -> datetime:
        return self.now - timedelta(days=days)

    def _milliseconds(self, days: int) -> int:
        return int(self._before(days).timestamp() * 1000)

    def _say(self, what: str, days: int, number: int) -> None:
        before = self._before(days).isoformat(timespec="seconds").replace("+00:00", "Z")
        self.rows.append({"what": what, "days": days, "before": before, "ended": number})
