"""One detection: from shared identifiers to rings in the graph.

Links and rings of a run carry its id. The run's rings replace the earlier ones in one transaction
that also marks the run as done; everything before it is invisible to readers of rings. Verdicts on
identifiers and clean-up follow, and the next run repeats them. So a detection that is interrupted
anywhere and run again ends in the same graph as one that was not; until then verdicts may be of the
run before.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import numpy as np

from ringleader.algorithms.changed_settings import changes, made_with
from ringleader.algorithms.checking.footprints import footprints, write_footprints
from ringleader.algorithms.evidence.hub_verdicts import (
    pinned,
    pins_in_force,
    verdicts,
    write_verdicts,
)
from ringleader.algorithms.evidence.known_good import with_known_good
from ringleader.algorithms.evidence.reading import read_sharing
from ringleader.algorithms.evidence.sharing import Ints, Sharing
from ringleader.algorithms.grouping.classical import METHOD as SHARED_NEIGHBOURS
from ringleader.algorithms.grouping.classical import communities_of_neighbours, rings_of_neighbours
from ringleader.algorithms.grouping.communities import (
    communities,
    drop_projections,
    estimated_memory,
    require_memory_to_begin,
)
from ringleader.algorithms.grouping.edges import Edges, Grouping
from ringleader.algorithms.grouping.proposals import CoUse
from ringleader.algorithms.judging.view import View
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.review.effects import without_rejected
from ringleader.algorithms.rings.building import Ring, ring_of, touching_rings
from ringleader.algorithms.rings.finding import Found, find_rings
from ringleader.algorithms.rings.given import Judged, judge_groups
from ringleader.algorithms.rings.link_rows import write_links
from ringleader.algorithms.rings.null_model import permuted
from ringleader.algorithms.rings.on_word import with_rings_on_word
from ringleader.algorithms.rings.publication import (
    Findings,
    concluded,
    decisions_in_force,
    statements,
)
from ringleader.catalogue import get
from ringleader.graph import Graph
from ringleader.loaders.indicators.storing import link_indicators, sight_indicators
from ringleader.parallel import side_by_side
from ringleader.progress import Stages, progress

JUDGE, IMPORTED = "judge", "imported groups"
METHODS = (JUDGE, SHARED_NEIGHBOURS)
RING_LINKS, ALL_LINKS = "rings", "all"
LINKS_KEPT = (RING_LINKS, ALL_LINKS)
ROWS_AT_ONCE = 5_000
CO_USES_KEPT = 5  # for each identifier of a ring, the strongest
# Measured on two cores, for --dry-run: starting up, reading and judging a use.
SECONDS_AT_LEAST, SECONDS_PER_USE = 4.0, 2.0e-5


@dataclass
class Detection:
    """What a detection did.

    Attributes:
        run: Its id; empty for a dry run.
        accounts: Accounts in the graph.
        links: Linked pairs.
        set_aside: Groups as strong as rings that have an innocent explanation.
        findings: Rings, campaigns and what became of earlier rings.
        stages: Seconds of each stage.
        missing: Families of evidence that the data do not hold.
        judged: What is said of each group that was given.
        estimate: What a dry run says instead.
    """

    run: str
    accounts: int
    links: int
    findings: Findings = field(default_factory=Findings)
    set_aside: list[Ring] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    judged: tuple[Judged, ...] = ()
    estimate: dict[str, Any] = field(default_factory=dict)

    @property
    def rings(self) -> list[Ring]:
        """The rings, strongest first."""
        return self.findings.rings


def detect(
    graph: Graph,
    parameters: Parameters,
    *,
    algorithm: str = "leiden",
    method: str = JUDGE,
    groups: Mapping[str, str] | None = None,
    known_hubs: Collection[str] = (),
    keep_links: str = RING_LINKS,
    dry_run: bool = False,
    say: Callable[[str], None] = lambda message: None,
) -> Detection:
    """Read shared identifiers, find rings, name them, and write them.

    Args:
        graph: An open graph with its constraints.
        parameters: The judgements.
        algorithm: ``leiden`` or ``louvain``.
        method: ``judge``, or ``shared-neighbours`` for the classical way.
        groups: Group of accounts, to judge these groups as they are and look for no others.
        known_hubs: Keys of identifiers that strangers are known to share.
        keep_links: ``rings``: links that touch rings are written; ``all``: those of near misses and
            of groups that are no rings as well.
        dry_run: Estimate memory and time, write nothing.
        say: Called with the time of each stage.

    Raises:
        RingleaderError: The server refuses something, or its heap is too small for the accounts
            (before anything is written).
    """
    if dry_run:
        return _estimated(graph, algorithm)
    require_memory_to_begin(graph, algorithm)
    stage = Stages(say)
    run = f"run-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{uuid4().hex[:6]}"
    with stage("clear leftovers"):
        _clean_up(graph)
        link_indicators(graph)
    how = IMPORTED if groups is not None else algorithm
    how = f"{method}, {algorithm}" if method == SHARED_NEIGHBOURS else how
    everything = keep_links == ALL_LINKS
    _start(graph, run, parameters, how, known_hubs, keep_links, say)
    # Read once: what is decided from here on counts from the next run on.
    decisions, pins = decisions_in_force(graph), pins_in_force(graph)
    with stage("read what accounts share"):
        sharing = sharing_of(graph, known_hubs, pins)
        told = without_rejected(sharing, decisions)
    with stage(f"propose and judge groups ({how})"):
        judged: tuple[Judged, ...] = ()
        if groups is not None:
            found, judged = judge_groups(told, groups, parameters, all_links=everything)
        elif method == SHARED_NEIGHBOURS:
            made = communities_of_neighbours(graph, run, told, algorithm, parameters)
            found = Found(*rings_of_neighbours(told, made, parameters))
        else:
            grouping = grouping_of(graph, run, algorithm, parameters)
            found = find_rings(told, grouping, parameters, all_links=everything)
            found = with_rings_on_word(graph, told, found, parameters)
    with stage("name rings and join campaigns"):
        findings = concluded(graph, told, found.links, found.rings, decisions, parameters)
    kept = found.links
    if not everything:
        kept = touching_rings(kept, ring_of(sharing, findings.rings))
    also = found.outside if found.outside is not None else kept.take(np.zeros(len(kept), bool))
    number = len(kept) + len(also)
    with (
        stage(f"write {number:,} links" + ("" if everything else " that touch rings")),
        progress("write links", number) as advance,
    ):
        for links in (kept, also):
            for _ in write_links(graph, run, sharing, links, advance):
                pass
        _write_co_uses(graph, run, sharing, found)
    with stage("write what rings live on"):
        view = found.view or View(told, parameters)
        judged_here = found.view is not None
        made_of = footprints(view, findings.rings, sharing, judged=judged_here)
        write_footprints(graph, run, made_of)
    accounts, missing = len(sharing.accounts), sharing.missing_families()
    detection = Detection(
        run,
        accounts,
        len(found.links) + len(also),
        findings,
        found.set_aside,
        stage.seconds,
        missing,
        judged,
    )
    with stage(f"write {len(detection.rings):,} rings"):
        _publish(graph, sharing, detection, parameters)
    with stage("write verdicts on identifiers"):
        write_verdicts(graph, run, verdicts(sharing, detection.rings, parameters))
    with stage("drop links of earlier runs"):
        _drop_links(graph, keep=run)
    sight_indicators(graph)
    return detection


def null_rings(
    graph: Graph,
    parameters: Parameters,
    *,
    permutations: int,
    algorithm: str = "leiden",
    known_hubs: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Rings in the graph, and in the same graph with the identifiers permuted.

    Nothing is written but the number of accounts on every identifier.

    Args:
        graph: An open graph.
        parameters: The judgements; ``seed`` says which permutations.
        permutations: How often to permute.
        algorithm: ``leiden`` or ``louvain``.
        known_hubs: Keys of identifiers that strangers are known to share.

    Returns:
        A row for the graph as it is and one for each permutation: links, rings, groups set aside,
        accounts in rings.
    """
    require_memory_to_begin(graph, algorithm)
    there = sharing_of(graph, known_hubs, pins_in_force(graph))
    rows = []
    for number in range(permutations + 1):
        name = f"permutation {number} of {permutations}" if number else "the graph as it is"
        with progress(name):
            sharing = permuted(there, parameters.seed + number) if number else there
            grouping = grouping_of(graph, f"permutation-{number}", algorithm, parameters)
            found = find_rings(sharing, grouping, parameters)
        rows.append(
            {
                "identifiers": f"permuted, {number}" if number else "as they are",
                "links": len(found.links),
                "rings": len(found.rings),
                "set_aside": len(found.set_aside),
                "accounts_in_rings": sum(ring.size for ring in found.rings),
            }
        )
    return rows


