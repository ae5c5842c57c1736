"""One writer at a time on a database: on this machine by a file lock, across hosts by a lease.

The operating system drops the file lock when a process ends, however it ends, so on one machine
the next run starts at once. The lease is a node of the graph. It carries a token that no other
holder has, is renewed while its holder works, and lapses when the holder stands still. Every
transaction that writes checks the token last (:class:`ringleader.graph.guard.Guard`): a holder
that wakes up after another has taken over writes nothing more.
"""

from __future__ import annotations

import hashlib
import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import filelock

from ringleader.catalogue import get
from ringleader.errors import LeaseLost, LockHeld, RingleaderError, TimedOut
from ringleader.graph.guard import Guard
from ringleader.settings import Settings

if TYPE_CHECKING:
    from ringleader.graph import Graph

LEASE = "writer"
# A lease is renewed this many times before it could lapse: two may fail.
RENEWALS = 3
# Seconds for which to wait for a lease that is locked. Commits are through by then; statements that
# commit as they go keep it locked for minutes, and the caller gets an error instead of hanging.
PATIENCE = 10.0


@contextmanager
def exclusive(graph: Graph, purpose: str) -> Iterator[None]:
    """Write alone: hold the file lock and the lease of a graph's database.

    Inside a block that holds them already, such as a job that runs a load, this does nothing.

    Args:
        graph: The open graph.
        purpose: What the holder does, for the message that others get.

    Raises:
        LockHeld: Another run holds one of them.
        LeaseLost: The block wrote after another run had taken over; what it wrote is not kept.
    """
    if graph.guard is not None:
        yield
        return
    with file_lock(graph.settings, purpose) as place, lease(graph, purpose, place):
        yield


@contextmanager
def file_lock(settings: Settings, purpose: str) -> Iterator[str]:
    """Hold the lock of a database among the processes that share a data folder.

    The managed server has one lock, whether it runs or not: a first load stops it.

    Args:
        settings: Says which database, and where locks live.
        purpose: What the holder does.

    Yields:
        A text that only holders of this very lock share: who finds it on a lease and has the lock
        knows that the lease's holder is gone.

    Raises:
        LockHeld: Another process holds it.
    """
    folder = settings.home / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    target = f"{settings.uri} {settings.database}"
    if settings.managed:  # whose address is not known while it is down, and may change
        target = f"the managed server in {settings.home.resolve()}"
    stem = hashlib.sha256(target.encode()).hexdigest()[:16]
    note = folder / f"{stem}.holder"
    lock = filelock.FileLock(folder / f"{stem}.lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        holder = ""
        with suppress(OSError):  # it may end at this very moment
            holder = note.read_text(encoding="utf-8")
        raise _held(holder or "another run", target) from error
    try:
        note.write_text(f"`ringleader {purpose}`", encoding="utf-8")
        yield _place(folder / f"{stem}.id")
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _place(file: Path) -> str:
    """A name for a lock file: a random one that lies beside it, and the host's."""
    name = file.read_text(encoding="utf-8") if file.exists() else ""
    if not name:
        name = uuid4().hex
        file.write_text(name, encoding="utf-8")
    return f"{platform.node()} {name}"


def _held(holder: str, target: str) -> LockHeld:
    return LockHeld(
        f"{holder} holds the lock on {target}",
        hint="wait until it ends and run the same command again",
    )


@contextmanager
def lease(graph: Graph, purpose: str, place: str) -> Iterator[None]:
    """Hold the lease of a graph's database; its constraints exist from then on.

    Args:
        graph: The open graph.
        purpose: What the holder does.
        place: What :func:`file_lock` yields; the caller holds it.

    Raises:
        LockHeld: Another run holds it.
        LeaseLost: The block wrote after another run had taken over.
    """
    graph.ensure_schema()
    seconds = int(graph.settings.get("lock.lease_seconds"))
    token = {"lease": LEASE, "token": uuid4().hex}
    holder = f"`ringleader {purpose}` on {platform.node()} (process {os.getpid()})"
    asked = {**token, "holder": holder, "place": place, "seconds": seconds}
    try:
        [taken] = graph.write_all([(get("take-lease"), asked)], timeout=PATIENCE)
    except TimedOut as error:
        raise _held(
            "another run, in the middle of a statement,", str(graph.settings.uri)
        ) from error
    [row] = taken.rows
    if not row["taken"]:
        until = row["expires_at"].to_native().strftime("%H:%M:%S")
        raise LockHeld(
            f"{row['holder']} holds the lock on {graph.settings.uri}",
            hint=f"wait until it ends; if it has crashed, its lease expires at {until} UTC",
        )
    done = threading.Event()
    beat = threading.Thread(
        target=_renew, args=(graph, done, seconds / RENEWALS), name="lease", daemon=True
    )
    graph.guard = Guard(get("hold-lease"), {**token, "seconds": seconds})
    beat.start()
    try:
        yield
    finally:
        done.set()
        beat.join(timeout=1.0)  # a database that has gone must not keep the process
        graph.guard = None
        # Where the database does not answer any more, the lease lapses by itself.
        with suppress(RingleaderError):
            graph.write(get("drop-lease"), token)


def _renew(graph: Graph, done: threading.Event, pause: float) -> None:
    """Renew the lease until the work is done or the lease is lost."""
    while not done.wait(pause):
        try:
            graph.write_all([], name="renew lease")
        except LeaseLost:
            return  # the next write says so where it matters
        except RingleaderError:
            continue
