"""Detection on a real Neo4j with GDS: exact rings, repeated, interrupted, at the command line."""

import hashlib
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from algorithms import communities as memory
from algorithms import detect as stages
from algorithms import publication
from algorithms import reading as reading_module
from algorithms.communities import estimated_memory, link_projection, require_memory
from algorithms.detect import detect, null_rings
from algorithms.explanation import explain, why_member
from algorithms.parameters import Parameters
from algorithms.reading import read_sharing
from algorithms.shared_neighbours import find_links
from algorithms.sharing import LABELS
from ringleader.catalogue import get
from ringleader.errors import NotFound, QueryError, ServerError
from ringleader.graph import Graph
from ringleader.schema import IDENTIFIERS, NODE_BY_LABEL

P = Parameters()
CARDS = [f"card{n:02}" for n in range(8)]
BOTS = [f"bot{n:02}" for n in range(12)]
NAT = [f"nat{n:03}" for n in range(150)]
VPN = [f"vpn{n:02}" for n in range(20)]
CLASS = [f"class{n:02}" for n in range(20)]
HOME = [f"home{n}" for n in range(4)]

SHARE = """
UNWIND $names AS name
MERGE (a:Account {account_id: name})
MERGE (i:$($label) {`KEY`: $key})
MERGE (a)-[u:$($type)]->(i)
SET u.events = 5, u.first_seen = datetime($first), u.last_seen = datetime($last)
"""
KEYS = {
    "Ip": ("address", "USED_IP"),
    "Device": ("device_id", "USED_DEVICE"),
    "PromptCluster": ("prompt_cluster_id", "SENT"),
    "PaymentMethod": ("payment_method_id", "PAID_WITH"),
}


def share(graph, names, label, key, first="2026-01-02T00:00Z", last="2026-02-20T00:00Z"):
    prop, type_ = KEYS[label]
    # Labels and types of a fixture; both servers that are supported take plain ones.
    text = SHARE.replace("$($label)", label).replace("`KEY`", prop).replace("$($type)", type_)
    given = {"names": list(names), "key": key, "first": first, "last": last}
    graph.write(text, given, name="fixture")


def open_accounts(graph, names, day, step_hours=0):
    graph.write(
        "UNWIND range(0, size($names) - 1) AS n MERGE (a:Account {account_id: $names[n]}) "
        "SET a.created_at = datetime('2026-01-01T00:00Z') + "
        "duration({days: $day, hours: n * $step})",
        {"names": list(names), "day": day, "step": step_hours},
        name="fixture",
    )


def build(graph, reverse=False):
    """Two rings and four honest cohorts."""

    def ordered(names):
        return list(reversed(names)) if reverse else list(names)

    def cards():
        share(graph, ordered(CARDS), "PaymentMethod", "pm-ring")
        share(graph, ordered(CARDS), "Device", "dev-ring")
        open_accounts(graph, CARDS, 3, 5)

    def bots():
        for n in range(4):
            share(graph, ordered(BOTS[n * 3 : n * 3 + 6]), "Ip", f"198.18.0.{n}")
        share(graph, ordered(BOTS), "PromptCluster", "pc-ring")
        open_accounts(graph, BOTS, 10, 2)

    def honest():
        share(graph, ordered(NAT), "Ip", "198.18.9.1")
        for n in range(0, 150, 2):
            share(graph, NAT[n : n + 2], "PromptCluster", f"pc{n}")
        open_accounts(graph, NAT, 0, 10)
        share(graph, ordered(VPN), "Ip", "198.18.9.2")
        share(graph, ordered(VPN), "Device", "image")
        share(graph, ordered(VPN), "PromptCluster", "pc-work")
        open_accounts(graph, VPN, 0, 24)
        graph.write(
            "UNWIND $names AS name MATCH (a:Account {account_id: name}) "
            "MERGE (o:Organization {organization_id: 'org'}) MERGE (a)-[:IN_ORGANIZATION]->(o)",
            {"names": VPN},
            name="fixture",
        )
        hour = {"first": "2026-02-03T10:00Z", "last": "2026-02-03T11:00Z"}
        share(graph, ordered(CLASS), "Ip", "198.18.9.3", **hour)
        share(graph, ordered(CLASS), "PromptCluster", "pc-lesson", **hour)
        open_accounts(graph, CLASS, 33)
        share(graph, ordered(HOME), "Ip", "198.18.9.4")
        share(graph, ordered(HOME), "PaymentMethod", "pm-home")
        open_accounts(graph, HOME, 5)

    steps = [cards, bots, honest]
    for step in reversed(steps) if reverse else steps:
        step()


