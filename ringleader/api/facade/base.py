"""What every part of the facade has: settings, a database that opens when needed, messages."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ringleader.errors import ConnectionFailed, ServerError
from ringleader.settings import Settings

if TYPE_CHECKING:
    import pandas as pd
    import py2neo
    from graphdatascience import GraphDataScience

    from ringleader.answers import Answer
    from ringleader.graph import Graph

FilePath = str | Path
Say = Callable[[str], None]
# Settings with some of them replaced, by declared name.
Reread = Callable[[Mapping[str, Any]], Settings]


class RingleaderWarning(UserWarning):
    """An answer is less than it looks: an unknown name, an unknown account, rows cut off."""


class Base:
    """The state of a connection.

    Args:
        settings: The effective settings.
        graph: An open graph to work on; by default one is opened when it is needed.
        say: Called with messages while something runs.
        reread: Reads the settings again with some of them replaced, for when a server was started.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        graph: Graph | None = None,
        say: Say | None = None,
        reread: Reread | None = None,
    ) -> None:
        self.settings = settings
        self._graph = graph
        self._lent = graph is not None
        self.say = say or _silent
        self._reread = reread or (lambda _: settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<ringleader.Connection to {self.settings.uri}, {self.settings.database}>"

    def close(self) -> None:
        """Close the connection to the database; a later call opens another."""
        graph, self._graph = self._graph, None
        for name in ("gds", "py2neo"):
            self.__dict__.pop(name, None)
        if graph is not None and not self._lent:
            graph.close()

    @property
    def graph(self) -> Graph:
        """The open database, for statements that no method has.

        Raises:
            ConnectionFailed: It does not answer, or refuses the login.
        """
        from ringleader.graph import Graph

        if self._graph is None:
            if self.settings.uri is None:  # the managed server may have been started since
                self.settings = self._reread({})
            self._graph = Graph.connect(self.settings)
            self._lent = False
        return self._graph

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
        settings = self.settings
        auth = None if settings.password is None else (settings.username, settings.password)
        return py2neo.Graph(settings.uri, auth=auth, name=settings.database)

    def _graph_for(self, dry_run: bool) -> Graph | None:
        """The graph; None where a dry run finds none."""
        if not dry_run:
            return self.graph
        with suppress(ConnectionFailed):
            return self.graph
        self.say("no database answers, so this dry run does not know what is loaded already")
        return None


def _silent(_: str) -> None:
    """Say nothing."""


def as_path(given: FilePath | None) -> Path | None:
    """A path from a text or a path."""
    return None if given is None else Path(given)


def as_frame(answer: Answer) -> pd.DataFrame:
    """The rows as a frame; what a reader should know besides becomes Python warnings."""
    for message in answer.messages:
        text = message.removeprefix("warning: ")
        warnings.warn(text, RingleaderWarning, stacklevel=3)
    return answer.frame
