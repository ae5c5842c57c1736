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
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from ringleader.algorithms.grouping.joining import found_rings

from ringleader.algorithms.evidence.hub_verdicts import (
    pinned,
    pins_in_force,
    verdicts,
    write_verdicts,
)
from ringleader.algorithms.evidence.hubs import summary_of
from ringleader.algorithms.evidence.reading import read_sharing
from ringleader.algorithms.evidence.removal import OTHERS
from ringleader.algorithms.evidence.shared_neighbours import CONTACT, Evidence, Links, find_links
from ringleader.algorithms.evidence.sharing import REPLACED, Floats, Ints, Sharing
from ringleader.algorithms.grouping.communities import (
    communities,
    drop_projections,
    estimated_memory,
    require_memory_to_begin,
)
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.review.effects import without_rejected
from ringleader.algorithms.rings.building import Ring, ring_of, touching_rings
from ringleader.algorithms.rings.null_model import chance_of, redealt, with_chance
from ringleader.algorithms.rings.publication import (
    Findings,
    concluded,
    decisions_in_force,
    statements,
)
from ringleader.catalogue import get
from ringleader.graph import Graph
from ringleader.parallel import meanwhile, side_by_side
from ringleader.progress import progress
from ringleader.version import __version__

ROWS_AT_ONCE = 5_000
LINES_KEPT = 12  # per link; the rest of a family's lines is summed up in one
# Measured on two cores, for --dry-run: starting up, reading a use, comparing a pair.
SECONDS_AT_LEAST, SECONDS_PER_USE, SECONDS_PER_PAIR = 4.0, 1.5e-5, 1.5e-6


@dataclass
class Detection:
    """What a detection did.

    Attributes:
        run: Its id; empty for a dry run.
        accounts: Accounts in the graph.
        links: Linked pairs.
        findings: Rings, campaigns and what became of earlier rings.
        stages: Seconds of each stage.
        missing: Families of evidence that the data do not hold.
        estimate: What a dry run says instead.
    """

    run: str
    accounts: int
    links: int
    findings: Findings = field(default_factory=Findings)
    stages: dict[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
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
    known_hubs: Collection[str] = (),
    dry_run: bool = False,
    say: Callable[[str], None] = lambda message: None,
) -> Detection:
    """Link accounts, group them, and write the rings.

    Args:
        graph: An open graph with its constraints.
        parameters: The judgements.
        algorithm: ``leiden`` or ``louvain``.
        known_hubs: Keys of identifiers that strangers are known to share.
        dry_run: Estimate memory and time, write nothing.
        say: Told the time of each stage.

    Raises:
        RingleaderError: The server refuses something, or its heap is too small for the accounts
            (before anything is written).
    """
    if dry_run:
        return _estimated(graph, parameters, algorithm)
    require_memory_to_begin(graph, algorithm)
    stages: dict[str, float] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        begin = time.perf_counter()
        with progress(name):
            yield
        stages[name] = round(time.perf_counter() - begin, 2)
        say(f"{name}: {stages[name]:.1f} s")

    run = f"run-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{uuid4().hex[:6]}"
    with stage("clear leftovers"):
        _clean_up(graph)
    graph.write(
        get("start-run"),
        {
            "run": run,
            "algorithm": algorithm,
            "parameters": json.dumps(asdict(parameters), sort_keys=True),
            "known_hubs": json.dumps(summary_of(known_hubs), sort_keys=True),
            "version": __version__,
        },
    )
    # Read once: what is decided from here on counts from the next run on.
    decisions, pins = decisions_in_force(graph), pins_in_force(graph)
    with stage("read what accounts share"):
        sharing = pinned(read_sharing(graph, known_hubs), pins)
    with stage("link accounts"):
        links = find_links(sharing, parameters)
        links = without_rejected(sharing, links, decisions, parameters)

    def grouping(those: Links) -> Ints:
        return communities(graph, run, those, len(sharing.accounts), algorithm, parameters)

    with stage(f"group {len(links):,} links ({algorithm})"):
        of = grouping(links)
    with stage("judge rings"):
        rings, links = found_rings(sharing, links, of, parameters, decisions)
    with stage("name rings and join campaigns"):
        findings = concluded(graph, sharing, links, rings, decisions, parameters)
    kept = touching_rings(links, ring_of(sharing, findings.rings))
    with (
        stage(f"write {len(kept):,} links that touch rings, and find rings by chance"),
        progress("write links", len(kept)) as advance,
        # Writing keeps the server busy, and chance this process, but for grouping what it makes.
        meanwhile(_write_links(graph, run, sharing, kept, advance)),
    ):
        chance = chance_of(sharing, grouping, parameters)
    findings = replace(findings, rings=with_chance(findings.rings, chance))
    accounts, missing = len(sharing.accounts), sharing.missing_families()
    detection = Detection(run, accounts, len(links), findings, stages, missing)
    with stage(f"write {len(detection.rings):,} rings"):
        _publish(graph, sharing, detection, parameters)
    with stage("write verdicts on identifiers"):
        write_verdicts(graph, run, verdicts(sharing, detection.rings, parameters))
    with stage("drop links of earlier runs"):
        _drop_links(graph, keep=run)
    return detection


