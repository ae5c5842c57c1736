"""The report's stored queries on a real graph, and the command."""

import base64
import gzip
import json
import re

import pytest

from ringleader.catalogue import get
from ringleader.output import plain

WORLD = """
CREATE (run:Run {run_id: 'run1', state: 'done', started_at: datetime('2026-02-07T00:00Z'),
                 finished_at: datetime('2026-02-07T00:05Z'), algorithm: 'leiden', accounts: 9,
                 links: 3, rings: 2, members: 5}),
       (:Batch {batch_id: 'late', table: 'requests', state: 'done',
                finished_at: datetime('2026-02-08T00:00Z')}),
       (:Batch {batch_id: 'early', table: 'requests', state: 'done',
                finished_at: datetime('2026-02-06T00:00Z')}),
       (:Batch {batch_id: 'labels', table: 'labels', state: 'done',
                finished_at: datetime('2026-02-08T00:00Z')})
CREATE (a:Account {account_id: 'a</script>', created_at: datetime('2026-01-01T00:00Z'),
                   status: 'banned', status_at: datetime('2026-02-01T00:00Z')}),
       (b:Account {account_id: 'b', created_at: datetime('2026-01-02T00:00Z'), status: 'active'}),
       (c:Account {account_id: 'c'}),
       (d:Account {account_id: 'd'}), (e:Account {account_id: 'e'}), (f:Account {account_id: 'f'})
CREATE (org:Organization {organization_id: 'org'}), (b)-[:IN_ORGANIZATION]->(org)
CREATE (ip:Ip {address: '198.51.100.1'})-[:EXIT_OF]->(:Proxy {proxy_id: 'p', kind: 'vpn',
                                                              operator: 'Hide'}),
       (ip)-[:IN_SUBNET]->(:Subnet {cidr: '198.51.100.0/24'})-[:IN_ASN]->(:Asn {number: 64500,
                                                                               name: 'Net'}),
       (card:PaymentMethod {payment_method_id: 'card', kind: 'prepaid', bin: '400000'}),
       (own:Device {device_id: 'own'})
CREATE (a)-[:USED_IP {events: 5, hours: [1, 2], first_seen: datetime('2026-01-03T00:00Z'),
                      last_seen: datetime('2026-01-09T00:00Z')}]->(ip),
       (b)-[:USED_IP {events: 2, hours: [2]}]->(ip), (f)-[:USED_IP {events: 1}]->(ip),
       (a)-[:PAID_WITH {events: 1, hours: [2], first_seen: datetime('2026-01-02T00:00Z'),
                        last_seen: datetime('2026-01-02T00:00Z')}]->(card),
       (b)-[:PAID_WITH {events: 1}]->(card), (c)-[:PAID_WITH {events: 1}]->(card),
       (a)-[:USED_DEVICE {events: 7, hours: [23]}]->(own)
CREATE (one:Ring {ring_id: 'one', size: 3, score: 9.0, families: ['payment', 'network'],
                  family_bits: [6.0, 3.0], single_family: false, links: 2, density: 0.67,
                  run: 'run1'}),
       (two:Ring {ring_id: 'two', size: 2, score: 4.0, families: ['device'], family_bits: [4.0],
                  single_family: true, links: 1, density: 1.0, run: 'run1'}),
       (gone:Ring {ring_id: 'gone', size: 2, score: 99.0, run: 'run0'})
CREATE (a)-[:MEMBER_OF {score: 8.0}]->(one), (b)-[:MEMBER_OF {score: 7.0}]->(one),
       (c)-[:MEMBER_OF {score: 3.0}]->(one), (d)-[:MEMBER_OF {score: 4.0}]->(two),
       (e)-[:MEMBER_OF {score: 4.0}]->(two),
       (one)-[:CONTINUES {kind: 'merges', overlap: 0.5, run: 'run1'}]->(gone),
       (one)-[:CONTINUES {kind: 'merges', overlap: 1.0, run: 'run0'}]->(gone)
CREATE (a)-[:LINKED {run: 'run1', weight: 6.0,
                     evidence: ['payment|PaymentMethod|card', 'network|Ip|198.51.100.1'],
                     evidence_bits: [3.0, 3.0]}]->(b),
       (b)-[:LINKED {run: 'run1', weight: 3.0, evidence: ['payment|PaymentMethod|card'],
                     evidence_bits: [3.0]}]->(c),
       (a)-[:LINKED {run: 'run0', weight: 5.0, evidence: ['device|Device|old'],
                     evidence_bits: [5.0]}]->(c),
       (d)-[:LINKED {run: 'run1', weight: 4.0, evidence: ['device|Device|x|y'],
                     evidence_bits: [4.0]}]->(e)
CREATE (:Review {review_id: '1', label: 'benign', decided_by: 'ann', note: 'a seminar',
                 decided_at: datetime('2026-02-09T00:00Z')})-[:DECIDED]->(b),
       (:Review {review_id: '2', label: 'fraud', decided_by: 'bob',
                 decided_at: datetime('2026-02-08T00:00Z')})-[:DECIDED]->(b),
       (:Review {review_id: '3', verdict: 'rejected', decided_by: 'ann',
                 decided_at: datetime('2026-02-09T00:00Z')})-[:DECIDED]->(two),
       (:Review {review_id: '4', label: 'fraud'})-[:DECIDED]->(f)
CREATE (one)-[:PART_OF]->(k:Campaign {campaign_id: 'k', requests: 9, operators: ['Hide']}),
       (two)-[:PART_OF]->(k)
"""


