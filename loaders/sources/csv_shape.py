"""How a CSV file is laid out: its delimiter, its column names, and what stands around its rows.

Spreadsheets write ``sep=;``, servers write ``#Fields:``, data frames a first column without a
name. What is more than a header and rows is copied without the rest, with the line of every row.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ringleader.errors import InputError
from ringleader.loaders.sources.packed import EmptyInput, open_bytes

if TYPE_CHECKING:
    from ringleader.loaders.workspace import Workspace

_DELIMITERS = ",\t;|"
# A line longer than this is no row of ours: it is quarantined unread.
LINE_BYTES = 4_000_000
# Lines before a header, and rows that are looked at to see how they end.
_BEFORE, _ROWS = 1_000, 20
_FIELDS = ("#fields:", "#fields\t")  # of the W3C, and of Zeek
_SEPARATOR = re.compile(r'^"?sep=([^"]?)"?\s*$', re.IGNORECASE)
RECODE = "iconv -f UTF-16 -t UTF-8 FILE > NEW (or from the encoding it has)"


@dataclass(frozen=True)
class CsvShape:
    """The layout of a CSV file.

    Attributes:
        columns: The names of all columns; one without a name is called by its position.
        delimiter: What stands between fields.
        header: The line of the header, from 1; 0 where a comment names the columns.
        bare: Whether the file is its header and rows, and nothing else.
        moment: The positions of a day and a time of day that are columns of their own.
    """

    columns: tuple[str, ...]
    delimiter: str = ","
    header: int = 1
    bare: bool = True
    moment: tuple[int, int] | None = None


def csv_shape(path: Path) -> CsvShape:
    """The layout of a CSV file.

    Raises:
        EmptyInput: It holds no lines, or blank ones and comments only.
        InputError: Its first lines name no columns.
    """
    delimiter: str | None = None
    fields: str | None = None
    bare = True
    with open_bytes(path) as file:
        lines = _lines(path, file)
        for number, line in lines:
            if not line.strip():
                bare = False
            elif number == 1 and (found := _SEPARATOR.match(line)):
                delimiter, bare = found[1] or ",", False
            elif line.startswith("#"):
                bare = False
                if line.lower().startswith(_FIELDS):
                    fields = _names_of(line)
            else:
                rows = [line, *(text for _, text in zip(range(_ROWS), _texts(lines), strict=False))]
                if fields is not None:
                    return _of_fields(path, fields, rows)
                return _of_header(path, rows, delimiter, number, bare=bare)
            if number > _BEFORE:
                break
    if fields is not None:
        return _of_fields(path, fields, [])
    raise EmptyInput(
        f"{path} is empty: it holds no rows", hint="download it again, or leave it out"
    )


def _lines(path: Path, file: Iterator[bytes]) -> Iterator[tuple[int, str]]:
    number = 0
    while raw := file.readline(LINE_BYTES):  # type: ignore[attr-defined]
        number += 1
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        try:
            line = raw.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            if number > 1:  # a later line is one bad row
                yield number, raw.decode("utf-8", errors="replace").rstrip("\r\n")
                continue
            raise InputError(f"{path}: its first line is not UTF-8 text", hint=RECODE) from error
        yield number, line


def _texts(lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    return (line for _, line in lines if line.strip() and not line.startswith("#"))


def _of_header(
    path: Path, rows: Sequence[str], delimiter: str | None, number: int, *, bare: bool
) -> CsvShape:
    line = rows[0]
    if "\0" in line:
        raise InputError(f"{path}: its first line holds no column names but NUL bytes", hint=RECODE)
    if "\r" in line:
        raise InputError(
            f"{path}: its lines end in a carriage return only, as on old Macs",
            hint=r"tr '\r' '\n' < FILE > NEW",
        )
    if delimiter is None:
        delimiter = max(_DELIMITERS, key=line.count) if any(d in line for d in _DELIMITERS) else ","
    names = [name.strip() for name in next(csv.reader(io.StringIO(line), delimiter=delimiter))]
    if not any(names):
        raise InputError(
            f"{path}: its first line holds no column names", hint="put them on the first line"
        )
    ended = [row for row in rows[1:] if row.endswith(delimiter)]
    widths = {_width(row, delimiter) for row in ended}
    if len(ended) == len(rows) - 1 and widths == {len(names) + 1}:
        names.append("")
    elif _numbered(rows[1:], len(names) + 1, delimiter):
        names.insert(0, "")
    return CsvShape(distinct(path, named(names)), delimiter, number, bare)


def _names_of(line: str) -> str:
    """The names of columns in a line ``#Fields:``."""
    return line[len("#fields:") :].strip()


def _of_fields(path: Path, fields: str, rows: Sequence[str]) -> CsvShape:
    """The layout of a log in the W3C's extended format."""
    names = fields.split()
    delimiter = "\t" if any("\t" in row for row in rows) or "\t" in fields else " "
    lower = [name.lower() for name in names]
    moment = None
    if "date" in lower and "time" in lower and "timestamp" not in lower:
        moment = (lower.index("date"), lower.index("time"))
        names.append("timestamp")
    return CsvShape(distinct(path, names), delimiter, 0, bare=False, moment=moment)


def _numbered(rows: Sequence[str], width: int, delimiter: str) -> bool:
    """Whether rows begin with their number, which R writes without a name in the header."""
    number = re.compile(rf'^"?([0-9]+)"?{re.escape(delimiter)}')
    first = [match[1] for row in rows if (match := number.match(row))]
    counted = [[str(start + n) for n in range(len(rows))] for start in (0, 1)]
    if not rows or first not in counted:
        return False
    return all(
        len(row) < csv.field_size_limit() and _width(row, delimiter) == width for row in rows
    )


def _width(line: str, delimiter: str) -> int:
    return len(next(csv.reader(io.StringIO(line), delimiter=delimiter), []))


def named(names: Sequence[str]) -> list[str]:
    """Names, and a position for each column that has none."""
    return [name or f"column {position}" for position, name in enumerate(names, start=1)]


def distinct(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns.

    Raises:
        InputError: Two of them are the same but for their case.
    """
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            raise InputError(
                f"{path}: two columns are called {name!r}", hint="rename one in the first line"
            )
        seen.add(name.lower())
    return tuple(names)


def plain_copy(workspace: Workspace, path: Path, shape: CsvShape) -> tuple[Path, tuple[int, ...]]:
    """A copy of a CSV file that is its header and rows only.

    Returns:
        The copy, and the line of every row in the file.
    """
    copy = workspace.folder / (workspace.name("plain") + ".csv")
    places = array("q")
    named_before: str | None = None
    with open_bytes(path) as file, copy.open("w", encoding="utf-8", newline="") as made:
        csv.writer(made, delimiter=shape.delimiter, lineterminator="\n").writerow(shape.columns)
        for number, line in _lines(path, file):
            if line.lower().startswith(_FIELDS):
                named_now = _names_of(line)
                if named_before not in (None, named_now):
                    raise InputError(
                        f"{path}: line {number:,} names other columns than an earlier line",
                        hint="split the file there, and load the parts",
                    )
                named_before = named_now
            if number <= shape.header or not line.strip() or line.startswith("#"):
                continue
            if shape.moment is not None:
                fields = line.split(shape.delimiter)
                if len(fields) == len(shape.columns) - 1:
                    day, time = (fields[position] for position in shape.moment)
                    line += f'{shape.delimiter}"{day} {time}"'
            made.write(line + "\n")
            places.append(number)
    return copy, tuple(places)
