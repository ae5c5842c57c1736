"""Take names out of files: rows of CSV, JSON lines and Parquet; other files that hold one go whole.

A row goes where a cell is a name. A name that stands in a list of a row goes from the list, and
the row stays. Lines of evidence (``family|label|key``) count by their key.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringleader.errors import InputError
from ringleader.output import whole_file

__all__ = ["Scrubbed", "files_below", "history", "names_one", "scrub"]

_GONE = object()
_LIST = ", "  # what stands between the items of a list in a cell of CSV
_SIGNS = "'"  # put before a cell that a spreadsheet would execute


@dataclass(frozen=True)
class Scrubbed:
    """What happened to a file.

    Attributes:
        path: The file.
        rows: Rows removed or shortened; None where the file went whole.
    """

    path: Path
    rows: int | None


def scrub(path: Path, names: Collection[str], *, dry_run: bool = False) -> Scrubbed | None:
    """Take names out of a file.

    Args:
        path: The file.
        names: What must not stand in it.
        dry_run: Only look.

    Returns:
        What happened; None if the file holds none of them.

    Raises:
        InputError: The file cannot be read or written.
    """
    known = frozenset(names)
    ending = path.suffix.lower()
    try:
        if ending in (".csv", ".jsonl", ".ndjson"):
            work = _csv if ending == ".csv" else _json_lines
            return _text(path, lambda text: work(text, known), dry_run)
        if ending in (".parquet", ".pq"):
            return _parquet(path, known, dry_run)
        return _whole(path, known, dry_run)
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise InputError(
            f"{path} could not be searched: {error}", hint="look at the file, or move it away"
        ) from error


def _text(path: Path, work: Callable[[str], tuple[str, int]], dry_run: bool) -> Scrubbed | None:
    text, rows = work(path.read_text(encoding="utf-8"))
    if not rows:
        return None
    if not dry_run:
        _replace(path, text.encode())
    return Scrubbed(path, rows)


def _csv(text: str, names: frozenset[str]) -> tuple[str, int]:
    out, rows = io.StringIO(), 0
    writer = csv.writer(out, lineterminator="\n")
    for record in csv.reader(io.StringIO(text)):
        made = [_cell(cell, names) for cell in record]
        rows += made != record
        if _GONE not in made:
            writer.writerow(made)
    return out.getvalue(), rows


def _cell(cell: str, names: frozenset[str]) -> Any:
    plain = cell.removeprefix(_SIGNS)
    if _named(plain, names):
        return _GONE
    items = plain.split(_LIST)
    left = [item for item in items if not _named(item, names)]
    return cell if len(left) == len(items) else _LIST.join(left)


def _json_lines(text: str, names: frozenset[str]) -> tuple[str, int]:
    out, rows = [], 0
    for line in text.splitlines(keepends=True):
        if not line.strip():
            out.append(line)
            continue
        record = json.loads(line)
        kept = _without(record, names)
        if kept == record:
            out.append(line)
            continue
        rows += 1
        if kept is not _GONE:
            out.append(json.dumps(kept, ensure_ascii=False) + "\n")
    return "".join(out), rows


def _without(value: Any, names: frozenset[str]) -> Any:
    """A value of JSON without names: a map with one goes, a list loses it."""
    if isinstance(value, str):
        return _GONE if _named(value, names) else value
    if isinstance(value, list):
        made = (_without(item, names) for item in value)
        return [item for item in made if item is not _GONE]
    if isinstance(value, dict):
        inner = {key: _without(item, names) for key, item in value.items()}
        return _GONE if any(item is _GONE for item in inner.values()) else inner
    return value


def _named(text: str, names: frozenset[str]) -> bool:
    if text in names:
        return True
    parts = text.split("|", 2)
    return len(parts) > 1 and (parts[-1] in names or text.partition("|")[2] in names)


def _parquet(path: Path, names: frozenset[str], dry_run: bool) -> Scrubbed | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    records = table.to_pylist()
    made = [_without(record, names) for record in records]
    rows = sum(new != old for new, old in zip(made, records, strict=True))
    if not rows:
        return None
    if not dry_run:
        kept = pa.Table.from_pylist([row for row in made if row is not _GONE], table.schema)
        with whole_file(path, mode=path.stat().st_mode & 0o777) as file:
            pq.write_table(kept, file, compression="zstd")
    return Scrubbed(path, rows)


def _whole(path: Path, names: frozenset[str], dry_run: bool) -> Scrubbed | None:
    """Remove a file of another format if it holds a name."""
    text = path.read_bytes().decode("utf-8", "replace")
    if not any(_stands_in(text, name) for name in names):
        return None
    if not dry_run:
        path.unlink()
    return Scrubbed(path, None)


def _stands_in(text: str, name: str) -> bool:
    if name not in text:
        return False
    # Not as a part of a longer name: `a1` is not in `a10`.
    return re.search(rf"(?<![\w.:-]){re.escape(name)}(?![\w-])", text) is not None


def _replace(path: Path, content: bytes) -> None:
    with whole_file(path, mode=path.stat().st_mode & 0o777) as file:
        file.write(content)


def files_below(folders: Iterable[Path]) -> list[Path]:
    """Every file below folders, once, in order; links are not followed."""
    found = {
        path
        for folder in folders
        for path in ([folder] if folder.is_file() else folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
    return sorted(found)


def names_one(record: dict[str, Any], names: frozenset[str]) -> bool:
    """Whether a value of a record is a name."""
    return bool(_without(record, names) != record)


def history(path: Path, names: Iterable[str], *, dry_run: bool = False) -> int:
    """Remove the statements that quote a name from a shell's history.

    An entry is a line that begins with ``#``, and lines that begin with ``+``.

    Returns:
        How many statements.
    """
    if not path.exists():
        return 0
    quoted = [sign + name + sign for name in names for sign in ("'", '"')]
    entries = re.split(r"(?m)^(?=# )", path.read_text(encoding="utf-8", errors="surrogateescape"))
    kept = [entry for entry in entries if not any(text in entry for text in quoted)]
    if len(kept) < len(entries) and not dry_run:
        _replace(path, "".join(kept).encode(errors="surrogateescape"))
    return len(entries) - len(kept)
