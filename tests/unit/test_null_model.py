"""The null model: degrees are kept, and chance makes next to nothing."""

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ringleader.algorithms.grouping.joining import found_rings
from sharing_worlds import world
from test_joining import P, components, pool

from ringleader.algorithms.evidence.shared_neighbours import find_links
from ringleader.algorithms.rings import null_model
from ringleader.algorithms.rings.null_model import Chance, chance_of, redealt, with_chance

labels = st.sampled_from(["Ip", "Device", "PaymentMethod"])
uses = st.lists(
    st.tuples(st.sampled_from([f"a{n}" for n in range(12)]), labels, st.sampled_from("uvwxyz")),
    max_size=50,
    unique=True,
)


@settings(max_examples=60, deadline=None)
@given(uses, st.integers(0, 10**6))
def test_a_deal_keeps_how_many_each_has(uses, seed):
    sharing = world(uses, opened={"a0": 0}, contacts=[("a0", "a1", "transferred")])
    dealt = redealt(sharing, seed)
    width = len(sharing.keys)
    # Only what an account was dealt twice is gone.
    lost = len(sharing.used) - len(dealt.used)
    assert len(np.unique(dealt.used * 100 + dealt.user)) == len(dealt.used)
    for ours, theirs, size in (
        (sharing.user, dealt.user, len(sharing.accounts)),
        (sharing.used, dealt.used, width),
    ):
        gone = np.bincount(ours, minlength=size) - np.bincount(theirs, minlength=size)
        assert (gone >= 0).all() and gone.sum() == lost
    again = redealt(sharing, seed)
    assert np.array_equal(again.used, dealt.used) and np.array_equal(again.user, dealt.user)


def test_times_go_with_the_account_whatever_it_is_dealt():
    day = {f"a{n}": n for n in range(12)}
    sharing = world([(name, "Device", f"d{n % 4}", 1, n) for name, n in day.items()])
    dealt = redealt(redealt(sharing, 1), 2)
    assert not np.array_equal(dealt.user, sharing.user) and len(dealt.user) == len(day)
    few = np.array([7, 2, 7])
    for uses in (few, np.arange(len(day))):
        first, last = dealt.times(uses)
        assert [day[sharing.accounts[n]] * 86_400 for n in dealt.user[uses]] == first.tolist()
        assert np.array_equal(first, last)


def test_rings_are_gone_when_identifiers_are_dealt_anew():
    sharing = pool()
    for seed in range(3):
        dealt = redealt(sharing, seed)
        links = find_links(dealt, P)
        assert found_rings(dealt, links, components(dealt, links), P)[0] == []


def test_each_ring_says_how_many_chance_makes():
    sharing = pool()
    links = find_links(sharing, P)
    chance = chance_of(sharing, lambda those: components(sharing, those), P)
    rings, _ = found_rings(sharing, links, components(sharing, links), P)
    [ring] = with_chance(rings, chance)
    assert 0 < ring.expected_false < 1e-6
    assert ring.p_value == pytest.approx(ring.expected_false)


def test_chance_takes_the_second_look_too(monkeypatch):
    """A deal that changes nothing has the rings of the graph, joined accounts and all."""
    monkeypatch.setattr(null_model, "redealt", lambda sharing, seed: sharing)
    sharing = pool()
    links = find_links(sharing, P)
    [ring] = found_rings(sharing, links, components(sharing, links), P)[0]
    assert ring.size > 60  # the second look has brought some
    chance = chance_of(sharing, lambda those: components(sharing, those), P)
    assert (chance.groups, chance.deals) == (1, 1)
    assert chance.scale == pytest.approx(ring.bits_per_member / 2)


def test_the_tail_is_exponential():
    chance = Chance(groups=3, deals=2, least=1.0, scale=0.5)
    assert chance.expected(1.0) == chance.expected(0.0) == 2.0
    assert chance.expected(3.0) == pytest.approx(2.0 * math.exp(-4))


def test_a_graph_of_strangers_has_no_rings():
    graph = nx.bipartite.random_graph(400, 200, 0.01, seed=5)
    uses = [(f"a{a:03}", "PaymentMethod", f"p{b}") for a, b in graph.edges]
    uses += [(f"a{a:03}", "Ip", f"i{(7 * b) % 200}") for a, b in graph.edges]
    sharing = world(uses, opened={f"a{n:03}": n % 60 for n in range(400)})
    dealt = redealt(sharing, 1)
    links = find_links(dealt, P)
    assert found_rings(dealt, links, components(dealt, links), P)[0] == []