def sharing_of(
    graph: Graph, known_hubs: Collection[str], pins: Mapping[str, int], *, note: bool = True
) -> Sharing:
    """Who shares what, with what analysts and the settings say of identifiers.

    Args:
        graph: An open graph.
        known_hubs: Keys of identifiers that strangers are known to share.
        pins: What analysts say of identifiers.
        note: Whether to write the number of accounts on each identifier.
    """
    return with_known_good(graph, pinned(read_sharing(graph, known_hubs, note=note), pins))


def grouping_of(graph: Graph, run: str, algorithm: str, parameters: Parameters) -> Grouping:
    """What groups a graph by GDS."""

    def grouping(edges: Edges, resolution: float) -> tuple[Ints, Ints]:
        with progress(f"group {len(edges):,} edges"):
            return communities(graph, run, edges, algorithm, resolution, parameters.seed)

    return grouping


def _start(
    graph: Graph,
    run: str,
    parameters: Parameters,
    algorithm: str,
    known_hubs: Collection[str],
    keep_links: str,
    say: Callable[[str], None],
) -> None:
    kept = {} if keep_links == RING_LINKS else {"keep_links": keep_links}
    begun = made_with(graph, parameters, algorithm, known_hubs, kept)
    for line in changes(graph, begun):
        say(line)
    graph.write(get("start-run"), {"run": run, **begun})


