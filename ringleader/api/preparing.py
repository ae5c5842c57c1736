"""Prepare clean tables on an engine, and load them: two halves of a load."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.api.inputs import Inputs, Reading, Say, listed_sources
from ringleader.api.prepared import PreparedTables
from ringleader.api.results import LoadResult
from ringleader.errors import InputError, WrongUsage
from ringleader.graph.locks import exclusive
from ringleader.keys import fingerprint, load_key
from ringleader.loaders.contract import TABLE_NAMES
from ringleader.loaders.contract import tables as contract_of
from ringleader.loaders.engine import workspace_of
from ringleader.loaders.load import (
    LoadOptions,
    collect_files,
    load_files,
    planned,
    quarantine,
)
from ringleader.loaders.sources.remote import fetched_folder
from ringleader.loaders.sources.stores import is_remote
from ringleader.loaders.summary import Summary, report
from ringleader.loaders.workspace import Workspace
from ringleader.loaders.writing import batches, clean_tables
from ringleader.loaders.writing.lake_loads import version_of
from ringleader.loaders.writing.new_folder import new_folder
from ringleader.progress import progress

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.graph import Graph
    from ringleader.loaders.load import Planner
    from ringleader.loaders.mapping import Mapping
    from ringleader.loaders.sources.files import InputFile
    from ringleader.loaders.tables.interface import Plan
    from ringleader.settings import Settings

ALL = "all"


def prepare(
    settings: Settings,
    table: str,
    source: Any,
    output: str,
    reading: Reading,
    options: LoadOptions,
    say: Say,
    *,
    engine: str | None = None,
    evidence: bool = False,
) -> PreparedTables:
    """Read, validate and aggregate tables, and write what a load would write as clean tables.

    Args:
        settings: ``[engine]``, channels and the data folder.
        table: A table of the input contract, or ``all`` for every table of a folder.
        source: As for a load; the folder for ``all``.
        output: A new folder; with the engine spark an address too.
        reading: How the inputs are read.
        options: How they are loaded.
        say: Called with each message as it comes up.
        engine: ``duckdb`` or ``spark``; by default ``engine.kind``.
        evidence: Write co-used identifiers and linked pairs too.

    Raises:
        WrongUsage: The table does not exist, or the engine lacks something.
        SettingsError: The engine cannot be started.
        InputError: An input cannot be read, or the output is not empty.
    """
    sources = listed_sources(source)
    if table not in (*TABLE_NAMES, ALL):
        raise WrongUsage(f"there is no table {table!r}", hint=f"one of {', '.join(TABLE_NAMES)}")
    if not sources or (table == ALL and len(sources) != 1):
        raise WrongUsage(
            "prepare needs files, or with `all` one folder",
            hint="ringleader prepare all FOLDER --output CLEAN",
        )
    if reading.since is not None and (table == ALL or len(sources) != 1):
        raise WrongUsage(
            "--since is for one table of a lake: each counts its versions for itself",
            hint="ringleader prepare TABLE LAKE --since VERSION --output CLEAN",
        )
    with ExitStack() as stack:
        workspace = stack.enter_context(workspace_of(settings, engine))
        target = stack.enter_context(new_folder(output, addresses=workspace.reads_addresses))
        target.write(clean_tables.MANIFEST, clean_tables.UNFINISHED)
        inputs = Inputs(None, settings.schema, workspace, reading, options, say)
        tables = inputs.tables_of(str(sources[0])) if table == ALL else {table: sources}
        loads, prepared = [], []
        names: dict[str, int] = {}
        kinds: dict[str, list[ir.Table]] = {}
        for name, files, mapping in inputs.of(tables):
            workspace.refuse_unreadable(files, mapping)
            found = mapping.table.name
            names[found] = names.get(found, 0) + 1
            folder = found if names[found] == 1 else f"{found}-{names[found]}"
            summary, entry, plan = _prepared(
                settings, workspace, files, mapping, options, f"{target.place}/{folder}"
            )
            for step in plan.steps:
                kinds.setdefault(step.name, []).append(step.rows)
            loads.append(inputs.told(name, summary))
            prepared.append(entry)
        if evidence:
            from ringleader.algorithms.relational.evidence import evidence_of
            from ringleader.api.detection import parameters_of

            parameters = parameters_of(settings)
            with progress("counting what accounts share"):
                counted = evidence_of(workspace, kinds, settings.schema, parameters)
                for name, rows in counted.items():
                    written = workspace.write_folder(rows, f"{target.place}/evidence/{name}")
                    inputs.note(f"wrote {written:,} {name}")
        key = fingerprint(load_key(settings.home))
        manifest = clean_tables.Manifest(key, settings.channels, tuple(prepared))
        target.write(clean_tables.MANIFEST, manifest.text())
    inputs.note(f"clean tables are in {output}; to load them: ringleader load uses {output}")
    return PreparedTables(output, tuple(loads), tuple(inputs.messages))


def _prepared(
    settings: Settings,
    workspace: Workspace,
    files: Sequence[InputFile],
    mapping: Mapping,
    options: LoadOptions,
    place: str,
) -> tuple[Summary, clean_tables.Prepared, Plan]:
    files = batches.distinct_files(files)
    hashes = [file.sha256 for file in files]
    table = mapping.table.name
    batch = batches.batch_id(table, mapping.fingerprint, settings.channels, hashes)
    lake = version_of(files)
    summary = Summary(table, batch, created=None, lake=lake)
    plan = planned(None, settings, workspace, files, mapping, options, summary)
    quarantine(settings, plan, summary)
    with progress(f"writing {table}"):
        kinds = {
            step.name: workspace.write_folder(step.rows, f"{place}/{step.name}")
            for step in plan.steps
        }
    entry = clean_tables.Prepared(
        table,
        place.rpartition("/")[2],
        mapping.fingerprint,
        tuple((file.shown.name, file.sha256) for file in files),
        summary.read,
        summary.quarantined,
        summary.duplicates,
        kinds,
        lake.content() if lake else None,
    )
    return summary, entry, plan


def load_uses(
    graph: Graph | None,
    settings: Settings,
    folder: str,
    options: LoadOptions,
    say: Say,
) -> LoadResult:
    """Load a folder of clean tables, each table as a batch of its own.

    Args:
        graph: The graph; None is possible for a dry run only.
        settings: Channels and the data folder.
        folder: The folder or address.
        options: How they are loaded.
        say: Called with each message as it comes up.

    Raises:
        InputError: The folder holds no clean tables, or other ones than its manifest says.
        LockHeld: Another run writes to the database.
    """
    with ExitStack() as stack:
        if graph is not None and not options.dry_run:
            stack.enter_context(exclusive(graph, "load uses"))
        workspace = stack.enter_context(Workspace(settings.home / "scratch"))
        inputs = Inputs(graph, settings.schema, workspace, Reading(), options, say)
        loads = [
            inputs.told(
                mapping.table.name,
                load_files(graph, settings, workspace, files, mapping, options, planner),
            )
            for files, mapping, planner in _clean(settings, workspace, folder)
        ]
        return LoadResult(tuple(loads), tuple(inputs.messages))


def load_uses_bulk(
    settings: Settings,
    folder: str,
    options: LoadOptions,
    say: Say,
    *,
    overwrite: bool = False,
    write_only: Path | None = None,
) -> LoadResult:
    """Build the managed server's database from clean tables; see :func:`load_uses`."""
    from ringleader.api.loading import built

    def collected(inputs: Inputs, bulk: Any) -> list[Any]:
        return [
            inputs.told(
                mapping.table.name,
                collect_files(bulk, settings, files, mapping, options, planner),
            )
            for files, mapping, planner in _clean(settings, bulk.workspace, folder)
        ]

    return built(
        settings, Reading(), options, say, collected, overwrite=overwrite, write_only=write_only
    )