@pytest.fixture(scope="module")
def world(connection):
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )
    connection.write(WORLD, name="world")
    return connection


def answer(graph, name, **params):
    return [tuple(plain(row).values()) for row in graph.read(get(name), params)]


def test_rings_that_stand_and_what_is_known_of_each(world):
    rows = answer(world, "report-rings", ring_ids=None, limit=None)
    assert [row[:3] for row in rows] == [("one", 3, 9.0), ("two", 2, 4.0)]
    assert rows[0][10:] == (
        9,
        ["k"],
        [{"ring_id": "gone", "kind": "merges", "overlap": 0.5}],
        "2026-01-01T00:00:00Z",
        "2026-01-02T00:00:00Z",
        [["active", 1], ["banned", 1]],
        [],
    )
    assert [r[0] for r in answer(world, "report-rings", ring_ids=["two"], limit=None)] == ["two"]
    assert [r[0] for r in answer(world, "report-rings", ring_ids=None, limit=1)] == ["one"]


def test_the_run_and_what_came_after_it(world):
    (row,) = answer(world, "report-run")
    assert row[0] == "run1"
    assert row[-2:] == (
        {
            "Ip": 3,
            "PaymentMethod": 3,
            "Device": 1,
            "PromptCluster": 0,
            "EmailDomain": 0,
            "Mailbox": 0,
            "Subnet": 0,
            "Phone": 0,
            "referred": 0,
            "invited": 0,
            "transferred": 0,
        },
        1,
    )


