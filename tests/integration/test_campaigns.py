"""Campaigns on a real graph: joined, measured, written with the rings, and named for good."""

import json

import numpy as np
import pytest
from rings_world import crowd, opened, shared

from ringleader.algorithms.campaigns.linking import Feature, profiles
from ringleader.algorithms.detect import detect
from ringleader.algorithms.evidence.reading import read_sharing
from ringleader.algorithms.evidence.sharing import NO_ORIGINS
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings import publication
from ringleader.algorithms.rings.building import name_of
from ringleader.catalogue import get
from ringleader.output import plain

P = Parameters()
RINGS = {name: [f"{name}{n}" for n in range(8)] for name in ("east", "west", "apart")}
# What the operator of the first two uses in both, each by two accounts of a ring.
IN_COMMON = (
    ("Device", "machine-both"),
    ("PaymentMethod", "card-both"),
    ("PaymentMethod", "card-2"),
)


@pytest.fixture
def world(graph):
    """Two rings of one operator, one of another, and strangers.

    The other operator rents the same proxies, and its cards are of the same issuer.
    """
    crowd(graph, 400)
    for day, (name, members) in enumerate(RINGS.items()):
        # They pay before the first request and after the last.
        shared(graph, "PaymentMethod", f"card-{name}", members, first=2, last=32 + day)
        shared(graph, "Device", f"machine-{name}", members, first=3, last=30 + day)
        shared(graph, "Ip", f"198.51.100.{day}", members, first=3, last=30 + day)
        opened(graph, dict.fromkeys(members, 3 + day))
    for n, (label, key) in enumerate(IN_COMMON):
        pairs = (members[2 * n : 2 * n + 2] for members in (RINGS["east"], RINGS["west"]))
        shared(graph, label, key, [name for pair in pairs for name in pair], first=3, last=30)
    graph.write(
        "MATCH (ip:Ip) WHERE ip.address STARTS WITH '198.51.100.' "
        "MERGE (p:Proxy {proxy_id: 'rotor'}) SET p.operator = 'Rotor' MERGE (ip)-[:EXIT_OF]->(p)",
        name="fixture",
    )
    graph.write(
        "MATCH (m:PaymentMethod) WHERE m.payment_method_id IN $cards SET m.bin = '400777'",
        {"cards": [f"card-{name}" for name in (*RINGS, "both", "2")]},
        name="fixture",
    )
    graph.write(
        "UNWIND $names AS name MATCH (a:Account {account_id: name}) "
        "MERGE (p:PromptCluster {prompt_cluster_id: 'pc-' + left(name, 4)}) "
        "SET p.capability = CASE left(name, 4) WHEN 'east' THEN 'coding' ELSE 'reasoning' END "
        "MERGE (a)-[s:SENT]->(p) SET s.events = 7, s.channels = ['bedrock'], "
        "s.input_tokens = 700, s.output_tokens = 70, s.first_seen = datetime('2026-01-05'), "
        "s.last_seen = datetime('2026-01-06')",
        {"names": [*RINGS["east"], *RINGS["west"][:2]]},
        name="fixture",
    )
    return graph


def standing(graph):
    return {
        row["campaign"]: (set(row["rings"]), set(row["members"]))
        for row in graph.read(
            "MATCH (c:Campaign)<-[:PART_OF]-(r:Ring)<-[:MEMBER_OF]-(a:Account) "
            "RETURN c.campaign_id AS campaign, collect(DISTINCT r.ring_id) AS rings, "
            "collect(a.account_id) AS members",
            name="campaigns",
        )
    }


COUNTED = """
MATCH (ring:Ring)<-[:MEMBER_OF]-(member:Account)
MATCH (member)-[use:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH]->(identifier)
WHERE coalesce(use.events, 1) > coalesce(use.failed, 0)
OPTIONAL MATCH (identifier)-[:EXIT_OF]->(proxy:Proxy)
UNWIND [[labels(identifier)[0], coalesce(identifier.address, identifier.payment_method_id,
         identifier.device_id, identifier.prompt_cluster_id, identifier.domain)],
        ['Bin', identifier.bin], ['Proxy', proxy.proxy_id],
        ['ProxyOperator', proxy.operator]] AS used
WITH ring.ring_id AS ring, used[0] AS label, used[1] AS key, count(DISTINCT member) AS members
WHERE key IS NOT NULL AND members > 1
RETURN ring, label, key, members
"""


