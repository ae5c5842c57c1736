"""Rings of pairs, where the data hold one kind of evidence, and groups that are really several."""

import itertools
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sharing_worlds import detected, shared, world

from ringleader.algorithms.evidence.removal import read_back
from ringleader.algorithms.evidence.shared_neighbours import find_links
from ringleader.algorithms.explanation.explain import evidence_items
from ringleader.algorithms.grouping.groups import cohesion, connected
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import build_rings, name_of
from ringleader.algorithms.rings.finding import _made_of_parts

P = Parameters()
SIX = [f"m{n}" for n in range(6)]
CARD = shared(SIX, "PaymentMethod", "p")


def components(sharing, links):
    """Communities by networkx, in place of the server's."""
    graph = nx.Graph(zip(links.a.tolist(), links.b.tolist(), strict=True))
    of = np.zeros(len(sharing.accounts), dtype=np.int64)
    for number, part in enumerate(nx.connected_components(graph), start=1):
        of[list(part)] = number
    return of


def rings_of(sharing, parameters=P):
    links = find_links(sharing, parameters)
    return build_rings(sharing, links, components(sharing, links), parameters)


def test_where_the_data_hold_one_kind_the_ring_says_so():
    sharing = world(CARD, opened=dict.fromkeys(SIX, 0))
    [ring] = rings_of(sharing)
    assert (ring.members, ring.single_family) == (tuple(SIX), True)
    assert (ring.links, ring.density, ring.expected_false) == (15, 1.0, None)
    assert ring.score == pytest.approx(sum(ring.member_bits) / 2)
    found = detected(sharing)
    assert (found.rings, found.set_aside, found.co_used) == ([ring], [], None)
    assert rings_of(sharing, Parameters(member_bits=ring.score / 6 - 0.01)) == [ring]
    assert rings_of(sharing, Parameters(member_bits=ring.score / 6 + 0.01)) == []


def test_an_address_and_a_device_are_one_kind():
    uses = [*shared(SIX, "Ip", "i"), *shared(SIX, "Device", "d")]
    [ring] = detected(world(uses, opened=dict.fromkeys(SIX, 0))).rings
    assert (ring.members, ring.single_family) == (tuple(SIX), True)


def test_a_household_is_too_small():
    four = SIX[:4]
    assert rings_of(world(shared(four, "PaymentMethod", "p"), opened=dict.fromkeys(four, 0))) == []


@pytest.mark.parametrize(("events", "inside"), [(1, False), (2, True)])
def test_who_is_tied_as_a_ring_asks_is_no_bystander_however_much_ties_the_others(events, inside):
    """Thirty share all their cards, one more a card with two of them."""
    thirty = [f"m{n:02}" for n in range(30)]
    uses = [use for n in range(3) for use in shared(thirty, "PaymentMethod", f"p{n}", 10)]
    uses += shared(["late", "m00", "m01"], "PaymentMethod", "last", events)
    sharing = world(uses, opened=dict.fromkeys([*thirty, "late"], 0))
    links = find_links(sharing, P)
    bits = np.bincount(np.concatenate([links.a, links.b]), np.tile(links.weight, 2))
    late = bits[np.searchsorted(sharing.accounts, "late")]
    assert 0 < late < 0.1 * np.median(bits) and (late > P.member_bits) == inside
    [ring] = rings_of(sharing)
    assert ring.members == tuple(sorted([*thirty, "late"] if inside else thirty))


def test_groups_that_only_a_bystander_joins_are_two_rings():
    groups = [tuple(f"{name}{n:02}" for n in range(30)) for name in "mn"]
    uses = []
    for group in groups:
        uses += [
            use for n in range(3) for use in shared(group, "PaymentMethod", f"{group[0]} {n}", 26)
        ]
        uses += shared([group[0], "by"], "PaymentMethod", f"{group[0]} once")
    sharing = world(uses, opened=dict.fromkeys([*groups[0], *groups[1], "by"], 0))
    links = find_links(sharing, P)
    by = np.searchsorted(sharing.accounts, "by")
    assert np.count_nonzero((links.a == by) | (links.b == by)) == 2
    assert sorted(ring.members for ring in rings_of(sharing)) == groups


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 30), st.integers(0, 40), st.integers(1, 3), st.integers(0, 10**6))
def test_connected_parts_are_those_of_networkx(nodes, edges, communities, seed):
    graph = nx.gnm_random_graph(nodes, edges, seed=seed)
    of = np.random.default_rng(seed).integers(0, communities + 1, nodes)
    pairs = np.array([sorted(e) for e in graph.edges], dtype=np.int64).reshape(-1, 2)
    inside = [e for e in pairs.tolist() if of[e[0]] == of[e[1]] > 0]
    expected = nx.Graph(inside)
    expected.add_nodes_from(np.flatnonzero(of > 0).tolist())
    part = connected(pairs[:, 0], pairs[:, 1], of)
    assert (part[of == 0] == 0).all() and (part[of > 0] > 0).all()
    found = {frozenset(np.flatnonzero(part == n).tolist()) for n in np.unique(part[part > 0])}
    assert found == {frozenset(c) for c in nx.connected_components(expected)}


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), st.integers(0, 400))
def test_an_unrelated_account_changes_no_ring(count, day):
    opened = dict.fromkeys(SIX, 0)
    before = rings_of(world(CARD, opened=opened))
    assert [ring.members for ring in before] == [tuple(SIX)]
    more = {f"u{n}": day for n in range(count)}
    assert rings_of(world(CARD, opened=opened | more)) == before


