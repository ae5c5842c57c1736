"""The files of an engine: downloaded once, checked, shared by every data folder.

They live in a folder laid out like a Maven repository, under ``RINGLEADER_CACHE`` or the user's
cache folder. A file gets there only after its SHA-256 has been checked, by a rename; an install
that was cut short goes on where it stopped. A stamp remembers which lock is complete, so that the
next start only looks at sizes and times.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import filelock
import platformdirs

from ringleader.engine.lock import Lock, LockedArtifact
from ringleader.errors import ServerError
from ringleader.progress import progress, say

CACHE_VARIABLE = "RINGLEADER_CACHE"
MIRROR_VARIABLE = "RINGLEADER_MAVEN_MIRROR"
# Small files over one connection each: the time goes into waiting, not into bandwidth.
DOWNLOADS_AT_ONCE = 8
ATTEMPTS = 3
TIMEOUT_SECONDS = 60
# Another process may be downloading the same files.
WAIT_SECONDS = 1800
_AGAIN = "ringleader server start again: what is complete is kept"


def cache_folder(env: Mapping[str, str] | None = None) -> Path:
    """Where downloads are kept, for all data folders of this user."""
    env = os.environ if env is None else env
    if env.get(CACHE_VARIABLE):
        return Path(env[CACHE_VARIABLE]).expanduser().absolute()
    return platformdirs.user_cache_path("ringleader")


def install(lock: Lock, name: str, cache: Path, *, mirror: str | None = None) -> list[Path]:
    """Make every file of a lock available.

    Args:
        lock: What is needed.
        name: The engine in words, e.g. ``Neo4j 2026.08.1``.
        cache: The folder that keeps downloads.
        mirror: A Maven repository to use instead of Maven Central;
            by default ``RINGLEADER_MAVEN_MIRROR``, if set.

    Returns:
        The files, in the order of the lock.

    Raises:
        ServerError: A download failed, a checksum differs, or the disk is full.
    """
    repository = cache / "maven"
    paths = [repository / artifact.path for artifact in lock.artifacts]
    stamp = cache / "installed" / f"{lock.sha256}.json"
    if _stamped(stamp, paths, lock):
        return paths
    mirror = mirror or os.environ.get(MIRROR_VARIABLE)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(cache / "install.lock", timeout=WAIT_SECONDS):
            if not _stamped(stamp, paths, lock):
                missing = _missing(lock, repository)
                if missing:
                    _fetch(missing, name, cache, mirror)
                _write_stamp(stamp, paths)
    except filelock.Timeout as error:
        raise ServerError(
            f"another process has been installing {name} for {WAIT_SECONDS // 60} minutes",
            hint=f"end it, then {_AGAIN}",
        ) from error
    except OSError as error:
        raise _disk_error(error, cache) from error
    return paths


def _stamped(stamp: Path, paths: Sequence[Path], lock: Lock) -> bool:
    """Whether the stamp says that all is there, and no file has changed since."""
    try:
        times: dict[str, int] = json.loads(stamp.read_text(encoding="utf-8"))
        for path, artifact in zip(paths, lock.artifacts, strict=True):
            status = path.stat()
            if (status.st_size, status.st_mtime_ns) != (artifact.size, times[path.name]):
                return False
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True


def _write_stamp(stamp: Path, paths: Sequence[Path]) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    times = {path.name: path.stat().st_mtime_ns for path in paths}
    unfinished = stamp.with_suffix(".part")
    unfinished.write_text(json.dumps(times), encoding="utf-8")
    unfinished.replace(stamp)


def _missing(lock: Lock, repository: Path) -> list[LockedArtifact]:
    """What is not there, or not what the lock says; the latter is removed."""
    missing = []
    for artifact in lock.artifacts:
        path = repository / artifact.path
        if not path.is_file():
            missing.append(artifact)
        elif path.stat().st_size != artifact.size or file_sha256(path) != artifact.sha256:
            path.unlink()
            missing.append(artifact)
    return missing


def _fetch(missing: Sequence[LockedArtifact], name: str, cache: Path, mirror: str | None) -> None:
    size = sum(artifact.size for artifact in missing)
    free = shutil.disk_usage(cache).free
    if free < size:
        raise ServerError(
            f"{name} needs {_megabytes(size)} in {cache}; {_megabytes(free)} are free",
            hint=f"free some, or set {CACHE_VARIABLE} to a folder on another disk",
        )
    source = mirror or "Maven Central"
    say(
        f"downloading {name}: {len(missing)} files, {_megabytes(size)}, from {source}; "
        f"kept in {cache} (once; later starts need no network)"
    )
    started = time.monotonic()
    incoming = Path(tempfile.mkdtemp(prefix="incoming-", dir=cache))
    try:
        with progress("downloading (files)", len(missing)) as advance:
            _download_all(missing, cache / "maven", incoming, mirror, advance)
    finally:
        shutil.rmtree(incoming, ignore_errors=True)
    say(f"downloaded and verified in {time.monotonic() - started:.0f} s")


def _download_all(
    missing: Sequence[LockedArtifact],
    repository: Path,
    incoming: Path,
    mirror: str | None,
    advance: Callable[[float], None],
) -> None:
    from jgo.maven import MavenContext

    context = MavenContext(
        repo_cache=incoming,
        timeout=TIMEOUT_SECONDS,
        remote_repos={"mirror": mirror} if mirror else None,
    )
    with ThreadPoolExecutor(DOWNLOADS_AT_ONCE, thread_name_prefix="download") as pool:
        futures = [pool.submit(_download, context, a, repository, mirror) for a in missing]
        try:
            for future in as_completed(futures):
                future.result()
                advance(1)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _download(context: Any, artifact: LockedArtifact, repository: Path, mirror: str | None) -> None:
    import requests
    from jgo.parse import Coordinate

    group, name, version, classifier, packaging = artifact.parts
    coordinate = Coordinate(group, name, version, classifier or None, packaging)
    source = mirror or "Maven Central"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            path: Path = context.create_dependency(coordinate).artifact.resolve()
            break
        except requests.RequestException as error:
            (Path(context.repo_cache) / artifact.path).unlink(missing_ok=True)
            if attempt == ATTEMPTS:
                raise ServerError(
                    f"cannot download {artifact.coordinate} from {source}: {type(error).__name__}",
                    hint=f"check the network (HTTPS_PROXY, {MIRROR_VARIABLE}), then {_AGAIN}",
                ) from error
            time.sleep(attempt)
        except RuntimeError as error:  # jgo's word for an answer other than 200
            raise ServerError(
                f"{source} does not provide {artifact.coordinate}",
                hint=f"check the network (HTTPS_PROXY, {MIRROR_VARIABLE}), then {_AGAIN}",
            ) from error
    sha256 = file_sha256(path)
    if sha256 != artifact.sha256:
        raise ServerError(
            f"{artifact.coordinate} from {source} has SHA-256 {sha256[:12]}…, "
            f"not {artifact.sha256[:12]}… as locked; it was not kept",
            hint=f"something between here and {source} changed it: try another network, or "
            f"set {MIRROR_VARIABLE}",
        )
    target = repository / artifact.path
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)


def _disk_error(error: OSError, cache: Path) -> ServerError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ServerError(
            f"the disk of {cache} is full",
            hint=f"free some space, or set {CACHE_VARIABLE} to a folder on another disk",
        )
    return ServerError(
        f"cannot write to {cache}: {error.strerror or error}",
        hint=f"set {CACHE_VARIABLE} to a folder that you may write to",
    )


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"
