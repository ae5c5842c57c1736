"""Every stored query on a real server: it plans, and its header tells the truth.

The questions are asked of one small world, in which each answer is known: what must be found and a
look-alike that must not.
"""

import history_world
import pytest
import question_world

from ringleader.catalogue import load_catalogue
from ringleader.catalogue.check import problems
from ringleader.graph.notifications import is_expected
from ringleader.graph.plans import operators
from ringleader.output import plain
from ringleader.schema import BUILT_IN
from ringleader.schema.types import NodeType

pytestmark = pytest.mark.smoke
CATALOGUE = load_catalogue()

WORLD = """
CREATE (a:Account {account_id: 'a', created_at: datetime('2026-02-01T00:00Z'), status: 'banned',
                   status_at: datetime('2026-02-03T00:00Z'), channel: 'api', plan: 'pro',
                   country: 'DE', email_hash: 'h1'})
CREATE (b:Account {account_id: 'b', created_at: datetime('2026-02-03T01:30Z'), status: 'active',
                   channel: 'api', email_hash: 'h1'})
CREATE (c:Account {account_id: 'c', created_at: datetime('2026-01-01T00:00Z'), status: 'active',
                   channel: 'bedrock', email_hash: 'h2'})
CREATE (d:Account {account_id: 'd'})
CREATE (near:Ip {address: '203.0.113.7'}), (far:Ip {address: '203.0.113.77'}),
       (other:Ip {address: '198.51.100.1'}), (unused:Ip {address: '198.51.100.2'})
CREATE (s:Subnet {cidr: '203.0.113.0/24'}), (t:Subnet {cidr: '198.51.100.0/24'})
CREATE (near)-[:IN_SUBNET]->(s), (far)-[:IN_SUBNET]->(s), (other)-[:IN_SUBNET]->(t),
       (s)-[:IN_ASN]->(:Asn {number: 64500, name: 'Example'}),
       (t)-[:IN_ASN]->(:Asn {number: 64501, name: 'Elsewhere'})
CREATE (p:Proxy {proxy_id: 'p1', cidrs: ['203.0.113.0/26'], operator: 'Hide', kind: 'vpn'}),
       (q:Proxy {proxy_id: 'p2', cidrs: ['198.51.100.1/32'], operator: 'Seek', kind: 'tor'})
CREATE (near)-[:EXIT_OF]->(p), (other)-[:EXIT_OF]->(q)
CREATE (a)-[:USED_IP {events: 5, first_seen: datetime('2026-02-01T01:00Z'),
                      last_seen: datetime('2026-02-02T00:00Z')}]->(near),
       (b)-[:USED_IP {events: 9, first_seen: datetime('2026-02-03T02:00Z'),
                      last_seen: datetime('2026-02-04T00:00Z')}]->(near),
       (b)-[:USED_IP {events: 1, last_seen: datetime('2026-02-05T00:00Z')}]->(far),
       (c)-[:USED_IP {events: 2, last_seen: datetime('2026-01-05T00:00Z')}]->(other)
CREATE (card:PaymentMethod {payment_method_id: 'card1', kind: 'prepaid', bin: '400000'}),
       (card2:PaymentMethod {payment_method_id: 'card2', kind: 'card', bin: '411111'})
CREATE (a)-[:PAID_WITH {events: 3, failed: 2}]->(card),
       (c)-[:PAID_WITH {events: 1, failed: 1}]->(card),
       (d)-[:PAID_WITH {events: 1, failed: 0}]->(card2)
CREATE (dev:Device {device_id: 'dev1'}), (dev2:Device {device_id: 'dev2'})
CREATE (a)-[:USED_DEVICE {events: 4}]->(dev), (b)-[:USED_DEVICE {events: 6}]->(dev),
       (c)-[:USED_DEVICE {events: 1}]->(dev2)
CREATE (x:PromptCluster {prompt_cluster_id: 'x', label: 'chain of thought',
                         capability: 'reasoning'}),
       (y:PromptCluster {prompt_cluster_id: 'y', label: 'refactor', capability: 'coding'})
CREATE (a)-[:SENT {events: 3}]->(x), (b)-[:SENT {events: 1}]->(x), (b)-[:SENT {events: 3}]->(y)
CREATE (e:EmailDomain {domain: 'mail.example'}), (f:EmailDomain {domain: 'corp.example'})
CREATE (a)-[:REGISTERED_WITH]->(e), (b)-[:REGISTERED_WITH]->(e), (c)-[:REGISTERED_WITH]->(f)
CREATE (o:Organization {organization_id: 'org'}), (o2:Organization {organization_id: 'org2'})
CREATE (b)-[:IN_ORGANIZATION]->(o), (c)-[:IN_ORGANIZATION]->(o2)
CREATE (a)-[:CONTACTED {kind: 'transferred', events: 7}]->(d)
CREATE (a)-[:LINKED {weight: 7.5, families: ['device'], evidence: ['device|Device|dev1'],
                     run: 'run1'}]->(b),
       (b)-[:LINKED {weight: 9.5, families: ['network'], evidence: ['network|Ip|old'],
                     run: 'run0'}]->(c)
CREATE (r:Ring {ring_id: 'r1', score: 12.5, size: 2, families: ['device', 'network'],
                family_bits: [12.4, 0.1], run: 'run1'})
CREATE (a)-[:MEMBER_OF {score: 7.0, run: 'run1'}]->(r),
       (b)-[:MEMBER_OF {score: 5.5, run: 'run1'}]->(r)
CREATE (:Review {review_id: '1', label: 'fraud', ring: 'r1', campaign: 'k', decided_by: 'ann',
                 decided_at: datetime('2026-02-06T00:00Z')})-[:DECIDED]->(a),
       (:Review {review_id: '2', label: 'benign', decided_by: 'bob'})-[:DECIDED]->(b),
       (:Review {review_id: '3', label: 'fraud', decided_by: 'bob'})-[:DECIDED]->(c)
CREATE (:Ring {ring_id: 'by hand'})
CREATE (:Run {run_id: 'run1', state: 'done', started_at: datetime('2026-02-07T00:00Z'),
              accounts: 4, links: 1, rings: 1})
CREATE (:Batch {batch_id: 'b1', table: 'requests', state: 'open',
                started_at: datetime('2026-02-07T00:00Z')}),
       (:Batch {batch_id: 'b2', table: 'accounts', state: 'done'})
"""

