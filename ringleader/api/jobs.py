"""Jobs that the settings declare: list them, run one, read what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer
from ringleader.api.results import Shown
from ringleader.jobs.cron import due_times
from ringleader.jobs.definitions import get_job, read_jobs
from ringleader.jobs.history import runs
from ringleader.jobs.run import run_job as run

if TYPE_CHECKING:
    from ringleader.api.connection import Connection
    from ringleader.graph import Graph
    from ringleader.settings import Settings


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


def declared(settings: Settings) -> list[dict[str, Any]]:
    """The jobs that the settings declare, with their next time.

    Args:
        settings: The effective settings.

    Raises:
        SettingsError: One is malformed.
    """
    return [
        {
            "job": name,
            "description": job.description,
            "schedule": job.schedule,
            "due": due_times(job.schedule, 1)[0] if job.schedule else None,
            "steps": [step.title for step in job.steps],
        }
        for name, job in read_jobs(settings).items()
    ]


def job_runs(graph: Graph, limit: int = 30) -> list[dict[str, Any]]:
    """Runs of jobs, the latest first.

    Args:
        graph: An open graph.
        limit: How many at the most.
    """
    columns = ("job_run_id", "job", "state", "started_at", "seconds", "rings", "new_rings", "error")
    return [
        {**{column: row[column] for column in columns}, "steps": row["steps"]}
        for row in runs(graph, None, None, limit)
    ]


def require_job(settings: Settings, name: str) -> None:
    """Make sure that the settings declare a job.

    Raises:
        NotFound: They do not.
        SettingsError: It is malformed.
    """
    get_job(settings, name)
