"""IP addresses and prefixes in canonical text.

An IPv4-mapped IPv6 address is the IPv4 address; ports, brackets and zones are dropped. Plain
dotted quads and IPv6 addresses of full length, nearly all there is, are recognised in SQL; only
the distinct rest comes through here.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.workspace import Workspace

_OCTET = r"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
# Already canonical: no leading zeros, nothing around it.
CANONICAL_IPV4 = rf"^({_OCTET}\.){{3}}{_OCTET}$"
# The same for IPv6 in its full length: eight groups, none zero, so that none can be left out.
_GROUP = "[1-9a-f][0-9a-f]{0,3}"
CANONICAL_IPV6 = rf"^({_GROUP}:{_GROUP}:{_GROUP}:{_GROUP})(:{_GROUP}){{4}}$"
_WITH_PORT_V4 = re.compile(r"^([0-9.]+):([0-9]{1,5})$")
_BRACKETED = re.compile(r"^\[([^\]]+)\](?::([0-9]{1,5}))?$")


@dataclass(frozen=True)
class Address:
    """An address in canonical text, and whether a port was cut off."""

    text: str
    had_port: bool = False


def canonical(text: str) -> Address | None:
    """The canonical form of an address.

    Args:
        text: As it stands in a log: ``1.2.3.4``, ``1.2.3.4:443``, ``[::1]:443``, ``fe80::1%eth0``,
            ``::ffff:1.2.3.4``.

    Returns:
        None when it is no address.
    """
    text = text.strip()
    port = None
    if found := _WITH_PORT_V4.match(text) or _BRACKETED.match(text):
        text, port = found[1], found[2]
        if port is not None and int(port) > 65_535:
            return None
    address, _, zone = text.partition("%")
    if zone and ":" not in address:
        return None
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return Address(str(_unmapped(parsed)), port is not None)


def _unmapped(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def network(text: str) -> str | None:
    """The canonical CIDR of an address or prefix; host bits are cut off.

    Returns:
        None when it is neither, and for a prefix of no bits: all addresses are nobody's network,
        and one such line among proxies would take the weight from every address.
    """
    text = text.strip()
    address, slash, bits = text.partition("/")
    if not slash:
        found = canonical(text)
        if found is None:
            return None
        return found.text + ("/32" if ":" not in found.text else "/128")
    try:
        parsed = ipaddress.ip_network(f"{address}/{bits}", strict=False)
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Network):
        mapped = parsed.network_address.ipv4_mapped
        if mapped and parsed.prefixlen >= 96:
            return f"{mapped}/{parsed.prefixlen - 96}" if parsed.prefixlen > 96 else None
    return str(parsed) if parsed.prefixlen else None


@dataclass(frozen=True)
class Canonicalised:
    """What became of a column of addresses.

    Attributes:
        renamed: Table of ``_raw`` and ``_canonical`` for every value that is not canonical
            already; ``_canonical`` is null for what is no address. None when there is no such
            value.
        invalid: Distinct values that are no address.
        with_port: Distinct values whose port was cut off.
    """

    renamed: ir.Table | None
    invalid: int = 0
    with_port: int = 0


def canonicalise(workspace: Workspace, values: ir.Column) -> Canonicalised:
    """Work out the canonical form of every address that is not a plain dotted quad.

    Args:
        workspace: Where the values are.
        values: A column of texts.
    """
    table = values.name("raw").as_table().distinct()
    plain = table.raw.re_search(CANONICAL_IPV4) | table.raw.re_search(CANONICAL_IPV6)
    return _each(workspace, table.filter(~plain), canonical)


def canonical_networks(workspace: Workspace, values: ir.Column) -> Canonicalised:
    """Work out the canonical CIDR of every prefix.

    Args:
        workspace: Where the values are.
        values: A column of texts.
    """

    def as_address(text: str) -> Address | None:
        found = network(text)
        return None if found is None else Address(found)

    return _each(workspace, values.name("raw").as_table(), as_address)


def _each(
    workspace: Workspace, texts: ir.Table, function: Callable[[str], Address | None]
) -> Canonicalised:
    import pyarrow as pa

    texts = workspace.keep("odd_addresses", texts.filter(texts.raw.notnull()).distinct())
    if not workspace.one(texts.aggregate(n=texts.count()))["n"]:
        return Canonicalised(None)
    invalid = with_port = 0
    parts = []
    for chunk in workspace.chunks(texts, 65_536):
        found = [(row["raw"], function(row["raw"])) for row in chunk]
        invalid += sum(address is None for _, address in found)
        with_port += sum(address is not None and address.had_port for _, address in found)
        changed = [(raw, a.text if a else None) for raw, a in found if not a or a.text != raw]
        columns = {
            "_raw": pa.array([raw for raw, _ in changed], pa.string()),
            "_canonical": pa.array([text for _, text in changed], pa.string()),
        }
        parts.append(pa.table(columns))
    renamed = pa.concat_tables(parts)
    kept = workspace.take("addresses", renamed) if renamed.num_rows else None
    return Canonicalised(kept, invalid, with_port)