# Question -> parameters -> the rows' leading columns, whole and in order. What is left out of an
# answer (the look-alike) fails the comparison as much as what is missing from it.
ANSWERS = [
    ("accounts-on-ip", {"address": "203.0.113.7"}, [("b", "active"), ("a", "banned")]),
    ("accounts-on-subnet", {"cidr": "203.0.113.0/24"}, [("b", 2, 10), ("a", 1, 5)]),
    ("accounts-on-payment-method", {"payment_method_id": "card1"}, [("a",), ("c",)]),
    ("accounts-on-device", {"device_id": "dev1"}, [("b", "active", 6), ("a", "banned", 4)]),
    (
        "accounts-on-prompt-cluster",
        {"prompt_cluster_id": "x"},
        [("a", "banned", 3, 1.0), ("b", "active", 1, 0.25)],
    ),
    ("newest-accounts-behind-proxy", {"proxy": "Hide"}, [("b",), ("a",)]),
    ("newest-accounts-behind-proxy", {"proxy": "198.51.100.1"}, [("c",)]),
    ("newest-accounts-behind-proxy", {"proxy": "203.0.113.7"}, [("b",), ("a",)]),
    ("newest-accounts-behind-proxy", {"proxy": "203.0.113.77"}, []),
    ("newest-accounts-in-asn", {"number": "64500"}, [("b",), ("a",)]),
    (
        "identifiers-by-accounts",
        {},
        [
            ("Device", "dev1", 2),
            ("EmailDomain", "mail.example", 2),
            ("Ip", "203.0.113.7", 2),
            ("PaymentMethod", "card1", 2),
            ("PromptCluster", "x", 2),
        ],
    ),
    ("identifiers-by-accounts", {"kind": "Device"}, [("Device", "dev1", 2)]),
    (
        "account-neighbourhood",
        {"account_id": "c"},
        [
            ("PaymentMethod", "card1", 1, 1),
            ("Device", "dev2", 1, 0),
            ("EmailDomain", "corp.example", None, 0),
            ("Ip", "198.51.100.1", 2, 0),
            ("Organization", "org2", None, 0),
        ],
    ),
    ("account-contacts", {"account_id": "d"}, [("a", "from", "transferred", 7)]),
    ("account-contacts", {"account_id": "a"}, [("d", "to", "transferred", 7)]),
    ("account-summary", {"account_id": "a"}, [("a", "banned")]),
    (
        "links-of-account",
        {"account_id": "b"},
        [("a", 7.5, ["device"], ["device|Device|dev1"], ["r1"])],
    ),
    ("links-of-account", {"account_id": "c"}, []),
    (
        "shared-by-two-accounts",
        {"one": "a", "other": "b"},
        [
            ("Device", "dev1", 2),
            ("EmailDomain", "mail.example", 2),
            ("Ip", "203.0.113.7", 2),
            ("PromptCluster", "x", 2),
        ],
    ),
    ("shared-by-two-accounts", {"one": "b", "other": "c"}, []),
    (
        "path-between-accounts",
        {"one": "d", "other": "c"},
        [(["Account d", "Account a", "PaymentMethod card1", "Account c"], 3)],
    ),
    ("path-between-accounts", {"one": "d", "other": "c", "at_most": "1"}, []),
    (
        "prompt-clusters-by-accounts",
        {},
        [("x", "chain of thought", "reasoning", 2, 4), ("y", "refactor", "coding", 1, 3)],
    ),
    ("prompt-clusters-by-accounts", {"capability": "coding"}, [("y",)]),
    ("proxies-by-accounts", {}, [("p1", "Hide", "vpn", 1, 2), ("p2", "Seek", "tor", 1, 1)]),
    ("proxies-by-accounts", {"kind": "tor"}, [("p2",)]),
    ("bins-by-accounts", {}, [("400000", "prepaid", 1, 2, 3), ("411111", "card", 1, 1, 0)]),
    ("payment-methods-with-failures", {}, [("card1", "prepaid", 2, 4, 3)]),
    ("email-domains-by-accounts", {"since": "2026-02-01"}, [("mail.example", 2)]),
    ("accounts-with-one-email", {}, [(["a", "b"], 2)]),
    ("accounts-of-organization", {"organization_id": "org"}, [("b", "active")]),
    ("replacements-of-account", {"account_id": "a"}, [("b",)]),
    ("replacements-of-account", {"account_id": "c"}, []),
    ("accounts-not-described", {}, [("d", 2)]),
    ("identifiers-nobody-uses", {}, [("Ip", 1)]),
    ("loads-not-finished", {}, [("b1", "requests")]),
    ("rings-not-detected", {}, [("by hand",)]),
    ("channels-without-addresses", {}, [("api", 2, 0), ("bedrock", 1, 0)]),
    ("decisions-on-account", {"account_id": "a"}, [("fraud", "r1", "k")]),
    (
        "ring-members",
        {},
        [("r1", "a", 7.0, 12.5, 2, ["device"]), ("r1", "b", 5.5, 12.5, 2, ["device"])],
    ),
    ("ring-members", {"ring_id": "r2"}, []),
    ("rings-with-benign-members", {}, [("r1", 2, ["b"])]),
    ("fraud-outside-rings", {}, [("c",)]),
]


