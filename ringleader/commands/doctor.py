"""``ringleader doctor`` and ``ringleader upgrade``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ringleader.app import App, Command, pass_app
from ringleader.doctor import effective_settings, examine


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  ringleader doctor
  ringleader doctor --mend
  ringleader doctor --format json
  ringleader doctor --uri bolt://db.example.org:7687 --password-file ~/neo4j-password""",
)
@click.option("--mend", is_flag=True, help="Create missing constraints and indexes.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("table", "json")),
    default="table",
    show_default=True,
    help="How the report is written.",
)
@pass_app
def doctor(app: App, mend: bool, format_: str) -> int:
    """Show the effective settings and check what ringleader needs.

    Every setting is shown with its source; secrets are masked. Every failed check and every
    warning is shown with the command that fixes it. Exit code 1 if a check failed.
    """
    settings = [
        {"setting": setting.name, "value": setting.shown, "source": setting.source}
        for setting in effective_settings(app.settings)
    ]
    checks = [
        {"check": c.name, "outcome": c.outcome, "detail": c.detail, "hint": c.hint}
        for c in examine(app.settings, mend=mend)
    ]
    failed = [check for check in checks if check["outcome"] == "failed"]
    if format_ == "json":
        report = {"ok": not failed, "settings": settings, "checks": checks}
        click.echo(json.dumps(report, indent=2))
        return 1 if failed else 0
    from ringleader.output import emit

    emit(settings, title="Settings")
    emit([{k: v for k, v in check.items() if k != "hint"} for check in checks], title="Checks")
    for check in checks:
        if check["outcome"] not in ("failed", "warning"):
            continue
        app.say(f"{check['check']}: {check['detail']}")
        app.say(f"  try: {check['hint']}")
    return 1 if failed else 0


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  ringleader backup before-upgrade.tar
  ringleader upgrade
  ringleader upgrade --engine 2026.08""",
)
@click.option("--engine", help="Bring the managed server to this release of Neo4j first: 2026.08.")
@click.option(
    "--backup",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the backup before another release goes [default: backups/ of the data folder].",
)
@pass_app
def upgrade(app: App, engine: str | None, backup: Path | None) -> None:
    """Bring a graph that an earlier version wrote to the schema of this one.

    It can be repeated. `ringleader doctor` says whether it is needed.

    \b
    With --engine, the managed server's database is brought to a later release of Neo4j: it is
    backed up, loaded into a new server, counted and checked. Only then the new server takes the
    place of the old one. Whatever fails, and Ctrl-C, leave the old one as it was.
    `ringleader restore BACKUP --overwrite --engine 5.26` goes back.
    """
    with app.connect() as r:
        done = r.upgrade(engine=engine, backup=backup)
    if done.engine is not None:
        app.say(f"the database is of Neo4j {done.engine} now; as it was before: {done.backup}")
    elif engine is not None:
        app.say("the database is of no earlier release of Neo4j; it stays where it is")
    for what, number in done.changed.items():
        app.say(f"changed: {what}: {number:,}")
    if done.created:
        app.say(f"created {len(done.created):,} constraints and indexes")
    app.say(f"the graph has version {done.version} of the schema")
    if done.changed or done.created:
        app.say(
            "next: ringleader detect, which writes what is new; files that are loaded again bring "
            "phones, mailboxes and days of use"
        )
