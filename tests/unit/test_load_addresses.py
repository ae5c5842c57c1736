import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringleader.loaders.enrichment.prefixes import Prefixes
from ringleader.loaders.validation.addresses import (
    CANONICAL_IPV4,
    CANONICAL_IPV6,
    Address,
    canonical,
    networks,
)
from ringleader.subnets import subnet


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("1.2.3.4", "1.2.3.4", False),
        (" 1.2.3.4 ", "1.2.3.4", False),
        ("1.2.3.4:443", "1.2.3.4", True),
        ("[1.2.3.4]:443", "1.2.3.4", True),
        ("2001:DB8:0:0::1", "2001:db8::1", False),
        ("[2001:db8::1]:443", "2001:db8::1", True),
        ("[::1]", "::1", False),
        ("::ffff:1.2.3.4", "1.2.3.4", False),
        ("[::ffff:1.2.3.4]:80", "1.2.3.4", True),
        ("fe80::1%eth0", "fe80::1", False),
        ('"1.2.3.4"', "1.2.3.4", False),
        ("/1.2.3.4:443", "1.2.3.4", True),  # Java
        ("ipv6:[2001:db8::1]:443", "2001:db8::1", True),  # gRPC
        ("tcp://1.2.3.4:443", "1.2.3.4", True),
    ],
)
def test_canonical(text, address, port):
    assert canonical(text) == Address(address, port)


@pytest.mark.parametrize(
    "text",
    ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4:99999", "1.2.3.4%eth0", "host",
     "1.2.3.4/24", "::1::", "[1.2.3.4", "-", "unknown", "1.2.3.4, 5.6.7.8"],
)  # fmt: skip
def test_no_address(text):
    assert canonical(text) is None


@pytest.mark.parametrize(
    ("text", "cidr"),
    [
        ("1.2.3.4", "1.2.3.4/32"),
        ("1.2.3.4/24", "1.2.3.0/24"),
        ("1.2.3.4/255.255.255.0", "1.2.3.0/24"),
        ("2001:db8::1/32", "2001:db8::/32"),
        ("::ffff:1.2.3.0/120", "1.2.3.0/24"),
        ("::1", "::1/128"),
        ("1.2.3.128-191", "1.2.3.128/26"),
        ("1.2.3.128 - 1.2.3.191", "1.2.3.128/26"),
        ("1.2.3.128 → 1.2.3.191", "1.2.3.128/26"),
        ("1.2.3.*", "1.2.3.0/24"),
        ("1.2.*.*", "1.2.0.0/16"),
        ("1.2.3.191-128", None),
        ("1.2.3.4/33", None),
        ("0.0.0.0/0", None),
        ("::/0", None),
        ("::ffff:0:0/96", None),
        ("x/8", None),
        ("", None),
    ],
)
def test_network(text, cidr):
    assert networks(text) == (None if cidr is None else [cidr])


@given(st.ip_addresses())
def test_canonical_keeps_canonical_ones_and_subnets_hold_them(address):
    found = canonical(str(address))
    assert found is not None
    assert canonical(found.text) == found
    around = ipaddress.ip_network(subnet(found.text))
    assert ipaddress.ip_address(found.text) in around
    assert subnet(found.text) == str(around)


@given(st.text(alphabet="0123456789.", max_size=16) | st.ip_addresses(v=4).map(str))
def test_fast_path_agrees_with_ipaddress(text):
    fast = re.match(CANONICAL_IPV4, text) is not None
    found = canonical(text)
    assert fast == (found is not None and not found.had_port)


_GROUPS = st.lists(st.sampled_from(["0", "1", "01", "db8", "A", "ffff"]), min_size=8, max_size=8)


@given(st.ip_addresses(v=6).map(str) | _GROUPS.map(":".join))
def test_full_ipv6_is_canonical_and_its_subnet_are_its_first_groups(text):
    if found := re.match(CANONICAL_IPV6, text):
        assert canonical(text) == Address(text)
        assert subnet(text) == found[1] + "::/64"


NETWORKS = st.builds(
    lambda address, bits: ipaddress.ip_network(
        (address, bits % (address.max_prefixlen + 1)), strict=False
    ),
    st.ip_addresses(),
    st.integers(0, 128),
)


@given(st.lists(NETWORKS, max_size=20), st.lists(st.ip_addresses(), max_size=20))
def test_longest_prefix_against_looking_at_every_prefix(prefixes, addresses):
    tree = Prefixes()
    for prefix in prefixes:
        tree.add(str(prefix), f"p{prefix}")
    for address in addresses + [prefix.network_address for prefix in prefixes]:
        holding = [p for p in prefixes if p.version == address.version and address in p]
        longest = max((p.prefixlen for p in holding), default=None)
        expected = sorted({f"p{p}" for p in holding if p.prefixlen == longest})
        assert tree.proxies(str(address)) == expected