@pytest.fixture(scope="module")
def world(connection):
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )
    connection.write(WORLD, name="world")
    return connection


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_server_plans_it_as_its_header_says(name, connection):
    assert list(problems(connection, CATALOGUE[name])) == []


# Detection reads and writes by node id within one run (decision 0013). Nothing else may.
BY_NODE_ID = {
    "accounts-known-good",
    "accounts-to-link",
    "count-sharers",
    "counted-sharers",
    "declared-organizations",
    "identifiers-named",
    "identifiers-to-link",
    "neighbours-projection",
    "neighbours-similarity",
    "origins-of-identifiers",
    "times-of-uses",
    "uses-to-link",
    "write-cleared",
    "write-co-uses",
    "write-footprint-identifiers",
    "write-footprint-members",
    "write-links",
    "write-verdicts",
}


@pytest.fixture(scope="module")
def every_name(connection):
    """A database that knows the names of the schema, so that an unknown name is a mistake."""
    for kind in (*BUILT_IN.nodes, *BUILT_IN.relationships):
        what, name = (
            ("Label", kind.label) if isinstance(kind, NodeType) else ("RelationshipType", kind.type)
        )
        connection.write(f"CALL db.create{what}($name)", {"name": name}, name="names")
        properties = [p.name for p in kind.properties] + [name for name, _ in kind.derived]
        connection.write(
            "UNWIND $names AS name CALL db.createProperty(name)",
            {"names": properties},
            name="names",
        )
    return connection


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_server_has_nothing_to_remark_on_it(name, every_name):
    query = CATALOGUE[name]
    summary = every_name.explain(query, {param.name: None for param in query.params})
    remarks = [each for each in summary.gql_status_objects if each.is_notification]
    unexpected = [each.status_description for each in remarks if not is_expected(each)]
    assert unexpected == []
    assert (name in BY_NODE_ID) == bool(remarks)


