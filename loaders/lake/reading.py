"""Data files of a lake as the table means them: its columns, under its names.

A file may call a column by another name (column mapping, renamed columns), lack one (added later)
or leave out the columns that the table is partitioned by. Ibis expressions make up for that, on
either engine; nothing is copied.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from ringleader.errors import InputError
from ringleader.loaders.lake.version import Column, DataFile, Found
from ringleader.loaders.sources.remote import copied
from ringleader.loaders.sources.stores import is_remote, opened
from ringleader.loaders.workspace import FILE, ROW, Workspace

if TYPE_CHECKING:
    import pyarrow as pa

    from ringleader.loaders.sources.files import InputFile

__all__ = ["as_declared", "placed"]

_OF, _NUMBER = "_of", b"PARQUET:field_id"


def placed(workspace: Workspace, file: InputFile) -> InputFile:
    """A data file where the engine reads it, with what it holds of the table's columns.

    Args:
        workspace: The engine; DuckDB reads a copy of an object.
        file: The data file.

    Raises:
        InputError: It is missing, damaged, or has another length than the table says.
    """
    lake = file.lake
    assert lake is not None
    path = Path(lake.address)
    if is_remote(lake.address) and not workspace.reads_addresses:
        path = copied(workspace, lake.address)
    schema = _columns(lake, path)
    there = _by_key(schema, lake.columns, dict(lake.numbers))
    found = _all_found(lake.columns, there)
    if lake.columns and not there:
        raise InputError(
            f"{lake.address}: its columns have no numbers, by which {lake.version} knows them",
            hint="set schema.name-mapping.default of the table, or rewrite its data files",
        )
    added = tuple(
        (c.name, c.missing) for c in lake.columns if c.key not in there and c.missing is not None
    )
    lake = replace(
        lake,
        found=found,
        values=(*lake.values, *added),
        types=repr([(field.name, str(field.type)) for field in schema]),
    )
    names = (*(column.name for column in found), *(name for name, _ in lake.values))
    return replace(file, path=path, columns=names, lake=lake)


def as_declared(workspace: Workspace, raw: ir.Table, files: Sequence[InputFile]) -> ir.Table:
    """The rows of data files of one shape, in the table's columns.

    Args:
        workspace: The engine.
        raw: What the files hold.
        files: The files, as :func:`placed` gives them.
    """
    lakes = [file.lake for file in files if file.lake is not None]
    first = lakes[0]
    columns = {column.name: _value(raw[column.source], column) for column in first.found}
    table = raw.select(FILE, ROW, **columns)
    if not first.values:
        return table
    values = workspace.take("values", _values([str(file.path) for file in files], lakes))
    joined = table.left_join(values, table[FILE] == values[_OF])
    unknown = joined.filter(joined[_OF].isnull())
    if number := workspace.size(unknown):
        raise InputError(
            f"{first.version}: {number:,} rows are of no data file that it lists",
            hint="report this: the engine names files in another way than the table",
        )
    names = (name for name, _ in first.values)
    return joined.select(FILE, ROW, *columns, *names)


def _values(paths: Sequence[str], lakes: Sequence[DataFile]) -> pa.Table:
    """The columns that have one value in each file."""
    import pyarrow as pa

    columns: dict[str, Any] = {_OF: pa.array(paths, pa.string())}
    for place, (name, value) in enumerate(lakes[0].values):
        found = [lake.values[place][1].as_py() for lake in lakes]
        columns[name] = pa.array(found, value.type)
    return pa.table(columns)


def _columns(lake: DataFile, path: Path) -> pa.Schema:
    """The columns of a Parquet file, which has to have the length that its table says."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with opened(str(path) if path.is_absolute() else lake.address) as stream:
            stream.seek(0, os.SEEK_END)
            if (size := stream.tell()) != lake.size:
                raise InputError(
                    f"{lake.address} has {size:,} bytes, and {lake.version} says {lake.size:,}",
                    hint="restore the file, or repair the table",
                )
            return pq.read_schema(stream)
    except (OSError, pa.ArrowException) as error:
        said = str(error).partition("\n")[0]
        raise InputError(
            f"{lake.address} cannot be read: {said}",
            hint=f"it is a data file of {lake.version}: restore it, or repair the table",
        ) from error


def _by_key(
    fields: Iterable[pa.Field], columns: Sequence[Column], numbers: Mapping[str, int]
) -> dict[str | int, pa.Field]:
    """The fields of a file by what the table knows them by: their names, or their numbers."""
    if not columns or isinstance(columns[0].key, str):
        return {field.name: field for field in fields}
    known = ((_number(field) or numbers.get(field.name), field) for field in fields)
    return {number: field for number, field in known if number is not None}


def _number(field: pa.Field) -> int | None:
    text = (field.metadata or {}).get(_NUMBER)
    return int(text) if text else None


def _all_found(columns: Sequence[Column], there: Mapping[str | int, pa.Field]) -> tuple[Found, ...]:
    found = (_found(column, there[column.key]) for column in columns if column.key in there)
    return tuple(one for one in found if one is not None)


def _found(column: Column, field: pa.Field) -> Found | None:
    """A column in a file; None for a struct of which the file has no field."""
    import pyarrow as pa

    if not column.fields or not pa.types.is_struct(field.type):
        return Found(column.name, field.name)
    fields = [field.type.field(number) for number in range(field.type.num_fields)]
    there = _by_key(fields, column.fields, {})
    if not there:  # numbered at the top alone
        return Found(column.name, field.name)
    inner = _all_found(column.fields, there)
    # A field that the table has dropped may be called as one that it has added since.
    same = len(inner) == len(fields) and all(
        one.name == one.source and one.fields is None for one in inner
    )
    return Found(column.name, field.name, None if same else inner) if inner else None


def _value(value: Any, column: Found) -> Any:
    if column.fields is None:
        return value
    return ibis.struct({one.name: _value(value[one.source], one) for one in column.fields})
