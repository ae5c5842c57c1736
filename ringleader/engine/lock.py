"""The list of files that make up an engine, each with its checksum.

A lock holds one line per artifact: Maven coordinate, SHA-256, size in bytes, and whether the server
or only the plugin, GDS, needs it. It names no host: where the files come from is for the machine
that installs them to say.

Maintainers make the locks again with :mod:`ringleader.engine.relock`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import PurePosixPath

from ringleader.engine.releases import Engine
from ringleader.errors import ServerError

SERVER, PLUGIN = "server", "plugin"
_GDS_GROUP = "org.neo4j.gds"


@dataclass(frozen=True)
class LockedArtifact:
    """One file of an engine.

    Attributes:
        coordinate: ``group:artifact:version[:classifier]:packaging``.
        sha256: Its checksum, in hexadecimal.
        size: Its size in bytes.
        part: ``server``, or ``plugin`` for what only GDS needs.
    """

    coordinate: str
    sha256: str
    size: int
    part: str = SERVER

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
        """Whether a server without GDS does without it."""
        return self.part == PLUGIN

    @property
    def has_procedures(self) -> bool:
        """Whether the server must find it in its plugins folder, beside the class path."""
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
            len(fields) == 4
            and 3 <= fields[0].count(":") <= 4
            and len(fields[1]) == 64
            and fields[2].isdigit()
            and fields[3] in (SERVER, PLUGIN)
        )
        if not well_formed:
            raise ServerError(
                f"{name}, line {number}: expected `coordinate sha256 bytes part`",
                hint="reinstall ringleader: the file came with it",
            )
        artifacts.append(LockedArtifact(fields[0], fields[1], int(fields[2]), fields[3]))
    return Lock(tuple(artifacts), hashlib.sha256(text.encode()).hexdigest())


def read_lock(engine: Engine) -> Lock:
    """The committed lock of an engine."""
    text = resources.files("ringleader.engine").joinpath(engine.lock).read_text(encoding="utf-8")
    return parse_lock(text, engine.lock)
