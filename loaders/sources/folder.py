"""A folder that holds tables: whose name starts like a table is of that table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ringleader.errors import InputError
from ringleader.loaders.contract import TABLE_NAMES


def tables_of(folder: Path) -> dict[str, list[str]]:
    """The files and folders of every table, in the order in which tables are loaded.

    Args:
        folder: With e.g. ``accounts.csv``, ``requests/2026-02-01.parquet``, ``payments-1.jsonl``.

    Raises:
        InputError: It is no folder, or nothing in it is of a table.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder", hint="ringleader load all FOLDER")
    return by_table(str(folder), {entry.name: str(entry) for entry in _entries(folder)})


def by_table(place: str, sources: Mapping[str, str]) -> dict[str, list[str]]:
    """Sources of each table, by the beginnings of their names.

    Args:
        place: Where they are, for messages.
        sources: Sources by name.

    Raises:
        InputError: None is of a table.
    """
    found = {
        table: [source for name, source in sources.items() if name.lower().startswith(table)]
        for table in TABLE_NAMES
    }
    found = {table: listed for table, listed in found.items() if listed}
    if not found:
        raise InputError(
            f"nothing in {place} is called like a table",
            hint=f"files or folders whose names start with {', '.join(TABLE_NAMES)}",
        )
    return found


def left_out(folder: Path) -> list[str]:
    """Names in a folder that are of no table."""
    names = (entry.name for entry in _entries(folder))
    return [name for name in names if not name.lower().startswith(TABLE_NAMES)]


def _entries(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
