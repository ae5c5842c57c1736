"""Start and stop the managed server, and check what ringleader needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ringleader.api.facade.base import Base

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Server:
    """The managed server.

    Attributes:
        uri: Where it answers, on this machine only.
        engine: Version of Neo4j.
        pid: Its process.
        username: The login.
        password_file: File with the password.
        home: The data folder.
        already_running: Whether it ran before it was asked to start.
    """

    uri: str
    engine: str
    pid: int
    username: str
    password_file: Path
    home: Path
    already_running: bool = False


class Serving(Base):
    """Methods for the managed local server."""

    def start_server(
        self,
        *,
        port: int | None = None,
        engine: str | None = None,
        heap: str | None = None,
        page_cache: str | None = None,
    ) -> Server:
        """Start the managed server; the first time, download it. This connection uses it then.

        A port that is taken is skipped. A server that runs already goes on as it is.

        Args:
            port: First port to try, by default 7687.
            engine: Release of Neo4j, 2026.08 or 5.26.
            heap: Memory for queries and algorithms, e.g. ``4g``.
            page_cache: Memory for the store, e.g. ``2g``.

        Raises:
            ServerError: It cannot be downloaded or does not start.
        """
        from ringleader.engine import ensure_running

        given = {"server.engine": engine, "server.heap": heap, "server.page_cache": page_cache}
        replaced = {name: value for name, value in given.items() if value is not None}
        state = ensure_running(self._reread(replaced), port=port)
        if not state.already_running and self._graph is not None and not self._lent:
            self.close()
        self.settings = self._reread({})
        return Server(
            state.uri,
            state.engine,
            state.pid,
            state.username,
            Path(state.password_file),
            Path(state.home),
            state.already_running,
        )

    def stop_server(self) -> bool:
        """Stop the managed server; its data stays.

        Returns:
            Whether one was running.
        """
        from ringleader.engine import stop

        if not self._lent:
            self.close()
        stopped = stop(self.settings)
        self.settings = self._reread({})
        return stopped is not None

    def doctor(self, *, mend: bool = False) -> pd.DataFrame:
        """Check the server, the login, the schema, disk and memory; a row per check with its hint.

        Args:
            mend: Create constraints and indexes that are missing.
        """
        from ringleader.answers import Answer
        from ringleader.doctor import examine

        rows = [
            {"check": c.name, "outcome": c.outcome, "detail": c.detail, "hint": c.hint}
            for c in examine(self.settings, mend=mend)
        ]
        return Answer(rows, ["check", "outcome", "detail", "hint"]).frame
