"""Clean rows of one table, with what was left out and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir

from ringleader.loaders.contract import Table
from ringleader.loaders.sources import csv_rejects
from ringleader.loaders.sources.readers import FileGroup
from ringleader.loaders.validation import card_numbers
from ringleader.loaders.validation.conversion import NOTES, PROBLEM, SHOWN, VALUE, Problem
from ringleader.loaders.validation.overlap import Counted
from ringleader.loaders.validation.quarantine import Refused, locate
from ringleader.loaders.workspace import FILE, ROW, Workspace

# Beyond so many refused rows in one file their lines are not looked up; row numbers remain.
LOCATED = 1_000_000


@dataclass(frozen=True)
class Part:
    """Rows of one group of files, convert, with the meaning of their problem numbers.

    Attributes:
        group: The files.
        rows: The rows, refused ones too.
        problems: What the numbers of problems mean.
        read: The number of rows.
        clean: Whether no row is refused.
        absent: The number of placeholders for no value, by column.
        notes: Bad values that were left out of rows that stay, by bit.
    """

    group: FileGroup
    rows: ir.Table
    problems: tuple[Problem, ...]
    read: int
    clean: bool
    absent: dict[str, int] = field(default_factory=dict)
    notes: dict[int, int] = field(default_factory=dict)

    @property
    def noted(self) -> list[Problem]:
        """The problems that are notes."""
        return [problem for problem in self.problems if problem.note is not None]


@dataclass(frozen=True)
class Unchecked:
    """Columns whose values were not checked.

    Attributes:
        columns: Their names.
        check_rows: Validates the same files again, every row and column.
        ignored: Prefixes of addresses that say nothing about who sent a request.
    """

    columns: frozenset[str]
    check_rows: Callable[[], CleanTable]
    ignored: tuple[str, ...] = ()


@dataclass
class CleanTable:
    """Clean rows and what was left out.

    Attributes:
        table: The table of the contract.
        workspace: Where the rows are.
        rows: The clean rows: the contract's columns.
        read: Data rows read, whether clean or not.
        refused: Rows that were refused.
        duplicates: Rows left out because another says the same.
        reasons: Number of refused rows by column and reason.
        notes: Number of bad values that were left out of rows that stay, by column and reason.
        absent: Number of placeholders for no value, by column.
        unknown: Columns of the source that nothing uses.
        ports: Distinct addresses whose port was cut off.
        unroutable: Rows whose address was left out because it is nobody's.
        unchecked: Columns that are to be checked after grouping; None when every row is checked.
        counted: What is to be recorded of the rows that count.
        parts: The rows by group of files, refused ones too.
        losers: Rows that contradict the one that is kept for their key.
    """

    table: Table
    workspace: Workspace
    rows: ir.Table
    read: int = 0
    refused: int = 0
    duplicates: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    ports: int = 0
    unroutable: int = 0
    unchecked: Unchecked | None = None
    counted: Counted | None = None
    parts: list[Part] = field(default_factory=list)
    losers: ir.Table | None = None

    @property
    def loaded(self) -> int:
        """The number of clean rows."""
        return self.read - self.refused - self.duplicates

    def count(self, column: str | None, reason: str, rows: int) -> None:
        """Note that rows were refused."""
        if rows:
            self.refused += rows
            key = f"{column}: {reason}" if column else reason
            self.reasons[key] = self.reasons.get(key, 0) + rows

    def note(self, column: str | None, reason: str, values: int) -> None:
        """Note that bad values were left out."""
        key = f"{column}: {reason}"
        self.notes[key] = self.notes.get(key, 0) + values

    def miss(self, column: str, values: int) -> None:
        """Note that a column held placeholders for no value."""
        if values:
            self.absent[column] = self.absent.get(column, 0) + values

    def refusals(self) -> Iterator[Refused]:
        """Every refused row, and every value left out, with place and reason.

        Reads the bad rows a second time.
        """
        for part in self.parts:
            bad = part.rows.filter(part.rows[PROBLEM] > 0).select(FILE, ROW, PROBLEM, VALUE)
            yield from _refusals(self.workspace, part, self.workspace.keep("refused", bad))
            if part.notes:
                yield from _refusals(
                    self.workspace, part, self.workspace.keep("noted", _notes(part)), rejects=False
                )
        if self.losers is not None:
            for part in self.parts:
                files = [str(file.path) for file in part.group.files]
                mine = self.losers.filter(self.losers[FILE].isin(files))
                number = len(part.problems) + 1
                key = ", ".join(self.table.key)
                marked = mine.select(
                    FILE, ROW, **{PROBLEM: ibis.literal(number), VALUE: ibis.null("string")}
                )
                reason = f"contradicts the row that is kept for this {key}"
                widened = replace(part, problems=(*part.problems, Problem(key, reason)))
                kept = self.workspace.keep("contradictions", marked)
                yield from _refusals(self.workspace, widened, kept, rejects=False)


def clean_rows(table: Table, parts: Sequence[Part], *places: str) -> ir.Table:
    """The rows that break nothing: the contract's columns, and these."""
    clean = [
        (part.rows if part.clean else part.rows.filter(part.rows[PROBLEM] == 0)).select(
            *table.names, *places
        )
        for part in parts
    ]
    return clean[0].union(*clean[1:]) if len(clean) > 1 else clean[0]


