"""Start, watch and stop the managed server.

A process is ours if its arguments name our folder: a number that the system has given to another
process since is left alone.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import filelock

from ringleader.engine.admin import clean_environment
from ringleader.engine.config import Memory
from ringleader.engine.folder import DATABASE, USERNAME, ServerFolder, ServerState
from ringleader.engine.releases import Engine
from ringleader.errors import ConnectionFailed, RingleaderError, ServerError

if TYPE_CHECKING:
    import psutil

LOOPBACK = "127.0.0.1"
PORTS_TRIED = 100
# A start takes about ten seconds; recovery after a crash of a large graph may take minutes.
START_SECONDS = 300.0
# Neo4j writes a checkpoint when it stops.
STOP_SECONDS = 90.0
KILL_SECONDS = 10.0
JUST_STARTED_SECONDS = 10.0
LOG_BYTES_KEPT = 5_000_000
_POLL_SECONDS = 0.2
_children: dict[int, subprocess.Popen[bytes]] = {}


def find_process(folder: ServerFolder, state: ServerState | None) -> psutil.Process | None:
    """The running process of a state; None when it ended or the number is another's now."""
    import psutil

    if state is None:
        return None
    try:
        process = psutil.Process(state.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        arguments = process.cmdline()
        if arguments:
            return process if _home_argument(folder) in arguments else None
        # A process that has only just been started has no arguments yet.
        started = datetime.fromisoformat(state.started_at).timestamp()
        return process if abs(process.create_time() - started) < JUST_STARTED_SECONDS else None
    except psutil.Error:
        return None


def _home_argument(folder: ServerFolder) -> str:
    return f"--home-dir={folder.root}"


@contextmanager
def reserved_port(first: int, reservations: Path) -> Iterator[int]:
    """Hold the first free port of the loopback interface from ``first`` on.

    A server takes seconds to listen on its port. Until the block ends, no other start of this user
    chooses it.

    Args:
        first: The port to try first.
        reservations: A folder that all data folders of this user share.

    Raises:
        ServerError: None of the next hundred is free.
    """
    reservations.mkdir(parents=True, exist_ok=True)
    last = min(first + PORTS_TRIED, 65536)
    for port in range(first, last):
        lock = filelock.FileLock(reservations / f"{port}.lock", timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout:
            continue
        try:
            if _is_free(port):
                yield port
                return
        finally:
            lock.release()
    raise ServerError(
        f"no free port between {first} and {last - 1} on {LOOPBACK}",
        hint="choose another first port: ringleader server start --port 17687",
    )


def _is_free(port: int) -> bool:
    # Some systems let one bind a loopback address under a listener on all addresses: ask first.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        client.settimeout(1.0)
        if client.connect_ex((LOOPBACK, port)) == 0:
            return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        if os.name == "posix":  # as Java does, so that a port just closed can be used again
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((LOOPBACK, port))
        except PermissionError as error:
            raise ServerError(
                f"port {port} is for the administrator only",
                hint="choose one above 1023: [server] port",
            ) from error
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            return False
    return True


def launch(
    folder: ServerFolder, engine: Engine, memory: Memory, java: Path, port: int
) -> ServerState:
    """Start the process and record it; does not wait until it answers.

    Args:
        folder: The server's folder, configured for ``port``.
        engine: The release.
        memory: What it is configured to use; recorded with the state.
        java: The Java executable.
        port: The Bolt port.
    """
    log = folder.log_file
    if log.exists() and log.stat().st_size > LOG_BYTES_KEPT:
        log.replace(log.with_suffix(".log.1"))
    command = [
        str(java),
        f"@{folder.java_arguments}",
        engine.main,
        _home_argument(folder),
        f"--config-dir={folder.conf}",
        "--console-mode",
    ]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=folder.root,
            env=clean_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077 if os.name == "posix" else -1,
        )
    _children[process.pid] = process
    state = ServerState(
        uri=f"bolt://{LOOPBACK}:{port}",
        username=USERNAME,
        password_file=str(folder.password_file),
        database=DATABASE,
        engine=engine.neo4j,
        pid=process.pid,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        home=str(folder.home),
        heap=memory.heap,
        page_cache=memory.page_cache,
    )
    try:
        folder.write_state(state)
    except OSError:
        process.kill()  # nobody would find it again
        process.wait()
        raise
    return state


def answers(folder: ServerFolder, state: ServerState) -> bool:
    """Whether the server itself answers on its port, and takes the password.

    Raises:
        ConnectionFailed: It answers, but refuses the login.
    """
    from ringleader.graph import Graph

    process = find_process(folder, state)
    if process is None or not _listens(process, state.port):
        return False
    try:
        with Graph.connect(state.settings()) as graph:
            graph.read("RETURN 1 AS one", name="server ready")
    except ConnectionFailed as error:
        if "refuses" in error.message:
            raise
        return False
    except RingleaderError:
        return False
    return True


def _listens(process: psutil.Process, port: int) -> bool:
    """Whether it is this process that listens: another may have been quicker to take the port."""
    import psutil

    try:
        connections = process.net_connections(kind="tcp")
    except psutil.AccessDenied:  # some systems do not tell: then the login decides
        return True
    except psutil.NoSuchProcess:
        return False
    return any(c.status == psutil.CONN_LISTEN and c.laddr[1] == port for c in connections)


def wait_until_ready(
    folder: ServerFolder,
    state: ServerState,
    tick: Callable[[float], None],
    log_from: int = 0,
) -> None:
    """Wait until the server answers.

    Args:
        folder: The server's folder.
        state: The server.
        tick: Called with the seconds since the last call.
        log_from: Where in the log this start began, in bytes.

    Raises:
        ServerError: It ended, or does not answer in time.
    """
    started = last = time.monotonic()
    while True:
        # Asked for first: a server that ends after it answered is not this one.
        alive = find_process(folder, state) is not None
        if not alive:
            reap(state.pid)
            folder.state_file.unlink(missing_ok=True)
            raise ServerError(
                f"Neo4j {state.engine} ended while it started: {failure(folder, log_from)}",
                hint="ringleader server logs",
            )
        try:
            if answers(folder, state):
                return
        except ConnectionFailed as error:
            raise ServerError(
                f"the server on {state.uri} refuses the password in {state.password_file}",
                hint="put it back, or delete the data: ringleader server stop, then reset",
            ) from error
        now = time.monotonic()
        tick(now - last)
        last = now
        if now - started > START_SECONDS:
            raise ServerError(
                f"Neo4j {state.engine} (process {state.pid}) does not answer on {state.uri} "
                f"after {START_SECONDS:.0f} s",
                hint="ringleader server logs; ringleader server stop ends it",
            )
        time.sleep(_POLL_SECONDS)


def terminate(folder: ServerFolder, state: ServerState, seconds: float = STOP_SECONDS) -> bool:
    """End a server: ask, wait, and kill it if it does not end in time.

    Args:
        folder: The server's folder.
        state: The server.
        seconds: How long to wait before it is killed.

    Returns:
        Whether it ended by itself.
    """
    import psutil

    process = find_process(folder, state)
    gracefully = True
    with contextlib.suppress(psutil.NoSuchProcess):
        if process is not None:
            process.terminate()
            gracefully = _wait_for_end(folder, state, seconds)
        if process is not None and not gracefully:
            process.kill()
            _wait_for_end(folder, state, KILL_SECONDS)
    reap(state.pid)
    folder.state_file.unlink(missing_ok=True)
    return gracefully


def _wait_for_end(folder: ServerFolder, state: ServerState, seconds: float) -> bool:
    # Not psutil's wait: where nothing collects orphans, an ended process stays on as a zombie.
    deadline = time.monotonic() + seconds
    while find_process(folder, state) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS / 4)
    return True


