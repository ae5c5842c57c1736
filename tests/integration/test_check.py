"""The check of one account: the figures are those of detection, and a run is seen whole."""

import json
import math
import threading
from datetime import datetime

import judged_world
import pytest
from check_agreement import assert_check_agrees_with_detection
from judged_worlds import CROWD, FIRM, GUEST, RING, SECOND, SINGLE

from ringleader.algorithms.checking.footprints import Footprints, write_footprints
from ringleader.algorithms.detect import detect
from ringleader.algorithms.parameters import Parameters
from ringleader.api import reviewing
from ringleader.api.checking import Checker, check
from ringleader.errors import NotFound, WrongUsage

P = Parameters()


@pytest.fixture
def world(graph):
    return judged_world.built(graph)


def test_every_account_has_the_figures_of_detection_and_an_outcome(world):
    detect(world, P)
    assert assert_check_agrees_with_detection(world) == len(RING) + len(SECOND) + 1
    ring = judged_world.rings(world)[tuple(RING)]
    assert [found.code for found in Checker(world).check([RING[0], SINGLE, GUEST, CROWD[0]])] == [
        "member",
        "near",
        "touches",
        "nothing-known",
    ]
    member = check(world, RING[0])
    assert (member.outcome, member.rings[0].ring_id) == ("joins", ring)
    assert member.rings[0].shared[0].owned
    single = check(world, SINGLE)
    assert single.outcome == "near"
    assert "one kind alone (prompt)" in single.rings[0].missing[0]
    # What a firm of the groups set aside uses is no ring's.
    assert check(world, FIRM[0]).outcome == "nothing known"
    assert check(world, FIRM[0]).rings == ()
    with pytest.raises(NotFound, match="no account 'nobody'"):
        check(world, "nobody")
    [unknown] = Checker(world).check(["nobody"])
    assert (unknown.code, unknown.outcome) == ("unknown-account", "nothing known")


def test_an_account_that_is_not_loaded_is_checked_by_what_is_known(world):
    detect(world, P)
    ring = judged_world.rings(world)[tuple(RING)]
    given = {"ip": "203.0.113.1:443", "device_id": "image-a", "prompt_cluster_id": ["template-a1"]}
    found = check(world, given)
    assert (found.code, found.rings[0].ring_id, found.account_id) == ("joins", ring, None)
    # The same as a member that uses these three alone, by the figures of detection.
    world.write(
        "CREATE (a:Account {account_id: 'new'}) WITH a "
        "MATCH (i:Ip {address: '203.0.113.1'}) CREATE (a)-[:USED_IP {events: 1}]->(i) WITH a "
        "MATCH (d:Device {device_id: 'image-a'}) CREATE (a)-[:USED_DEVICE {events: 1}]->(d) WITH a "
        "MATCH (p:PromptCluster {prompt_cluster_id: 'template-a1'}) "
        "CREATE (a)-[:SENT {events: 1}]->(p)",
        name="fixture",
    )
    loaded = check(world, "new")
    assert loaded.code == "joins"
    assert loaded.rings[0].by_kind == found.rings[0].by_kind
    # Half of what is known of the addresses lies elsewhere: still a quarter. With four others less.
    shares = [
        check(world, {"ip": ["203.0.113.1", *map("192.0.2.{}".format, range(10, 10 + n))]})
        for n in (1, 3, 4)
    ]
    assert [one.code for one in shares] == ["near", "near", "touches"]
    # Three of the ring's prompts among many others: whoever sends many meets some by chance.
    several = [f"template-a{n}" for n in range(3)]
    busy = [*several, *(f"topic{n}" for n in range(20))]
    assert check(world, {"prompt_cluster_id": several}).code == "joins"
    assert check(world, {"prompt_cluster_id": busy}).code == "touches"
    assert check(world, {"email": "one@mail.example"}).code == "nothing-known"
    with pytest.raises(WrongUsage, match="no column 'adress'"):
        check(world, {"adress": "1"})
    with pytest.raises(WrongUsage, match="ip 'here' is no address"):
        check(world, {"ip": "here"})
    with pytest.raises(WrongUsage, match="nothing is given"):
        check(world, {"phone_country": "DE"})


def test_what_is_widely_shared_is_no_accusation(world):
    world.write(
        "UNWIND $names AS name MATCH (a:Account {account_id: name}) "
        "MERGE (p:PromptCluster {prompt_cluster_id: 'topic3'}) "
        "MERGE (a)-[u:SENT]->(p) SET u.events = 1",
        {"names": RING[:3]},
        name="fixture",
    )
    detect(world, P)
    found = check(world, {"prompt_cluster_id": "topic3"})
    assert (found.outcome, found.code, found.rings) == ("hub only", "hub-only", ())


