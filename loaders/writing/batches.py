"""Which files have been loaded, and how far: exactly once, however often a load is run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.catalogue import get
from ringleader.errors import InputError
from ringleader.loaders.contract import CONTRACT_VERSION
from ringleader.loaders.sources.files import QUERY, InputFile
from ringleader.loaders.validation.overlap import Earlier

if TYPE_CHECKING:
    from ringleader.graph import Graph


@dataclass(frozen=True)
class Pending:
    """What is left of a call's files.

    Attributes:
        batch_id: The load that they make.
        files: Files to load now.
        skipped: Files that a finished load of the same table and mapping has taken in.
        otherwise: Files that a finished load took in under another mapping; they are loaded,
            and counted, again.
        partly: Files of a load that was given up; what of them is in stays, and they are loaded,
            and counted, from their beginning.
    """

    batch_id: str
    files: tuple[InputFile, ...]
    skipped: tuple[InputFile, ...]
    otherwise: tuple[InputFile, ...]
    partly: tuple[InputFile, ...]


@dataclass(frozen=True)
class Progress:
    """How far a load has come.

    Attributes:
        chunk_size: Rows in a chunk, as it was when the load began.
        done: Number of chunks written, by the step's mark.
    """

    chunk_size: int
    done: Mapping[str, int]

    @property
    def resumed(self) -> bool:
        """Whether a part of it was there already."""
        return bool(self.done)


def batch_id(
    table: str,
    mapping: str,
    channels: Sequence[str],
    hashes: Sequence[str],
    given_up: Collection[str] = (),
) -> str:
    """The id of a load: a hash of all that decides what it writes.

    Args:
        table: Its table.
        mapping: Fingerprint of its mapping.
        channels: Names that a channel may have.
        hashes: SHA-256 of its files, in any order.
        given_up: Ids of loads that were given up: they are not gone on with.
    """
    said: list[object] = [CONTRACT_VERSION, table, mapping, sorted(channels), sorted(hashes)]
    found = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    while found in given_up:
        found = hashlib.sha256(json.dumps([*said, found]).encode()).hexdigest()
    return found


def distinct_files(files: Sequence[InputFile]) -> tuple[InputFile, ...]:
    """Files without those whose content another one has already."""
    return tuple({file.sha256: file for file in reversed(files)}.values())[::-1]


def pending(
    graph: Graph, table: str, mapping: str, channels: Sequence[str], files: Sequence[InputFile]
) -> Pending:
    """Leave out files that are loaded already.

    Args:
        graph: The graph, which remembers.
        table: The table.
        mapping: Fingerprint of the mapping.
        channels: Names that a channel may have.
        files: The call's files.

    Raises:
        InputError: Some of the files belong to a load that was interrupted, but not all of its
            files are here, or others with them, or a query's rows have changed since: it
            cannot tell which rows were committed.
    """
    hashes = {file.sha256 for file in files}
    queries = {file.shown.name for file in files if file.shown.name.startswith(QUERY)}
    known = graph.read(
        get("loads-of-files"),
        {"table": table, "files": sorted(hashes), "queries": sorted(queries)},
    )
    finished: set[str] = set()
    elsewhere: set[str] = set()
    partly: set[str] = set()
    for load in known:
        if load["state"] == "undone":
            raise InputError(
                f"load {load['batch_id'][:12]} of these files is being taken back",
                hint=f"ringleader load undo {load['batch_id'][:12]}",
            )
        if load["state"] == "done":
            (finished if load["mapping"] == mapping else elsewhere).update(load["files"])
        elif load["state"] == "abandoned":
            partly.update(load["files"])
    left = tuple(file for file in files if file.sha256 not in finished)
    given_up = {load["batch_id"] for load in known if load["state"] == "abandoned"}
    this = batch_id(table, mapping, channels, [file.sha256 for file in left], given_up)
    for load in known:
        if load["state"] == "open" and load["batch_id"] != this:
            _refuse_beside(load, table, left)
    return Pending(
        this,
        left,
        tuple(file for file in files if file.sha256 in finished),
        tuple(file for file in left if file.sha256 in elsewhere),
        tuple(file for file in left if file.sha256 in partly),
    )


def _refuse_beside(load: Mapping[str, Any], table: str, left: Sequence[InputFile]) -> None:
    """Refuse to load what an interrupted load, which is another one, holds in part."""
    batch = load["batch_id"]
    overlap = {file.sha256 for file in left} & set(load["files"])
    if overlap:
        raise InputError(
            f"{len(overlap)} of these files belong to a load of {table} that was interrupted "
            f"(batch {batch[:12]}, {len(load['files'])} files)",
            hint=_ways_out(batch),
        )
    if any(file.shown.name in load["file_names"] for file in left):
        raise InputError(
            f"a load of {table} by this query was interrupted (batch {batch[:12]}), and the query "
            "or its mapping gives other rows now; it cannot tell which rows were committed",
            hint=_ways_out(batch),
        )


def _ways_out(batch: str) -> str:
    return (
        "first run that load again as it was: the same files or rows, mapping and channels; or "
        "give it up, which keeps what is in: ringleader query show give-up-load | "
        f"ringleader cypher --write - -p batch_id={batch}"
    )


def earlier(graph: Graph | None, home: Path, table: str, batch: str) -> Earlier | None:
    """The loads of a table that count, for telling which rows they have counted.

    Args:
        graph: The graph, which remembers; None if there is none yet.
        home: The data folder, where their records are.
        table: The table.
        batch: The load that is about to begin.
    """
    if graph is None:
        return None
    known = [row["batch_id"] for row in graph.read(get("batches-of-table"), {"table": table})]
    others = tuple(name for name in known if name != batch)
    return Earlier(home, others, batch if batch in known else None)


def refuse_if_others_wait(graph: Graph, batch: str) -> None:
    """Keep the graph as an interrupted load found it, where that load depends on it.

    A load that asks the graph (which accounts it knows, which clusters of prompts) has to get
    the same answer when it is run again, or its chunks would be others.

    Args:
        graph: The graph.
        batch: The load that is about to begin.

    Raises:
        InputError: Another such load was interrupted.
    """
    for row in graph.read(get("loads-that-wait"), {"batch_id": batch}):
        names = ", ".join(row["file_names"][:3]) + (" …" if len(row["file_names"]) > 3 else "")
        raise InputError(
            f"a load of {row['table']} was interrupted ({names}; batch {row['batch_id'][:12]}) "
            "and depends on the graph as it is",
            hint=_ways_out(row["batch_id"]),
        )


def open_batch(graph: Graph, batch: str, said: Mapping[str, object]) -> Progress:
    """Note that a load begins, or find out how far it came.

    Args:
        graph: The graph.
        batch: Its id.
        said: The other parameters of the stored query ``open-batch``.
    """
    [row] = graph.write(get("open-batch"), {"batch_id": batch, **said}).rows
    return Progress(row["chunk_size"], dict(row["progress"]))
