"""A load from files to graph: read → validate → aggregate → write, and the summary of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ringleader.catalogue import get
from ringleader.errors import InputError
from ringleader.keys import refuse_other_key
from ringleader.loaders.enrichment.asn import open_database
from ringleader.loaders.look import look, refuse, way_out
from ringleader.loaders.mapping import Mapping
from ringleader.loaders.sources.files import InputFile
from ringleader.loaders.summary import EXAMPLES, Summary, report, warn
from ringleader.loaders.tables import LOADERS, payments
from ringleader.loaders.tables.interface import Plan, TableInput
from ringleader.loaders.tables.prompts import by_meaning
from ringleader.loaders.validation.quarantine import Refused
from ringleader.loaders.validation.quarantine import write as write_quarantine
from ringleader.loaders.validation.validate import refuse_if_strict, validate
from ringleader.loaders.workspace import Workspace
from ringleader.loaders.writing import batches, load_records
from ringleader.loaders.writing.lake_loads import refuse_rewritten, version_of
from ringleader.loaders.writing.writer import write_steps
from ringleader.progress import progress

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.loaders.writing.import_files import BulkImport
    from ringleader.settings import Settings


@dataclass(frozen=True)
class LoadOptions:
    """How a load is to be done.

    Attributes:
        strict: Fail when a row breaks the contract.
        dry_run: Write nothing.
        chunk_size: Rows in one transaction.
        asn_mmdb: A database of autonomous systems.
        remembered: Whether later loads are to tell by their ids which rows this one has counted.
    """

    strict: bool = False
    dry_run: bool = False
    chunk_size: int = 5_000
    asn_mmdb: Path | None = None
    remembered: bool = True


def load_files(
    graph: Graph | None,
    settings: Settings,
    workspace: Workspace,
    files: Sequence[InputFile],
    mapping: Mapping,
    options: LoadOptions,
    planner: Planner | None = None,
) -> Summary:
    """Load files of one table.

    Args:
        graph: The graph; None is possible for a dry run only.
        settings: Channels and the data folder.
        workspace: Scratch space.
        files: The files.
        mapping: Where the contract's columns come from.
        options: How.
        planner: What works out the writes; by default :func:`planned`.

    Raises:
        InputError: A file is broken, or a row is and ``options.strict``; nothing was written.
    """
    table, channels = mapping.table.name, settings.channels
    if LOADERS[table].links_systems and options.asn_mmdb is not None:
        open_database(options.asn_mmdb).close()  # one that cannot be read ends the load here
    files = batches.distinct_files(files)
    lake = version_of(files)
    summary = Summary(table, dry_run=options.dry_run, lake=lake)
    batch = batches.batch_id(table, mapping.fingerprint, channels, [f.sha256 for f in files])
    if graph is not None:
        refuse_other_key(graph, settings.home, write=not options.dry_run)
        left = batches.pending(graph, table, mapping.fingerprint, channels, files)
        files, batch = left.files, left.batch_id
        summary.skipped = tuple(file.shown for file in left.skipped)
        summary.again = tuple(file.shown for file in left.otherwise)
        if left.skipped:
            _recall(graph, settings, mapping, left.skipped, summary)
        summary.partly = tuple(file.shown for file in left.partly)
        if not files:
            if lake is not None:
                refuse_rewritten(graph, settings.home, files, lake, summary)
            return summary
        if planner is not None and left.skipped:
            raise InputError(
                f"{table}: {len(left.skipped):,} of {len(files) + len(left.skipped):,} sources "
                f"were loaded before (for example {left.skipped[0].shown}); the rows of all are in "
                "one table, so these would count twice",
                hint=f"prepare the other files alone: ringleader prepare {table} FILES --output "
                "FOLDER",
            )
    summary.batch_id = batch
    plan = (planner or planned)(graph, settings, workspace, files, mapping, options, summary)
    if graph is not None and lake is not None:
        refuse_rewritten(graph, settings.home, files, lake, summary, plan)
    if options.dry_run:
        if _has_refusals(plan):
            summary.examples = tuple(islice(plan.clean.refusals(), EXAMPLES))
        return summary
    if graph is None:
        raise InputError("a load needs a graph", hint="only --dry-run works without one")
    quarantine(settings, plan, summary)
    _keep_record(settings, plan, batch)
    _write(graph, plan, _record(plan, files, mapping, summary, options), summary, options)
    return summary


def collect_files(
    bulk: BulkImport,
    settings: Settings,
    files: Sequence[InputFile],
    mapping: Mapping,
    options: LoadOptions,
    planner: Planner | None = None,
) -> Summary:
    """Do of a load all but the writing, which is left to a first load as a whole.

    Args:
        bulk: The first load; it gets the steps.
        settings: Channels and the data folder.
        files: The files.
        mapping: Where the contract's columns come from.
        options: How.
        planner: What works out the writes; by default :func:`planned`.

    Raises:
        InputError: A file is broken, or a row is and ``options.strict``.
    """
    table = mapping.table.name
    files = batches.distinct_files(files)
    hashes = [file.sha256 for file in files]
    batch = batches.batch_id(table, mapping.fingerprint, settings.channels, hashes)
    summary = Summary(table, batch, created=None)
    began = datetime.now(UTC)
    work = planner or planned
    plan = work(None, settings, bulk.workspace, files, mapping, options, summary, bulk)
    quarantine(settings, plan, summary)
    _keep_record(settings, plan, batch)
    bulk.steps += plan.steps
    bulk.batches.append(
        {
            "batch_id": batch,
            "state": "done",
            "started_at": int(began.timestamp() * 1000),
            "finished_at": int(datetime.now(UTC).timestamp() * 1000),
            **_record(plan, files, mapping, summary, options),
        }
    )
    return summary


class Planner(Protocol):
    """What works out the writes of a load; see :func:`planned`."""

    def __call__(
        self,
        graph: Graph | None,
        settings: Settings,
        workspace: Workspace,
        files: Sequence[InputFile],
        mapping: Mapping,
        options: LoadOptions,
        summary: Summary,
        bulk: BulkImport | None = None,
    ) -> Plan:
        """Work out the writes, and tell the summary of them."""


def planned(
    graph: Graph | None,
    settings: Settings,
    workspace: Workspace,
    files: Sequence[InputFile],
    mapping: Mapping,
    options: LoadOptions,
    summary: Summary,
    bulk: BulkImport | None = None,
) -> Plan:
    """Read, validate and aggregate: what the load is to write.

    Args:
        graph: The graph, if there is one.
        settings: Channels and the data folder.
        workspace: The engine.
        files: The files.
        mapping: Where the contract's columns come from.
        options: How.
        summary: Gets what there is to say; its batch is known.
        bulk: The first load that the writes are for.
    """
    assert summary.batch_id is not None
    loader = LOADERS[summary.table]
    later = loader.checked_after_grouping(mapping.table)
    with progress(f"reading {summary.table}"):
        ignored = settings.get("load.ignore_addresses") or ()
        earlier = batches.earlier(graph, settings.home, summary.table, summary.batch_id)
        clean = validate(
            workspace,
            files,
            mapping,
            settings.channels,
            ignored,
            earlier,
            later=later,
            remembered=options.remembered,
        )
        if options.strict:
            refuse_if_strict(clean)
        given = TableInput(
            clean,
            mapping,
            settings.channels,
            settings.home,
            summary.batch_id,
            graph,
            earlier_accounts=bulk.accounts if bulk else None,
            schema=settings.schema,
            outcomes=payments.outcomes(settings),
            by_meaning=by_meaning(settings),
        )
        plan = loader.plan(given)
        if options.strict:
            refuse_if_strict(plan.clean)
        summary.look = tuple(look(given, plan.steps, plan.clean.unknown))
        if options.strict:
            refuse(summary.look)
        report(summary, plan.clean)
        if not summary.loaded:
            why = "no row is valid" if summary.read else "there are no rows"
            warn(summary, f"{why}; nothing is loaded; {way_out(mapping, plan.clean)}")
        summary.steps = {step.name: step.total for step in plan.steps}
        summary.notes = {**plan.notes, **summary.notes}
    return plan


def _keep_record(settings: Settings, plan: Plan, batch: str) -> None:
    """Record what the load counts and writes, before it writes anything."""
    workspace, home, found = plan.clean.workspace, settings.home, plan.clean.counted
    with progress("recording what is loaded"):
        if found is not None:
            load_records.save_counted(workspace, home, batch, found)
        told = [(step.name, step.rows) for step in plan.steps]
        load_records.save_steps(workspace, home, batch, told)


def quarantine(settings: Settings, plan: Plan, summary: Summary) -> None:
    """Write the file of refused rows, if there are any; the summary gets the first of them."""
    if not _has_refusals(plan):
        return
    first: list[Refused] = []

    def listed() -> Iterator[Refused]:
        for row in plan.clean.refusals():
            if len(first) < EXAMPLES:
                first.append(row)
            yield row

    summary.quarantine = settings.home / "quarantine" / f"{summary.batch_id}.jsonl"
    write_quarantine(summary.quarantine, listed())
    summary.examples = tuple(first)


def _has_refusals(plan: Plan) -> bool:
    return bool(plan.clean.parts and (plan.clean.refused or plan.clean.notes))


def _recall(
    graph: Graph,
    settings: Settings,
    mapping: Mapping,
    skipped: Sequence[InputFile],
    summary: Summary,
) -> None:
    """Warn that rows of files that were loaded before were refused then."""
    hashes = sorted(file.sha256 for file in skipped)
    asked = {"table": summary.table, "files": hashes, "queries": []}
    for load in graph.read(get("loads-of-files"), asked):
        listed = settings.home / "quarantine" / f"{load['batch_id']}.jsonl"
        if (load["state"], load["mapping"]) == ("done", mapping.fingerprint) and listed.exists():
            warn(
                summary,
                f"rows were quarantined when these files were loaded: {listed}; to load them, "
                "put corrected rows into a file of their own",
            )


def _record(
    plan: Plan,
    files: Sequence[InputFile],
    mapping: Mapping,
    summary: Summary,
    options: LoadOptions,
) -> dict[str, Any]:
    """What the graph remembers of a load."""
    lake = version_of(files)
    return {
        "table": summary.table,
        "mapping": mapping.fingerprint,
        "files": sorted(file.sha256 for file in files),
        "file_names": [lake.address] if lake else sorted(file.shown.name for file in files),
        "chunk_size": options.chunk_size,
        "rows": summary.loaded,
        "quarantined": summary.quarantined,
        "duplicates": summary.duplicates,
        "reads_graph": plan.reads_graph,
        "lake_table": lake.known_as if lake else None,
        "lake_version": lake.number if lake else None,
    }


def _write(
    graph: Graph, plan: Plan, record: dict[str, Any], summary: Summary, options: LoadOptions
) -> None:
    batch = summary.batch_id
    assert batch is not None
    batches.refuse_if_others_wait(graph, batch)
    graph.ensure_schema()
    state = batches.open_batch(graph, batch, record)
    summary.resumed = state.resumed
    total = sum(step.total for step in plan.steps)
    with progress(f"writing {summary.table}", total) as advance:
        created = write_steps(graph, batch, plan.steps, state, advance)
    with progress("linking addresses"):
        summary.notes |= LOADERS[summary.table].link(graph, plan, options.asn_mmdb)
    graph.write(get("finish-batch"), {"batch_id": batch})
    summary.created = dict(created + Counter())
    if plan.clean.ports:
        summary.notes["distinct addresses whose port was cut off"] = plan.clean.ports
