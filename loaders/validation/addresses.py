"""IP addresses and prefixes in canonical text.

An IPv4-mapped IPv6 address is the IPv4 address; ports, brackets and zones are dropped. A masked
address (``203.0.113.***``) becomes the prefix that is left of it. Plain
dotted quads and IPv6 addresses of full length, nearly all there is, are recognised in SQL; only
the distinct rest comes through here.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import radix

from ringleader.errors import SettingsError
from ringleader.loaders.validation.missing_values import is_placeholder

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


# Addresses of nobody in particular: this host, this link, everybody, what a cloud's machines ask
# about themselves.
_NOBODY = (
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/3",
    "168.63.129.16/32",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "::/127",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
)
# What systems write in the place of an address where a request came from themselves.
_OWN = re.compile(
    r"^(?:localhost|localhost6|ip6-localhost|unix:.*|@|private|internal|gce-internal-ip"
    r"|aws internal|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:amazonaws\.com|internal|localhost|local))$",
    re.IGNORECASE,
)
# What of canonical texts may be one of them; the rest need not be parsed.
_MAYBE_NOBODY = (
    r"^(?:0|127|169\.254|22[4-9]|23[0-9]|24[0-9]|25[0-5]"
    r"|168\.63\.129|100\.100\.100|192\.0\.0)\.|^f[ef]"
)
# What the setting ``load.ignore_addresses`` may call by one word.
PRIVATE = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "fc00::/7",
)


@dataclass(frozen=True)
class Address:
    """An address in canonical text.

    Attributes:
        text: The text; None for an address that is nobody's.
        had_port: Whether a port was cut off.
    """

    text: str | None
    had_port: bool = False


def canonical(text: str) -> Address | None:
    """The canonical form of an address.

    Args:
        text: As it stands in a log: ``1.2.3.4``, ``1.2.3.4:443``, ``[::1]:443``, ``fe80::1%eth0``,
            ``::ffff:1.2.3.4``.

    Returns:
        None when it is no address.
    """
    text = _bare(text)
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


# What programs put around an address: quotes, and Java and gRPC what kind of address it is.
_AROUND = re.compile(r"^[\"'<{]*(?:(?:ipv[46]|tcp|udp|https?):(?://)?|/)?|[\"'>};]*$")


def _bare(text: str) -> str:
    return _AROUND.sub("", text.strip()).strip()


def _unmapped(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


# What stands for the hidden part: ``203.0.113.***``, ``203.0.113.xxx``, ``203.0.113.1**``; some cut
# it off (``203.0.113.``).
_HIDDEN = (
    r"(?:[0-9]{0,2}[*xX?#_•…-]+|[nN]{1,3}"
    r"|[\[<(]?(?:redacted|masked|hidden|removed|anon[a-z]*)[\])>]?)"
)
_HIDDEN_V4 = re.compile(rf"^((?:[0-9]{{1,3}}\.){{2,3}})(?:{_HIDDEN}(?:\.{_HIDDEN})*)?$")
_HIDDEN_ALL_BUT_ONE = re.compile(rf"^([0-9]{{1,3}}\.){_HIDDEN}(?:\.{_HIDDEN})*$")
_HIDDEN_V6 = re.compile(rf"^((?:[0-9A-Fa-f]{{1,4}}:)+):?{_HIDDEN}(?::+{_HIDDEN})*$")
# A prefix is kept from so many bits on, and to so many: as long as those of whole addresses.
_KEPT_V4, _KEPT_V6 = (16, 24), (32, 64)


def masked(text: str, *, zeroed: bool = False) -> Address | None:
    """The subnet of an address whose last part is hidden.

    Args:
        text: ``203.0.113.***``, ``203.0.113.xxx``, ``203.0.113.0/24``, ``2001:db8:1::/48``,
            ``2001:db8:1:*:*:*:*:*``.
        zeroed: Whether ``203.0.113.0`` and ``2001:db8:1::`` are masked too.

    Returns:
        The prefix: /24 or /64, or what is left if that is shorter; the address itself for /32 and
        /128; no text for what is shorter than /16 or /32. None when it is no masked address.
    """
    text, port = _bare(text), False
    if found := _BRACKETED.match(text) or re.match(r"^([^:]+):([0-9]{1,5})$", text):
        text, port = found[1], found[2] is not None
    if text.lower().startswith("::ffff:") and "." in text:
        text = text[7:]
    if found := _HIDDEN_V4.match(text) or _HIDDEN_ALL_BUT_ONE.match(text):
        known = found[1].split(".")[:-1]
        cidr = ".".join([*known, *["0"] * (4 - len(known))]) + f"/{8 * len(known)}"
    elif found := _HIDDEN_V6.match(text):
        known = found[1].split(":")[:-1]
        cidr = ":".join(known) + f"::/{16 * len(known)}"
    elif zeroed and re.search(r"^[0-9.]+\.0$", text):
        cidr = f"{text}/24"
    elif zeroed and text.endswith("::") and len(text) > 2:
        cidr = f"{text}/{16 * (text.count(':') - 1)}"
    elif "/" in text:
        cidr = text
    else:
        return None
    plain = _network(cidr)
    if plain is None:
        return None
    network = ipaddress.ip_network(plain)
    if network.prefixlen == network.max_prefixlen:
        return Address(str(network.network_address), port)
    least, most = _KEPT_V4 if network.version == 4 else _KEPT_V6
    if network.prefixlen < least:
        return Address(None, port)
    if network.prefixlen > most:
        network = network.supernet(new_prefix=most)
    return Address(str(network), port)


_TO = r"\s*(?:--?|–|—|~|→|\bto\b|\bthrough\b|\.\.)\s*"
_RANGE = re.compile(rf"^([0-9A-Fa-f:.]+){_TO}([0-9A-Fa-f:.]+)$")
# The end of a range may be its last number alone; a star is all of them.
_SHORT_RANGE = re.compile(rf"^((?:[0-9]{{1,3}}\.){{3}})([0-9]{{1,3}}){_TO}([0-9]{{1,3}})$")
_STARS = re.compile(r"^((?:[0-9]{1,3}\.){1,3})\*(?:\.\*)*$")
_MASKED = re.compile(
    r"^([0-9.]+)\s*(?:/|\s|\bnetmask\b|\bmask\b)\s*([0-9]{1,3}(?:\.[0-9]{1,3}){3})$"
)


def networks(text: str) -> list[str] | None:
    """The canonical CIDRs of an address, a prefix, a netmask or a range; host bits are cut off.

    Args:
        text: ``203.0.113.7``, ``203.0.113.0/24``, ``203.0.113.0 255.255.255.0``,
            ``203.0.113.128 - 203.0.113.191``, ``203.0.113.128-191``, ``203.0.113.*``,
            ``3405803776-3405804031``.

    Returns:
        None when it is none of these, and for a prefix of no bits: all addresses are nobody's
        network, and one such line among proxies would take the weight from every address.
    """
    text = text.strip()
    if found := _SHORT_RANGE.match(text):
        return _of_range(found[1] + found[2], found[1] + found[3])
    if found := _STARS.match(text):
        known = found[1].split(".")[:-1]
        text = ".".join([*known, *["0"] * (4 - len(known))]) + f"/{8 * len(known)}"
    if found := _RANGE.match(text):
        return _of_range(found[1], found[2])
    if found := _MASKED.match(text):
        text = f"{found[1]}/{found[2]}"
    one = _network(text)
    return None if one is None else [one]


def _network(text: str) -> str | None:
    address, slash, bits = text.partition("/")
    if not slash:
        found = canonical(text)
        if found is None or found.text is None:
            return None
        return found.text + ("/32" if ":" not in found.text else "/128")
    try:
        parsed = ipaddress.ip_network(f"{address}/{bits}", strict=False)
    except ValueError:
        return None
    return _plain_network(parsed)


def _of_range(start: str, end: str) -> list[str] | None:
    """The fewest prefixes that are a range of addresses, given as text or as numbers."""
    try:
        ends: list[Any] = [ipaddress.ip_address(int(e) if e.isdigit() else e) for e in (start, end)]
        found: list[Any] = list(ipaddress.summarize_address_range(*ends))
    except (ValueError, TypeError):
        return None
    plain = [_plain_network(network) for network in found]
    known = [network for network in plain if network is not None]
    return known if known and len(known) == len(plain) else None


def _plain_network(parsed: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str | None:
    if isinstance(parsed, ipaddress.IPv6Network):
        mapped = parsed.network_address.ipv4_mapped
        if mapped and parsed.prefixlen >= 96:
            return f"{mapped}/{parsed.prefixlen - 96}" if parsed.prefixlen > 96 else None
    return str(parsed) if parsed.prefixlen else None


@dataclass(frozen=True)
class Canonicalised:
    """What became of a column of addresses.

    Attributes:
        renamed: Table of ``_raw``, ``_canonical`` and ``_wrong`` for every value that is not
            canonical already, a row for each prefix of a range; ``_canonical`` is null for what
            is no address (it is wrong) and for what is nobody's. None without such values.
        invalid: Distinct values that are no address.
        with_port: Distinct values whose port was cut off.
    """

    renamed: ir.Table | None
    invalid: int = 0
    with_port: int = 0


def canonicalise(
    workspace: Workspace,
    values: ir.Column,
    ignored: Sequence[str] = (),
    *,
    zeroed: bool = False,
) -> Canonicalised:
    """Work out the canonical form of every address that is not a plain dotted quad.

    Args:
        workspace: Where the values are.
        values: A column of texts.
        ignored: Prefixes, or the word ``private``, whose addresses are nobody's too.
        zeroed: Whether addresses whose last part is zero are masked.
    """
    table = values.name("raw").as_table().distinct()
    plain = table.raw.re_search(CANONICAL_IPV4) | table.raw.re_search(CANONICAL_IPV6)
    if not ignored:
        odd = ~plain | table.raw.re_search(_MAYBE_NOBODY)
        table = table.filter(odd | table.raw.endswith(".0") if zeroed else odd)
    nobody = _prefixes(
        (*_NOBODY, *(p for w in ignored for p in (PRIVATE if w == "private" else (w,))))
    )

    def somebody(text: str) -> list[Address] | None:
        found = masked(text, zeroed=zeroed) or canonical(text)
        if found is None:
            own = is_placeholder(text) or _OWN.match(text.strip())
            return [Address(None)] if own else None
        if found.text is not None and nobody.search_best(found.text) is not None:
            return [replace(found, text=None)]
        return [found]

    return _each(workspace, table, somebody)


def _prefixes(cidrs: Sequence[str]) -> radix.Radix:
    tree = radix.Radix()
    for cidr in cidrs:
        try:
            tree.add(cidr)
        except ValueError as error:
            raise SettingsError(
                f"setting load.ignore_addresses: {cidr!r} is no address or CIDR",
                hint='e.g. ["private", "203.0.113.7/32"]',
            ) from error
    return tree


def canonical_networks(workspace: Workspace, values: ir.Column) -> Canonicalised:
    """Work out the canonical CIDR of every prefix.

    Args:
        workspace: Where the values are.
        values: A column of texts.
    """

    def prefixes(text: str) -> list[Address] | None:
        found = networks(text)
        return None if found is None else [Address(cidr) for cidr in found]

    return _each(workspace, values.name("raw").as_table(), prefixes)


def _each(
    workspace: Workspace, texts: ir.Table, function: Callable[[str], list[Address] | None]
) -> Canonicalised:
    import pyarrow as pa

    texts = workspace.keep("odd_addresses", texts.filter(texts.raw.notnull()).distinct())
    if not workspace.one(texts.aggregate(n=texts.count()))["n"]:
        return Canonicalised(None)
    invalid = with_port = 0
    parts = []
    for chunk in workspace.chunks(texts, 65_536):
        found = [(row["raw"], function(row["raw"])) for row in chunk]
        invalid += sum(addresses is None for _, addresses in found)
        every = [(raw, one) for raw, addresses in found for one in addresses or (None,)]
        with_port += sum(one is not None and one.had_port for _, one in every)
        changed = [
            (raw, one.text if one else None, one is None)
            for raw, one in every
            if one is None or one.text != raw
        ]
        columns = {
            "_raw": pa.array([raw for raw, *_ in changed], pa.string()),
            "_canonical": pa.array([text for _, text, _ in changed], pa.string()),
            "_wrong": pa.array([wrong for *_, wrong in changed], pa.bool_()),
        }
        parts.append(pa.table(columns))
    renamed = pa.concat_tables(parts)
    kept = workspace.take("addresses", renamed) if renamed.num_rows else None
    return Canonicalised(kept, invalid, with_port)