def standing(graph):
    """Everything that detection leaves, without run ids."""
    rings = graph.read(
        "MATCH (a:Account)-[m:MEMBER_OF]->(r:Ring) WITH r, a, m ORDER BY a.account_id "
        "RETURN r.ring_id AS id, round(r.score, 6) AS score, r.families AS families, "
        "r.size AS size, r.links AS links, collect([a.account_id, round(m.score, 6)]) AS members "
        "ORDER BY id",
        name="standing",
    )
    links = graph.read(
        "MATCH (a:Account)-[l:LINKED]->(b:Account) RETURN a.account_id AS a, b.account_id AS b, "
        "round(l.weight, 6) AS weight, l.evidence AS evidence ORDER BY a, b",
        name="standing",
    )
    return rings, links


def members(graph):
    return {tuple(name for name, _ in ring["members"]) for ring in standing(graph)[0]}


@pytest.mark.parametrize("algorithm", ["leiden", "louvain"])
def test_rings_are_found_and_look_alikes_are_not(graph, algorithm):
    build(graph)
    found = detect(graph, P, algorithm=algorithm)
    assert {ring.members for ring in found.rings} == {tuple(CARDS), tuple(BOTS)}
    assert members(graph) == {tuple(CARDS), tuple(BOTS)}
    families = {len(r["members"]): r["families"] for r in standing(graph)[0]}
    assert sorted(families[8]) == ["device", "payment"]
    assert sorted(families[12]) == ["network", "prompt"]


def test_a_second_run_changes_nothing(graph):
    build(graph)
    first = detect(graph, P)
    before = standing(graph)
    second = detect(graph, P)
    assert standing(graph) == before
    assert first.run != second.run
    assert {r["run"] for r in graph.read("MATCH ()-[l:LINKED]->() RETURN l.run AS run")} == {
        second.run
    }
    assert [row["run_id"] for row in graph.read(get("current-run"))] == [second.run]


def test_two_runs_of_louvain_agree(graph):
    build(graph)
    detect(graph, P, algorithm="louvain")
    before = standing(graph)
    detect(graph, P, algorithm="louvain")
    assert standing(graph) == before


def test_a_run_says_which_hubs_it_knew(graph):
    build(graph)
    detect(graph, P, known_hubs={"198.18.9.1", "pm-home"})
    detect(graph, P)
    told = "MATCH (r:Run) RETURN r.known_hubs AS hubs ORDER BY r.started_at"
    with_list, without = (json.loads(row["hubs"]) for row in graph.read(told, name="hubs"))
    assert with_list == {
        "identifiers": 2,
        "sha256": hashlib.sha256(b"198.18.9.1\npm-home").hexdigest(),
    }
    assert without == {"identifiers": 0, "sha256": hashlib.sha256(b"").hexdigest()}


