"""Lines that DuckDB could not read as rows: what is wrong with them, and whether more is lost."""

from __future__ import annotations

import functools
import operator
from pathlib import Path
from typing import TYPE_CHECKING

from ringleader.errors import InputError
from ringleader.loaders.sources.csv_shape import LINE_BYTES
from ringleader.loaders.sources.packed import open_bytes
from ringleader.loaders.sources.readers import FileGroup
from ringleader.loaders.validation.quarantine import locate
from ringleader.loaders.workspace import FILE

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.workspace import Workspace

# What DuckDB calls unreadable lines, in our words.
_UNREADABLE = {
    "TOO MANY COLUMNS": "more fields than the header",
    "MISSING COLUMNS": "fewer fields than the header",
    "UNQUOTED VALUE": "a quote that does not end",
    "LINE SIZE OVER MAXIMUM": "a line of more than 4 MB",
    "INVALID ENCODING": "not UTF-8",
}
# A quote that does not end takes the lines after it along, in one complaint.
_SWALLOWING = ("UNQUOTED VALUE", "LINE SIZE OVER MAXIMUM")


def said(kind: str) -> str:
    """DuckDB's kind of complaint in our words."""
    return _UNREADABLE.get(kind, kind.lower())


def first_rejects(workspace: Workspace, group: FileGroup) -> ir.Table | None:
    """The first complaint about every unreadable record: file, record number, kind."""
    if group.rejects is None:
        return None
    errors = workspace.con.table(group.rejects)
    scans = workspace.con.table(group.rejects + "_scan")
    scans = scans.select("scan_id", "file_id", "file_path").distinct()
    joined = errors.inner_join(scans, ["scan_id", "file_id"])
    kind = joined.error_type.cast("string")
    return joined.group_by(["file_path", "line"]).aggregate(kind=kind.max())


def counted(workspace: Workspace, group: FileGroup) -> dict[str, int]:
    """The number of unreadable records by reason."""
    rejects = first_rejects(workspace, group)
    if rejects is None:
        return {}
    counts = rejects.group_by("kind").aggregate(n=rejects.count()).order_by("kind")
    return {said(row["kind"]): row["n"] for row in workspace.rows(counts)}


def refuse_lost_lines(workspace: Workspace, group: FileGroup) -> None:
    """Fail where a quote that does not end has taken other lines along.

    The file's lines are counted and compared with those that became rows or were complained of:
    what DuckDB says of such a quote is one complaint, however much of the file it swallowed.

    Args:
        workspace: Where the group has been read.
        group: The files.

    Raises:
        InputError: Lines are lost; the message gives the line of the quote and their number.
    """
    rejects = first_rejects(workspace, group)
    if rejects is None:
        return
    swallowing = rejects.filter(rejects.kind.isin(_SWALLOWING))
    suspects = swallowing.group_by("file_path").aggregate(line=swallowing.line.min())
    suspected = workspace.rows(suspects.order_by("file_path"))
    if not suspected:
        return
    table = group.table
    # A value may hold line ends of its own, between quotes that do end; blank lines are no rows.
    inner = [
        (text.length() - text.replace("\n", "").length()).fill_null(0)
        for text in (table[name].re_replace(r"\n[\r\n]+", "\n") for name in group.files[0].columns)
    ]
    read = table.group_by(FILE).aggregate(
        rows=table.count(), inner=functools.reduce(operator.add, inner).sum()
    )
    rows = {row[FILE]: row["rows"] + row["inner"] for row in workspace.rows(read)}
    complaints = rejects.group_by("file_path").aggregate(n=rejects.count())
    complained = {row["file_path"]: row["n"] for row in workspace.rows(complaints)}
    for row in suspected:
        path = row["file_path"]
        accounted = 1 + rows.get(path, 0) + complained[path]
        lost = _lines(Path(path)) - accounted
        if lost > 0:
            name = next((file.shown for file in group.files if str(file.path) == path), path)
            line = locate(Path(path), "csv", set(), {row["line"]})[1].get(row["line"], row["line"])
            raise InputError(
                f"{name}: a quote that does not end, on line {line:,}: {lost:,} lines after it "
                "cannot be read",
                hint='write a quote inside a field twice (""), and put such a field in quotes',
            )


def _lines(path: Path) -> int:
    """The number of lines that are not empty."""
    lines, begun = 0, False
    with open_bytes(path) as file:
        while piece := file.readline(LINE_BYTES):
            if not begun and piece.strip(b"\r\n"):
                lines, begun = lines + 1, True
            if piece.endswith(b"\n"):
                begun = False
    return lines
