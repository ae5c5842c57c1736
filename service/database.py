"""The database of the service: opened when it is first needed, shared by all threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ringleader.api.checking import Checker
from ringleader.api.connection import Connection
from ringleader.errors import RingleaderError
from ringleader.graph import Graph

if TYPE_CHECKING:
    from ringleader.settings import Settings

PATIENCE = 1.0  # seconds that the driver repeats what failed; a client asks again itself


class Database:
    """The Python API on one open database.

    Args:
        settings: Read the settings anew: a managed server may have been started since.
        timeout: Seconds after which the server ends a check.
    """

    def __init__(
        self, settings: Callable[[Mapping[str, Any]], Settings], *, timeout: float
    ) -> None:
        self._settings, self._timeout = settings, timeout
        self._lock = threading.Lock()
        self._open: tuple[Graph, Connection, Checker] | None = None

    @property
    def api(self) -> Connection:
        """The Python API.

        Raises:
            ConnectionFailed: The database does not answer.
        """
        return self._opened()[1]

    @property
    def checker(self) -> Checker:
        """What checks accounts.

        Raises:
            ConnectionFailed: The database does not answer.
        """
        return self._opened()[2]

    def settings(self) -> Settings:
        """The settings as they are now."""
        return self._settings({})

    def _opened(self) -> tuple[Graph, Connection, Checker]:
        with self._lock:
            if self._open is None:
                settings = self._settings({})
                graph = Graph.connect(settings, patience=PATIENCE)
                api = Connection(settings, graph=graph)
                self._open = (graph, api, Checker(graph, timeout=self._timeout))
            return self._open

    def warm(self) -> None:
        """Open the database and have it plan the query of checks; it need not be there yet."""
        with suppress(RingleaderError):
            Checker(self.api.graph).check(["nobody"])

    def close(self) -> None:
        """Close it."""
        with self._lock:
            opened, self._open = self._open, None
        if opened is not None:
            opened[0].close()
