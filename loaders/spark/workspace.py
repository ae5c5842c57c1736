"""Tables on Spark, behind the interface of the scratch DuckDB.

What is kept is a folder of Parquet: a join never works out its input twice, and a lost worker costs
the tasks that it had, not the job.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import ibis
import ibis.expr.types as ir

from ringleader.errors import InputError, WrongUsage
from ringleader.loaders.contract import Type
from ringleader.loaders.sources.files import InputFile, format_of
from ringleader.loaders.sources.readers import read_groups
from ringleader.loaders.sources.remote import objects_at
from ringleader.loaders.spark.session import spark_session
from ringleader.loaders.workspace import FILE, ROW, Workspace
from ringleader.scratch import scratch_folder

if TYPE_CHECKING:
    from ringleader.loaders.mapping import Mapping
    from ringleader.settings import Settings

# The path of a file here, or of an object in the way in which a path is written.
_PLACE = (
    "regexp_replace(url_decode(replace(_metadata.file_path, '+', '%2B')), "
    "'^(file:|([a-z0-9]+:))/+', '$2/')"
)
_LACKS = re.compile(r"Cannot resolve routine `([^`]+)`")


class SparkWorkspace(Workspace):
    """A scratch folder and a session; use it as a context manager.

    Args:
        settings: ``[engine]``.
        folder: Where scratch files go, unless ``engine.scratch`` names a place that the workers of
            a cluster see too.
    """

    reads_addresses = True

    def __init__(self, settings: Settings, folder: Path) -> None:
        super().__init__(folder)
        self._settings = settings
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self.folder = scratch_folder(self._parent)
        scratch = self._settings.get("engine.scratch")
        self._scratch = (
            f"{scratch.rstrip('/')}/{self.folder.name}" if scratch else str(self.folder.resolve())
        )
        try:
            self.session = self._stack.enter_context(spark_session(self._settings, self.folder))
            self.con: Any = ibis.pyspark.connect(self.session)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self._stack.__exit__(kind, error, trace)
        shutil.rmtree(self.folder, ignore_errors=True)

    def at_address(self, address: str) -> list[InputFile]:
        """The files at an address."""
        found = []
        for name, sha256 in objects_at(address):
            format_ = format_of(Path(name), None)
            # As in FILE: one slash behind a scheme, and none for files here.
            path = Path(name.removeprefix("file://"))
            columns = tuple(self.scan([path]).drop(FILE, ROW).columns)
            found.append(InputFile(path, format_, sha256, columns))
        return found

    def refuse_unreadable(self, files: Sequence[InputFile], mapping: Mapping) -> None:
        """Make sure that Spark reads these files as DuckDB does."""
        for file in files:
            if file.format != "parquet":
                raise WrongUsage(
                    f"the engine spark reads Parquet, not {file.format}: {file.shown}",
                    hint="--engine duckdb, or write the table as Parquet",
                )
        for group in read_groups(self, files, ()):
            _refuse_columns(group.table.schema(), mapping)

    def _frame(self, expression: ir.Table) -> Any:
        return self.session.sql(self.con.compile(expression))

    def _viewed(self, name: str, frame: Any) -> ir.Table:
        frame.createOrReplaceTempView(name)
        return self.con.table(name)

    def keep(self, stem: str, expression: ir.Table) -> ir.Table:
        """Compute a table once and keep it on disk.

        Read back, types differ a little (a moment has lost its scale), and a union asks for the
        same ones. Spark has no unsigned integers to go back to.
        """
        kept = self._kept(stem, lambda: self._frame(expression))
        there = kept.schema()
        changed = {
            name: kind
            for name, kind in expression.schema().items()
            if kind != there[name] and not kind.is_unsigned_integer()
        }
        return kept.cast(changed) if changed else kept

    def _kept(self, stem: str, made: Callable[[], Any]) -> ir.Table:
        name = self.name(stem)
        path = f"{self._scratch}/{name}"
        with _explained():
            frame = made()
            frame.write.parquet(path)
            # Read by its own schema: an empty folder of Parquet has none to infer.
            return self._viewed(name, self._read(frame, path))

    @contextmanager
    def joins_as_written(self) -> Iterator[None]:
        """Spark's planner knows the sizes of what is kept."""
        yield

    def take(self, stem: str, table: Any) -> ir.Table:
        """Copy an Arrow table or stream of batches in."""
        whole = table.read_all() if hasattr(table, "read_all") else table
        return self._kept(stem, lambda: self.session.createDataFrame(whole))

    def scan(self, paths: Sequence[Path]) -> ir.Table:
        """Parquet files, with the file and the number of every row."""
        with _explained():
            frame = self.session.read.parquet(*(_address(path) for path in paths))
            frame = frame.selectExpr(
                "*",
                f"{_PLACE} AS {FILE}",
                f"_metadata.row_index AS {ROW}",
            )
            return self._viewed(self.name("parquet"), frame)

    def read_parquet(self, paths: Sequence[Path]) -> ir.Table:
        """Parquet files of one shape as a table."""
        with _explained():
            frame = self.session.read.parquet(*(_address(path) for path in paths))
            return self._viewed(self.name("parquet"), frame)

    def write_folder(self, expression: ir.Table, folder: str) -> int:
        """Write a table as a folder of Parquet files; returns the number of rows."""
        with _explained():
            frame = self._frame(expression)
            frame.write.mode("overwrite").parquet(folder)
            return int(self._read(frame, folder).count())

    def _read(self, written: Any, place: str) -> Any:
        """What was written to a place. An empty folder of Parquet has no schema of its own."""
        return self.session.read.schema(written.schema).parquet(_literal(place))

    def mapped(self, values: ir.Column, function: Callable[[str], str | None]) -> ir.Table:
        """What a function of Python makes of every distinct text of a column: raw and mapped.

        It runs on the workers, which need this package for it.
        """
        raw = values.name("raw").as_table()
        frame = self._frame(raw.filter(raw.raw.notnull()).distinct())

        def batches(given: Iterator[Any]) -> Iterator[Any]:
            import pyarrow as pa

            for batch in given:
                texts = batch.column(0)
                made = pa.array([function(text) for text in texts.to_pylist()], pa.string())
                yield pa.RecordBatch.from_arrays([texts, made], names=["raw", "mapped"])

        return self._kept("mapped", lambda: frame.mapInArrow(batches, "raw string, mapped string"))

    def one(self, expression: ir.Table) -> dict[str, Any]:
        """The only row of a table."""
        with _explained():
            [row] = self._frame(expression).collect()
        return dict(zip(expression.columns, row, strict=True))

    def chunks(
        self, expression: ir.Table, size: int, *, apart: bool = False
    ) -> Iterator[list[dict[str, Any]]]:
        """The rows of a table, ``size`` at a time; a partition at a time is in memory."""
        pending: list[dict[str, Any]] = []
        with _explained():
            for row in self._frame(expression).toLocalIterator():
                pending.append(row.asDict(recursive=True))
                if len(pending) == size:
                    yield pending
                    pending = []
        if pending:
            yield pending