def test_pages_of_any_size_read_the_same(graph, monkeypatch):
    build(graph)
    graph.write(
        "MATCH (:Account {account_id: 'card00'})-[u:PAID_WITH]->() SET u.events = null, "
        "u.first_seen = null",
        name="x",
    )
    graph.write(
        "MATCH (a:Account {account_id: 'card01'})-[u:PAID_WITH]->() SET u.failed = 4, "
        "a.status = 'banned', a.status_at = datetime('2026-02-01T00:00Z')",
        name="x",
    )
    whole = read_sharing(graph)
    for rows in (1, 7, 214, 215):
        monkeypatch.setattr(reading_module, "ACCOUNTS_AT_ONCE", rows)
        part = read_sharing(graph)
        for one, other in ((whole, part), (whole.origins, part.origins)):
            for name, column in vars(one).items():
                if isinstance(column, np.ndarray):
                    same = np.array_equal(
                        column, vars(other)[name], equal_nan=column.dtype == float
                    )
                    assert same, name
    assert len(whole.accounts) == 8 + 12 + 150 + 20 + 20 + 4
    assert len(whole.keys) == 2 + 5 + 75 + 1 + 3 + 2 + 2
    card = [whole.name(n) for n in range(len(whole.keys))].index(("PaymentMethod", "pm-ring"))
    uses = np.flatnonzero(whole.used == card)
    assert [whole.accounts[n] for n in whole.user[uses]] == CARDS
    first, last = 1_767_312_000, 1_771_545_600
    assert np.isnan(whole.first[uses[0]]) and set(whole.first[uses[1:]]) == {first}
    assert set(whole.last[uses]) == {last}
    events = dict(
        zip(whole.accounts, whole.activity[:, LABELS.index("PaymentMethod")], strict=True)
    )
    assert [events[name] for name in CARDS] == [1, 1, 5, 5, 5, 5, 5, 5]
    ended = dict(zip(whole.accounts, whole.ended, strict=True))
    assert {n for n, at in ended.items() if not np.isnan(at)} == {"card01"}


def test_kinds_of_uses_are_numbered_as_labels_are(graph):
    for number, (label, type_) in enumerate(IDENTIFIERS.items()):
        graph.write(
            f"CREATE (:Account {{account_id: 'a{number}'}})-[:{type_} {{events: 1}}]->(:{label} "
            f"{{{NODE_BY_LABEL[label].key}: 'k'}})",
            name="fixture",
        )
    rows = graph.read(get("uses-to-link"), {"low": "a0", "high": "a9"})
    assert sorted(rows[0]["kinds"]) == list(range(len(LABELS)))
    for number in range(len(LABELS)):
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


@pytest.mark.parametrize("find", [lambda g: detect(g, P), lambda g: null_rings(g, P, deals=1)])
def test_too_little_heap_is_told_before_any_work(graph, monkeypatch, find):
    build(graph)
    monkeypatch.setattr(memory, "LINKS_PER_ACCOUNT", 10**7)
    before = graph.read("MATCH (n) RETURN count(n) AS n, count(n.accounts) AS counted", name="n")
    with pytest.raises(ServerError, match=r"214 accounts and 2,140,000,000 links needs a heap"):
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


class Cut(BaseException):
    """Stands for Ctrl-C or a kill."""


@pytest.mark.parametrize(
    "where", ["read_sharing", "_link_rows", "communities", "found_rings", "_publish"]
)
def test_an_interrupted_detection_leaves_rings_alone_and_is_made_good(graph, monkeypatch, where):
    build(graph)
    detect(graph, P)
    undisturbed = standing(graph)
    real = getattr(stages, where)

    def cut(*given, **named):
        if where == "_link_rows":
            yield next(real(*given, **named))[:5]  # some links are in, most are not
        raise Cut

    def cut_now(*given, **named):
        raise Cut

    monkeypatch.setattr(stages, where, cut if where == "_link_rows" else cut_now)
    with pytest.raises(Cut):
        detect(graph, P)
    assert standing(graph)[0] == undisturbed[0]
    monkeypatch.undo()
    detect(graph, P)
    assert standing(graph) == undisturbed
    runs = graph.read("MATCH (r:Run) RETURN r.state AS state, count(*) AS n", name="runs")
    assert runs == [{"state": "done", "n": 2}]


