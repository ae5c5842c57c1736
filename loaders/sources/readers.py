"""Files through Ibis on DuckDB: those of one format and the same columns as one table."""

from __future__ import annotations

import codecs
import glob
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import ibis.expr.types as ir

from ringleader.loaders.lake.reading import as_declared, placed
from ringleader.loaders.sources.csv_shape import LINE_BYTES, plain_copy
from ringleader.loaders.sources.files import (
    DOCUMENT_BYTES,
    SAMPLED_LINES,
    InputFile,
)
from ringleader.loaders.sources.packed import open_bytes, packing, unpacked
from ringleader.loaders.workspace import FILE, Workspace

_PIECE = 1 << 20
_FOOTERS = 8
# A folder called country=de says nothing about the rows of the files in it.
_AS_IT_IS: dict[str, Any] = {"filename": FILE, "hive_partitioning": False}


@dataclass(frozen=True)
class FileGroup:
    """Files of one format and the same columns, read as one table."""

    files: tuple[InputFile, ...]
    table: ir.Table
    rejects: str | None = None

    @property
    def format(self) -> str:
        """Their format."""
        return self.files[0].format

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the files offer."""
        return tuple(dict.fromkeys(name for file in self.files for name in file.columns))


def read_groups(
    workspace: Workspace, files: Iterable[InputFile], wanted: Iterable[str]
) -> Iterator[FileGroup]:
    """Read files through DuckDB, those of the same shape together.

    Files come in the order of their content hashes, so that a load means the same whatever the
    files are called.

    Args:
        workspace: Where DuckDB runs.
        files: The files.
        wanted: Top-level JSON fields that are looked for.
    """
    shapes: dict[tuple[Any, ...], list[InputFile]] = {}
    wanted = sorted(set(wanted))
    for file in _all_readable(workspace, sorted(files, key=lambda f: f.sha256)):
        columns = () if file.format == "jsonl" else file.columns
        delimiter = file.shape.delimiter if file.shape else ""
        packed = "none" if file.format == "parquet" else packing(file.path)
        shape = (file.format, delimiter, columns, packed, file.lake.shape if file.lake else ())
        shapes.setdefault(shape, []).append(file)
    for shape in sorted(shapes):
        group = tuple(shapes[shape])
        with workspace.readable():
            yield _READERS[shape[0]](workspace, group, wanted)


def complete(workspace: Workspace, file: InputFile) -> InputFile:
    """A JSON file with the names of all its fields, not only those of its first lines."""
    if file.format != "jsonl":
        return file
    with open_bytes(file.path) as stream:
        if sum(1 for _, _ in zip(range(SAMPLED_LINES + 1), stream, strict=False)) <= SAMPLED_LINES:
            return file
    path = unpacked(workspace, file.path)
    how = f"maximum_object_size = {DOCUMENT_BYTES}, compression = '{packing(path)}'"
    how += ", format = 'newline_delimited', ignore_errors = true"
    keys = f"SELECT DISTINCT json_keys(json) AS names FROM read_json_objects(?, {how})"  # noqa: S608
    with workspace.readable():
        found = workspace.con.con.execute(keys, [glob.escape(str(path))]).fetchall()
    names = sorted({name for (names,) in found for name in names or ()})
    return replace(file, columns=tuple(dict.fromkeys((*file.columns, *names))))


def _all_readable(workspace: Workspace, files: Sequence[InputFile]) -> Iterator[InputFile]:
    """Files as :func:`_readable` gives them; of a lake, several at a time are looked at."""
    with ThreadPoolExecutor(_FOOTERS) as pool:
        looked_at = pool.map(partial(placed, workspace), (file for file in files if file.lake))
        for file in files:
            yield next(looked_at) if file.lake else _readable(workspace, file)


def _readable(workspace: Workspace, file: InputFile) -> InputFile:
    """A file that DuckDB reads as it is, or a copy that it does."""
    if file.format == "csv" and file.shape and not file.shape.bare:
        copy, lines = plain_copy(workspace, file.path, file.shape)
        workspace.copies.stand_for(copy, file.shown)
        shape = replace(file.shape, header=1, bare=True, moment=None)
        return replace(file, path=copy, origin=file.shown, lines=lines, shape=shape)
    if file.format == "parquet":
        return file
    path = unpacked(workspace, file.path)
    if path != file.path:
        workspace.copies.stand_for(path, file.shown)
        file = replace(file, path=path, origin=file.shown)
    return _without_mark(workspace, file) if file.format == "jsonl" else file


def _read_csv(workspace: Workspace, files: tuple[InputFile, ...], _: Sequence[str]) -> FileGroup:
    rejects = workspace.name("rejects")
    table = workspace.con.read_csv(
        _literal(files),
        table_name=workspace.name("csv"),
        auto_detect=False,
        header=True,
        delim=files[0].shape.delimiter if files[0].shape else ",",
        quote='"',
        escape='"',
        # Everything is text at first: a bad value costs its row, never the file.
        columns=dict.fromkeys(files[0].columns, "VARCHAR"),
        **_AS_IT_IS,
        max_line_size=LINE_BYTES,
        store_rejects=True,
        rejects_table=rejects,
        rejects_scan=rejects + "_scan",
        rejects_limit=0,
        compression=packing(files[0].path),
    )
    return FileGroup(files, table, rejects)


def _read_jsonl(
    workspace: Workspace, files: tuple[InputFile, ...], wanted: Sequence[str]
) -> FileGroup:
    lower = [name.lower() for name in wanted]
    if len(set(lower)) < len(lower):
        return FileGroup(files, _by_case(workspace, files, wanted))
    table = workspace.con.read_json(
        _literal(files),
        table_name=workspace.name("jsonl"),
        columns=dict.fromkeys(wanted, "VARCHAR"),
        format="newline_delimited",
        ignore_errors=True,  # a broken line becomes a row of nulls, found by its missing key
        maximum_object_size=DOCUMENT_BYTES,
        **_AS_IT_IS,
        compression=packing(files[0].path),
    )
    return FileGroup(files, table)


def _by_case(workspace: Workspace, files: tuple[InputFile, ...], wanted: Sequence[str]) -> ir.Table:
    """JSON in which a field's name is written in several cases: one column for them all.

    DuckDB tells columns apart by their names in lower case.
    """
    spellings: dict[str, list[str]] = {}
    for name in wanted:
        spellings.setdefault(name.lower(), []).append(name)
    fields = []
    for names in spellings.values():
        texts = ", ".join(f"json_extract_string(json, {json_path(name)})" for name in names)
        label = names[0].replace('"', '""')
        fields.append(f'coalesce({texts}) AS "{label}"')
    paths = ", ".join("'" + path.replace("'", "''") + "'" for path in _literal(files))
    how = f"maximum_object_size = {DOCUMENT_BYTES}, compression = '{packing(files[0].path)}'"
    how += f", format = 'newline_delimited', ignore_errors = true, filename = '{FILE}'"
    name = workspace.name("jsonl")
    # Names are quoted, and paths are those of files that are there.
    read = f"SELECT {', '.join(fields)}, {FILE} FROM read_json_objects([{paths}], {how})"  # noqa: S608
    workspace.con.con.execute(f"CREATE VIEW {name} AS {read}").fetchall()
    return workspace.con.table(name)


def json_path(*steps: str) -> str:
    """A path into a document as a literal of SQL."""
    path = "$" + "".join('."' + step.replace('"', "") + '"' for step in steps)
    return "'" + path.replace("'", "''") + "'"


def _without_mark(workspace: Workspace, file: InputFile) -> InputFile:
    """A JSON file without byte order mark, which DuckDB takes for a part of the first line."""
    with open_bytes(file.path) as stream:
        if stream.read(3) != codecs.BOM_UTF8:
            return file
        copy = workspace.folder / workspace.name("unmarked")
        with copy.open("wb") as made:
            shutil.copyfileobj(stream, made, _PIECE)
    workspace.copies.stand_for(copy, file.shown)
    return replace(file, path=copy, origin=file.shown)


def _read_parquet(
    workspace: Workspace, files: tuple[InputFile, ...], _: Sequence[str]
) -> FileGroup:
    table = workspace.scan([file.path for file in files])
    return FileGroup(files, as_declared(workspace, table, files) if files[0].lake else table)


_READERS = {"csv": _read_csv, "jsonl": _read_jsonl, "parquet": _read_parquet}


def _literal(files: tuple[InputFile, ...]) -> list[str]:
    # DuckDB expands names by itself: logs[1].csv would be read from logs1.csv.
    return [glob.escape(str(file.path)) for file in files]
