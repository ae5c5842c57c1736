"""`ringleader backup`, `restore` and `keys`: the managed server in one file, and its keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from ringleader.app import App, Command, Group, output_options, pass_app

_file = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=Command)
@click.argument("file", type=_file)
@click.option("--keys", type=_file, help="Write the keys to this file; keep it elsewhere.")
@pass_app
def backup(app: App, file: Path, keys: Path | None) -> None:
    """Write the managed server and the data folder to one file.

    \b
    The file holds the database (neo4j-admin database dump), the settings without passwords, the
    decisions as JSON lines, records of loads, quarantine and audit log. Keys go into a file of
    their own. The server stops for it, and runs again afterwards if it ran before.

    \b
    Examples:
      ringleader backup /backup/ringleader-2026-11-28.tar --keys /safe/ringleader-keys.tar
    """
    with app.connect() as r:
        made = r.backup(file, keys=keys)
    app.say(
        f"{made.file}: {made.bytes / 1e6:,.1f} MB, {made.accounts:,} accounts, "
        f"{made.rings:,} rings, {made.reviews:,} decisions, Neo4j {made.engine}"
    )
    if keys is not None:
        app.say(f"{keys}: the keys; keep them apart from the backup")
    elif made.key_fingerprint:
        app.say(f"the key {made.key_fingerprint} is not in it: --keys FILE writes the keys")


@click.command(cls=Command)
@click.argument("file", type=_file)
@click.option("--keys", type=_file, help="The keys of the backup.")
@click.option("--overwrite", is_flag=True, help="Replace what is there: database, records, keys.")
@click.option("--engine", help="Release of Neo4j afterwards: 2026.08 or 5.26 [default: as it is].")
@pass_app
def restore(app: App, file: Path, keys: Path | None, overwrite: bool, engine: str | None) -> None:
    """Put a backup in the place of the managed server's database.

    \b
    Every file of the backup is checked, and the database is loaded and checked, before anything
    is replaced. A backup of Neo4j 5.26 can be restored for 2026.08, not the other way round. Its
    settings are put beside the data as restored-ringleader.toml: they apply where you copy them to.

    \b
    Examples:
      RINGLEADER_HOME=/data/new ringleader restore backup.tar --keys keys.tar
      ringleader restore backup.tar --overwrite
      ringleader restore before.tar --overwrite --engine 5.26
    """
    with app.connect() as r:
        done = r.restore(file, keys=keys, overwrite=overwrite, engine=engine)
    app.say(
        f"restored {done.accounts:,} accounts, {done.rings:,} rings and {done.reviews:,} decisions "
        f"of {done.made_at}"
    )


@click.group(cls=Group)
def keys() -> None:
    """Show and rotate the keys of hashes and pseudonyms."""


@keys.command(cls=Command)
@output_options
@pass_app
def show(app: App, out: Callable[..., None]) -> None:
    """List the keys by their fingerprints; a key itself is never shown.

    \b
    Examples:
      ringleader keys show
    """
    from ringleader.api.keeping_keys import key_rows

    out(key_rows(app.settings))


@keys.command(name="rotate", cls=Command)
@click.argument("key", type=click.Choice(("graph", "exports")))
@click.option("--force", is_flag=True, help="graph: although the database has hashes made with it.")
@pass_app
def rotate_key(app: App, key: str, force: bool) -> None:
    """Make a new key; the old one stays beside it, named by its fingerprint.

    \b
    After a rotation of `exports`, pseudonyms of new exports cannot be joined with those of earlier
    ones. After a rotation of `graph`, all files have to be loaded again into an empty database.

    \b
    Examples:
      ringleader keys rotate exports
      ringleader keys rotate graph --force
    """
    with app.connect() as r:
        old, new = r.rotate_key(key, force=force)
    app.say(f"key {key}: {new} takes the place of {old or 'none'}")
