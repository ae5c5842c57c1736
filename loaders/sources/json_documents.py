"""Logs that are not one row a line yet: JSON arrays, lists inside a document, other events between.

Records are copied, one a line, into a file of the workspace, with only those that a mapping's
conditions keep; from there they are loaded like any other JSON lines, under the hash and name of
the file that they come from. What goes into the SQL here is quoted; values are parameters.
"""

from __future__ import annotations

import glob
import json
from array import array
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from ringleader.errors import InputError
from ringleader.loaders.mapping import Condition, Mapping
from ringleader.loaders.sources.columns import splits
from ringleader.loaders.sources.envelopes import records, within
from ringleader.loaders.sources.files import (
    DOCUMENT_BYTES,
    InputFile,
    format_of,
    identify,
    inspect,
)
from ringleader.loaders.sources.packed import EmptyInput, open_bytes, packing, unpacked
from ringleader.loaders.sources.readers import json_path
from ringleader.loaders.workspace import Workspace

_AT_ONCE = 10_000
_START = 4_096
# Lines that are looked at to see whether each is a record.
_LOOKED_AT = 50


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
        Each file, or None if nothing in it is wanted; and the number of records left out, which
        is 0 for a file that is empty.

    Raises:
        InputError: One cannot be read, or it is a CSV and there are conditions.
    """
    with ThreadPoolExecutor() as readers:  # hashing leaves other cores to others
        looked_at = readers.map(lambda path: _as_it_is(workspace, path, format_, mapping), paths)
        for path, file in zip(paths, looked_at, strict=True):
            try:
                yield (file, 0) if file else _wanted(workspace, path, format_, mapping)
            except EmptyInput:
                if len(paths) == 1:
                    raise
                yield None, 0


def _as_it_is(
    workspace: Workspace, path: Path, format_: str | None, mapping: Mapping
) -> InputFile | None:
    """A file that can be read where it lies; None if its records have to be copied out."""
    kind = format_of(path, format_)
    if kind == "parquet" and workspace.reads_addresses:
        return inspect(path, format_)  # Spark applies the conditions itself
    if mapping.where or (kind == "csv" and "records" in mapping.options):
        return None
    try:
        if kind == "jsonl" and not _one_a_line(path, mapping):
            return None
        return inspect(path, format_)
    except EmptyInput:
        return None


def _wanted(
    workspace: Workspace, path: Path, format_: str | None, mapping: Mapping
) -> tuple[InputFile | None, int]:
    """What of a file is wanted, and the number of records left out."""
    format_, sha256 = identify(path, format_)
    if format_ == "csv" and not mapping.where:
        return inspect(path, format_), 0
    if format_ == "parquet":
        return _filtered(workspace, inspect(path, format_), mapping.where)
    if format_ == "csv":
        raise InputError(
            f"{path}: {mapping.file} is for JSON or Parquet, not for CSV",
            hint="load the log as it was written",
        )
    made = workspace.folder / (workspace.name("records") + ".jsonl")
    places, left_out = array("q"), 0
    with made.open("wb") as file:
        for number, record in enumerate(_kept(workspace, path, mapping), start=1):
            if record is None:
                left_out += 1
            elif record:
                file.write(record + b"\n")
                places.append(number)
    if not places:
        return None, left_out
    workspace.copies.stand_for(made, path)
    found = inspect(made, "jsonl")
    return replace(found, sha256=sha256, origin=path, lines=tuple(places)), left_out


def _one_a_line(path: Path, mapping: Mapping) -> bool:
    """Whether a file holds one record a line, as far as its first lines show."""
    objects = others = 0
    opens = _opens(mapping)
    with open_bytes(path) as file:
        for raw in islice(file, _LOOKED_AT):
            line = raw.strip().removeprefix(BOM_UTF8)
            try:
                document = json.loads(line) if line else None
            except (ValueError, RecursionError):
                document = None
            if isinstance(document, dict):
                objects += 1
                if list(opens(document)) != [document]:
                    return False
            elif line:
                others += 1
    # A broken line among good ones is a bad row, and nothing more than that.
    return objects > 0 and objects >= others


def _key(mapping: Mapping) -> str | None:
    return mapping.options.get("records")


def _is_record(mapping: Mapping) -> Callable[[dict[str, Any]], bool]:
    """Whether an object has what the table's first required column comes from."""
    return partial(_has_column, mapping, mapping.table.required[0])


