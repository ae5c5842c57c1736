"""A shadow run: what a detection with other settings would publish, beside what is published.

It reads as a detection does, judges, names the rings as the next run would, and writes nothing:
no ring, no link, no count on an identifier.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ringleader.algorithms.changed_settings import changes, made_with
from ringleader.algorithms.detect import grouping_of, sharing_of
from ringleader.algorithms.evidence.hub_verdicts import pins_in_force
from ringleader.algorithms.grouping.communities import require_memory_to_begin
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.review.effects import without_rejected
from ringleader.algorithms.rings.building import Ring
from ringleader.algorithms.rings.finding import find_rings
from ringleader.algorithms.rings.lineage import MERGES
from ringleader.algorithms.rings.on_word import with_rings_on_word
from ringleader.algorithms.rings.publication import Findings, concluded, decisions_in_force
from ringleader.catalogue import get
from ringleader.graph import Graph
from ringleader.progress import Stages


@dataclass(frozen=True)
class Shadow:
    """What a shadow run found.

    Attributes:
        published: The run that it is compared with; empty if there is none.
        accounts: Accounts in the graph.
        before: Members of the published rings by name.
        rings: The rings that would be published, the strongest first.
        differences: A row for each ring that would differ, and for each new campaign.
        settings: Lines that say which settings differ from those of the published run.
        stages: Seconds of each stage.
    """

    published: str
    accounts: int
    before: Mapping[str, frozenset[str]]
    rings: list[Ring]
    differences: list[dict[str, Any]]
    settings: tuple[str, ...]
    stages: dict[str, float]


def shadow(
    graph: Graph,
    parameters: Parameters,
    *,
    algorithm: str = "leiden",
    known_hubs: Collection[str] = (),
    say: Callable[[str], None] = lambda message: None,
) -> Shadow:
    """Detect without writing, and compare with the published rings.

    Args:
        graph: An open graph.
        parameters: The judgements.
        algorithm: ``leiden`` or ``louvain``.
        known_hubs: Keys of identifiers that strangers are known to share.
        say: Called with the time of each stage.

    Raises:
        RingleaderError: The server refuses something, or its heap is too small for the accounts.
    """
    require_memory_to_begin(graph, algorithm)
    stage = Stages(say)
    # Which links a run kept changes no ring.
    made = made_with(graph, parameters, algorithm, known_hubs)
    settings = tuple(changes(graph, made, apart=("keep_links",)))
    decisions, pins = decisions_in_force(graph), pins_in_force(graph)
    with stage("read what accounts share"):
        read = sharing_of(graph, known_hubs, pins, note=False)
        sharing = without_rejected(read, decisions)
    with stage(f"propose and judge groups ({algorithm})"):
        grouping = grouping_of(graph, "shadow", algorithm, parameters)
        found = find_rings(sharing, grouping, parameters)
        found = with_rings_on_word(graph, sharing, found, parameters)
    with stage("compare with the published rings"):
        findings = concluded(graph, sharing, found.links, found.rings, decisions, parameters)
        rings = graph.read(get("earlier-rings"), {"retired": True})
        known = frozenset(row["ring_id"] for row in rings)
        campaigns = {row["campaign_id"] for row in graph.read(get("earlier-campaigns"))}
        differences = list(_differences(findings, known, campaigns))
    last = graph.read(get("last-run"))
    return Shadow(
        last[0]["run"] if last else "",
        len(sharing.accounts),
        findings.earlier,
        findings.rings,
        differences,
        settings,
        stage.seconds,
    )


def _differences(
    findings: Findings, known: Collection[str], campaigns: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Rows like those of the stored query ``changes``, with the accounts that would leave.

    Args:
        findings: What would be published.
        known: Names of all rings in the graph.
        campaigns: Names of all campaigns in the graph.
    """
    names = set()
    for ring in findings.rings:
        names.add(ring.ring_id)
        before = findings.earlier.get(ring.ring_id)
        joined = sorted(set(ring.members) - (before or frozenset()))
        left = sorted((before or frozenset()) - set(ring.members))
        if before is None:
            what = "returned" if ring.ring_id in known else "new"
        elif len(joined) != len(left):
            what = "grown" if len(joined) > len(left) else "shrunk"
        elif joined:
            what = "changed"
        else:
            continue
        yield _row(what, ring.ring_id, ring.size, joined, left)
    for name, members in findings.earlier.items():
        if name not in names:
            yield _row("gone", name, 0, [], sorted(members))
    for c in findings.continuations:
        size = next(ring.size for ring in findings.rings if ring.ring_id == c.ring_id)
        what = "merged" if c.kind == MERGES else "split"
        yield _row(what, c.ring_id, size) | {"other": c.earlier_id, "overlap": c.overlap}
    for campaign in findings.campaigns:
        if campaign.campaign_id not in campaigns:
            row = _row("new campaign", None, len(campaign.members))
            yield row | {"campaign_id": campaign.campaign_id}


def _row(
    what: str,
    ring: str | None,
    size: int,
    joined: list[str] | None = None,
    left: list[str] | None = None,
) -> dict[str, Any]:
    return {
        "change": what,
        "ring_id": ring,
        "size": size,
        "joined": None if joined is None else len(joined),
        "left": None if left is None else len(left),
        "accounts": joined or [],
        "accounts_left": left or [],
        "other": None,
        "overlap": None,
        "campaign_id": None,
    }
