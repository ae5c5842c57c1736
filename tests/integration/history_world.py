"""A world with a campaign, a merger and decisions, and what the catalogue answers about them."""

WORLD = """
CREATE (a:Account {account_id: 'a', created_at: datetime('2026-03-02T10:00Z'), status: 'banned',
                   status_at: datetime('2026-03-11T00:00Z')}),
       (b:Account {account_id: 'b', created_at: datetime('2026-03-03T10:00Z'), status: 'active'}),
       (c:Account {account_id: 'c', created_at: datetime('2026-03-10T10:00Z'), status: 'active'}),
       (d:Account {account_id: 'd', created_at: datetime('2026-03-10T10:00Z'), status: 'active'}),
       (lone:Account {account_id: 'lone', created_at: datetime('2026-03-10T10:00Z')})
CREATE (i:Ip {address: '203.0.113.1'}), (card:PaymentMethod {payment_method_id: 'card'}),
       (dev:Device {device_id: 'dev'}),
       (a)-[:USED_IP {events: 5, first_seen: datetime('2026-03-02T11:00Z'),
                      last_seen: datetime('2026-03-08T11:00Z')}]->(i),
       (b)-[:USED_IP {events: 5, first_seen: datetime('2026-03-04T11:00Z'),
                      last_seen: datetime('2026-03-12T11:00Z')}]->(i),
       (c)-[:PAID_WITH {events: 1, first_seen: datetime('2026-03-12T11:00Z'),
                        last_seen: datetime('2026-03-17T11:00Z')}]->(card)
CREATE (old:Model {model: 'old', first_seen: datetime('2026-01-01')}),
       (early:Model {model: 'early', first_seen: datetime('2026-02-01')}),
       (new:Model {model: 'new', first_seen: datetime('2026-03-05T08:00Z')}),
       (a)-[:REQUESTED {daily: [20514000000040, 20515000000060, 20516000000050, 20517000000030]}]
         ->(old),
       (b)-[:REQUESTED {daily: [20514000000010]}]->(old),
       (b)-[:REQUESTED {daily: [20517000000030]}]->(new),
       (c)-[:REQUESTED {daily: [20518000000140]}]->(early),
       (lone)-[:REQUESTED {daily: [20514000000001, 20518000001000]}]->(new)
CREATE (a)-[:IN_ORGANIZATION]->(:Organization {organization_id: 'org'})
CREATE (a)-[:LINKED {weight: 7.0, families: ['network'], family_bits: [7.0], run: 'r2',
                     evidence: ['network|Ip|203.0.113.1'], evidence_bits: [7.0]}]->(b),
       (b)-[:LINKED {weight: 3.0, families: ['network'], family_bits: [3.0], run: 'r1',
                     evidence: ['network|Ip|old'], evidence_bits: [3.0]}]->(a)
CREATE (r1:Run {run_id: 'r1', state: 'done', started_at: datetime('2026-03-11T00:00Z')}),
       (r2:Run {run_id: 'r2', state: 'done', started_at: datetime('2026-03-12T00:00Z')})
CREATE (large:Ring {ring_id: 'large', state: 'live', score: 7.0, size: 2, families: ['network'],
                    family_bits: [7.0], single_family: true, links: 1, run: 'r2'}),
       (other:Ring {ring_id: 'other', state: 'live', score: 5.0, size: 2, families: ['payment'],
                    family_bits: [5.0], single_family: true, links: 1, run: 'r2'}),
       (small:Ring {ring_id: 'small', state: 'retired', size: 1, last_members: ['b'], run: 'r1',
                    retired_at: datetime('2026-03-12T01:00Z')}),
       (a)-[:MEMBER_OF {score: 7.0, run: 'r2'}]->(large),
       (b)-[:MEMBER_OF {score: 7.0, run: 'r2'}]->(large),
       (c)-[:MEMBER_OF {score: 5.0, run: 'r2'}]->(other),
       (d)-[:MEMBER_OF {score: 5.0, run: 'r2'}]->(other),
       (large)-[:CONTINUES {kind: 'merges', overlap: 1.0, run: 'r2'}]->(small),
       (r1)-[:FOUND {size: 1, score: 2.0, joined: 1, left: 0}]->(large),
       (r1)-[:FOUND {size: 1, score: 1.0, joined: 1, left: 0}]->(small),
       (r2)-[:FOUND {size: 2, score: 7.0, joined: 1, left: 0}]->(large),
       (r2)-[:FOUND {size: 2, score: 5.0, joined: 0, left: 0}]->(other)
CREATE (k:Campaign {campaign_id: 'k', rings: 2, accounts: 4, capabilities: ['coding'],
                    capability_requests: [10], requests: 10, input_tokens: 5, output_tokens: 2,
                    channels: ['api'], operators: ['Rotor'], run: 'r2'}),
       (large)-[:PART_OF]->(k), (other)-[:PART_OF]->(k)
CREATE (:Review {review_id: '1', verdict: 'watched', target: 'large', target_kind: 'ring',
                 ring: 'large', note: 'hm', members: ['a', 'b'], evidence: [], decided_by: 'ann',
                 decided_at: datetime('2026-03-11T10:00Z')})-[:DECIDED]->(large),
       (:Review {review_id: '2', verdict: 'rejected', label: 'benign', target: 'large',
                 target_kind: 'ring', ring: 'large', note: 'no', members: ['a', 'b'],
                 evidence: ['Ip|x'], decided_by: 'bob',
                 decided_at: datetime('2026-03-11T11:00Z')})-[:DECIDED]->(large),
       (:Review {review_id: '3', verdict: 'confirmed', label: 'fraud', target: 'a',
                 target_kind: 'account', ring: 'large', note: 'yes', members: ['a'],
                 evidence: [], decided_by: 'cid',
                 decided_at: datetime('2026-03-13T11:00Z')})-[:DECIDED]->(a),
       (:Review {review_id: '4', label: 'benign', decided_by: 'elsewhere'})-[:DECIDED]->(b),
       (:Review {review_id: '5', verdict: 'confirmed', label: 'fraud', target: 'small',
                 target_kind: 'ring', ring: 'small', note: 'yes', members: ['b', 'd', 'lone'],
                 evidence: [], decided_by: 'ann',
                 decided_at: datetime('2026-03-10T10:00Z')})-[:DECIDED]->(small)
CREATE (was:Account {account_id: 'was'}),
       (:Review {review_id: '6', label: 'fraud', decided_by: 'dan',
                 decided_at: datetime('2026-03-01T00:00Z')})-[:DECIDED]->(was),
       (:Review {review_id: '7', label: 'benign', decided_by: 'dan',
                 decided_at: datetime('2026-03-02T00:00Z')})-[:DECIDED]->(was)
"""

