"""One run of a job: its steps in order, under one lease, each noted in the graph."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from ringleader import log
from ringleader.api.connection import Connection
from ringleader.errors import LeaseLost, LockHeld, RingleaderError
from ringleader.graph.locks import exclusive
from ringleader.jobs import metrics
from ringleader.jobs.definitions import Job
from ringleader.jobs.history import Record
from ringleader.jobs.outcomes import Occasion, Outcome, StandingRings
from ringleader.jobs.steps import Step, placeholders

WAIT_STEP = 1.0  # seconds between two looks at a lock that somebody holds


@dataclass(frozen=True)
class JobResult:
    """Result of a finished run of a job.

    Attributes:
        run: Its id.
        seconds: How long it took.
        steps: What each step did.
        findings: The rings at its end.
    """

    run: str
    seconds: float
    steps: list[Outcome]
    findings: StandingRings


def run_job(r: Connection, job: Job, day: date, wait: float = 0.0) -> JobResult:
    """Run a job.

    A step that fails ends the run: what earlier steps did stands, later ones do not begin. Run
    again, the job does all its steps again, and each ends as if it had run once.

    Args:
        r: The connection; every step works on it.
        job: The job.
        day: What ``{date}`` stands for.
        wait: Seconds to wait for a lock that another run holds.

    Raises:
        LockHeld: Another run writes to the database.
        RingleaderError: A step failed; the message says which.
    """
    until = time.monotonic() + wait
    while True:
        try:
            return _run_now(r, job, day)
        except LockHeld as error:
            if isinstance(error, LeaseLost) or time.monotonic() + WAIT_STEP > until:
                raise
            time.sleep(WAIT_STEP)


def _run_now(r: Connection, job: Job, day: date) -> JobResult:
    log.about(job=job.name)
    metrics.require_folder(job)
    began = time.monotonic()
    steps: list[Outcome] = []
    try:
        with exclusive(r.graph, f"job run {job.name}"):
            result = _run(r, job, day, steps)
    except BaseException as error:
        # That another run goes on is no news of this job's; that it took this one's place is.
        if isinstance(error, LeaseLost) or not isinstance(error, LockHeld):
            with suppress(RingleaderError):
                metrics.write(job, steps, time.monotonic() - began, None)
            if isinstance(error, RingleaderError):
                _tell_failure(r, job, day, error)
        raise
    result = replace(result, seconds=round(time.monotonic() - began, 3))
    metrics.write(job, steps, result.seconds, result.findings)
    return result


def _tell_failure(r: Connection, job: Job, day: date, error: RingleaderError) -> None:
    """Tell of a failure whom the job names; that this fails too hides no error."""
    findings = StandingRings(job.name, "", day.isoformat())
    for number, step in enumerate(job.on_failure, start=1):
        # Numbers of their own: a step of the job with this number tells something else.
        occasion = Occasion(-number, findings, error.message)
        try:
            step.run(r, occasion, placeholders(job.name, "", day))
        except RingleaderError as problem:
            r.say(f"nobody was told of the failure: {problem.message}")


def _run(r: Connection, job: Job, day: date, steps: list[Outcome]) -> JobResult:
    record = Record(r.graph, job, day, steps)
    log.about(job=job.name, run=record.run)
    r.say(f"job {job.name}: {record.run}")
    try:
        for number, step in enumerate(job.steps, start=1):
            with log.bound(step=number):
                occasion = Occasion(number, record.findings())
                _step(r, record, step, occasion, placeholders(job.name, record.run, day))
    except BaseException as error:
        _failed(record, error, f"job {job.name}, {step.where.rpartition(': ')[2]}")
        raise
    findings = record.findings()
    record.finish("done", findings)
    r.say(f"job {job.name}: done, {len(findings.rings)} rings, {len(findings.new)} new")
    return JobResult(record.run, 0.0, steps, findings)


def _step(
    r: Connection, record: Record, step: Step, occasion: Occasion, values: dict[str, str]
) -> None:
    outcome = record.begin(step.title)
    r.say(f"{step.title} …")
    began = time.monotonic()
    outcome.state = "failed"  # until it has not
    try:
        done = step.run(r, occasion, values)
        outcome.state, outcome.rows, outcome.counts = "done", done.rows, done.counts
    finally:
        outcome.seconds = round(time.monotonic() - began, 3)
    r.say(f"{step.title}: done in {outcome.seconds:.1f} s")


def _failed(record: Record, error: BaseException, where: str) -> None:
    """Note in the history, and in the error, at which step the run ended."""
    if isinstance(error, RingleaderError):
        error.message = f"{where}: {error.message}"
        error.args = (error.message,)
    interrupted = isinstance(error, KeyboardInterrupt)
    text = error.message if isinstance(error, RingleaderError) else type(error).__name__
    # A database that has gone, or another holder of the lease, must not hide what failed.
    with suppress(RingleaderError):
        record.finish("interrupted" if interrupted else "failed", record.findings(), text)
