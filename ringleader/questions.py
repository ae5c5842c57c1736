"""Ask the stored questions: which there are, how their parameters are given, what they return."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer
from ringleader.catalogue import Query, get, load_catalogue
from ringleader.errors import CatalogueError, FindingsFound, WrongUsage
from ringleader.settings import expanded

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.settings import Settings

TIMEOUT_SECONDS = 60.0
# Rows that the command line and jobs fetch at the most, unless a limit is given.
ROW_CAP = 10_000
# Parameters that are accounts, whatever the query calls them.
ACCOUNT_PARAMETERS = ("account_id", "one", "other")


def folders(settings: Settings) -> list[Path]:
    """The user's folders of queries."""
    return [Path(folder) for folder in settings.get("queries") or ()]


def questions(settings: Settings) -> list[Query]:
    """The queries for analysts, built-in and the user's, by folder and name."""
    every = load_catalogue(folders(settings)).values()
    return sorted((q for q in every if not q.internal), key=lambda q: (q.folder, q.name))


def find(
    settings: Settings, words: str = "", *, folder: str | None = None, internal: bool = False
) -> Answer:
    """The stored queries, or those that answer some words, the best first.

    Args:
        settings: Name the user's folders of queries.
        words: Words or a whole question; mistyped words are found.
        folder: Only the queries of this folder.
        internal: Include the steps of loads and detections.

    Raises:
        WrongUsage: There is no such folder.
    """
    from ringleader.catalogue.search import search

    known = questions(settings)
    if internal:
        known = list(load_catalogue(folders(settings)).values())
    if folder is not None and folder not in {query.folder for query in known}:
        there = ", ".join(sorted({query.folder for query in known}))
        raise WrongUsage(f"there is no folder {folder!r} of queries", hint=f"folders: {there}")
    found = search((query for query in known if folder in (None, query.folder)), words)
    rows = [
        {
            "name": query.name,
            "folder": query.folder,
            "question": query.question,
            "parameters": " ".join(p.name if p.required else f"[{p.name}]" for p in query.params),
        }
        for query in found
    ]
    return Answer(
        rows,
        ["name", "folder", "question", "parameters"],
        brief=["name", "question", "parameters"],
        messages=()
        if rows
        else ("no stored query has these words; ringleader query list lists all",),
    )


def mode_of(explain: bool, profile: bool) -> str:
    """``run``, ``explain`` or ``profile``.

    Raises:
        WrongUsage: Both were asked for.
    """
    if explain and profile:
        raise WrongUsage("--explain runs nothing and --profile runs it: give one of them")
    return "explain" if explain else "profile" if profile else "run"


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


def run_stored(
    graph: Graph,
    name: str,
    params: Mapping[str, Any],
    *,
    limit: int | None = None,
    cap: int | None = None,
    timeout: float | None = TIMEOUT_SECONDS,
    mode: str = "run",
) -> Answer:
    """Run, explain or profile a stored query that reads.

    Args:
        graph: The open database.
        name: The query's name.
        params: Its parameters.
        limit: Rows at the most; the query's own parameter ``limit`` is set too, if it has one.
        cap: Rows at the most where no ``limit`` is given.
        timeout: Seconds after which the server ends it.
        mode: ``run``, ``explain`` or ``profile``.

    Raises:
        CatalogueError: There is no such query.
        WrongUsage: The query writes, or a parameter is missing, unknown or of the wrong type.
    """
    from ringleader.graph.plans import plan_rows

    stored, values = prepared(graph.settings, name, params, limit)
    require_reads(graph, stored)
    if mode == "explain":
        return Answer(*plan_rows(graph.explain(stored, values).plan or {}))
    if mode == "profile":
        return Answer(*plan_rows(graph.profile(stored, values, timeout=timeout)))
    most = limit or cap
    # One row more tells whether there is more.
    rows = graph.read(stored, values, timeout=timeout, limit=None if most is None else most + 1)
    messages = []
    if not rows:
        accounts = unknown_accounts(graph, values)
        messages = [f"there is no account {account!r}" for account in accounts]
    cut = most is not None and len(rows) > most
    if cut:
        messages.append(f"stopped after {most:,} rows; a higher limit returns more")
    elif rows and len(rows) == values.get("limit") and "limit" not in params:
        messages.append(
            f"stopped after {len(rows):,} rows, the query's default; a higher limit returns more"
        )
    columns = [column.name for column in stored.columns]
    return Answer(rows[:most], columns, messages=tuple(messages), cut=cut)


def require_no_rows(name: str, answer: Answer, mode: str = "run") -> None:
    """Make sure that a query that looks for problems found none.

    Raises:
        FindingsFound: It returned rows (those of a plan do not count).
    """
    if answer.rows and mode == "run":
        count = len(answer.rows)
        raise FindingsFound(
            f"query {name} found {count:,} {'row' if count == 1 else 'rows'}",
            hint=f"ringleader query show {name}",
        )


def check_catalogue(graph: Graph, folder: Path | None = None) -> Answer:
    """Check queries: headers against bodies, and against the server's plans; nothing is run.

    Args:
        graph: The open database.
        folder: The queries; by default the user's folders, or else the built-in ones.

    Returns:
        A row per file with its problem, or ``none``.
    """
    from ringleader.catalogue import FOLDER
    from ringleader.catalogue.check import check_folder

    named = [folder] if folder else folders(graph.settings) or [FOLDER]
    checked = [made for each in named for made in check_folder(graph, expanded(each))]
    rows = [{"file": str(made.path), "problem": made.problem or "none"} for made in checked]
    return Answer(rows, ["file", "problem"])


def require_all_right(checked: Answer) -> None:
    """Make sure that checked queries have no problem.

    Raises:
        CatalogueError: One has.
    """
    wrong = sum(row["problem"] != "none" for row in checked.rows)
    if wrong:
        raise CatalogueError(
            f"{wrong} of {len(checked.rows)} queries do not agree with their headers",
            hint="docs/catalogue.md shows the built-in ones",
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
        nothing = {param.name: None for param in stored.params}
        check_reads_only(graph, stored.rendered(graph.schema), nothing)


def unknown_accounts(graph: Graph, params: Mapping[str, Any]) -> list[str]:
    """Accounts that were asked for and do not exist.

    An empty answer about one would read as an acquittal.
    """
    asked = [params[name] for name in ACCOUNT_PARAMETERS if params.get(name)]
    if not asked:
        return []
    there = {row["account_id"] for row in graph.read(get("known-accounts"), {"account_ids": asked})}
    return [account for account in asked if account not in there]


def prepared(
    settings: Settings, name: str, given: Mapping[str, Any], limit: int | None = None
) -> tuple[Query, dict[str, Any]]:
    """A stored query and the values of its parameters.

    Args:
        settings: Name the user's folders of queries.
        name: The query's name.
        given: Parameters by name.
        limit: Rows at the most; it is the query's own ``limit`` too, if it has one.

    Raises:
        CatalogueError: There is no such query.
        WrongUsage: A parameter is missing, unknown or of the wrong type.
    """
    stored = get(name, folders(settings))
    if limit is not None and any(param.name == "limit" for param in stored.params):
        given = {"limit": limit + 1, **given}
    return stored, stored.bind(given)
