"""Run a job that the settings declare."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from ringleader.answers import Answer
from ringleader.api.results import Shown
from ringleader.jobs.definitions import get_job
from ringleader.jobs.run import run_job as run

if TYPE_CHECKING:
    from ringleader.api.connection import Connection


@dataclass(frozen=True)
class JobRun(Shown):
    """What a job did.

    Attributes:
        run: Its id.
        seconds: How long it took.
        rings: Ids of the rings at its end.
        new_rings: Ids of those that did not stand when the job was last done.
        steps: One row per step: what it did, how long it took, what it counted.
    """

    run: str
    seconds: float
    rings: tuple[str, ...]
    new_rings: tuple[str, ...]
    steps: Answer = field(repr=False)

    @property
    def answer(self) -> Answer:
        """The steps as rows."""
        return self.steps


def run_job(r: Connection, name: str, *, day: date | None = None, wait: float = 0.0) -> JobRun:
    """Run a job that the settings declare in ``[jobs.NAME]``; see docs/jobs.md.

    Running a job twice equals running it once; after a crash, run it again.

    Args:
        r: The connection.
        name: The job.
        day: What ``{date}`` stands for; by default today, UTC.
        wait: Seconds to wait for a lock that another run holds.

    Raises:
        NotFound: There is no such job.
        SettingsError: The job is malformed.
        LockHeld: Another run writes to the database.
        RingleaderError: A step failed; the message says which.
    """
    job = get_job(r.settings, name)
    done = run(r, job, day or datetime.now(UTC).date(), wait)
    columns = ["step", "state", "seconds", "rows", "counts"]
    rows = [{column: getattr(step, column) for column in columns} for step in done.steps]
    return JobRun(
        done.run,
        done.seconds,
        tuple(ring["ring_id"] for ring in done.findings.rings),
        tuple(ring["ring_id"] for ring in done.findings.new),
        Answer(rows, columns),
    )
