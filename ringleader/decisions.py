"""Decisions of people as lists and backups have them, each with the appeals against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ringleader.catalogue import get

if TYPE_CHECKING:
    from ringleader.graph import Graph

__all__ = ["listed_decisions"]


def listed_decisions(
    graph: Graph, target: str | None = None, *, history: bool = False
) -> list[dict[str, Any]]:
    """Rows of the stored query ``list-decisions``; with the history, appeals are in ``appeals``.

    Args:
        graph: An open graph.
        target: Only decisions about this ring or account.
        history: Include decisions that later ones have replaced.
    """
    stored = get("list-decisions")
    rows = graph.read(stored, {"target": target, "history": history})
    if not history:
        return rows
    appeals = {row["review_id"]: row["appeals"] for row in graph.read(get("appeals-of-decisions"))}
    return [{**row, "appeals": appeals.get(row["review_id"], [])} for row in rows]
