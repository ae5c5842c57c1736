"""``ringleader query`` and ``ringleader cypher``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from ringleader.app import App, Command, Group, output_options, pass_app
from ringleader.catalogue import Query, get, load_catalogue
from ringleader.errors import FindingsFound, WrongUsage

if TYPE_CHECKING:
    from ringleader.graph import Graph

ROW_CAP = 10_000
# Queries that loads and detections are made of, rather than questions of analysts.
ACCOUNT_PARAMETERS = ("account_id", "one", "other")
STEP_FOLDERS = ("load", "links", "rings", "jobs")
_timeout = click.option(
    "--timeout", type=click.FloatRange(min=0.1), default=60.0, show_default=True, help="Seconds."
)


def _folders(app: App) -> list[Path]:
    return [Path(folder) for folder in app.settings.get("queries") or ()]


def _complete_name(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    queries = load_catalogue().values()
    return [CompletionItem(q.name, help=q.question) for q in queries if incomplete in q.name]


def _complete_parameter(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    query = load_catalogue().get(ctx.params.get("name", ""))
    params = query.params if query else ()
    return [CompletionItem(f"{p.name}=") for p in params if p.name.startswith(incomplete)]


def parse_parameters(pairs: tuple[str, ...]) -> dict[str, Any]:
    """``key=value`` pairs as a map; ``key:=value`` gives the value as JSON.

    Raises:
        WrongUsage: A pair has no ``=``, or its JSON is malformed.
    """
    parsed: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        name = key.removesuffix(":")
        if not equals or not name:
            raise WrongUsage(f"parameter {pair!r} is not key=value", hint="-p address=203.0.113.7")
        if name in parsed:
            raise WrongUsage(f"parameter {name} is given twice")
        try:
            parsed[name] = json.loads(value) if key.endswith(":") else value
        except ValueError as error:
            raise WrongUsage(f"parameter {pair!r} is not JSON: {error}") from error
    return parsed


@click.group(cls=Group)
def query() -> None:
    """Ask the stored questions of the catalogue."""


@query.command("list")
@click.argument("words", nargs=-1)
@click.option("--folder", help="Only this folder, e.g. hunting.")
@click.option("--all", "everything", is_flag=True, help="The steps of loads and detections too.")
@output_options
@pass_app
def list_queries(
    app: App,
    words: tuple[str, ...],
    folder: str | None,
    everything: bool,
    out: Callable[..., None],
) -> None:
    """List the stored queries, or those whose name or question has all the WORDS.

    \b
    Examples:
      ringleader query list
      ringleader query list proxy newest
    """
    wanted = [word.lower() for word in words]
    rows = [
        {
            "name": q.name,
            "folder": q.folder,
            "question": q.question,
            "parameters": " ".join(p.name if p.required else f"[{p.name}]" for p in q.params),
        }
        for q in load_catalogue(_folders(app)).values()
        if folder in (None, q.folder)
        and (everything or folder or q.folder not in STEP_FOLDERS)
        and all(word in f"{q.name} {q.question}".lower() for word in wanted)
    ]
    out(
        rows, ["name", "folder", "question", "parameters"], brief=["name", "question", "parameters"]
    )


@query.command("show")
@click.argument("name", shell_complete=_complete_name)
@pass_app
def show_query(app: App, name: str) -> None:
    """Print a stored query with its header.

    \b
    Example:
      ringleader query show accounts-on-ip
    """
    click.echo(get(name, _folders(app)).path.read_text(encoding="utf-8"), nl=False)


@query.command("run")
@click.argument("name", shell_complete=_complete_name)
@click.option(
    "-p", "--param", "pairs", multiple=True, metavar="KEY=VALUE", shell_complete=_complete_parameter
)
@click.option("--limit", type=click.IntRange(min=1), help="Rows at the most.")
@click.option("--fail-if-rows", is_flag=True, help="End with code 3 if there are rows.")
@_timeout
@output_options
@pass_app
def run_query(
    app: App,
    name: str,
    pairs: tuple[str, ...],
    limit: int | None,
    fail_if_rows: bool,
    timeout: float,
    out: Callable[..., None],
) -> None:
    """Run a stored query that reads.

    \b
    Examples:
      ringleader query run accounts-on-ip -p address=203.0.113.7
      ringleader query run identifiers-by-accounts -p kind=Device --format csv
      ringleader query run loads-not-finished --fail-if-rows
    """
    stored = get(name, _folders(app))
    if stored.mode != "read" or stored.folder in STEP_FOLDERS:
        raise WrongUsage(
            f"query {name} is a step of a load or a detection", hint=f"ringleader query show {name}"
        )
    params = _with_limit(stored, parse_parameters(pairs), limit)
    cap = limit or ROW_CAP
    with app.graph() as graph:
        rows = graph.read(stored, params, timeout=timeout, limit=cap)
        if not rows:
            _say_unknown(app, graph, params)
    if len(rows) == cap:
        app.say(f"stopped after {cap:,} rows; --limit raises that")
    out(rows, [column.name for column in stored.columns])
    if fail_if_rows and rows:
        raise FindingsFound(
            f"query {name} found {len(rows):,} {'row' if len(rows) == 1 else 'rows'}",
            hint=f"ringleader query show {name}",
        )


def _say_unknown(app: App, graph: Graph, params: dict[str, Any]) -> None:
    """An empty answer about an account that does not exist would read as an acquittal."""
    asked = [params[name] for name in ACCOUNT_PARAMETERS if params.get(name)]
    there = {row["account_id"] for row in graph.read(get("known-accounts"), {"account_ids": asked})}
    for account in asked:
        if account not in there:
            app.say(f"there is no account {account!r}")


def _with_limit(stored: Query, given: dict[str, Any], limit: int | None) -> dict[str, Any]:
    if limit is not None and any(p.name == "limit" for p in stored.params):
        given.setdefault("limit", limit)
    return stored.bind(given)


@click.command(cls=Command)
@click.argument("statement")
@click.option(
    "-p",
    "--param",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="A parameter; KEY:=VALUE is JSON.",
)
@click.option("--write", is_flag=True, help="Allow the statement to write.")
@click.option("--limit", type=click.IntRange(min=1), default=ROW_CAP, show_default=True)
@_timeout
@output_options
@pass_app
def cypher(
    app: App,
    statement: str,
    pairs: tuple[str, ...],
    write: bool,
    limit: int,
    timeout: float,
    out: Callable[..., None],
) -> None:
    """Run a STATEMENT of Cypher (``-`` reads it from standard input); read-only unless --write.

    \b
    Examples:
      ringleader cypher 'MATCH (a:Account) RETURN count(a) AS accounts'
      ringleader cypher 'MATCH (i:Ip {address: $a})<--(x) RETURN x.account_id' -p a=203.0.113.7
      ringleader cypher 'MATCH (a:Account) RETURN a LIMIT $n' -p n:=5 --format json
    """
    from ringleader.adhoc import run_reading

    text = sys.stdin.read() if statement == "-" else statement
    if not text.strip():
        raise WrongUsage("the statement is empty", hint="ringleader cypher 'RETURN 1 AS one'")
    params = parse_parameters(pairs)
    with app.graph() as graph:
        if write:
            from ringleader.locks import exclusive

            with exclusive(graph, "cypher --write"):
                done = graph.run_in_batches(text, params, name="ad hoc write", timeout=timeout)
            rows = done.rows[:limit]
            app.say(", ".join(f"{k.replace('_', ' ')}: {v:,}" for k, v in done.counters.items()))
        else:
            rows = run_reading(graph, text, params, timeout=timeout, limit=limit)
            if len(rows) == limit:
                app.say(f"stopped after {limit:,} rows; --limit raises that")
    if rows or not write:
        out(rows)
