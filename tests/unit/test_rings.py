import itertools
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sharing_worlds import world

from ringleader.algorithms.evidence.removal import read_back
from ringleader.algorithms.evidence.shared_neighbours import find_links
from ringleader.algorithms.explanation.explain import evidence_items
from ringleader.algorithms.grouping.groups import _witnesses
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import build_rings, cohesion, connected, name_of

P = Parameters()
SIX = [f"m{n}" for n in range(6)]


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


def shared(members, label, key, events=1, first=None, last=None):
    return [(name, label, key, events, first, last) for name in members]


# A pair elsewhere makes the data hold payments, environment and prompts.
ELSEWHERE = [
    *shared(["x", "y"], "PaymentMethod", "px"),
    *shared(["x", "z"], "Ip", "ix"),
    *shared(["x", "w"], "PromptCluster", "cx"),
]


def test_two_independent_kinds_make_a_ring():
    uses = [*shared(SIX, "PaymentMethod", "p"), *shared(SIX, "Ip", "i"), *ELSEWHERE]
    [ring] = rings_of(world(uses, opened=dict.fromkeys(SIX, 0)))
    assert ring.members == tuple(SIX)
    assert [family for family, _ in ring.family_bits] == ["payment", "network"]
    assert ring.score == pytest.approx(sum(ring.member_bits) / 2)
    assert (ring.links, ring.density, ring.single_family) == (15, 1.0, False)


def test_times_are_asked_once_and_of_no_group_that_is_no_ring_anyway():
    few, one_kind = [f"few{n}" for n in range(3)], [f"one{n}" for n in range(6)]
    uses = [
        *(use for group in (SIX, few) for use in shared(group, "PaymentMethod", f"p{group[0]}")),
        *(use for group in (SIX, few) for use in shared(group, "Ip", f"i{group[0]}")),
        *shared(one_kind, "PaymentMethod", "q"),
        *ELSEWHERE,
    ]
    sharing = world(uses, opened=dict.fromkeys([*SIX, *few, *one_kind], 0))
    asked = []
    known = sharing.times._look_up
    sharing.times._look_up = lambda user, used: asked.extend(user.tolist()) or known(user, used)
    for _ in range(2):
        assert [ring.members for ring in rings_of(sharing)] == [tuple(SIX)]
    assert sorted(sharing.accounts[asked]) == sorted([*SIX, *SIX])


def test_one_kind_is_not_enough_where_the_data_hold_more():
    uses = [*shared(SIX, "PaymentMethod", "p"), *shared(SIX, "PaymentMethod", "q"), *ELSEWHERE]
    assert rings_of(world(uses, opened=dict.fromkeys(SIX, 0))) == []


def test_an_address_and_a_device_are_one_environment():
    uses = [*shared(SIX, "Ip", "i"), *shared(SIX, "Device", "d"), *ELSEWHERE]
    assert rings_of(world(uses, opened=dict.fromkeys(SIX, 0))) == []


def test_where_the_data_hold_one_kind_the_ring_says_so():
    uses = shared(SIX, "PaymentMethod", "p")
    [ring] = rings_of(world(uses, opened=dict.fromkeys(SIX, 0)))
    assert (ring.members, ring.single_family) == (tuple(SIX), True)
    assert (
        rings_of(
            world(uses, opened=dict.fromkeys(SIX, 0)),
            Parameters(min_single_family_bits=ring.score + 1),
        )
        == []
    )


def test_a_class_in_one_room_is_one_coincidence():
    def uses(last):
        return [
            *shared(SIX, "Ip", "i", 1, 3.0, last),
            *shared(SIX, "PromptCluster", "c", 1, 3.1, last),
            *ELSEWHERE,
        ]

    opened = dict.fromkeys(SIX, 3)
    assert rings_of(world(uses(3.2), opened=opened)) == []
    [ring] = rings_of(world(uses(9.0), opened=opened))
    assert ring.members == tuple(SIX)


