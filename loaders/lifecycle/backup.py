"""Backup and restore of the managed server: one file with all but the keys, and one with the keys.

A backup is a tar file: the database as ``neo4j-admin database dump`` writes it, the settings file
without secrets, the decisions as JSON lines (readable without Neo4j), records of loads,
quarantine and audit log, and ``backup.json`` with versions, counts and the SHA-256 of every file.
Keys go into a file of their own, so that the two can be kept in different places.
"""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.decisions import listed_decisions
from ringleader.engine import ensure_running, managed_connection, run_admin, stop
from ringleader.engine.artifacts import file_sha256
from ringleader.engine.folder import DATABASE, ServerFolder
from ringleader.engine.releases import Engine, engine_named
from ringleader.errors import InputError, WrongUsage
from ringleader.graph import Graph
from ringleader.graph.locks import file_lock, lease
from ringleader.keys import KEY_FILE, fingerprint, read_key
from ringleader.loaders.lifecycle.replacing import (
    counts,
    refuse_later,
    replace_server,
    start_again,
)
from ringleader.loaders.lifecycle.settings_text import without_secrets
from ringleader.output import now_text, plain, whole_file
from ringleader.progress import progress
from ringleader.scratch import scratch
from ringleader.version import __version__

if TYPE_CHECKING:
    from ringleader.settings import Settings

__all__ = ["Backup", "back_up", "move", "restore"]

FORMAT = 1
_ABOUT, _DUMP, _SETTINGS, _REVIEWS = "backup.json", "neo4j.dump", "ringleader.toml", "reviews.jsonl"
# What the data folder keeps beside the graph.
FOLDERS = ("loads", "quarantine", "audit")
# What a restored database has to hold in the number that the backup says.
COUNTS = ("accounts", "rings", "reviews", "nodes", "relationships")


@dataclass(frozen=True)
class Backup:
    """A backup that was made or restored.

    Attributes:
        file: The file.
        made_at: When, ISO 8601 in UTC.
        version: Of ringleader that made it.
        engine: Version of Neo4j that made it.
        accounts: Accounts in the graph.
        rings: Current rings.
        reviews: Decisions.
        key_fingerprint: Fingerprint of the key of the graph's hashes; empty if there was none.
        keys: The file with the keys; None if it was not asked for.
        bytes: Size of the file.
    """

    file: Path
    made_at: str
    version: str
    engine: str
    accounts: int
    rings: int
    reviews: int
    key_fingerprint: str
    keys: Path | None
    bytes: int


def back_up(settings: Settings, file: Path, *, keys: Path | None = None) -> Backup:
    """Write a backup; the server is stopped for it, and runs again afterwards if it ran before.

    Args:
        settings: The managed server and the data folder.
        file: Where to; it appears whole or not at all.
        keys: Where the keys go; by default they are not written.

    Raises:
        WrongUsage: Another server than the managed one is configured.
        LockHeld: Another run writes to the database.
        ServerError: The dump failed.
    """
    _require_managed(settings)
    with file_lock(settings, "backup") as place:
        return _made(settings, file, keys, place, again=managed_connection(settings) is not None)


def _made(settings: Settings, file: Path, keys: Path | None, place: str, *, again: bool) -> Backup:
    """Write a backup under a lock that is held; the server runs afterwards only if it shall."""
    home, folder = settings.home, ServerFolder(settings.home)
    if not folder.has_data:
        raise InputError(f"there is no database in {folder.root}", hint="ringleader load")
    _require_folder(file)
    with scratch(home) as room:
        state = ensure_running(settings)
        with (
            Graph.connect(state.settings(), settings.schema) as graph,
            lease(graph, "backup", place),
        ):
            held = counts(graph)
            decisions = listed_decisions(graph, history=True)
        stop(settings)
        try:
            with progress("neo4j-admin database dump"):
                run_admin(settings, ["database", "dump", f"--to-path={room}", DATABASE])
        finally:
            if again:
                ensure_running(settings)
        lines = (json.dumps(plain(row), ensure_ascii=False) + "\n" for row in decisions)
        (room / _REVIEWS).write_text("".join(lines), encoding="utf-8")
        if settings.file.exists():
            text = without_secrets(settings.file.read_text(encoding="utf-8"))
            (room / _SETTINGS).write_text(text, encoding="utf-8")
        members = {path.name: path for path in sorted(room.iterdir())}
        for name in FOLDERS:
            found = sorted(path for path in (home / name).rglob("*") if path.is_file())
            members |= {str(path.relative_to(home)): path for path in found if path.name != "lock"}
        about = {
            "format": FORMAT,
            "made_at": now_text(),
            "version": __version__,
            "engine": state.engine,
            **held,
            "key_fingerprint": _fingerprint(home),
            "sha256": {name: file_sha256(path) for name, path in members.items()},
        }
        with progress("write the backup"):
            _write_tar(file, members, about)
    if keys is not None:
        found = sorted((home / KEY_FILE.parent).glob("*.key"))
        _write_tar(keys, {f"keys/{path.name}": path for path in found}, None)
    return _backup(file, about, keys)