def test_a_cut_after_the_rings_are_published_is_made_good(graph, monkeypatch):
    build(graph)
    detect(graph, P)
    undisturbed = standing(graph)
    real = stages._publish

    def then_cut(*given):
        real(*given)
        raise Cut

    monkeypatch.setattr(stages, "_publish", then_cut)
    with pytest.raises(Cut):
        detect(graph, P)
    assert standing(graph)[0] == undisturbed[0]
    monkeypatch.undo()
    detect(graph, P)
    assert standing(graph) == undisturbed


@pytest.mark.parametrize(
    "failing", ["retire-rings", "write-lineage", "write-campaigns", "finish-run"]
)
def test_rings_are_replaced_whole_or_not_at_all(graph, monkeypatch, failing):
    """A statement of the publication fails on the server after it and others have written."""
    build(graph)
    detect(graph, P)
    before = everything_of_rings(graph)
    assert [ring["size"] for ring in before[0]] == [8, 12]
    # The next run would drop the cards' ring.
    graph.write("MATCH (:PaymentMethod {payment_method_id: 'pm-ring'})<-[u]-() DELETE u", name="x")

    def broken(name):
        stored = get(name)
        if name != failing:
            return stored
        return replace(stored, text=stored.text + "\nWITH count(*) AS n RETURN 1 / (n - n) AS cut")

    monkeypatch.setattr(publication, "get", broken)
    with pytest.raises(QueryError, match="zero"):
        detect(graph, P)
    assert everything_of_rings(graph) == before
    monkeypatch.undo()
    detect(graph, P)
    assert members(graph) == {tuple(BOTS)}


def everything_of_rings(graph):
    """Rings with all their properties, memberships, and the run in force."""
    rings = graph.read(
        "MATCH (r:Ring)<-[m:MEMBER_OF]-(a:Account) WITH r, m, a ORDER BY a.account_id "
        "RETURN properties(r) AS ring, r.size AS size, "
        "collect([a.account_id, properties(m)]) AS members ORDER BY size",
        name="rings",
    )
    return rings, graph.read(get("current-run")), graph.read("MATCH (r:Ring) RETURN count(r) AS n")


@pytest.mark.parametrize("where", ["communities", "_publish"])
def test_a_ring_is_explained_by_its_own_run(graph, monkeypatch, where):
    """Links of a run that was cut stand beside those of the run that found the rings."""
    build(graph)
    found = detect(graph, P)
    names = [ring.ring_id for ring in found.rings]
    before = [(explain(graph, name), why_member(graph, name, a)) for name, a in asked(found)]

    def cut(*given, **named):
        raise Cut

    graph.write("MATCH (:Device {device_id: 'dev-ring'})<-[u]-() DELETE u", name="x")
    monkeypatch.setattr(stages, where, cut)
    with pytest.raises(Cut):
        detect(graph, Parameters(min_ring_size=3, payment_odds=0.02))
    monkeypatch.undo()
    runs = graph.read("MATCH ()-[l:LINKED]->() RETURN DISTINCT l.run AS run", name="runs")
    # Links are written when the rings are known.
    assert len(runs) == (2 if where == "_publish" else 1)
    after = [(explain(graph, name), why_member(graph, name, a)) for name, a in asked(found)]
    for (told, why), (told_before, why_before), name in zip(after, before, names, strict=True):
        assert (told.run, told.parameters) == (found.run, P)
        assert (told.score, told.families, told.links) == (
            told_before.score,
            told_before.families,
            told_before.links,
        )
        assert [(i.label, i.key, i.bits, i.links) for i in told.items] == [
            (i.label, i.key, i.bits, i.links) for i in told_before.items
        ]
        assert (why, told.dissolution) == (why_before, told_before.dissolution), name


def asked(found):
    return [(ring.ring_id, ring.members[0]) for ring in found.rings]


