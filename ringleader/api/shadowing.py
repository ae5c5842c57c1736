"""A shadow run: what other settings would find, beside what is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ringleader.answers import Answer
from ringleader.api.changes import sums
from ringleader.api.detection import read_hubs, rings_of
from ringleader.api.results import Ring, Shown
from ringleader.graph.locks import exclusive

if TYPE_CHECKING:
    from ringleader.algorithms.parameters import Parameters
    from ringleader.graph import Graph

COLUMNS = (
    "change",
    "ring_id",
    "size",
    "joined",
    "left",
    "accounts",
    "accounts_left",
    "other",
    "overlap",
    "campaign_id",
)


@dataclass(frozen=True)
class ShadowRun(Shown):
    """What a detection with other settings would publish; nothing of it is written.

    Attributes:
        published: The run that it is compared with; empty if no detection has run.
        accounts: Accounts in the graph.
        rings: The rings that would be published, the strongest first.
        differences: One row per ring that would differ, as in :meth:`Connection.changes`, with
            the accounts that would join and leave; a ring without a row stays as it is.
        stages: Seconds of each stage.
        messages: Which settings differ, and the sums.
    """

    published: str
    accounts: int
    rings: tuple[Ring, ...] = field(repr=False)
    differences: Answer = field(repr=False)
    stages: Mapping[str, float] = field(repr=False)
    messages: tuple[str, ...] = ()

    @property
    def answer(self) -> Answer:
        """One row per ring that would differ, with the messages."""
        return self.differences


def shadow(
    graph: Graph,
    values: Parameters,
    *,
    algorithm: str = "leiden",
    known_hubs: Collection[str] | Path | str | None = None,
    say: Callable[[str], None],
) -> ShadowRun:
    """Detect without writing, and compare with the published rings.

    Args:
        graph: An open graph.
        values: The parameters.
        algorithm: ``leiden`` or ``louvain``.
        known_hubs: As for :func:`ringleader.api.detection.detect`.
        say: Called with the time of each stage.

    Raises:
        LockHeld: Another run writes to the database, or detects.
        RingleaderError: The server refuses something, or has too little memory.
    """
    from ringleader.algorithms.shadow import shadow as run_shadow

    hubs = read_hubs(known_hubs)
    # Projections of GDS have one name space, and a detection drops those of others.
    with exclusive(graph, "detect --shadow"):
        made = run_shadow(graph, values, algorithm=algorithm, known_hubs=hubs, say=say)
    count = Counter(row["change"] for row in made.differences)
    now, before = len(made.rings), len(made.before)
    members, earlier = sum(r.size for r in made.rings), sum(map(len, made.before.values()))
    rings = "1 ring" if now == 1 else f"{now:,} rings"
    messages = [
        *made.settings,
        f"would publish {rings} of {members:,} accounts: {sums(count)}",
        f"published by {made.published}: {before:,} rings of {earlier:,} accounts; what was loaded "
        "or decided since then is part of the difference"
        if made.published
        else "no detection has been published yet",
        "nothing was written",
    ]
    brief = ["change", "ring_id", "size", "joined", "left", "other", "campaign_id"]
    return ShadowRun(
        made.published,
        made.accounts,
        rings_of(made.rings),
        Answer(made.differences, COLUMNS, brief, tuple(messages)),
        dict(made.stages),
        tuple(messages),
    )
