"""Make the locks again, after changing a version in :mod:`ringleader.engine.releases`.

::

    python -m ringleader.engine.relock            # every engine
    python -m ringleader.engine.relock 5.26       # one of them

It resolves the dependencies with jgo, downloads each artifact (minutes when none is there yet)
and writes the lock beside this module. The same versions give the same file.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ringleader.engine.lock import PLUGIN, SERVER, LockedArtifact
from ringleader.engine.releases import ENGINES, Engine, engine_named

HEADER = """\
# Neo4j {neo4j} Community with Graph Data Science {gds}: every file on the class path.
# coordinate sha256 bytes part; made by `python -m ringleader.engine.relock {line}`
"""


def resolve(engine: Engine, repository: Path) -> list[LockedArtifact]:
    """Work out what an engine consists of, with jgo's resolver, and download it.

    Args:
        engine: The release.
        repository: A Maven repository folder that downloads go to and are taken from.

    Returns:
        The artifacts, sorted by coordinate.
    """
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=repository, timeout=60)

    def closure(roots: Iterable[str]) -> list[Any]:
        dependencies = [context.create_dependency(root) for root in roots]
        inputs, transitive = context.resolver.resolve(dependencies)
        needed = [*inputs, *(d for d in transitive if d.scope in ("compile", "runtime"))]
        return [dependency.artifact for dependency in needed]

    # By name and not by version: together, the server and GDS settle on one version of each.
    plain = {(a.groupId, a.artifactId) for a in closure(engine.roots[: engine.server_roots])}
    found = {}
    for artifact in closure(engine.roots):
        content = artifact.resolve().read_bytes()
        fields = [artifact.groupId, artifact.artifactId, artifact.version]
        fields += [part for part in (artifact.classifier, artifact.packaging) if part]
        coordinate = ":".join(fields)
        sha256 = hashlib.sha256(content).hexdigest()
        part = SERVER if (artifact.groupId, artifact.artifactId) in plain else PLUGIN
        found[coordinate] = LockedArtifact(coordinate, sha256, len(content), part)
    return [found[coordinate] for coordinate in sorted(found)]


def render_lock(engine: Engine, artifacts: list[LockedArtifact]) -> str:
    """The text of a lock."""
    header = HEADER.format(neo4j=engine.neo4j, gds=engine.gds, line=engine.line)
    return header + "".join(f"{a.coordinate} {a.sha256} {a.size} {a.part}\n" for a in artifacts)


def main(arguments: list[str] | None = None) -> None:
    """Make locks again, beside this module."""
    parser = argparse.ArgumentParser(
        prog="python -m ringleader.engine.relock",
        description="Resolve what each engine consists of and write its lock.",
    )
    parser.add_argument("engine", nargs="*", help="lines to lock, e.g. 5.26 [default: all]")
    parser.add_argument("--repository", type=Path, help="Maven repository folder to download to")
    parser.add_argument("--to", type=Path, default=Path(__file__).parent, help="where locks go")
    options = parser.parse_args(arguments)
    engines = [engine_named(name) for name in options.engine] or list(ENGINES)
    with tempfile.TemporaryDirectory() as temporary:
        for engine in engines:
            artifacts = resolve(engine, options.repository or Path(temporary))
            path = options.to / engine.lock
            path.write_text(render_lock(engine, artifacts), encoding="utf-8")
            megabytes = sum(artifact.size for artifact in artifacts) / 1e6
            print(f"{path}: {len(artifacts)} artifacts, {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
