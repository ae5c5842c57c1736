"""Frames as files that the loaders read: pandas, polars, Ibis, anything that streams Arrow."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.errors import InputError
from ringleader.loaders.sources.databases import Content
from ringleader.loaders.sources.json_documents import opened

if TYPE_CHECKING:
    import pyarrow as pa

    from ringleader.loaders.mapping import Mapping
    from ringleader.loaders.sources.files import InputFile
    from ringleader.loaders.workspace import Workspace

# The name of a frame where a file has its own, followed by a hash of the frame's content.
FRAME = "frame "


@dataclass(frozen=True)
class FrameFile:
    """A frame as a file.

    Attributes:
        file: The file; None if the mapping's conditions leave no row.
        left_out: Rows that these conditions leave out.
    """

    file: InputFile | None
    left_out: int


def is_frame(source: object) -> bool:
    """Whether a source is a frame: it streams Arrow, or Ibis can run it."""
    return hasattr(source, "__arrow_c_stream__") or _is_ibis(source)


def frame_file(workspace: Workspace, frame: Any, mapping: Mapping) -> FrameFile:
    """Write a frame as Parquet into the workspace.

    Its columns and rows, in their order, identify it: the same frame loads once, however its
    rows are stored or split into batches.

    Args:
        workspace: Where the file is put.
        frame: Anything that :func:`is_frame` accepts.
        mapping: Its conditions are applied here.

    Raises:
        InputError: The frame cannot be read or holds values that Arrow cannot represent.
    """
    import pyarrow.parquet as pq

    path = workspace.folder / (workspace.name("frame") + ".parquet")
    with _failures(frame):
        reader = _reader(frame)
        content = Content(reader.schema)
        with pq.ParquetWriter(path, reader.schema) as writer:
            for batch in reader:
                content.add(batch)
                writer.write_batch(batch)
    [(file, left_out)] = opened(workspace, [path], "parquet", mapping)
    if file is None:
        return FrameFile(None, left_out)
    origin = Path(f"{FRAME}{content.sha256[:12]}")
    return FrameFile(replace(file, sha256=content.sha256, origin=origin), left_out)


def _reader(frame: Any) -> pa.RecordBatchReader:
    import pyarrow as pa

    if _is_pandas(frame):
        # A named index is a column that somebody needs; an unnamed one only counts rows.
        if any(name is not None for name in frame.index.names):
            frame = frame.reset_index()
        return pa.Table.from_pandas(frame, preserve_index=False).to_reader()
    if _is_ibis(frame):
        backend = frame._find_backend(use_default=True)
        if backend.name == "duckdb":
            # Ibis 12 streams from DuckDB 2 through a method that is gone; whole tables work.
            return frame.to_pyarrow().to_reader()
        return frame.to_pyarrow_batches()
    return pa.RecordBatchReader.from_stream(frame)


def _is_pandas(source: object) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(source, pandas.DataFrame)


def _is_ibis(source: object) -> bool:
    types = sys.modules.get("ibis.expr.types")
    return types is not None and isinstance(source, types.Table)


@contextmanager
def _failures(frame: object) -> Iterator[None]:
    import pyarrow as pa
    from ibis.common.exceptions import IbisError

    try:
        yield
    except (pa.ArrowException, IbisError, ValueError, TypeError, OSError) as error:
        message = " ".join(str(error).split())
        raise InputError(
            f"the {type(frame).__name__} cannot be read as a table: {message}",
            hint="give every column one type; text works for every column of the contract",
        ) from error