def test_a_ring_is_dissolved_by_the_criteria_of_its_run(graph, ringleader, tmp_path):
    build(graph)
    found = detect(graph, Parameters(min_ring_size=8))
    ring = next(r for r in found.rings if r.members == tuple(CARDS))
    (tmp_path / "ringleader.toml").write_text("[detect]\nmin_ring_size = 3\n")
    told = ringleader("rings", "explain", ring.ring_id).stderr
    assert (
        "without PaymentMethod pm-ring it would be no ring: no 8 accounts, bystanders left out, "
        "that hang together by 3 bits each and by two independent kinds that tie 50% of them"
    ) in " ".join(told.split())
    assert found.run in told
    assert "no smaller set does" in " ".join(told.split())


def projections(graph):
    return graph.read("CALL gds.graph.list() YIELD graphName RETURN graphName", name="projections")


def test_projections_are_dropped_whatever_happens(graph):
    build(graph)
    detect(graph, P)
    assert projections(graph) == []
    links = find_links(read_sharing(graph), P)
    with pytest.raises(Cut), link_projection(graph, "some-run", links):
        assert len(projections(graph)) == 1
        raise Cut
    assert projections(graph) == []


def test_an_identifier_of_many_accounts_neither_stalls_nor_glues(graph):
    build(graph)
    crowd = [f"crowd{n:05}" for n in range(20_000)]
    share(graph, [*crowd, *CARDS, *BOTS], "Ip", "198.18.9.9")
    open_accounts(graph, crowd, 4)
    detect(graph, P)
    assert members(graph) == {tuple(CARDS), tuple(BOTS)}
    sharers = graph.read("MATCH (i:Ip {address: '198.18.9.9'}) RETURN i.accounts AS n", name="n")
    assert sharers == [{"n": 20_020}]


VICTIMS = """
UNWIND range(0, 999) AS n
CREATE (a:Account {account_id: 'victim' + n,
                   created_at: datetime('2026-01-04T00:00Z') + duration({minutes: n})})
CREATE (a)-[:USED_IP {events: 60}]->(:Ip {address: 'home' + n})
CREATE (a)-[:USED_DEVICE {events: 60}]->(:Device {device_id: 'own' + n})
CREATE (a)-[:PAID_WITH {events: 2, failed: 0}]->(:PaymentMethod {payment_method_id: 'mine' + n})
MERGE (topic:PromptCluster {prompt_cluster_id: 'topic' + n % 40})
CREATE (a)-[:SENT {events: 60}]->(topic)
"""


@pytest.mark.parametrize(
    "act",
    [
        "MATCH (a:Account), (i:Ip {address: '198.18.0.0'}) WHERE a.account_id STARTS WITH 'victim' "
        "CREATE (a)-[:USED_IP {events: 1}]->(i)",
        "MATCH (a:Account), (i:PaymentMethod {payment_method_id: 'pm-ring'}) "
        "WHERE a.account_id STARTS WITH 'victim' "
        "CREATE (a)-[:PAID_WITH {events: 1, failed: 1}]->(i)",
    ],
    ids=["one request from a public proxy", "one failed payment"],
)
def test_a_thousand_victims_of_one_cheap_act_are_not_pulled_in(graph, act):
    build(graph)
    graph.write(VICTIMS, name="fixture")
    detect(graph, P)
    before = members(graph)
    assert before == {tuple(CARDS), tuple(BOTS)}
    graph.write(act, name="fixture")
    detect(graph, P)
    after = members(graph)
    drawn_in = {name for ring in after for name in ring} - {*CARDS, *BOTS}
    assert drawn_in == set()
    # A failed payment hides nobody either. A ring's address that a thousand strangers use once is
    # a public one: it no longer ties the three bots that have no other.
    remaining = BOTS if "failed" in act else BOTS[3:]
    assert after == {tuple(CARDS), tuple(remaining)}


