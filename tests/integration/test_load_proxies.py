"""Lists of networks: every published format, the longest prefix, and the order of loads."""

import itertools
import json

import pytest
from load_world import everything, load, nodes, relationships, write_csv

from ringleader.loaders.sources.reference_lists import recognise

REQUESTS = "account_id,timestamp,ip\n" + "".join(
    f"a{number},2026-02-01,{ip}\n"
    for number, ip in enumerate(
        [
            "198.51.100.7",
            "198.51.100.200",
            "198.51.101.1",
            "203.0.113.9",
            "2001:db8::5",
            "192.0.2.1",
        ]
    )
)
WIDE = "address,kind,source\n198.51.100.0/22,datacentre,wide\n2001:db8::/32,vpn,wide\n"
NARROW = (
    "address,kind,source\n198.51.100.0/25,vpn,narrow\n198.51.100.7,tor,narrow\n"
    "::ffff:203.0.113.9,residential,narrow\n"
)
TIES = [
    ("198.51.100.200", "datacentre:198.51.100.0/22", {}),
    ("198.51.100.7", "tor:198.51.100.7/32", {}),
    ("198.51.101.1", "datacentre:198.51.100.0/22", {}),
    ("2001:db8::5", "vpn:2001:db8::/32", {}),
    ("203.0.113.9", "residential:203.0.113.9/32", {}),
]


def test_longest_prefix_in_whatever_order_lists_and_requests_come(graph, tmp_path):
    tables = {"requests.csv": REQUESTS, "wide.csv": WIDE, "narrow.csv": NARROW}
    for name, text in tables.items():
        (tmp_path / name).write_text(text)
    graphs = set()
    for order in itertools.permutations(tables):
        graph.write("MATCH (n) DETACH DELETE n", name="empty")
        for name in order:
            load(graph, "requests" if name == "requests.csv" else "proxies", tmp_path / name)
        assert relationships(graph, "EXIT_OF") == TIES
        graphs.add(everything(graph))
    assert len(graphs) == 1


def test_a_prefix_on_two_lists_and_a_proxy_with_two_prefixes(graph, tmp_path):
    (tmp_path / "requests.csv").write_text(REQUESTS)
    (tmp_path / "proxies.csv").write_text(
        "address,proxy_id,operator,kind,source,first_seen,last_seen\n"
        "198.51.100.7,p1,Hide,vpn,one,2026-01-01,2026-01-02\n"
        "198.51.100.9,p1,Hide,vpn,two,2026-01-03,2026-01-04\n"
        "198.51.100.7,,,tor,three,,\n"
        "nonsense,,,tor,three,,\n"
        "198.51.100.0/99,,,tor,three,,\n"
    )
    load(graph, "requests", tmp_path / "requests.csv")
    summary = load(graph, "proxies", tmp_path / "proxies.csv")
    assert summary.quarantined == 2
    first, last = "2026-01-01T00:00:00.000000000+00:00", "2026-01-04T00:00:00.000000000+00:00"
    assert nodes(graph, "Proxy") == [
        {"cidrs": ["198.51.100.7/32", "198.51.100.9/32"], "first_seen": first, "kind": "vpn",
         "last_seen": last, "operator": "Hide", "proxy_id": "p1", "sources": ["one", "two"]},
        {"cidrs": ["198.51.100.7/32"], "kind": "tor", "proxy_id": "tor:198.51.100.7/32",
         "sources": ["three"]},
    ]  # fmt: skip
    assert relationships(graph, "EXIT_OF") == [
        ("198.51.100.7", "p1", {}),
        ("198.51.100.7", "tor:198.51.100.7/32", {}),
    ]


@pytest.fixture
def requests_of(graph, tmp_path):
    def make(*addresses):
        path = tmp_path / "requests.csv"
        lines = [f"a,2026-02-01,{address}" for address in addresses]
        path.write_text("\n".join(["account_id,timestamp,ip", *lines]) + "\n")
        return load(graph, "requests", path)

    return make


def proxies(graph):
    ties = graph.read(
        "MATCH (ip:Ip)-[:EXIT_OF]->(p:Proxy) "
        "RETURN ip.address AS ip, p.kind AS kind, p.operator AS operator, p.sources AS sources"
    )
    return {row["ip"]: (row["kind"], row["operator"], row["sources"]) for row in ties}


def test_x4b_lists(graph, ringleader, shared, requests_of):
    folder = shared("data/reference/x4b_lists")
    # In datacenter/ipv4.txt and vpn/ipv4.txt, in vpn/ipv6.txt, and in none.
    requests_of("1.92.3.4", "2.26.157.9", "2001:550:1d05::1", "9.9.9.9")
    ringleader("load", "proxies", folder, "--as", "x4b")
    assert proxies(graph) == {
        "1.92.3.4": ("datacentre", None, ["x4b"]),
        "2.26.157.9": ("vpn", None, ["x4b"]),
        "2001:550:1d05::1": ("vpn", None, ["x4b"]),
    }
    systems = {node["number"]: node for node in nodes(graph, "Asn")}
    assert systems[9009] == {"number": 9009, "name": "M247, GB (NordVPN)", "kind": "vpn"}
    assert systems[3223] == {"number": 3223, "name": "VOXILITY, RO", "kind": "hosting"}
    assert {node["kind"] for node in systems.values()} == {"hosting", "vpn"}


