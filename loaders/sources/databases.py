"""Rows of a query on a database that Ibis reads, as a file that the loaders read."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.errors import InputError
from ringleader.loaders.sources.files import QUERY, InputFile, inspect
from ringleader.loaders.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 65_536
# Where drivers keep their exceptions; PEP 249 has them share a base class called Error.
_DRIVERS = (
    "clickhouse_connect.driver.exceptions",
    "databricks.sql",
    "duckdb",
    "MySQLdb",
    "oracledb",
    "psycopg",
    "pyodbc",
    "snowflake.connector",
    "sqlite3",
    "trino.exceptions",
)


def query_file(workspace: Workspace, url: str, query: str) -> InputFile:
    """Run a query and keep its rows as a Parquet file.

    Its columns and rows, in their order, identify the load, so a query should name an order: the
    same rows in another order would count as other rows. How they are packed does not matter.

    Args:
        workspace: Where the file is put.
        url: What ``ibis.connect`` takes, e.g. ``duckdb:///path.db``, ``sqlite:///path.db`` or
            ``postgres://user@host/db``.
        query: SQL of that database.

    Raises:
        InputError: The database or the query fails.
    """
    import pyarrow.parquet as pq

    path = workspace.folder / (workspace.name("query") + ".parquet")
    # Neither login nor options of the connection say which rows are asked for.
    shown = url.partition("?")[0].rpartition("@")[2]
    with _failures(shown), _answer(url, query) as reader:
        content = Content(reader.schema)
        with pq.ParquetWriter(path, reader.schema) as writer:
            for batch in reader:
                content.add(batch)
                writer.write_batch(batch)
    asked = hashlib.sha256(json.dumps([shown, query]).encode()).hexdigest()
    return replace(
        inspect(path, "parquet"), sha256=content.sha256, origin=Path(f"{QUERY}{asked[:12]}")
    )


class Content:
    """A hash of rows as text, which is the same however they are cut and packed.

    Args:
        schema: Their columns.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self._hash = hashlib.sha256(_line([[c.name, _kind(c.type)] for c in schema]))

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in the next rows."""
        columns = [_values(column) for column in batch.columns]
        self._hash.update(b"".join(_line(row) for row in zip(*columns, strict=True)))

    @property
    def sha256(self) -> str:
        """SHA-256 of the rows so far."""
        return self._hash.hexdigest()


def _line(values: Sequence[object]) -> bytes:
    return json.dumps(values, default=_text, separators=(",", ":")).encode() + b"\n"


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def _kind(type_: pa.DataType) -> str:
    """What the values of a type mean, whatever their width."""
    import pyarrow.types as pt

    if pt.is_dictionary(type_):
        return _kind(type_.value_type)
    if pt.is_timestamp(type_):
        return "time" if type_.tz is None else "time with zone"
    kinds = {
        "integer": pt.is_integer,
        "float": pt.is_floating,
        "decimal": pt.is_decimal,
        "text": lambda t: pt.is_string(t) or pt.is_large_string(t) or pt.is_string_view(t),
        "bytes": lambda t: pt.is_binary(t) or pt.is_large_binary(t) or pt.is_binary_view(t),
        "date": pt.is_date,
    }
    return next((name for name, holds in kinds.items() if holds(type_)), str(type_))


def _values(column: pa.Array) -> list[Any]:
    """The values of a column; times as microseconds, whatever their unit."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64())
    values: list[Any] = column.to_pylist()
    return values


@contextmanager
def _answer(url: str, query: str) -> Iterator[pa.RecordBatchReader]:
    """A query's rows, and the connection open for as long as they are read."""
    import ibis

    scheme, _, place = url.partition("://")
    # Two slashes come before a relative path, three make an absolute one.
    file = Path(place.partition("?")[0])
    named = place and not place.startswith((":memory:", "md:", "motherduck:"))
    if scheme in ("sqlite", "duckdb") and named and not file.exists():
        # The drivers would make a new database of that name.
        raise FileNotFoundError(f"{file}: no such file")
    connection = ibis.connect(url)
    try:
        if connection.name == "duckdb":
            # Ibis 12 asks DuckDB 2 for methods that are gone, so the query goes there directly.
            import duckdb

            kinds = [statement.type for statement in connection.con.extract_statements(query)]
            if kinds != [duckdb.StatementType.SELECT]:
                raise ValueError("it has to be one statement that only reads")
            yield connection.con.sql(query).to_arrow_reader(_BATCH_ROWS)
        else:
            yield connection.sql(query).to_pyarrow_batches(chunk_size=_BATCH_ROWS)
    finally:
        connection.disconnect()


@contextmanager
def _failures(shown: str) -> Iterator[None]:
    try:
        yield
    except _errors() as error:
        message = " ".join(str(error).split())
        raise InputError(
            f"the query on {shown} fails: {message}",
            hint="the URL is what ibis.connect takes; its driver has to be installed",
        ) from error


def _errors() -> tuple[type[Exception], ...]:
    """What databases raise; asked for when something was raised, so drivers are loaded."""
    from ibis.common.exceptions import IbisError

    found = (getattr(sys.modules.get(name), "Error", None) for name in _DRIVERS)
    drivers = (error for error in found if isinstance(error, type))
    # Ibis: ImportError for a driver that is missing, ValueError for a URL. Arrow: ValueError too.
    return (IbisError, ImportError, OSError, ValueError, *drivers)
