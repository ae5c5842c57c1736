"""Which versions of a table of a lake were loaded, and what the table has rewritten since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.catalogue import get
from ringleader.errors import InputError
from ringleader.loaders.summary import Summary, warn
from ringleader.loaders.writing import load_records
from ringleader.schema.types import Merge

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.loaders.lake.version import Version
    from ringleader.loaders.sources.files import InputFile
    from ringleader.loaders.tables.interface import Plan

_ADDS = {Merge.ADD, Merge.TALLY}


def version_of(files: Sequence[InputFile]) -> Version | None:
    """The version that data files of a lake are read for; a load reads one version of one table."""
    return files[0].lake.version if files and files[0].lake else None


def at(file: InputFile, version: Version) -> InputFile:
    """A data file that is read for a version."""
    return replace(file, lake=replace(file.lake, version=version)) if file.lake else file


def loads_of(graph: Graph, table: str, version: Version) -> list[dict[str, Any]]:
    """The loads of a lake's table, whatever version they read.

    Args:
        graph: The graph, which remembers.
        table: The table of the contract.
        version: A version of the lake's table.
    """
    return graph.read(get("loads-of-lake"), {"table": table, "lake_table": version.known_as})


def begun(loads: Sequence[Mapping[str, Any]], version: Version) -> Mapping[str, Any] | None:
    """The load that was interrupted at another version; the same command completes it."""
    return next(
        (one for one in loads if one["state"] == "open" and one["version"] != version.number), None
    )


def gone(loads: Sequence[Mapping[str, Any]], version: Version) -> dict[str, int]:
    """How many files that a load has counted are not in a version, by the load's batch."""
    found = {load["batch_id"]: len(set(load["files"]) - version.live) for load in loads}
    return {batch: number for batch, number in sorted(found.items()) if number}


def refuse_rewritten(
    graph: Graph,
    home: Path,
    files: Sequence[InputFile],
    version: Version,
    summary: Summary,
    plan: Plan | None = None,
) -> None:
    """Make sure that rows that a lake's table has written anew are not counted again.

    Compaction, updates and deletions put rows of old data files into new ones. Rows with an id are
    known by it. What only assigns values may be written again.

    Args:
        graph: The graph, which remembers.
        home: The data folder, where the records of loads are.
        files: The data files that are about to be loaded.
        version: Their version.
        summary: Gets a warning about rows that stay as they were loaded.
        plan: What the load would write; None if all files were loaded before.

    Raises:
        InputError: Rows may count twice.
    """
    loads = loads_of(graph, summary.table, version)
    missing = gone(loads, version)
    if not missing or summary.batch_id in {load["batch_id"] for load in loads}:
        return
    first, *more = missing
    batches = ", ".join(batch[:12] for batch in list(missing)[:3]) + (" …" if more[2:] else "")
    said = f"{version} no longer lists {sum(missing.values()):,} data files that {batches} loaded"
    rewrites = {file.sha256 for file in files} - version.appended
    if plan is not None and rewrites and summary.loaded and _adds(plan):
        known = all(_known_by_ids(home, load) for load in loads if load["batch_id"] in missing)
        named = plan.clean.counted is not None and plan.clean.counted.named
        if not (named and known):
            raise InputError(
                f"{said}, and {len(rewrites):,} new ones may hold their rows, which would count "
                "twice, since not all have an id",
                hint=f"ringleader load undo {first[:12]}"
                f"{', and so on for each' if more else ''}; then load the table again",
            )
    warn(
        summary,
        f"{said}; rows that were deleted or changed since stay as they were loaded; to replace "
        "them: ringleader load undo BATCH for each, then load the table again",
    )


def _adds(plan: Plan) -> bool:
    """Whether a load adds to values that are there."""
    return any(
        prop.merge in _ADDS and prop.name in step.rows.columns
        for step in plan.steps
        for prop in step.target.properties
    )


def _known_by_ids(home: Path, load: Mapping[str, Any]) -> bool:
    """Whether the ids of all rows that a load counted are recorded."""
    import pyarrow.parquet as pq

    path = load_records.ids_file(home, load["batch_id"])
    return path is not None and pq.read_metadata(path).num_rows == load["rows"]
