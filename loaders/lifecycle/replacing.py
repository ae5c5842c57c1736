"""A server built from a dump beside the present one, looked at, and put in its place.

The managed server's folder is replaced as a whole, by a rename, after the new one has started,
holds what it should and has passed Neo4j's own check of its store. Until then the present one is
not touched: whatever fails, and an interruption, leave it as it was. So a dump may come from an
earlier release of Neo4j, and a restore goes back to one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ringleader.catalogue import get
from ringleader.engine import ensure_running, managed_connection, run_admin, stop
from ringleader.engine.exclusive import build_lock, remove_beside
from ringleader.engine.folder import DATABASE, ServerFolder
from ringleader.engine.manage import disk_usage, put_in_place
from ringleader.engine.releases import Engine, engine_named, version_numbers
from ringleader.errors import InputError, ServerError
from ringleader.graph import Graph
from ringleader.progress import progress
from ringleader.settings import load_settings

if TYPE_CHECKING:
    from ringleader.settings import Settings

__all__ = ["counts", "refuse_later", "replace_server", "start_again"]

_MEMORY = ("server.heap", "server.page_cache", "server.port")


def counts(graph: Graph) -> dict[str, int]:
    """What a graph holds: accounts, current rings, decisions, nodes and relationships."""
    [found] = graph.read(get("size-of-backup"))
    return found


def refuse_later(what: str, made_by: str, engine: Engine) -> None:
    """Make sure that a release can read the database of another: it can if it is not earlier.

    Raises:
        InputError: It is earlier.
    """
    if version_numbers(made_by)[:2] > version_numbers(engine.neo4j)[:2]:
        line = ".".join(made_by.split(".")[:2])
        raise InputError(
            f"{what} is of Neo4j {made_by}, which {engine.neo4j} cannot read",
            hint=f"give --engine {line}, or set RINGLEADER_HOME to another folder",
        )


def replace_server(
    settings: Settings,
    dump: Path,
    engine: Engine,
    expected: Mapping[str, int],
    before: Callable[[], None] = lambda: None,
) -> None:
    """Build a server from a dump and put it in the place of the present one; it runs afterwards.

    Args:
        settings: The data folder.
        dump: Folder with ``neo4j.dump``.
        engine: The release of the new server.
        expected: What it has to hold, as :func:`counts` gives it.
        before: Called when the new server is known to be good, before it takes the place.

    Raises:
        ServerError: The dump cannot be loaded, its store is damaged, or something is missing. The
            present server is as before.
        LockHeld: Another run builds such a server.
    """
    folder = ServerFolder(settings.home)
    _require_space(folder, dump)
    with build_lock(folder):
        _replace(settings, folder, dump, engine, expected, before)
    ensure_running(_settings(settings, engine, settings.home))


def _replace(
    settings: Settings,
    folder: ServerFolder,
    dump: Path,
    engine: Engine,
    expected: Mapping[str, int],
    before: Callable[[], None],
) -> None:
    target = folder.next
    beside = _settings(settings, engine, target.home)
    ran = managed_connection(settings) is not None
    stop(settings)  # two would need twice the memory
    try:
        target.home.mkdir(mode=0o700)
        target.create()
        if folder.password_file.exists():
            shutil.copyfile(folder.password_file, target.password_file)
            target.password_file.chmod(0o600)
        with progress(f"load the dump into Neo4j {engine.neo4j}"):
            source = f"--from-path={dump}"
            run_admin(beside, ["database", "load", source, DATABASE])
        with progress("bring the store to its format"):
            run_admin(beside, ["database", "migrate", DATABASE])
        _require_whole(beside, settings, expected)
        before()
        with progress("put it in place"):
            put_in_place(folder, target)
    except BaseException:
        remove_beside(folder)
        if ran:
            start_again(settings)
        raise
    remove_beside(folder)


def start_again(settings: Settings) -> None:
    """Start the managed server of a data folder, of whichever release its data are."""
    owner = ServerFolder(settings.home).data_engine()
    engine = engine_named(owner or str(settings.get("server.engine")))
    ensure_running(_settings(settings, engine, settings.home))


def _require_whole(beside: Settings, settings: Settings, expected: Mapping[str, int]) -> None:
    """Start the new server, make sure that nothing is missing, and check its store."""
    state = ensure_running(beside)
    with Graph.connect(state.settings(), settings.schema) as graph:
        there = counts(graph)
        missing = [
            f"{there[name]:,} {name} of {number:,}"
            for name, number in expected.items()
            if there[name] < number  # a decision may have come in while the dump was begun
        ]
        if missing:
            raise ServerError(
                f"the dump does not hold what it should: {', '.join(missing)}",
                hint="ringleader backup makes another; the database is as before",
            )
        graph.ensure_schema()
        # The lease of the backup is in the dump; nobody holds it here.
        graph.write(get("drop-restored-lease"))
    stop(beside)
    with progress("neo4j-admin database check"):
        run_admin(beside, ["database", "check", f"--report-path={beside.home}", DATABASE])


def _settings(settings: Settings, engine: Engine, home: Path) -> Settings:
    """Settings of a server of a release in a data folder, with the memory of the present one."""
    given = {name: settings.get(name) for name in _MEMORY if settings.source(name) != "default"}
    flags = {**given, "server.engine": engine.line}
    return load_settings(flags, env={"RINGLEADER_HOME": str(home)}, cwd=home)


def _require_space(folder: ServerFolder, dump: Path) -> None:
    needed = max(disk_usage(folder.data), disk_usage(dump))
    free = shutil.disk_usage(folder.home).free
    if free < needed:
        raise ServerError(
            f"the new database needs {needed / 1e6:,.0f} MB in {folder.home}, and "
            f"{free / 1e6:,.0f} MB are free",
            hint="free some, or set RINGLEADER_HOME to a folder on another disk",
        )
