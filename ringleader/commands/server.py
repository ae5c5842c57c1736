"""``ringleader server``: the managed local Neo4j."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from ringleader.app import App, Group, output_options, pass_app
from ringleader.errors import NotFound, WrongUsage

NOT_RUNNING = 4  # as for any command that finds no server
_FOLLOW_SECONDS = 0.5


@click.group(cls=Group)
def server() -> None:
    """Run a local Neo4j with Graph Data Science.

    It needs neither Docker nor an installed Java, listens on 127.0.0.1 only, and has a generated
    password in a file that only you can read. RINGLEADER_HOME moves its data folder,
    RINGLEADER_CACHE its downloads.
    """


@server.command(
    epilog="""\b
Examples:
  ringleader server start
  ringleader server start --port 17687
  RINGLEADER_HOME=/data/ringleader ringleader server start --engine 5.26"""
)
@click.option("--port", type=click.IntRange(1, 65535), help="First port to try [default: 7687].")
@click.option(
    "--engine", help="2026.08 or 5.26 (long-term) [default: the version of the data, or 2026.08]."
)
@click.option("--heap", help="Memory for queries and algorithms, e.g. 4g.")
@click.option("--page-cache", help="Memory for the store, e.g. 2g.")
@pass_app
def start(
    app: App, port: int | None, engine: str | None, heap: str | None, page_cache: str | None
) -> None:
    """Start the server; download it the first time.

    If a port is in use, the next free one is taken. If the server runs already, nothing changes.
    """
    with app.connect() as r:
        state = r.start_server(port=port, engine=engine, heap=heap, page_cache=page_cache)
        settings = r.settings
    verb = "was already running" if state.already_running else "is ready"
    app.say(f"Neo4j {state.engine} {verb} at {state.uri} (process {state.pid})")
    app.say(f"user {state.username}, password in {state.password_file}")
    app.say(f"data in {state.home}; every ringleader command finds it automatically")
    if not settings.managed:
        app.say(
            f"note: other commands use {settings.uri} ({settings.source('neo4j.uri')}), "
            "not this server"
        )


@server.command(epilog="\b\nExample:\n  ringleader server stop")
@pass_app
def stop(app: App) -> None:
    """Stop the server; its data stays."""
    from ringleader.engine import stop as stop_server

    stopped = stop_server(app.settings)
    if stopped is None:
        app.say("no managed server is running")
    else:
        app.say(f"stopped Neo4j {stopped.engine} (process {stopped.pid}); its data stays")


@server.command(
    epilog="""\b
Examples:
  ringleader server status
  ringleader server status --format json"""
)
@output_options
@pass_app
def status(app: App, out: Callable[..., None]) -> int:
    """Show whether the server runs, and where; exit code 4 if it does not answer."""
    from ringleader.engine import status as server_status

    found = server_status(app.settings)
    state = found.state
    facts: dict[str, Any] = {
        "status": "running" if found.answering else "not answering" if found.running else "stopped",
        "uri": state.uri if state else None,
        "engine": state.engine if state else found.data_engine,
        "pid": state.pid if state and found.running else None,
        "up_seconds": _seconds_since(state.started_at) if state and found.running else None,
        "database": state.database if state else None,
        "username": state.username if state else None,
        "password_file": state.password_file if state else None,
        "folder": str(found.root),
        "disk_mb": round(found.disk_bytes / 1e6, 1),
        "heap_mb": found.memory.heap >> 20,
        "page_cache_mb": found.memory.page_cache >> 20,
        "log": str(found.log_file),
    }
    shown = click.get_current_context().params.get("format_")
    if shown in (None, "table"):
        out([{"fact": name, "value": value} for name, value in facts.items()])
    else:  # programs want one row with a column per fact
        out([facts])
    if found.ended:
        app.say(f"it did not stop properly: {found.ended}")
    if found.left is not None:
        ids = ", ".join(map(str, found.left))
        runs = f" (running: process {ids})" if ids else ""
        app.say(
            f"an interrupted upgrade or restore has left a server beside it{runs}; the next "
            "ringleader server start or stop removes it"
        )
    if not found.running:
        app.say("start it: ringleader server start")
    return 0 if found.answering else NOT_RUNNING


@server.command(
    epilog="""\b
Examples:
  ringleader server logs -n 100
  ringleader server logs -f"""
)
@click.option("-n", "--lines", type=click.IntRange(0), default=40, show_default=True)
@click.option("-f", "--follow", is_flag=True, help="Follow the log; stop with Ctrl-C.")
@pass_app
def logs(app: App, lines: int, follow: bool) -> None:
    """Show the log of the server."""
    from ringleader.engine.folder import ServerFolder

    path = ServerFolder(app.settings.home).log_file
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise NotFound(f"there is no log at {path}", hint="ringleader server start") from error
    with file:
        seen = file.read().splitlines(keepends=True)
        click.echo(b"".join(seen[-lines:] if lines else []), nl=False)
        while follow:
            arrived = file.read()
            if arrived:
                click.echo(arrived, nl=False)
            else:
                time.sleep(_FOLLOW_SECONDS)


@server.command(
    epilog="""\b
Examples:
  ringleader server reset
  ringleader server reset --yes"""
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_app
def reset(app: App, yes: bool) -> None:
    """Delete the data, password and logs of the server; downloads stay.

    It must be stopped first.
    """
    from ringleader.engine import managed_connection
    from ringleader.engine import reset as reset_server
    from ringleader.engine.folder import ServerFolder

    root = ServerFolder(app.settings.home).root
    if not yes and managed_connection(app.settings) is None and root.exists():
        if not sys.stdin.isatty():
            raise WrongUsage(
                f"this deletes {root}, and there is no terminal to confirm it",
                hint="ringleader server reset --yes",
            )
        click.confirm(f"Delete the graph and everything else in {root}?", abort=True, err=True)
    freed = reset_server(app.settings)
    app.say(f"deleted {root} ({freed / 1e6:,.0f} MB)" if freed else f"nothing in {root}")


def _seconds_since(started_at: str) -> int:
    return round((datetime.now(UTC) - datetime.fromisoformat(started_at)).total_seconds())
