"""One simulated campaign over several providers: each has a part of the accounts and all it did.

An operator works at all of them, from the same addresses with the same clients, so each provider
sees a part of it. Which provider an account is at follows from its id.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

__all__ = ["NAME", "provider_of", "split"]

NAME = "provider-{}"
_WHO = ("account_id", "other_account_id")


@lru_cache(1_000_000)
def provider_of(account: str, providers: int) -> int:
    """The provider of an account, from 0."""
    digest = hashlib.blake2b(account.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % providers


def split(folder: Path, providers: int) -> dict[str, dict[str, int]]:
    """Split the tables of a folder into a folder for each provider; the tables go.

    A row between accounts of two providers belongs to none: neither sees both. A table that names
    no account is everybody's.

    Args:
        folder: Has the tables.
        providers: How many.

    Returns:
        Rows by provider and table.
    """
    rows: dict[str, dict[str, int]] = {NAME.format(n + 1): {} for n in range(providers)}
    for path in sorted(_files(folder)):
        inside = path.relative_to(folder)
        table = inside.parts[0].partition(".")[0]
        content = _read(path)
        for name, part in zip(rows, _parts(content, providers), strict=True):
            target = folder / name / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, part)
            rows[name][table] = rows[name].get(table, 0) + part.num_rows
        path.unlink()
    shutil.rmtree(folder / "requests", ignore_errors=True)
    return rows


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.iterdir() if path.suffix in (".csv", ".parquet"))
    yield from (path for path in (folder / "requests").iterdir() if path.is_file())


def _parts(table: pa.Table, providers: int) -> Sequence[pa.Table]:
    named = [column for column in _WHO if column in table.column_names]
    if not named:
        return [table] * providers
    homes = [
        [provider_of(account, providers) for account in table[column].to_pylist()]
        for column in named
    ]
    masks = (
        pa.array(
            [all(home == wanted for home in row) for row in zip(*homes, strict=True)], pa.bool_()
        )
        for wanted in range(providers)
    )
    return [table.filter(mask) for mask in masks]


def _read(path: Path) -> pa.Table:
    if path.suffix == ".parquet":
        return pa.parquet.read_table(path)
    # As texts, so that a value is written as it was.
    header = path.open(encoding="utf-8").readline().strip().replace('"', "").split(",")
    types = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    return pa.csv.read_csv(path, convert_options=types)


def _write(path: Path, table: pa.Table) -> None:
    if path.suffix == ".parquet":
        pa.parquet.write_table(table, path, compression="zstd", compression_level=1)
    else:
        pa.csv.write_csv(table, path)