def _has_column(mapping: Mapping, name: str, document: dict[str, Any]) -> bool:
    """Whether an object has what a column comes from."""
    entry = mapping.source_of(name)
    if entry.const is not None:
        return True
    return any(_has(document, source.split(".")) for source in entry.sources or entry.joined)


def _opens(mapping: Mapping) -> Callable[[Any], Iterator[Any]]:
    """What takes off whatever records are wrapped in."""
    table, key, is_record = mapping.table, _key(mapping), _is_record(mapping)
    # A record that lacks its account has other columns of the table; a wrapper has none.
    others = [
        column.name
        for column in table.columns
        if column.name != table.required[0] and mapping.source_of(column.name).const is None
    ]

    def is_whole(document: dict[str, Any]) -> bool:
        return all(_has_column(mapping, name, document) for name in table.required)

    def inside(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if not any(_has_column(mapping, name, document) for name in others):
            yield from within(document, is_whole)

    def opened(document: Any) -> Iterator[Any]:
        return records(document, is_record, key, inside=inside)

    return opened


def _has(document: Any, path: list[str]) -> bool:
    """Whether an object has a field, nested or with dots in its name, in whatever case."""
    if not path:
        return True
    if isinstance(document, str) and document.lstrip().startswith("{"):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError):
            return False
    if not isinstance(document, dict):
        return False
    lower = {str(name).lower(): value for name, value in document.items()}
    return any(
        (name := ".".join(path[:length]).lower()) in lower and _has(lower[name], path[length:])
        for length in range(len(path), 0, -1)
    )


def _documents(workspace: Workspace, path: Path) -> Iterator[list[bytes]]:
    """The documents of a file, some at a time: an array's, or such as follow each other."""
    with open_bytes(path) as file:
        start = file.read(_START).decode("utf-8-sig", errors="replace").lstrip()
    where = unpacked(workspace, path)
    form = "array" if start.startswith("[") else "unstructured"
    try:
        yield from _read(workspace, where, form)
    except InputError as error:
        said = error.message.replace(str(where), str(path))
        raise InputError(
            f"{path} is not JSON: {said}", hint="one object a line is expected, or one array"
        ) from error


def _read(workspace: Workspace, where: Path, form: str) -> Iterator[list[bytes]]:
    how = f"maximum_object_size = {DOCUMENT_BYTES}, compression = '{packing(where)}'"
    # Written anew, so that none has a line break.
    sql = f"SELECT json(json) FROM read_json_objects(?, format = '{form}', {how})"  # noqa: S608
    with workspace.readable(), workspace.con.con.cursor() as cursor:
        cursor.execute(sql, [glob.escape(str(where))])
        while rows := cursor.fetchmany(_AT_ONCE):
            yield [row[0].encode() for row in rows]


def _batches(workspace: Workspace, path: Path, mapping: Mapping) -> Iterator[list[bytes]]:
    """The records of a file, whatever they are wrapped in, some at a time."""
    if _one_a_line(path, mapping):
        with open_bytes(path) as file:
            while lines := [line.strip() for line in islice(file, _AT_ONCE)]:
                yield [line.removeprefix(BOM_UTF8) for line in lines]
        return
    is_record, key, opens = _is_record(mapping), _key(mapping), _opens(mapping)
    for batch in _documents(workspace, path):
        found: list[bytes] = []
        for text in batch:
            document = json.loads(text)
            if isinstance(document, dict) and key not in document and is_record(document):
                found.append(text)
                continue
            for record in opens(document):
                found.append(json.dumps(record, ensure_ascii=False).encode())
        yield found


def _kept(workspace: Workspace, path: Path, mapping: Mapping) -> Iterator[bytes | None]:
    """Every record in order, or None for one that a condition leaves out.

    What is no JSON is kept: what is wrong with it is said where all rows are checked.
    """
    import pyarrow as pa

    where = mapping.where
    params = [condition.pattern or list(condition.values) for condition in where]
    wanted = " AND ".join(_test(condition, _field(condition)) for condition in where) or "true"
    checked = "SELECT CASE WHEN json_valid(record) THEN record END AS json FROM batch"
    query = f"SELECT json IS NULL OR ({wanted}) FROM ({checked})"  # noqa: S608
    with workspace.con.con.cursor() as cursor:
        for batch in _batches(workspace, path, mapping):
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
    parts = condition.source.split(".")
    paths = [json_path(*steps) for steps in splits(tuple(parts))]
    return f"coalesce({', '.join(f'json_extract_string(json, {path})' for path in paths)})"


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
    with workspace.readable():
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
