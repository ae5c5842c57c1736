"""Indicators in the graph: one form for each value, and ties to what the graph has of it."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import radix

from ringleader.catalogue import get
from ringleader.keys import keyed_hash, load_key
from ringleader.loaders.enrichment.prefixes import paged
from ringleader.loaders.indicators.shape import ACCOUNT, CIDR, DOMAIN, IP, Indicator, Sighting
from ringleader.progress import progress
from ringleader.schema.normalisers import NORMALISERS, domain_of

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.schema import Schema

__all__ = ["link_indicators", "rows_of", "sight_indicators", "write_indicators", "write_sightings"]

_ROWS = 2_000
# Subnets in the graph are /24 and /64: a prefix of at most this length holds whole ones.
_SUBNET_BITS = {4: 24, 6: 64}
_SHA256 = 64


def rows_of(
    indicators: Sequence[Indicator], schema: Schema, home: Path
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Rows to write, and what was left out by reason.

    Values of identifiers that the graph holds as keyed hashes are hashed here, so that the value
    is not stored either.

    Args:
        indicators: As read.
        schema: What accounts can share.
        home: The data folder, where the key is.
    """
    by_name = {found.name: found for found in schema.identifiers}
    rows, left_out = {}, dict[str, int]()
    for given in indicators:
        label, key = "", given.value
        if given.kind == CIDR:
            label = "Subnet"
        elif given.kind == ACCOUNT:
            label = "Account"
        elif found := by_name.get(given.kind):
            label = found.label
            if given.kind == DOMAIN:
                key = domain_of(f"@{given.value}")
            elif given.kind != IP and found.normaliser:
                key = NORMALISERS[found.normaliser](given.value, "") or ""
            if key and found.hashed:
                key = keyed_hash(load_key(home), found.name, key)
        if not label or not key:
            why = f"kind that is not known ({given.kind})" if not label else "value of no such kind"
            left_out[why] = left_out.get(why, 0) + 1
            continue
        said = "\x1f".join((given.source, given.ref, given.kind, key))
        id_ = hashlib.sha256(said.encode()).hexdigest()[:32]
        rows[id_] = {
            "indicator_id": id_,
            "label": label,
            "key": key,
            "kind": given.kind,
            **{
                name: getattr(given, name)
                for name in (
                    "ref", "source", "tlp", "confidence", "valid_from", "valid_until", "modified",
                    "revoked", "note",
                )
            },
        }  # fmt: skip
    return list(rows.values()), left_out


def write_indicators(graph: Graph, rows: Sequence[dict[str, Any]]) -> None:
    """Write indicators. The same ones again change nothing; a later version replaces an earlier."""
    # All values of one id travel together: what a later version lacks is told by that.
    ordered = sorted(rows, key=lambda row: (row["source"], row["ref"], row["indicator_id"]))
    page: list[dict[str, Any]] = []
    for at, row in enumerate(ordered):
        page.append(row)
        last = at + 1 == len(ordered)
        if last or (len(page) >= _ROWS and ordered[at + 1]["ref"] != row["ref"]):
            graph.write(get("write-indicators"), {"rows": page})
            page = []


def write_sightings(graph: Graph, sightings: Sequence[Sighting]) -> int:
    """Write what partners have seen; returns how many are of indicators that are known.

    The same ones again change nothing; a later version of a sighting replaces an earlier one.
    """
    known = 0
    for at in range(0, len(sightings), _ROWS):
        rows = [asdict(one) for one in sightings[at : at + _ROWS]]
        known += graph.write(get("write-sightings"), {"rows": rows}).rows[0]["known"]
    return known


def sight_indicators(graph: Graph) -> None:
    """Note on all indicators in how many accounts, how often and when they were seen here."""
    stored = get("sight-indicators")
    graph.run_in_batches(stored, stored.bind({}))


def link_indicators(graph: Graph) -> int:
    """Tie all indicators to what the graph has now; returns the number of ties.

    Loads bring identifiers that indicators have named before, so a detection does this as well.
    """
    indicators = graph.read(get("indicators-to-link"))
    if not indicators:
        return 0
    stored = get("drop-indications")
    graph.run_in_batches(stored, stored.bind({}))
    linked = 0
    with progress("tie indicators"):
        page: list[dict[str, Any]] = []
        for row in _ties(graph, indicators):
            page.append(row)
            if len(page) == _ROWS:
                linked += graph.write(get("link-indicators"), {"rows": page}).rows[0]["linked"]
                page = []
        if page:
            linked += graph.write(get("link-indicators"), {"rows": page}).rows[0]["linked"]
    return linked


def _ties(graph: Graph, indicators: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    networks, hashes = radix.Radix(), dict[str, list[str]]()
    for row in indicators:
        if row["kind"] == CIDR:
            networks.add(row["key"]).data.setdefault("ids", []).append(row["indicator_id"])
        elif row["kind"] == ACCOUNT and _is_hash(row["key"]):
            hashes.setdefault(row["key"].lower(), []).append(row["indicator_id"])
        else:
            yield {"indicator_id": row["indicator_id"], "label": row["label"], "key": row["key"]}
    if networks.nodes():
        for name, column, label in (
            ("subnets-page", "cidr", "Subnet"),
            ("addresses-page", "address", "Ip"),
        ):
            for key in paged(graph, get(name), column):
                yield from _inside(networks, label, key)
    if hashes:
        for row in graph.stream(get("account-ids")):
            account = row["account_id"]
            for id_ in hashes.get(hashlib.sha256(account.encode()).hexdigest(), ()):
                yield {"indicator_id": id_, "label": "Account", "key": account}


def _inside(networks: Any, label: str, key: str) -> Iterator[dict[str, Any]]:
    """What a subnet or an address lies in: a wide prefix names subnets, a narrow one addresses."""
    network = ipaddress.ip_network(key)
    most = _SUBNET_BITS[network.version]
    for node in networks.search_covering(key):
        if (node.prefixlen <= most) == (label == "Subnet"):
            for id_ in node.data["ids"]:
                yield {"indicator_id": id_, "label": label, "key": key}


def _is_hash(text: str) -> bool:
    return len(text) == _SHA256 and all(letter in "0123456789abcdefABCDEF" for letter in text)
