"""What links are worth: computed anew by Cypher, and kept where they touch no ring."""

from itertools import combinations

import judged_world
import pytest
from judged_worlds import CROWD, FIRM, GUEST, RING, SECOND, SINGLE

from ringleader.algorithms.detect import detect
from ringleader.algorithms.parameters import Parameters
from ringleader.api.why import why
from ringleader.catalogue import get

P = Parameters()
LINKS = """
MATCH (a:Account)-[link:LINKED]->(b:Account)
RETURN a.account_id AS a, b.account_id AS b, link.weight AS bits
"""


@pytest.fixture
def world(graph):
    return judged_world.built(graph)


def kept(graph):
    rows = graph.read(LINKS, name="links")
    return {tuple(sorted((row["a"], row["b"]))): row["bits"] for row in rows}


def scored(graph, one, other):
    query = get("score-pair")
    rows = graph.read(query, query.bind({"one": one, "other": other}))
    assert sum(row["bits"] for row in rows) == pytest.approx(rows[0]["link_bits"] if rows else 0)
    return rows


def test_score_pair_gives_the_bits_of_every_link_and_none_of_other_pairs(world):
    detect(world, P)
    links = kept(world)
    assert {name for pair in links for name in pair} == {*RING, *SECOND}
    seen = 0
    for pair in [*combinations(RING, 2), *combinations(SECOND, 2), (RING[0], SECOND[0])]:
        rows = scored(world, *pair)
        bits = rows[0]["link_bits"] if rows else 0.0
        assert bits == pytest.approx(links.get(pair, 0.0), abs=1e-9)
        seen += bool(rows)
    assert seen == len(links)
    pair = next(iter(links))
    assert scored(world, *reversed(pair)) == scored(world, *pair)
    assert scored(world, SINGLE, RING[0]) == scored(world, RING[0], RING[0]) == []


def test_score_pair_follows_failed_payments_and_rejected_evidence(world):
    world.write(
        "UNWIND $names AS name MATCH (a:Account {account_id: name}) "
        "MERGE (card:PaymentMethod {payment_method_id: 'common'}) "
        "MERGE (a)-[use:PAID_WITH]->(card) "
        "SET use.events = 40, use.failed = CASE WHEN name = $one THEN 40 ELSE 0 END",
        {"names": RING, "one": RING[0]},
        name="fixture",
    )
    detect(world, P)
    links = kept(world)
    card = [
        pair for pair in links if any(r["identifier"] == "common" for r in scored(world, *pair))
    ]
    assert len(card) == len(RING) - 2
    assert not [pair for pair in card if RING[0] in pair]
    for pair, bits in links.items():
        assert scored(world, *pair)[0]["link_bits"] == pytest.approx(bits, abs=1e-9)


def test_links_that_touch_no_ring_are_kept_if_asked_for(world, ringleader):
    detect(world, P)
    before, rings = kept(world), judged_world.rings(world)
    ringleader("detect", "--keep-links", "all")
    after = kept(world)
    assert judged_world.rings(world) == rings
    assert {pair: after[pair] for pair in before} == pytest.approx(before)
    also = {pair: bits for pair, bits in after.items() if pair not in before}
    # The firm is set aside, and the account of one kind is a near miss. What strangers share makes
    # weak groups of strangers.
    named = {name for pair in also for name in pair}
    assert {*FIRM, SINGLE} <= named
    assert named <= {*FIRM, SINGLE, *CROWD, *RING}
    assert not [pair for pair in also if set(pair) & {*RING, *FIRM} and set(pair) & set(CROWD)]
    assert GUEST not in named
    [near] = [pair for pair in also if SINGLE in pair]
    query = get("near-misses-of-ring")
    given = query.bind({"ring_id": rings[tuple(RING)], "at_least": 1})
    told = {row["account_id"]: row["bits_to_members"] for row in world.read(query, given)}
    assert told[SINGLE] == pytest.approx(also[near])
    assert told[GUEST] == 0
    said = why(world, *near)
    assert said.bits == pytest.approx(also[near])
    assert "linked by" in str(said)
    assert "--keep-links all" in str(why(world, CROWD[0], GUEST))
    # The next run keeps to rings again.
    ringleader("detect")
    assert kept(world) == pytest.approx(before)
    wrong = ringleader("detect", "--keep-links", "some", check=False)
    assert wrong.returncode == 2
