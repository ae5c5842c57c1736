"""The inputs of a load: files, frames, lists and rows of databases, one load after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.api.results import TableLoad
from ringleader.catalogue import get
from ringleader.errors import InputError, WrongUsage
from ringleader.loaders.contract import tables as contract_of
from ringleader.loaders.lake.tables import LakeTable, table_at
from ringleader.loaders.load import LoadOptions
from ringleader.loaders.mapping import read_mapping
from ringleader.loaders.sources import reference_lists
from ringleader.loaders.sources.databases import query_file
from ringleader.loaders.sources.files import expand
from ringleader.loaders.sources.folder import left_out as names_left_out
from ringleader.loaders.sources.folder import tables_of
from ringleader.loaders.sources.frames import frame_file, is_frame
from ringleader.loaders.sources.json_documents import opened
from ringleader.loaders.sources.remote import fetched, tables_at
from ringleader.loaders.sources.stores import is_remote
from ringleader.loaders.workspace import Workspace
from ringleader.loaders.writing import lake_loads
from ringleader.progress import progress

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.loaders.mapping import Mapping as ColumnMapping
    from ringleader.loaders.sources.files import InputFile
    from ringleader.loaders.summary import Summary
    from ringleader.schema import Schema

Say = Callable[[str], None]


@dataclass(frozen=True)
class Reading:
    """How the inputs of a load are read.

    Attributes:
        mapping: A mapping file, or ``preset:NAME``.
        input_format: Format of the files; by default what their names end in.
        list_format: Format of lists of proxies; by default recognised.
        kind: Kind of a list's entries.
        source_name: The list's name.
        url: A database to read instead of files.
        query: SQL for that database.
        since: Of a lake's table, read only the data files that this version did not have.
    """

    mapping: Path | None = None
    input_format: str | None = None
    list_format: str | None = None
    kind: str | None = None
    source_name: str | None = None
    url: str | None = None
    query: str | None = None
    since: int | None = None


def listed_sources(source: Any) -> list[Any]:
    """One source or several, as a list.

    Raises:
        WrongUsage: It is no source of rows.
    """
    if source is None:
        return []
    if is_frame(source) or isinstance(source, str | Path):
        return [source]
    if isinstance(source, Iterable) and not isinstance(source, Mapping | bytes):
        return list(source)
    raise WrongUsage(
        f"a {type(source).__name__} is no source of rows",
        hint="a path, a glob, a folder, a pandas, polars or Arrow frame, or an Ibis table",
    )


class Inputs:
    """The inputs of a call, one load after the other, with the messages about them."""

    def __init__(
        self,
        graph: Graph | None,
        schema: Schema,
        workspace: Workspace,
        reading: Reading,
        options: LoadOptions,
        say: Say,
    ) -> None:
        self.graph, self.workspace = graph, workspace
        self._contract = contract_of(schema)
        self.reading, self.options = reading, options
        self.messages: list[str] = []
        self._say = say

    def note(self, message: str) -> None:
        """Keep a message, and say it."""
        message = self.workspace.copies.as_known(message)
        self.messages.append(message)
        self._say(message)

    def tables_of(self, folder: str) -> dict[str, list[str]]:
        """The files of every table of a folder."""
        if is_remote(folder):
            tables, others = tables_at(folder)
        else:
            tables, others = tables_of(Path(folder)), names_left_out(Path(folder))
        if others:
            self.note(
                f"skipped, since no table's name begins theirs: {', '.join(others)}; to load one: "
                "ringleader load TABLE FILE"
            )
        return tables

    def of(
        self, tables: Mapping[str, Sequence[Any]]
    ) -> Iterator[tuple[str, list[InputFile], ColumnMapping]]:
        """Name, files and mapping of each load: one per table, one per kind of list."""
        for table, sources in tables.items():
            yield from self._of(table, sources)

    def told(self, name: str, summary: Summary) -> TableLoad:
        """A summary as the result that callers get; its messages are said."""
        messages = tuple(_messages(summary))
        for message in messages:
            self.note(message)
        return TableLoad(
            name=name,
            table=summary.table,
            batch_id=summary.batch_id,
            read=summary.read,
            loaded=summary.loaded,
            quarantined=summary.quarantined,
            duplicates=summary.duplicates,
            reasons=dict(summary.reasons),
            quarantine=summary.quarantine,
            skipped=tuple(summary.skipped),
            created=None if summary.created is None else dict(summary.created),
            messages=messages,
            dry_run=summary.dry_run,
        )

    def _of(
        self, table: str, sources: Sequence[Any]
    ) -> Iterator[tuple[str, list[InputFile], ColumnMapping]]:
        reading, contract = self.reading, self._contract
        mapping = read_mapping(reading.mapping, contract[table], contract)
        if reading.url and reading.query:
            yield table, [query_file(self.workspace, reading.url, reading.query)], mapping
            return
        files: list[InputFile] = []
        for frame in filter(is_frame, sources):
            made = frame_file(self.workspace, frame, mapping)
            files += [made.file] if made.file else []
            self._left_out("the frame", made.left_out)
        paths = []
        for source in (str(source) for source in sources if not is_frame(source)):
            if lake := table_at(source):
                yield table, self._of_lake(table, lake), mapping
            elif self.workspace.reads_addresses and is_remote(source):
                files += self.workspace.at_address(source)
            else:
                paths.append(source)
        if reading.since is not None and (files or paths):
            raise WrongUsage("--since is for a table of a lake", hint="leave it out for files")
        lists: list[reference_lists.ListFile] = []
        excluded = 0
        if paths:
            found, lists = self._paths(table, paths)
            read = opened(self.workspace, found, reading.input_format, mapping)
            for path, (file, left_out) in zip(found, read, strict=True):
                files += [file] if file else []
                if file:
                    self._left_out(path.name, left_out)
                else:
                    excluded += left_out
                    self._nothing(path, left_out)
            if found and not files and not lists:
                _refuse_nothing(len(found), excluded)
        for group in reference_lists.grouped(lists):
            made_of_lists, constants = reference_lists.as_table(self.workspace, group)
            yield group[0].source, made_of_lists, constants
        if files:
            yield table, files, mapping

    def _of_lake(self, table: str, lake: LakeTable) -> list[InputFile]:
        """The data files of the latest version, or of one whose load was interrupted."""
        version, files = lake.files()
        loads = lake_loads.loads_of(self.graph, table, version) if self.graph is not None else []
        if open_load := lake_loads.begun(loads, version):
            version, files = lake.files(open_load["version"])
            self.note(
                f"a load of {version} was interrupted, and is completed; to load what came "
                "after it, load the table again"
            )
        if not files:
            raise InputError(
                f"{version} holds no rows", hint="check that it is the table that you mean"
            )
        since = self.reading.since
        if since is not None:
            before = lake.files(since)[0].live
            if not (files := [file for file in files if file.sha256 not in before]):
                raise InputError(
                    f"{version} has no data files that {since} did not have",
                    hint="nothing is to do",
                )
        elif lake_loads.gone(loads, version):
            since = min(load["version"] for load in loads)
        if since is None:
            return files
        appended = lake.appended(version, since)
        return [lake_loads.at(file, replace(version, appended=appended)) for file in files]

    def _paths(
        self, table: str, sources: Sequence[str]
    ) -> tuple[list[Path], list[reference_lists.ListFile]]:
        """Files that are tables, and files that are lists of proxies."""
        reading = self.reading
        may_be_lists = table == "proxies" and not (reading.mapping or reading.input_format)
        endings = reference_lists.ENDINGS if may_be_lists else ()
        files, lists = [], []
        for path in expand(fetched(self.workspace, sources), also=endings):
            form = reading.list_format if may_be_lists else None
            if may_be_lists and form is None:
                form = reference_lists.recognise(path)
            if form is None:
                files.append(path)
            elif form == "mmdb" and reference_lists.is_system_database(path):
                self._tie_subnets(path)
            else:
                kind, name = reading.kind, reading.source_name
                known = Path(self.workspace.copies.as_known(str(path)))
                lists.append(reference_lists.list_file(path, form, kind, name, known))
        return files, lists

    def _left_out(self, name: str, rows: int) -> None:
        if rows:
            self.note(f"{name}: skipped {rows:,} records that the mapping's conditions exclude")

    def _nothing(self, path: Path, records: int) -> None:
        if records:
            self.note(
                f"warning: {path}: the mapping's conditions exclude all {records:,} records; "
                "to see them: ringleader mapping show preset:NAME"
            )
        else:
            self.note(f"{path} is empty: skipped")

    def _tie_subnets(self, path: Path) -> None:
        from ringleader.loaders.enrichment.asn import link_systems
        from ringleader.loaders.enrichment.prefixes import paged

        if self.graph is None or self.options.dry_run:
            self.note(f"{path.name}: would link the graph's subnets to their networks (ASN)")
            return
        with progress(f"subnets to systems of {path.name}"):
            self.graph.ensure_schema()
            linked = link_systems(self.graph, path, paged(self.graph, get("subnets-page"), "cidr"))
        self.note(f"{path.name}: linked {linked:,} subnets to their networks (ASN)")


def _refuse_nothing(files: int, excluded: int) -> None:
    """Fail where files hold nothing to load, so that a job that expects rows fails too."""
    if excluded:
        raise InputError(
            f"nothing was loaded: the mapping's conditions exclude all {excluded:,} records of "
            f"{files:,} files",
            hint="compare a record with the conditions: ringleader mapping show preset:NAME",
        )
    raise InputError(f"nothing was loaded: all {files:,} files are empty", hint="fetch them again")


def _named(summary: Summary, paths: Sequence[Path]) -> list[str]:
    """Files as messages name them: those of a table of a lake, which may be many, as one."""
    if summary.lake is None or not paths:
        return [str(path) for path in paths]
    files = "1 data file" if len(paths) == 1 else f"each of {len(paths):,} data files"
    return [f"{files} of {summary.lake}"]


def _messages(summary: Summary) -> Iterator[str]:
    """What a person should know of a load besides its row."""
    for path in _named(summary, summary.skipped):
        yield f"{path} was loaded before; nothing to do"
    for path in _named(summary, summary.again):
        yield (
            f"warning: {path} was loaded before with another mapping; its rows are counted twice; "
            "to take the earlier load back: ringleader loads list, ringleader load undo BATCH"
        )
    for path in _named(summary, summary.partly):
        yield (
            f"warning: {path} belongs to an abandoned load; rows already written will be counted "
            "twice; to see the load: ringleader loads list"
        )
    if summary.unknown:
        yield (
            f"columns not mapped: {', '.join(summary.unknown)} (ringleader load --help lists the "
            "columns of each table)"
        )
    for reason, number in sorted(summary.reasons.items(), key=lambda item: -item[1]):
        yield f"quarantined {number:,}: {reason}"
    for reason, number in sorted(summary.left_out.items(), key=lambda item: -item[1]):
        yield f"left out {number:,} values, their rows are loaded: {reason}"
    for row in summary.examples:
        yield f"for example {row.shown}"
    for column, number in summary.absent.items():
        yield f"{column}: {number:,} placeholders (NULL, n/a, - and the like) count as missing"
    for line in summary.look:
        yield f"warning: {line}"
    if summary.quarantine:
        yield f"quarantine file: {summary.quarantine}"
    if summary.resumed:
        yield "an interrupted load was completed"
    for name, number in summary.steps.items():
        yield f"{'would write' if summary.dry_run else 'wrote'} {number:,} {name}"
    for name, value in summary.notes.items():
        if value:
            yield f"{name}: {value:,}" if isinstance(value, int) else f"{name}: {value}"
