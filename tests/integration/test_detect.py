"""Detection on a real Neo4j with GDS: exact rings, repeated, at the command line."""

import hashlib
import json

import pytest
from detect_world import (
    ACCOUNTS,
    BOTS,
    CARDS,
    CLASS,
    HOME,
    NAT,
    VPN,
    P,
    build,
    members,
    open_accounts,
    share,
    standing,
)
from honest_crowd import add_honest_crowd

from ringleader.algorithms.detect import detect
from ringleader.algorithms.explanation.explain import explain, why_member
from ringleader.catalogue import get
from ringleader.errors import NotFound


@pytest.mark.smoke
@pytest.mark.parametrize("algorithm", ["leiden", "louvain"])
def test_rings_are_found_and_look_alikes_are_not(graph, algorithm):
    build(graph)
    found = detect(graph, P, algorithm=algorithm)
    assert {ring.members for ring in found.rings} == {tuple(CARDS), tuple(BOTS)}
    assert members(graph) == {tuple(CARDS), tuple(BOTS)}
    families = {len(r["members"]): r["families"] for r in standing(graph)[0]}
    assert sorted(families[8]) == ["device", "payment"]
    assert sorted(families[12]) == ["network", "prompt"]
    aside = graph.read(get("groups-set-aside"), {"look_alike": "any"})
    assert {(row["look_alike"], tuple(row["members"])) for row in aside} == {
        ("organization", tuple(VPN)),
        ("occasion", tuple(CLASS)),
        ("household", tuple(HOME)),
    }


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


def test_an_identifier_of_many_accounts_neither_stalls_nor_glues(graph):
    build(graph)
    crowd = add_honest_crowd(graph, 20_000)
    share(graph, [*crowd, *CARDS, *BOTS, *CLASS], "Ip", "198.18.9.9")
    detect(graph, P)
    assert members(graph) == {tuple(CARDS), tuple(BOTS)}
    sharers = graph.read("MATCH (i:Ip {address: '198.18.9.9'}) RETURN i.accounts AS n", name="n")
    assert sharers == [{"n": 20_040}]


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
        "198.18.0.0": "widely shared",
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
        "widely shared",
        "a voucher",
        "ann",
        None,
    )
    ringleader("hubs", "unpin", "pm-ring")
    detect(graph, P)
    assert members(graph) == {tuple(CARDS), tuple(BOTS[3:])}


@pytest.mark.smoke
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
        ("Device", "dev-ring", 7, 8, 0),
        ("PaymentMethod", "pm-ring", 7, 8, 0),
    ]
    why = why_member(graph, ring.ring_id, CARDS[0])
    # Members are linked in the order in which they were opened.
    assert {link["other_account_id"] for link in why.links} == {CARDS[1]}
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
    assert (
        told["accounts"] == ACCOUNTS
        and 0 < told["gds_megabytes_least"] <= told["gds_megabytes_most"]
    )
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
    assert "8 accounts, 7 links" in explained.stderr
    assert "expected by chance: fewer than one in a million such rings" in " ".join(
        explained.stderr.split()
    )
    why = ringleader("rings", "explain", ring["ring_id"], "--account", CARDS[0], "--format", "json")
    assert [row["other_account_id"] for row in json.loads(why.stdout)] == [CARDS[1]]
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


def test_a_ring_that_no_detection_wrote_is_named_and_left_out(graph, ringleader):
    build(graph)
    detect(graph, P)
    listed = ringleader("rings", "list", "--format", "json").stdout
    names = [ring["ring_id"] for ring in json.loads(listed)]
    assert len(names) == 2
    exported = ringleader("export", "rings", "--format", "csv").stdout
    graph.write(
        "MATCH (a:Account) WITH a LIMIT 2 WITH collect(a) AS two "
        "CREATE (ring:Ring {ring_id: 'by hand'}) "
        "FOREACH (a IN two | CREATE (a)-[:MEMBER_OF]->(ring)) CREATE (:Ring)",
        name="fixture",
    )
    assert ringleader("rings", "list", "--format", "json").stdout == listed
    assert ringleader("export", "rings", "--format", "csv").stdout == exported
    for ring in names:
        ringleader("rings", "show", ring)
        ringleader("rings", "explain", ring)
    ringleader("report", "--output", "report.html")
    for thing in ("accounts", "links", "campaigns"):
        ringleader("export", thing, "--format", "graphml", "--output", f"{thing}.graphml")
    told = ringleader("doctor", check=False)
    assert told.returncode == 1
    assert "no detection wrote are left out of lists and exports: by hand, 4:" in told.stderr
    detect(graph, P)
    assert members(graph) == {tuple(CARDS), tuple(BOTS)}
