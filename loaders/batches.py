"""Which files have been loaded, and how far: exactly once, however often a load is run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loaders.contract import CONTRACT_VERSION
from loaders.sources import InputFile
from ringleader.catalogue import get
from ringleader.errors import InputError

if TYPE_CHECKING:
    from ringleader.graph import Graph


@dataclass(frozen=True)
class Pending:
    """What is left of a call's files.

    Attributes:
        files: Files to load now.
        skipped: Files that a finished load of the same table and mapping has taken in.
        otherwise: Files that a finished load took in under another mapping; they are loaded,
            and counted, again.
    """

    files: tuple[InputFile, ...]
    skipped: tuple[InputFile, ...]
    otherwise: tuple[InputFile, ...]


@dataclass(frozen=True)
class Progress:
    """How far a load has come.

    Attributes:
        chunk_size: Rows in a chunk, as it was when the load began.
        done: Number of chunks written, by the step's mark.
        finished: Whether all of it is in.
    """

    chunk_size: int
    done: Mapping[str, int]
    finished: bool

    @property
    def resumed(self) -> bool:
        """Whether a part of it was there already."""
        return bool(self.done)


def batch_id(table: str, mapping: str, channels: Sequence[str], hashes: Sequence[str]) -> str:
    """The id of a load: a hash of all that decides what it writes.

    Args:
        table: Its table.
        mapping: Fingerprint of its mapping.
        channels: Names that a channel may have.
        hashes: SHA-256 of its files, in any order.
    """
    said = [CONTRACT_VERSION, table, mapping, sorted(channels), sorted(hashes)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


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
            files are here, or others with them: what is in could not be told from what is not.
    """
    hashes = {file.sha256 for file in files}
    known = graph.read(get("loads-of-files"), {"table": table, "files": sorted(hashes)})
    finished: set[str] = set()
    elsewhere: set[str] = set()
    for load in known:
        if load["state"] == "done":
            (finished if load["mapping"] == mapping else elsewhere).update(load["files"])
    left = tuple(file for file in files if file.sha256 not in finished)
    this = batch_id(table, mapping, channels, [file.sha256 for file in left])
    for load in known:
        overlap = {file.sha256 for file in left} & set(load["files"])
        if load["state"] != "done" and overlap and load["batch_id"] != this:
            raise InputError(
                f"{len(overlap)} of these files belong to a load of {table} that was interrupted "
                f"(batch {load['batch_id'][:12]}, {len(load['files'])} files)",
                hint="first run that load again as it was: the same files, mapping and channels",
            )
    return Pending(
        left,
        tuple(file for file in files if file.sha256 in finished),
        tuple(file for file in left if file.sha256 in elsewhere),
    )


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
            hint="first run that load again: the same files, mapping and channels",
        )


def open_batch(graph: Graph, batch: str, said: Mapping[str, object]) -> Progress:
    """Note that a load begins, or find out how far it came.

    Args:
        graph: The graph.
        batch: Its id.
        said: The other parameters of the stored query ``open-batch``.
    """
    [row] = graph.write(get("open-batch"), {"batch_id": batch, **said}).rows
    return Progress(row["chunk_size"], dict(row["progress"]), row["state"] == "done")