def _clean(
    settings: Settings, workspace: Workspace, folder: str
) -> list[tuple[list[InputFile], Mapping, Planner]]:
    """Sources, mapping and planner of every table of a folder."""
    here = fetched_folder(workspace, folder) if is_remote(folder) else Path(folder)
    if not here.is_dir():
        raise InputError(f"{folder} is no folder", hint="ringleader load uses FOLDER")
    key = fingerprint(load_key(settings.home))
    manifest = clean_tables.read_manifest(here, key, settings.channels)
    contract = contract_of(settings.schema)
    found: list[tuple[list[InputFile], Mapping, Planner]] = []
    for entry in clean_tables.prepared_tables(here, manifest):
        table = contract[entry.table]
        mapping = clean_tables.PreparedMapping(table, prepared_as=entry.mapping)
        found.append((entry.sources(), mapping, partial(_planned, here, entry)))
    return found


def _planned(
    folder: Path,
    entry: clean_tables.Prepared,
    _graph: Graph | None,
    settings: Settings,
    workspace: Workspace,
    _files: Sequence[InputFile],
    mapping: Mapping,
    _options: LoadOptions,
    summary: Summary,
    _bulk: Any = None,
) -> Plan:
    with progress(f"reading {entry.table}"):
        plan = clean_tables.steps_of(workspace, folder, entry, settings.schema, mapping.table)
        report(summary, plan.clean)
        summary.steps = {step.name: step.total for step in plan.steps}
    return plan
