"""``ringleader query``: ask the stored questions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from ringleader.app import App, Group, output_options, pass_app
from ringleader.catalogue import Query, get, load_catalogue
from ringleader.catalogue.templates import rendered
from ringleader.errors import CatalogueError, FindingsFound, RingleaderError, WrongUsage
from ringleader.settings import expanded

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.settings import Settings

ROW_CAP = 10_000
TIMEOUT_SECONDS = 60.0
# Parameters that are accounts, whatever the query calls them.
ACCOUNT_PARAMETERS = ("account_id", "one", "other")


def row_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--limit``, ``--timeout``, ``--explain`` and ``--profile`` of a command that asks."""
    for option in (
        click.option("--profile", is_flag=True, help="Run it and show what each step did."),
        click.option("--explain", is_flag=True, help="Show the plan; run nothing."),
        click.option(
            "--timeout",
            type=click.FloatRange(min=0.1),
            default=TIMEOUT_SECONDS,
            show_default=True,
            help="Seconds after which the server ends it.",
        ),
        click.option(
            "--limit", type=click.IntRange(min=1), help=f"Rows at the most [default: {ROW_CAP}]."
        ),
    ):
        function = option(function)
    return function


def mode_of(explain: bool, profile: bool) -> str:
    """``run``, ``explain`` or ``profile``.

    Raises:
        WrongUsage: Both were asked for.
    """
    if explain and profile:
        raise WrongUsage("--explain runs nothing and --profile runs it: give one of them")
    return "explain" if explain else "profile" if profile else "run"


def folders(settings: Settings) -> list[Path]:
    """The user's folders of queries."""
    return [Path(folder) for folder in settings.get("queries") or ()]


def questions(settings: Settings) -> list[Query]:
    """The queries for analysts, ours and the user's, by folder and name."""
    every = load_catalogue(folders(settings)).values()
    return sorted((q for q in every if not q.internal), key=lambda q: (q.folder, q.name))


def _completable() -> Iterable[Query]:
    from ringleader.settings import load_settings

    try:
        return questions(load_settings())
    except RingleaderError:  # a broken settings file is told by commands, not by the Tab key
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


def parse_parameters(pairs: Iterable[str]) -> dict[str, Any]:
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
        except (ValueError, RecursionError) as error:
            raise WrongUsage(f"parameter {pair!r} is not JSON: {error}") from error
    return parsed


@click.group(cls=Group)
def query() -> None:
    """Ask the stored questions of the catalogue."""


@query.command("list")
@click.argument("words", nargs=-1)
@click.option("--folder", help="Only this folder, e.g. hunting.", shell_complete=_complete_folder)
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
    """List the stored queries, or those that answer WORDS, the best first.

    WORDS are looked for in names, questions, parameters and columns; a whole question will do, and
    mistyped words are found.

    \b
    Examples:
      ringleader query list
      ringleader query list proxy newest
      ringleader query list 'who shares a card with this account?'
      ringleader query list --folder review --format csv
    """
    from ringleader.catalogue.search import search

    known = questions(app.settings)
    if everything:
        known = list(load_catalogue(folders(app.settings)).values())
    if folder is not None and folder not in {q.folder for q in known}:
        there = ", ".join(sorted({q.folder for q in known}))
        raise WrongUsage(f"there is no folder {folder!r} of queries", hint=f"folders: {there}")
    found = search((q for q in known if folder in (None, q.folder)), " ".join(words))
    rows = [
        {
            "name": q.name,
            "folder": q.folder,
            "question": q.question,
            "parameters": " ".join(p.name if p.required else f"[{p.name}]" for p in q.params),
        }
        for q in found
    ]
    if not rows:
        app.say("no stored query has these words; ringleader query list shows all")
    out(
        rows, ["name", "folder", "question", "parameters"], brief=["name", "question", "parameters"]
    )


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
    """Run a stored query that reads.

    \b
    Examples:
      ringleader query run accounts-on-ip -p address=203.0.113.7
      ringleader query run identifiers-by-accounts -p kind=Device --format csv
      ringleader query run proxies-by-accounts --limit 5
      ringleader query run accounts-with-one-email --explain
      ringleader query run ring-timeline -p ring_id=ring-80502968ea5d --profile
      ringleader query run loads-not-finished --fail-if-rows
    """
    from ringleader.graph.plans import plan_rows

    mode = mode_of(explain, profile)
    stored = get(name, folders(app.settings))
    given = parse_parameters(pairs)
    params = bound(stored, given, limit)
    with app.graph() as graph:
        require_reads(graph, stored)
        if mode == "explain":
            out(*plan_rows(graph.explain(stored, params).plan or {}))
            return
        if mode == "profile":
            out(*plan_rows(graph.profile(stored, params, timeout=timeout)))
            return
        cap = limit or ROW_CAP
        rows = graph.read(stored, params, timeout=timeout, limit=cap + 1)
        if not rows:
            for account in unknown_accounts(graph, params):
                app.say(f"there is no account {account!r}")
    if len(rows) > cap:
        app.say(f"stopped after {cap:,} rows; --limit raises that")
    elif len(rows) == params.get("limit") and "limit" not in given:
        app.say(f"stopped after {len(rows):,} rows, as the query has it; --limit raises that")
    out(rows[:cap], [column.name for column in stored.columns])
    if fail_if_rows and rows:
        raise FindingsFound(
            f"query {name} found {len(rows):,} {'row' if len(rows) == 1 else 'rows'}",
            hint=f"ringleader query show {name}",
        )