def test_a_rejected_ring_is_not_joined_and_its_uses_count_no_more(world):
    detect(world, P)
    ring = judged_world.rings(world)[tuple(RING)]
    reviewing.decide(world, world.settings, [RING[0]], "reject", note="a tester", by="ann")
    reviewing.decide(
        world,
        world.settings,
        [judged_world.rings(world)[tuple(SECOND)]],
        "reject",
        note="x",
        by="a",
    )
    since = check(world, SECOND[0])
    assert since.outcome == "near"
    assert "somebody rejected this ring" in since.rings[0].missing
    detect(world, P)
    assert judged_world.rings(world) == {tuple(RING[1:]): ring}
    assert_check_agrees_with_detection(world)
    assert check(world, RING[0]).rings == ()
    assert check(world, SECOND[0]).rings == ()


def test_an_account_known_to_be_good_joins_no_ring(world, ringleader, tmp_path):
    (tmp_path / "ringleader.toml").write_text('[known_good]\norganizations = ["partner"]\n')
    ringleader("detect")
    given = ("--given", "device_id=image-a", "--given", "prompt_cluster_id=template-a1")
    joins = json.loads(ringleader("check", *given, "--format", "json").stdout)[0]
    good = ringleader("check", *given, "--given", "organization_id=partner", "--format", "json")
    [good] = json.loads(good.stdout)
    assert (joins["code"], good["code"]) == ("joins", "near")
    assert "known to be good" in good["rings"][0]["missing"][0]


def test_a_run_that_is_not_published_changes_no_answer(world):
    with pytest.raises(NotFound, match="no detection has run"):
        check(world, RING[0])
    run = detect(world, P).run
    before = check(world, RING[0]).rings
    [name] = {ring.ring_id for ring in before}
    made = Footprints([{**_footprint(), "ring_id": name}], [], [], [])
    write_footprints(world, "run-x", made)
    world.write(
        "MATCH (f:Footprint {run: 'run-x'}) MATCH (d:Device {device_id: 'image-a'}) "
        "CREATE (f)-[:LIVES_ON {run: 'run-x', ring_id: $ring, members: 9, owned: true}]->(d)",
        {"ring": name},
        name="fixture",
    )
    assert check(world, RING[0]).rings == before
    # The next detection drops what an interrupted one left, and its own takes the place of run's.
    after = detect(world, P)
    assert after.run != run
    assert check(world, RING[0]).run == after.run
    [row] = world.read("MATCH (f:Footprint) RETURN collect(DISTINCT f.run) AS runs", name="runs")
    assert row["runs"] == [after.run]
    assert check(world, RING[0]).rings == before


def test_a_detection_that_publishes_between_two_reads_is_asked_again(world, monkeypatch):
    detect(world, P)
    reads = []
    read = world.read_once

    def once_changed(statement, params, timeout):
        [found] = read(statement, params, timeout)
        reads.append(found)
        return [{**found, "run_after": "run-later"} if len(reads) == 1 else found]

    monkeypatch.setattr(world, "read_once", once_changed)
    assert check(world, RING[0]).code == "member"
    assert len(reads) == 2


def test_while_a_detection_publishes_every_answer_is_of_one_run(world):
    first = detect(world, P).run
    # The next run finds other rings: one grows, one is rejected.
    world.write(
        "UNWIND range(0, 5) AS n CREATE (a:Account {account_id: 'late' + n}) WITH a "
        "MATCH (i:Ip {address: '203.0.113.1'}) CREATE (a)-[:USED_IP {events: 9}]->(i) WITH a "
        "MATCH (d:Device {device_id: 'image-a'}) CREATE (a)-[:USED_DEVICE {events: 9}]->(d) WITH a "
        "MATCH (p:PromptCluster) WHERE p.prompt_cluster_id STARTS WITH 'template-a' "
        "CREATE (a)-[:SENT {events: 9, days: range(0, 40)}]->(p)",
        name="fixture",
    )
    ring = judged_world.rings(world)[tuple(SECOND)]
    reviewing.decide(world, world.settings, [ring], "reject", note="partners", by="ann")
    accounts, told, done = [*RING, *SECOND, "late0", SINGLE], [], threading.Event()

    def answers():
        found = Checker(world).check(accounts)
        # Decisions are shown as they are now; all else is of the run.
        rings = [[(r.ring_id, r.member, r.bits, r.size) for r in one.rings] for one in found]
        return found[0].run, rings

    def ask():
        while not done.is_set():
            told.append(answers())

    told.append(answers())
    asking = threading.Thread(target=ask)
    asking.start()
    try:
        second = detect(world, P).run
    finally:
        done.set()
        asking.join()
    told.append(answers())
    by_run = {run: [rings for of, rings in told if of == run] for run in (first, second)}
    assert {run for run, _ in told} == {first, second}
    assert all(rings == same[0] for same in by_run.values() for rings in same)
    assert by_run[first][0] != by_run[second][0]


