"""A first load into the managed server: its database is built, not written to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from ringleader.catalogue import get
from ringleader.engine import ensure_running, managed_connection, run_admin, stop
from ringleader.engine.folder import DATABASE, ServerFolder
from ringleader.errors import ConnectionFailed, InputError, WrongUsage
from ringleader.graph import Graph
from ringleader.graph.locks import file_lock, lease
from ringleader.keys import refuse_other_key
from ringleader.loaders.enrichment.asn import link_systems
from ringleader.loaders.enrichment.prefixes import paged
from ringleader.loaders.writing.import_files import BulkImport
from ringleader.progress import progress, say

if TYPE_CHECKING:
    from pathlib import Path

    from ringleader.settings import Settings

PURPOSE = "load all --bulk"


@dataclass(frozen=True)
class FirstLoad:
    """A first load that is under way: while its lock is held, nobody else loads or detects.

    Attributes:
        settings: The data folder and ``[server]``.
        overwrite: Whether what is in the database may go.
        place: What the file lock is known by.
    """

    settings: Settings
    overwrite: bool
    place: str

    def build(self, bulk: BulkImport, asn_mmdb: Path | None) -> None:
        """Build the managed server's database of what was collected, and start the server.

        Args:
            bulk: What to write.
            asn_mmdb: A database of autonomous systems, to which subnets are tied at the end.

        Raises:
            InputError: The database holds data by now; it is left as it is.
            LockHeld: A client that was given the server's address writes to it.
            ServerError: The import failed; the database is left unusable and has to be built again.
        """
        with timed("files of the import"):
            files = bulk.workspace.folder / "import"
            arguments = bulk.write(files, DATABASE)
        self.refuse_if_taken()
        with timed("stopping the server"):
            stop(self.settings)
        with timed("neo4j-admin database import"):
            run_admin(self.settings, arguments, files)
        with timed("starting the server"):
            state = ensure_running(self.settings)
        with (
            timed("constraints and indexes"),
            Graph.connect(state.settings(), self.settings.schema) as graph,
            lease(graph, PURPOSE, self.place),
        ):
            refuse_other_key(graph, self.settings.home)
            if asn_mmdb is not None:
                link_systems(graph, asn_mmdb, paged(graph, get("subnets-page"), "cidr"))

    def refuse_if_taken(self) -> None:
        """Make sure that nobody writes to the database, and that what it holds may go.

        Raises:
            InputError: The database holds data.
            LockHeld: A client that was given the server's address writes to it.
        """
        folder = ServerFolder(self.settings.home)
        if not (folder.data / "databases" / DATABASE).exists():
            return
        # A database that will be replaced need not answer: a failed import may have left it.
        state = (
            managed_connection(self.settings) if self.overwrite else ensure_running(self.settings)
        )
        if state is None:
            return
        with ExitStack() as stack:
            try:
                graph = stack.enter_context(Graph.connect(state.settings()))
            except ConnectionFailed:
                if not self.overwrite:
                    raise
                return
            stack.enter_context(lease(graph, PURPOSE, self.place))
            labels = {row["label"] for row in graph.read(get("what-is-loaded"))}
            if labels - {"Lease", "Store"} and not self.overwrite:
                raise InputError(
                    "the database holds data, and a first load replaces it",
                    hint="load without --bulk to add to it, or give --overwrite",
                )


@contextmanager
def first_load(settings: Settings, *, overwrite: bool) -> Iterator[FirstLoad]:
    """Hold the lock of the managed server's database, which may be replaced.

    Args:
        settings: Where the managed server is.
        overwrite: Whether what is in the database may go.

    Raises:
        WrongUsage: Another server is configured.
        LockHeld: Another run writes to the database.
        InputError: The database holds data.
    """
    if not settings.managed:
        raise WrongUsage(
            f"--bulk builds the managed server's database, and {settings.uri} is configured "
            f"({settings.source('neo4j.uri')})",
            hint="--write-only FOLDER writes the files and the command for that server",
        )
    with file_lock(settings, PURPOSE) as place:
        begun = FirstLoad(settings, overwrite, place)
        begun.refuse_if_taken()
        yield begun


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Show that a stage is under way and, at its end, how long it took."""
    began = perf_counter()
    with progress(stage):
        yield
    say(f"{stage}: {perf_counter() - began:.1f} s")
