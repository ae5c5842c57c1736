"""A scratch DuckDB, on disk and thrown away, that the tables pass through on their way.

It lives in a folder only the user can read. Memory has a bound; what does not fit spills to disk.
"""

from __future__ import annotations

import glob
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Self

import duckdb
import ibis
import ibis.expr.types as ir

from ringleader.errors import InputError, RingleaderError
from ringleader.loaders.functions import ON_DUCKDB
from ringleader.scratch import scratch_folder

# Enough for the hash tables of tens of millions of groups, and well under the 3 GiB that a load
# may take in all; more than this goes to disk.
MEMORY = "2400MB"
# Columns of rows that are read from files: the file and the number of the row.
FILE, ROW = "_file", "_row"


class Copies:
    """Copies of files that are read in their place, and the names that the user knows."""

    def __init__(self) -> None:
        self._origins: dict[str, str] = {}

    def stand_for(self, copy: Path, origin: Path | str) -> None:
        """Note that a file is a copy, so that messages name the file that the user knows."""
        self._origins[str(copy)] = self.as_known(str(origin))

    def as_known(self, message: str) -> str:
        """A message that names the files that the user knows in the place of their copies."""
        for copy, origin in self._origins.items():
            message = message.replace(copy, origin)
        return message


class Workspace:
    """The scratch database; use it as a context manager.

    It runs the expressions of loads. :class:`ringleader.loaders.spark.workspace.SparkWorkspace`
    runs the same ones on Spark.

    Args:
        folder: Where it may put its files; what killed processes left there is removed.
        memory: Bound on DuckDB's memory.
    """

    # Whether files on object stores are read where they lie, and written there.
    reads_addresses = False

    def __init__(self, folder: Path, *, memory: str = MEMORY) -> None:
        self._parent = folder
        self._memory = memory
        self._names = count()
        self.copies = Copies()

    def __enter__(self) -> Self:
        self.folder = scratch_folder(self._parent)
        self.con: Any = ibis.duckdb.connect(
            self.folder / "scratch.duckdb",
            # Nothing is fetched behind the user's back: what is built in has to do.
            autoinstall_known_extensions="false",
            autoload_known_extensions="false",
            memory_limit=self._memory,
            temp_directory=str(self.folder / "spill"),
        )
        self.con.con.execute("SET TimeZone = 'UTC'").fetchall()
        for macro in ON_DUCKDB:
            self.con.con.execute(f"CREATE MACRO {macro}").fetchall()
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, RingleaderError):
            error.message = self.copies.as_known(error.message)
            error.args = (error.message,)
        self.con.disconnect()
        shutil.rmtree(self.folder, ignore_errors=True)

    def at_address(self, address: str) -> list[Any]:
        """The files at an address, to be read where they lie; only where addresses are read."""
        raise NotImplementedError

    def refuse_unreadable(self, files: Sequence[Any], mapping: Any) -> None:
        """Make sure that the engine reads these files, before any work.

        Args:
            files: Files (:class:`ringleader.loaders.sources.files.InputFile`).
            mapping: Where the contract's columns come from.

        Raises:
            WrongUsage: It lacks something for them.
        """

    def readable(self) -> AbstractContextManager[None]:
        """Report what DuckDB says of a broken file in one line of ours."""
        return _Readable(self.copies)

    def name(self, stem: str) -> str:
        """A name that no other table here has."""
        return f"{stem}_{next(self._names)}"

    def keep(self, stem: str, expression: ir.Table) -> ir.Table:
        """Compute a table once and keep it on disk.

        Raises:
            InputError: A file that it reads turns out to be broken.
        """
        with self.readable():
            return self.con.create_table(self.name(stem), expression)

    @contextmanager
    def joins_as_written(self) -> Iterator[None]:
        """Run joins in the order in which they are written.

        The planner took minutes for joins of kept tables that take less than a second so.
        """
        self.con.con.execute("SET disabled_optimizers = 'join_order'").fetchall()
        try:
            yield
        finally:
            self.con.con.execute("RESET disabled_optimizers").fetchall()

    def take(self, stem: str, table: Any) -> ir.Table:
        """Copy an Arrow table or stream of batches in."""
        incoming = self.name("incoming")
        self.con.con.register(incoming, table)
        kept = self.con.create_table(self.name(stem), self.con.table(incoming))
        self.con.con.unregister(incoming)
        return kept

    def write_parquet(self, expression: ir.Table, path: Path) -> int:
        """Write a table as Parquet, in the order of its first column; returns the number of rows.

        What has one name lies together then. It is not compressed: who reads it needs no codec.
        """
        target = str(path).replace("'", "''")
        options = "FORMAT parquet, COMPRESSION uncompressed"
        with self.readable():
            sql = self.con.compile(expression.order_by(expression.columns[0]))
            copied = self.con.con.execute(f"COPY ({sql}) TO '{target}' ({options})")
            return int(copied.fetchall()[0][0])

    def copy_parquet(self, expression: ir.Table, path: Path) -> None:
        """Write a table as compressed Parquet, in whatever order its rows come."""
        target = str(path).replace("'", "''")
        with self.readable():
            sql = self.con.compile(expression)
            self.con.con.execute(
                f"COPY ({sql}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
            ).fetchall()

    def write_folder(self, expression: ir.Table, folder: str) -> int:
        """Write a table as a folder of Parquet files; returns the number of rows."""
        place = Path(folder)
        place.mkdir(parents=True)
        self.copy_parquet(expression, place / "part-0.parquet")
        return self.size(self.read_parquet([place / "part-0.parquet"]))

    def scan(self, paths: Sequence[Path]) -> ir.Table:
        """Parquet files of the same columns, with the file and the number of every row."""
        table: ir.Table = self.con.read_parquet(
            # DuckDB expands names by itself: logs[1].parquet would be read from logs1.parquet.
            [glob.escape(str(path)) for path in paths],
            table_name=self.name("parquet"),
            filename=FILE,
            # A folder called country=de says nothing about the rows of the files in it.
            hive_partitioning=False,
            file_row_number=True,
        )
        return table.rename({ROW: "file_row_number"})

    def read_parquet(self, paths: Sequence[Path]) -> ir.Table:
        """Parquet files of one shape as a table."""
        with self.readable():
            table: ir.Table = self.con.read_parquet(
                [glob.escape(str(path)) for path in paths],
                table_name=self.name("parquet"),
                hive_partitioning=False,
                union_by_name=True,
            )
        return table

    def mapped(self, values: ir.Column, function: Callable[[str], str | None]) -> ir.Table:
        """What a function of Python makes of every distinct text of a column: raw and mapped."""
        import pyarrow as pa

        distinct = self.keep("distinct", values.name("raw").as_table().distinct())
        texts = [row["raw"] for row in self.rows(distinct.filter(distinct.raw.notnull()))]
        made = pa.array([function(text) for text in texts], pa.string())
        return self.take("mapped", pa.table({"raw": pa.array(texts, pa.string()), "mapped": made}))

    def one(self, expression: ir.Table) -> dict[str, Any]:
        """The only row of a table."""
        with self.readable():
            # Fetched whole: DuckDB refuses other work while a result is open.
            [values] = self.con.con.execute(self.con.compile(expression)).fetchall()
        return dict(zip(expression.columns, values, strict=True))

    def size(self, expression: ir.Table) -> int:
        """The number of rows of a table."""
        return int(self.one(expression.aggregate(n=expression.count()))["n"])

    def chunks(
        self, expression: ir.Table, size: int, *, apart: bool = False
    ) -> Iterator[list[dict[str, Any]]]:
        """The rows of a table, ``size`` at a time (the last chunk may be smaller).

        Args:
            expression: The table.
            size: The number of rows in a chunk.
            apart: Read what is kept over a connection of its own: threads may do so side by side.
                Otherwise nothing else may run here until the iterator is exhausted.
        """
        import pyarrow as pa

        pending: list[Any] = []
        rows = 0
        with self.readable():
            # Ibis 12 asks DuckDB 2 for a method that is gone, so the stream is taken from DuckDB.
            connection = self.con.con.cursor() if apart else self.con.con
            reader = connection.sql(self.con.compile(expression)).to_arrow_reader(min(size, 65_536))
            for batch in reader:
                while batch.num_rows:
                    part = batch.slice(0, size - rows)
                    pending.append(part)
                    rows += part.num_rows
                    batch = batch.slice(part.num_rows)
                    if rows == size:
                        yield pa.Table.from_batches(pending).to_pylist()
                        pending, rows = [], 0
        if pending:
            yield pa.Table.from_batches(pending).to_pylist()

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """All rows of a small table."""
        return [row for chunk in self.chunks(expression, 65_536) for row in chunk]


class _Readable:
    def __init__(self, copies: Copies) -> None:
        self._copies = copies

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, *_: Any
    ) -> None:
        if isinstance(error, duckdb.Error):
            first = str(error).split("\n\nLINE ")[0]
            message = self._copies.as_known(" ".join(first.split()))
            if isinstance(error, duckdb.OutOfMemoryException):
                raise InputError(
                    f"not enough memory or disk to prepare the input: {message}",
                    hint="free disk space where RINGLEADER_HOME lies, or load fewer files at once",
                ) from error
            if "CSV Parser state machine" in message:
                file = message.partition("file = ")[2].partition(" delimiter = ")[0]
                raise InputError(
                    f"{file}: its lines end in different ways, or a quote is never closed",
                    hint=r"sed 's/\r$//' FILE > NEW, and look at its quotes",
                ) from error
            raise InputError(
                f"the input cannot be read: {message}",
                hint="if a file is truncated or damaged, download it again",
            ) from error
