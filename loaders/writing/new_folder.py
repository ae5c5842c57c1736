"""A folder that appears whole or not at all, here or on an object store."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ringleader.errors import InputError, WrongUsage
from ringleader.loaders.sources.remote import is_remote, refuse_taken, write_text

__all__ = ["NewFolder", "new_folder"]


@dataclass(frozen=True)
class NewFolder:
    """A folder that is being written.

    Attributes:
        place: Where its files go.
    """

    place: str

    def finish(self, name: str, text: str) -> None:
        """Write the file that says that the folder is whole."""
        if is_remote(self.place):
            write_text(f"{self.place}/{name}", text)
        else:
            (Path(self.place) / name).write_text(text, encoding="utf-8")


@contextmanager
def new_folder(output: str, *, addresses: bool) -> Iterator[NewFolder]:
    """A new folder; one on this machine has its name only when the block ends well.

    Args:
        output: Its path or address.
        addresses: Whether who writes it writes to object stores.

    Raises:
        WrongUsage: It is an address, and who writes does not write to those.
        InputError: It is not empty.
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
        part.mkdir(parents=True, mode=0o700)
        yield NewFolder(str(part))
        if target.exists():
            target.rmdir()
        os.replace(part, target)
    except OSError as error:
        raise InputError(
            f"{output} cannot be written: {error}", hint="name a folder that may be written"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
