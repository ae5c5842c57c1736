"""Load files, frames and rows of databases: one road for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.api.results import LoadResult, TableLoad
from ringleader.catalogue import get
from ringleader.errors import InputError, WrongUsage
from ringleader.graph.locks import exclusive
from ringleader.loaders.contract import TABLE_NAMES
from ringleader.loaders.contract import tables as contract_of
from ringleader.loaders.load import LoadOptions, collect_files, load_files
from ringleader.loaders.mapping import read_mapping
from ringleader.loaders.sources import reference_lists
from ringleader.loaders.sources.databases import query_file
from ringleader.loaders.sources.files import expand
from ringleader.loaders.sources.folder import left_out as names_left_out
from ringleader.loaders.sources.folder import tables_of
from ringleader.loaders.sources.frames import frame_file, is_frame
from ringleader.loaders.sources.json_documents import opened
from ringleader.loaders.sources.remote import fetched, fetched_folder, is_remote
from ringleader.loaders.workspace import Workspace, as_known
from ringleader.progress import progress

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.loaders.load import Summary
    from ringleader.loaders.mapping import Mapping as ColumnMapping
    from ringleader.loaders.sources.files import InputFile
    from ringleader.schema import Schema
    from ringleader.settings import Settings

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
    """

    mapping: Path | None = None
    input_format: str | None = None
    list_format: str | None = None
    kind: str | None = None
    source_name: str | None = None
    url: str | None = None
    query: str | None = None


def load_table(
    graph: Graph | None,
    settings: Settings,
    table: str,
    source: Any,
    reading: Reading,
    options: LoadOptions,
    say: Say,
) -> LoadResult:
    """Load one table.

    Args:
        graph: The graph; None is possible for a dry run only.
        settings: Channels and the data folder.
        table: A table of the input contract.
        source: A path, glob, folder or frame, or several of them; None with ``reading.url``.
        reading: How the inputs are read.
        options: How they are loaded.
        say: Called with each message as it comes up.

    Raises:
        WrongUsage: The table does not exist, or the arguments contradict each other.
        InputError: An input cannot be read, or a row breaks the contract of a strict load.
        LockHeld: Another run writes to the database.
    """
    sources = _listed(source)
    if table not in TABLE_NAMES:
        raise WrongUsage(f"there is no table {table!r}", hint=f"one of {', '.join(TABLE_NAMES)}")
    if bool(sources) == bool(reading.url) or bool(reading.url) != bool(reading.query):
        raise WrongUsage(
            "a load needs files, or --connect with --query",
            hint=f"ringleader load {table} {table}.csv",
        )
    if table != "proxies" and (reading.list_format or reading.kind or reading.source_name):
        raise WrongUsage(
            "--as, --kind and --source are for lists of proxies",
            hint="ringleader load proxies FILE --as cidr --kind vpn",
        )
    with ExitStack() as stack:
        if graph is not None and not options.dry_run:
            stack.enter_context(exclusive(graph, f"load {table}"))
        workspace = stack.enter_context(Workspace(settings.home / "scratch"))
        inputs = _Inputs(graph, settings.schema, workspace, reading, options, say)
        loads = _loaded(inputs, settings, {table: sources})
        return LoadResult(tuple(loads), tuple(inputs.messages))


def load_folder(
    graph: Graph | None,
    settings: Settings,
    folder: str,
    reading: Reading,
    options: LoadOptions,
    say: Say,
) -> LoadResult:
    """Load every table of a folder into a graph; see :func:`load_table`."""
    with ExitStack() as stack:
        if graph is not None and not options.dry_run:
            stack.enter_context(exclusive(graph, "load all"))
        workspace = stack.enter_context(Workspace(settings.home / "scratch"))
        inputs = _Inputs(graph, settings.schema, workspace, reading, options, say)
        loads = _loaded(inputs, settings, inputs.tables_of(folder))
        return LoadResult(tuple(loads), tuple(inputs.messages))


def load_bulk(
    settings: Settings,
    folder: str,
    reading: Reading,
    options: LoadOptions,
    say: Say,
    *,
    overwrite: bool = False,
    write_only: Path | None = None,
) -> LoadResult:
    """Build the managed server's database from a folder of tables.

    Args:
        settings: Where the managed server is.
        folder: The tables.
        reading: How the inputs are read.
        options: How they are loaded.
        say: Called with each message as it comes up.
        overwrite: Replace a database that holds data.
        write_only: Write the files of the import there and build nothing.

    Raises:
        WrongUsage: Another server is configured, or it is a dry run.
        InputError: The database holds data, or an input cannot be read.
        LockHeld: Another run writes to the database.
    """
    from ringleader.loaders.writing.bulk_load import first_load, timed
    from ringleader.loaders.writing.import_files import BulkImport

    if options.dry_run:
        raise WrongUsage("a bulk load cannot be a dry run", hint="leave --bulk out")
    with ExitStack() as stack:
        building = None
        if write_only is None:
            building = stack.enter_context(first_load(settings, overwrite=overwrite))
        workspace = stack.enter_context(Workspace(settings.home / "scratch"))
        bulk = BulkImport(workspace, schema=settings.schema)
        inputs = _Inputs(None, settings.schema, workspace, reading, options, say)
        loads = []
        for name, files, mapping in inputs.of(inputs.tables_of(folder)):
            with timed(f"{name} read"):
                summary = collect_files(bulk, settings, files, mapping, options)
            loads.append(inputs.told(name, summary))
        if building is not None:
            building.build(bulk, options.asn_mmdb)
        elif write_only is not None:
            bulk.write(write_only, settings.database)
            inputs.note(
                f"import files, the command import.sh (it replaces the database of a stopped "
                f"server) and the constraints to create afterwards (schema.cypher) are in "
                f"{write_only}"
            )
        return LoadResult(tuple(loads), tuple(inputs.messages))


def _loaded(
    inputs: _Inputs, settings: Settings, tables: Mapping[str, Sequence[Any]]
) -> Iterator[TableLoad]:
    for name, files, mapping in inputs.of(tables):
        summary = load_files(
            inputs.graph, settings, inputs.workspace, files, mapping, inputs.options
        )
        yield inputs.told(name, summary)


def _listed(source: Any) -> list[Any]:
    """One source or several, as a list."""
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


class _Inputs:
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
        message = as_known(message)
        self.messages.append(message)
        self._say(message)

    def tables_of(self, folder: str) -> dict[str, list[str]]:
        """The files of every table of a folder."""
        here = fetched_folder(self.workspace, folder) if is_remote(folder) else Path(folder)
        tables = tables_of(here)
        if others := names_left_out(here):
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
            loaded=0 if summary.dry_run else summary.loaded,
            quarantined=summary.quarantined,
            duplicates=summary.duplicates,
            reasons=dict(summary.reasons),
            quarantine=summary.quarantine,
            skipped=tuple(summary.skipped),
            created=None if summary.created is None else dict(summary.created),
            messages=messages,
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
        paths = [str(source) for source in sources if not is_frame(source)]
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
                lists.append(reference_lists.list_file(path, form, kind, name))
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


def _messages(summary: Summary) -> Iterator[str]:
    """What a person should know of a load besides its row."""
    for path in summary.skipped:
        yield f"{path} was loaded before; nothing to do"
    for path in summary.again:
        yield (
            f"warning: {path} was loaded before with another mapping; its rows are counted twice; "
            "to take the earlier load back: ringleader loads list, ringleader load undo BATCH"
        )
    for path in summary.partly:
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
