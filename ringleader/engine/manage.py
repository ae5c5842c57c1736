"""What one can do with the managed server: start, stop, look, reset, run an admin command."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ringleader.engine.admin import admin, set_initial_password
from ringleader.engine.artifacts import cache_folder, install
from ringleader.engine.config import (
    Memory,
    find_java,
    link_plugins,
    memory_for,
    write_configuration,
)
from ringleader.engine.exclusive import left_behind, server_lock
from ringleader.engine.folder import ServerFolder, ServerState
from ringleader.engine.lock import read_lock
from ringleader.engine.process import (
    answers,
    failure,
    find_process,
    launch,
    reserved_port,
    terminate,
    wait_until_ready,
)
from ringleader.engine.releases import Engine
from ringleader.errors import ConnectionFailed, ServerError
from ringleader.progress import progress, say
from ringleader.settings import Settings

# How often a start tries again because somebody took the port in the meantime.
PORT_RACES = 3
# A server whose disk is full neither answers nor ends.
LEAST_FREE_DISK = 100_000_000
# How Neo4j says so.
PORT_TAKEN = "already in use"


@dataclass(frozen=True)
class Status:
    """How the managed server stands.

    Attributes:
        state: What is recorded; None when it was stopped or never started.
        running: Whether its process runs.
        answering: Whether Bolt takes the login.
        ended: Why it ended, if it did so by itself.
        root: Its folder.
        disk_bytes: What the folder takes.
        data_engine: The release that the data belongs to; None without data.
        memory: What it runs with or, where it does not run, what the next start gives it.
        log_file: Its log.
        left: Processes of a server beside it that a killed upgrade or restore has left, perhaps
            none; None if nothing is left.
    """

    state: ServerState | None
    running: bool
    answering: bool
    ended: str | None
    root: Path
    disk_bytes: int
    data_engine: str | None
    memory: Memory
    log_file: Path
    left: tuple[int, ...] | None = None


def ensure_running(
    settings: Settings, *, port: int | None = None, with_gds: bool = True
) -> ServerState:
    """Start the managed server if it does not run, and wait until it answers.

    The first time, it downloads the engine and generates a password.

    Args:
        settings: The data folder, and ``[server]`` engine, port, heap and page_cache.
        port: First Bolt port to try, instead of the one in the settings.
        with_gds: Whether Graph Data Science is loaded.

    Returns:
        Where it answers.

    Raises:
        ServerError: It cannot be provisioned or started.
    """
    folder = ServerFolder(settings.home)
    with server_lock(folder):
        state = folder.read_state()
        if state is not None and find_process(folder, state) is not None:
            with progress("waiting for Neo4j") as advance:
                wait_until_ready(folder, state, advance)
            _complain_about_other_engine(settings, state)
            return replace(state, already_running=True)
        if state is not None:
            say(f"the server did not stop properly ({failure(folder)}); it recovers its data now")
        return _start(settings, folder, port, with_gds)


def _start(
    settings: Settings, folder: ServerFolder, port: int | None, with_gds: bool
) -> ServerState:
    engine = folder.choose_engine(settings)
    memory = memory_for(settings)
    java = find_java(engine)
    first = int(settings.get("server.port")) if port is None else port
    try:
        folder.create()
        free = shutil.disk_usage(folder.root).free
        if free < LEAST_FREE_DISK:
            raise ServerError(
                f"{free / 1e6:,.0f} MB are free for {folder.root}; Neo4j would hang or end",
                hint="free some, or set RINGLEADER_HOME to a folder on another disk",
            )
        jars = _prepare(folder, engine, with_gds)
        for attempt in range(1, PORT_RACES + 1):
            with reserved_port(first, cache_folder() / "ports") as chosen:
                if chosen != first:
                    say(f"port {first} is taken; using {chosen}")
                try:
                    return _launch_on(chosen, folder, engine, memory, java, jars)
                except ServerError as error:
                    if PORT_TAKEN not in error.message or attempt == PORT_RACES:
                        raise
    except OSError as error:
        raise ServerError(
            f"cannot write to {folder.root}: {error.strerror or error}",
            hint="free disk space or fix permissions, or set RINGLEADER_HOME to another folder",
        ) from error
    raise AssertionError("the last attempt returns or raises")


def _launch_on(
    port: int,
    folder: ServerFolder,
    engine: Engine,
    memory: Memory,
    java: Path,
    jars: Sequence[Path],
) -> ServerState:
    write_configuration(folder, engine, memory, port, jars)
    password = folder.ensure_password()
    if not folder.has_data:
        set_initial_password(java, folder, password)
    folder.engine_file.write_text(engine.neo4j + "\n", encoding="utf-8")
    log_from = folder.log_file.stat().st_size if folder.log_file.exists() else 0
    state = launch(folder, engine, memory, java, port)
    with progress(f"starting Neo4j {engine.neo4j}") as advance:
        wait_until_ready(folder, state, advance, log_from)
    return state


def _prepare(folder: ServerFolder, engine: Engine, with_gds: bool) -> list[Path]:
    lock = read_lock(engine)
    paths = install(lock, f"Neo4j {engine.neo4j} with GDS {engine.gds}", cache_folder())
    located = list(zip(lock.artifacts, paths, strict=True))
    link_plugins(folder, [path for a, path in located if a.has_procedures and with_gds])
    return [path for artifact, path in located if with_gds or not artifact.is_plugin]


def _complain_about_other_engine(settings: Settings, state: ServerState) -> None:
    folder = ServerFolder(settings.home)
    try:
        wanted = folder.choose_engine(settings).neo4j
    except ServerError as error:
        raise ServerError(
            f"the server that runs is Neo4j {state.engine}: {error.message}", hint=error.hint
        ) from error
    if wanted != state.engine:
        say(f"Neo4j {state.engine} runs; {wanted} comes with the next start")


def stop(settings: Settings) -> ServerState | None:
    """Stop the managed server, if it runs.

    Returns:
        What was stopped; None when none ran.
    """
    folder = ServerFolder(settings.home)
    if not folder.root.exists():
        return None
    with server_lock(folder):
        state = folder.read_state()
        if state is None:
            return None
        if find_process(folder, state) is None:
            folder.state_file.unlink(missing_ok=True)
            return None
        with progress("stopping Neo4j"):
            if not terminate(folder, state):
                say("it did not stop in time and was killed; the next start recovers its data")
        return state


def reset(settings: Settings) -> int:
    """Delete the managed server's data, password and logs; downloads are kept.

    Returns:
        How many bytes were freed.

    Raises:
        ServerError: It runs.
    """
    folder = ServerFolder(settings.home)
    with server_lock(folder):
        state = folder.read_state()
        if find_process(folder, state) is not None:
            raise ServerError(
                f"the server runs (process {state.pid if state else 0})",
                hint="ringleader server stop, then ringleader server reset",
            )
        if not folder.root.exists():
            return 0
        size = disk_usage(folder.root)
        # The state goes first: nobody may find half of a server.
        folder.state_file.unlink(missing_ok=True)
        shutil.rmtree(folder.root)
        return size


def put_in_place(folder: ServerFolder, other: ServerFolder) -> None:
    """Put a server that is stopped in the place of another; a killed run is finished by the next.

    Args:
        folder: The folder whose server is replaced.
        other: Where the new server is; it is gone afterwards.

    Raises:
        ServerError: The server that would be replaced runs.
    """
    with server_lock(folder):
        if find_process(folder, folder.read_state()) is not None:
            raise ServerError("the server runs", hint="ringleader server stop")
        if folder.root.exists():
            folder.root.rename(folder.before)
        other.root.rename(folder.root)
        if folder.before.exists():
            shutil.rmtree(folder.before)


def status(settings: Settings) -> Status:
    """How the managed server stands."""
    folder = ServerFolder(settings.home)
    state = folder.read_state()
    running = find_process(folder, state) is not None
    answering = False
    if state is not None and running:
        try:
            answering = answers(folder, state)
        except ConnectionFailed:
            answering = False
    left = left_behind(folder)
    return Status(
        state=state,
        running=running,
        answering=answering,
        ended=failure(folder) if state is not None and not running else None,
        root=folder.root,
        disk_bytes=disk_usage(folder.root),
        data_engine=folder.data_engine(),
        memory=memory_in_use(settings, state if running else None),
        log_file=folder.log_file,
        left=None if left is None else tuple(process.pid for process in left),
    )


def memory_in_use(settings: Settings, running: ServerState | None) -> Memory:
    """The memory of the managed server: what it runs with, or what the next start gives it.

    Args:
        settings: ``[server] heap`` and ``page_cache``.
        running: The server that runs, if one does.
    """
    if running is None or running.heap is None or running.page_cache is None:
        return memory_for(settings)
    return Memory(running.heap, running.page_cache)


def managed_connection(settings: Settings) -> ServerState | None:
    """The managed server if it runs; None otherwise."""
    folder = ServerFolder(settings.home)
    state = folder.read_state()
    return state if find_process(folder, state) is not None else None


def run_admin(
    settings: Settings, arguments: Sequence[str], where: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run an offline ``neo4j-admin`` command on the managed server's data.

    Args:
        settings: The data folder and ``[server]``.
        arguments: As after ``neo4j-admin``, e.g. ``["database", "import", "full", …, "neo4j"]``.
        where: The folder in which it runs; the server's by default.

    Returns:
        The finished process with what it printed.

    Raises:
        ServerError: The server runs, or the command failed.
    """
    folder = ServerFolder(settings.home)
    with server_lock(folder):
        if find_process(folder, folder.read_state()) is not None:
            raise ServerError(
                "the server runs; this command needs it stopped", hint="ringleader server stop"
            )
        engine = folder.choose_engine(settings)
        java = find_java(engine)
        folder.create()
        jars = _prepare(folder, engine, with_gds=True)
        port = int(settings.get("server.port"))
        write_configuration(folder, engine, memory_for(settings), port, jars)
        return admin(java, folder, arguments, where)


def disk_usage(path: Path) -> int:
    """What a folder takes on the disk, in bytes; links are not followed."""
    total = 0
    for file in path.rglob("*"):
        try:
            status = file.lstat()
        except OSError:  # gone in the meantime
            continue
        # Neo4j reserves space that it has not written: count blocks where the system tells.
        blocks = getattr(status, "st_blocks", None)
        total += status.st_size if blocks is None else blocks * 512
    return total
