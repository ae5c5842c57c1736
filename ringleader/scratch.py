"""Folders for work in progress, which only their user can read and nobody finds afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

__all__ = ["scratch", "scratch_folder"]

# Begins the names of such folders; the process comes after it.
PREFIX = "load-"


def scratch_folder(parent: Path) -> Path:
    """A folder of this process that only its user can read; those of killed processes are removed.

    Args:
        parent: Where it is made.
    """
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for leftover in parent.glob(PREFIX + "*-*"):
        owner = leftover.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(leftover, ignore_errors=True)
    # Made with mode 0700.
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))


@contextmanager
def scratch(home: Path) -> Iterator[Path]:
    """A folder for the files of one piece of work, which is removed at the end.

    Args:
        home: The data folder.
    """
    folder = scratch_folder(home / "scratch")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
