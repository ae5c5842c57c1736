"""Collect Graph Data Science for a Neo4j that somebody else runs, such as the Docker image.

::

    python -m ringleader.engine.plugins --engine 2026.08 /var/lib/neo4j/plugins

It downloads what the engine's lock says, verifies it, and copies what a Neo4j of that version
lacks.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from ringleader.engine.artifacts import cache_folder, install
from ringleader.engine.lock import Lock, read_lock
from ringleader.engine.releases import Engine, engine_named
from ringleader.errors import RingleaderError


def collect_plugins(engine: Engine, folder: Path) -> list[Path]:
    """Copy GDS and what only GDS needs into a plugins folder.

    Args:
        engine: The release of Neo4j that has the folder.
        folder: The folder; created if needed.

    Returns:
        The copies.
    """
    lock = read_lock(engine)
    plugins = tuple(artifact for artifact in lock.artifacts if artifact.is_plugin)
    # Its own stamp: the rest of the engine is not needed here.
    part = Lock(plugins, f"{lock.sha256}-plugin")
    folder.mkdir(parents=True, exist_ok=True)
    paths = install(part, f"GDS {engine.gds}", cache_folder())
    return [Path(shutil.copy2(path, folder / path.name)) for path in paths]


def main(arguments: list[str] | None = None) -> int:
    """Collect into the folder that is named."""
    parser = argparse.ArgumentParser(prog="python -m ringleader.engine.plugins")
    parser.add_argument("folder", type=Path, help="plugins folder of the Neo4j")
    parser.add_argument("--engine", default="2026.08", help="line or version [2026.08]")
    options = parser.parse_args(arguments)
    try:
        copied = collect_plugins(engine_named(options.engine), options.folder)
    except RingleaderError as error:
        print(f"error: {error.message}\n  try: {error.hint}", file=sys.stderr)
        return error.exit_code
    print(f"{len(copied)} files in {options.folder}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
