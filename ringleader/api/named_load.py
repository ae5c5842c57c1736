"""Load a table by name, or all tables of a folder: what the command line and jobs offer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.errors import WrongUsage

if TYPE_CHECKING:
    from ringleader.api.connection import Connection
    from ringleader.api.indicating import IndicatorLoad
    from ringleader.api.results import LoadResult

ALL, INDICATORS = "all", "indicators"


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
    tlp: str | None = None,
    confidence: int | None = None,
    **how: Any,
) -> LoadResult | IndicatorLoad:
    """Load one table, indicators, or with ``all`` every table of a folder.

    Args:
        r: The connection.
        table: A table, ``indicators``, or ``all``.
        sources: Files; the folder for ``all``.
        url: A database to read instead; not for ``all``.
        query: SQL for that database.
        bulk: For ``all``: see :meth:`ringleader.Connection.load_all`.
        overwrite: With ``bulk``.
        write_only: With ``bulk``.
        tlp: For indicators: who may read those that do not say it.
        confidence: For indicators: of those that do not say it.
        how: Further arguments of :meth:`ringleader.Connection.load`.

    Raises:
        WrongUsage: The arguments contradict each other.
    """
    if table == INDICATORS:
        source = how.get("source_name")
        return r.load_indicators(sources, source=source, tlp=tlp, confidence=confidence)
    if tlp is not None or confidence is not None:
        raise WrongUsage(
            "--tlp and --confidence are for indicators", hint="ringleader load indicators FILE"
        )
    if (bulk and table != ALL) or ((overwrite or write_only) and not bulk):
        raise WrongUsage("--bulk is for a whole folder", hint="ringleader load all FOLDER --bulk")
    if table != ALL:
        return r.load(table, sources, url=url, query=query, **how)
    if len(sources) != 1 or url:
        raise WrongUsage("all tables come from one folder", hint="ringleader load all FOLDER")
    return r.load_all(sources[0], bulk=bulk, overwrite=overwrite, write_only=write_only, **how)
