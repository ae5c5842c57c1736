"""A world with two rings, and what the catalogue answers about them."""

WORLD = """
CREATE (h1:Account {account_id: 'h1', created_at: datetime('2026-03-01T10:05Z'), status: 'banned',
                    status_at: datetime('2026-03-02T00:00Z'), country: 'DE', phone_country: 'DE',
                    channel: 'api'}),
       (h2:Account {account_id: 'h2', created_at: datetime('2026-03-02T00:20Z'), status: 'active',
                    country: 'US', phone_country: 'RU', channel: 'api'}),
       (h3:Account {account_id: 'h3', created_at: datetime('2026-03-01T10:40Z'), status: 'active',
                    country: 'DE', phone_country: 'DE', channel: 'bedrock'}),
       (c1:Account {account_id: 'c1', created_at: datetime('2026-03-05T08:00Z'), status: 'active',
                    country: 'US', phone_country: 'US', channel: 'vertex'}),
       (c2:Account {account_id: 'c2', created_at: datetime('2026-03-05T12:00Z'), status: 'banned',
                    status_at: datetime('2026-03-06T00:00Z'), country: 'US', channel: 'vertex'}),
       (x:Account {account_id: 'x', created_at: datetime('2026-03-02T00:50Z'), status: 'active',
                   country: 'FR', channel: 'api'}),
       (y:Account {account_id: 'y', created_at: datetime('2026-03-02T00:30Z'), status: 'active',
                   country: 'US', phone_country: 'US'}),
       (z:Account {account_id: 'z', created_at: datetime('2026-02-01T00:00Z'), status: 'active'})
CREATE (p1:Ip {address: '203.0.113.1'}), (p2:Ip {address: '203.0.113.2'}),
       (v:Ip {address: '198.51.100.9'}), (home:Ip {address: '192.0.2.5'})
CREATE (s1:Subnet {cidr: '203.0.113.0/24'}), (s2:Subnet {cidr: '198.51.100.0/24'}),
       (s3:Subnet {cidr: '192.0.2.0/24'})
CREATE (p1)-[:IN_SUBNET]->(s1), (p2)-[:IN_SUBNET]->(s1), (v)-[:IN_SUBNET]->(s2),
       (home)-[:IN_SUBNET]->(s3),
       (s1)-[:IN_ASN]->(:Asn {number: 64500, name: 'Rack', kind: 'hosting'}),
       (s2)-[:IN_ASN]->(:Asn {number: 64501, name: 'Plain'})
CREATE (rotor:Proxy {proxy_id: 'rotor', operator: 'Rotor', kind: 'residential'}),
       (north:Proxy {proxy_id: 'north', operator: 'North', kind: 'vpn'}),
       (p1)-[:EXIT_OF]->(rotor), (p2)-[:EXIT_OF]->(rotor), (v)-[:EXIT_OF]->(north)
CREATE (h1)-[:USED_IP {events: 10, input_tokens: 1000, output_tokens: 500, hours: [10, 22],
                       first_seen: datetime('2026-03-01T10:10Z'),
                       last_seen: datetime('2026-03-01T23:00Z')}]->(p1),
       (h2)-[:USED_IP {events: 20, input_tokens: 2000, output_tokens: 800, hours: [0, 1, 22],
                       first_seen: datetime('2026-03-02T00:30Z'),
                       last_seen: datetime('2026-03-03T00:00Z')}]->(p1),
       (h3)-[:USED_IP {events: 5, input_tokens: 100, output_tokens: 50, hours: [22],
                       first_seen: datetime('2026-03-01T11:00Z'),
                       last_seen: datetime('2026-03-04T00:00Z')}]->(p2),
       (x)-[:USED_IP {events: 2, input_tokens: 10, output_tokens: 5, hours: [1]}]->(p1),
       (c1)-[:USED_IP {events: 7, input_tokens: 700, output_tokens: 70, hours: [9]}]->(v),
       (y)-[:USED_IP {events: 100, input_tokens: 90000, output_tokens: 9000, hours: [9]}]->(home),
       (y)-[:USED_IP {events: 1, input_tokens: 5, output_tokens: 5, hours: [9]}]->(v)
CREATE (ca:PaymentMethod {payment_method_id: 'ca', kind: 'prepaid', bin: '400777',
                          issuer_country: 'US'}),
       (cb:PaymentMethod {payment_method_id: 'cb', kind: 'card', bin: '411111'}),
       (cc:PaymentMethod {payment_method_id: 'cc', kind: 'card', bin: '422222'}),
       (cd:PaymentMethod {payment_method_id: 'cd', kind: 'card', bin: '433333'})
CREATE (h1)-[:PAID_WITH {events: 4, failed: 3}]->(ca),
       (h2)-[:PAID_WITH {events: 2, failed: 1}]->(ca),
       (h1)-[:PAID_WITH {events: 3, failed: 2}]->(cc),
       (y)-[:PAID_WITH {events: 5, failed: 1}]->(cd),
       (c1)-[:PAID_WITH {events: 3, failed: 0}]->(cb),
       (c2)-[:PAID_WITH {events: 1, failed: 0}]->(cb)
CREATE (dh:Device {device_id: 'dh'}), (dc:Device {device_id: 'dc'})
CREATE (h1)-[:USED_DEVICE {events: 9}]->(dh), (h3)-[:USED_DEVICE {events: 5}]->(dh),
       (x)-[:USED_DEVICE {events: 2}]->(dh), (c1)-[:USED_DEVICE {events: 7}]->(dc),
       (c2)-[:USED_DEVICE {events: 1}]->(dc)
CREATE (pr:PromptCluster {prompt_cluster_id: 'pr', label: 'steps', capability: 'reasoning'}),
       (pc:PromptCluster {prompt_cluster_id: 'pc', label: 'refactor', capability: 'coding'})
CREATE (h1)-[:SENT {events: 10, first_seen: datetime('2026-03-01T10:10Z')}]->(pr),
       (h2)-[:SENT {events: 20, first_seen: datetime('2026-03-02T00:30Z')}]->(pr),
       (h3)-[:SENT {events: 5, first_seen: datetime('2026-03-10T00:00Z')}]->(pr),
       (x)-[:SENT {events: 1, first_seen: datetime('2026-03-10T00:00Z')}]->(pr),
       (c1)-[:SENT {events: 7, first_seen: datetime('2026-03-05T09:00Z')}]->(pc),
       (y)-[:SENT {events: 50, first_seen: datetime('2026-03-03T00:00Z')}]->(pc)
CREATE (oa:Organization {organization_id: 'oa'}), (ob:Organization {organization_id: 'ob'})
CREATE (h3)-[:IN_ORGANIZATION]->(oa), (y)-[:IN_ORGANIZATION]->(oa), (y)-[:IN_ORGANIZATION]->(ob)
CREATE (mail:EmailDomain {domain: 'mail.example'})
CREATE (h1)-[:REGISTERED_WITH]->(mail), (y)-[:REGISTERED_WITH]->(mail)
CREATE (h1)-[:CONTACTED {kind: 'referred', events: 1}]->(h2),
       (h1)-[:CONTACTED {kind: 'invited', events: 1}]->(x),
       (y)-[:CONTACTED {kind: 'invited', events: 3}]->(x)
CREATE (h1)-[:LINKED {weight: 14.0, families: ['network', 'payment'], family_bits: [5.0, 9.0],
                      evidence: ['payment|PaymentMethod|ca', 'network|Ip|203.0.113.1'],
                      evidence_bits: [9.0, 5.0], run: 'r1'}]->(h2),
       (h1)-[:LINKED {weight: 9.0, families: ['device'], family_bits: [9.0],
                      evidence: ['device|Device|dh'], evidence_bits: [9.0], run: 'r1'}]->(h3),
       (c1)-[:LINKED {weight: 10.0, families: ['device', 'payment'], family_bits: [5.0, 5.0],
                      evidence: ['device|Device|dc', 'payment|PaymentMethod|cb'],
                      evidence_bits: [5.0, 5.0], run: 'r1'}]->(c2),
       (h2)-[:LINKED {weight: 5.0, families: ['network'], family_bits: [5.0],
                      evidence: ['network|Ip|203.0.113.1'], evidence_bits: [5.0],
                      run: 'r1'}]->(x),
       (h3)-[:LINKED {weight: 2.0, families: ['prompt'], family_bits: [2.0],
                      evidence: ['prompt|PromptCluster|pr'], evidence_bits: [2.0],
                      run: 'r1'}]->(c1),
       (h1)-[:LINKED {weight: 99.0, families: ['network'], family_bits: [99.0],
                      evidence: ['network|Ip|192.0.2.5'], evidence_bits: [99.0],
                      run: 'running'}]->(c2),
       (h1)-[:LINKED {weight: 98.0, families: ['network'], family_bits: [98.0],
                      evidence: ['network|Ip|192.0.2.5'], evidence_bits: [98.0],
                      run: 'running'}]->(x)
CREATE (rh:Ring {ring_id: 'ring-h', score: 23.0, size: 3, families: ['payment', 'device',
                 'network'],
                 family_bits: [9.0, 9.0, 5.0], single_family: false, links: 2, density: 0.67,
                 run: 'r1'}),
       (rc:Ring {ring_id: 'ring-c', score: 10.0, size: 2, families: ['device', 'payment'],
                 family_bits: [5.0, 5.0], single_family: false, links: 1, density: 1.0, run: 'r1'}),
       (rn:Ring {ring_id: 'ring-n', score: 3.0, size: 1, families: ['prompt'], family_bits: [3.0],
                 single_family: true, links: 0, density: 0.0, run: 'r1'})
CREATE (h1)-[:MEMBER_OF {score: 23.0, run: 'r1'}]->(rh),
       (h2)-[:MEMBER_OF {score: 14.0, run: 'r1'}]->(rh),
       (h3)-[:MEMBER_OF {score: 9.0, run: 'r1'}]->(rh),
       (c1)-[:MEMBER_OF {score: 10.0, run: 'r1'}]->(rc),
       (c2)-[:MEMBER_OF {score: 10.0, run: 'r1'}]->(rc),
       (z)-[:MEMBER_OF {score: 3.0, run: 'r1'}]->(rn)
CREATE (:Review {review_id: '1', label: 'fraud', decided_by: 'ann',
                 decided_at: datetime('2026-03-03T00:00Z')})-[:DECIDED]->(h1),
       (:Review {review_id: '2', label: 'benign', decided_by: 'bob',
                 decided_at: datetime('2026-03-04T00:00Z')})-[:DECIDED]->(h1),
       (:Review {review_id: '3', label: 'fraud', decided_by: 'ann',
                 decided_at: datetime('2026-03-07T00:00Z')})-[:DECIDED]->(c2),
       (:Review {review_id: '4', label: 'benign', decided_by: 'bob'})-[:DECIDED]->(y),
       (:Review {review_id: '5', label: 'benign', decided_by: 'bob',
                 decided_at: datetime('2026-03-06T00:00Z')})-[:DECIDED]->(c2)
CREATE (:SetAside {name: 'group-1', look_alike: 'household', size: 5, score: 30.0, needed: 20.0,
                   families: ['network', 'payment'], reason: 'one address', run: 'r1',
                   members: ['m1', 'm2', 'm3', 'm4', 'm5']}),
       (:SetAside {name: 'group-2', look_alike: 'occasion', size: 6, score: 40.0, needed: 20.0,
                   families: ['network', 'prompt'], reason: 'one day', run: 'r1',
                   members: ['n1', 'n2', 'n3', 'n4', 'n5', 'n6']})
CREATE (:Run {run_id: 'r1', state: 'done', parameters: '{"seed": 42}'}),
       (:Run {run_id: 'running', state: 'open'}),
       (:Batch {batch_id: 'b1', table: 'accounts', state: 'done', rows: 8, quarantined: 1,
                duplicates: 0, finished_at: datetime('2026-03-08T00:00Z')}),
       (:Batch {batch_id: 'b2', table: 'requests', state: 'open', rows: 9,
         lake_table: 'delta 0af3', lake_version: 12})
"""

