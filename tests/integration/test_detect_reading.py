"""What detection reads and counts before it links, and that it asks for memory first."""

import math

import numpy as np
import pytest
from detect_world import ACCOUNTS, BOTS, CARDS, CLASS, P, build, members, share, standing

from ringleader.algorithms.detect import detect, null_rings
from ringleader.algorithms.evidence import reading as reading_module
from ringleader.algorithms.evidence.reading import read_sharing
from ringleader.algorithms.grouping import communities as memory
from ringleader.algorithms.grouping.communities import estimated_memory, require_memory
from ringleader.catalogue import get
from ringleader.errors import ServerError
from ringleader.graph import Graph
from ringleader.schema import BUILT_IN


def test_pages_of_any_size_read_the_same(graph, monkeypatch):
    build(graph)
    graph.write(
        "MATCH (:Account {account_id: 'card00'})-[u:PAID_WITH]->() SET u.events = null, "
        "u.days = [0, 5, 63]",
        name="x",
    )
    graph.write(
        "MATCH (a:Account {account_id: 'card01'})-[u:PAID_WITH]->() SET u.failed = 4, "
        "a.status = 'banned', a.status_at = datetime('2026-02-01T00:00Z')",
        name="x",
    )
    whole = read_sharing(graph)
    for rows in (17, 101, ACCOUNTS, ACCOUNTS + 1):
        for pages in ("ACCOUNTS_AT_ONCE", "TIMED_ACCOUNTS_AT_ONCE"):
            monkeypatch.setattr(reading_module, pages, rows)
        part = read_sharing(graph)
        for one, other in ((whole, part), (whole.origins, part.origins)):
            for name, column in vars(one).items():
                if isinstance(column, np.ndarray):
                    same = np.array_equal(
                        column, vars(other)[name], equal_nan=column.dtype == float
                    )
                    assert same, name
        everything = np.arange(len(whole.used))
        assert np.array_equal(whole.days(everything), part.days(everything))
    assert len(whole.accounts) == ACCOUNTS
    assert len(whole.keys) == 2 + 5 + 75 + 1 + 3 + 2 + 3
    card = [whole.name(n) for n in range(len(whole.keys))].index(("PaymentMethod", "pm-ring"))
    uses = np.flatnonzero(whole.used == card)
    assert [whole.accounts[n] for n in whole.user[uses]] == CARDS
    assert whole.days(uses).tolist() == [1 | 1 << 5 | 1 << 63, *[0] * 7]
    room = [whole.name(n) for n in range(len(whole.keys))].index(("Ip", "198.18.9.3"))
    assert whole.days(np.flatnonzero(whole.used == room)).tolist() == [1 << 7] * len(CLASS)
    events = dict(
        zip(whole.accounts, whole.activity[:, BUILT_IN.labels.index("PaymentMethod")], strict=True)
    )
    assert [events[name] for name in CARDS] == [1, 1, 5, 5, 5, 5, 5, 5]
    ended = dict(zip(whole.accounts, whole.ended, strict=True))
    assert {n for n, at in ended.items() if not np.isnan(at)} == {"card01"}


def test_a_use_comes_with_its_days_and_an_unknown_one_with_none(graph):
    graph.write(
        "CREATE (a:Account {account_id: 'a'})-[:USED_IP {days: [5, 63], "
        "first_seen: datetime({epochMillis: 1000}), last_seen: datetime({epochMillis: 2000})}]->"
        "(:Ip {address: 'x'}), (a)-[:USED_DEVICE]->(:Device {device_id: 'd'})",
        name="fixture",
    )
    [account] = graph.read("MATCH (a:Account) RETURN id(a) AS number")
    [row] = graph.read(get("times-of-uses"), {"numbers": [account["number"]]})
    assert set(row) == {"accounts", "identifiers", "first_seen", "last_seen", "days"}
    uses = zip(row["first_seen"], row["last_seen"], row["days"], strict=True)
    assert sorted(uses) == [(-1, -1, []), (1000, 2000, [5, 63])]


def test_kinds_of_uses_are_numbered_as_labels_are(graph):
    for number, found in enumerate(BUILT_IN.identifiers):
        graph.write(
            f"CREATE (:Account {{account_id: 'a{number}'}})-[:{found.relationship} {{events: 1}}]->"
            f"(:{found.label} {{{found.key}: 'k'}})",
            name="fixture",
        )
    rows = graph.read(get("uses-to-link"), {"low": "a0", "high": "a9"})
    assert sorted(rows[0]["kinds"]) == list(range(len(BUILT_IN.labels)))
    for number in range(len(BUILT_IN.labels)):
        [row] = graph.read(get("uses-to-link"), {"low": f"a{number}", "high": f"a{number}"})
        assert row["kinds"] == [number]


