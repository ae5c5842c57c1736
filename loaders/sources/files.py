"""Input files: finding them, telling their format, and reading them through Ibis on DuckDB."""

from __future__ import annotations

import codecs
import glob
import gzip
import hashlib
import json
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ringleader.errors import InputError, WrongUsage
from ringleader.loaders.lake.places import refuse_paths
from ringleader.loaders.lake.version import DataFile
from ringleader.loaders.sources.csv_shape import RECODE, CsvShape, csv_shape, distinct, named
from ringleader.loaders.sources.packed import ENDINGS, EmptyInput, open_bytes, read_through

_ENDINGS = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), "csv"),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "jsonl"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
}
# Longer JSON documents end the load with an error that names the file.
DOCUMENT_BYTES = 64_000_000
SAMPLED_LINES = 1_000
_DAMAGED = "truncated or damaged; download it again"
# What a query is called where a file has its name, followed by a hash of database and query.
QUERY = "query "


@dataclass(frozen=True)
class InputFile:
    """A file to load.

    Attributes:
        path: Where it is.
        format: csv, jsonl or parquet.
        sha256: Hash of its content, which identifies it whatever it is called; of a data file of
            a lake, of its place in the table.
        columns: Columns that it offers; for JSON those seen in its first lines.
        shape: The layout of a CSV.
        origin: The file that the user named, or the query, where this one was made from it.
        lines: The line in the origin of every row.
        lake: What the table of a lake says of it that it is a data file of.
    """

    path: Path
    format: str
    sha256: str
    columns: tuple[str, ...]
    shape: CsvShape | None = None
    origin: Path | None = None
    lines: tuple[int, ...] | None = None
    lake: DataFile | None = None

    @property
    def shown(self) -> Path:
        """The path that the user knows."""
        return self.origin or self.path


def expand(sources: Sequence[str], *, also: Sequence[str] = ()) -> list[Path]:
    """The files behind paths, globs and folders, without repeats.

    Args:
        sources: What the user named.
        also: Further name endings of files that count in a folder.

    Raises:
        WrongUsage: A source has no name; it would be the current folder.
        InputError: A source does not exist, holds no file that can be loaded, or is in a table of
            a lake.
    """
    found: dict[Path, None] = {}
    for source in sources:
        if not source.strip():
            raise WrongUsage("a source has an empty name", hint="for the current folder say .")
        path = Path(source)
        with _explained(path):
            if path.is_dir():
                matches = [
                    found
                    for found in sorted(path.rglob("*"))
                    if found.is_file() and not _hidden(found, path) and _counts(found, also)
                ]
                if not matches:
                    raise InputError(
                        f"folder {source} holds no CSV, JSONL or Parquet file",
                        hint="name the files, with --input-format if they end in something else",
                    )
            elif path.exists():
                matches = [path]
            else:
                matches = [Path(p) for p in sorted(glob.glob(source, recursive=True))]  # noqa: PTH207 - it takes absolute ones too
                matches = [p for p in matches if p.is_file() and not p.name.startswith("._")]
                if not matches:
                    raise InputError(f"{source}: no such file", hint="a path, a glob or a folder")
            found.update(dict.fromkeys(p.resolve() for p in matches))
    refuse_paths(found)
    return list(found)


def inspect(path: Path, format_: str | None = None) -> InputFile:
    """Look at a file's format, columns and content hash.

    Args:
        path: The file.
        format_: Its format; by default what its name ends in.

    Raises:
        InputError: It is empty, unreadable, or of no known format.
    """
    format_, sha256 = identify(path, format_)
    shape = None
    with _explained(path):
        if format_ != "parquet":
            _refuse_utf16(path)
        if format_ == "parquet":
            columns = _parquet_columns(path)
        elif format_ == "jsonl":
            columns = _json_columns(path)
        else:
            shape = csv_shape(path)
            columns = shape.columns
    # Absolute, as DuckDB gives it back, so that rows can be traced to their file.
    return InputFile(path.resolve(), format_, sha256, columns, shape)


def identify(path: Path, format_: str | None = None) -> tuple[str, str]:
    """A file's format and content hash.

    Args:
        path: The file.
        format_: Its format; by default what its name ends in.

    Raises:
        InputError: It is empty, unreadable, or of no known format.
    """
    format_ = format_of(path, format_)
    with _explained(path):
        if path.stat().st_size == 0:
            raise EmptyInput(f"{path} is empty", hint="download it again, or leave it out")
        return format_, fingerprint(path)


def format_of(path: Path, format_: str | None = None) -> str:
    """A file's format: what the user says, or what its name ends in.

    Raises:
        InputError: It is none that is known.
    """
    found = format_ or _ending(path)
    if found is None:
        raise InputError(
            f"{path}: cannot tell the format from its name", hint="--input-format csv|jsonl|parquet"
        )
    return found


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:  # say of a file that cannot be read what is the matter with it
        yield
    except EOFError as error:
        short = f"{path} is truncated: its compressed stream ends early"
        raise InputError(short, hint=_DAMAGED) from error
    except (gzip.BadGzipFile, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} is damaged: {error}", hint=_DAMAGED) from error
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error}", hint="check that it is there and may be read"
        ) from error


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes; a gzip stream is read to its end and checked on the way.

    Raises:
        EOFError: A gzip stream ends early.
        OSError: The file cannot be read, or the checksum of a gzip stream is wrong.
        zlib.error: A gzip stream is damaged.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    read_through(path)  # DuckDB does not look at checksums
    return digest


def _refuse_utf16(path: Path) -> None:
    with open_bytes(path) as file:
        start = file.read(2)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise InputError(f"{path} is UTF-16, not UTF-8", hint=RECODE)


def _hidden(path: Path, folder: Path) -> bool:
    """Whether a system or a program has left a file for itself: .DS_Store, ._x.csv, _temporary/."""
    parts = path.relative_to(folder).parts
    return parts[-1].startswith(".") or any(part.startswith((".", "_")) for part in parts[:-1])


def _counts(path: Path, also: Sequence[str]) -> bool:
    return path.suffix.lower() in also or _ending(path) is not None


def _ending(path: Path) -> str | None:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in ENDINGS:
        suffixes.pop()
    return _ENDINGS.get(suffixes[-1]) if suffixes else None


def _json_columns(path: Path) -> tuple[str, ...]:
    names: dict[str, None] = {}
    readable_lines = 0
    with open_bytes(path) as file:
        for number, raw in zip(range(SAMPLED_LINES), file, strict=False):
            try:
                document = json.loads(raw if number else raw.removeprefix(codecs.BOM_UTF8))
            except (ValueError, RecursionError):
                continue
            if isinstance(document, dict):
                readable_lines += 1
                names.update(dict.fromkeys(document))
    with open_bytes(path) as file:
        array = file.read(64).removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"["
    if array or not readable_lines:
        raise InputError(
            f"{path} is {'one JSON array' if array else 'no JSON objects'}, not JSON lines",
            hint="one object a line is expected; jq -c '.[]' turns an array into that",
        )
    return tuple(names)


def _parquet_columns(path: Path) -> tuple[str, ...]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return distinct(path, named(pq.read_schema(path).names))
    except (pa.ArrowInvalid, pa.ArrowException) as error:
        raise InputError(f"{path} is no whole Parquet file: {error}", hint=_DAMAGED) from error