def restore(
    settings: Settings, file: Path, *, keys: Path | None = None, overwrite: bool = False
) -> Backup:
    """Put a backup in the place of the managed server's database, and start the server.

    Whatever fails before the new server has started and holds what the backup says leaves all as it
    was.

    Args:
        settings: The managed server and the data folder; ``server.engine``, where it is given, says
            for which release of Neo4j the database is afterwards.
        file: The backup.
        keys: The file with the keys; not needed where the data folder has the same key.
        overwrite: Whether a database, and files of the data folder, that are there may go.

    Raises:
        WrongUsage: Another server than the managed one is configured.
        InputError: The file is no backup or damaged, of a later release of Neo4j, the keys are
            others or missing, or there is a database already.
        ServerError: The database could not be loaded.
    """
    _require_managed(settings)
    home, folder = settings.home, ServerFolder(settings.home)
    with file_lock(settings, "restore"), scratch(home) as room:
        about = _unpacked(file, room / "backup")
        engine = _engine(settings, folder)
        refuse_later(f"the database in {file}", about["engine"], engine)
        new_keys = _keys(file, keys, home, about["key_fingerprint"], room / "keys")
        if not overwrite:
            _refuse_replacing(home, folder, new_keys)
        replace_server(
            settings,
            room / "backup",
            engine,
            {name: about[name] for name in COUNTS if name in about},
            lambda: _replace_files(home, room / "backup", new_keys),
        )
    return _backup(file, about, keys)


def move(settings: Settings, engine: Engine, backup: Path) -> None:
    """Bring the managed server's database to a later release of Neo4j, by way of a backup.

    Args:
        settings: The managed server, of the present release, and the data folder.
        engine: The later release.
        backup: Where the backup goes that a restore goes back to; it stays.

    Raises:
        WrongUsage: Another server than the managed one is configured.
        InputError: There is no database, or it is of a later release.
        ServerError: The database could not be moved; it is as before.
    """
    _require_managed(settings)
    refuse_later("the database", ServerFolder(settings.home).data_engine() or "", engine)
    with file_lock(settings, "upgrade") as place, scratch(settings.home) as room:
        ran = managed_connection(settings) is not None
        try:
            # It stays down from the dump on, so that no decision comes in that would be lost.
            _made(settings, backup, None, place, again=False)
            about = _unpacked(backup, room / "backup")
            held = {name: about[name] for name in COUNTS}
            replace_server(settings, room / "backup", engine, held)
        except BaseException:
            if ran:
                start_again(settings)
            raise


def _replace_files(home: Path, unpacked: Path, keys: Sequence[Path]) -> None:
    """Put keys, records, quarantine, audit log and settings of a backup into a data folder."""
    for path in keys:
        target = home / "keys" / path.name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(path, target)
        target.chmod(0o600)
    for name in FOLDERS:
        if (unpacked / name).exists():
            shutil.rmtree(home / name, ignore_errors=True)
            shutil.copytree(unpacked / name, home / name)
            (home / name).chmod(0o700)
    if (unpacked / _SETTINGS).exists():
        shutil.copyfile(unpacked / _SETTINGS, home / f"restored-{_SETTINGS}")


def _require_managed(settings: Settings) -> None:
    if not settings.managed:
        raise WrongUsage(
            f"backup and restore are for the managed server, and {settings.uri} is configured "
            f"({settings.source('neo4j.uri')})",
            hint="docs/life-of-data.md says how to back up a server of your own",
        )


def _require_folder(file: Path) -> None:
    if not file.absolute().parent.is_dir():
        raise InputError(f"cannot write {file}: its folder does not exist", hint="mkdir it")


def _fingerprint(home: Path) -> str:
    path = home / KEY_FILE
    return fingerprint(read_key(path)) if path.exists() else ""


