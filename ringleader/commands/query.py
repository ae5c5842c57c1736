"""``ringleader query``: the stored queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from ringleader.app import App, Group, output_options, pass_app
from ringleader.catalogue import Query, get, load_catalogue
from ringleader.catalogue.templates import rendered
from ringleader.errors import RingleaderError
from ringleader.questions import (
    ROW_CAP,
    TIMEOUT_SECONDS,
    check_catalogue,
    find,
    folders,
    mode_of,
    parse_parameters,
    questions,
    require_all_right,
    require_no_rows,
)


def row_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--limit``, ``--timeout``, ``--explain`` and ``--profile`` of a command that asks."""
    for option in (
        click.option("--profile", is_flag=True, help="Run it and show the work of each step."),
        click.option("--explain", is_flag=True, help="Show the plan; run nothing."),
        click.option(
            "--timeout",
            type=click.FloatRange(min=0.1),
            default=TIMEOUT_SECONDS,
            show_default=True,
            help="Seconds after which the server ends it.",
        ),
        click.option(
            "--limit", type=click.IntRange(min=1), help=f"Most rows to return [default: {ROW_CAP}]."
        ),
    ):
        function = option(function)
    return function


def _completable() -> Iterable[Query]:
    from ringleader.settings import load_settings

    try:
        # The Tab key completes; messages would get between.
        with redirect_stderr(StringIO()):
            return questions(load_settings())
    except RingleaderError:  # commands report a broken settings file, the Tab key does not
        return [query for query in load_catalogue().values() if not query.internal]


def _complete_name(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    found = [query for query in _completable() if incomplete in query.name]
    begin = [query for query in found if query.name.startswith(incomplete)]
    return [CompletionItem(query.name, help=query.question) for query in begin or found]


def _complete_parameter(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    # With an option still open, click has not taken the argument yet.
    name = ctx.params.get("name") or next(iter(ctx.args), None)
    query = next((query for query in _completable() if query.name == name), None)
    given = {pair.partition("=")[0] for pair in ctx.params.get("pairs") or ()}
    return [
        CompletionItem(f"{param.name}=", help=param.described)
        for param in (query.params if query else ())
        if param.name.startswith(incomplete) and param.name not in given
    ]


def _complete_folder(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    names = sorted({query.folder for query in _completable()})
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.group(cls=Group)
def query() -> None:
    """List and run the stored queries of the catalogue."""


@query.command("list")
@click.argument("words", nargs=-1)
@click.option("--folder", help="Only this folder, e.g. hunting.", shell_complete=_complete_folder)
@click.option(
    "--all", "everything", is_flag=True, help="Include the steps of loads and detections."
)
@output_options
@pass_app
def list_queries(
    app: App,
    words: tuple[str, ...],
    folder: str | None,
    everything: bool,
    out: Callable[..., None],
) -> None:
    """List the stored queries, or those that match WORDS, best first.

    WORDS are searched in names, questions, parameters and columns. A whole question works too, and
    mistyped words are found.

    \b
    Examples:
      ringleader query list
      ringleader query list proxy newest
      ringleader query list 'who shares a card with this account?'
      ringleader query list --folder review --format csv
    """
    out(find(app.settings, " ".join(words), folder=folder, internal=everything))


@query.command("show")
@click.argument("name", shell_complete=_complete_name)
@pass_app
def show_query(app: App, name: str) -> None:
    """Print a stored query with its header, as it runs.

    Lists that follow from the schema (`{{ uses }}` and the like in its file) are filled in.

    \b
    Example:
      ringleader query show accounts-on-ip
    """
    text = get(name, folders(app.settings)).path.read_text(encoding="utf-8")
    click.echo(rendered(text, app.settings.schema), nl=False)


@query.command("run")
@click.argument("name", shell_complete=_complete_name)
@click.option(
    "-p",
    "--param",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="A parameter; KEY:=VALUE is JSON.",
    shell_complete=_complete_parameter,
)
@click.option("--fail-if-rows", is_flag=True, help="End with code 3 if there are rows.")
@row_options
@output_options
@pass_app
def run_query(
    app: App,
    name: str,
    pairs: tuple[str, ...],
    limit: int | None,
    fail_if_rows: bool,
    timeout: float,
    explain: bool,
    profile: bool,
    out: Callable[..., None],
) -> None:
    """Run a stored query (read-only ones).

    \b
    Examples:
      ringleader query run accounts-on-ip -p address=203.0.113.7
      ringleader query run identifiers-by-accounts -p kind=Device --format csv
      ringleader query run proxies-by-accounts --limit 5
      ringleader query run accounts-with-one-email --explain
      ringleader query run ring-timeline -p ring_id=ring-80502968ea5d --profile
      ringleader query run loads-not-finished --fail-if-rows
    """
    mode, params = mode_of(explain, profile), parse_parameters(pairs)
    with app.connect() as r:
        answer = r.ask(name, params, limit=limit, cap=ROW_CAP, timeout=timeout, mode=mode)
        account = params.get("account_id")
        app.looked(f"query run {name}", *([account] if isinstance(account, str) else []))
    out(answer)
    if fail_if_rows:
        require_no_rows(name, answer, mode)


@query.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@output_options
@pass_app
def check_queries(app: App, folder: Path | None, out: Callable[..., None]) -> None:
    """Check the queries of FOLDER: headers against bodies, and against the server's plans.

    Without FOLDER it checks the folders that `queries` in ringleader.toml names, or else the
    built-in ones. A query with `mode: read` must only read. Nothing is
    run. Exit code 1 if one is wrong.

    \b
    Examples:
      ringleader query check
      ringleader query check my-queries
    """
    with app.connect() as r:
        checked = check_catalogue(r.graph, folder)
    out(checked)
    require_all_right(checked)
    app.say(f"{len(checked.rows)} queries agree with their headers")
