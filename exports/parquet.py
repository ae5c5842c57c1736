"""Parquet, for data frames and warehouses: typed columns, the same whatever the rows hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from ringleader.output import plain

ROWS_AT_ONCE = 10_000
_TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "datetime": pa.timestamp("us", tz="UTC"),
    "strings": pa.list_(pa.string()),
    "integers": pa.list_(pa.int64()),
    "floats": pa.list_(pa.float64()),
}


def write(
    file: BinaryIO, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]], **_: Any
) -> None:
    """Write rows, ten thousand at a time.

    Args:
        file: Where to.
        columns: Columns and their types; one of no declared type is what its first values are.
        rows: The rows, which may stream.
    """
    stream = iter(rows)
    first = list(islice(stream, ROWS_AT_ONCE))
    schema = pa.schema(
        [(name, _TYPES.get(type_) or _seen(name, first)) for name, type_ in columns.items()]
    )
    with pq.ParquetWriter(file, schema) as writer:
        batch = first
        while batch:
            writer.write_table(pa.table([_array(batch, field) for field in schema], schema=schema))
            batch = list(islice(stream, ROWS_AT_ONCE))


def _seen(name: str, rows: Iterable[Mapping[str, Any]]) -> Any:
    try:
        found = pa.array([row.get(name) for row in rows]).type
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.string()
    return pa.string() if pa.types.is_null(found) else found


def _array(rows: Iterable[Mapping[str, Any]], field: Any) -> Any:
    values = [row.get(field.name) for row in rows]
    if field.type == pa.string():
        values = [None if value is None else str(plain(value)) for value in values]
    return pa.array(values, field.type)
