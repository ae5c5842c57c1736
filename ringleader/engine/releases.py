"""The Neo4j releases that the managed server can be, and which servers ringleader works with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ringleader.errors import ServerError, SettingsError

# The oldest server whose Cypher and GDS the catalogue is written for: the 5.26 long-term release.
OLDEST_SUPPORTED = (5, 26)


@dataclass(frozen=True)
class Engine:
    """A release of Neo4j with the GDS that belongs to it.

    Attributes:
        line: What ``[server] engine`` calls it.
        neo4j: Version of Neo4j.
        gds: Version of Graph Data Science.
        main: Class that starts the server.
        java: Java versions that Neo4j supports for it (operations manual, system requirements).
        settings: Lines of the configuration that only this release knows.
    """

    line: str
    neo4j: str
    gds: str
    main: str
    java: tuple[int, ...]
    settings: tuple[str, ...] = ()

    @property
    def lock(self) -> str:
        """Name of the file that lists its artifacts."""
        return f"neo4j-{self.neo4j}.lock"

    @property
    def server_roots(self) -> int:
        """How many of the roots, from the first on, are the server without GDS."""
        return 3

    @property
    def roots(self) -> tuple[str, ...]:
        """The artifacts whose dependencies make up the server, as Maven coordinates."""
        return (
            f"org.neo4j:neo4j:{self.neo4j}",
            f"org.neo4j.app:neo4j-server:{self.neo4j}",
            f"org.neo4j:neo4j-import-tool:{self.neo4j}",
            f"org.neo4j.gds:proc:{self.gds}",
            # GDS finds its licence and metrics services in this one; without it none load.
            f"org.neo4j.gds:opengds-extension:{self.gds}",
        )


ENGINES = (
    Engine(
        "2026.08",
        "2026.08.1",
        "2.26.0",
        "org.neo4j.server.Neo4jCommunity",
        (21, 25),
        (
            # Both look for other servers or offer themselves to a cloud console.
            "server.fleet_discovery.enabled=false",
            "dbms.fleet_manager.enabled=false",
            # Bolt would wait five seconds twice for new clients while it shuts down.
            "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration=0s",
        ),
    ),
    Engine(
        "5.26",
        "5.26.30",
        "2.13.9",
        "org.neo4j.server.CommunityEntryPoint",
        (17, 21),
        ("internal.dbms.bolt.netty_server_shutdown_quiet_period=0",),
    ),
)


def engine_named(name: str) -> Engine:
    """The engine that a setting names, by its line or its full version.

    Raises:
        SettingsError: There is no such engine.
    """
    for engine in ENGINES:
        if name in (engine.line, engine.neo4j):
            return engine
    known = " or ".join(engine.line for engine in ENGINES)
    raise SettingsError(
        f"there is no managed engine {name!r}", hint=f"[server] engine, or --engine, is {known}"
    )


def version_numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: ``2026.08.1-SNAPSHOT`` is ``(2026, 8, 1)``."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def unsupported(version: str) -> str | None:
    """Why a server of this version does not do; None when it does.

    Args:
        version: As ``dbms.components()`` gives it, e.g. ``5.26.30`` or ``2026.08.1``.
    """
    numbers = version_numbers(version)
    if not numbers:
        return f"its version {version!r} is not one of Neo4j's"
    if numbers < OLDEST_SUPPORTED:
        oldest = ".".join(map(str, OLDEST_SUPPORTED))
        return f"Neo4j {version} is too old: {oldest} is the oldest that works"
    return None


def require_supported(version: str, uri: str) -> None:
    """Refuse a server that is too old.

    Raises:
        ServerError: It is not supported.
    """
    reason = unsupported(version)
    if reason:
        lines = " or ".join(engine.line for engine in ENGINES)
        raise ServerError(
            f"{uri}: {reason}",
            hint=f"upgrade it to {lines}, or run ringleader server start and unset NEO4J_URI",
        )