def reap(pid: int) -> None:
    """Collect a child that has ended; another process's child is left alone."""
    child = _children.pop(pid, None)
    if child is not None:
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:  # still there after all: keep it
            _children[pid] = child


def read_log(folder: ServerFolder, start: int = 0) -> list[str]:
    """Lines of the log from a position in bytes on."""
    try:
        with folder.log_file.open("rb") as file:
            file.seek(start)
            return file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def failure(folder: ServerFolder, log_from: int = 0) -> str:
    """The line of the log that says best why the server ended."""
    lines = [line.strip() for line in read_log(folder, log_from) if line.strip()]
    begun = [number for number, line in enumerate(lines) if line.endswith("Starting...")]
    lines = lines[begun[-1] :] if begun and not log_from else lines
    for marker in ("OutOfMemoryError", "No space left", "Address already in use", "StoreLock"):
        found = _last_with(lines, marker)
        if found:
            return found
    for marker in ("Caused by:", "ERROR", "Exception", "Error"):
        found = _last_with(lines, marker)
        if found:
            return found.removeprefix("Caused by: ")
    if any(line.endswith("Started.") for line in lines):
        return "it was killed, or the machine went down"
    return lines[-1] if lines else "it said nothing"


def _last_with(lines: Sequence[str], marker: str) -> str | None:
    return next((line for line in reversed(lines) if marker in line), None)
