"""Jobs as ``[jobs]`` of the settings file declares them.

```toml
[jobs.nightly]
schedule = "0 3 * * *"            # cron's syntax, in UTC
fail_on_findings = true           # end with code 3 when there are new rings
metrics = "/var/lib/node_exporter"  # folder of node_exporter's textfile collector

[[jobs.nightly.steps]]
step = "load"
table = "requests"
sources = ["logs/{yesterday}/*.parquet"]

[[jobs.nightly.steps]]
step = "detect"
```
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringleader.errors import NotFound, SettingsError
from ringleader.jobs.steps import TELLING, Step, read_step, suggestion
from ringleader.settings import Settings, expanded

# Names become names of units, files and Kubernetes objects; a CronJob's has 52 characters at most,
# eleven of which are `ringleader-`.
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,39}[a-z0-9])?")
_TYPES: dict[str, type] = {
    "description": str,
    "schedule": str,
    "fail_on_findings": bool,
    "metrics": str,
    "steps": list,
    "on_failure": list,
}
_EXPECTED = {str: "a text", bool: "true or false", list: "a list of steps"}


@dataclass(frozen=True)
class Job:
    """A job.

    Attributes:
        name: Its name.
        steps: What it does, in order.
        description: What it is for.
        schedule: When it is due; None if only by hand.
        fail_on_findings: Whether new rings end it with code 3.
        metrics: Folder that its metrics go to.
        declared: What the settings say, as they say it.
        on_failure: What is told when a run fails: steps that notify or send an e-mail.
    """

    name: str
    steps: tuple[Step, ...]
    description: str
    schedule: str | None
    fail_on_findings: bool
    metrics: Path | None
    declared: dict[str, Any]
    on_failure: tuple[Step, ...] = ()


def read_jobs(settings: Settings) -> dict[str, Job]:
    """Every job, by name, in the order of the file.

    Raises:
        SettingsError: One is malformed; the message gives file, job, step and key.
    """
    section = settings.section("jobs")
    return {name: _job(name, given, settings.file) for name, given in section.items()}


def get_job(settings: Settings, name: str) -> Job:
    """One job.

    Raises:
        NotFound: There is none of that name.
        SettingsError: One is malformed.
    """
    jobs = read_jobs(settings)
    if name not in jobs:
        hint = suggestion(name, jobs) if jobs else f"declare [jobs.{name}] there; docs/jobs.md"
        raise NotFound(f"{settings.file} declares no job {name!r}", hint=hint)
    return jobs[name]


def _job(name: str, given: Any, file: Path) -> Job:
    where = f"{file}: jobs.{name}"
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"{where}: a job's name has lower-case letters, digits and inner hyphens, 41 at most"
        )
    if not isinstance(given, dict):
        raise SettingsError(f"{where} is {given!r}", hint=f"write [jobs.{name}]")
    for key, value in given.items():
        if key not in _TYPES:
            raise SettingsError(f"{where}: there is no key {key!r}", hint=suggestion(key, _TYPES))
        if not isinstance(value, _TYPES[key]):
            raise SettingsError(f"{where}: {key} is {value!r}; expected {_EXPECTED[_TYPES[key]]}")
    if not given.get("steps"):
        raise SettingsError(f"{where} has no steps", hint=f"add [[jobs.{name}.steps]]")
    schedule, metrics = given.get("schedule"), given.get("metrics")
    if schedule is not None:
        from ringleader.jobs.cron import parse

        parse(schedule, f"{where}: schedule")
    steps = tuple(
        read_step(step, f"{where}: step {number}", file.parent)
        for number, step in enumerate(given["steps"], start=1)
    )
    telling = tuple(
        read_step(step, f"{where}: on_failure {number}", file.parent)
        for number, step in enumerate(given.get("on_failure", ()), start=1)
    )
    for step in telling:
        if step.kind.name not in TELLING:
            raise SettingsError(f"{step.where} tells nobody", hint=f"one of {', '.join(TELLING)}")
    return Job(
        name,
        steps,
        given.get("description", ""),
        schedule,
        given.get("fail_on_findings", False),
        None if metrics is None else file.parent / expanded(metrics),
        given,
        telling,
    )
