"""A first load into the managed server: its database is built, not written to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from loaders.bulk import Bulk
from loaders.prefixes import paged
from loaders.systems import link_systems
from ringleader.catalogue import get
from ringleader.engine import ensure_running, run_admin, stop
from ringleader.engine.folder import DATABASE, ServerFolder
from ringleader.errors import InputError, WrongUsage
from ringleader.graph import Graph
from ringleader.progress import progress, say

if TYPE_CHECKING:
    from pathlib import Path

    from ringleader.settings import Settings


def refuse_if_taken(settings: Settings, *, overwrite: bool) -> None:
    """Make sure that a first load may replace the managed server's database.

    Args:
        settings: Where the managed server is.
        overwrite: Whether what is in the database may go.

    Raises:
        WrongUsage: Another server is configured.
        InputError: The database holds data.
    """
    if settings.source("neo4j.uri") not in ("default", "managed server"):
        raise WrongUsage(
            f"--bulk builds the managed server's database, and {settings.uri} is configured "
            f"({settings.source('neo4j.uri')})",
            hint="--write-only FOLDER writes the files and the command for that server",
        )
    folder = ServerFolder(settings.home)
    if overwrite or not (folder.data / "databases" / DATABASE).exists():
        return
    state = ensure_running(settings)
    with Graph.connect(state.settings()) as graph:
        taken = bool(graph.read(get("what-is-loaded"), limit=1))
    if taken:
        raise InputError(
            "the database holds data, and a first load replaces it",
            hint="load without --bulk to add to it, or give --overwrite",
        )


def build(bulk: Bulk, settings: Settings, asn_mmdb: Path | None) -> None:
    """Build the managed server's database of what was collected, and start the server.

    Args:
        bulk: What to write.
        settings: The data folder and ``[server]``.
        asn_mmdb: A database of autonomous systems, to which subnets are tied at the end.

    Raises:
        ServerError: The import failed; the database is left unusable and has to be built again.
    """
    with timed("CSV files"):
        arguments = bulk.write(bulk.workspace.folder / "import", DATABASE)
    with timed("stopping the server"):
        stop(settings)
    with timed("neo4j-admin database import"):
        run_admin(settings, arguments)
    with timed("starting the server"):
        state = ensure_running(settings)
    with timed("constraints and indexes"), Graph.connect(state.settings()) as graph:
        graph.ensure_schema()
        if asn_mmdb is not None:
            link_systems(graph, asn_mmdb, paged(graph, get("subnets-page"), "cidr"))


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Show that a stage is under way and, at its end, how long it took."""
    began = perf_counter()
    with progress(stage):
        yield
    say(f"{stage}: {perf_counter() - began:.1f} s")