def test_cloud_ranges(graph, ringleader, shared, requests_of):
    requests_of("1.178.1.9", "1.186.5.5", "9.9.9.9")
    ringleader("load", "proxies", shared("data/reference/ipranges"), "--as", "ipranges")
    assert proxies(graph) == {
        "1.178.1.9": ("datacentre", "amazon", ["ipranges"]),
        "1.186.5.5": ("datacentre", "microsoft", ["ipranges"]),
    }


def test_tor_lists_are_recognised(graph, ringleader, shared, requests_of):
    requests_of("101.99.92.179", "1.1.168.51", "9.9.9.9")
    ringleader("load", "proxies", shared("data/reference/tor_exit"))
    assert proxies(graph) == {
        "101.99.92.179": ("tor", None, ["tor_exit/tor-exit-nodes", "tor_exit/tor-nodes"]),
        "1.1.168.51": ("tor", None, ["tor_exit/tor-nodes"]),
    }


def test_a_list_of_throw_away_mail_domains_marks_them(graph, ringleader, shared, tmp_path):
    path = write_csv(
        tmp_path / "accounts.csv",
        "account_id,created_at,email",
        ("a", "2026-01-01", "a@0-Mail.com"),
        ("b", "2026-01-01", "b@mail.example"),
    )
    load(graph, "accounts", path)
    folder = shared("data/reference/disposable_email")
    listed = folder / "disposable_email_blocklist.conf"
    assert recognise(listed) == "disposable"
    ringleader("load", "proxies", listed)
    marked = {n["domain"]: n.get("disposable") for n in nodes(graph, "EmailDomain")}
    assert len(marked) == len(listed.read_text().split()) + 1
    assert (marked["0-mail.com"], marked["mail.example"]) == (True, None)
    asked = ringleader("query", "run", "email-domains-by-accounts", "--format", "json").stdout
    assert {r["domain"]: r["disposable"] for r in json.loads(asked)} == {
        "0-mail.com": True,
        "mail.example": False,
    }


def test_ragged_list_of_systems(graph, ringleader, shared):
    path = shared("data/reference/bad_asn/bad-asn-list.csv")
    out = ringleader("load", "proxies", path, "--format", "json").stdout
    (said,) = json.loads(out)
    lines = [line for line in path.read_text(encoding="utf-8").splitlines()[1:] if line.strip()]
    assert (said["read"], said["quarantined"]) == (len(lines), 0)
    systems = {node["number"]: node["name"] for node in nodes(graph, "Asn")}
    assert systems[198375] == "INULOGIC SARL, FR"
    assert systems[51447] == "RootLayer Web Services Ltd, NL"


def test_maxmind_systems(graph, ringleader, shared, requests_of):
    database = shared("data/reference/maxmind_test/test-data/GeoLite2-ASN-Test.mmdb")
    requests_of("1.0.0.5", "192.0.2.1")
    ringleader("load", "proxies", database)
    assert relationships(graph, "IN_ASN") == [("1.0.0.0/24", 15169, {})]
    assert nodes(graph, "Asn") == [{"name": "Google Inc.", "number": 15169}]
    before = everything(graph)
    ringleader("load", "proxies", database)
    assert everything(graph) == before


def test_maxmind_systems_while_requests_load(graph, ringleader, shared, tmp_path):
    database = shared("data/reference/maxmind_test/test-data/GeoLite2-ASN-Test.mmdb")
    (tmp_path / "requests.csv").write_text("account_id,timestamp,ip\na,2026-02-01,1.0.0.5\n")
    ringleader("load", "requests", "requests.csv", "--asn-mmdb", database)
    assert relationships(graph, "IN_ASN") == [("1.0.0.0/24", 15169, {})]


def test_maxmind_anonymous_addresses(graph, ringleader, shared, requests_of):
    database = shared("data/reference/maxmind_test/test-data/GeoIP2-Anonymous-IP-Test.mmdb")
    requests_of("1.2.0.1", "9.9.9.9")
    ringleader("load", "proxies", database, "--source", "maxmind")
    assert proxies(graph) == {"1.2.0.1": ("vpn", None, ["maxmind"])}


def test_a_database_without_networks_of_interest_is_refused(graph, ringleader, shared):
    database = shared("data/reference/maxmind_test/test-data/GeoIP2-Connection-Type-Test.mmdb")
    result = ringleader("load", "proxies", database, check=False)
    assert result.returncode == 1
    assert "holds no entries" in result.stderr and "Traceback" not in result.stderr
