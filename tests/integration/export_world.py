"""A small graph of findings with everything that an export has to cope with.

Ring `r1`: a spreadsheet formula for an account id, an id with a control character, an address of
each version, a proxy, a payment method whose id holds the separator of evidence, a contact, and
what is too small to be kept by name. A mail domain is shared without being evidence. Ring `r2` has
one kind of evidence. Both are of the second run, which only `r1` changed in; campaign `k`.
"""

import json

from ringleader.exports.handover import Options, export

FORMULA = "=cmd|' /C calc'!A0"
ODD = "b\x0bödd <&>"
MEMBERS = {"r1": [FORMULA, ODD, "carol-1"], "r2": ["dan-22", "eve-33"]}
# What names somebody, and so must not be in any pseudonymised file. (Ids as JSON or XML have them
# are looked for as well.)
RAW = [
    FORMULA,
    "=cmd",
    "calc",
    ODD,
    "ödd",
    "carol-1",
    "dan-22",
    "eve-33",
    "outside-9",
    "ring-r1",
    "ring-r2",
    "campaign-k",
    "203.0.113.7",
    "203.0.113.0/24",
    "203.0.113",
    "2001:db8:7::1",
    "2001:db8:7::/64",
    "2001:db8:7",
    "proxy-hide",
    "Hide My Traffic",
    "pm|visa",
    "pm_",
    "400000",
    "client-5f",
    "curl/8",
    "cluster-x",
    "step by step",
    "mail.example",
    "org-acme",
    "feedc0de",
    "batch.csv",
    "a note by ann",
]