def test_what_everybody_passes_through_on_another_day_makes_no_second_coincidence():
    strangers = [f"s{n}" for n in range(300)]
    uses = [
        *shared(SIX, "Ip", "room", 20, 3.0, 3.2),
        *shared(SIX, "PromptCluster", "task", 20, 3.1, 3.2),
        *shared([*SIX, *strangers], "Ip", "crowd", 1, 9.0, 9.0),
        *ELSEWHERE,
    ]
    sharing = world(uses, opened=dict.fromkeys(SIX, 3))
    assert (
        find_links(sharing, P)
        .evidence.identifier.tolist()
        .count(sharing.keys.tolist().index("crowd"))
    )
    assert rings_of(sharing) == []
    [ring] = rings_of(sharing, Parameters(occasion_part=1.0))
    assert ring.members == tuple(SIX)


def test_of_a_large_group_a_hundred_are_asked_for_times():
    many = [f"m{n:03}" for n in range(150)]

    def asked(last):
        uses = [*ELSEWHERE]
        for n in range(0, 147, 3):
            uses += shared(many[n : n + 6], "Ip", f"room {n}", 1, 3.0, last)
            uses += shared(many[n : n + 6], "PromptCluster", f"task {n}", 1, 3.1, last)
        sharing = world(uses, opened={name: n / 150 for n, name in enumerate(many)})
        found = []

        def times(uses):
            found.append(sharing.user[uses])
            return sharing.times(uses)

        rings = rings_of(replace(sharing, times=times), Parameters(min_cohesion=0.0))
        return rings, np.unique(np.concatenate(found))

    rings, accounts = asked(3.2)
    assert rings == [], "what the hundred did at once, all did"
    assert len(accounts) == 100
    assert np.diff(accounts).max() < 5, "they are spread over the openings"
    [ring], accounts = asked(9.0)
    assert ring.members == tuple(many) and len(accounts) == 100


def test_where_the_data_hold_one_kind_nobody_is_asked_for_times():
    asked = []
    sharing = world(shared(SIX, "PaymentMethod", "p"), opened=dict.fromkeys(SIX, 0))

    def times(uses):
        asked.extend(uses)
        return sharing.times(uses)

    [ring] = rings_of(replace(sharing, times=times))
    assert ring.members == tuple(SIX) and asked == []


def test_a_household_is_too_small():
    four = SIX[:4]
    uses = [*shared(four, "PaymentMethod", "p"), *shared(four, "Ip", "i"), *ELSEWHERE]
    assert rings_of(world(uses, opened=dict.fromkeys(four, 0))) == []


def test_a_bystander_tied_by_one_kind_is_left_out():
    uses = [*shared(SIX, "PaymentMethod", "p"), *shared(SIX, "Ip", "i"), *ELSEWHERE]
    uses += [*shared(["m0", "by"], "PaymentMethod", "b1")]
    opened = dict.fromkeys([*SIX, "by"], 0)
    [ring] = rings_of(world(uses, opened=opened))
    assert ring.members == tuple(SIX)


def test_who_comes_through_a_cloud_without_addresses_is_no_bystander():
    """Six meet at three addresses of their own; the seventh, on their card and machine, at none."""
    seven = [*SIX, "cloud"]
    uses = [*shared(seven, "PaymentMethod", "p"), *shared(seven, "Device", "d"), *ELSEWHERE]
    for n in range(3):
        uses += shared(SIX, "Ip", f"i{n}", 10)
    # Its card and machine are a little of what it does: it is tied less than the others.
    activity = {("cloud", "PaymentMethod"): 20, ("cloud", "Device"): 20}
    opened = dict.fromkeys(seven, 0)
    strict = Parameters(member_part=0.3, min_member_bits=12.0)
    [ring] = rings_of(world(uses, opened=opened, activity=activity), strict)
    assert ring.members == tuple(sorted(seven))
    # With a home of its own it is known not to come from there.
    home = [("cloud", "Ip", "home"), ("neighbour", "Ip", "home")]
    [ring] = rings_of(world([*uses, *home], opened=opened, activity=activity), strict)
    assert ring.members == tuple(SIX)


