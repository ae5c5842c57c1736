"""What a job tells: new rings, changed rings, or its own failure; in words and as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ringleader.api.changes import NEWCOMERS, change_line
from ringleader.jobs.outcomes import Occasion, StandingRings
from ringleader.output import now_text, plain

FINDINGS, CHANGES, ALWAYS = "findings", "changes", "always"
# What became of a ring that somebody wants to hear of; one that shrank or went tells nobody.
TOLD = ("new", "returned", "grown", "merged", "split", NEWCOMERS)
MOST_LINES = 20  # of a message for people; the data have all


@dataclass(frozen=True)
class Message:
    """Something to tell.

    Attributes:
        type: What kind of event it is.
        title: One line for people.
        lines: More lines for people.
        data: The same for machines: counts and ids of rings, never an identifier of an account.
        about: What tells it apart from another message of the same job and step.
        severity: ``info``, ``warning`` or ``error``.
    """

    type: str
    title: str
    lines: tuple[str, ...]
    data: Mapping[str, Any]
    about: tuple[Any, ...]
    severity: str = "info"

    @property
    def body(self) -> dict[str, Any]:
        """The body of a delivery in the format of ringleader."""
        return {"type": self.type, "timestamp": now_text(), "data": dict(self.data)}


def message(
    occasion: Occasion, when: str, changed: Callable[[], Sequence[Mapping[str, Any]]]
) -> Message | None:
    """What is to be told on an occasion; None for nothing.

    Args:
        occasion: The run that tells.
        when: ``findings`` (new rings), ``changes`` (new, returned, grown, merged, split,
            newcomers near one) or ``always``.
        changed: Reads what became of rings since the job's last finished run.
    """
    findings = occasion.findings
    if occasion.failure is not None:
        return _failed(findings, occasion.failure)
    if when == CHANGES:
        return _changes(findings, [row for row in changed() if row["change"] in TOLD])
    if when == FINDINGS and not findings.new:
        return None
    since = findings.day if when == ALWAYS else findings.since
    count = len(findings.new)
    return Message(
        "ringleader.rings",
        f"{findings.job}: {count} new {'ring' if count == 1 else 'rings'} of "
        f"{findings.new_members} accounts",
        _some([f"{ring['ring_id']}: {ring['size']} accounts" for ring in findings.new]),
        {
            "job": findings.job,
            "run": findings.run,
            "rings": len(findings.rings),
            "members": findings.members,
            "new_rings": findings.new,
            "new_members": findings.new_members,
        },
        (since, sorted(ring["ring_id"] for ring in findings.new)),
    )


def _changes(findings: StandingRings, rows: Sequence[Mapping[str, Any]]) -> Message | None:
    if not rows:
        return None
    keys = ("change", "ring_id", "size", "joined", "left", "other", "at")
    told = [{key: plain(row[key]) for key in keys} for row in rows]
    for one, row in zip(told, rows, strict=True):
        if row["change"] == NEWCOMERS:
            one[NEWCOMERS] = len(row["accounts"])
    changed = len({row["ring_id"] for row in rows if row["change"] != NEWCOMERS})
    opened = sum(one.get(NEWCOMERS, 0) for one in told)
    parts = []
    if changed:
        parts.append(f"{changed} {'ring has' if changed == 1 else 'rings have'} changed")
    if opened:
        parts.append(
            f"{opened} {'account was' if opened == 1 else 'accounts were'} opened near rings"
        )
    return Message(
        "ringleader.changes",
        f"{findings.job}: {', '.join(parts)}",
        _some([change_line(row) for row in rows]),
        {"job": findings.job, "run": findings.run, "since": findings.since, "changes": told},
        (findings.since, sorted(f"{row['ring_id']}|{row['change']}" for row in rows)),
        "warning",
    )


def _failed(findings: StandingRings, failure: str) -> Message:
    return Message(
        "ringleader.job_failed",
        f"{findings.job} failed",
        (failure,),
        {"job": findings.job, "run": findings.run or None, "day": findings.day, "error": failure},
        (findings.run or findings.day, failure),
        "error",
    )


def _some(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - MOST_LINES
    return (*lines[:MOST_LINES], *([f"and {more} more"] if more > 0 else []))