def test_verdicts_are_listed_and_pinned(graph, ringleader):
    build(graph)
    # What forty strangers use as well ties the first three bots no longer, who have nothing else.
    share(graph, NAT[:40], "Ip", "198.18.0.0")
    ringleader("detect")
    rows = {
        r["identifier"]: r
        for r in json.loads(ringleader("hubs", "list", "--format", "json").stdout)
    }
    assert {key: row["verdict"] for key, row in rows.items()} == {
        "198.18.0.0": "benign",
        "198.18.0.1": "owned",
        "198.18.0.2": "owned",
        "198.18.0.3": "owned",
        "dev-ring": "owned",
        "pm-ring": "owned",
        "pc-ring": "owned",
    }
    assert rows["198.18.0.0"]["accounts"] == 46
    assert rows["198.18.0.0"]["reasons"][0].startswith("3 of 46 accounts on it are of ring-")
    unknown = ringleader("hubs", "pin", "nothing", "benign", "--note", "x", check=False)
    assert unknown.returncode == 1 and "no identifier 'nothing'" in unknown.stderr
    ringleader("hubs", "pin", "pm-ring", "benign", "--note", "a voucher", "--by", "ann")
    ringleader("detect")
    assert members(graph) == {tuple(BOTS[3:])}
    [shown] = json.loads(ringleader("hubs", "show", "pm-ring", "--format", "json").stdout)
    assert (shown["pinned"], shown["note"], shown["pinned_by"], shown["verdict"]) == (
        "benign",
        "a voucher",
        "ann",
        None,
    )
    ringleader("hubs", "unpin", "pm-ring")
    detect(graph, P)
    assert members(graph) == {tuple(CARDS), tuple(BOTS[3:])}


def test_the_null_model_finds_nothing_and_writes_nothing(graph, ringleader):
    build(graph)
    rows = json.loads(ringleader("detect", "--null", "2", "--format", "json").stdout)
    assert rows[0]["rings"] == 2
    assert max(row["rings"] for row in rows[1:]) < 2
    assert graph.read("MATCH (n:Run|Ring) RETURN count(n) AS n", name="n") == [{"n": 0}]
    detect(graph, P)
    rings = graph.read("MATCH (r:Ring) RETURN r.expected_false AS e, r.p_value AS p", name="p")
    assert len(rings) == 2
    for row in rings:
        assert 0 < row["p"] <= row["e"] < 1


def test_a_ring_keeps_its_name_when_it_grows(graph):
    build(graph)
    detect(graph, P)
    before = {r["size"]: r["id"] for r in standing(graph)[0]}
    share(graph, ["card99"], "PaymentMethod", "pm-ring")
    share(graph, ["card99"], "Device", "dev-ring")
    open_accounts(graph, ["card99"], 5)
    detect(graph, P)
    after = {r["size"]: r["id"] for r in standing(graph)[0]}
    assert after == {9: before[8], 12: before[12]}


def test_rings_that_are_gone_go(graph):
    build(graph)
    detect(graph, P)
    graph.write("MATCH (:PaymentMethod {payment_method_id: 'pm-ring'})<-[u]-() DELETE u", name="x")
    detect(graph, P)
    assert members(graph) == {tuple(BOTS)}


def test_an_explanation_adds_up(graph):
    build(graph)
    found = detect(graph, P)
    ring = next(r for r in found.rings if r.members == tuple(CARDS))
    told = explain(graph, ring.ring_id)
    assert sum(item.bits for item in told.items) == pytest.approx(ring.score)
    assert sum(told.families.values()) == pytest.approx(ring.score)
    assert [(i.label, i.key, i.links, i.members, i.outside) for i in told.items] == [
        ("PaymentMethod", "pm-ring", 28, 8, 0),
        ("Device", "dev-ring", 28, 8, 0),
    ]
    why = why_member(graph, ring.ring_id, CARDS[0])
    assert {link["other_account_id"] for link in why.links} == set(CARDS[1:])
    assert sum(link["bits"] for link in why.links) == pytest.approx(why.score)
    assert why.score == pytest.approx(
        dict(zip(ring.members, ring.member_bits, strict=True))[CARDS[0]]
    )
    with pytest.raises(NotFound, match="not in ring"):
        why_member(graph, ring.ring_id, NAT[0])
    with pytest.raises(NotFound, match="no ring"):
        explain(graph, "ring-none")


