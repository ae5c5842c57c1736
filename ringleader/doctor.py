"""Checks of everything ringleader needs, each failure with the command that fixes it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ringleader.errors import RingleaderError
from ringleader.settings import Setting, Settings

if TYPE_CHECKING:
    from ringleader.graph import Graph

GIB = 1 << 30
# Neo4j stops writing, in the middle of a load, when its disk is full.
LEAST_FREE_DISK = 2 * GIB
# What Python, DuckDB and the system need beside the server.
MOST_MEMORY_SHARE = 0.8
# The GDS whose graph.project, Leiden and procedures the catalogue uses.
OLDEST_GDS = (2, 13)
RINGS_NAMED = 3

# What bounds a runaway statement, with what to set where nothing is set.
LIMITS = {
    "db.memory.transaction.max": "40% of the heap",
    "dbms.memory.transaction.total.max": "60% of the heap",
    "db.transaction.timeout": "4h",
}

Outcome = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True)
class Check:
    """One check and how it went.

    Attributes:
        name: What was looked at.
        outcome: ``ok``, ``failed``, ``warning`` for what works but should be changed, or
            ``skipped`` because an earlier check failed.
        detail: What was found.
        hint: The next command, for a failure or a warning.
    """

    name: str
    outcome: Outcome
    detail: str
    hint: str | None = None


def effective_settings(settings: Settings) -> list[Setting]:
    """Every setting with its source, and where downloads are kept."""
    from ringleader.engine.artifacts import CACHE_VARIABLE, cache_folder

    source = f"environment {CACHE_VARIABLE}" if os.environ.get(CACHE_VARIABLE) else "default"
    home, *rest = settings.describe()
    return [home, Setting("cache", cache_folder(), source), *rest]


def examine(settings: Settings, *, mend: bool = False) -> list[Check]:
    """Run every check; none raises.

    Args:
        settings: Where to look.
        mend: Create the constraints and indexes that are missing.
    """
    checks = [*_server_checks(settings, mend=mend)]
    checks.append(_disk(settings))
    checks.append(_memory(settings))
    if settings.managed:
        checks += [_java(settings), _password_file(settings), *_left_behind(settings)]
    return checks


def _server_checks(settings: Settings, *, mend: bool) -> Iterator[Check]:
    from ringleader.graph import Graph

    names = (
        "server",
        "login",
        "version",
        "graph data science",
        "constraints",
        "schema",
        "rings",
        "limits",
    )
    try:
        graph = Graph.connect(settings)
    except RingleaderError as error:
        # A refused login tells that the server itself is there.
        refused = settings.uri is not None and "refuses" in error.message
        if refused:
            yield Check("server", "ok", f"{settings.uri} answers")
        failed = 1 if refused else 0
        yield Check(names[failed], "failed", error.message, error.hint)
        for name in names[failed + 1 :]:
            yield Check(name, "skipped", "needs the server")
        return
    with graph:
        where = "managed server" if settings.managed else settings.source("neo4j.uri")
        yield Check("server", "ok", f"{settings.uri} ({where})")
        yield Check("login", "ok", f"{settings.username}, database {settings.database}")
        for check, name in ((_version, names[2]), (_gds, names[3])):
            yield _guarded(name, check, graph)
        yield _guarded(names[4], _mended_constraints if mend else _constraints, graph)
        yield _guarded(names[5], _schema, graph)
        yield _guarded(names[6], _rings, graph)
        yield _guarded(names[7], _limits, graph, bad="warning")


def _guarded(name: str, check: object, graph: Graph, bad: Outcome = "failed") -> Check:
    assert callable(check)
    try:
        detail, hint = check(graph)
    except RingleaderError as error:
        return Check(name, bad, error.message, error.hint)
    return Check(name, bad if hint else "ok", detail, hint)


def _version(graph: Graph) -> tuple[str, str | None]:
    from ringleader.engine.releases import require_supported

    rows = graph.read(
        "CALL dbms.components() YIELD name, versions, edition RETURN name, versions, edition",
        name="doctor version",
    )
    kernel = next((row for row in rows if row["name"] == "Neo4j Kernel"), rows[0])
    version, edition = str(kernel["versions"][0]), kernel["edition"]
    require_supported(version, str(graph.settings.uri))
    return f"Neo4j {version} {edition}", None


def _gds(graph: Graph) -> tuple[str, str | None]:
    from ringleader.engine.releases import version_numbers

    rows = graph.read(
        "SHOW FUNCTIONS YIELD name WHERE name = 'gds.version' RETURN name", name="doctor gds"
    )
    install = (
        "install the Graph Data Science plugin of the server's version and allow gds.* in "
        "dbms.security.procedures.unrestricted, or use ringleader server start"
    )
    if not rows:
        return f"{graph.settings.uri} has no Graph Data Science library", install
    version = str(graph.read("RETURN gds.version() AS version", name="doctor gds")[0]["version"])
    if version_numbers(version) < OLDEST_GDS:
        oldest = ".".join(map(str, OLDEST_GDS))
        return f"GDS {version} is too old: {oldest} is the oldest that works", install
    return f"GDS {version}", None


def _missing_constraints(graph: Graph) -> tuple[list[str], int]:
    from ringleader.schema.statements import schema_statements

    wanted = schema_statements(graph.schema)
    rows = graph.read("SHOW INDEXES YIELD name RETURN name", name="doctor constraints")
    there = {row["name"] for row in rows}
    return [name for name in wanted if name not in there], len(wanted)


def _constraints(graph: Graph) -> tuple[str, str | None]:
    from ringleader.catalogue import get

    missing, wanted = _missing_constraints(graph)
    if len(missing) == wanted and not graph.read(get("what-is-loaded")):
        return "none yet: the database is empty, and the first load creates them", None
    if missing:
        listed = ", ".join(missing[:3]) + (", …" if len(missing) > 3 else "")
        hint = "ringleader doctor --mend creates them, and so does the first load"
        return f"{len(missing)} of {wanted} constraints and indexes are missing: {listed}", hint
    return f"all {wanted} constraints and indexes are there", None


def _mended_constraints(graph: Graph) -> tuple[str, str | None]:
    created = graph.ensure_schema()
    if created:
        return f"created {len(created)} constraints and indexes", None
    return _constraints(graph)


def _schema(graph: Graph) -> tuple[str, str | None]:
    from ringleader.upgrade import SCHEMA_VERSION, pending

    if steps := pending(graph):
        told = ", ".join(f"{number:,} {step.what}" for step, number in steps.items())
        return f"an earlier version wrote the graph: {told}", "ringleader upgrade"
    return f"version {SCHEMA_VERSION}", None


def _rings(graph: Graph) -> tuple[str, str | None]:
    from ringleader.catalogue import get

    query = get("rings-not-detected")
    rows = graph.read(query, query.bind({"limit": RINGS_NAMED + 1}))
    if not rows:
        return "all were written by detections or reviews", None
    named = ", ".join(str(row["ring_id"] or row["node"]) for row in rows[:RINGS_NAMED])
    more = ", …" if len(rows) > RINGS_NAMED else ""
    return (
        f"(:Ring) nodes that no detection wrote are left out of lists and exports: {named}{more}",
        f"ringleader query run {query.name} lists them; delete them with ringleader cypher --write",
    )


def _limits(graph: Graph) -> tuple[str, str | None]:
    """Whether a runaway statement fails before the server does."""
    rows = graph.read(
        "SHOW SETTINGS YIELD name, value WHERE name IN $names RETURN name, value",
        {"names": list(LIMITS)},
        name="doctor limits",
    )
    found = {row["name"]: str(row["value"]) for row in rows}
    missing = [name for name in LIMITS if _unlimited(found.get(name, "0"))]
    if missing:
        wanted = ", ".join(f"{name}={LIMITS[name]}" for name in missing)
        return (
            f"nothing bounds a runaway statement: {', '.join(missing)} not set",
            f"set {wanted} in neo4j.conf; docs/reliability.md",
        )
    return ", ".join(f"{name} {found[name]}" for name in LIMITS), None


def _unlimited(value: str) -> bool:
    """Whether a size or duration of the server says that there is no bound."""
    return not any(digit in value for digit in "123456789")


def _disk(settings: Settings) -> Check:
    folder = settings.home
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    detail = f"{free / GIB:,.1f} GiB free for {settings.home}"
    if not os.access(folder, os.W_OK):
        hint = "set RINGLEADER_HOME to a folder that you may write to"
        return Check("disk", "failed", f"{folder} cannot be written to", hint)
    if free < LEAST_FREE_DISK:
        hint = "free some, or set RINGLEADER_HOME to a folder on another disk"
        return Check("disk", "failed", detail, hint)
    return Check("disk", "ok", detail)


def _memory(settings: Settings) -> Check:
    from ringleader.engine import managed_connection
    from ringleader.engine.config import machine_memory
    from ringleader.engine.manage import memory_in_use

    machine = machine_memory()
    if not settings.managed:
        return Check("memory", "ok", f"{machine / GIB:,.1f} GiB here; the server has its own")
    try:
        memory = memory_in_use(settings, managed_connection(settings))
    except RingleaderError as error:
        return Check("memory", "failed", error.message, error.hint)
    detail = (
        f"heap {memory.heap / GIB:,.1f} GiB and page cache {memory.page_cache / GIB:,.1f} GiB "
        f"of {machine / GIB:,.1f} GiB"
    )
    if memory.heap + memory.page_cache > MOST_MEMORY_SHARE * machine:
        hint = "lower [server] heap or page_cache in ringleader.toml, then restart the server"
        return Check("memory", "failed", f"{detail}: more than {MOST_MEMORY_SHARE:.0%}", hint)
    return Check("memory", "ok", detail)


def _java(settings: Settings) -> Check:
    from ringleader.engine.config import find_java
    from ringleader.engine.folder import ServerFolder

    try:
        engine = ServerFolder(settings.home).choose_engine(settings)
        java = find_java(engine)
    except RingleaderError as error:
        return Check("java", "failed", error.message, error.hint)
    return Check("java", "ok", f"{java} for Neo4j {engine.neo4j}")


def _left_behind(settings: Settings) -> Iterator[Check]:
    from ringleader.engine.exclusive import left_behind
    from ringleader.engine.folder import ServerFolder

    folder = ServerFolder(settings.home)
    left = left_behind(folder)
    if left is not None:
        detail = f"an interrupted upgrade or restore has left a server in {folder.next.home}"
        runs = ", ".join(f"process {process.pid}" for process in left)
        hint = "ringleader server start removes it, and leaves one that runs as it is"
        yield Check("left behind", "warning", f"{detail} ({runs})" if runs else detail, hint)


def _password_file(settings: Settings) -> Check:
    from ringleader.engine.folder import ServerFolder

    folder = ServerFolder(settings.home)
    path: Path = folder.password_file
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        if folder.has_data:
            hint = "put it back, or ringleader server reset (deletes the data)"
            return Check("password file", "failed", f"{path} is gone", hint)
        return Check("password file", "skipped", "made by the first ringleader server start")
    if os.name == "posix" and mode & 0o077:
        hint = f"chmod 600 '{path}'"
        return Check("password file", "failed", f"others can read {path} (mode {mode:o})", hint)
    return Check("password file", "ok", f"{path} (mode {mode:o})")