def _refuse_columns(known: ibis.Schema, mapping: Mapping) -> None:
    """Refuse columns that Spark does not read as DuckDB does."""
    for column in mapping.table.columns:
        sources = mapping.source_of(column.name).sources
        kinds = [known[name] for name in sources if name in known.names]
        if column.type is Type.PROMPT and mapping.table.name == "requests" and kinds:
            raise WrongUsage(
                "the engine spark does not cluster raw prompts (requests.prompt)",
                hint="--engine duckdb, or write prompt_cluster_id in the place of prompt",
            )
        entry = mapping.source_of(column.name)
        if entry.zone or entry.format:
            raise WrongUsage(
                f"the engine spark knows no format and no zone of a column ({column.name})",
                hint="--engine duckdb, or write it as TIMESTAMP in UTC",
            )
        if column.type is Type.TIMESTAMP and any(kind.is_string() for kind in kinds):
            raise WrongUsage(
                f"the engine spark reads no times written as text ({column.name})",
                hint="--engine duckdb, or write it as TIMESTAMP or as a number since 1970",
            )


def _address(path: Path) -> str:
    """A path as Spark takes it: the address of an object, or a file here."""
    text = str(path)
    if found := re.match(r"^([a-z0-9]+):/(?!/)", text):
        return f"{found[1]}://{text[found.end() :]}"
    return _literal(os.path.abspath(text))  # noqa: PTH100 - it follows no links


def _literal(place: str) -> str:
    """A folder or file here, its name taken literally; an address as it is."""
    return place if "://" in place else "file://" + re.sub(r"([\\{}\[\]*?])", r"\\\1", place)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what Spark says into one line of ours."""
    try:
        yield
    except Exception as error:
        if _interrupted(error):
            raise KeyboardInterrupt from error
        text = str(error)
        if found := _LACKS.search(text):
            raise WrongUsage(
                f"the engine spark lacks {found[1].lower()}, which this input needs",
                hint="--engine duckdb, or write the column as Parquet in the contract's type",
            ) from error
        if not type(error).__module__.startswith(("pyspark", "py4j")):
            raise
        message = " ".join(text.split("\n\n")[0].split("\tat ")[0].split())[:400]
        raise InputError(
            f"Spark failed: {message}",
            hint="what it says at length is in logs/spark.log of the data folder",
        ) from error


def _interrupted(error: BaseException | None) -> bool:
    """Whether a Ctrl-C is what an error comes from: py4j may fail while it cleans up after one."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False
