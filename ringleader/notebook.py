"""The former name of the Python API for notebooks: use ``import ringleader as rl`` instead.

:func:`connect` still works and warns; its result has the methods ``frame`` and ``ring`` of before.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.api.connection import Connection
from ringleader.api.connection import connect as connect_now
from ringleader.catalogue import load_catalogue
from ringleader.questions import TIMEOUT_SECONDS, folders

if TYPE_CHECKING:
    import pandas as pd

    from ringleader.ring_drawing import RingDrawing

__all__ = ["Notebook", "connect"]


def connect(*, config: Path | str | None = None, **flags: Any) -> Notebook:
    """Open the database of the settings; use :func:`ringleader.connect` instead.

    Args:
        config: The settings file.
        flags: Settings of the section ``[neo4j]``: uri, username, password_file, database.

    Raises:
        ConnectionFailed: It does not answer, or refuses the login.
    """
    _say_so("ringleader.notebook.connect()", "ringleader.connect()")
    now = connect_now(config=config, **flags)
    opened = Notebook(now.settings)
    assert opened.graph
    return opened


class Notebook(Connection):
    """A connection with the methods that notebooks had before."""

    def frame(
        self, query: str, /, *, timeout: float | None = TIMEOUT_SECONDS, **params: Any
    ) -> pd.DataFrame:
        """Rows of a stored query or of a statement; use :meth:`query` or :meth:`cypher`."""
        _say_so("frame()", "query() for stored queries and cypher() for statements")
        known = query in load_catalogue(folders(self.settings))
        named = known or query.replace("-", "").isalnum()
        ask = self.query if named else self.cypher
        return ask(query, timeout=timeout, **params)

    def ring(self, ring_id: str, **limits: int) -> RingDrawing:
        """A ring, drawn; use :meth:`draw`."""
        _say_so("ring()", "draw()")
        return self.draw(ring_id, **limits)


def _say_so(old: str, new: str) -> None:
    warnings.warn(f"{old} is renamed: use {new}", DeprecationWarning, stacklevel=3)
