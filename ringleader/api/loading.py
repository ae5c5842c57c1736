"""Load files, frames and rows of databases: one road for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from ringleader.api.inputs import Inputs, Reading, Say, listed_sources
from ringleader.api.results import LoadResult, TableLoad
from ringleader.errors import WrongUsage
from ringleader.graph.locks import exclusive
from ringleader.loaders.contract import TABLE_NAMES
from ringleader.loaders.load import LoadOptions, collect_files, load_files
from ringleader.loaders.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from ringleader.graph import Graph
    from ringleader.loaders.writing.import_files import BulkImport
    from ringleader.settings import Settings


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
    sources = listed_sources(source)
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
        inputs = Inputs(graph, settings.schema, workspace, reading, options, say)
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
        inputs = Inputs(graph, settings.schema, workspace, reading, options, say)
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
    from ringleader.loaders.writing.bulk_load import timed

    def collected(inputs: Inputs, bulk: BulkImport) -> Iterator[TableLoad]:
        for name, files, mapping in inputs.of(inputs.tables_of(folder)):
            with timed(f"{name} read"):
                summary = collect_files(bulk, settings, files, mapping, options)
            yield inputs.told(name, summary)

    return built(
        settings, reading, options, say, collected, overwrite=overwrite, write_only=write_only
    )


def built(
    settings: Settings,
    reading: Reading,
    options: LoadOptions,
    say: Say,
    collected: Callable[[Inputs, BulkImport], Iterable[TableLoad]],
    *,
    overwrite: bool,
    write_only: Path | None,
) -> LoadResult:
    """Build the managed server's database of what is collected; see :func:`load_bulk`.

    Args:
        settings: Where the managed server is.
        reading: How the inputs are read.
        options: How they are loaded.
        say: Called with each message as it comes up.
        collected: Collects what several loads write.
        overwrite: Replace a database that holds data.
        write_only: Write the files of the import there and build nothing.
    """
    from ringleader.loaders.writing.bulk_load import first_load
    from ringleader.loaders.writing.import_files import BulkImport

    if options.dry_run:
        raise WrongUsage("a bulk load cannot be a dry run", hint="leave --bulk out")
    with ExitStack() as stack:
        building = None
        if write_only is None:
            building = stack.enter_context(first_load(settings, overwrite=overwrite))
        workspace = stack.enter_context(Workspace(settings.home / "scratch"))
        bulk = BulkImport(workspace, schema=settings.schema)
        inputs = Inputs(None, settings.schema, workspace, reading, options, say)
        loads = list(collected(inputs, bulk))
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
    inputs: Inputs, settings: Settings, tables: Mapping[str, Sequence[Any]]
) -> Iterator[TableLoad]:
    for name, files, mapping in inputs.of(tables):
        summary = load_files(
            inputs.graph, settings, inputs.workspace, files, mapping, inputs.options
        )
        yield inputs.told(name, summary)
