"""A folder that appears whole or not at all, here or on an object store."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ringleader.errors import InputError, WrongUsage
from ringleader.loaders.sources.remote import refuse_taken, write_text
from ringleader.loaders.sources.stores import is_remote

__all__ = ["NewFolder", "new_folder"]


@dataclass(frozen=True)
class NewFolder:
    """A folder that is being written.

    Attributes:
        place: Where its files go.
    """

    place: str

    def write(self, name: str, text: str) -> None:
        """Write a small file of text, in the place of an earlier one of that name.

        Raises:
            InputError: It cannot be written.
        """
        if is_remote(self.place):
            write_text(f"{self.place}/{name}", text)
            return
        with _writable(self.place):
            (Path(self.place) / name).write_text(text, encoding="utf-8")


@contextmanager
def new_folder(output: str, *, addresses: bool) -> Iterator[NewFolder]:
    """A new folder; one on this machine gets its name when the block has ended without an error.

    An object store cannot rename a folder, so a block that fails leaves files there. The caller
    has to mark an unfinished folder as such.

    Args:
        output: Its path or address.
        addresses: Whether the engine writes to object stores.

    Raises:
        WrongUsage: It is an address, and the engine does not write to object stores.
        InputError: It is not empty, or cannot be written.
    """
    if is_remote(output):
        if not addresses:
            raise WrongUsage(
                f"the engine duckdb writes to folders of this machine, not to {output}",
                hint="--engine spark, or write to a folder and copy it",
            )
        refuse_taken(output.rstrip("/"))
        yield NewFolder(output.rstrip("/"))
        return
    target = Path(output).absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{output} is not empty", hint="name a new folder")
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)  # of a run that was interrupted
    try:
        with _writable(output):
            part.mkdir(parents=True, mode=0o700)
        yield NewFolder(str(part))
        with _writable(output):
            if target.exists():
                target.rmdir()
            os.replace(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def _writable(place: str) -> Iterator[None]:
    """Report what the system says of writing to a place; for our own writes only."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{place} cannot be written: {error}", hint="name a folder that may be written"
        ) from error
