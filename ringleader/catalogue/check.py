"""Whether stored queries agree with their headers: asked of the files, then of a server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ringleader.adhoc import check_reads_only
from ringleader.catalogue import FOLDER, Query, load_catalogue, parse
from ringleader.errors import CatalogueError, QueryError
from ringleader.graph import Graph


@dataclass(frozen=True)
class Checked:
    """What was found about a file; ``problem`` is None if all is well."""

    path: Path
    problem: str | None = None


def check_folder(graph: Graph, folder: Path) -> list[Checked]:
    """Check every query of a folder: header against body, then header against the server's plan.

    Args:
        graph: The database whose planner is asked. Nothing runs.
        folder: With ``.cypher`` files.

    Raises:
        CatalogueError: There is no such folder, or no query in it.
    """
    paths = sorted(folder.rglob("*.cypher"))
    if not paths:
        raise CatalogueError(
            f"{folder} holds no .cypher file", hint="ringleader query show accounts-on-ip"
        )
    return [Checked(path, _problem_of_file(graph, path, paths)) for path in paths]


def _problem_of_file(graph: Graph, path: Path, paths: Sequence[Path]) -> str | None:
    try:
        query = parse(path)
    except CatalogueError as error:
        return error.message
    ours = {} if FOLDER in path.resolve().parents else load_catalogue()
    taken = [p for p in (*paths, *(q.path for q in ours.values())) if p.stem == path.stem]
    if len(taken) > 1:
        return f"name {query.name!r} is taken by {next(p for p in taken if p != path)}"
    return next(problems(graph, query), None)


def problems(graph: Graph, query: Query) -> Iterator[str]:
    """What a server's plan of a query and its header disagree about.

    Args:
        graph: The database whose planner is asked.
        query: A stored query.
    """
    params = {param.name: None for param in query.params}
    try:
        summary = graph.explain(query, params)
        if query.mode == "read" and not query.internal:
            check_reads_only(graph, query.rendered(graph.schema), params)
    except QueryError as error:
        yield error.message
        return
    # Procedures that tell of the server itself are neither reading nor writing to the planner.
    reads = summary.query_type == "r" or (query.internal and summary.query_type == "s")
    if reads != (query.mode == "read"):
        yield f"mode: {query.mode}, but it {'only reads' if reads else 'writes'}"
    columns, declared = graph.columns(query), [column.name for column in query.columns]
    if columns != declared:
        yield f"columns: {', '.join(declared)} declared, {', '.join(columns)} returned"


def is_ours(query: Query) -> bool:
    """Whether a query came with ringleader, and not from a folder of the user's."""
    return FOLDER in query.path.resolve().parents
