"""`ringleader retention` and `ringleader forget`: the end of data, by age and on request."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from ringleader.app import App, Command, output_options, pass_app

_file = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=Command)
@click.option("--dry-run", is_flag=True, help="Count what would end; end nothing.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="What counts as today (UTC).")
@output_options
@pass_app
def retention(app: App, out: Callable[..., None], dry_run: bool, as_of: datetime | None) -> None:
    """End data that are older than the settings say.

    \b
    [retention] of ringleader.toml says for how many days what is kept. What has no number
    stays; nothing ends by default. An interrupted run goes on when it is run again. Rings stay
    as they are until the next detection, and say how many members have ended.

    \b
    Example of settings, days by kind of thing and by identifier:
      [retention]
      uses = 180          # also contacts, accounts, links, rings, runs, jobs, exemplars,
      accounts = 365      # quarantine, records, audit
      [retention.uses_of]
      ip = 90

    \b
    Examples:
      ringleader retention --dry-run
      ringleader retention
      ringleader retention --as-of 2026-12-31 --dry-run
    """
    with app.connect() as r:
        from ringleader.api import lifecycle

        moment = None if as_of is None else as_of.replace(tzinfo=UTC)
        rows = lifecycle.retention(r.graph, r.settings, as_of=moment, dry_run=dry_run)
    if any(row["ended"] for row in rows) and not dry_run:
        app.say("rings and links stay as the last detection left them: ringleader detect")
    out(rows, ["what", "days", "before", "ended"])


@click.command(cls=Command)
@click.argument("accounts", metavar="[ACCOUNT]...", nargs=-1)
@click.option("--file", type=_file, help="Ids: one a line, or a CSV with a column account_id.")
@click.option("--again", is_flag=True, help="Erase accounts that were erased and came back.")
@click.option(
    "--folder",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="Folder or file with exports, besides [exports] folders; may be repeated.",
)
@click.option("--tombstone", is_flag=True, help="Keep a keyed hash, to recognise who comes back.")
@click.option("--receipt", type=_file, help="Write the receipt to this file (JSON).")
@click.option("--dry-run", is_flag=True, help="Count what would be erased; erase nothing.")
@output_options
@pass_app
def forget(
    app: App,
    out: Callable[..., None],
    accounts: tuple[str, ...],
    file: Path | None,
    again: bool,
    folders: tuple[Path, ...],
    tombstone: bool,
    receipt: Path | None,
    dry_run: bool,
) -> None:
    """Erase accounts on request, wherever they are.

    \b
    Accounts go from the graph (with what only they used, and the decisions about them), from
    the records of loads, the quarantine, the audit log, and files with exports. In CSV, JSON
    lines and Parquet their rows go; a file of another format that names one is removed whole.
    The receipt names nobody: it has keyed hashes, counts and files, and is signed with the key
    of the audit log.

    \b
    Examples:
      ringleader forget acct-42 --dry-run
      ringleader forget acct-42 --folder exports/ --receipt receipt.json
      ringleader forget --file requests.csv --tombstone
      ringleader forget --again
    """
    with app.connect() as r:
        done = r.forget(
            accounts,
            file=file,
            again=again,
            folders=folders,
            tombstones=tombstone,
            dry_run=dry_run,
        )
    if receipt is not None:
        from ringleader.output import whole_file

        with whole_file(receipt) as target:
            target.write(json.dumps(asdict(done), indent=2).encode() + b"\n")
    for path, rows in done.files.items():
        app.say(
            f"{path}: " + ("removed" if rows is None else f"{rows:,} rows removed or shortened")
        )
    app.say(f"receipt {done.receipt}: {done.found:,} of {done.asked:,} accounts were in the graph")
    if done.found and not dry_run:
        app.say("rings and links stay as the last detection left them: ringleader detect")
    out(done.rows, ["what", "removed"])
