"""Networks as their owners publish them: JSON of clouds, CSV with networks, flags or ranges."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ringleader.errors import InputError
from ringleader.loaders.sources.columns import range_columns
from ringleader.loaders.sources.packed import open_bytes

# Flags of MaxMind's anonymous databases, the most telling first, and our kinds.
FLAGS = (
    ("is_tor_exit_node", "tor"),
    ("is_residential_proxy", "residential"),
    ("is_anonymous_vpn", "vpn"),
    ("is_hosting_provider", "datacentre"),
)
_NETWORKS = (
    "network",
    "cidr",
    "prefix",
    "ip_prefix",
    "ip_range",
    "range",
    "netblock",
    "subnet",
    "ip",
)
# Columns of such a CSV that say that its entries are proxies, and not all there is.
_SAYING = ("kind", "operator", "proxy_id", "source", "proxy_type", "provider", "service")
_PROXY_TYPES = {"vpn": "vpn", "tor": "tor", "dch": "datacentre", "res": "residential"}


def is_json_list(first: str, lines: Sequence[str]) -> bool:
    """Whether JSON names prefixes under keys that the contract does not know."""
    text = "\n".join(lines)
    keys = set(re.findall(r'"([A-Za-z0-9_]+)"\s*:', text))
    known = {"address", "account_id", "ip"}
    return bool(keys & set(_JSON_KEYS)) and not keys & known


def is_range_list(header: Sequence[str]) -> bool:
    """Whether a CSV names networks, and says that they are proxies."""
    if "address" in header:
        return False
    flags = any(flag in header for flag, _ in FLAGS)
    has_networks = header[0] in _NETWORKS and len(header) > 1
    return (has_networks and (flags or any(name in header for name in _SAYING))) or (
        range_columns(header) is not None
    )


def ranges_csv(numbered: Iterable[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    """Entries of a CSV with networks, or with the ends of ranges, and flags of GeoIP2."""
    lines = list(numbered)
    header = [name.strip().lower() for name in next(csv.reader([lines[0][1]]))]
    ends = range_columns(header)
    for number, line in lines[1:]:
        row = dict(zip(header, (field.strip() for field in next(csv.reader([line]))), strict=False))
        network = next((row[name] for name in _NETWORKS if row.get(name)), None)
        if network is None and ends:
            network = f"{row.get(ends[0], '')}-{row.get(ends[1], '')}"
        flag = next((kind for name, kind in FLAGS if row.get(name) in ("1", "true", "True")), None)
        stated = row.get("kind") or _PROXY_TYPES.get(row.get("proxy_type", "").lower())
        yield {
            "line": number,
            "address": network,
            "kind": stated or flag,
            "operator": row.get("operator") or row.get("provider") or None,
            "proxy_id": row.get("proxy_id") or None,
        }


# Keys under which providers name their prefixes.
_JSON_KEYS = (
    "ip_prefix", "ipv6_prefix", "ipv4Prefix", "ipv6Prefix", "addressPrefixes", "cidr", "cidrs",
    "addresses", "ipv6_addresses", "ipv4_cidrs", "ipv6_cidrs", "ip_prefixes", "prefixes",
)  # fmt: skip
_OPERATORS = {"ip_prefix": "amazon", "ipv4Prefix": "google", "addressPrefixes": "microsoft"}


def prefixes_json(path: Path, hint: str) -> Iterator[dict[str, Any]]:
    """Prefixes anywhere in JSON, a document or lines of them."""
    with open_bytes(path) as file:
        text = file.read().decode("utf-8-sig", errors="replace")
    try:
        documents = [json.loads(text)]
    except ValueError:
        try:
            documents = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise InputError(f"{path} is not JSON: {error}", hint=hint) from error
    operator = next((name for key, name in _OPERATORS.items() if f'"{key}"' in text), None)
    for number, prefix in enumerate(dict.fromkeys(_prefixes_in(documents)), start=1):
        yield {"line": number, "address": prefix, "operator": operator}


def _prefixes_in(value: Any, key: str | None = None) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _prefixes_in(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _prefixes_in(inner, key)
    elif isinstance(value, str) and key in _JSON_KEYS:
        yield value
