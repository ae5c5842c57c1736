"""Input files: finding them, telling their format, and reading them through Ibis on DuckDB."""

from __future__ import annotations

import codecs
import csv
import glob
import gzip
import hashlib
import io
import json
import shutil
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import ibis.expr.types as ir

from ringleader.errors import InputError, WrongUsage
from ringleader.loaders.workspace import Workspace, readable

_ENDINGS = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), "csv"),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "jsonl"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
}
_DELIMITERS = ",\t;|"
# A line longer than this is no row of ours: it is quarantined unread.
LINE_BYTES = 4_000_000
# Longer JSON documents end the load with an error that names the file.
DOCUMENT_BYTES = 64_000_000
SAMPLED_LINES = 1_000
_PIECE = 1 << 20
_DAMAGED = "truncated or damaged; download it again"
_RECODE = "iconv -f UTF-16 -t UTF-8 FILE > NEW (or from the encoding it has)"
FILE, ROW = "_file", "_row"
# A folder called country=de says nothing about the rows of the files in it.
_AS_IT_IS: dict[str, Any] = {"filename": FILE, "hive_partitioning": False}
# What a query is called where a file has its name, followed by a hash of database and query.
QUERY = "query "
_Files = tuple["InputFile", ...]


@dataclass(frozen=True)
class InputFile:
    """A file to load.

    Attributes:
        path: Where it is.
        format: csv, jsonl or parquet.
        sha256: Hash of its content, which identifies it whatever it is called.
        columns: Columns that it offers; for JSON those seen in its first lines.
        delimiter: Of a CSV.
        origin: The file that the user named, or the query, where this one was made from it.
        lines: The line in the origin of every row.
    """

    path: Path
    format: str
    sha256: str
    columns: tuple[str, ...]
    delimiter: str = ","
    origin: Path | None = None
    lines: tuple[int, ...] | None = None

    @property
    def shown(self) -> Path:
        """The path that the user knows."""
        return self.origin or self.path


@dataclass(frozen=True)
class FileGroup:
    """Files of one format and the same columns, read as one table."""

    files: _Files
    table: ir.Table
    rejects: str | None = None

    @property
    def format(self) -> str:
        """Their format."""
        return self.files[0].format

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the files offer."""
        return tuple(dict.fromkeys(name for file in self.files for name in file.columns))


def expand(sources: Sequence[str], *, also: Sequence[str] = ()) -> list[Path]:
    """The files behind paths, globs and folders, without repeats.

    Args:
        sources: What the user named.
        also: Further name endings of files that count in a folder.

    Raises:
        WrongUsage: A source has no name; it would be the current folder.
        InputError: A source does not exist or holds no file that can be loaded.
    """
    found: dict[Path, None] = {}
    for source in sources:
        if not source.strip():
            raise WrongUsage("a source has an empty name", hint="for the current folder say .")
        path = Path(source)
        with _explained(path):
            if path.is_dir():
                matches = [p for p in sorted(path.rglob("*")) if p.is_file() and _counts(p, also)]
                if not matches:
                    raise InputError(
                        f"folder {source} holds no CSV, JSONL or Parquet file",
                        hint="name the files, with --input-format if they end in something else",
                    )
            elif path.exists():
                matches = [path]
            else:
                matches = [Path(p) for p in sorted(glob.glob(source, recursive=True))]  # noqa: PTH207 - it takes absolute ones too
                matches = [p for p in matches if p.is_file()]
                if not matches:
                    raise InputError(f"{source}: no such file", hint="a path, a glob or a folder")
            found.update(dict.fromkeys(p.resolve() for p in matches))
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
    delimiter = ","
    with _explained(path):
        if format_ != "parquet":
            _refuse_utf16(path)
        if format_ == "parquet":
            columns = _parquet_columns(path)
        elif format_ == "jsonl":
            columns = _json_columns(path)
        else:
            columns, delimiter = _csv_columns(path)
    # Absolute, as DuckDB gives it back, so that rows can be traced to their file.
    return InputFile(path.resolve(), format_, sha256, columns, delimiter)


def identify(path: Path, format_: str | None = None) -> tuple[str, str]:
    """A file's format and content hash.

    Args:
        path: The file.
        format_: Its format; by default what its name ends in.

    Raises:
        InputError: It is empty, unreadable, or of no known format.
    """
    format_ = format_ or _ending(path)
    if format_ is None:
        raise InputError(
            f"{path}: cannot tell the format from its name", hint="--input-format csv|jsonl|parquet"
        )
    with _explained(path):
        if path.stat().st_size == 0:
            raise InputError(f"{path} is empty", hint="download it again, or leave it out")
        return format_, fingerprint(path)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:  # say of a file that cannot be read what is the matter with it
        yield
    except EOFError as error:
        short = f"{path} is truncated: its gzip stream ends early"
        raise InputError(short, hint=_DAMAGED) from error
    except (gzip.BadGzipFile, zlib.error) as error:
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
    if is_gzip(path):
        # DuckDB does not look at the checksum.
        with gzip.open(path, "rb") as stream:
            while stream.read(_PIECE):
                pass
    return digest


def open_bytes(path: Path) -> IO[bytes]:
    """A file's bytes, decompressed if it is gzip."""
    return gzip.open(path, "rb") if is_gzip(path) else path.open("rb")  # type: ignore[return-value]


