"""One writer at a time on a database, as far as this machine can see."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import filelock

from ringleader.errors import LockHeld
from ringleader.settings import Settings


@contextmanager
def exclusive(settings: Settings, purpose: str) -> Iterator[None]:
    """Hold the lock of a database while something writes to it.

    The operating system drops the lock when the process ends, however it ends.

    Args:
        settings: Says which database, and where locks live.
        purpose: What the holder does, for the message that others get.

    Raises:
        LockHeld: Another run holds it.
    """
    folder = settings.home / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    target = f"{settings.uri} {settings.database}"
    stem = hashlib.sha256(target.encode()).hexdigest()[:16]
    note = folder / f"{stem}.holder"
    lock = filelock.FileLock(folder / f"{stem}.lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        holder = note.read_text(encoding="utf-8") if note.exists() else "another run"
        raise LockHeld(
            f"{holder} holds the lock on {target}",
            hint="wait until it ends and run the same command again",
        ) from error
    try:
        note.write_text(f"`ringleader {purpose}`", encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()