def test_an_empty_graph_has_no_rings(graph):
    found = detect(graph, P)
    assert (found.accounts, found.links, found.rings) == (0, 0, [])


def test_the_command_line(graph, ringleader, tmp_path):
    build(graph)
    told = {
        row["what"]: row["value"]
        for row in json.loads(ringleader("detect", "--dry-run", "--format", "json").stdout)
    }
    assert told["accounts"] == 214 and 0 < told["gds_megabytes_least"] <= told["gds_megabytes_most"]
    assert graph.read("MATCH (r:Run) RETURN count(r) AS n", name="n") == [{"n": 0}]
    done = ringleader("detect", "--fail-on-findings", "--format", "json", check=False)
    assert done.returncode == 3
    assert json.loads(done.stdout)[0]["accounts_in_rings"] == 20
    rings = json.loads(ringleader("rings", "list", "--format", "json").stdout)
    assert sorted(ring["size"] for ring in rings) == [8, 12]
    ring = next(r for r in rings if r["size"] == 8)
    shown = json.loads(ringleader("rings", "show", ring["ring_id"], "--format", "json").stdout)
    assert {row["account_id"] for row in shown} == set(CARDS)
    explained = ringleader("rings", "explain", ring["ring_id"], "--format", "json")
    assert sum(row["bits"] for row in json.loads(explained.stdout)) == pytest.approx(
        ring["score"], abs=0.02
    )
    assert "8 accounts, 28 links" in explained.stderr
    told_by_chance = " ".join(explained.stderr.split())
    assert "chance makes " in told_by_chance and "(1 deal of the identifiers)" in told_by_chance
    why = ringleader("rings", "explain", ring["ring_id"], "--account", CARDS[0], "--format", "json")
    assert len(json.loads(why.stdout)) == 7
    labels = tmp_path / "labels.csv"
    fraud = [f"{a},fraud,r1,ann\n" for a in CARDS] + [f"{a},fraud,r2,bob\n" for a in BOTS]
    labels.write_text(
        "account_id,label,ring_id,decided_by\n"
        + "".join(fraud)
        + "".join(f"{a},benign,,ann\n" for a in NAT)
    )
    table = json.loads(ringleader("evaluate", "--labels", labels, "--format", "json").stdout)
    assert [
        (row["name"], row["bcubed_f1"], row["account_precision"])
        for row in table
        if row["kind"] == "rings"
    ] == [
        ("all", 1.0, 1.0),
        ("ann", 1.0, 1.0),
        ("bob", 1.0, 1.0),
    ]
    with labels.open("a") as more:
        more.write(f"{CARDS[0]},benign,,cid\n")
    labels.write_text(
        "".join(
            f"{line},{'2026-03-02' if line.endswith(',cid') else '2026-03-01'}\n"
            for line in labels.read_text().splitlines()
        ).replace("decided_by,2026-03-01", "decided_by,decided_at")
    )
    appealed = ringleader("evaluate", "--labels", labels, "--format", "json")
    assert "decisions about 1 account contradict each other; the latest counts" in appealed.stderr
    assert json.loads(appealed.stdout)[0]["account_precision"] == 19 / 20
    assert ringleader("detect", "--seed", "x", check=False).returncode == 2
    refused = ringleader("detect", "--algorithm", "louvain", "--seed", "7", check=False)
    assert refused.returncode == 2
    assert "--seed is for leiden" in refused.stderr
    assert ringleader("rings", "explain", "ring-none", check=False).returncode == 1


def test_a_wrong_setting_is_one_line(graph, ringleader, tmp_path):
    (tmp_path / "ringleader.toml").write_text("[detect]\nmin_ring_sice = 4\n")
    result = ringleader("detect", check=False)
    assert result.returncode == 2
    assert "min_ring_sice" in result.stderr and "did you mean min_ring_size" in result.stderr