def read_groups(
    workspace: Workspace, files: Iterable[InputFile], wanted: Iterable[str]
) -> Iterator[FileGroup]:
    """Read files through DuckDB, those of the same shape together.

    Files come in the order of their content hashes, so that a load means the same whatever the
    files are called.

    Args:
        workspace: Where DuckDB runs.
        files: The files.
        wanted: Top-level JSON fields that are looked for.
    """
    shapes: dict[tuple[Any, ...], list[InputFile]] = {}
    wanted = sorted(set(wanted))
    for file in sorted(files, key=lambda f: f.sha256):
        columns = () if file.format == "jsonl" else file.columns
        shape = (file.format, file.delimiter, columns, is_gzip(file.path))
        shapes.setdefault(shape, []).append(file)
    for shape in sorted(shapes):
        group = tuple(shapes[shape])
        with readable():
            yield _READERS[shape[0]](workspace, group, wanted)


def _read_csv(workspace: Workspace, files: _Files, _: Sequence[str]) -> FileGroup:
    rejects = workspace.name("rejects")
    table = workspace.con.read_csv(
        _literal(files),
        table_name=workspace.name("csv"),
        auto_detect=False,
        header=True,
        delim=files[0].delimiter,
        quote='"',
        escape='"',
        # Everything is text at first: a bad value costs its row, never the file.
        columns=dict.fromkeys(files[0].columns, "VARCHAR"),
        **_AS_IT_IS,
        max_line_size=LINE_BYTES,
        store_rejects=True,
        rejects_table=rejects,
        rejects_scan=rejects + "_scan",
        rejects_limit=0,
        compression="gzip" if is_gzip(files[0].path) else "none",
    )
    return FileGroup(files, table, rejects)


def _read_jsonl(workspace: Workspace, files: _Files, wanted: Sequence[str]) -> FileGroup:
    files = tuple(_without_mark(workspace, file) for file in files)
    table = workspace.con.read_json(
        _literal(files),
        table_name=workspace.name("jsonl"),
        columns=dict.fromkeys(wanted, "VARCHAR"),
        format="newline_delimited",
        ignore_errors=True,  # a broken line becomes a row of nulls, found by its missing key
        maximum_object_size=DOCUMENT_BYTES,
        **_AS_IT_IS,
        compression="gzip" if is_gzip(files[0].path) else "none",
    )
    return FileGroup(files, table)


def _without_mark(workspace: Workspace, file: InputFile) -> InputFile:
    """A JSON file without byte order mark, which DuckDB takes for a part of the first line."""
    with open_bytes(file.path) as stream:
        if stream.read(3) != codecs.BOM_UTF8:
            return file
        copy = workspace.folder / workspace.name("unmarked")
        # Whatever one file of a group is packed with, all are.
        with gzip.open(copy, "wb", 1) if is_gzip(file.path) else copy.open("wb") as made:
            shutil.copyfileobj(stream, made, _PIECE)
    return replace(file, path=copy, origin=file.shown)


def _read_parquet(workspace: Workspace, files: _Files, _: Sequence[str]) -> FileGroup:
    table = workspace.con.read_parquet(
        _literal(files),
        table_name=workspace.name("parquet"),
        **_AS_IT_IS,
        file_row_number=True,
    )
    return FileGroup(files, table.rename({ROW: "file_row_number"}))


_READERS = {"csv": _read_csv, "jsonl": _read_jsonl, "parquet": _read_parquet}


def _literal(files: tuple[InputFile, ...]) -> list[str]:
    # DuckDB expands names by itself: logs[1].csv would be read from logs1.csv.
    return [glob.escape(str(file.path)) for file in files]


def is_gzip(path: Path) -> bool:
    """Whether a file is a gzip stream."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _refuse_utf16(path: Path) -> None:
    with open_bytes(path) as file:
        start = file.read(2)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise InputError(f"{path} is UTF-16, not UTF-8", hint=_RECODE)


def _counts(path: Path, also: Sequence[str]) -> bool:
    return path.suffix.lower() in also or _ending(path) is not None


def _ending(path: Path) -> str | None:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in (".gz", ".gzip"):
        suffixes.pop()
    return _ENDINGS.get(suffixes[-1]) if suffixes else None


def _csv_columns(path: Path) -> tuple[tuple[str, ...], str]:
    with open_bytes(path) as file:
        first = file.readline(LINE_BYTES).removeprefix(codecs.BOM_UTF8)
    try:
        line = first.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: its first line is not UTF-8 text", hint=_RECODE) from error
    if "\0" in line:
        raise InputError(
            f"{path}: its first line holds no column names but NUL bytes", hint=_RECODE
        )
    if not line.strip():
        raise InputError(
            f"{path}: its first line holds no column names", hint="put them on the first line"
        )
    if "\r" in line:
        raise InputError(
            f"{path}: its lines end in a carriage return only, as on old Macs",
            hint=r"tr '\r' '\n' < FILE > NEW",
        )
    delimiter = max(_DELIMITERS, key=line.count) if any(d in line for d in _DELIMITERS) else ","
    names = next(csv.reader(io.StringIO(line), delimiter=delimiter))
    return _distinct(path, [name.strip() for name in names]), delimiter


def _distinct(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    seen: set[str] = set()
    for position, name in enumerate(names, start=1):
        if not name:
            raise InputError(
                f"{path}: column {position} has no name", hint="name it in the first line"
            )
        if name.lower() in seen:
            raise InputError(
                f"{path}: two columns are called {name!r}", hint="rename one in the first line"
            )
        seen.add(name.lower())
    return tuple(names)


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
        return _distinct(path, pq.read_schema(path).names)
    except (pa.ArrowInvalid, pa.ArrowException) as error:
        raise InputError(f"{path} is no whole Parquet file: {error}", hint=_DAMAGED) from error
