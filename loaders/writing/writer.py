"""Write a load's steps: a chunk and its mark in one transaction, disjoint parts side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

from ringleader.catalogue import Query, get
from ringleader.errors import QueryError
from ringleader.loaders.writing.batches import Progress
from ringleader.loaders.writing.write_plan import WRITERS, Row, WriteStep, in_order

if TYPE_CHECKING:
    from ringleader.graph import Graph


def write_steps(
    graph: Graph,
    batch: str,
    steps: Sequence[WriteStep],
    progress: Progress,
    advance: Callable[[float], None] = lambda amount: None,
) -> Counter[str]:
    """Write what is not yet in.

    Args:
        graph: The graph.
        batch: The batch's id; it is open.
        steps: What to write, in order.
        progress: How far the batch has come, and how large its chunks are.
        advance: Called with the number of rows processed.

    Returns:
        The server's counters, summed over the chunks written now.
    """
    written: Counter[str] = Counter()
    stop = Event()

    def write(part: WriteStep) -> Counter[str]:
        done = progress.done.get(part.mark, 0)
        counters: Counter[str] = Counter()
        for number, rows in enumerate(part.chunks(progress.chunk_size)):
            if stop.is_set():
                break
            if number >= done:
                counters += Counter(write_chunk(graph, batch, part, number, rows))
            advance(len(rows))
        return counters

    with ThreadPoolExecutor(WRITERS) as writers:
        try:
            for step in in_order(steps):
                for parts in step.rounds(progress.chunk_size):
                    for counters in writers.map(write, parts):
                        written += counters
        finally:
            # Whoever interrupts a load waits for the chunks that are being written, no longer.
            stop.set()
    return written


def write_chunk(
    graph: Graph, batch: str, step: WriteStep, number: int, rows: list[Row]
) -> dict[str, int]:
    """Write one chunk and its mark: both or neither.

    Args:
        graph: The graph.
        batch: The batch's id.
        step: The step.
        number: The chunk's number, from 0; all chunks before it are in.
        rows: Its rows, in the order of their keys.

    Returns:
        The server's counters; empty if the chunk turns out to be in already.
    """
    mark = {
        "batch_id": batch,
        "step": step.mark,
        "chunk": number,
        "mark": {step.mark: number + 1},
    }
    # The mark comes last, so that its lock on the batch is held for the commit only.
    statements: list[tuple[str | Query, Mapping[str, object]]] = [
        (step.statement, {"rows": rows}),
        (get("mark-chunk"), mark),
    ]
    try:
        summaries = graph.write_all(statements, name=f"load {step.name}")
    except QueryError:
        # A commit whose answer was lost is tried again by the driver, and refused by its mark.
        if chunks_in(graph, batch, step) > number:
            return {}
        raise
    return summaries[0].counters


def chunks_in(graph: Graph, batch: str, step: WriteStep) -> int:
    """The number of a step's chunks that are in."""
    [row] = graph.read(get("batch-progress"), {"batch_id": batch, "step": step.mark})
    return int(row["chunks"])
