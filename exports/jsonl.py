"""JSON lines, for programs: one object a line, lists as lists, times in ISO 8601."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from ringleader.output import json_lines


def write(
    file: BinaryIO, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]], **_: Any
) -> None:
    """Write rows, one a line.

    Args:
        file: Where to.
        columns: Columns and their types.
        rows: The rows, which may stream.
    """
    for line in json_lines(rows, list(columns)):
        file.write(line.encode())
