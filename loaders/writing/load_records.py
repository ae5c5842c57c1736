"""What every load counted and wrote, kept in the data folder beside the graph.

``loads/BATCH/`` holds Parquet files: ``ids`` are hashes of the request or payment ids that the load
counted, ``sample-L`` those of rows without one, and each ``step`` is what it wrote. They count as
long as the graph knows the batch. Other loads tell by them what was counted before, and a load is
taken back by them.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.workspace import Workspace


class Counted(Protocol):
    """What a load counts; see :class:`ringleader.loaders.validation.overlap.Counted`."""

    @property
    def ids(self) -> ir.Table | None:
        """Day and hash of ids that it counts."""

    @property
    def left_out(self) -> ir.Table | None:
        """The same of ids that another load has counted."""

    @property
    def sample(self) -> ir.Table | None:
        """A sample of rows without an id."""

    @property
    def level(self) -> int:
        """How coarse the sample is."""


IDS, LEFT_OUT = "ids.parquet", "left-out.parquet"
_STEP = re.compile(r"^step-(\d+)-([A-Za-z_]+)\.parquet$")
_SAMPLE = re.compile(r"^sample-(\d+)\.parquet$")
_DONE = "complete"


def folder(home: Path, batch: str) -> Path:
    """Where the record of a load is."""
    return home / "loads" / batch


def ids_file(home: Path, batch: str) -> Path | None:
    """The ids that a load counted; None if nothing is recorded."""
    path = folder(home, batch) / IDS
    return path if path.exists() else None


def left_out_file(home: Path, batch: str) -> Path | None:
    """The ids that a load left out since another had counted them; None without any."""
    path = folder(home, batch) / LEFT_OUT
    return path if path.exists() else None


def sample_files(home: Path, batches: Sequence[str]) -> dict[int, list[Path]]:
    """Samples of the rows without ids that loads counted, by level."""
    found: dict[int, list[Path]] = {}
    for batch in batches:
        for path in sorted(folder(home, batch).glob("sample-*.parquet")):
            if match := _SAMPLE.match(path.name):
                found.setdefault(int(match[1]), []).append(path)
    return found


def save_counted(
    workspace: Workspace,
    home: Path,
    batch: str,
    counted: Counted,
) -> None:
    """Record what a load counts, before it writes anything."""
    sample, level = counted.sample, counted.level
    for old in folder(home, batch).glob("sample-*.parquet"):
        old.unlink()
    for table, name in ((counted.ids, IDS), (counted.left_out, LEFT_OUT)):
        if table is not None:
            _write(workspace, table, folder(home, batch) / name)
        else:
            (folder(home, batch) / name).unlink(missing_ok=True)
    if sample is not None:
        _write(workspace, sample, folder(home, batch) / f"sample-{level}.parquet")


def save_steps(
    workspace: Workspace, home: Path, batch: str, steps: Sequence[tuple[str, ir.Table]]
) -> None:
    """Record what a load writes, before it writes it.

    Args:
        workspace: Where the rows are.
        home: The data folder.
        batch: The load.
        steps: Label or relationship type, and rows, of each step.
    """
    place = folder(home, batch)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    # What is there already may be of another database, or of another version.
    (place / _DONE).unlink(missing_ok=True)
    for old in place.glob("step-*.parquet"):
        old.unlink()
    for number, (name, rows) in enumerate(steps):
        _write(workspace, rows, place / f"step-{number:02}-{name}.parquet")
    (place / _DONE).touch()


def steps_of(home: Path, batch: str) -> list[tuple[str, Path]] | None:
    """What a load wrote, by label or relationship type; None if that is not recorded."""
    place = folder(home, batch)
    if not (place / _DONE).exists():
        return None
    found = ((_STEP.match(path.name), path) for path in sorted(place.iterdir()))
    return [(match[2], path) for match, path in found if match]


def forget(home: Path, batch: str) -> None:
    """Remove the record of a load."""
    shutil.rmtree(folder(home, batch), ignore_errors=True)


def _write(workspace: Workspace, table: ir.Table, path: Path) -> None:
    """Write a table whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    workspace.copy_parquet(table, part)
    os.replace(part, path)
