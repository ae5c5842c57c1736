"""Sources that are no files here: standard input, pipes, object stores and the web.

They are copied into the workspace and loaded like files, under the name that the user gave. Object
stores are read by Apache Arrow's file systems, whose credentials come from the environment or the
provider's own chain; other addresses by fsspec, if its driver is installed.
"""

from __future__ import annotations

import glob
import hashlib
import shutil
import stat
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ringleader.errors import InputError
from ringleader.loaders.contract import TABLE_NAMES
from ringleader.loaders.lake.places import format_in, refuse_listed
from ringleader.loaders.sources.folder import by_table
from ringleader.loaders.sources.packed import EmptyInput, open_bytes
from ringleader.loaders.sources.stores import WEB, is_remote, scheme_of, store_of, unreadable
from ringleader.loaders.workspace import Workspace

STDIN = "-"
_PIECE = 1 << 20
_READERS = 8
_TIMEOUT = (10, 120)


def fetched(workspace: Workspace, sources: Sequence[str]) -> list[str]:
    """The sources, those that are no files here replaced by copies.

    Args:
        workspace: Where the copies go.
        sources: Paths, globs and folders; ``-`` for standard input, named pipes, addresses such as
            ``s3://bucket/requests/*.parquet``.

    Raises:
        InputError: One cannot be read.
    """
    return [name for source in sources for name in _fetched(workspace, source)]


def fetched_folder(workspace: Workspace, address: str) -> Path:
    """A copy of everything below an address.

    Raises:
        InputError: It cannot be read, or nothing is there.
    """
    _refuse_web(address)
    folder = _folder(workspace)
    root = address.rstrip("/")
    store, found = _below(address)
    for path, name in found:
        _copy(workspace, store, path, folder / name, f"{root}/{name}")
    return folder


def tables_at(address: str) -> tuple[dict[str, list[str]], list[str]]:
    """The addresses of every table below an address, in the order in which tables are loaded.

    Returns:
        The tables, and the names of what is called like none.

    Raises:
        InputError: It cannot be read, or nothing there is called like a table.
    """
    _refuse_web(address)
    root = address.rstrip("/")
    names = sorted({name.partition("/")[0] for _, name in _below(root, tables=True)[1]})
    found = by_table(address, {name: f"{root}/{name}" for name in names})
    return found, [name for name in names if not name.lower().startswith(TABLE_NAMES)]


def table_at(address: str) -> tuple[str, str, tuple[str, ...]] | None:
    """Format, place and describing files of the table of a lake at an address; None without one.

    Raises:
        InputError: The store cannot be read.
    """
    if scheme_of(address) in WEB or any(sign in address for sign in "*?["):
        return None
    try:
        store, path = store_of(address)
        path = path.rstrip("/")
        found = format_in(store, path)
    except InputError:
        raise
    except Exception as error:
        raise unreadable(address, error) from error
    if found is None:
        return None
    scheme = scheme_of(address)
    return found[0], path if scheme == "file" else f"{scheme}://{path}", tuple(found[1])


def copied(workspace: Workspace, address: str) -> Path:
    """A copy of one object.

    Raises:
        InputError: It cannot be read.
    """
    store, path = store_of(address)
    copy = _folder(workspace) / path.rpartition("/")[2]
    return _copy(workspace, store, path, copy, address)


def objects_at(address: str) -> list[tuple[str, str]]:
    """The objects at an address, a pattern or a folder, each with the SHA-256 of its content.

    A copy of an object, or the same object uploaded again, has to be known as the same. So each is
    read once here, several at a time.

    Raises:
        InputError: None is there, or the store cannot be read.
    """
    scheme = address.partition("://")[0]
    store, found = _below(address)

    def hashed(path: str) -> str:
        digest = hashlib.sha256()
        with store.open(path, "rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
        return digest.hexdigest()

    paths = [path for path, _ in found]
    try:
        with ThreadPoolExecutor(_READERS) as pool:
            hashes = list(pool.map(hashed, paths))
    except Exception as error:
        raise unreadable(address, error) from error
    return [(f"{scheme}://{path}", content) for path, content in zip(paths, hashes, strict=True)]


def write_text(address: str, text: str) -> None:
    """Write an object.

    Raises:
        InputError: The store refuses it.
    """
    try:
        store, path = store_of(address)
        with store.open(path, "wb") as made:
            made.write(text.encode())
    except InputError:
        raise
    except Exception as error:
        raise unreadable(address, error) from error


def refuse_taken(address: str) -> None:
    """Make sure that nothing is below an address.

    Raises:
        InputError: Something is, or the store cannot be read.
    """
    try:
        store, path = store_of(address)
        taken = store.find(path) if store.exists(path) else []
    except InputError:
        raise
    except Exception as error:
        raise unreadable(address, error) from error
    if taken:
        raise InputError(
            f"{address} is not empty",
            hint="name a new folder, or delete what an interrupted preparation has left there",
        )


def _fetched(workspace: Workspace, source: str) -> list[str]:
    if source == STDIN or _is_pipe(source):
        return [_piped(workspace, source)]
    if not is_remote(source):
        return [source]
    folder = _folder(workspace)
    if scheme_of(source) in WEB:
        return [_literal(_downloaded(workspace, source, folder))]
    scheme = source.partition("://")[0]
    store, found = _below(source)
    return [
        _literal(_copy(workspace, store, path, folder / name, f"{scheme}://{path}"))
        for path, name in found
    ]


def _folder(workspace: Workspace) -> Path:
    folder = workspace.folder / workspace.name("fetched")
    folder.mkdir()
    return folder.resolve()


def _literal(path: Path) -> str:
    return glob.escape(str(path))


def _is_pipe(source: str) -> bool:
    try:
        mode = Path(source).stat().st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode)


