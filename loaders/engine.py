"""Which engine prepares tables: DuckDB in this process, or Apache Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringleader.errors import SettingsError
from ringleader.loaders.workspace import Workspace

if TYPE_CHECKING:
    from ringleader.settings import Settings

__all__ = ["ENGINES", "workspace_of"]

ENGINES = ("duckdb", "spark")


def workspace_of(settings: Settings, kind: str | None = None) -> Workspace:
    """Scratch space on an engine; use it as a context manager.

    Args:
        settings: ``[engine]`` and the data folder.
        kind: The engine; by default ``engine.kind``.

    Raises:
        SettingsError: There is no such engine.
    """
    kind = kind or str(settings.get("engine.kind"))
    if kind not in ENGINES:
        raise SettingsError(
            f"there is no engine {kind!r}", hint=f"[engine] kind = {' or '.join(ENGINES)}"
        )
    folder = settings.home / "scratch"
    if kind == "duckdb":
        return Workspace(folder)
    from ringleader.loaders.spark.workspace import SparkWorkspace

    return SparkWorkspace(settings, folder)
