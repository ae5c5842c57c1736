"""The null model: degrees and activity are kept, and chance makes no rings."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sharing_worlds import crowd, detected, mask, shared, world

from ringleader.algorithms.rings.null_model import permuted

labels = st.sampled_from(["Ip", "Device", "PaymentMethod"])
uses = st.lists(
    st.tuples(st.sampled_from([f"a{n}" for n in range(12)]), labels, st.sampled_from("uvwxyz")),
    max_size=50,
    unique=True,
)


@settings(max_examples=60, deadline=None)
@given(uses, st.integers(0, 10**6))
def test_a_permutation_keeps_how_many_each_has(uses, seed):
    sharing = world(uses, opened={"a0": 0}, contacts=[("a0", "a1", "transferred")])
    other = permuted(sharing, seed)
    width = len(sharing.keys)
    # Only what an account got twice is gone.
    lost = len(sharing.used) - len(other.used)
    assert len(np.unique(other.used * 100 + other.user)) == len(other.used)
    gone = np.bincount(sharing.used, minlength=width) - np.bincount(other.used, minlength=width)
    assert (gone >= 0).all() and gone.sum() == lost
    label = sharing.label[other.used]
    for code in np.unique(label):
        got = np.bincount(other.user[label == code], minlength=len(sharing.accounts))
        assert (got <= sharing.degree[:, code]).all()
    assert np.array_equal(other.sharers, np.bincount(other.used, minlength=width))
    again = permuted(sharing, seed)
    assert np.array_equal(again.used, other.used) and np.array_equal(again.user, other.user)


def test_days_and_shares_go_with_the_account_whatever_it_gets():
    day = {f"a{n:02}": n for n in range(40)}
    events = {name: 2 + n for name, n in day.items()}
    sharing = world(
        [(name, "Device", f"d{n % 10}", events[name], [n]) for name, n in day.items()],
        activity={(name, "Device"): 100 for name in day},
    )
    other = permuted(sharing, 1)
    # Half of what an account uses was shared, on a day that is known; the rest it used alone.
    shared_before = other.days(np.arange(len(other.user))) > 0
    assert 10 < shared_before.sum() < 30
    names = sharing.accounts[other.user]
    for uses in (np.array([7, 2, 7]), np.arange(len(names))):
        before = shared_before[uses].tolist()
        expected = zip(names[uses], before, strict=True)
        told = other.days(uses).tolist()
        assert told == [mask([day[name]]) if known else 0 for name, known in expected]
        assert other.share[uses] == pytest.approx(
            [
                (events[name] if known else 100 - events[name]) / 100
                for name, known in zip(names[uses], before, strict=True)
            ]
        )


def test_no_ring_is_found_where_identifiers_are_permuted():
    ring = [f"r{n:02}" for n in range(20)]
    uses = crowd(240)
    for label in ("Ip", "Device", "PaymentMethod", "PromptCluster"):
        uses += shared(ring, label, f"ring {label}", 4)
    sharing = world(uses)
    assert [found.size for found in detected(sharing).rings] == [20]
    for seed in range(20):
        found = detected(permuted(sharing, seed))
        assert (found.rings, found.set_aside) == ([], []), f"permutation {seed}"


def test_a_graph_of_strangers_has_no_rings():
    graph = nx.bipartite.random_graph(400, 200, 0.01, seed=5)
    uses = [(f"a{a:03}", "PaymentMethod", f"p{b}") for a, b in graph.edges]
    uses += [(f"a{a:03}", "Ip", f"i{(7 * b) % 200}") for a, b in graph.edges]
    found = detected(permuted(world(uses), 1))
    assert (found.rings, found.set_aside) == ([], [])
