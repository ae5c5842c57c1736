"""Loads that were done: listing them, and taking one back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ringleader.catalogue import get
from ringleader.graph.locks import exclusive
from ringleader.loaders.workspace import Workspace
from ringleader.loaders.writing.undo import Undone, undo

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.settings import Settings


def loads(graph: Graph, limit: int) -> list[dict[str, Any]]:
    """The latest loads, each with its files, times and rows.

    Args:
        graph: The graph.
        limit: How many.
    """
    return graph.read(get("loads"), {"limit": limit})


def undo_load(graph: Graph, settings: Settings, batch: str) -> Undone:
    """Take a load back: the graph is as if it had never been done, but for what detection found.

    Args:
        graph: The graph.
        settings: Where the records of loads are.
        batch: The start of its batch id.

    Raises:
        InputError: There is no such load, or it cannot be taken back exactly.
        LockHeld: Another run writes to the database.
    """
    with (
        exclusive(graph, "load undo"),
        Workspace(settings.home / "scratch") as workspace,
    ):
        return undo(graph, workspace, settings.home, batch)
