"""``ringleader report``: the current rings as one page that needs no network.

The rings are read in batches of about :data:`LINKS_AT_ONCE` links, three stored queries each, and
written as they are read, so that memory does not grow with the number of rings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ringleader.catalogue import get
from ringleader.errors import NotFound, QueryError
from ringleader.exports.page import write_page
from ringleader.exports.report_overview import (
    campaign_told,
    caveats,
    evidence_told,
    families_there,
    ring_line,
    run_told,
)
from ringleader.exports.report_ring import Naming, Rows, Standing, as_it_is, ring_block
from ringleader.graph import Graph
from ringleader.output import plain, whole_file
from ringleader.progress import progress
from ringleader.schema import BUILT_IN, Schema
from ringleader.version import __version__

LINKS_AT_ONCE = 20_000
# From the name of a stored query and its parameters to its rows.
Reading = Callable[[str, Mapping[str, Any]], list[dict[str, Any]]]


@dataclass(frozen=True)
class ReportContents:
    """What a report holds: rings, the accounts in them, and the size of its file in bytes."""

    rings: int
    accounts: int
    size: int


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def write_report(
    graph: Graph,
    path: Path,
    *,
    ring_ids: Sequence[str] = (),
    limit: int | None = None,
    name: Naming = as_it_is,
    now: Callable[[], datetime] = _now,
) -> ReportContents:
    """Write the report; the file is written completely or not at all.

    Args:
        graph: An open graph.
        path: The file.
        ring_ids: Only these rings; by default every one.
        limit: Only so many, the strongest.
        name: What a name is shown as; every name that comes from the data passes through it.
        now: The time that the page says it was written at.

    Raises:
        NotFound: No detection has run, or one of the rings does not stand.
        QueryError: A detection finished while the rings were read, so that they do not fit.
    """

    def read(query: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        return graph.read(get(query), params)

    run = _current_run(read)
    wanted = list(ring_ids) if ring_ids else None
    rows = read("report-rings", {"ring_ids": wanted, "limit": limit})
    rings = [Standing(**plain(row)) for row in rows]
    unknown = sorted(set(ring_ids) - {ring.ring_id for ring in rings})
    if unknown and limit is None:
        raise NotFound(f"there is no ring {unknown[0]!r}", hint="ringleader rings list")
    with whole_file(path) as file:
        write_page(file, blocks(read, run, rings, name, now(), graph.schema), graph.schema)
        if _current_run(read)["run_id"] != run["run_id"]:
            raise QueryError(
                "a detection finished while the report was read", hint="run the same command again"
            )
        size = file.tell()
    return ReportContents(len(rings), sum(ring.size for ring in rings), size)


def one_ring(graph: Graph, ring_id: str, name: Naming = as_it_is) -> dict[str, Any]:
    """All that the report shows of one ring, with the words that its page needs.

    Args:
        graph: An open graph.
        ring_id: The ring.
        name: What a name is shown as; every name that comes from the data passes through it.

    Raises:
        NotFound: There is no such ring now, or no detection has run.
    """

    def read(query: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        return graph.read(get(query), params)

    run = _current_run(read)
    found = read("report-rings", {"ring_ids": [ring_id], "limit": None})
    if not found:
        raise NotFound(f"there is no ring {ring_id!r}", hint="ringleader rings list")
    ring = Standing(**plain(found[0]))
    rows = Rows(
        *(
            _by_ring(read, query, [ring_id])[ring_id]
            for query in (
                "report-links",
                "report-members",
                "report-identifiers",
                "report-decisions",
            )
        )
    )
    there = families_there(run["uses"], graph.schema)
    block = ring_block(ring, rows, there, name, graph.schema)
    return {**block, "id": ring_id, "statuses": ring.statuses, "words": words(graph.schema)}


def words(schema: Schema) -> dict[str, dict[str, str]]:
    """What people call what accounts share, and the letter of each kind of evidence."""
    return {
        "letters": {family.name: family.letter for family in schema.families},
        "kinds": {found.label: found.display for found in schema.identifiers},
        "uses": {found.label: f"uses of {found.plural}" for found in schema.identifiers},
    }


def _current_run(read: Reading) -> dict[str, Any]:
    rows = read("report-run", {})
    if not rows:
        raise NotFound("no detection has run", hint="ringleader detect")
    return dict(plain(rows[0]))


def blocks(
    read: Reading,
    run: Mapping[str, Any],
    rings: Sequence[Standing],
    name: Naming,
    now: datetime,
    schema: Schema = BUILT_IN,
) -> Iterator[tuple[str, Any]]:
    """The page's data: a block per ring, then the names to find them by, then the overview.

    Args:
        read: Answers a stored query.
        run: The row of ``report-run``.
        rings: The rings, in the order of the page.
        name: What a name is shown as.
        now: The time that the page says it was written at.
        schema: What accounts can share.
    """
    ring_ids = [ring.ring_id for ring in rings]
    decisions = _by_ring(read, "report-decisions", ring_ids)
    there = families_there(run["uses"], schema)
    listed: list[dict[str, Any]] = []
    found_by: list[list[str]] = []
    with progress("read rings", len(rings)) as advance:
        for batch in batches(rings):
            ids = [ring.ring_id for ring in batch]
            links = _by_ring(read, "report-links", ids)
            members = _by_ring(read, "report-members", ids)
            identifiers = _by_ring(read, "report-identifiers", ids)
            for ring in batch:
                at = ring.ring_id
                rows = Rows(links[at], members[at], identifiers[at], decisions[at])
                block = ring_block(ring, rows, there, name, schema)
                listed.append(ring_line(ring, rows, name))
                found_by.append([one["name"] for one in (*block["members"], *block["items"])])
                yield f"ring-{len(listed) - 1}", block
                advance(1)
    yield "search", found_by
    yield (
        "overview",
        {
            "written": plain(now),
            "version": __version__,
            "run": run_told(run),
            "evidence": evidence_told(run["uses"], schema),
            "caveats": caveats(
                run,
                rings,
                read("loads-not-finished", {}),
                read("channels-without-addresses", {}),
                name,
                schema,
            ),
            "campaigns": [
                campaign_told(plain(row), name)
                for row in read("report-campaigns", {"ring_ids": ring_ids})
            ],
            "rings": listed,
            "words": words(schema),
        },
    )


def batches(rings: Iterable[Standing], links: int = LINKS_AT_ONCE) -> Iterator[list[Standing]]:
    """The rings in their order, together as long as they have at most so many links."""
    batch: list[Standing] = []
    room = links
    for ring in rings:
        if batch and ring.links > room:
            yield batch
            batch, room = [], links
        batch.append(ring)
        room -= ring.links
    if batch:
        yield batch


def _by_ring(
    read: Reading, query: str, ring_ids: Sequence[str]
) -> defaultdict[str, list[dict[str, Any]]]:
    """The rows of each ring. Only columns of times are made plain: there are millions of others."""
    times = [column.name for column in get(query).columns if column.type == "datetime"]
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read(query, {"ring_ids": list(ring_ids)}):
        found[row["ring_id"]].append({**row, **{name: plain(row[name]) for name in times}})
    return found
