"""Load a table by name, or all tables of a folder: what the command line and jobs offer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.errors import WrongUsage

if TYPE_CHECKING:
    from ringleader.api.connection import Connection
    from ringleader.api.results import LoadResult

ALL = "all"


def load_named(
    r: Connection,
    table: str,
    sources: Sequence[str],
    *,
    url: str | None = None,
    query: str | None = None,
    bulk: bool = False,
    overwrite: bool = False,
    write_only: Path | None = None,
    **how: Any,
) -> LoadResult:
    """Load one table, or with ``all`` every table of a folder.

    Args:
        r: The connection.
        table: A table, or ``all``.
        sources: Files; the folder for ``all``.
        url: A database to read instead; not for ``all``.
        query: SQL for that database.
        bulk: For ``all``: see :meth:`ringleader.Connection.load_all`.
        overwrite: With ``bulk``.
        write_only: With ``bulk``.
        how: Further arguments of :meth:`ringleader.Connection.load`.

    Raises:
        WrongUsage: The arguments contradict each other.
    """
    if (bulk and table != ALL) or ((overwrite or write_only) and not bulk):
        raise WrongUsage("--bulk is for a whole folder", hint="ringleader load all FOLDER --bulk")
    if table != ALL:
        return r.load(table, sources, url=url, query=query, **how)
    if len(sources) != 1 or url:
        raise WrongUsage("all tables come from one folder", hint="ringleader load all FOLDER")
    return r.load_all(sources[0], bulk=bulk, overwrite=overwrite, write_only=write_only, **how)
