"""Who may change the managed server, and what is left by those who were killed while they did.

Only one process at a time changes the server of a data folder, and only one builds a server that
shall take its place (a file lock each). The system frees a lock when its holder ends, however it
ends: what is there while nobody holds the lock was left behind.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import filelock

from ringleader.engine.folder import ServerFolder
from ringleader.engine.process import KILL_SECONDS, reap
from ringleader.errors import LockHeld, ServerError
from ringleader.home import make_home
from ringleader.progress import say

if TYPE_CHECKING:
    import psutil

# Whoever waits for the lock waits for a start or a stop, with its download.
LOCK_SECONDS = 1800.0
_POLL_SECONDS = 0.05


@contextmanager
def server_lock(folder: ServerFolder) -> Iterator[None]:
    """Be the only one who starts, stops or resets the server of this folder.

    Raises:
        LockHeld: Another process has not finished in time.
    """
    _make_lock_folder(folder)
    try:
        with filelock.FileLock(folder.lock_file, timeout=LOCK_SECONDS):
            _put_back(folder)
            _end_left_behind(folder)
            yield
    except filelock.Timeout as error:
        raise LockHeld(
            f"another process is starting or stopping the server in {folder.root}",
            hint="wait until it ends, then ringleader server status",
        ) from error


def _put_back(folder: ServerFolder) -> None:
    """Finish a replacement that was killed between its two renames, or after them."""
    if folder.before.exists():
        if folder.root.exists():
            shutil.rmtree(folder.before)
        else:
            folder.before.rename(folder.root)


@contextmanager
def build_lock(folder: ServerFolder) -> Iterator[None]:
    """Be the only one who builds a server beside that of this folder.

    What a killed run has left there is ended and deleted first.

    Raises:
        LockHeld: Another process builds one.
    """
    _make_lock_folder(folder)
    lock = filelock.FileLock(folder.build_lock_file, timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise LockHeld(
            f"another upgrade or restore builds a server in {folder.next.home}",
            hint="wait until it ends",
        ) from error
    try:
        remove_beside(folder)
        yield
    finally:
        lock.release()


def _make_lock_folder(folder: ServerFolder) -> None:
    make_home(folder.home)
    try:
        folder.lock_file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServerError(
            f"cannot make the data folder {folder.root.parent}: {error.strerror or error}",
            hint="set RINGLEADER_HOME to a folder of yours",
        ) from error


def left_behind(folder: ServerFolder) -> list[psutil.Process] | None:
    """Processes of a server beside that of this folder which a killed upgrade or restore has left.

    Returns:
        The processes, perhaps none; None if nothing is left, or if a run that lives builds it.
    """
    if not folder.next.home.exists():
        return None
    try:
        with filelock.FileLock(folder.build_lock_file, timeout=0):
            return _processes_of(folder.next)
    except (filelock.Timeout, OSError):
        return None


def _end_left_behind(folder: ServerFolder) -> None:
    if left_behind(folder) is None:
        return
    with contextlib.suppress(LockHeld), build_lock(folder):
        say(f"removed {folder.next.home}, which an interrupted upgrade or restore had left")


def remove_beside(folder: ServerFolder) -> None:
    """Delete the server that was built beside that of this folder; what still runs there is killed.

    The caller holds the lock of whoever builds it.
    """
    if not folder.next.home.exists():
        return
    import psutil

    for process in _processes_of(folder.next):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()  # its data is deleted: there is nothing to save
        reap(process.pid)
    deadline = time.monotonic() + KILL_SECONDS
    while _processes_of(folder.next) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    shutil.rmtree(folder.next.home)


def _processes_of(folder: ServerFolder) -> list[psutil.Process]:
    """The server of a folder and admin commands on it, whether or not a state records them."""
    import psutil

    ours = f"@{folder.java_arguments}"
    found = psutil.process_iter(["cmdline", "status"])
    return [
        process
        for process in found
        if ours in (process.info["cmdline"] or ())
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]