def test_too_little_heap_is_told_before_the_projection(graph):
    heap = graph.read(get("server-heap"))[0]["most"]

    def needed(links):
        return estimated_memory(graph, 1000, links, "leiden")[0]

    # The most links of which twice the need is within the heap of this server.
    fits, not_any_more = 1, 10**9
    while not_any_more - fits > 100_000:
        middle = (fits + not_any_more) // 2
        fits, not_any_more = (fits, middle) if 2 * needed(middle) > heap else (middle, not_any_more)
    require_memory(graph, 1000, fits, "leiden")
    with pytest.raises(
        ServerError, match=f"{not_any_more:,} links needs a heap of .* GB"
    ) as caught:
        require_memory(graph, 1000, not_any_more, "leiden")
    gigabytes = math.ceil(2 * needed(not_any_more) / 2**30)
    assert f'[server] heap = "{gigabytes}g"' in caught.value.hint
    # What comes as parameters counts too: three numbers for each link.
    assert needed(2_000_000) - needed(1_000_000) > 3 * 8 * 1_000_000


@pytest.mark.parametrize(
    "find", [lambda g: detect(g, P), lambda g: null_rings(g, P, permutations=1)]
)
def test_too_little_heap_is_told_before_any_work(graph, monkeypatch, find):
    build(graph)
    monkeypatch.setattr(memory, "EDGES_PER_ACCOUNT", 10**7)
    before = graph.read("MATCH (n) RETURN count(n) AS n, count(n.accounts) AS counted", name="n")
    with pytest.raises(
        ServerError, match=f"{ACCOUNTS} accounts and {ACCOUNTS * 10**7:,} links needs a heap"
    ):
        find(graph)
    after = graph.read("MATCH (n) RETURN count(n) AS n, count(n.accounts) AS counted", name="n")
    assert after == before and before[0]["counted"] == 0


def test_any_organization_in_common_is_openly_together(graph):
    build(graph)
    graph.write(
        "MATCH (a:Account) WHERE a.account_id IN $names "
        "MERGE (own:Organization {organization_id: 'a-' + a.account_id}) "
        "MERGE (all:Organization {organization_id: 'zz'}) "
        "MERGE (a)-[:IN_ORGANIZATION]->(own) MERGE (a)-[:IN_ORGANIZATION]->(all)",
        {"names": CARDS},
        name="fixture",
    )
    detect(graph, P)
    assert members(graph) == {tuple(BOTS)}


def test_users_outside_are_counted_as_they_are_now(graph):
    build(graph)
    found = detect(graph, P)
    ring = next(r.ring_id for r in found.rings if r.members == tuple(CARDS))
    share(graph, ["later1", "later2"], "PaymentMethod", "pm-ring")
    # Anybody can try a ring's card, which is nobody's use of it.
    share(graph, ["tried"], "PaymentMethod", "pm-ring")
    graph.write(
        "MATCH (:Account {account_id: 'tried'})-[u:PAID_WITH]->() SET u.failed = u.events", name="x"
    )
    graph.write("MATCH (d:Device {device_id: 'dev-ring'}) SET d.accounts = 3", name="stale")
    rows = graph.read(get("outside-users"), {"ring_id": ring})
    assert [(r["identifier"], r["members"], r["outside"]) for r in rows] == [
        ("dev-ring", 8, 0),
        ("pm-ring", 8, 2),
    ]


COUNTED = """
MATCH (identifier:Ip|PaymentMethod|Device|PromptCluster|EmailDomain)
RETURN labels(identifier)[0] AS label, identifier.accounts AS noted,
       COUNT { (identifier)<-[:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH]-() } AS accounts
"""


@pytest.mark.parametrize("at_once", [1, 20_000])
def test_how_many_use_an_identifier_is_noted_where_several_do(graph, monkeypatch, at_once):
    monkeypatch.setattr(reading_module, "IDENTIFIERS_AT_ONCE", at_once)
    build(graph)
    # An attempt that failed is none of a link's business, and counts here.
    graph.write(
        "MATCH (:Account {account_id: 'card01'})-[u:PAID_WITH]->() SET u.failed = 9", name="x"
    )

    def noted():
        rows = graph.read(COUNTED, name="x")
        assert {r["label"] for r in rows} >= {"Ip", "PaymentMethod", "Device"}
        return [(r["noted"], r["accounts"] if r["accounts"] > 1 else None) for r in rows]

    read_sharing(graph)
    assert all(said == counted for said, counted in noted())
    # Stale, none any more, and not counted yet.
    graph.write(
        "MATCH (d:Device) SET d.accounts = 77 WITH count(*) AS n "
        "MATCH (:PaymentMethod {payment_method_id: 'pm-ring'})<-[u]-() DELETE u",
        name="x",
    )
    share(graph, ["card00", "card01"], "Ip", "198.51.100.77")
    assert any(said != counted for said, counted in noted())
    read_sharing(graph)
    assert all(said == counted for said, counted in noted())
    written = []
    real = Graph.write
    monkeypatch.setattr(Graph, "write", lambda *a, **k: written.append(a) or real(*a, **k))
    read_sharing(graph)
    assert written == []


def test_the_order_of_input_changes_nothing(graph):
    build(graph)
    detect(graph, P)
    before = standing(graph)
    graph.run_in_batches("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS", name="empty")
    build(graph, reverse=True)
    detect(graph, P)
    assert standing(graph) == before
