"""A job as other schedulers have it: systemd, cron, Kubernetes, Airflow.

Each calls ``ringleader job run NAME``; none holds a secret: a password is named by its file, or in
Kubernetes by its Secret.
"""

from __future__ import annotations

import getpass
import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from string import Template

from ringleader.errors import SettingsError
from ringleader.jobs.cron import on_calendar
from ringleader.jobs.definitions import Job
from ringleader.settings import Settings, expanded

TEMPLATES = Path(__file__).resolve().parent / "templates"
IMAGE = "ringleader"
# Settings that are no secret: where a flag or the environment gives them, the scheduler must too.
_CONNECTION = {
    "neo4j.uri": "NEO4J_URI",
    "neo4j.username": "NEO4J_USERNAME",
    "neo4j.database": "NEO4J_DATABASE",
}
_CREDENTIAL = "neo4j-password"


def scheduled(job: Job, settings: Settings, scheduler: str, image: str = IMAGE) -> dict[str, str]:
    """The files that make a scheduler run a job.

    Args:
        job: The job; it has a schedule.
        settings: Where they come from decides what the scheduler has to be told.
        scheduler: One of :data:`SCHEDULERS`.
        image: The container's image, for Kubernetes.

    Returns:
        Text by the name of the file.

    Raises:
        SettingsError: The job has no schedule, or the password is where no scheduler finds it.
    """
    if job.schedule is None:
        raise SettingsError(
            f"{settings.file}: jobs.{job.name} has no schedule", hint='schedule = "0 3 * * *"'
        )
    return SCHEDULERS[scheduler](job, settings, job.schedule, image)


def _systemd(job: Job, settings: Settings, schedule: str, _image: str) -> dict[str, str]:
    environment = _environment(settings)
    # systemd hands the password over in a file that only this service can read.
    password = environment.pop("NEO4J_PASSWORD_FILE", None)
    lines = [f"Environment={_systemd_word(f'{k}={v}')}" for k, v in environment.items()]
    if password:
        lines.append(f"LoadCredential={_CREDENTIAL}:{_percent(password)}")
        lines.append(f"Environment=NEO4J_PASSWORD_FILE=%d/{_CREDENTIAL}")
    name = getpass.getuser()
    command = " ".join(_systemd_word(word).replace("$", "$$") for word in _command(job, settings))
    service = _filled(
        "service",
        job=job.name,
        user="# It runs as root." if name == "root" else f"User={name}",
        folder=_percent(str(settings.file.parent)),
        environment="\n".join(lines),
        command=command,
    )
    times = "\n".join(f"OnCalendar={time}" for time in on_calendar(schedule))
    timer = _filled("timer", job=job.name, schedule=schedule, on_calendar=times)
    return {f"ringleader-{job.name}.service": service, f"ringleader-{job.name}.timer": timer}


def _cron(job: Job, settings: Settings, schedule: str, _image: str) -> dict[str, str]:
    given = [f"{key}={shlex.quote(value)}" for key, value in _environment(settings).items()]
    folder = shlex.quote(str(settings.file.parent))
    command = f"cd {folder} && {' '.join(given)} {shlex.join(_command(job, settings))}"
    # To cron a % ends the command.
    text = _filled("crontab", job=job.name, schedule=schedule, command=command.replace("%", r"\%"))
    return {f"ringleader-{job.name}.cron": text}


def _kubernetes(job: Job, _settings: Settings, schedule: str, image: str) -> dict[str, str]:
    text = _filled(
        "kubernetes",
        job=job.name,
        schedule=json.dumps(schedule),
        image=json.dumps(image),
        arguments=json.dumps(["job", "run", job.name]),
    )
    return {f"ringleader-{job.name}.yaml": text}


def _airflow(job: Job, settings: Settings, schedule: str, _image: str) -> dict[str, str]:
    folder = shlex.quote(str(settings.file.parent))
    command = f"cd {folder} && {shlex.join(_command(job, settings))}"
    environment = {key: _jinja(value) for key, value in _environment(settings).items()}
    text = _filled(
        "airflow",
        job=job.name,
        dag_id=repr(f"ringleader-{job.name}"),
        description=repr(job.description or f"ringleader job {job.name}"),
        schedule=repr(schedule),
        command=repr(_jinja(command)),
        environment=repr(environment),
    )
    return {f"ringleader_{job.name.replace('-', '_')}.py": text}


SCHEDULERS: dict[str, Callable[[Job, Settings, str, str], dict[str, str]]] = {
    "systemd": _systemd,
    "cron": _cron,
    "kubernetes": _kubernetes,
    "airflow": _airflow,
}


def _filled(template: str, **values: str) -> str:
    text = Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(values)
    # A value that is empty leaves no empty line behind a line of its own.
    return text if text.endswith("\n") else text + "\n"


def _command(job: Job, settings: Settings) -> list[str]:
    program = Path(sys.executable).parent / "ringleader"
    words = [str(program)] if program.exists() else [sys.executable, "-m", "ringleader"]
    return [*words, "--config", str(settings.file), "job", "run", job.name]


def _environment(settings: Settings) -> dict[str, str]:
    """Variables that a scheduler has to set, because they are not in the file.

    Raises:
        SettingsError: The password is in the environment only.
    """
    if settings.password_source.startswith("environment") and settings.source(
        "neo4j.password"
    ).startswith("environment"):
        raise SettingsError(
            "the password is in the environment here, where no scheduler finds it",
            hint="put it into a file of mode 600 and set NEO4J_PASSWORD_FILE instead",
        )
    values = {"RINGLEADER_HOME": str(settings.home)}
    for name, variable in _CONNECTION.items():
        if _is_passing(settings.source(name)):
            values[variable] = str(settings.get(name))
    if _is_passing(settings.source("neo4j.password_file")):
        file = expanded(settings.get("neo4j.password_file"))
        values["NEO4J_PASSWORD_FILE"] = str(file.absolute())
    return values


def _is_passing(source: str) -> bool:
    return source == "flag" or source.startswith("environment")


def _percent(text: str) -> str:
    """A text in which systemd looks for no specifiers."""
    return text.replace("%", "%%")


def _systemd_word(text: str) -> str:
    """A word of a systemd setting, in quotes (systemd.syntax(7), "Quoting")."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_percent(escaped)}"'


def _jinja(text: str) -> str:
    """A text in which Airflow's templates see no markup."""
    return text.replace("{", "{{ '{' }}") if "{" in text else text