def test_who_is_tied_as_a_ring_asks_is_no_bystander_however_much_ties_the_others():
    """Thirty share all their cards and addresses, one more a card and an address with two."""
    thirty = [f"m{n:02}" for n in range(30)]
    uses = [*ELSEWHERE]
    for n in range(3):
        uses += shared(thirty, "PaymentMethod", f"p{n}", 10)
        uses += shared(thirty, "Ip", f"i{n}", 10)
    uses += [*shared(["late", "m00", "m01"], "PaymentMethod", "last")]
    uses += [*shared(["late", "m00", "m01"], "Ip", "last")]
    sharing = world(uses, opened=dict.fromkeys([*thirty, "late"], 0))
    links = find_links(sharing, P)
    ends = np.concatenate([links.a, links.b])
    bits = np.bincount(ends, np.tile(links.weight, 2))
    late = bits[np.searchsorted(sharing.accounts, "late")]
    assert P.min_member_bits < late < P.member_part * np.median(bits[bits > 0])
    [ring] = rings_of(sharing)
    assert ring.members == tuple(sorted([*thirty, "late"]))


def test_a_second_kind_that_barely_speaks_is_none():
    """Six on two cards; three pairs of them once asked the same."""
    uses = [*shared(SIX, "PaymentMethod", "p"), *shared(SIX, "PaymentMethod", "q"), *ELSEWHERE]
    for n in range(0, 6, 2):
        uses += shared(SIX[n : n + 2], "PromptCluster", f"c{n}")
    sharing = world(
        uses,
        opened=dict.fromkeys(SIX, 0),
        activity={(name, "PromptCluster"): 12 for name in SIX},
    )
    assert rings_of(sharing) == []
    [ring] = rings_of(sharing, Parameters(min_kind_bits=0.0))
    assert ring.members == tuple(SIX)


def test_groups_that_only_a_bystander_joins_are_two_rings():
    other = [f"n{n}" for n in range(6)]
    uses = [*ELSEWHERE]
    for names, key in ((SIX, "1"), (other, "2")):
        uses += [*shared(names, "PaymentMethod", f"p{key}"), *shared(names, "Ip", f"i{key}")]
    # The bridge ties to both by payments alone, and so is in neither.
    uses += [*shared(["m0", "by"], "PaymentMethod", "b1")]
    uses += [*shared(["n0", "by"], "PaymentMethod", "b2")]
    opened = dict.fromkeys([*SIX, *other, "by"], 0)
    sharing = world(uses, opened=opened)
    links = find_links(sharing, P)
    assert ("m0", "by") in {
        tuple(sorted((sharing.accounts[a], sharing.accounts[b]), reverse=True))
        for a, b in zip(links.a, links.b, strict=True)
    }
    assert [r.members for r in rings_of(sharing)] == [tuple(SIX), tuple(other)]


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
    uses = [*shared(SIX, "PaymentMethod", "p"), *shared(SIX, "Ip", "i"), *ELSEWHERE]
    opened = dict.fromkeys(SIX, 0)
    before = rings_of(world(uses, opened=opened))
    more = {f"u{n}": day for n in range(count)}
    assert rings_of(world(uses, opened=opened | more)) == before


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


def test_a_long_chain_of_strangers_is_no_ring():
    names = [f"s{n:03}" for n in range(40)]
    uses = [
        use
        for one, other in itertools.pairwise(names)
        for use in shared([one, other], "PaymentMethod", f"{one}-{other}")
    ]
    chain = world(uses, opened=dict.fromkeys(names, 0))
    assert [ring.size for ring in rings_of(chain)] == [40]
    assert rings_of(chain, Parameters(large_ring=30)) == []


def test_who_is_asked_for_times_is_few_of_each_group_and_spread_over_its_openings():
    """Names run against openings, ten to a block, so that neighbours by name say nothing."""
    names = [f"a{n:02}" for n in range(80)]
    opened = {name: (n % 8) * 10 + n // 8 for n, name in enumerate(names)}
    sharing = world(shared(names, "Ip", "home"), opened=opened)
    of = np.repeat([1, 2], [60, 20])
    asked = np.flatnonzero(_witnesses(sharing, of, replace(P, witnesses=5)))
    assert np.bincount(of[asked]).tolist() == [0, 5, 5]
    for group in (1, 2):
        rank = np.sort(sharing.opening_rank[asked[of[asked] == group]])
        assert np.ptp(rank) > 40 and np.diff(rank).max() < 40
    assert _witnesses(sharing, of, replace(P, witnesses=1_000)).all()
