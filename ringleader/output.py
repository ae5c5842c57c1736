"""Rows out: a table for people, or JSON, JSON lines, CSV or Parquet for programs.

Data goes to standard output, or to a file that appears whole or not at all.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ringleader.errors import InputError, WrongUsage
from ringleader.home import usual_mode

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("table", "json", "jsonl", "csv", "parquet")
# A spreadsheet runs a cell that starts with one of these, full-width forms included (OWASP, CSV
# injection), also after blanks, which some cut off; so a DDE call such as =cmd|… is text too.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What a cell of a table holds at the most; other formats hold all of it.
CELL_WIDTH = 300
# What turns the order of letters round, so that one account reads like another (UAX #9).
_ORDER = (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
# Control characters could move the cursor or change colours of the terminal.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160), *_ORDER), "�")

Row = Mapping[str, Any]


@contextmanager
def whole_file(path: Path, *, mode: int | None = None) -> Iterator[BinaryIO]:
    """A file that is renamed to ``path`` when the block ends well, and else leaves no trace.

    Args:
        path: Where to.
        mode: Who may read it; by default whom the umask lets.

    Raises:
        InputError: The folder does not exist or cannot be written, or ``path`` is a device, a pipe
            or a folder, which a file would take the place of.
    """
    try:
        if path.exists() and not path.is_file():
            raise InputError(
                f"cannot write {path}: it is not a regular file",
                hint="choose --output; without it rows go to standard output",
            )
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except (OSError, ValueError) as error:  # the latter: a name with a NUL byte
        why = getattr(error, "strerror", error)
        missing = isinstance(error, FileNotFoundError)
        hint = f"mkdir -p {shlex.quote(str(path.parent))}" if missing else "choose another --output"
        raise InputError(f"cannot write {path}: {why}", hint=hint) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, usual_mode() if mode is None else mode)
        os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def now_text(timespec: str = "seconds") -> str:
    """The present moment as texts hold it: ISO 8601 in UTC with a Z."""
    return datetime.now(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def emit(
    rows: Iterable[Row],
    columns: Sequence[str] | None = None,
    *,
    brief: Sequence[str] | None = None,
    format: str = "table",
    output: Path | None = None,
    title: str | None = None,
    raw: bool = False,
) -> None:
    """Write rows to standard output or a file.

    Args:
        rows: Maps with the same keys.
        columns: Names and order of columns; by default those of the first row.
        brief: The columns of a table, where people do not need all of them.
        format: One of :data:`FORMATS`.
        output: The file; by default standard output.
        title: Heading of a table.
        raw: Leave CSV cells that a spreadsheet would run as they are.

    Raises:
        WrongUsage: The format is unknown, or Parquet would go to a terminal.
    """
    listed = [dict(row) for row in rows]
    names = list(columns) if columns is not None else list(listed[0]) if listed else []
    if brief is not None and format == "table":
        names = list(brief)
    if format not in FORMATS:
        raise WrongUsage(f"there is no format {format!r}", hint="use " + ", ".join(FORMATS))
    if output is not None:
        with whole_file(output) as file:
            file.write(_encode(listed, names, format, title, raw))
        return
    if format == "parquet":
        if sys.stdout.isatty():
            raise WrongUsage("Parquet is not for a terminal", hint="give --output FILE")
        sys.stdout.buffer.write(_encode(listed, names, format, title, raw))
        sys.stdout.buffer.flush()
    elif format == "table":
        _print_table(listed, names, title)
    else:
        sys.stdout.write(_encode(listed, names, format, title, raw).decode())
        sys.stdout.flush()


def format_of(path: Path | None, format: str | None = None) -> str:
    """The format of rows: as given, as the file's name ends, or a table.

    Raises:
        WrongUsage: The file's name ends in no format.
    """
    if format is not None or path is None:
        return format or "table"
    ending = path.suffix.lstrip(".").lower()
    if ending not in FORMATS:
        raise WrongUsage(
            f"{path}: {path.suffix!r} is no format to write",
            hint="end it in " + ", ".join("." + f for f in FORMATS[1:]) + ", or --format",
        )
    return ending


def plain(value: Any) -> Any:
    """A value of Neo4j as JSON has it: times as ISO text, nodes and paths as maps."""
    if value is None or isinstance(value, str | bool | int | float):  # nearly all there is
        return value
    import neo4j.graph
    import neo4j.time

    if isinstance(value, neo4j.graph.Node):
        return {"labels": sorted(value.labels), **{k: plain(v) for k, v in value.items()}}
    if isinstance(value, neo4j.graph.Relationship):
        return {"type": value.type, **{k: plain(v) for k, v in value.items()}}
    if isinstance(value, neo4j.graph.Path):
        steps: list[Any] = [plain(value.start_node)]
        for relationship, node in zip(value.relationships, value.nodes[1:], strict=True):
            steps += [plain(relationship), plain(node)]
        return steps
    if isinstance(value, neo4j.time.DateTime):
        return plain(value.to_native())
    if isinstance(value, neo4j.time.Duration):  # a tuple too, whose places say nothing
        return value.iso_format()
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return str(value)


def as_frame(rows: Sequence[Row], columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Rows as a pandas frame; times of Neo4j are timestamps.

    Args:
        rows: Maps with the same keys.
        columns: Names and order of columns; by default those of the first row.
    """
    import neo4j.time
    import pandas as pd

    def native(value: Any) -> Any:
        times = neo4j.time.DateTime | neo4j.time.Date | neo4j.time.Time
        return value.to_native() if isinstance(value, times) else value

    names = list(columns) if columns is not None else list(rows[0]) if rows else []
    made = {name: [native(row.get(name)) for row in rows] for name in names}
    return pd.DataFrame(made, columns=names)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return ", ".join(map(_cell, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def visible(text: str) -> str:
    """Text without control characters."""
    return text.translate(_CONTROLS)


def _encode(
    rows: list[dict[str, Any]],
    names: list[str],
    format: str,
    title: str | None,
    raw: bool,
) -> bytes:
    encoders: dict[str, Callable[[], bytes]] = {
        "table": lambda: _table_text(rows, names, title).encode(),
        "json": lambda: _json([_plain_row(row, names) for row in rows]),
        "jsonl": lambda: "".join(json_lines(rows, names)).encode(),
        "csv": lambda: "".join(csv_lines(rows, names, raw=raw)).encode(),
        "parquet": lambda: _parquet(rows, names),
    }
    return encoders[format]()


def _plain_row(row: Row, names: Sequence[str]) -> dict[str, Any]:
    return {name: _countable(plain(row.get(name))) for name in names}


def _countable(value: Any) -> Any:
    """A plain value with null for what is no number or infinite, which JSON cannot say."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _countable(item) for key, item in value.items()}
    return [_countable(item) for item in value] if isinstance(value, list) else value


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def csv_lines(rows: Iterable[Row], names: Sequence[str], *, raw: bool = False) -> Iterator[str]:
    """Rows as lines of CSV, header first.

    Args:
        rows: The rows.
        names: The columns and their order.
        raw: Leave cells that a spreadsheet would run as they are.
    """
    buffer = io.StringIO()
    # Before Python 3.13 only what is in the terminator is quoted; a bare \r would start a new row.
    writer = csv.writer(buffer, lineterminator="\r\n")
    for cells in itertools.chain([names], ([row.get(name) for name in names] for row in rows)):
        writer.writerow(map(_cell, cells) if raw else map(_defused, cells))
        yield buffer.getvalue().removesuffix("\r\n") + "\n"
        buffer.seek(0)
        buffer.truncate()


def json_lines(rows: Iterable[Row], names: Sequence[str]) -> Iterator[str]:
    """Rows as lines of JSON."""
    for row in rows:
        yield json.dumps(_plain_row(row, names), ensure_ascii=False) + "\n"


def _defused(value: Any) -> str:
    """A cell as text that no spreadsheet runs."""
    text = _cell(value)
    if isinstance(value, bool | int | float):
        return text
    risky = text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS)
    return "'" + text if risky else text


def _parquet(rows: list[dict[str, Any]], names: list[str]) -> bytes:
    import neo4j.time
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {}
    for name in names:
        values = [row.get(name) for row in rows]
        native = [v.to_native() if isinstance(v, neo4j.time.DateTime) else v for v in values]
        if not all(v is None or isinstance(v, bool | int | float | str | datetime) for v in native):
            native = [
                plain(v) if _is_list_of_text(plain(v)) or v is None else _cell(v) for v in native
            ]
        try:
            columns[name] = pa.array(native)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            columns[name] = pa.array([None if v is None else _cell(v) for v in values])
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _table(rows: list[dict[str, Any]], names: list[str], title: str | None) -> Any:
    """A table in which only text wraps: an id, a number or a time is of use only in one piece."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=None if title is None else Text(visible(title)), title_justify="left")
    cells = [[visible(_shown(row.get(name))) for name in names] for row in rows]
    for place, name in enumerate(names):
        values = [row.get(name) for row in rows]
        numeric = bool(rows) and all(isinstance(v, int | float | None) for v in values)
        wraps = any(isinstance(v, list) or (isinstance(v, str) and " " in v) for v in values)
        words = max(map(len, name.split("_")))
        table.add_column(
            Text(name.replace("_", " ")),
            justify="right" if numeric else "left",
            min_width=words if wraps else max([words, *(len(row[place]) for row in cells)]),
            overflow="fold",
        )
    for row in cells:
        table.add_row(*map(Text, row))
    return table


def _needed(table: Any) -> int:
    """The least width of a table: what does not wrap, and the longest word of what does."""
    # A column's padding and one border, and the last border.
    return 1 + sum(int(column.min_width) + 3 for column in table.columns)


def _records(rows: list[dict[str, Any]], names: list[str]) -> str:
    """One field a line, for rows that are too wide for a table."""
    width = max(map(len, names))
    blocks = [
        "\n".join(f"{name:<{width}}  {visible(_shown(row.get(name)))}" for name in names)
        for row in rows
    ]
    return "\n\n".join(blocks) + "\n"


def _shown(value: Any) -> str:
    """A value as a person reads it: times to the minute (UTC), numbers to two places."""
    import neo4j.time

    if isinstance(value, neo4j.time.DateTime):
        value = value.to_native()
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:.2f}" if abs(value) < 1e6 else f"{value:.4g}"
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return ", ".join(_shown(item) for item in value)
    text = _cell(value)
    return text if len(text) <= CELL_WIDTH else text[: CELL_WIDTH - 1] + "…"


def _print_table(rows: list[dict[str, Any]], names: list[str], title: str | None) -> None:
    from rich.console import Console

    if not sys.stdout.isatty():
        # A pipe has no width: lines are as long as their cells need.
        sys.stdout.write(_table_text(rows, names, title))
        return
    # NO_COLOR means no escape codes at all, bold included.
    plain_text = bool(os.environ.get("NO_COLOR"))
    console = Console(highlight=False, color_system=None if plain_text else "auto")
    if names and rows:
        table = _table(rows, names, title)
        if _needed(table) > console.width:
            sys.stdout.write(_records(rows, names))
        else:
            console.print(table)
    if not rows:
        console.print("no rows", style="dim")


def _table_text(rows: list[dict[str, Any]], names: list[str], title: str | None) -> str:
    from rich.console import Console

    buffer = io.StringIO()
    console = Console(file=buffer, width=10_000, no_color=True, highlight=False)
    if names and rows:
        console.print(_table(rows, names, title))
    text = "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())
    return (text + "\n" if text else "") + ("" if rows else "no rows\n")