# As in test_stored_queries: question, parameters, the rows' leading columns, whole and in order.
ANSWERS = [
    (
        "groups-set-aside",
        {},
        [
            ("group-2", "occasion", 6, 40.0, ["network", "prompt"], "one day"),
            ("group-1", "household", 5, 30.0, ["network", "payment"], "one address"),
        ],
    ),
    (
        "groups-set-aside",
        {"look_alike": "household"},
        [
            (
                *("group-1", "household", 5, 30.0, ["network", "payment"], "one address"),
                ["m1", "m2", "m3", "m4", "m5"],
            )
        ],
    ),
    ("groups-set-aside", {"look_alike": "organization"}, []),
    (
        "list-rings",
        {},
        [
            ("ring-h", 3, 23.0, ["payment", "device", "network"]),
            ("ring-c", 2, 10.0, ["device", "payment"]),
            ("ring-n", 1, 3.0, ["prompt"]),
        ],
    ),
    (
        "rings-by-proxy-operator",
        {},
        [
            ("Rotor", ["residential"], ["ring-h"], 3, 2),
            ("North", ["vpn"], ["ring-c"], 1, 1),
        ],
    ),
    (
        "near-misses-of-ring",
        {"ring_id": "ring-h"},
        [("x", "active")],
    ),
    ("near-misses-of-ring", {"ring_id": "ring-h", "at_most": "3"}, [("x", "active")]),
    ("near-misses-of-ring", {"ring_id": "ring-h", "at_least": "4"}, []),
    ("near-misses-of-ring", {"ring_id": "ring-c", "at_least": "1"}, []),
    ("ring-channels", {"ring_id": "ring-h"}, [("api", 2, 30, 4300), ("bedrock", 1, 5, 150)]),
    (
        "ring-capabilities",
        {"ring_id": "ring-h"},
        [("reasoning", "pr", "steps", 3, 35, 1)],
    ),
    ("ring-capabilities", {"ring_id": "ring-c"}, [("coding", "pc", "refactor", 1, 7, 1)]),
    ("organizations-in-rings", {}, [("oa", 2, 1, ["ring-h"])]),
    (
        "ring-identifiers",
        {"ring_id": "ring-h"},
        [
            ("PromptCluster", "pr", ["h1", "h2", "h3"], 1),
            ("PaymentMethod", "ca", ["h1", "h2"], 0),
            ("Device", "dh", ["h1", "h3"], 1),
            ("Ip", "203.0.113.1", ["h1", "h2"], 1),
        ],
    ),
    ("ring-identifiers", {"ring_id": "ring-n"}, []),
    ("ring-hours", {"ring_id": "ring-h"}, [(0, 1), (1, 1), (10, 1), (22, 3)]),
    (
        "ring-payments",
        {"ring_id": "ring-h"},
        [("ca", "prepaid", "400777", "US", 2, 0, 6, 4), ("cc", "card", "422222", None, 1, 0, 3, 2)],
    ),
    (
        "outside-users",
        {"ring_id": "ring-h"},
        [
            ("PromptCluster", "pr", 3, 1),
            ("PaymentMethod", "ca", 2, 0),
            ("Device", "dh", 2, 1),
            ("Ip", "203.0.113.1", 2, 1),
        ],
    ),
    ("ring-links", {"ring_id": "ring-c"}, [("c1", "c2", 10.0, ["device", "payment"])]),
    ("ring-summary", {"ring_id": "ring-c"}, [("ring-c", 2, 10.0)]),
    ("ring-summary", {"ring_id": "ring-x"}, []),
    (
        "strongest-links",
        {},
        [
            ("h1", "h2", 14.0),
            ("c1", "c2", 10.0),
            ("h1", "h3", 9.0),
            ("h2", "x", 5.0),
            ("h3", "c1", 2.0),
        ],
    ),
    ("strongest-links", {"outside_rings": "true"}, [("h2", "x", 5.0), ("h3", "c1", 2.0)]),
    ("links-across-rings", {}, [("ring-c", "ring-h", 1, 2.0, ["prompt"])]),
    (
        "links-by-families",
        {},
        [
            (["device"], 1, 1, 9.0),
            (["device", "payment"], 1, 1, 10.0),
            (["network"], 1, 0, 5.0),
            (["network", "payment"], 1, 1, 14.0),
            (["prompt"], 1, 0, 2.0),
        ],
    ),
    (
        "replacements-behind-proxy",
        {},
        [("h1", "h2", 20, ["Rotor"], "active"), ("h1", "x", 50, ["Rotor"], "active")],
    ),
    ("replacements-behind-proxy", {"minutes": "30"}, [("h1", "h2", 20, ["Rotor"], "active")]),
    ("payment-methods-over-countries", {}, [("ca", ["DE", "US"], 2)]),
    ("payment-methods-over-countries", {"at_least": "3"}, []),
    ("devices-over-countries", {}, [("dh", ["DE", "FR"], 3)]),
    ("accounts-with-failed-payments", {}, [("h1", "banned", 2, 7, 5)]),
    ("bursts-of-openings", {"since": "2026-03-03"}, []),
    (
        "prompt-clusters-that-grow",
        {"since": "2026-03-04"},
        [("pr", "steps", "reasoning", 2, 2), ("pc", "refactor", "coding", 1, 1)],
    ),
    ("prompt-clusters-that-grow", {"since": "2026-03-06", "capability": "coding"}, []),
    (
        "heaviest-accounts-behind-proxies",
        {},
        [
            ("h2", 2800, 20, ["residential"], ["Rotor"]),
            ("h1", 1500, 10, ["residential"], ["Rotor"]),
            ("c1", 770, 7, ["vpn"], ["North"]),
            ("h3", 150, 5, ["residential"], ["Rotor"]),
            ("x", 15, 2, ["residential"], ["Rotor"]),
            ("y", 10, 1, ["vpn"], ["North"]),
        ],
    ),
    ("heaviest-accounts-behind-proxies", {"kind": "vpn"}, [("c1", 770), ("y", 10)]),
    (
        "heaviest-accounts-outside-rings",
        {},
        [("y", 99010, 101, "active", "oa"), ("x", 15, 2, "active", None)],
    ),
    (
        "identifiers-of-banned-accounts",
        {},
        [
            ("Device", "dc", 1, 1),
            ("EmailDomain", "mail.example", 1, 1),
            ("PaymentMethod", "ca", 1, 1),
            ("PaymentMethod", "cb", 1, 1),
            ("Device", "dh", 1, 2),
            ("Ip", "203.0.113.1", 1, 2),
            ("PromptCluster", "pr", 1, 3),
        ],
    ),
    ("accounts-by-addresses", {}, [("y", "active", 2, 2, 1)]),
    ("accounts-by-contacts", {}, [("h1", "banned", 2, ["invited", "referred"], 1)]),
    ("accounts-by-contacts", {"kind": "invited"}, []),
    ("accounts-with-foreign-phones", {}, [("h2", "US", "RU")]),
    (
        "systems-by-accounts",
        {},
        [(64500, "Rack", "hosting", 4, 2, 3), (64501, "Plain", None, 2, 1, 1)],
    ),
    ("systems-by-accounts", {"kind": "vpn"}, []),
    ("accounts-without-activity", {}, [("active", 1)]),
    (
        "rings-by-decisions",
        {},
        [("ring-h", 23.0, 3, 0, 1, 2), ("ring-c", 10.0, 2, 1, 0, 1), ("ring-n", 3.0, 1, 0, 0, 1)],
    ),
    ("rings-without-decisions", {}, [("ring-n", 3.0, 1, ["prompt"])]),
    ("contradicting-decisions", {}, [("c2", ["ann"], ["bob"]), ("h1", ["ann"], ["bob"])]),
    ("rings-with-benign-members", {}, [("ring-h", 3, ["h1"])]),
    ("decisions-by-person", {}, [("bob", 0, 3), ("ann", 2, 0)]),
    (
        "members-still-active",
        {},
        [
            ("h2", "ring-h", 14.0),
            ("c1", "ring-c", 10.0),
            ("h3", "ring-h", 9.0),
            ("z", "ring-n", 3.0),
        ],
    ),
    ("members-still-active", {"status": "banned", "least_score": "20"}, [("h1", "ring-h", 23.0)]),
]

# Answers with times in them: name, parameters, rows as the command line writes them.
TIMED = [
    (
        "loads",
        {},
        [
            ("b1", "accounts", None, None, "done", None, "2026-03-08T00:00:00Z", 8, 1, 0),
            ("b2", "requests", None, "delta 12", "open", None, None, 9, None, None),
        ],
    ),
    (
        "ring-timeline",
        {"ring_id": "ring-c"},
        [
            ("2026-03-05T08:00:00Z", "opened", "c1"),
            ("2026-03-05T09:00:00Z", "first seen", "c1"),
            ("2026-03-05T12:00:00Z", "opened", "c2"),
            ("2026-03-06T00:00:00Z", "status banned", "c2"),
        ],
    ),
    (
        "bursts-of-openings",
        {},
        [("203.0.113.0/24", "2026-03-02T00:00:00Z", 2, ["h2", "x"]),
         ("203.0.113.0/24", "2026-03-01T10:00:00Z", 2, ["h1", "h3"])],
    ),
]  # fmt: skip