def test_links_members_and_identifiers_of_several_rings(world):
    both = ["one", "two"]
    assert answer(world, "report-links", ring_ids=both) == [
        (
            "one",
            "a</script>",
            "b",
            ["payment|PaymentMethod|card", "network|Ip|198.51.100.1"],
            [3.0, 3.0],
        ),
        ("one", "b", "c", ["payment|PaymentMethod|card"], [3.0]),
        ("two", "d", "e", ["device|Device|x|y"], [4.0]),
    ]
    members = answer(world, "report-members", ring_ids=both)
    assert [row[:3] for row in members] == [
        ("one", "a</script>", 8.0),
        ("one", "b", 7.0),
        ("one", "c", 3.0),
        ("two", "d", 4.0),
        ("two", "e", 4.0),
    ]
    first, last, requests, hours = members[0][-4:]
    assert (first, last) == ("2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z")
    assert (requests, hours) == (7, [[1, 1], [2, 2], [23, 1]])
    assert members[1][6] == ["org"]
    assert members[3][-4:] == (None, None, None, [])
    assert answer(world, "report-identifiers", ring_ids=both) == [
        (
            "one",
            "PaymentMethod",
            "card",
            ["a</script>", "b", "c"],
            0,
            [["PaymentMethod", "kind", "prepaid"], ["PaymentMethod", "bin", "400000"]],
        ),
        (
            "one",
            "Ip",
            "198.51.100.1",
            ["a</script>", "b"],
            1,
            [["Proxy", "kind", "vpn"], ["Proxy", "operator", "Hide"], ["Asn", "name", "Net"]],
        ),
    ]


def test_decisions_on_rings_and_members_the_latest_first(world):
    rows = answer(world, "report-decisions", ring_ids=["one", "two"])
    assert [(row[0], row[1], row[2], row[5]) for row in rows] == [
        ("one", "b", "benign", "a seminar"),
        ("one", "b", "fraud", None),
        ("two", None, "rejected", None),
    ]
    (campaign,) = answer(world, "report-campaigns", ring_ids=["one", "two"])
    assert campaign == (
        "k",
        {"campaign_id": "k", "requests": 9, "operators": ["Hide"]},
        ["one", "two"],
    )


def blocks_of(path):
    page = path.read_text(encoding="utf-8")
    found = re.findall(r'id="data-([a-z0-9-]+)">([^<]*)</script>', page)
    return {name: json.loads(gzip.decompress(base64.b64decode(text))) for name, text in found}


def test_the_command_writes_what_the_graph_holds(world, ringleader, tmp_path):
    told = ringleader("report", "--output", "report.html").stderr
    assert "2 rings of 5 accounts" in told
    blocks = blocks_of(tmp_path / "report.html")
    assert set(blocks) == {"ring-0", "ring-1", "search", "overview"}
    one, two = blocks["ring-0"], blocks["ring-1"]
    assert [m["name"] for m in one["members"]] == ["a</script>", "b", "c"]
    assert [(i["name"], i["bits"], i["outside"]) for i in one["items"]] == [
        ("card", 6.0, 0),
        ("198.51.100.1", 3.0, 1),
    ]
    assert any("decided to be innocent: b." in line for line in one["against"])
    assert "It was decided that these accounts are not a ring." in two["against"]
    assert two["items"][0]["name"] == "x|y"
    assert any("1 load finished after" in line for line in blocks["overview"]["caveats"])
    assert list(tmp_path.iterdir()) == [tmp_path / "report.html"]


def test_one_ring_and_under_pseudonyms(world, ringleader, tmp_path):
    ringleader("report", "--output", "report.html", "--ring", "one", "--pseudonymise")
    text = json.dumps(blocks_of(tmp_path / "report.html"))
    for name in ("a</script>", '"b"', '"card"', "198.51.100.1", '"org"', '"ann"', "seminar"):
        assert name not in text
    assert '"prepaid"' in text
    assert "account-" in text


def test_what_cannot_be_written_leaves_nothing_behind(world, ringleader, tmp_path):
    refused = ringleader("report", "--output", "report.html", "--ring", "gone", check=False)
    assert refused.returncode == 1
    assert "there is no ring 'gone'" in refused.stderr
    nowhere = ringleader("report", "--output", "no/such/report.html", check=False)
    assert nowhere.returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_without_a_detection_there_is_no_report(graph, ringleader, tmp_path):
    refused = ringleader("report", "--output", "report.html", check=False)
    assert refused.returncode == 1
    assert "no detection has run" in refused.stderr
    assert "ringleader detect" in refused.stderr
    assert list(tmp_path.iterdir()) == []
