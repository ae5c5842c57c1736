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

ALL, INDICATORS, USES = "all", "indicators", "uses"


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
    """Load one table, indicators, clean tables, or with ``all`` every table of a folder.

    Args:
        r: The connection.
        table: A table, ``indicators``, ``uses`` for clean tables, or ``all``.
        sources: Files; the folder for ``all`` and ``uses``.
        url: A database to read instead; not for ``all``.
        query: SQL for that database.
        bulk: For ``all`` and ``uses``: see :meth:`ringleader.Connection.load_all`.
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
    if table == USES:
        return _uses(r, sources, bulk, overwrite, write_only, {"url": url, "query": query, **how})
    if (bulk and table != ALL) or ((overwrite or write_only) and not bulk):
        raise WrongUsage("--bulk is for a whole folder", hint="ringleader load all FOLDER --bulk")
    if table != ALL:
        return r.load(table, sources, url=url, query=query, **how)
    if len(sources) != 1 or url:
        raise WrongUsage("all tables come from one folder", hint="ringleader load all FOLDER")
    return r.load_all(sources[0], bulk=bulk, overwrite=overwrite, write_only=write_only, **how)


def _uses(
    r: Connection,
    sources: Sequence[str],
    bulk: bool,
    overwrite: bool,
    write_only: Path | None,
    how: dict[str, Any],
) -> LoadResult:
    """Load clean tables; what is said of sources has no meaning for them."""
    kept = {name: how.pop(name, None) for name in ("dry_run", "chunk_size", "asn_mmdb")}
    if any(value for value in how.values()):
        given = next(name for name, value in how.items() if value)
        raise WrongUsage(
            f"--{given.replace('_', '-')} is for sources; clean tables have been read already",
            hint="give it to ringleader prepare",
        )
    if len(sources) != 1:
        raise WrongUsage("clean tables come from one folder", hint="ringleader load uses FOLDER")
    kept["dry_run"] = bool(kept["dry_run"])
    return r.load_uses(sources[0], bulk=bulk, overwrite=overwrite, write_only=write_only, **kept)
