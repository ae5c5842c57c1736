"""Addresses to the longest listed prefix that holds them, by a radix tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import radix

from ringleader.catalogue import Query, get

if TYPE_CHECKING:
    from ringleader.graph import Graph

PAGE = 50_000


class Prefixes:
    """Prefixes with the proxies that answer for each; IPv4 and IPv6 in one tree."""

    def __init__(self) -> None:
        self._tree = radix.Radix()

    def add(self, cidr: str, proxy_id: str) -> None:
        """Note that a proxy answers for a prefix."""
        self._tree.add(cidr).data.setdefault("proxies", []).append(proxy_id)

    def proxies(self, address: str) -> list[str]:
        """The proxies of the longest prefix that holds an address, sorted."""
        node = self._tree.search_best(address)
        return sorted(set(node.data["proxies"])) if node else []


def listed(graph: Graph) -> Prefixes:
    """Every prefix in the graph."""
    prefixes = Prefixes()
    for row in graph.read(get("listed-prefixes")):
        for cidr in row["cidrs"]:
            prefixes.add(cidr, row["proxy_id"])
    return prefixes


def link_exits(
    graph: Graph,
    prefixes: Prefixes,
    addresses: Iterable[str],
    *,
    only: frozenset[str] | None = None,
) -> int:
    """Tie addresses in the graph to the proxies of their longest prefix.

    Says the same however often and in whatever order lists and requests are loaded.

    Args:
        graph: The graph; it has the addresses and the proxies.
        prefixes: The prefixes.
        addresses: The addresses to look at.
        only: Leave alone addresses that none of these proxies answers for.

    Returns:
        The number of addresses that have a proxy.
    """
    linked = 0
    rows: list[dict[str, Any]] = []
    for address in addresses:
        found = prefixes.proxies(address)
        if not found or (only is not None and only.isdisjoint(found)):
            continue
        rows.append({"address": address, "proxies": found})
        if len(rows) == PAGE // 5:
            graph.write(get("link-exits"), {"rows": rows})
            linked += len(rows)
            rows = []
    if rows:
        graph.write(get("link-exits"), {"rows": rows})
    return linked + len(rows)


def paged(graph: Graph, query: Query, column: str) -> Iterator[str]:
    """The values of a sorted query, fetched a page at a time.

    Args:
        graph: The graph.
        query: A query with the parameters ``after`` and ``limit``.
        column: The column that it is sorted by.
    """
    after = ""
    while rows := graph.read(query, {"after": after, "limit": PAGE}):
        yield from (row[column] for row in rows)
        after = rows[-1][column]
