"""Progress on standard error, silent where nobody watches."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ringleader import log

if TYPE_CHECKING:
    from rich.console import Console

_quiet = False


def be_quiet() -> None:
    """Show no messages and no bars for the rest of the process."""
    global _quiet
    _quiet = True


def console() -> Console:
    """The console of messages: standard error."""
    from rich.console import Console

    return Console(stderr=True, quiet=_quiet, highlight=False)


def say(message: str) -> None:
    """Print one message on standard error, unless quiet; markup in it is not read."""
    if _quiet:
        return
    if log.in_json():
        log.write("info", message)
    else:
        print(message, file=sys.stderr, flush=True)


def watched() -> bool:
    """Whether bars make sense: a terminal, colour allowed, not quiet, no JSON."""
    shown = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    return shown and not _quiet and not log.in_json()


@contextmanager
def progress(description: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
    """A bar while the block runs; yields ``advance(amount)``.

    Args:
        description: What is under way, in a few words.
        total: The amount that is all of it; None when that is not known.
    """
    if not watched():
        yield lambda amount: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = [SpinnerColumn(), TextColumn("{task.description}"), BarColumn()]
    if total is not None:
        columns.append(MofNCompleteColumn())
    columns.append(TimeElapsedColumn())
    with Progress(*columns, console=console(), transient=True) as bar:
        task = bar.add_task(description, total=total)
        yield lambda amount: bar.advance(task, amount)


class Stages:
    """Pieces of work with names: each shows a bar, is timed, and is told when it is done.

    Args:
        say: Called with the time of each stage.

    Attributes:
        seconds: Of each stage that is done, by name.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self.seconds: dict[str, float] = {}
        self._say = say

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Time the block.

        Args:
            name: What is under way, in a few words.
        """
        begin = time.perf_counter()
        with progress(name):
            yield
        self.seconds[name] = round(time.perf_counter() - begin, 2)
        self._say(f"{name}: {self.seconds[name]:.1f} s")