def test_a_detection_of_an_earlier_version_is_said(world):
    detect(world, P)
    world.write("MATCH (run:Run) REMOVE run.footprints", name="fixture")
    with pytest.raises(NotFound, match="earlier version"):
        check(world, RING[0])


def test_a_file_is_checked_row_by_row(world, ringleader, tmp_path):
    detect(world, P)
    lines = ["account_id,ip,device_id,plan", f"{RING[0]},,,pro", "new,203.0.113.2,image-a,free"]
    (tmp_path / "new.csv").write_text("\n".join([*lines, "other,192.0.2.200,,"]) + "\n")
    done = ringleader("check", "--file", "new.csv", "--format", "jsonl")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["account_id"], row["code"]) for row in rows] == [
        (RING[0], "member"),
        ("new", "near"),  # address and client are one kind of evidence
        ("other", "nothing-known"),
    ]
    assert "3 accounts checked: 1 joins, 1 near, 1 nothing known" in done.stderr
    ended = ringleader("check", "--file", "new.csv", "--fail-on-findings", check=False)
    assert ended.returncode == 3
    # Column names in any case, and a field that no early line has.
    known = {"Account_ID": "new", "IP": "203.0.113.2"}
    early = [known, *({"n": n} for n in range(30_000))]  # most name nobody
    lines = [json.dumps(one) for one in [*early, {**known, "device_id": "image-a"}]]
    (tmp_path / "late.jsonl").write_text("\n".join(lines) + "\n")
    done = ringleader("check", "--file", "late.jsonl", "--format", "jsonl")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["code"] for row in told] == ["near", "near"]
    assert "2 identifiers" in told[-1]["reason"]
    (tmp_path / "none.csv").write_text("a,b\n1,2\n")
    wrong = ringleader("check", "--file", "none.csv", check=False)
    assert "no column that could be checked" in wrong.stderr


def _footprint():
    figures = ("for_bits", "against_bits", "owned_bits", "reach", "owned_reach", "identifiers")
    return {"size": 9, "labels": ["Device"], "usual": [True]} | {name: [1] for name in figures}


STOPS = """
MATCH (a:Account {account_id: 'person010'})
SET a.status = 'banned', a.status_at = datetime('2026-02-01T12:00:00Z')
WITH a MATCH (b:Account {account_id: 'person300'})
SET b.status = 'suspended', b.status_at = datetime('2025-06-01T00:00:00Z')
CREATE (c:Account {account_id: 'heir', created_at: datetime('2026-02-01T12:30:00Z')})
WITH a, c MATCH (a)-[:USED_IP|PAID_WITH|USED_DEVICE]->(used)
CALL (c, used) {
  WITH c, used WHERE used:Ip CREATE (c)-[:USED_IP {events: 1}]->(used)
  UNION ALL
  WITH c, used WHERE used:PaymentMethod CREATE (c)-[:PAID_WITH {events: 1}]->(used)
  UNION ALL
  WITH c, used WHERE used:Device CREATE (c)-[:USED_DEVICE {events: 1}]->(used)
}
RETURN count(*)
"""


def test_who_starts_where_a_banned_account_stopped_is_named(world):
    world.write(STOPS, name="fixture")
    detect(world, P)
    found = check(world, "heir")
    [one] = found.replaces
    assert (one.account_id, one.status, one.hours_after) == ("person010", "banned", 0.5)
    # The client is that of one account in eight, which says nothing.
    assert [(share.label, share.key, share.users) for share in one.shared] == [
        ("Ip", "198.51.0.5", 3),
        ("PaymentMethod", "card5", 3),
    ]
    accounts = len(CROWD) + len(RING) + len(SECOND) + len(FIRM) + 3
    hours = (datetime(2026, 2, 1, 12) - datetime(2025, 6, 1)).total_seconds() / 3_600
    rare = math.log2(accounts / 3) * 2
    assert one.bits == pytest.approx(rare - math.log2(2 / hours * 0.5))
    assert "may replace person010 (banned): opened 0.5 hours after it stopped" in str(found)
    # The flat mate was there before; who comes a day later is a stranger.
    assert check(world, "person011").replaces == ()
    known = {"ip": "198.51.0.5", "payment_method_id": "card5", "device_id": "client3"}
    soon = check(world, {**known, "created_at": "2026-02-01T13:00:00Z"})
    assert [one.account_id for one in soon.replaces] == ["person010"]
    assert check(world, {**known, "created_at": "2026-02-02T13:00:00Z"}).replaces == ()
    assert check(world, {**known, "created_at": "2026-02-01T11:00:00Z"}).replaces == ()
    assert check(world, known).replaces == ()  # opened now
    # What many use makes nobody a replacement.
    client = {"device_id": "client3", "created_at": "2026-02-01T12:10:00Z"}
    assert check(world, client).replaces == ()
    with pytest.raises(WrongUsage, match="is no time"):
        check(world, {**known, "created_at": "soon"})
