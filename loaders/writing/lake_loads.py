"""Which versions of a table of a lake were loaded, and what the table has rewritten since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def interrupted(graph: Graph, table: str, version: Version) -> int | None:
    """The version of a lake's table whose load was interrupted; None if there is none.

    The same command completes that load, although the table has gone on since.

    Args:
        graph: The graph, which remembers.
        table: The table of the contract.
        version: The version that would be loaded.
    """
    for load in _loads(graph, table, version):
        if load["state"] == "open" and load["version"] != version.number:
            return int(load["version"])
    return None


def refuse_rewritten(
    graph: Graph, home: Path, version: Version, plan: Plan, summary: Summary
) -> None:
    """Make sure that rows that a lake's table has written anew are not counted again.

    Compaction, updates and deletions put rows of old data files into new ones. Rows with an id are
    known by it. What only assigns values may be written again.

    Args:
        graph: The graph, which remembers.
        home: The data folder, where the records of loads are.
        version: The version that is about to be loaded.
        plan: What the load would write.
        summary: Gets a warning about rows that stay as they were loaded.

    Raises:
        InputError: Rows may count twice.
    """
    loads = _loads(graph, summary.table, version)
    gone = {
        load["batch_id"]: (number, load["version"])
        for load in loads
        if load["batch_id"] != summary.batch_id
        and (number := len(set(load["files"]) - version.live))
    }
    if not gone or summary.batch_id in {load["batch_id"] for load in loads}:
        return
    batches = sorted(gone)
    files = sum(number for number, _ in gone.values())
    said = (
        f"{version} has rewritten {files:,} data files that were loaded before "
        f"({', '.join(batch[:12] for batch in batches[:3])}{' …' if batches[3:] else ''})"
    )
    known = all(_known_by_ids(home, load) for load in loads if load["batch_id"] in gone)
    named = plan.clean.counted is not None and plan.clean.counted.named
    if summary.loaded and _adds(plan) and not (named and known):
        raise InputError(
            f"{said}; their rows would count twice, since not all have an id",
            hint=f"ringleader load undo {batches[0][:12]}"
            f"{', and so on for each' if batches[1:] else ''}; then load the table again",
        )
    warn(
        summary,
        f"{said}; rows that were deleted or changed since stay as they were loaded; to replace "
        "them: ringleader load undo BATCH for each, then load the table again",
    )


def _loads(graph: Graph, table: str, version: Version) -> list[dict[str, Any]]:
    return graph.read(get("loads-of-lake"), {"table": table, "lake_table": version.known_as})


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