WORLD = """
CREATE (a:Account {account_id: $formula, created_at: datetime('2026-01-01T00:00Z'),
                   status: 'banned', status_at: datetime('2026-01-20T00:00Z'), country: 'DE',
                   channel: 'api', email_hash: 'feedc0de'}),
       (b:Account {account_id: $odd, created_at: datetime('2026-01-02T00:00Z'), status: 'active'}),
       (c:Account {account_id: 'carol-1'}),
       (d:Account {account_id: 'dan-22', status: 'active'}), (e:Account {account_id: 'eve-33'}),
       (o:Account {account_id: 'outside-9'}),
       (org:Organization {organization_id: 'org-acme'}), (a)-[:IN_ORGANIZATION]->(org)
CREATE (v4:Ip {address: '203.0.113.7'}), (v6:Ip {address: '2001:db8:7::1'}),
       (s4:Subnet {cidr: '203.0.113.0/24'}), (s6:Subnet {cidr: '2001:db8:7::/64'}),
       (as4:Asn {number: 64500, name: 'Example Net'}),
       (v4)-[:IN_SUBNET]->(s4), (v6)-[:IN_SUBNET]->(s6), (s4)-[:IN_ASN]->(as4),
       (v4)-[:EXIT_OF]->(:Proxy {proxy_id: 'proxy-hide', operator: 'Hide My Traffic', kind: 'vpn'})
CREATE (pm:PaymentMethod {payment_method_id: 'pm|visa', kind: 'prepaid', bin: '400000'}),
       (dev:Device {device_id: 'client-5f', user_agent: 'curl/8'}),
       (mail:EmailDomain {domain: 'mail.example'}),
       (x:PromptCluster {prompt_cluster_id: 'cluster-x', exemplar: 'step by step'})
CREATE (a)-[:USED_IP {events: 5, first_seen: datetime('2026-01-03T00:00Z'),
                      last_seen: datetime('2026-01-04T00:00Z')}]->(v4),
       (b)-[:USED_IP {events: 7, first_seen: datetime('2026-01-03T12:00Z'),
                      last_seen: datetime('2026-01-05T00:00Z')}]->(v4),
       (o)-[:USED_IP {events: 1}]->(v4),
       (b)-[:USED_IP {events: 2, first_seen: datetime('2026-01-06T00:00Z'),
                      last_seen: datetime('2026-01-06T01:00Z')}]->(v6),
       (c)-[:USED_IP {events: 3, first_seen: datetime('2026-01-06T00:00Z'),
                      last_seen: datetime('2026-01-06T02:00Z')}]->(v6),
       (a)-[:PAID_WITH {events: 1, failed: 0}]->(pm), (b)-[:PAID_WITH {events: 2, failed: 1}]->(pm),
       (d)-[:USED_DEVICE {events: 9}]->(dev), (e)-[:USED_DEVICE {events: 8}]->(dev),
       (a)-[:SENT {events: 1}]->(x), (o)-[:SENT {events: 1}]->(x)
CREATE (a)-[:REGISTERED_WITH]->(mail), (b)-[:REGISTERED_WITH]->(mail),
       (c)-[:REGISTERED_WITH]->(mail), (d)-[:REGISTERED_WITH]->(mail)
CREATE (a)-[:LINKED {run: 'run-2', weight: 12.0, families: ['payment', 'network'],
                     family_bits: [8.0, 4.0],
                     evidence: ['payment|PaymentMethod|pm|visa', 'network|Ip|203.0.113.7'],
                     evidence_bits: [8.0, 4.0]}]->(b),
       (b)-[:LINKED {run: 'run-2', weight: 6.0, families: ['network', 'registration', 'prompt'],
                     family_bits: [4.0, 1.5, 0.5],
                     evidence: ['network|Ip|2001:db8:7::1', 'registration|CONTACTED|referred',
                                'prompt|others|'],
                     evidence_bits: [4.0, 1.5, 0.5]}]->(c),
       (d)-[:LINKED {run: 'run-2', weight: 10.0, families: ['device'], family_bits: [10.0],
                     evidence: ['device|Device|client-5f'], evidence_bits: [10.0]}]->(e),
       (a)-[:LINKED {run: 'run-2', weight: 3.0, families: ['network'], family_bits: [3.0],
                     evidence: ['network|Ip|203.0.113.7'], evidence_bits: [3.0]}]->(o),
       (a)-[:LINKED {run: 'run-1', weight: 1.0, families: ['network'], family_bits: [1.0],
                     evidence: ['network|Ip|203.0.113.7'], evidence_bits: [1.0]}]->(o)
CREATE (r1:Ring {ring_id: 'ring-r1', score: 18.0, size: 3, single_family: false, links: 2,
                 density: 0.67, run: 'run-2',
                 families: ['payment', 'network', 'registration', 'prompt'],
                 family_bits: [8.0, 8.0, 1.9, 0.1]}),
       (r2:Ring {ring_id: 'ring-r2', score: 10.0, size: 2, single_family: true, links: 1,
                 density: 1.0, run: 'run-2', families: ['device'], family_bits: [10.0]}),
       (retired:Ring {ring_id: 'ring-r0', run: 'run-1', last_members: ['outside-9']})
CREATE (a)-[:MEMBER_OF {score: 12.0, run: 'run-2'}]->(r1),
       (b)-[:MEMBER_OF {score: 18.0, run: 'run-2'}]->(r1),
       (c)-[:MEMBER_OF {score: 6.0, run: 'run-2'}]->(r1),
       (d)-[:MEMBER_OF {score: 10.0, run: 'run-2'}]->(r2),
       (e)-[:MEMBER_OF {score: 10.0, run: 'run-2'}]->(r2)
CREATE (one:Run {run_id: 'run-1', state: 'done', started_at: datetime('2026-02-01T00:00Z'),
                 finished_at: datetime('2026-02-01T00:01Z')}),
       (two:Run {run_id: 'run-2', state: 'done', started_at: datetime('2026-02-02T00:00Z'),
                 finished_at: datetime('2026-02-02T00:01Z')}),
       (open:Run {run_id: 'run-3', state: 'open', started_at: datetime('2026-02-03T00:00Z')})
CREATE (:Review {review_id: '1', label: 'fraud', note: 'a note by ann'})-[:DECIDED]->(a),
       (:Batch {batch_id: 'b1', table: 'requests', state: 'done', file_names: ['batch.csv']})
CREATE (k:Campaign {campaign_id: 'campaign-k', rings: 1, accounts: 3, capabilities: ['coding'],
                    shared: ['network|Proxy|proxy-hide'], shared_bits: [3.5],
                    operators: ['Hide My Traffic'], proxies: ['proxy-hide'], requests: 18,
                    first_seen: datetime('2026-01-03T00:00Z'),
                    last_seen: datetime('2026-01-06T02:00Z'), run: 'run-2'}),
       (r1)-[:PART_OF]->(k)
CREATE (one)-[:FOUND {size: 2, joined: 2, left: 0}]->(r1),
       (one)-[:FOUND {size: 2, joined: 2, left: 0}]->(r2),
       (two)-[:FOUND {size: 3, joined: 1, left: 0}]->(r1),
       (two)-[:FOUND {size: 2, joined: 0, left: 0}]->(r2)
"""


def build(graph):
    """Write the world into an empty graph."""
    graph.write(WORLD, {"formula": FORMULA, "odd": ODD}, name="world")


def built(connection):
    """The world in place of what the database holds."""
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )
    build(connection)
    return connection


def exporter(world, folder):
    """A function that exports into the folder and returns the file's path."""

    def call(thing, format_, **options):
        path = folder / f"{thing}.{format_}"
        export(world, thing, format_, path, Options(**options))
        return path

    return call


def lines(path):
    """The records of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
