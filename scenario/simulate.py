"""A simulated campaign in files: every table of the input contract, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from ringleader.errors import InputError, WrongUsage
from ringleader.parallel import side_by_side
from ringleader.progress import progress
from ringleader.scenario.campaign import DAY, World
from ringleader.scenario.crossed import Design, cohorts_table, stolen_table, traits_table
from ringleader.scenario.draws import Ints
from ringleader.scenario.knobs import Knobs, read_knobs
from ringleader.scenario.population import populate
from ringleader.scenario.providers import split
from ringleader.scenario.tables import TABLES
from ringleader.scenario.traffic import SCHEMA, day_totals, requests_of

FORMATS = ("parquet", "csv")
MANIFEST = "simulation.json"
# Rows of a row group, and of a piece of CSV.
_ROWS = 500_000


@dataclass(frozen=True)
class TableFile:
    """A table that was written.

    Attributes:
        table: Its name in the contract.
        path: Its file or folder.
        rows: How many.
        bytes: On disk.
    """

    table: str
    path: Path
    rows: int
    bytes: int


class _Writer(Protocol):
    def write(self, batch: pa.RecordBatch | pa.Table) -> None: ...

    def close(self) -> None: ...


def simulate(
    folder: Path,
    *,
    accounts: int,
    requests: int | None = None,
    seed: int = 7,
    format: str = "parquet",
    threads: int | None = None,
    knobs: Knobs | None = None,
    design: Design | None = None,
    providers: int = 1,
) -> list[TableFile]:
    """Write a simulated campaign; the same arguments write the same bytes.

    Memory grows with the accounts, not with the requests.

    Args:
        folder: Where to; it appears when everything is written. A simulation that is there already
            is replaced, anything else is left alone.
        accounts: Number of honest accounts; the operators and cohorts are in proportion.
        requests: Number of the honest accounts' requests; by default 60 for each account.
        seed: Of the random numbers.
        format: One of :data:`FORMATS`.
        threads: How many days are made at a time; by default one for each processor, at most 4.
        knobs: The figures; by default those of ``campaign.toml``.
        design: Operators of crossed traits in the place of the reported ones, with their knobs;
            the truth about them is written beside the tables, in CSV.
        providers: Over how many providers the accounts are split; each has a folder of its own.

    Returns:
        What was written, in the order of the contract.

    Raises:
        WrongUsage: The folder holds something else, or the population is too small or too large.
    """
    knobs = design.knobs if design else knobs or read_knobs()
    wanted = requests or accounts * int(knobs["scale"]["requests_per_account"])
    with _whole_folder(folder) as made:
        world = populate(knobs, seed, accounts, wanted)
        rows = {}
        for name, table in TABLES.items():
            rows[name] = _write_table(made / f"{name}.{format}", table(world), format)
        rows["requests"] = _write_requests(made / "requests", world, format, threads)
        truth = _truth(design, world) if design else {}
        for name, table in truth.items():
            pa.csv.write_csv(table, made / f"{name}.csv")
            rows[name] = table.num_rows
        said: dict[str, Any] = {
            "accounts": accounts,
            "requests": wanted,
            "seed": seed,
            "format": format,
            "knobs": knobs.digest,
            "rows": rows,
        }
        if providers > 1:
            said["providers"] = parts = split(made, providers)
        (made / MANIFEST).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    if providers > 1:
        return [
            _written(folder / name, table, number, "csv" if table in truth else format)
            for name, tables in parts.items()
            for table, number in tables.items()
        ]
    order = ("accounts", "requests", "payments", "proxies", "prompts", "contacts", "labels")
    written = [_written(folder, name, rows[name], format) for name in order]
    return [*written, *(_written(folder, name, rows[name], "csv") for name in truth)]


def _truth(design: Design, world: World) -> dict[str, pa.Table]:
    """What is known of operators of crossed traits, beyond the labels."""
    return {
        "traits": traits_table(design),
        "cohorts": cohorts_table(world),
        "stolen": stolen_table(world),
    }


def as_rows(written: Iterable[TableFile]) -> list[dict[str, Any]]:
    """What was written, for output."""
    return [{**asdict(w), "path": str(w.path)} for w in written]


def _written(folder: Path, name: str, rows: int, format: str) -> TableFile:
    path = folder / (name if name == "requests" else f"{name}.{format}")
    files = path.iterdir() if path.is_dir() else [path]
    return TableFile(name, path, rows, sum(file.stat().st_size for file in files))


@contextmanager
def _whole_folder(folder: Path) -> Iterator[Path]:
    """A folder that takes its name when the block ends well, and else leaves no trace."""
    if folder.exists() and not folder.is_dir():
        raise WrongUsage(f"{folder} is a file", hint="name a folder with --output")
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise WrongUsage(
            f"{folder} holds something that is no simulation",
            hint="remove it, or name a new folder with --output",
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise InputError(
            f"cannot write {folder}: {error.strerror}", hint="choose --output"
        ) from error
    try:
        made.chmod(0o755)
        yield made
        old = made.with_name(made.name + ".old")
        if folder.exists():
            os.replace(folder, old)
        os.replace(made, folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def _writer(path: Path, schema: pa.Schema, format: str) -> Iterator[_Writer]:
    if format == "parquet":
        with pa.parquet.ParquetWriter(path, schema, compression="zstd", compression_level=1) as to:
            yield to
        return
    # CSV knows no dictionaries.
    flat = pa.schema([(f.name, _plain(f.type)) for f in schema])
    with pa.csv.CSVWriter(path, flat) as writer:
        yield _Flat(writer, flat)


def _plain(type_: pa.DataType) -> pa.DataType:
    return type_.value_type if pa.types.is_dictionary(type_) else type_


@dataclass
class _Flat:
    writer: Any
    schema: pa.Schema

    def write(self, batch: pa.RecordBatch | pa.Table) -> None:
        self.writer.write(batch.cast(self.schema))

    def close(self) -> None:
        self.writer.close()


def _write_table(path: Path, table: pa.Table, format: str) -> int:
    with _writer(path, table.schema, format) as writer:
        for first in range(0, table.num_rows, _ROWS):
            writer.write(table.slice(first, _ROWS))
    return int(table.num_rows)


def _write_requests(folder: Path, world: World, format: str, threads: int | None) -> int:
    """One file for each day; days are independent, so any number of threads writes the same."""
    folder.mkdir()
    totals = day_totals(world)
    workers = threads or min(4, os.cpu_count() or 1)
    written = 0

    def write(day: int) -> int:
        return _write_day(folder, world, day, totals[:, day], format)

    with progress("days of requests", world.knobs.days) as advance:
        for rows in side_by_side(write, range(world.knobs.days), workers):
            written += rows
            advance(1)
    return written


def _write_day(folder: Path, world: World, day: int, totals: Ints, format: str) -> int:
    date = datetime.fromtimestamp(world.knobs.start + day * DAY, UTC).date()
    written = 0
    with _writer(folder / f"{date}.{format}", SCHEMA, format) as writer:
        for batch in requests_of(world, day, totals):
            writer.write(batch)
            written += batch.num_rows
    return written
