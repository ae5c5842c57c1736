"""``ringleader job``: parse, call, render."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from ringleader.app import App, Group, output_options, pass_app
from ringleader.errors import FindingsFound, RingleaderError, SettingsError

# Those of ringleader.jobs.schedulers, without its imports.
SCHEDULERS = ("systemd", "cron", "kubernetes", "airflow")
_Out = Callable[..., None]


def _complete_job(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    names = ctx.ensure_object(App).settings.section("jobs")
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


_name = click.argument("name", shell_complete=_complete_job)


@click.group(cls=Group)
def job() -> None:
    """Run scheduled work: load, detect, query, export, report, notify.

    Jobs are declared in ringleader.toml, see docs/jobs.md.
    """


@job.command("list")
@output_options
@pass_app
def list_jobs(app: App, out: _Out) -> None:
    """List the jobs and their next times (UTC).

    \b
    Example:
      ringleader job list
    """
    from ringleader.jobs.cron import due_times
    from ringleader.jobs.definitions import read_jobs

    rows = [
        {
            "job": name,
            "description": found.description,
            "schedule": found.schedule,
            "due": due_times(found.schedule, 1)[0] if found.schedule else None,
            "steps": [step.title for step in found.steps],
        }
        for name, found in read_jobs(app.settings).items()
    ]
    if not rows:
        app.say(f"{app.settings.file} declares no job; docs/jobs.md shows how")
    out(rows, ["job", "description", "schedule", "due", "steps"])


@job.command("show")
@_name
@output_options
@pass_app
def show_job(app: App, name: str, out: _Out) -> None:
    """Show the steps of a job, as declared in the settings.

    \b
    Example:
      ringleader job show nightly
    """
    from ringleader.jobs.cron import due_times
    from ringleader.jobs.definitions import get_job

    found = get_job(app.settings, name)
    if found.schedule:
        times = ", ".join(f"{time:%Y-%m-%d %H:%M}" for time in due_times(found.schedule, 3))
        app.say(f"{name}: {found.schedule} (UTC): {times} …")
    rows = [
        {"number": number, "step": step.title, "keys": dict(step.given)}
        for number, step in enumerate(found.steps, start=1)
    ]
    out(rows, ["number", "step", "keys"])


@job.command("steps")
@click.argument("kind", required=False)
@output_options
@pass_app
def list_steps(app: App, kind: str | None, out: _Out) -> None:
    """List the kinds of steps and their keys, or those of one KIND.

    \b
    Examples:
      ringleader job steps
      ringleader job steps notify
    """
    from ringleader.jobs.steps import BY_NAME, commands_of, describe, suggestion

    if kind is not None and kind not in BY_NAME:
        raise SettingsError(f"there is no step {kind!r}", hint=suggestion(kind, BY_NAME))
    rows = [
        {"step": title, **row}
        for found in ([BY_NAME[kind]] if kind else BY_NAME.values())
        for title, command in commands_of(found).items()
        for row in describe(found, command)
    ]
    out(rows, ["step", "key", "required", "holds", "meaning"])


@job.command("run")
@_name
@click.option("--date", "day", help="What {date} stands for [default: today, UTC].")
@click.option("--fail-on-findings", is_flag=True, help="End with code 3 if there are new rings.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    help="Seconds to wait for a lock that another run holds.",
)
@output_options
@pass_app
def run(
    app: App, name: str, day: str | None, fail_on_findings: bool, wait: float, out: _Out
) -> None:
    """Run a job now. This is what schedulers call.

    A ring is new if it was not there at the end of the job's last finished run. Running a job twice
    has the effect of running it once; after a crash, run it again.

    \b
    Examples:
      ringleader job run nightly
      ringleader job run nightly --date 2026-02-23 --log-format json
      ringleader job run nightly --fail-on-findings --wait 600
    """
    from ringleader.jobs.definitions import get_job
    from ringleader.jobs.run import run_job

    found = get_job(app.settings, name)
    signal.signal(signal.SIGTERM, _interrupt)
    with app.connect() as r:
        result = run_job(r, found, _day(day), wait)
    findings = result.findings
    out(
        [
            {
                "job_run": result.run,
                "steps": len(result.steps),
                "rings": len(findings.rings),
                "new_rings": len(findings.new),
                "seconds": result.seconds,
            }
        ]
    )
    if findings.new and (fail_on_findings or found.fail_on_findings):
        raise FindingsFound(
            f"{len(findings.new)} new rings of {findings.new_members} accounts",
            hint=f"ringleader job history --run {result.run}",
        )


def _interrupt(*_: Any) -> None:
    """Schedulers stop with SIGTERM what people stop with Ctrl-C."""
    raise KeyboardInterrupt


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"--date is {text!r}; expected a day such as 2026-02-23") from error


@job.command("history")
@click.argument("name", required=False, shell_complete=_complete_job)
@click.option("--run", "job_run", help="Show the steps of this run, with their counts.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@output_options
@pass_app
def history(app: App, name: str | None, job_run: str | None, limit: int, out: _Out) -> None:
    """Show which jobs ran, the latest first, or the steps of one run.

    \b
    Examples:
      ringleader job history
      ringleader job history nightly --limit 3 --format json
    """
    from ringleader.errors import NotFound
    from ringleader.jobs.history import runs

    with app.connect() as r:
        found = runs(r.graph, name, job_run, limit)
    if job_run is None:
        brief = ["job_run_id", "state", "started_at", "seconds", "rings", "new_rings", "error"]
        out([{**row, "new_rings": _number(row["new_rings"])} for row in found], brief=brief)
        return
    if not found:
        raise NotFound(f"there is no run {job_run!r}", hint="ringleader job history")
    [row] = found
    if row["error"]:
        app.say(row["error"])
    columns = ["step", "state", "seconds", "rows", "counts"]
    out([{column: step.get(column) for column in columns} for step in row["steps"]], columns)


def _number(rings: list[str] | None) -> int | None:
    return None if rings is None else len(rings)


@job.command("schedule")
@_name
@click.option(
    "--as", "scheduler", type=click.Choice(SCHEDULERS), required=True, help="Which scheduler."
)
@click.option("--image", default="ringleader", show_default=True, help="kubernetes: the image.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the files [default: standard output].",
)
@pass_app
def schedule(app: App, name: str, scheduler: str, image: str, output: Path | None) -> None:
    """Write a job for systemd, cron, Kubernetes or Airflow.

    \b
    Examples:
      ringleader job schedule nightly --as systemd --output /etc/systemd/system
      ringleader job schedule nightly --as cron
      ringleader job schedule nightly --as kubernetes --image registry.example/ringleader:0.2
      ringleader job schedule nightly --as airflow --output dags
    """
    from ringleader.jobs.definitions import get_job
    from ringleader.jobs.schedulers import scheduled
    from ringleader.output import whole_file

    files = scheduled(get_job(app.settings, name), app.settings, scheduler, image)
    for file, text in files.items():
        if output is None:
            click.echo((f"# {file}\n" if len(files) > 1 else "") + text, nl=False)
            continue
        with whole_file(output / file) as written:
            written.write(text.encode())
        app.say(f"wrote {output / file}")


@job.command("watch")
@click.argument("names", nargs=-1, shell_complete=_complete_job)
@pass_app
def watch(app: App, names: tuple[str, ...]) -> None:
    """Run jobs when they are due, in the foreground, until Ctrl-C.

    By default it runs every job that has a schedule. It needs APScheduler (ringleader[watch]). A
    failed job is reported, and the watch goes on.

    \b
    Examples:
      ringleader job watch
      ringleader job watch nightly --log-format json
    """
    from ringleader.app import complain
    from ringleader.jobs.cron import due_times
    from ringleader.jobs.definitions import Job, get_job, read_jobs
    from ringleader.jobs.run import run_job
    from ringleader.jobs.watch import watch as watch_jobs

    found = [get_job(app.settings, name) for name in names] or list(
        read_jobs(app.settings).values()
    )
    due = [one for one in found if one.schedule is not None]
    if not due:
        raise SettingsError(
            f"{app.settings.file}: no job has a schedule", hint='schedule = "0 3 * * *"'
        )
    signal.signal(signal.SIGTERM, _interrupt)

    def run_one(one: Job) -> None:
        try:
            with app.connect() as r:
                run_job(r, one, datetime.now(UTC).date())
        except RingleaderError as error:
            complain(app, error.message, error.hint, error.word)

    for one in due:
        app.say(f"{one.name} is due at {due_times(one.schedule or '', 1)[0]:%Y-%m-%d %H:%M} UTC")
    watch_jobs(due, run_one)
