"""What a job did, for Prometheus: files that node_exporter's textfile collector picks up.

Two files per job, so that what the last success left stays when a later run fails:
``ringleader_JOB.prom`` is of the last run, ``ringleader_JOB_done.prom`` of the last that was done.
"""

from __future__ import annotations

import time
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from ringleader.errors import SettingsError
from ringleader.jobs.definitions import Job
from ringleader.jobs.outcomes import Outcome, StandingRings
from ringleader.output import whole_file

# Prometheus gives every scrape a label job of its own, and would rename one that is called so.
_LABEL = "ringleader_job"


def require_folder(job: Job) -> None:
    """Check, before a job runs, that its metrics can be written.

    Raises:
        SettingsError: There is no such folder.
    """
    if job.metrics is not None and not job.metrics.is_dir():
        raise SettingsError(
            f"jobs.{job.name}: metrics is {job.metrics}, which is no folder",
            hint=f"mkdir -p {job.metrics}, and let this user write to it",
        )


def write(job: Job, steps: list[Outcome], seconds: float, findings: StandingRings | None) -> None:
    """Write the metrics of a run, if the job says where to.

    Args:
        job: The job.
        steps: What its steps did.
        seconds: How long it took.
        findings: The rings at its end; None for a run that failed.

    Raises:
        InputError: The folder does not exist or cannot be written.
    """
    if job.metrics is None:
        return
    last = CollectorRegistry()
    _gauge(last, "end_timestamp_seconds", "When the job last ended.", job, time.time())
    _gauge(last, "success", "Whether the last run succeeded.", job, float(findings is not None))
    _gauge(last, "duration_seconds", "How long the last run took.", job, seconds)
    lasted = Gauge(
        "ringleader_job_step_duration_seconds",
        "How long each step of the last run took.",
        (_LABEL, "number", "step"),
        registry=last,
    )
    for number, step in enumerate(steps, start=1):
        lasted.labels(job.name, str(number), step.step).set(step.seconds or 0.0)
    _put(job.metrics / f"ringleader_{job.name}.prom", last)
    if findings is None:
        return
    done = CollectorRegistry()
    _gauge(done, "success_timestamp_seconds", "When the job last succeeded.", job, time.time())
    _gauge(done, "rings", "Rings at that time.", job, len(findings.rings))
    _gauge(done, "ring_members", "Accounts in those rings.", job, findings.members)
    _gauge(done, "new_rings", "Those new since the run before.", job, len(findings.new))
    _put(job.metrics / f"ringleader_{job.name}_done.prom", done)


def _gauge(registry: CollectorRegistry, name: str, doc: str, job: Job, value: float) -> None:
    Gauge(f"ringleader_job_{name}", doc, (_LABEL,), registry=registry).labels(job.name).set(value)


def _put(path: Path, registry: CollectorRegistry) -> None:
    with whole_file(path) as file:
        file.write(generate_latest(registry))
