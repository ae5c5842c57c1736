"""Subnets to the autonomous system that announces them, from a user's MaxMind database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import maxminddb

from ringleader.catalogue import get
from ringleader.errors import InputError

if TYPE_CHECKING:
    from ringleader.graph import Graph

_PAGE = 10_000


def open_database(path: Path) -> maxminddb.Reader:
    """Open a MaxMind database.

    Raises:
        InputError: There is none.
    """
    try:
        # Read from disk as needed: such databases are large and few of their records are wanted.
        return maxminddb.open_database(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file", hint="--asn-mmdb FILE") from error
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise InputError(
            f"{path} is no MaxMind database: {error}",
            hint="truncated or damaged? download it again",
        ) from error


def system_of(reader: maxminddb.Reader, cidr: str) -> tuple[int, str | None] | None:
    """Number and name of the system that announces a subnet, by its first address."""
    try:
        record = reader.get(cidr.partition("/")[0])
    except ValueError:  # an IPv6 address and a database of IPv4 only
        return None
    if not isinstance(record, dict) or "autonomous_system_number" not in record:
        return None
    name = record.get("autonomous_system_organization")
    return int(str(record["autonomous_system_number"])), None if name is None else str(name)


def link_systems(graph: Graph, path: Path, subnets: Iterable[str]) -> int:
    """Tie subnets in the graph to their systems; saying it again changes nothing.

    Args:
        graph: The graph.
        path: A database with autonomous systems, such as GeoLite2-ASN.
        subnets: Their CIDRs.

    Returns:
        The number of subnets with a known system.
    """
    linked = 0
    with open_database(path) as reader:
        for rows in _pages(_found(reader, subnets)):
            graph.write(get("link-systems"), {"rows": rows})
            linked += len(rows)
    return linked


def _found(reader: maxminddb.Reader, subnets: Iterable[str]) -> Iterator[dict[str, Any]]:
    for cidr in subnets:
        if found := system_of(reader, cidr):
            yield {"cidr": cidr, "number": found[0], "name": found[1]}


def _pages(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    page: list[dict[str, Any]] = []
    for row in rows:
        page.append(row)
        if len(page) == _PAGE:
            yield page
            page = []
    if page:
        yield page