def _clean_up(graph: Graph) -> None:
    """Remove the remains of a detection that never finished."""
    current = graph.read(get("current-run"))
    keep = current[0]["run_id"] if current else ""
    _drop_links(graph, keep=keep)
    graph.write(get("drop-open-runs"))
    drop_projections(graph)


def _drop_links(graph: Graph, *, keep: str) -> None:
    """Drop the links, co-uses and footprints of all runs but one."""
    for name in (
        "drop-other-links",
        "drop-other-co-uses",
        "drop-other-footprints",
        "drop-other-cleared",
    ):
        stored = get(name)
        graph.run_in_batches(stored, stored.bind({"keep": keep}))


def _write_co_uses(graph: Graph, run: str, sharing: Sharing, found: Found) -> None:
    """Write which identifiers of rings the same accounts use, the strongest of each."""
    if found.co_used is None or not len(found.links):
        return
    rows = [
        {"one": one, "other": other, "accounts": accounts, "lift": lift}
        for one, other, accounts, lift in zip(
            *(column.tolist() for column in _strongest(sharing, found.co_used, found)), strict=True
        )
    ]
    pages = (rows[at : at + ROWS_AT_ONCE] for at in range(0, len(rows), ROWS_AT_ONCE))
    for _ in side_by_side(
        lambda page: graph.write(get("write-co-uses"), {"run": run, "rows": page}), pages, workers=1
    ):
        pass


def _strongest(sharing: Sharing, pairs: CoUse, found: Found) -> tuple[Any, ...]:
    mine = np.zeros(len(sharing.keys), dtype=bool)
    named = found.links.evidence.identifier
    mine[named[named >= 0]] = True
    at = np.flatnonzero(mine[pairs.one] & mine[pairs.other])
    order = at[np.lexsort((pairs.other[at], -pairs.accounts[at], pairs.one[at]))]
    one = pairs.one[order]
    kept = order[np.arange(len(one)) - np.searchsorted(one, one) < CO_USES_KEPT]
    number = sharing.identifier_number
    return (
        number[pairs.one[kept]],
        number[pairs.other[kept]],
        pairs.accounts[kept],
        pairs.lift[kept],
    )


def _publish(graph: Graph, sharing: Sharing, detection: Detection, parameters: Parameters) -> None:
    """Replace rings and campaigns and mark the run as done, in one transaction."""
    counts = {
        "accounts": detection.accounts,
        "links": detection.links,
        "footprints": len(detection.rings),
        "stages": json.dumps(detection.stages),
    }
    found = statements(graph, detection.run, sharing, detection.findings, counts, parameters)
    aside = [
        {
            "name": ring.ring_id.replace("ring-", "group-", 1),
            "look_alike": ring.look_alike,
            "reason": ring.reason,
            "size": ring.size,
            "score": ring.score,
            "needed": ring.needed,
            "families": [family for family, _ in ring.family_bits],
            "members": list(ring.members),
        }
        for ring in detection.set_aside
    ]
    found.insert(0, (get("write-set-aside"), {"run": detection.run, "rows": aside}))
    graph.write_all(found, name="publish rings")


def _estimated(graph: Graph, algorithm: str) -> Detection:
    """What a detection would need; nothing is written."""
    row = graph.read(get("size-of-detection"))[0]
    accounts, uses = row["accounts"], row["uses"]
    low, high = estimated_memory(graph, accounts, max(uses, 1), algorithm)
    estimate = {
        "accounts": accounts,
        "uses": uses,
        "gds_megabytes_least": round(low / 1e6, 1),
        "gds_megabytes_most": round(high / 1e6, 1),
        "seconds_about": round(SECONDS_AT_LEAST + uses * SECONDS_PER_USE),
    }
    return Detection("", accounts, 0, estimate=estimate)
