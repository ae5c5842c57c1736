"""What became of rings since a run or a time."""

import json
import time

import judged_world
import pytest
from judged_worlds import RING, SECOND

from ringleader.algorithms.detect import detect
from ringleader.algorithms.parameters import Parameters
from ringleader.api import reviewing
from ringleader.api.changes import change_line, changes
from ringleader.errors import NotFound, WrongUsage

P = Parameters()
NEW = ["late0", "late1"]
WORLD = """
CREATE (r1:Run {run_id: 'run-1', state: 'done', finished_at: datetime('2026-03-01T03:00Z')}),
       (r2:Run {run_id: 'run-2', state: 'done', finished_at: datetime('2026-03-02T03:00Z')}),
       (r3:Run {run_id: 'run-3', state: 'done', finished_at: datetime('2026-03-03T03:00Z')})
CREATE (grew:Ring {ring_id: 'ring-grew', state: 'live', size: 4}),
       (fell:Ring {ring_id: 'ring-fell', state: 'live', size: 5}),
       (same:Ring {ring_id: 'ring-same', state: 'live', size: 5}),
       (back:Ring {ring_id: 'ring-back', state: 'live', size: 6}),
       (gone:Ring {ring_id: 'ring-gone', state: 'retired',
                   retired_at: datetime('2026-03-03T03:00Z')}),
       (into:Ring {ring_id: 'ring-into', state: 'retired',
                   retired_at: datetime('2026-03-02T03:00Z')})
CREATE (r1)-[:FOUND {size: 3, joined: 3, left: 0}]->(grew),
       (r2)-[:FOUND {size: 3, joined: 0, left: 0}]->(grew),
       (r3)-[:FOUND {size: 4, joined: 2, left: 1}]->(grew),
       (r1)-[:FOUND {size: 6, joined: 6, left: 0}]->(fell),
       (r2)-[:FOUND {size: 5, joined: 0, left: 1}]->(fell),
       (r3)-[:FOUND {size: 5, joined: 0, left: 0}]->(fell),
       (r1)-[:FOUND {size: 5, joined: 5, left: 0}]->(same),
       (r2)-[:FOUND {size: 5, joined: 0, left: 0}]->(same),
       (r3)-[:FOUND {size: 5, joined: 0, left: 0}]->(same),
       (r1)-[:FOUND {size: 6, joined: 6, left: 0}]->(back),
       (r3)-[:FOUND {size: 6, joined: 6, left: 0}]->(back),
       (r2)-[:FOUND {size: 7, joined: 7, left: 0}]->(gone),
       (r1)-[:FOUND {size: 5, joined: 5, left: 0}]->(into)
CREATE (grew)-[:CONTINUES {kind: 'merges', overlap: 1.0, run: 'run-2'}]->(into),
       (back)-[:CONTINUES {kind: 'splits', overlap: 0.5, run: 'run-3'}]->(gone)
CREATE (:Account {account_id: 'old'})-[:MEMBER_OF {since: datetime('2026-03-01T03:00Z')}]->(grew),
       (:Account {account_id: 'new'})-[:MEMBER_OF {since: datetime('2026-03-03T03:00Z')}]->(grew),
       (:Account {account_id: 'odd'})-[:MEMBER_OF]->(grew),
       (grew)-[:PART_OF]->(:Campaign {campaign_id: 'campaign-1', accounts: 9,
                                      found_at: datetime('2026-03-02T03:00Z')})
"""


def told(graph, since):
    return {
        (row["change"], row["ring_id"] or row["campaign_id"]): row
        for row in changes(graph, since).rows
    }


