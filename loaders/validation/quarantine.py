"""The quarantine: rows that were refused, each with its place and reason, as JSON lines."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ringleader.errors import InputError
from ringleader.loaders.sources.csv_shape import LINE_BYTES
from ringleader.loaders.sources.packed import open_bytes


@dataclass(frozen=True)
class Refused:
    """A refused row.

    Attributes:
        file: The source file.
        row: Number of the data row among the readable ones, from 1; None for unreadable lines.
        line: Number of the line that it starts on, from 1; None where files have no lines.
        column: The column at fault; None when it is the whole row.
        reason: What is wrong.
        value: The start of the value at fault; never shown for prompts, e-mail addresses and
            payment methods.
        row_kept: Whether the row was loaded, without the value.
    """

    file: str
    row: int | None
    line: int | None
    column: str | None
    reason: str
    value: str | None = None
    row_kept: bool = False

    @property
    def shown(self) -> str:
        """The row in one line, for people."""
        place = f"line {self.line:,}" if self.line else f"row {self.row:,}" if self.row else "a row"
        what = f"{self.column}: {self.reason}" if self.column else self.reason
        value = "" if self.value is None else f" ({self.value!r})"
        return f"{self.file}, {place}: {what}{value}"


def write(path: Path, refused: Iterable[Refused]) -> int:
    """Write a quarantine file, whole or not at all.

    Args:
        path: Where.
        refused: The rows.

    Returns:
        The number of rows.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    number = 0
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            for row in refused:
                file.write(json.dumps(asdict(row), ensure_ascii=True) + "\n")
                number += 1
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(
            f"quarantine file {path} cannot be written: {error}",
            hint="free disk space where RINGLEADER_HOME lies",
        ) from error
    finally:
        Path(temporary).unlink(missing_ok=True)
    return number


def records(path: Path, *, quoted: bool) -> Iterator[tuple[int, bytes]]:
    """The records of a text file: the line each starts on, from 1, and its bytes.

    Args:
        path: The file; gzip is decompressed.
        quoted: Whether quotes keep line ends inside a record, as in CSV.
    """
    with open_bytes(path) as file:
        # A bytearray grows in place; bytes would be copied with every line of a long record.
        number, start, record, open_quote = 0, 1, bytearray(), False
        while line := file.readline(LINE_BYTES):
            if not record:
                start = number + 1
            number += line.endswith(b"\n")
            # A record of more than this is refused whatever it holds; the rest need not be kept.
            record += line[: LINE_BYTES - len(record)]
            if quoted and line.count(b'"') % 2:
                open_quote = not open_quote
            if not open_quote and line.endswith(b"\n"):
                yield start, bytes(record)
                record.clear()
        if record:
            yield start, bytes(record)


def locate(
    path: Path, format_: str, rows: set[int], unreadable: set[int]
) -> tuple[dict[int, int], dict[int, int], set[int]]:
    """Find the lines of rows that DuckDB only numbers.

    Args:
        path: A CSV or JSONL file.
        format_: csv or jsonl.
        rows: Numbers of data rows, from 1, counting readable records only.
        unreadable: Numbers of unreadable CSV records, from 1, counting the header and blanks.

    Returns:
        The line of each row, the line of each unreadable record, and the rows that are not JSON.
    """
    lines: dict[int, int] = {}
    broken: dict[int, int] = {}
    no_json: set[int] = set()
    row = 0
    wanted = len(rows) + len(unreadable)
    for number, (line, record) in enumerate(records(path, quoted=format_ == "csv"), start=1):
        if len(lines) + len(broken) == wanted:
            break
        if number in unreadable:
            broken[number] = line
            continue
        if not record.strip() or (format_ == "csv" and number == 1):
            continue
        row += 1
        if row in rows:
            lines[row] = line
            # A record cut short for its length cannot be judged here.
            if format_ == "jsonl" and len(record) < LINE_BYTES and not _is_object(record):
                no_json.add(row)
    return lines, broken, no_json


def _is_object(record: bytes) -> bool:
    try:
        return isinstance(json.loads(record), dict)
    except (ValueError, RecursionError):  # the latter: nested beyond all measure
        return False
