"""Rotation: who meets in more networks than people who share a life do."""

import itertools
import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sharing_worlds import world

from ringleader.algorithms.evidence.hubs import BENIGN
from ringleader.algorithms.evidence.rotation import rotating_pairs, rotation
from ringleader.algorithms.evidence.shared_neighbours import everything_shared, find_links
from ringleader.algorithms.grouping.joining import found_rings
from ringleader.algorithms.parameters import Parameters

P = Parameters(telling_rarity=4.0)  # among some hundred accounts as 256 is among many thousands
POOL = [f"r{n:03}" for n in range(120)]
EXITS = [f"100.64.{n}.9" for n in range(40)]
TWO_KINDS = [("x", "PromptCluster", "cx"), ("y", "PromptCluster", "cx")]


def population(count=600):
    """People at home in pairs, who ask about this and that; the pool's target is one topic."""
    people = [f"p{n:03}" for n in range(count)]
    uses = [(name, "Ip", f"192.0.{n // 2}.1", 9) for n, name in enumerate(people)]
    uses += [(name, "PromptCluster", f"topic{n % 19}", 3) for n, name in enumerate(people)]
    return uses, {name: (n * 7) % 300 for n, name in enumerate(people)}


def through(exits):
    """Every account of the pool through half of the exits, another half for each."""
    rng = np.random.default_rng(5)
    return [(name, "Ip", str(e)) for name in POOL for e in rng.permutation(exits)[:20]]


def pool(exits=EXITS, **more):
    """A pool behind its exits, on a target that others ask for as well."""
    uses, opened = population()
    asked = [(name, "PromptCluster", "topic0", 20) for name in POOL]
    opened |= {name: n % 12 for n, name in enumerate(POOL)}
    return world([*uses, *through(exits), *asked], opened=opened, **more)


def rings_of(sharing, parameters=P):
    links = find_links(sharing, parameters)
    of = np.zeros(len(sharing.accounts), dtype=np.int64)
    graph = nx.Graph(zip(links.a.tolist(), links.b.tolist(), strict=True))
    for number, part in enumerate(nx.connected_components(graph), start=1):
        of[list(part)] = number
    return found_rings(sharing, links, of, parameters)[0]


def amounts(sharing, parameters=P):
    """Evidence of rotation of every pair of accounts that share something."""
    both = itertools.combinations(range(len(sharing.accounts)), 2)
    a, b = np.array(list(both), dtype=np.int64).T
    lines = everything_shared(sharing, a, b, parameters)
    keys, pair = np.unique(lines.a * len(sharing.accounts) + lines.b, return_inverse=True)
    found = rotation(sharing, pair, lines.identifier, lines.use_a, lines.use_b, parameters)
    assert not found[sharing.network[lines.identifier] < 0].any()
    total = np.bincount(pair, found, minlength=len(keys))
    return {divmod(int(key), len(sharing.accounts)): t for key, t in zip(keys, total, strict=True)}


def test_a_pool_without_devices_is_found_by_its_exits_and_its_target():
    [ring] = rings_of(pool())
    assert ring.members == tuple(POOL)
    assert {"network", "prompt"} <= {family for family, _ in ring.family_bits}
    assert rings_of(pool(), replace(P, rotating_networks=1000.0)) == []


def test_the_addresses_of_one_network_are_one_meeting():
    carrier = [f"100.64.7.{n}" for n in range(40)]
    assert rings_of(pool(carrier)) == []
    assert not any(amounts(pool(carrier)).values())


def test_people_who_share_home_work_and_phone_do_not_rotate():
    uses = [(name, "Ip", key) for name in ("a", "b") for key in EXITS[:3]]
    there, opened = population()
    sharing = world([*there, *uses], opened=opened | {"a": 0, "b": 0})
    assert not any(amounts(sharing).values())
    more = world([*there, *uses, ("a", "Ip", EXITS[3]), ("b", "Ip", EXITS[3])], opened=opened)
    assert sum(value > 0 for value in amounts(more).values()) == 1


