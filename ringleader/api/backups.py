"""Backup, restore and another release of Neo4j, as the API and the command line call them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ringleader.engine.folder import ServerFolder
from ringleader.engine.releases import engine_named, version_numbers
from ringleader.errors import WrongUsage
from ringleader.loaders.lifecycle.backup import Backup, back_up, move, restore

if TYPE_CHECKING:
    from ringleader.api.facade.base import Reread
    from ringleader.settings import Settings

__all__ = ["Backup", "back_up", "move_to", "restore"]


def move_to(
    settings: Settings, reread: Reread, backup: Path | None
) -> tuple[str | None, Path | None]:
    """Bring the managed server's database to the release that the settings ask for.

    Args:
        settings: With the release, if one is asked for.
        reread: Reads the settings again, with those of the present release.
        backup: Where the backup goes.

    Returns:
        The version of Neo4j and the backup; None where nothing was to do.

    Raises:
        WrongUsage: Another server than the managed one is configured.
    """
    asked = settings.source("server.engine") != "default"
    if not settings.managed:
        if settings.source("server.engine") == "flag":
            raise WrongUsage(
                f"--engine is for the managed server, and {settings.uri} is configured",
                hint="docs/life-of-data.md says how to upgrade a server of your own",
            )
        return None, None
    target = engine_named(str(settings.get("server.engine")))
    present = ServerFolder(settings.home).present_engine()
    if not asked or present is None or present == target:
        if backup is not None:
            raise WrongUsage(
                "the database is of no earlier release of Neo4j, so no backup is made",
                hint=f"ringleader backup '{backup}'",
            )
        return None, None
    if version_numbers(present.neo4j) > version_numbers(target.neo4j):
        raise WrongUsage(
            f"the database is of Neo4j {present.neo4j}, and {target.neo4j} is earlier",
            hint=f"ringleader restore BACKUP --overwrite --engine {target.line} goes back",
        )
    if backup is None:
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        backup = settings.home / "backups" / f"neo4j-{present.neo4j}-{moment}.tar"
        backup.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    move(reread({"server.engine": present.line}), target, backup)
    return target.neo4j, backup