def test_profiles_of_rings_are_what_the_graph_counts(world):
    # Each member has a card, and another address behind the proxy, that nobody else uses; cards of
    # two rings are of one issuer. One payment of an issuer failed and is nobody's use.
    world.write(
        "MATCH (a:Account) WHERE a.account_id =~ '(east|west)[0-9]' "
        "MATCH (p:Proxy {proxy_id: 'rotor'}) "
        "CREATE (a)-[:PAID_WITH {events: 2, failed: 0}]->"
        "(:PaymentMethod {payment_method_id: 'own-' + a.account_id, bin: '555555'}), "
        "(a)-[:USED_IP {events: 1}]->(:Ip {address: '203.0.113.' + right(a.account_id, 1) + "
        "CASE left(a.account_id, 1) WHEN 'e' THEN '1' ELSE '2' END})-[:EXIT_OF]->(p)",
        name="fixture",
    )
    world.write(
        "MATCH (a:Account {account_id: 'east0'})-[u:PAID_WITH]->(:PaymentMethod {bin: '555555'}) "
        "SET u.failed = 2 WITH a MATCH (a)-[u:USED_IP]->(i:Ip) WHERE i.address "
        "STARTS WITH '198' DELETE u",
        name="fixture",
    )
    rings = detect(world, P).rings
    counted = {
        (r["ring"], r["label"], r["key"]): r["members"] for r in world.read(COUNTED, name="x")
    }
    in_rings = {}
    for ring, label, key in counted:
        in_rings.setdefault((label, key), set()).add(ring)
    expected = {at: n for at, n in counted.items() if len(in_rings[at[1:]]) > 1}
    uses, users = profiles(read_sharing(world), rings).of(np.arange(len(rings)))
    found = {
        (rings[number].ring_id, f.label, f.key): n
        for number, fs in uses.items()
        for f, n in fs.items()
    }
    assert found == expected
    east = name_of(RINGS["east"])
    assert found[east, "Bin", "555555"] == 7 and found[east, "Proxy", "rotor"] == 8
    assert users[Feature("payment", "Bin", "555555")] == 15
    assert users[Feature("network", "ProxyOperator", "Rotor")] == 24
    assert {f.label for f in users} >= {"Bin", "Proxy", "ProxyOperator"}


def test_a_graph_without_origins_has_none(graph):
    shared(graph, "Device", "d", ["a", "b"])
    origins = read_sharing(graph).origins
    assert [list(column) for column in vars(origins).values()] == [
        list(column) for column in vars(NO_ORIGINS).values()
    ]


def test_rings_of_one_operator_are_one_campaign_and_no_other(world, monkeypatch, ringleader):
    detect(world, P)
    east, west, apart = (name_of(RINGS[name]) for name in RINGS)
    both = sorted([*RINGS["east"], *RINGS["west"]])
    joined, single = name_of(both, "campaign"), name_of(RINGS["apart"], "campaign")
    assert standing(world) == {
        joined: ({east, west}, set(both)),
        single: ({apart}, set(RINGS["apart"])),
    }
    [told] = world.read(get("campaign-summary"), {"campaign_id": joined})
    made = plain(told["campaign"])
    assert {name.split("|")[1:][0] for name in made["shared"]} >= {"Device", "PaymentMethod"}
    del made["shared"], made["shared_bits"], made["run"]
    # A request leaves an address, a client and a prompt: of these the most counts, not the sum.
    assert made.pop("found_at")
    assert made == {
        "campaign_id": joined,
        "rings": 2,
        "accounts": 16,
        "capabilities": ["coding", "reasoning"],
        "capability_requests": [56, 14],
        "channels": ["api", "bedrock"],
        "requests": 4 * 10 + 6 * 7 + 6 * 5,
        "input_tokens": 4 * 200 + 6 * 700 + 6 * 100,
        "output_tokens": 4 * 20 + 6 * 70 + 6 * 10,
        "first_seen": "2026-01-03T00:00:00Z",
        "last_seen": "2026-02-03T00:00:00Z",
        "proxies": ["rotor"],
        "operators": ["Rotor"],
    }

    # Again, and with one ring more of the same: the same campaigns under the same names.
    detect(world, P)
    assert set(standing(world)) == {joined, single}
    north = [f"north{n}" for n in range(6)]
    for label, key in (("PaymentMethod", "card-north"), ("Device", "machine-north")):
        shared(world, label, key, north)
    shared(world, "Ip", "198.51.100.0", north)
    for n, (label, key) in enumerate(IN_COMMON):
        shared(world, label, key, north[2 * n : 2 * n + 2])
    opened(world, dict.fromkeys(north, 4))
    world.write(
        "MATCH (m:PaymentMethod {payment_method_id: 'card-north'}) SET m.bin = '400777'", name="x"
    )
    detect(world, P)
    assert standing(world)[joined][1] == {*both, *north}

    # Rings and campaigns are published together or not at all.
    before = standing(world)
    real = publication.get

    def broken(name):
        if name == "finish-run":
            raise KeyboardInterrupt
        return real(name)

    world.write(
        "MATCH (:PaymentMethod {payment_method_id: 'card-apart'})<-[u]-() DELETE u", name="x"
    )
    monkeypatch.setattr(publication, "get", broken)
    with pytest.raises(KeyboardInterrupt):
        detect(world, P)
    monkeypatch.undo()
    assert standing(world) == before
    detect(world, P)
    assert set(standing(world)) == {joined}

    rows = json.loads(ringleader("campaigns", "list", "--format", "json").stdout)
    assert [(r["campaign_id"], r["accounts"]) for r in rows] == [(joined, 22)]
    shown = ringleader("campaigns", "show", joined, "--format", "json")
    assert {r["ring_id"] for r in json.loads(shown.stdout)} == before[joined][0]
    assert "targets: coding 80%, reasoning 20%" in shown.stderr
    weeks = json.loads(
        ringleader("campaigns", "show", joined, "--weeks", "--format", "json").stdout
    )
    assert [(r["week"], r["opened"]) for r in weeks][:2] == [("2025-12-29", 8), ("2026-01-05", 14)]
    assert ringleader("campaigns", "show", "none", check=False).returncode == 1
