"""Compressed files: which way they are packed, and their bytes."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ringleader.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ringleader.loaders.workspace import Workspace

# Name endings that say how a file is packed, not what is in it.
ENDINGS = (".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".zip")
# What DuckDB unpacks by itself.
NATIVE = ("none", "gzip", "zstd")
_SIGNS = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}
_PIECE = 1 << 20


class EmptyInput(InputError):
    """A file that holds nothing."""


def packing(path: Path) -> str:
    """How a file is packed, by its first bytes: gzip, zstd, bz2, xz, zip or none."""
    with path.open("rb") as file:
        start = file.read(6)
    return next((name for sign, name in _SIGNS.items() if start.startswith(sign)), "none")


def open_bytes(path: Path) -> Any:
    """A file's bytes, unpacked."""
    match packing(path):
        case "gzip":
            return gzip.open(path, "rb")
        case "bz2":
            return bz2.open(path, "rb")
        case "xz":
            return lzma.open(path, "rb")
        case "zstd":
            return _zstd(path)
        case "zip":
            return _member(path)
    return path.open("rb")


@contextmanager
def _zstd(path: Path) -> Iterator[IO[bytes]]:
    import io

    import pyarrow as pa

    with pa.input_stream(str(path), compression="zstd") as stream:
        yield io.BufferedReader(stream)


@contextmanager
def _member(path: Path) -> Iterator[IO[bytes]]:
    """The only file inside an archive."""
    with zipfile.ZipFile(path) as archive:
        names = [
            info.filename
            for info in archive.infolist()
            if not info.is_dir() and not _leftover(info.filename)
        ]
        if len(names) != 1:
            raise InputError(
                f"{path} holds {len(names)} files; one is expected",
                hint=f"unzip {path} -d FOLDER, and load the folder",
            )
        with archive.open(names[0]) as file:
            yield file


def _leftover(name: str) -> bool:
    """Whether a Mac has put a file into an archive of its own accord."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def read_through(path: Path) -> None:
    """Read a packed file to its end, which checks it on the way.

    Raises:
        EmptyInput: Nothing is in it.
    """
    if packing(path) == "none":
        return
    with open_bytes(path) as stream:
        if not stream.read(1):
            raise EmptyInput(f"{path} is empty", hint="download it again, or leave it out")
        while stream.read(_PIECE):
            pass


def unpacked(workspace: Workspace, path: Path) -> Path:
    """A copy of a file that DuckDB can read; the file itself if it can."""
    if packing(path) in NATIVE:
        return path
    copy = workspace.folder / workspace.name("unpacked")
    with open_bytes(path) as stream, copy.open("wb") as made:
        shutil.copyfileobj(stream, made, _PIECE)
    return copy