def _piped(workspace: Workspace, source: str) -> str:
    """A copy of what comes through a pipe, with a name that says what it is."""
    shown = "standard input" if source == STDIN else source
    copy = _folder(workspace) / "stdin"
    try:
        with (
            sys.stdin.buffer if source == STDIN else Path(source).open("rb") as stream,
            copy.open("wb") as made,
        ):
            shutil.copyfileobj(stream, made, _PIECE)
    except OSError as error:
        raise InputError(
            f"{shown} cannot be read: {error}", hint="ringleader load TABLE FILE"
        ) from error
    if not copy.stat().st_size:
        raise EmptyInput(
            f"{shown} is empty", hint="look at what the command before the pipe prints"
        )
    named = copy.with_name("stdin" + _ending_of(copy))
    copy.rename(named)
    workspace.copies.stand_for(named, shown)
    return _literal(named)


def _ending_of(path: Path) -> str:
    """The ending of a file's name that its first bytes call for."""
    with path.open("rb") as file:
        if file.read(4) == b"PAR1":
            return ".parquet"
    with open_bytes(path) as file:
        start = file.read(4_096).removeprefix(b"\xef\xbb\xbf").lstrip()
    return ".jsonl" if start[:1] in (b"{", b"[") else ".csv"


def _downloaded(workspace: Workspace, address: str, folder: Path) -> Path:
    """A file of the web."""
    import requests

    name = Path(unquote(urlsplit(address).path)).name or "download"
    copy = folder / name
    try:
        with (
            requests.get(address, stream=True, timeout=_TIMEOUT) as answer,
            copy.open("wb") as made,
        ):
            answer.raise_for_status()
            for piece in answer.iter_content(_PIECE):
                made.write(piece)
    except requests.RequestException as error:
        short = str(error).partition("\n")[0]
        raise InputError(
            f"{address} cannot be read: {short}", hint="download the file, and load it"
        ) from error
    if not Path(name).suffix:
        copy = copy.rename(copy.with_name(name + _ending_of(copy)))
    workspace.copies.stand_for(copy, address)
    return copy


def _refuse_web(address: str) -> None:
    if scheme_of(address) in WEB:
        raise InputError(
            f"{address}: a web address is one file", hint="ringleader load TABLE ADDRESS"
        )


def _below(address: str, *, tables: bool = False) -> tuple[Any, list[tuple[str, str]]]:
    """A store, and the files at an address, a pattern or a folder: path in the store, and name.

    Args:
        address: The address.
        tables: Whether files in tables of a lake are listed too.

    Raises:
        InputError: None is there, the store cannot be read, or they are in a table of a lake.
    """
    try:
        store, path = store_of(address)
        if any(sign in path for sign in "*?["):
            found = store.glob(path)
            root = path[: min(path.find(sign) for sign in "*?[" if sign in path)].rpartition("/")[0]
        else:
            found = store.find(path)
            root = path.rstrip("/") if found != [path] else path.rpartition("/")[0]
        if not tables:
            globbed = any(sign in path for sign in "*?[")
            refuse_listed(address, store, found, found if globbed else [f"{root}/"])
    except InputError:
        raise
    except Exception as error:  # whatever a driver raises ends the load in one line
        raise unreadable(address, error) from error
    names = [(one, one.removeprefix(root).lstrip("/")) for one in sorted(found)]
    hidden = [any(map(_is_hidden, name.split("/"))) for _, name in names]
    kept = [pair for pair, left_out in zip(names, hidden, strict=True) if not left_out]
    if not kept:
        raise InputError(f"{address}: no such file", hint="an address, a pattern or a folder")
    # Names of objects are anything; as paths they must not lead out of the folder of copies.
    if out := next((name for _, name in kept if ".." in name.split("/")), None):
        raise InputError(f"{address}: {out!r} is no name of a file", hint="copy it under another")
    return store, kept


def _is_hidden(part: str) -> bool:
    return part.startswith((".", "_")) and part != ".."


def _copy(workspace: Workspace, store: Any, path: str, copy: Path, shown: str) -> Path:
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        store.get_file(path, str(copy))
    except Exception as error:
        raise unreadable(shown, error) from error
    workspace.copies.stand_for(copy, shown)
    return copy
