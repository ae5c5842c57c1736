"""Sources that are no files here: standard input, pipes, object stores and the web.

They are copied into the workspace and loaded like files, under the name that the user gave. Object
stores are read by Apache Arrow's file systems, whose credentials come from the environment or the
provider's own chain; other addresses by fsspec, if its driver is installed.
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
import shutil
import stat
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ringleader.errors import InputError
from ringleader.loaders.sources.folder import by_table
from ringleader.loaders.sources.packed import EmptyInput, open_bytes
from ringleader.loaders.workspace import Workspace

STDIN = "-"
_PIECE = 1 << 20
_READERS = 8
_ADDRESS = re.compile(r"^([a-z][a-z0-9+.]*)://", re.IGNORECASE)
_WEB = ("http", "https")
# Who answers for an address, and where its credentials come from.
_STORES = {
    "s3": "AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; AWS_REGION, "
    "AWS_ENDPOINT_URL",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth application-default login",
    "az": "AZURE_STORAGE_ACCOUNT, with AZURE_STORAGE_KEY or az login",
}
_SAME = {"s3a": "s3", "s3n": "s3", "gcs": "gs", "abfs": "az", "abfss": "az"}
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


def is_remote(source: str) -> bool:
    """Whether a source is an address."""
    return _ADDRESS.match(source) is not None


def fetched_folder(workspace: Workspace, address: str) -> Path:
    """A copy of everything below an address.

    Raises:
        InputError: It cannot be read, or nothing is there.
    """
    if _scheme(address) in _WEB:
        raise InputError(
            f"{address}: a web address is one file", hint="ringleader load TABLE ADDRESS"
        )
    folder = _folder(workspace)
    root = address.rstrip("/")
    store, found = _below(address)
    for path, name in found:
        _copy(workspace, store, path, folder / name, f"{root}/{name}")
    return folder


def tables_at(address: str) -> dict[str, list[str]]:
    """The addresses of every table below an address, in the order in which tables are loaded.

    Raises:
        InputError: It cannot be read, or nothing there is called like a table.
    """
    names = {name.partition("/")[0] for _, name in _below(address.rstrip("/"))[1]}
    return by_table(address, {name: f"{address.rstrip('/')}/{name}" for name in sorted(names)})


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
        raise _unreadable(address, error) from error
    return [(f"{scheme}://{path}", content) for path, content in zip(paths, hashes, strict=True)]


def write_text(address: str, text: str) -> None:
    """Write an object.

    Raises:
        InputError: The store refuses it.
    """
    try:
        store, path = _store(address)
        with store.open(path, "wb") as made:
            made.write(text.encode())
    except InputError:
        raise
    except Exception as error:
        raise _unreadable(address, error) from error


def refuse_taken(address: str) -> None:
    """Make sure that nothing is below an address.

    Raises:
        InputError: Something is, or the store cannot be read.
    """
    try:
        store, path = _store(address)
        taken = store.find(path) if store.exists(path) else []
    except InputError:
        raise
    except Exception as error:
        raise _unreadable(address, error) from error
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
    if _scheme(source) in _WEB:
        return [_literal(_downloaded(workspace, source, folder))]
    scheme = source.partition("://")[0]
    store, found = _below(source)
    return [
        _literal(_copy(workspace, store, path, folder / name, f"{scheme}://{path}"))
        for path, name in found
    ]


def _scheme(address: str) -> str:
    scheme = address.partition("://")[0].lower()
    return _SAME.get(scheme, scheme)


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


def _below(address: str) -> tuple[Any, list[tuple[str, str]]]:
    """A store, and the files at an address, a pattern or a folder: path in the store, and name.

    Raises:
        InputError: None is there, or the store cannot be read.
    """
    try:
        store, path = _store(address)
        if any(sign in path for sign in "*?["):
            found = store.glob(path)
            root = path[: min(path.find(sign) for sign in "*?[" if sign in path)].rpartition("/")[0]
        else:
            found = store.find(path)
            root = path.rstrip("/") if found != [path] else path.rpartition("/")[0]
    except InputError:
        raise
    except Exception as error:  # whatever a driver raises ends the load in one line
        raise _unreadable(address, error) from error
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
        raise _unreadable(shown, error) from error
    workspace.copies.stand_for(copy, shown)
    return copy


def _store(address: str) -> tuple[Any, str]:
    """The file system behind an address, and the path there."""
    scheme, rest = _scheme(address), address.partition("://")[2]
    if scheme not in _STORES:
        return _by_driver(address, scheme)
    import pyarrow.fs
    from fsspec.implementations.arrow import ArrowFSWrapper

    container, _, path = rest.partition("/")
    if scheme != "az":
        store, _ = pyarrow.fs.FileSystem.from_uri(f"{scheme}://{container}")
    else:
        container, _, host = container.partition("@")
        account = host.partition(".")[0] or os.environ.get("AZURE_STORAGE_ACCOUNT")
        if not account:
            raise InputError(
                f"{address}: the storage account is not known",
                hint=f"set {_STORES[scheme]}",
            )
        store = pyarrow.fs.AzureFileSystem(account, os.environ.get("AZURE_STORAGE_KEY"))
    return ArrowFSWrapper(store), f"{container}/{path}".rstrip("/")


def _by_driver(address: str, scheme: str) -> tuple[Any, str]:
    import fsspec

    try:
        # An object store has no folders to make; this machine has.
        how = {"auto_mkdir": True} if scheme == "file" else {}
        files, path = fsspec.core.url_to_fs(address, **how)
    except (ImportError, ValueError) as error:
        package = {"hf": "huggingface_hub"}.get(scheme)
        raise InputError(
            f"{address}: there is no reader for {scheme}:// here",
            hint=f"pip install {package}, or download the file and load it"
            if package
            else f"one of {', '.join((*_STORES, *_WEB))}; or download the file and load it",
        ) from error
    return files, str(path)


def _unreadable(address: str, error: Exception) -> InputError:
    store = _scheme(address)
    said = str(error).partition("\n")[0] or type(error).__name__
    wanted = _STORES.get(store)
    return InputError(
        f"{address} cannot be read: {said}",
        hint=f"credentials: {wanted}" if wanted else "check the address and that you may read it",
    )