# As in test_stored_queries: question, parameters, the rows' leading columns, whole and in order.
ANSWERS = [
    ("list-campaigns", {}, [("k", 2, 4, ["coding"], 10, 5, 2, ["api"], ["Rotor"])]),
    (
        "campaign-rings",
        {"campaign_id": "k"},
        [("large", 2, 7.0, ["network"]), ("other", 2, 5.0, ["payment"])],
    ),
    (
        "campaign-weeks",
        {"campaign_id": "k"},
        [("2026-03-02", 2, 2, 0), ("2026-03-09", 2, 2, 1), ("2026-03-16", 0, 1, 0)],
    ),
    ("campaign-weeks", {"campaign_id": "none"}, []),
    (
        "campaign-days",
        {"campaign_id": "k"},
        [
            ("2026-03-02", "old", 50, 2, 1.0),
            ("2026-03-03", "old", 60, 1, 1.0),
            ("2026-03-04", "old", 50, 1, 1.0),
            ("2026-03-05", "new", 30, 1, 0.5),
            ("2026-03-05", "old", 30, 1, 0.5),
            ("2026-03-06", "early", 140, 1, 1.0),
        ],
    ),
    ("campaign-days", {"campaign_id": "none"}, []),
    # The share of `early` changes more, but it was there before the campaign.
    (
        "campaign-pivot",
        {"campaign_id": "k", "jump": 0.1},
        [("2026-03-05", "new", "2026-03-05", 0.0, 0.15)],
    ),
    (
        "campaign-pivot",
        {"campaign_id": "k", "window": 1, "least": 50},
        [("2026-03-05", "new", "2026-03-05", 0.0, 0.5)],
    ),
    ("campaign-pivot", {"campaign_id": "k"}, []),
    ("campaign-pivot", {"campaign_id": "k", "window": 1}, []),
    (
        "links-of-member",
        {"ring_id": "large", "account_id": "b"},
        [("a", 7.0, ["network|Ip|203.0.113.1"], [7.0])],
    ),
    ("links-of-member", {"ring_id": "other", "account_id": "b"}, []),
    (
        "families-in-graph",
        {},
        [
            ("contact", 0),
            ("device", 0),
            ("network", 2),
            ("payment", 1),
            ("prompt", 0),
            ("registration", 0),
            ("subnet", 0),
            ("timing", 5),
        ],
    ),
    (
        "list-decisions",
        {},
        [
            ("a", "account", "confirmed"),
            ("large", "ring", "rejected"),
            ("small", "ring", "confirmed"),
        ],
    ),
    # The latest decision counts, about the account or about a ring that held it: the one on `large`
    # for b, though `small` was confirmed with b in it before.
    ("rings-by-decisions", {}, [("large", 7.0, 2, 1, 1, 0), ("other", 5.0, 2, 1, 0, 1)]),
    ("rings-with-benign-members", {}, [("large", 2, ["b"])]),
    ("rings-without-decisions", {}, []),
    ("fraud-outside-rings", {}, [("lone",)]),
    (
        "contradicting-decisions",
        {},
        [("a", ["cid"], ["bob"]), ("b", ["ann"], ["bob", "elsewhere"])],
    ),
    (
        "decisions-by-person",
        {},
        [("ann", 3, 0), ("bob", 0, 2), ("cid", 1, 0), ("dan", 0, 1), ("elsewhere", 0, 1)],
    ),
    (
        "list-decisions",
        {"target": "large", "history": "true"},
        [("large", "ring", "rejected"), ("large", "ring", "watched")],
    ),
]
# The whole row, times as text.
TIMED = [
    (
        "ring-history",
        {"ring_id": "large"},
        [
            ("2026-03-11T00:00:00Z", "r1", "found", None, None, 1, 1, 0, 2.0),
            ("2026-03-12T00:00:00Z", "r2", "took in", "small", 1.0, None, None, None, None),
            ("2026-03-12T00:00:00Z", "r2", None, None, None, 2, 1, 0, 7.0),
        ],
    ),
    (
        "ring-history",
        {"ring_id": "small"},
        [
            ("2026-03-11T00:00:00Z", "r1", "found", None, None, 1, 1, 0, 1.0),
            ("2026-03-12T00:00:00Z", "r2", "went into", "large", 1.0, None, None, None, None),
            ("2026-03-12T01:00:00Z", None, "retired", None, None, 1, None, None, None),
        ],
    ),
    ("ring-history", {"ring_id": "other"}, []),
    (
        "decisions-on-account",
        {"account_id": "b"},
        [
            ("benign", "large", None, "2026-03-11T11:00:00Z", "bob", "rejected", "Ring", True),
            (None, "large", None, "2026-03-11T10:00:00Z", "ann", "watched", "Ring", False),
            ("fraud", "small", None, "2026-03-10T10:00:00Z", "ann", "confirmed", "Ring", True),
            ("benign", None, None, None, "elsewhere", None, "Account", True),
        ],
    ),
    (
        "members-of-ring",
        {"ring_id": "large"},
        [
            ("a", 7.0, "2026-03-02T10:00:00Z", "banned", ["org"], False),
            ("b", 7.0, "2026-03-03T10:00:00Z", "active", [], True),
        ],
    ),
]
