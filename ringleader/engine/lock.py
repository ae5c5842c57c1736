"""The list of files that make up an engine, each with its checksum.

A lock holds one line per artifact: Maven coordinate, SHA-256, size in bytes. It names no host:
where the files come from is for the machine that installs them to say.

Maintainers make the locks again, after changing a version in :mod:`ringleader.engine.releases`::

    python -m ringleader.engine.lock            # every engine
    python -m ringleader.engine.lock 5.26       # one of them

It resolves the dependencies with jgo, downloads each artifact (minutes when none is there yet)
and writes the lock beside this module. The same versions give the same file.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path, PurePosixPath

from ringleader.engine.releases import ENGINES, Engine, engine_named
from ringleader.errors import ServerError

HEADER = """\
# Neo4j {neo4j} Community with Graph Data Science {gds}: every file on the class path.
# coordinate sha256 bytes; made by `python -m ringleader.engine.lock {line}`
"""
_GDS_GROUP = "org.neo4j.gds"


@dataclass(frozen=True)
class LockedArtifact:
    """One file of an engine.

    Attributes:
        coordinate: ``group:artifact:version[:classifier]:packaging``.
        sha256: Its checksum, in hexadecimal.
        size: Its size in bytes.
    """

    coordinate: str
    sha256: str
    size: int

    @cached_property
    def parts(self) -> tuple[str, str, str, str, str]:
        """Group, artifact, version, classifier (or an empty text) and packaging."""
        group, artifact, version, *classifier, packaging = self.coordinate.split(":")
        return group, artifact, version, classifier[0] if classifier else "", packaging

    @property
    def path(self) -> PurePosixPath:
        """Where a Maven repository keeps it."""
        group, artifact, version, classifier, packaging = self.parts
        suffix = f"-{classifier}" if classifier else ""
        name = f"{artifact}-{version}{suffix}.{packaging}"
        return PurePosixPath(*group.split("."), artifact, version, name)

    @property
    def is_plugin(self) -> bool:
        """Whether the server must find it in its plugins folder as well."""
        return self.parts[0] == _GDS_GROUP


@dataclass(frozen=True)
class Lock:
    """The files of an engine and the checksum of the list itself."""

    artifacts: tuple[LockedArtifact, ...]
    sha256: str

    @property
    def size(self) -> int:
        """All files together, in bytes."""
        return sum(artifact.size for artifact in self.artifacts)


def parse_lock(text: str, name: str) -> Lock:
    """Read a lock.

    Args:
        text: Its content.
        name: What to call it in an error.

    Raises:
        ServerError: A line is not what a lock holds.
    """
    artifacts = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split()
        well_formed = (
            len(fields) == 3
            and 3 <= fields[0].count(":") <= 4
            and len(fields[1]) == 64
            and fields[2].isdigit()
        )
        if not well_formed:
            raise ServerError(
                f"{name}, line {number}: expected `coordinate sha256 bytes`",
                hint="reinstall ringleader: the file came with it",
            )
        artifacts.append(LockedArtifact(fields[0], fields[1], int(fields[2])))
    return Lock(tuple(artifacts), hashlib.sha256(text.encode()).hexdigest())


def read_lock(engine: Engine) -> Lock:
    """The committed lock of an engine."""
    text = resources.files("ringleader.engine").joinpath(engine.lock).read_text(encoding="utf-8")
    return parse_lock(text, engine.lock)


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
    roots = [context.create_dependency(root) for root in engine.roots]
    inputs, transitive = context.resolver.resolve(roots)
    needed = [*inputs, *(d for d in transitive if d.scope in ("compile", "runtime"))]
    found = {}
    for dependency in needed:
        artifact = dependency.artifact
        content = artifact.resolve().read_bytes()
        fields = [artifact.groupId, artifact.artifactId, artifact.version]
        fields += [part for part in (artifact.classifier, artifact.packaging) if part]
        coordinate = ":".join(fields)
        sha256 = hashlib.sha256(content).hexdigest()
        found[coordinate] = LockedArtifact(coordinate, sha256, len(content))
    return [found[coordinate] for coordinate in sorted(found)]


def render_lock(engine: Engine, artifacts: list[LockedArtifact]) -> str:
    """The text of a lock."""
    header = HEADER.format(neo4j=engine.neo4j, gds=engine.gds, line=engine.line)
    return header + "".join(f"{a.coordinate} {a.sha256} {a.size}\n" for a in artifacts)


def main(arguments: list[str] | None = None) -> None:
    """Make locks again, beside this module."""
    parser = argparse.ArgumentParser(
        prog="python -m ringleader.engine.lock",
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