def require_reads(graph: Graph, stored: Query) -> None:
    """Make sure that a stored query is a question.

    Raises:
        WrongUsage: It is a step of a load or a detection, or writes.
        QueryError: It came from a folder of the user's and does more than read.
    """
    if stored.internal or stored.mode != "read":
        what = "is a step of a load or a detection" if stored.internal else "writes"
        raise WrongUsage(
            f"query {stored.name} {what}; only questions are run",
            hint=f"ringleader query show {stored.name}",
        )
    from ringleader.adhoc import check_reads_only
    from ringleader.catalogue.check import is_ours

    if not is_ours(stored):
        check_reads_only(
            graph, stored.rendered(graph.schema), {param.name: None for param in stored.params}
        )


def unknown_accounts(graph: Graph, params: dict[str, Any]) -> list[str]:
    """Accounts that were asked for and do not exist.

    An empty answer about one would read as an acquittal.
    """
    asked = [params[name] for name in ACCOUNT_PARAMETERS if params.get(name)]
    there = {row["account_id"] for row in graph.read(get("known-accounts"), {"account_ids": asked})}
    return [account for account in asked if account not in there]


def bound(stored: Query, given: dict[str, Any], limit: int | None) -> dict[str, Any]:
    """Values of a query's parameters; a limit on rows is its own ``limit`` too, if it has one."""
    if limit is not None and any(param.name == "limit" for param in stored.params):
        given = {"limit": limit + 1, **given}
    return stored.bind(given)


@query.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@output_options
@pass_app
def check_queries(app: App, folder: Path | None, out: Callable[..., None]) -> None:
    """Check the queries of FOLDER: headers against bodies, and against the server's plans.

    Without FOLDER, the folders that `queries` in ringleader.toml names are checked, or else ours.
    A query that says `mode: read` must only read. Nothing is run. Exit code 1 if one is wrong.

    \b
    Examples:
      ringleader query check
      ringleader query check my-queries
    """
    from ringleader.catalogue import FOLDER
    from ringleader.catalogue.check import check_folder

    named = [folder] if folder else folders(app.settings) or [FOLDER]
    with app.graph() as graph:
        checked = [made for each in named for made in check_folder(graph, expanded(each))]
    wrong = [made for made in checked if made.problem]
    out([{"file": str(made.path), "problem": made.problem or "none"} for made in checked])
    if wrong:
        raise CatalogueError(
            f"{len(wrong)} of {len(checked)} queries are not what their headers say",
            hint="docs/catalogue.md shows how ours are written",
        )
    app.say(f"{len(checked)} queries are what their headers say")
