"""For notebooks: answers as pandas frames, rings drawn inline, GDS and py2neo on the same database.

::

    from ringleader.notebook import connect

    rl = connect()
    rl.frame("list-rings", limit=5)
    rl.frame("MATCH (a:Account) WHERE a.country = $c RETURN a.account_id AS id", c="DE")
    rl.ring("ring-80502968ea5d")
"""

from __future__ import annotations

import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ringleader.catalogue import Query, get, load_catalogue
from ringleader.commands.query import TIMEOUT_SECONDS, folders, require_reads
from ringleader.errors import NotFound, ServerError
from ringleader.graph import Graph
from ringleader.ring_drawing import RingDrawing, draw
from ringleader.settings import load_settings

if TYPE_CHECKING:
    import pandas as pd
    import py2neo
    from graphdatascience import GraphDataScience


def connect(*, config: Path | str | None = None, **flags: Any) -> Notebook:
    """Open the database of the settings, as the command line does.

    Args:
        config: The settings file; by default ``ringleader.toml`` in the current folder.
        flags: Settings of the section ``[neo4j]``: uri, username, password_file, database.

    Raises:
        ConnectionFailed: It does not answer, or refuses the login.
    """
    given = {f"neo4j.{name}": value for name, value in flags.items()}
    return Notebook(Graph.connect(load_settings(given, config=Path(config) if config else None)))


class Notebook:
    """A database, open; what it returns shows itself in a notebook."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.graph.close()

    def frame(
        self,
        query: str,
        /,
        *,
        timeout: float = TIMEOUT_SECONDS,
        **params: Any,
    ) -> pd.DataFrame:
        """Rows of a stored query or of a statement, which may only read.

        Args:
            query: The name of a stored query, or Cypher.
            timeout: Seconds after which the server ends it.
            params: Its parameters.

        Returns:
            A frame with a column each; times are timestamps in UTC.

        Raises:
            CatalogueError: It looks like a name, and there is no such query.
            WrongUsage: A parameter is missing, superfluous or of the wrong type.
            QueryError: The statement does more than read, or fails.
        """
        from ringleader.adhoc import run_reading
        from ringleader.output import as_frame

        stored = self._stored(query)
        if stored is None:
            answer = run_reading(self.graph, query, params, timeout=timeout)
            for warning in answer.unknown:
                warnings.warn(warning, stacklevel=2)
            return as_frame(answer.rows, answer.columns)
        require_reads(self.graph, stored)
        rows = self.graph.read(stored, stored.bind(params), timeout=timeout)
        return as_frame(rows, [column.name for column in stored.columns])

    def queries(self, words: str = "") -> pd.DataFrame:
        """The stored queries, or those that answer ``words``, the best first."""
        from ringleader.catalogue.search import search
        from ringleader.commands.query import questions
        from ringleader.output import as_frame

        found = search(questions(self.graph.settings), words)
        return as_frame([{"name": q.name, "question": q.question} for q in found])

    def ring(self, ring_id: str, **limits: int) -> RingDrawing:
        """A ring, drawn: its members and what they share.

        Args:
            ring_id: Its id.
            limits: ``most_members`` and ``most_identifiers``; what is left out is told.

        Raises:
            NotFound: There is no such ring.
        """
        summary = self.graph.read(get("ring-summary"), {"ring_id": ring_id})
        if not summary:
            raise NotFound(f"there is no ring {ring_id!r}", hint="frame('list-rings')")
        shared = get("ring-identifiers")
        rows = self.graph.read(shared, shared.bind({"ring_id": ring_id, "limit": 10_000}))
        return draw(summary[0], rows, **limits)

    @cached_property
    def gds(self) -> GraphDataScience:
        """The Graph Data Science client on this connection."""
        return self.graph.gds()

    @cached_property
    def py2neo(self) -> py2neo.Graph:
        """A ``py2neo.Graph`` on the same database, with a connection of its own (extra notebook).

        py2neo is no longer developed; nothing else here uses it (decision 0003). It does all that
        the login may do: nothing holds it to reading.

        Raises:
            ServerError: py2neo is not installed.
        """
        try:
            import py2neo
        except ImportError as error:
            raise ServerError(
                "py2neo is not installed", hint="pip install 'ringleader[notebook]'"
            ) from error
        settings = self.graph.settings
        auth = None if settings.password is None else (settings.username, settings.password)
        return py2neo.Graph(settings.uri, auth=auth, name=settings.database)

    def _stored(self, query: str) -> Query | None:
        """The stored query of that name; None if the text is no name."""
        extra = folders(self.graph.settings)
        if query in load_catalogue(extra):
            return get(query, extra)
        return get(query, extra) if query.replace("-", "").isalnum() else None
