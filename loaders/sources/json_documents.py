"""Logs that are not one row a line yet: JSON arrays, lists inside a document, other events between.

Records are copied, one a line, into a file of the workspace, with only those that a mapping's
conditions keep; from there they are loaded like any other JSON lines, under the hash and name of
the file that they come from. What goes into the SQL here is quoted; values are parameters.
"""

from __future__ import annotations

import glob
import re
from array import array
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from ringleader.errors import InputError
from ringleader.loaders.mapping import Condition, Mapping
from ringleader.loaders.sources.files import (
    DOCUMENT_BYTES,
    InputFile,
    identify,
    inspect,
    is_gzip,
    open_bytes,
)
from ringleader.loaders.workspace import Workspace, readable

# Of more records their place in the file is not kept; each takes eight bytes.
PLACED = 1_000_000
_AT_ONCE = 10_000
_START = 4_096


def opened(
    workspace: Workspace, paths: Sequence[Path], format_: str | None, mapping: Mapping
) -> Iterator[tuple[InputFile | None, int]]:
    """Files, ready to be loaded.

    Args:
        workspace: Where records are copied to if need be.
        paths: The files.
        format_: Their format; by default what their names end in.
        mapping: Its option ``records`` and its conditions are followed here.

    Yields:
        Each file, or None if nothing in it is wanted; and the number of records left out.

    Raises:
        InputError: One cannot be read, or it is a CSV and there are conditions.
    """
    if mapping.where or "records" in mapping.options:
        yield from (_wanted(workspace, path, format_, mapping) for path in paths)
        return
    with ThreadPoolExecutor() as readers:  # hashing leaves other cores to others
        yield from ((file, 0) for file in readers.map(lambda path: inspect(path, format_), paths))


def _wanted(
    workspace: Workspace, path: Path, format_: str | None, mapping: Mapping
) -> tuple[InputFile | None, int]:
    """What of a file is wanted, and the number of records left out."""
    format_, sha256 = identify(path, format_)
    if format_ == "parquet":
        return _filtered(workspace, inspect(path, format_), mapping.where)
    if format_ == "csv":
        raise InputError(
            f"{path}: {mapping.file} is for JSON or Parquet, not for CSV",
            hint="load the log as it was written",
        )
    key = mapping.options.get("records")
    made = workspace.folder / (workspace.name("records") + ".jsonl")
    places, left_out = array("q"), 0
    with made.open("wb") as file:
        for number, record in enumerate(_kept(workspace, path, key, mapping.where), start=1):
            if record is None:
                left_out += 1
            elif record:
                file.write(record + b"\n")
                places.append(number)
    if not places:
        return None, left_out
    lines = tuple(places) if len(places) <= PLACED else None
    found = inspect(made, "jsonl")
    return replace(found, sha256=sha256, origin=path, lines=lines), left_out


def _batches(workspace: Workspace, path: Path, key: str | None) -> Iterator[list[bytes]]:
    """The records of a JSON array, of a list in a document, or of lines, some at a time."""
    with open_bytes(path) as file:
        start = file.read(_START).decode("utf-8-sig", errors="replace")
    packed = "gzip" if is_gzip(path) else "none"
    how = f"maximum_object_size = {DOCUMENT_BYTES}, compression = '{packed}'"
    if start.lstrip().startswith("["):
        # Written anew, so that none has a line break.
        sql = f"SELECT json(json) FROM read_json_objects(?, format = 'array', {how})"  # noqa: S608
    elif key and re.match(r"\s*\{\s*" + re.escape(f'"{key}"') + r"\s*:\s*\[", start):
        whole = f"read_json_objects(?, format = 'unstructured', {how})"
        sql = f"SELECT unnest(json_extract(json, {_json_path(key)} || '[*]')) FROM {whole}"  # noqa: S608
    else:
        with open_bytes(path) as file:
            while lines := [line.strip() for line in islice(file, _AT_ONCE)]:
                yield [line.removeprefix(BOM_UTF8) for line in lines]
        return
    with readable(), workspace.con.con.cursor() as cursor:
        cursor.execute(sql, [glob.escape(str(path))])
        while rows := cursor.fetchmany(_AT_ONCE):
            yield [row[0].encode() for row in rows]


def _kept(
    workspace: Workspace, path: Path, key: str | None, where: Sequence[Condition]
) -> Iterator[bytes | None]:
    """Every record in order, or None for one that a condition leaves out.

    What is no JSON is kept: what is wrong with it is said where all rows are checked.
    """
    import pyarrow as pa

    params = [condition.pattern or list(condition.values) for condition in where]
    wanted = " AND ".join(_test(condition, _field(condition)) for condition in where) or "true"
    checked = "SELECT CASE WHEN json_valid(record) THEN record END AS json FROM batch"
    query = f"SELECT json IS NULL OR ({wanted}) FROM ({checked})"  # noqa: S608
    with workspace.con.con.cursor() as cursor:
        for batch in _batches(workspace, path, key):
            texts = pa.array(map(_text, batch), pa.string())
            cursor.register("batch", pa.table({"record": texts}))
            kept = cursor.execute(query, params).fetchall()
            for record, (keep,) in zip(batch, kept, strict=True):
                yield record if keep else None


def _text(record: bytes) -> str | None:
    try:
        return record.decode()
    except UnicodeDecodeError:
        return None


def _field(condition: Condition) -> str:
    """A record's field as text, in SQL: nested, or flat with dots in its name."""
    paths = (_json_path(*condition.source.split(".")), _json_path(condition.source))
    return f"coalesce({', '.join(f'json_extract_string(json, {path})' for path in paths)})"


def _json_path(*steps: str) -> str:
    """A path into a document as a literal of SQL."""
    path = "$" + "".join('."' + step.replace('"', "") + '"' for step in steps)
    return "'" + path.replace("'", "''") + "'"


def _filtered(
    workspace: Workspace, file: InputFile, where: Sequence[Condition]
) -> tuple[InputFile | None, int]:
    """The rows of a Parquet file that meet the conditions."""
    import duckdb
    import pyarrow.parquet as pq

    if not where:
        return file, 0
    made = workspace.folder / (workspace.name("records") + ".parquet")
    params: list[Any] = []
    tests = []
    for condition in where:
        column = ".".join('"' + step.replace('"', "") + '"' for step in condition.source.split("."))
        tests.append(_test(condition, f"CAST({column} AS VARCHAR)"))
        params.append(condition.pattern or list(condition.values))
    con = workspace.con.con
    paths = (glob.escape(str(file.path)), str(made))
    source, target = (f"'{path.replace(chr(39), chr(39) * 2)}'" for path in paths)
    read = f"read_parquet({source}, hive_partitioning = false)"
    kept = f"SELECT * FROM {read} WHERE {' AND '.join(tests)}"  # noqa: S608
    with readable():
        try:
            con.execute(f"COPY ({kept}) TO {target} (FORMAT parquet)", params).fetchall()
        except duckdb.BinderException as error:
            raise InputError(
                f"{file.path} lacks a column that is asked for: {str(error).splitlines()[0]}",
                hint=f"its columns: {', '.join(file.columns)}",
            ) from error
    before, after = (pq.read_metadata(path).num_rows for path in (file.path, made))
    ready = replace(inspect(made, "parquet"), sha256=file.sha256, origin=file.path)
    return (ready if after else None), before - after


def _test(condition: Condition, text: str) -> str:
    """Whether a text meets a condition, in SQL with one parameter; false without a text."""
    test = f"regexp_matches({text}, ?)" if condition.pattern else f"list_contains(?, {text})"
    return f"coalesce({test}, false)"