def null_rings(
    graph: Graph,
    parameters: Parameters,
    *,
    deals: int,
    algorithm: str = "leiden",
    known_hubs: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Rings in the graph, and in the same graph with the identifiers dealt anew.

    Nothing is written but the number of accounts on every identifier.

    Args:
        graph: An open graph.
        parameters: The judgements; ``seed`` says which deals.
        deals: How often to deal.
        algorithm: ``leiden`` or ``louvain``.
        known_hubs: Keys of identifiers that strangers are known to share.

    Returns:
        A row for the graph as it is and one for each deal: links, rings, accounts in rings.
    """
    require_memory_to_begin(graph, algorithm)
    there = pinned(read_sharing(graph, known_hubs), pins_in_force(graph))
    rows = []
    for deal in range(deals + 1):
        with progress(f"deal {deal} of {deals}" if deal else "the graph as it is"):
            sharing = redealt(there, parameters.seed + deal) if deal else there
            links = find_links(sharing, parameters)
            accounts = len(sharing.accounts)
            of = communities(graph, f"deal-{deal}", links, accounts, algorithm, parameters)
            rings, links = found_rings(sharing, links, of, parameters)
        rows.append(
            {
                "identifiers": f"dealt anew, {deal}" if deal else "as they are",
                "links": len(links),
                "rings": len(rings),
                "accounts_in_rings": sum(ring.size for ring in rings),
            }
        )
    return rows


def _clean_up(graph: Graph) -> None:
    """Remove what a detection that never finished has left."""
    current = graph.read(get("current-run"))
    keep = current[0]["run_id"] if current else ""
    _drop_links(graph, keep=keep)
    graph.write(get("drop-open-runs"))
    drop_projections(graph)


def _drop_links(graph: Graph, *, keep: str) -> None:
    """Drop the links of all runs but one."""
    stored = get("drop-other-links")
    graph.run_in_batches(stored, stored.bind({"keep": keep}))


def _write_links(
    graph: Graph, run: str, sharing: Sharing, links: Links, advance: Callable[[float], None]
) -> Generator[None]:
    """Write links; each step writes some, and advances by as many."""

    def write(rows: list[dict[str, Any]]) -> int:
        graph.write(get("write-links"), {"run": run, "rows": rows})
        return len(rows)

    # One session: two would wait for each other's accounts. Rows are made meanwhile.
    for written in side_by_side(write, _link_rows(sharing, links), workers=1):
        advance(written)
        yield


def _link_rows(sharing: Sharing, links: Links) -> Iterator[list[dict[str, Any]]]:
    """Rows for the graph in batches, in the order of account ids."""
    link, names, bits = _told_lines(sharing, links)
    start = np.searchsorted(link, np.arange(len(links) + 1))
    weight, families = links.weight, sharing.schema.family_names
    for low in range(0, len(links), ROWS_AT_ONCE):
        chosen = slice(low, low + ROWS_AT_ONCE)
        columns = (
            sharing.account_number[links.a[chosen]],
            sharing.account_number[links.b[chosen]],
            weight[chosen],
            links.family_bits[chosen],
            start[:-1][chosen],
            start[1:][chosen],
        )
        yield [
            {
                "a": a,
                "b": b,
                "weight": total,
                "families": [f for f, some in zip(families, by_family, strict=True) if some > 0],
                "family_bits": [some for some in by_family if some > 0],
                "evidence": names[begin:end].tolist(),
                "evidence_bits": bits[begin:end].tolist(),
            }
            for a, b, total, by_family, begin, end in zip(
                *(column.tolist() for column in columns), strict=True
            )
        ]


def _told_lines(sharing: Sharing, links: Links) -> tuple[Ints, NDArray[np.object_], Floats]:
    """The strongest lines of each link; what is left is summed by family.

    Returns:
        Of each line its link, in order, ``family|label|key``, and its bits.
    """
    order = np.lexsort((-links.bits, links.link_of))
    link = links.link_of[order]
    rank = np.arange(len(link)) - np.searchsorted(link, link)
    kept, rest = order[rank < LINES_KEPT], order[rank >= LINES_KEPT]
    families = sharing.schema.family_names
    by_name = np.argsort(families)
    place, width = np.argsort(by_name), len(families)
    cells, where = np.unique(
        links.link_of[rest] * width + place[links.evidence.family[rest]], return_inverse=True
    )
    others = np.array([f"{families[family]}|{OTHERS}|" for family in by_name], dtype=object)
    link = np.concatenate([links.link_of[kept], cells // width])
    names = np.concatenate([_names(sharing, links.evidence.take(kept)), others[cells % width]])
    summed = np.bincount(where, links.bits[rest], minlength=len(cells))
    bits = np.concatenate([links.bits[kept], summed])
    order = np.argsort(link, kind="stable")
    return link[order], names[order], bits[order]


def _names(sharing: Sharing, lines: Evidence) -> NDArray[np.object_]:
    """``family|label|key`` of each line; an identifier's is made once."""
    names = np.empty(len(lines.a), dtype=object)
    contact = lines.identifier == CONTACT
    there, which = np.unique(lines.identifier[~contact], return_inverse=True)
    family, families = sharing.family, sharing.schema.family_names
    told = [f"{families[family[at]]}|{'|'.join(sharing.name(at))}" for at in there]
    names[~contact] = np.array(told, dtype=object)[which]
    for line in np.flatnonzero(contact):
        at = lines.contact[line]
        kind = sharing.contact_kinds[at] if at >= 0 else REPLACED
        names[line] = f"{families[lines.family[line]]}|CONTACTED|{kind}"
    return names


def _publish(graph: Graph, sharing: Sharing, detection: Detection, parameters: Parameters) -> None:
    """Replace rings and campaigns and mark the run as done, in one transaction."""
    counts = {
        "accounts": detection.accounts,
        "links": detection.links,
        "stages": json.dumps(detection.stages),
    }
    found = statements(graph, detection.run, sharing, detection.findings, counts, parameters)
    graph.write_all(found, name="publish rings")


def _estimated(graph: Graph, parameters: Parameters, algorithm: str) -> Detection:
    """What a detection would need if every candidate became a link; nothing is written."""
    row = graph.read(get("size-of-detection"), {"neighbours": parameters.neighbours})[0]
    accounts, uses, pairs = row["accounts"], row["uses"], row["pairs_at_most"]
    low, high = estimated_memory(graph, accounts, max(pairs, 1), algorithm)
    estimate = {
        "accounts": accounts,
        "uses": uses,
        "pairs_compared_at_most": pairs,
        "gds_megabytes_least": round(low / 1e6, 1),
        "gds_megabytes_most": round(high / 1e6, 1),
        "seconds_about": round(
            SECONDS_AT_LEAST + uses * SECONDS_PER_USE + pairs * SECONDS_PER_PAIR
        ),
    }
    return Detection("", accounts, 0, estimate=estimate)