@pytest.mark.parametrize(
    ("name", "property"),
    [
        ("accounts-with-one-email", "email_hash"),
        ("identifiers-of-banned-accounts", "status"),
        ("replacements-behind-proxy", "status"),
        ("replacements-behind-proxy", "created_at"),
    ],
)
def test_what_it_starts_from_is_looked_up_in_an_index(name, property, graph):
    query = CATALOGUE[name]
    # Plans follow what is counted in the graph, or was when they were made.
    graph.write("CALL db.clearQueryCaches()", name="forget plans")
    plan = graph.explain(query, {param.name: None for param in query.params}).plan
    assert any("IndexSeek" in kind and f"({property})" in told for kind, told in operators(plan))


@pytest.mark.parametrize(("name", "given", "expected"), ANSWERS)
def test_the_answer_is_known(world, name, given, expected):
    query = CATALOGUE[name]
    rows = world.read(query, query.bind(given))
    width = len(expected[0]) if expected else 0
    assert [tuple(row.values())[:width] for row in rows] == expected


@pytest.mark.parametrize(
    ("name", "types"),
    [("account-summary", {"account_id": "a"}), ("what-is-loaded", {}), ("runs", {})],
)
def test_whole_rows(world, name, types):
    query = CATALOGUE[name]
    (row, *rest) = world.read(query, query.bind(types))
    match name:
        case "account-summary":
            assert (row["ips"], row["payment_methods"], row["devices"]) == (1, 1, 1)
            assert (row["email_domain"], row["organization"]) == ("mail.example", None)
            assert row["rings"] == ["r1"]
        case "what-is-loaded":
            assert {r["label"]: r["nodes"] for r in [row, *rest]}["Account"] == 4
        case "runs":
            assert (row["run_id"], row["links"], row["rings"], rest) == ("run1", 1, 1, [])


@pytest.fixture(scope="module")
def rings_world(connection):
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )
    connection.write(question_world.WORLD, name="world of rings")
    return connection


@pytest.mark.parametrize(("name", "given", "expected"), question_world.ANSWERS)
def test_the_answer_about_rings_is_known(rings_world, name, given, expected):
    test_the_answer_is_known(rings_world, name, given, expected)


@pytest.mark.parametrize(("name", "given", "expected"), question_world.TIMED)
def test_the_answer_in_time_is_known(rings_world, name, given, expected):
    query = CATALOGUE[name]
    rows = rings_world.read(query, query.bind(given))
    assert [tuple(plain(list(row.values()))) for row in rows] == expected


def test_near_misses_say_what_they_share(rings_world):
    query = CATALOGUE["near-misses-of-ring"]
    (row,) = rings_world.read(query, query.bind({"ring_id": "ring-h"}))
    assert row["shared"] == ["Device dh", "Ip 203.0.113.1", "PromptCluster pr"]
    assert row["bits_to_members"] == 5.0


@pytest.fixture(scope="module")
def decided_world(connection):
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )
    connection.write(history_world.WORLD, name="world of decisions")
    return connection


@pytest.mark.parametrize(("name", "given", "expected"), history_world.ANSWERS)
def test_the_answer_about_history_is_known(decided_world, name, given, expected):
    test_the_answer_is_known(decided_world, name, given, expected)


@pytest.mark.parametrize(("name", "given", "expected"), history_world.TIMED)
def test_the_answer_about_history_in_time_is_known(decided_world, name, given, expected):
    test_the_answer_in_time_is_known(decided_world, name, given, expected)


def test_every_question_for_analysts_has_a_case():
    worlds = (*question_world.ANSWERS, *question_world.TIMED)
    worlds += (*history_world.ANSWERS, *history_world.TIMED)
    asked = {name for name, *_ in (*ANSWERS, *worlds)}
    asked |= {"account-summary", "what-is-loaded", "runs"}
    asked |= {"appeals", "campaign-infrastructure"}  # in test_dossier
    asked |= {"score-pair"}  # in test_links_kept
    # A step of a load or a detection says `audience: internal` in its header.
    questions = {query.name for query in CATALOGUE.values() if not query.internal}
    assert questions == asked
    assert len(questions) >= 60