def test_names_follow_from_members_alone():
    assert name_of(["b", "a"]) == name_of(["a", "b"]) != name_of(["a", "c"])


LINKS = [
    {
        "account_a": a,
        "account_b": b,
        "weight": 5.0,
        "families": ["payment", "network"],
        "family_bits": [4.0, 1.0],
        "evidence": ["payment|PaymentMethod|p", "network|Ip|i:1"],
        "evidence_bits": [4.0, 1.0],
    }
    for a, b in nx.complete_graph([f"m{n}" for n in range(5)]).edges
]


def test_items_add_up():
    items = evidence_items(read_back(LINKS), {("PaymentMethod", "p"): 3, ("Ip", "i:1"): 0})
    assert [(i.key, i.bits, i.links, i.members, i.outside) for i in items] == [
        ("p", 40.0, 10, 5, 3),
        ("i:1", 10.0, 10, 5, 0),
    ]


def test_no_links_no_rings():
    sharing = world([], opened={"a": 0})
    links = find_links(sharing, P)
    assert build_rings(sharing, links, np.zeros(1, np.int64), P) == []


@given(st.integers(4, 12), st.integers(3, 40), st.integers(0, 10**6))
def test_cohesion_is_transitivity(nodes, edges, seed):
    graph = nx.gnm_random_graph(nodes, edges, seed=seed)
    ends = np.array(list(graph.edges), dtype=np.int64).reshape(-1, 2)
    assert cohesion(ends[:, 0], ends[:, 1]) == pytest.approx(nx.transitivity(graph))


@pytest.mark.parametrize(("length", "rings"), [(40, [40]), (120, [])])
def test_a_long_chain_of_strangers_is_no_ring(length, rings):
    names = [f"s{n:03}" for n in range(length)]
    uses = [
        use
        for one, other in itertools.pairwise(names)
        for use in shared([one, other], "PaymentMethod", f"{one}-{other}")
    ]
    chain = world(uses, opened=dict.fromkeys(names, 0))
    assert [ring.size for ring in rings_of(chain)] == rings
    assert [r.size for r in rings_of(chain, Parameters(min_cohesion=0.0))] == [length]


WHOLE, LARGE_PART, SMALL_PART = range(40), range(32), range(32, 40)


@pytest.mark.parametrize(
    ("groups", "split"),
    [
        ([(WHOLE, 90.0), (LARGE_PART, 70.0), (SMALL_PART, 30.0)], True),
        ([(WHOLE, 110.0), (LARGE_PART, 70.0), (SMALL_PART, 30.0)], False),  # explains less
        ([(WHOLE, 90.0), (LARGE_PART, 100.0)], False),  # leaves a fifth out
        ([(WHOLE, 90.0), (range(30), 70.0), (range(10, 40), 60.0)], False),  # tells most twice
        ([(WHOLE, 90.0), (LARGE_PART, 70.0), (range(32, 60), 30.0)], False),  # is not inside
    ],
)
def test_a_group_is_its_parts_if_they_explain_it_better(groups, split):
    members = np.zeros((60, len(groups)))
    for number, (accounts, _) in enumerate(groups):
        members[list(accounts), number] = 1.0
    order = sorted(range(len(groups)), key=lambda number: -groups[number][1])
    made = _made_of_parts(
        SimpleNamespace(members=sparse.csr_array(members)),
        SimpleNamespace(total=np.array([bits for _, bits in groups])),
        order,
        SimpleNamespace(pattern=[""] * len(groups)),
    )
    assert made == ({0} if split else set())
