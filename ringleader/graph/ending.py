"""Ending what runs on the server when somebody presses Ctrl-C."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Self

AGAIN_SECONDS = 0.5


class Ending:
    """Asks the server to end something, again and again until it has ended.

    The server may not know a transaction yet that the driver has begun, so one request could be
    lost, and the driver waits for its answer before it gives anything up.

    Args:
        end: Asks the server once.
    """

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self._ended = threading.Event()
        self._asking: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin what may be ended."""
        return self

    def __exit__(self, *_: object) -> None:
        """It has ended. What comes next is not to be ended, so this waits for the last request."""
        self._ended.set()
        if self._asking:
            self._asking.join()

    def __bool__(self) -> bool:
        """Whether somebody wants it to end."""
        return self._asking is not None

    def begin(self) -> None:
        """Ask from now on."""
        if self._asking is None:
            self._asking = threading.Thread(target=self._ask, daemon=True)
            self._asking.start()

    def _ask(self) -> None:
        while not self._ended.is_set():
            self._end()
            self._ended.wait(AGAIN_SECONDS)