def test_where_everybody_passes_through_meeting_is_no_coincidence():
    uses, opened = population(100)
    everybody = [(name, "Ip", key) for name in opened for key in EXITS[:8]]
    assert not any(amounts(world([*uses, *everybody], opened=opened)).values())


def test_lists_of_hubs_and_pins_are_honoured():
    assert rings_of(pool(hubs=EXITS)) == []
    sharing = pool()
    pinned = np.where(np.isin(sharing.keys, EXITS), BENIGN, 0)
    assert rings_of(replace(sharing, pinned=pinned)) == []


def test_by_addresses_alone_a_pool_looks_like_the_customers_of_a_vpn():
    uses, opened = population()
    uses = [use for use in uses if use[1] == "Ip"]
    sharing = world([*uses, *through(EXITS)], opened=opened | dict.fromkeys(POOL, 3))
    assert not len(rotating_pairs(sharing, P))
    assert rings_of(sharing) == []


def test_customers_of_a_vpn_with_many_networks_and_a_hint_in_common_are_no_ring():
    uses, opened = population()
    for number, name in enumerate(POOL):
        # What two of them ask is a fashion; each has interests of its own besides.
        uses.append((name, "PromptCluster", f"fashion{number // 2}", 1))
        uses.append((name, "PromptCluster", f"own {name}", 60))
    sharing = world([*uses, *through(EXITS)], opened=opened | dict.fromkeys(POOL, 3))
    assert rings_of(sharing) == []
    [ring] = rings_of(sharing, replace(P, min_kind_bits=0.0))
    assert ring.members == tuple(POOL)


addresses = st.builds("100.64.{}.{}".format, st.integers(0, 8), st.integers(1, 2))
some_uses = st.lists(
    st.tuples(st.sampled_from("abcde"), st.just("Ip"), addresses, st.integers(1, 5)),
    max_size=60,
    unique_by=lambda use: use[:3],
)


@settings(max_examples=80, deadline=None)
@given(some_uses, st.dictionaries(st.sampled_from("abcde"), st.integers(0, 60)))
def test_it_agrees_with_the_formula(uses, days):
    parameters = Parameters(telling_rarity=2.0, rotating_networks=2.0)
    sharing = world([*uses, *TWO_KINDS], opened=days)
    if not (sharing.label == 0).any():
        return
    place = {str(name): n for n, name in enumerate(sharing.accounts)}
    at = {}
    for name, _, key, events in uses:
        at.setdefault(name, {})[key] = events
    met = {}  # accounts by network, through addresses that two at least use
    shared = {k for k in sharing.keys.tolist() if k.startswith("100.")}
    for name, keys in at.items():
        for key in keys.keys() & shared:
            met.setdefault(key.rpartition(".")[0], set()).add(name)
    expected = {}
    for one, other in itertools.combinations(sorted(at), 2):
        common = at[one].keys() & at[other].keys()
        nets = {key.rpartition(".")[0] for key in common}
        rarity = sum(min(1, len(place) / len(met[net]) / 2) for net in nets)
        carried = sum(min(at[n][k] / sum(at[n].values()) for n in (one, other)) for k in common)
        gap = abs(days[one] - days[other]) if one in days and other in days else None
        near = 0.5 if gap is None else math.exp(-gap / 14)
        expected[place[one], place[other]] = near * min(1, 4 * carried) * max(0, rarity - 2)
    found = amounts(sharing, parameters)
    assert {p: v for p, v in found.items() if v > 1e-9} == pytest.approx(
        {p: v for p, v in expected.items() if v > 1e-9}
    )
    # Candidates are looked for next to each other only, and never where there is nothing.
    wide = {divmod(int(key), len(place)) for key in rotating_pairs(sharing, parameters)}
    assert wide <= {pair for pair, value in expected.items() if value > 0}