def test_every_kind_of_change_since_a_run(graph):
    graph.write(WORLD, name="fixture")
    found = told(graph, "run-2")
    assert set(found) == {
        ("grown", "ring-grew"),
        ("returned", "ring-back"),
        ("gone", "ring-gone"),
        ("split", "ring-back"),
    }
    grown = found["grown", "ring-grew"]
    assert (grown["size"], grown["joined"], grown["left"]) == (4, 2, 1)
    assert (grown["accounts"], grown["campaign_id"]) == (["new"], "campaign-1")
    assert found["gone", "ring-gone"]["left"] == 7
    assert found["split", "ring-back"]["other"] == "ring-gone"
    assert set(told(graph, "2026-03-01T12:00")) == {
        ("grown", "ring-grew"),
        ("shrunk", "ring-fell"),
        ("changed", "ring-back"),
        ("split", "ring-back"),
        ("merged", "ring-grew"),
        ("gone", "ring-into"),
        ("new campaign", "campaign-1"),
    }
    first = told(graph, "2026-02-01")
    assert {name for change, name in first if change == "new"} == {
        "ring-grew",
        "ring-fell",
        "ring-same",
        "ring-back",
    }
    assert changes(graph, "2026-03-04").messages == ("since 2026-03-04T00:00:00+00:00: no change",)
    with pytest.raises(NotFound, match="no finished run 'run-9'"):
        changes(graph, "run-9")
    with pytest.raises(WrongUsage, match="neither a run nor a time"):
        changes(graph, "yesterday")


def test_a_ring_that_grew_says_by_whom_and_one_that_is_rejected_is_gone(graph, ringleader):
    world = judged_world.built(graph)
    first = detect(world, P).run
    names = judged_world.rings(world)
    ring = names[tuple(RING)]
    world.write(
        "UNWIND $names AS name CREATE (a:Account {account_id: name}) WITH a "
        "MATCH (i:Ip {address: '203.0.113.1'}) CREATE (a)-[:USED_IP {events: 9}]->(i) WITH a "
        "MATCH (d:Device {device_id: 'image-a'}) CREATE (a)-[:USED_DEVICE {events: 9}]->(d) WITH a "
        "MATCH (p:PromptCluster) WHERE p.prompt_cluster_id STARTS WITH 'template-a' "
        "CREATE (a)-[:SENT {events: 9, days: range(0, 40)}]->(p)",
        {"names": NEW},
        name="fixture",
    )
    reviewing.decide(
        world, world.settings, [names[tuple(SECOND)]], "reject", note="partners", by="ann"
    )
    time.sleep(1)
    detect(world, P)
    rows = [
        json.loads(line)
        for line in ringleader("changes", "--since", first, "--format", "jsonl").stdout.splitlines()
    ]
    assert sorted((row["change"], row["ring_id"]) for row in rows) == sorted(
        [("grown", ring), ("gone", names[tuple(SECOND)])]
    )
    grown = next(row for row in rows if row["change"] == "grown")
    assert (grown["joined"], grown["left"], grown["accounts"]) == (2, 0, NEW)
    # An account of the morning that uses what the ring lives on, and one that touches it once.
    world.write(
        "CREATE (a:Account {account_id: 'early', created_at: datetime()}) "
        "CREATE (b:Account {account_id: 'once', created_at: datetime()}) WITH a, b "
        "MATCH (i:Ip {address: '203.0.113.1'}), (home:Ip {address: '198.51.0.1'}) "
        "CREATE (a)-[:USED_IP {events: 9}]->(i) CREATE (b)-[:USED_IP {events: 1}]->(i) "
        "CREATE (b)-[:USED_IP {events: 90}]->(home) WITH a, b "
        "MATCH (d:Device {device_id: 'image-a'}) CREATE (a)-[:USED_DEVICE {events: 9}]->(d)",
        name="fixture",
    )
    rows = [
        json.loads(line)
        for line in ringleader("changes", "--since", first, "--format", "jsonl").stdout.splitlines()
    ]
    [near] = [row for row in rows if row["change"] == "newcomers"]
    assert (near["ring_id"], near["accounts"]) == (ring, ["early"])
    assert change_line(near) == f"1 account was opened near {ring}"
    assert ("newcomers", ring) not in told(world, first)  # the queue does not ask
    # A run that finds the same keeps since when members are in the ring.
    detect(world, P)
    assert told(world, first)["grown", ring]["accounts"] == NEW
