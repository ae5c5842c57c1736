"""CSV, for spreadsheets and everything else that reads rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from ringleader.output import csv_lines


def write(
    file: BinaryIO,
    columns: Mapping[str, str],
    rows: Iterable[Mapping[str, Any]],
    *,
    raw: bool = False,
    **_: Any,
) -> None:
    """Write rows, header first; lists are joined by a comma.

    Args:
        file: Where to.
        columns: Columns and their types.
        rows: The rows, which may stream.
        raw: Leave cells that a spreadsheet would run as they are.
    """
    for line in csv_lines(rows, list(columns), raw=raw):
        file.write(line.encode())