def _notes(part: Part) -> ir.Table:
    """The rows with a value that was left out, one per value."""
    rows = part.rows.filter((part.rows[NOTES] > 0) & (part.rows[PROBLEM] == 0))
    tables = [
        rows.filter((rows[NOTES] >> note) & 1 == 1).select(
            FILE,
            ROW,
            **{
                PROBLEM: ibis.literal(part.problems.index(problem) + 1, "int16"),
                VALUE: rows[VALUE],
            },
        )
        for problem in part.noted
        if (note := problem.note) in part.notes
    ]
    return tables[0].union(*tables[1:]) if len(tables) > 1 else tables[0]


def first_rows(workspace: Workspace, part: Part) -> dict[str, int]:
    """The number of the first row of every file."""
    first = dict.fromkeys((str(file.path) for file in part.group.files), 0)
    rows = part.rows.group_by(FILE).aggregate(n=part.rows[ROW].min())
    return first | {row[FILE]: row["n"] for row in workspace.rows(rows)}


def _refusals(
    workspace: Workspace, part: Part, bad: ir.Table, *, rejects: bool = True
) -> Iterator[Refused]:
    textual = part.group.format != "parquet"
    first = first_rows(workspace, part) if textual else {}
    unreadable = csv_rejects.first_rejects(workspace, part.group) if rejects else None
    for file in part.group.files:
        path = str(file.path)
        mine = bad.filter(bad[FILE] == path).order_by(ROW)
        broken = {}
        if unreadable is not None:
            listed = unreadable.filter(unreadable.file_path == path)
            broken = {row["line"]: row["kind"] for row in workspace.rows(listed)}
        number = workspace.one(mine.aggregate(n=mine.count()))["n"]
        if not number and not broken:
            continue
        lines: dict[int, int] = {}
        broken_lines: dict[int, int] = {}
        if textual and number + len(broken) <= LOCATED:
            numbers = {row[ROW] - first[path] + 1 for row in workspace.rows(mine.select(ROW))}
            lines, broken_lines, _ = locate(file.path, file.format, numbers, set(broken))
        shown = str(file.shown)
        for record, kind in sorted(broken.items()):
            at = broken_lines.get(record)
            if at and file.lines:  # of a copy whose header is on the first line
                at = file.lines[at - 2]
            yield Refused(shown, None, at, None, csv_rejects.said(kind))
        for chunk in workspace.chunks(mine, 10_000):
            for row in chunk:
                place = row[ROW] - first.get(path, 0) + 1
                line = file.lines[place - 1] if file.lines else lines.get(place)
                problem = part.problems[row[PROBLEM] - 1]
                value = None if row[VALUE] is None else card_numbers.shown(row[VALUE], SHOWN)
                kept = problem.note is not None
                yield Refused(shown, place, line, problem.column, problem.reason, value, kept)