def _write_tar(file: Path, members: dict[str, Path], about: dict[str, Any] | None) -> None:
    try:
        with whole_file(file, mode=0o600) as target, tarfile.open(fileobj=target, mode="w") as tar:
            if about is not None:
                text = json.dumps(about, indent=2).encode()
                info = tarfile.TarInfo(_ABOUT)
                info.size = len(text)
                tar.addfile(info, io.BytesIO(text))
            for name, path in members.items():
                tar.add(path, name)
    except OSError as error:
        raise InputError(
            f"cannot write {file}: {error.strerror or error}", hint="choose another place"
        ) from error


def _unpacked(file: Path, where: Path) -> dict[str, Any]:
    """Unpack a backup, check every file, and return what it says of itself.

    Raises:
        InputError: It is no backup, of a later version, or damaged.
    """
    hint = "ringleader backup FILE makes one"
    try:
        with tarfile.open(file) as tar:
            _extract(tar, where)
        about: dict[str, Any] = json.loads((where / _ABOUT).read_text(encoding="utf-8"))
        hashes, made = dict(about["sha256"]), int(about["format"])
    except (OSError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file} is no backup: {error}", hint=hint) from error
    if made > FORMAT:
        raise InputError(
            f"{file} was made by ringleader {about.get('version')}, which this one cannot read",
            hint="update ringleader",
        )
    for name, expected in hashes.items():
        if not (where / name).is_file() or file_sha256(where / name) != expected:
            raise InputError(f"{file} is damaged: {name} is missing or changed", hint=hint)
    return about


def _extract(tar: tarfile.TarFile, where: Path) -> None:
    """Unpack a tar file, and nothing outside of a folder.

    Raises:
        tarfile.TarError: A member is no file or folder, or lies elsewhere.
    """
    if hasattr(tarfile, "data_filter"):
        tar.extractall(where, filter="data")
        return
    root = where.resolve()  # Python 3.11.0 to 3.11.3 have no filters
    for member in tar:
        target = (root / member.name).resolve()
        if not (member.isreg() or member.isdir()) or not target.is_relative_to(root):
            raise tarfile.TarError(f"{member.name} may not be unpacked")
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
        elif (content := tar.extractfile(member)) is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            with content, target.open("wb") as file:
                shutil.copyfileobj(content, file)


def _refuse_replacing(home: Path, folder: ServerFolder, keys: Sequence[Path]) -> None:
    """Make sure that a restore takes the place of nothing.

    Raises:
        InputError: There is a database, what the data folder keeps beside it, or another key.
    """
    there = []
    if (folder.data / "databases" / DATABASE).exists():
        there.append("a database")
    there += [name for name in FOLDERS if any((home / name).glob("*"))]
    for path in keys:
        mine = home / KEY_FILE.parent / path.name
        if mine.exists() and mine.read_bytes() != path.read_bytes():
            there.append(f"another {KEY_FILE.parent / path.name}")
    if there:
        raise InputError(
            f"there is {', '.join(there)} in {home}, and a restore replaces it",
            hint="give --overwrite, or set RINGLEADER_HOME to another folder",
        )


def _engine(settings: Settings, folder: ServerFolder) -> Engine:
    """The release that is asked for or, if nobody asks, that of the database that is there."""
    present = folder.present_engine()
    if present is not None and settings.source("server.engine") == "default":
        return present
    return engine_named(str(settings.get("server.engine")))


def _keys(file: Path, keys: Path | None, home: Path, expected: str, where: Path) -> list[Path]:
    """The keys to put in place; none where the data folder has the right one.

    Raises:
        InputError: The keys are missing or others.
    """
    if keys is None:
        if expected in ("", _fingerprint(home)):
            return []
        raise InputError(
            f"the hashes of {file} were made with the key {expected}, which is not here",
            hint="give --keys FILE, which `ringleader backup --keys` has written",
        )
    try:
        with tarfile.open(keys) as tar:
            _extract(tar, where)
        found = sorted((where / "keys").glob("*.key"))
        theirs = _fingerprint(where)
    except (OSError, tarfile.TarError) as error:
        raise InputError(
            f"{keys} holds no keys: {error}",
            hint="give the file that `ringleader backup --keys` has written",
        ) from error
    if expected not in ("", theirs):
        raise InputError(
            f"{keys} holds the key {theirs or '(none)'}, and {file} was made with {expected}",
            hint="give the keys of the same backup",
        )
    return found


def _backup(file: Path, about: dict[str, Any], keys: Path | None) -> Backup:
    names = ("made_at", "version", "engine", "accounts", "rings", "reviews", "key_fingerprint")
    said = {name: about[name] for name in names}
    return Backup(file=file, keys=keys, bytes=file.stat().st_size, **said)
