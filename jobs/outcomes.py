"""Outcomes of the steps of a job, and the current rings when a job asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class StandingRings:
    """The current rings, and which of them are new since the job's last finished run.

    Attributes:
        job: The job that asks.
        run: Its run.
        day: The day that it runs for, ISO 8601.
        since: The job's last run that was done; None if there is none.
        rings: ``{"ring_id", "size"}`` of each ring.
        new: Those of them that are new.
    """

    job: str
    run: str
    day: str
    since: str | None = None
    rings: list[dict[str, Any]] = field(default_factory=list)
    new: list[dict[str, Any]] = field(default_factory=list)

    @property
    def members(self) -> int:
        """Accounts in all the rings."""
        return sum(ring["size"] for ring in self.rings)

    @property
    def new_members(self) -> int:
        """Accounts in the new rings."""
        return sum(ring["size"] for ring in self.new)


@dataclass(frozen=True)
class Occasion:
    """The run that a step is a part of.

    Attributes:
        number: Which of the job's steps it is, from 1 on.
        findings: The rings that stand, and who asks about them.
        failure: What failed, if the step is one of ``on_failure``.
    """

    number: int
    findings: StandingRings
    failure: str | None = None


@dataclass(frozen=True)
class Done:
    """Result of a finished step.

    Attributes:
        rows: How many rows it gave; None for a step that gives none.
        counts: What it counted, for the history.
    """

    rows: int | None = None
    counts: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Outcome:
    """What a step did, as the history keeps it.

    Attributes:
        step: Its title.
        state: ``running``, ``done`` or ``failed``.
        seconds: How long it took.
        counts: What its command counted.
        rows: How many rows its command gave; None for a command that gives none.
    """

    step: str
    state: str = "running"
    seconds: float | None = None
    counts: list[dict[str, Any]] = field(default_factory=list)
    rows: int | None = None
