"""A shadow run: what other settings would publish, with nothing written."""

import json
import time

import judged_world
import pytest
from judged_worlds import RING, SECOND

from benchmarks.graph_hash import NODES, TIES
from ringleader.algorithms.detect import detect
from ringleader.algorithms.parameters import Parameters
from ringleader.api import reviewing
from ringleader.api.changes import changes
from ringleader.api.connection import Connection
from ringleader.output import plain

NEW = ["late00", "late01"]
JOIN = (
    "UNWIND $names AS name CREATE (a:Account {account_id: name}) WITH a "
    "MATCH (i:Ip {address: '203.0.113.1'}) CREATE (a)-[:USED_IP {events: 9}]->(i) WITH a "
    "MATCH (d:Device {device_id: 'image-a'}) CREATE (a)-[:USED_DEVICE {events: 9}]->(d) WITH a "
    "MATCH (p:PromptCluster) WHERE p.prompt_cluster_id STARTS WITH 'template-a' "
    "CREATE (a)-[:SENT {events: 9, days: range(0, 40)}]->(p)"
)


def whole(graph):
    """Every node and relationship with every property, leases and runs included."""
    nodes = graph.read(NODES, name="whole graph")
    ties = graph.read(TIES, name="whole graph")
    projections = graph.read("CALL gds.graph.list() YIELD graphName RETURN graphName", name="gds")
    indexes = graph.read("SHOW INDEXES YIELD name RETURN name ORDER BY name", name="indexes")
    return sorted(json.dumps(plain(row), sort_keys=True) for row in nodes + ties), [
        *projections,
        *indexes,
    ]


@pytest.fixture
def world(graph):
    judged_world.built(graph)
    detect(graph, Parameters())
    return graph


def told(rows):
    return {(row["change"], row["ring_id"]): row for row in rows}


def test_other_settings_are_compared_and_the_graph_stays_to_the_last_property(world):
    names = judged_world.rings(world)
    # A count on an identifier that the next run would correct is left as well.
    world.write("MATCH (d:Device {device_id: 'image-b'}) SET d.accounts = 3", name="fixture")
    before = whole(world)
    api = Connection(world.settings, graph=world)
    run = api.shadow(parameters={"min_ring_size": 11})
    assert whole(world) == before
    assert [ring.members for ring in run.rings] == [tuple(RING)]
    found = told(run.differences.rows)
    assert set(found) == {("gone", names[tuple(SECOND)])}
    [gone] = found.values()
    assert (gone["left"], gone["accounts_left"]) == (len(SECOND), SECOND)
    [setting, would, published, nothing] = run.messages
    assert setting.endswith("min_ring_size 5 → 11")
    assert would == f"would publish 1 ring of {len(RING)} accounts: 1 gone"
    assert published.startswith(f"published by {run.published}: 2 rings of 22 accounts")
    assert nothing == "nothing was written"
    same = api.shadow()
    assert same.differences.rows == [] and len(same.rings) == 2
    assert whole(world) == before


def test_a_shadow_run_says_what_the_next_run_then_does(world):
    names = judged_world.rings(world)
    world.write(JOIN, {"names": NEW}, name="fixture")
    reviewing.decide(
        world, world.settings, [names[tuple(SECOND)]], "reject", note="partners", by="ann"
    )
    before = whole(world)
    foreseen = Connection(world.settings, graph=world).shadow()
    assert whole(world) == before
    time.sleep(1)  # runs are told apart by the second
    detect(world, Parameters())
    happened = told(changes(world, foreseen.published).rows)
    assert set(told(foreseen.differences.rows)) == set(happened)
    for name, row in told(foreseen.differences.rows).items():
        for column in ("size", "joined", "left", "accounts"):
            assert row[column] == happened[name][column], (name, column)
    grown = told(foreseen.differences.rows)["grown", names[tuple(RING)]]
    assert (grown["accounts"], grown["accounts_left"]) == (NEW, [])


def test_before_the_first_detection_every_ring_is_new(graph):
    judged_world.built(graph)
    run = Connection(graph.settings, graph=graph).shadow()
    assert run.published == ""
    assert {(row["change"], row["size"]) for row in run.differences.rows} == {
        ("new", len(RING)),
        ("new", len(SECOND)),
        ("new campaign", len(RING)),
        ("new campaign", len(SECOND)),
    }
    assert "no detection has been published yet" in run.messages


def test_the_command_line_shows_it(world, ringleader):
    second = judged_world.rings(world)[tuple(SECOND)]
    before = whole(world)
    asked = ("detect", "--shadow", "--set", "min_ring_size=11")
    result = ringleader(*asked, "--format", "json")
    [row] = json.loads(result.stdout)
    assert (row["change"], row["ring_id"], row["accounts_left"]) == ("gone", second, SECOND)
    assert "nothing was written" in result.stderr
    assert whole(world) == before
    for wrong, message in (
        (("--set", "min_ring_size"), "is not NAME=VALUE"),
        (("--set", "min_ring_size=many"), "detect.min_ring_size is 'many'"),
        (("--set", "min_ring_size=8", "--set", "min_ring_size=9"), "given twice"),
        (("--null", "2"), "exclude each other"),
        (("--method", "shared-neighbours"), "takes no other method"),
    ):
        result = ringleader("detect", "--shadow", *wrong, check=False)
        assert result.returncode == 2 or "detect." in message, result.stderr
        assert message in result.stderr
    result = ringleader("detect", "--null", "1", "--keep-links", "all", check=False)
    assert (result.returncode, "keeps no links" in result.stderr) == (2, True)
    assert whole(world) == before


def test_a_detection_takes_parameters_on_the_line(world, ringleader):
    ringleader("detect", "--set", "min_ring_size=11")
    assert set(judged_world.rings(world)) == {tuple(RING)}
