"""Which folders are tables of a lake. Their files are to be read by the table's own list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from ringleader.errors import InputError
from ringleader.loaders.lake.version import FORMATS

__all__ = [
    "format_in",
    "metadata_files",
    "number_of",
    "refuse_listed",
    "refuse_paths",
    "table_format",
]

_LOG, METADATA = "_delta_log", "metadata"
_DESCRIBES = re.compile(r"^v?(\d+)(?:-[^/]*)?(?:\.gz)?\.metadata\.json(?:\.gz)?$")
_READERS = 8


def number_of(name: str) -> int | None:
    """The version that a file in the folder ``metadata`` of an Iceberg table describes."""
    match = _DESCRIBES.match(name)
    return int(match[1]) if match else None


def table_format(folder: Path) -> str | None:
    """The format of the table that a folder is; None if it is none."""
    if (folder / _LOG).is_dir():
        return "delta"
    return "iceberg" if metadata_files(folder) else None


def metadata_files(folder: Path) -> list[str]:
    """Names of the files that describe versions of an Iceberg table."""
    there = folder / METADATA
    names = (path.name for path in there.iterdir()) if there.is_dir() else ()
    return [name for name in names if number_of(name) is not None]


def format_in(store: Any, path: str) -> tuple[str, list[str]] | None:
    """The same of a folder of an object store, with the names of the describing files."""
    if store.isdir(f"{path}/{_LOG}"):
        return "delta", []
    there = f"{path}/{METADATA}"
    if not store.isdir(there):
        return None
    names = [name.rpartition("/")[2] for name in store.ls(there, detail=False)]
    found = [name for name in names if number_of(name) is not None]
    return ("iceberg", found) if found else None


def refuse_paths(paths: Iterable[Path]) -> None:
    """Make sure that no file is a part of a table of a lake.

    Raises:
        InputError: One is: its rows may be deleted, or overwritten.
    """
    known: dict[Path, str | None] = {}
    for path in paths:
        for folder in path.parents:
            if folder not in known:
                known[folder] = table_format(folder)
            if found := known[folder]:
                _refuse(str(path), str(folder), found)


def refuse_listed(place: str, store: Any, paths: Iterable[str], found: Iterable[str]) -> None:
    """The same of objects.

    Args:
        place: The address that was named.
        store: The store.
        paths: Everything that was listed, hidden objects too.
        found: Objects whose folders were not listed.

    Raises:
        InputError: One is.
    """
    for path in paths:
        folders, name = path.split("/")[:-1], path.rpartition("/")[2]
        if folders and _LOG in folders:
            _refuse(place, "/".join(folders[: folders.index(_LOG)]), "delta")
        if folders[-1:] == [METADATA] and number_of(name) is not None:
            _refuse(place, "/".join(folders[:-1]), "iceberg")
    above = sorted({folder for path in found for folder in _folders_above(path)})
    with ThreadPoolExecutor(_READERS) as pool:
        for folder, there in zip(above, pool.map(partial(format_in, store), above), strict=True):
            if there:
                _refuse(place, folder, there[0])


def _folders_above(path: str) -> Iterator[str]:
    """Folders around an object that may be tables. A folder called country=de is none."""
    folders = path.split("/")[:-1]
    while folders and folders[-1]:
        if "=" not in folders[-1]:
            yield "/".join(folders)
        folders.pop()


def _refuse(place: str, table: str, kind: str) -> None:
    word = FORMATS[kind][0]
    raise InputError(
        f"{place} is in the {word} table {table}, whose files may hold rows that were deleted or "
        "overwritten",
        hint=f"load the table: ringleader load TABLE {table}",
    )
