"""Bring a graph that an earlier version wrote to the schema of this one.

What changed from one version of the schema to the next is a list of steps. A step is two stored
queries: ``old-NAME`` counts what is still as before, ``upgrade-NAME`` changes it in batches. New
labels, types and properties need no step: constraints and indexes follow from the schema, and
loads and detections write them. A step can be repeated, so an interrupted upgrade is run again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ringleader.catalogue import get
from ringleader.errors import InputError
from ringleader.graph.locks import exclusive
from ringleader.progress import progress

if TYPE_CHECKING:
    from ringleader.graph import Graph

__all__ = ["SCHEMA_VERSION", "Step", "Upgrade", "pending", "upgrade"]

# Version 1 is that of ringleader 0.1, which did not write it down.
SCHEMA_VERSION = 2


@dataclass(frozen=True)
class Step:
    """A change from one version of the schema to the next.

    Attributes:
        version: The version that it leads to.
        name: What its stored queries are called.
        what: What it changes, in words.
    """

    version: int
    name: str
    what: str


STEPS = (
    Step(2, "verdicts", "verdicts on identifiers that are called benign"),
    Step(2, "pins", "pinned verdicts that are called benign"),
    Step(2, "members", "members of rings without the time since when"),
)


@dataclass(frozen=True)
class Upgrade:
    """What an upgrade did.

    Attributes:
        version: The version of the schema that the graph has now.
        created: Constraints and indexes that were created.
        changed: What was changed, with its number.
        engine: Version of Neo4j that the database was brought to; None if it stayed.
        backup: Backup of the database from before that; None if it stayed.
    """

    version: int
    created: tuple[str, ...]
    changed: dict[str, int]
    engine: str | None = None
    backup: Path | None = None


def pending(graph: Graph) -> dict[Step, int]:
    """Steps that have something to change, with how much.

    Raises:
        InputError: A later version of ringleader wrote the graph.
    """
    rows = graph.read(get("schema-version"))
    there = rows[0]["schema_version"] if rows else None
    if there is not None and there > SCHEMA_VERSION:
        raise InputError(
            f"the graph has version {there} of the schema, and this ringleader knows "
            f"{SCHEMA_VERSION}",
            hint="update ringleader",
        )
    found = {
        step: graph.read(get(f"old-{step.name}"))[0]["number"]
        for step in STEPS
        if there is None or step.version > there
    }
    return {step: number for step, number in found.items() if number}


def upgrade(graph: Graph) -> Upgrade:
    """Bring a graph to the schema of this version; see :meth:`ringleader.Connection.upgrade`."""
    with exclusive(graph, "upgrade"):
        steps = pending(graph)
        created = graph.ensure_schema()
        for step, number in steps.items():
            with progress(f"{step.what}: {number:,}"):
                stored = get(f"upgrade-{step.name}")
                graph.run_in_batches(stored, stored.bind({}))
        mark = get("mark-schema")
        graph.write(mark, mark.bind({"version": SCHEMA_VERSION}))
    return Upgrade(
        SCHEMA_VERSION, tuple(created), {step.what: number for step, number in steps.items()}
    )
