"""Rings of one operator are one campaign; rings of two are two, whatever fashion they share."""

import math
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringleader.algorithms.campaigns.linking import (
    Feature,
    Profiles,
    agreed,
    campaigns,
    one_operator,
    ties,
)
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import Ring, name_of

P = Parameters()
CARD, BIN = Feature("payment", "PaymentMethod", "pm"), Feature("payment", "Bin", "400777")
PROXY = Feature("network", "Proxy", "rotor")
PROMPTS = [Feature("prompt", "PromptCluster", f"pc{n}") for n in range(5)]
POPULATION = 10_000


def ring(name, size=20):
    members = tuple(sorted(f"{name}{n:02}" for n in range(size)))
    return Ring(name, members, (1.0,) * size, (("payment", 9.0),), 3, False)


def profile(rings, uses, users):
    """Cells of uses by ring and feature; accounts outside as ``users`` has them."""
    features = sorted({f for of_ring in uses.values() for f in of_ring}, key=str)
    place = {feature: number for number, feature in enumerate(features)}
    number_of = {r.ring_id: number for number, r in enumerate(rings)}
    cells = [(place[f], number_of[r], n) for r, of_ring in uses.items() for f, n in of_ring.items()]
    feature, of, members = np.array(cells, dtype=np.int64).reshape(-1, 3).T
    inside = np.bincount(feature, members, minlength=len(features)).astype(np.int64)
    outside = np.array([(users or {}).get(f, 0) for f in features], dtype=np.int64)
    labels, keys = (
        np.array([getattr(f, name) for f in features], dtype=object) for name in ("label", "key")
    )
    return Profiles(labels, keys, inside + outside, feature, of, members)


def found(uses, users=None, rings=None, earlier=None):
    """Campaigns as sets of rings, from uses by ring and feature; nobody outside uses anything."""
    rings = rings or [ring(name) for name in uses]
    seen = frozenset(a for r in rings for a in r.members)
    return campaigns(rings, profile(rings, uses, users), POPULATION, earlier or {}, seen, P)


def parts(made):
    return sorted(sorted(campaign.rings) for campaign in made)


def test_two_families_make_one_operator():
    uses = {"one": {PROXY: 18, BIN: 20}, "two": {PROXY: 15, BIN: 20}, "three": {PROXY: 18}}
    made = found(uses)
    assert parts(made) == [["one", "two"], ["three"]]
    both = next(campaign for campaign in made if len(campaign.rings) == 2)
    assert both.members == tuple(sorted([*ring("one").members, *ring("two").members]))
    chance = 1 / (POPULATION - 60 + 2)
    assert dict(both.shared) == pytest.approx(
        {
            PROXY: 14 / 20 * math.log2(14 / 20 / chance),
            BIN: 19 / 20 * math.log2(19 / 20 / chance),
        }
    )


def test_one_supplier_in_common_is_no_operator():
    assert parts(found({"one": {PROXY: 20}, "two": {PROXY: 20}})) == [["one"], ["two"]]
    # Cards and their issuer are one family: they tell the same thing twice.
    assert parts(found({"one": {CARD: 20, BIN: 20}, "two": {CARD: 20, BIN: 20}})) == [
        ["one"],
        ["two"],
    ]


def test_several_rare_prompts_are_a_hand_and_one_is_a_fashion():
    one = dict.fromkeys(PROMPTS[:1], 18)
    several = dict.fromkeys(PROMPTS[:3], 18)
    assert parts(found({"one": one, "two": one})) == [["one"], ["two"]]
    assert parts(found({"one": several, "two": several})) == [["one", "two"]]
    # The same prompts in a tenth of the honest accounts are the market.
    market = dict.fromkeys(PROMPTS, POPULATION // 10)
    assert parts(found({"one": several, "two": several}, market)) == [["one"], ["two"]]


def test_what_a_few_members_use_joins_nobody():
    few = dict.fromkeys((PROXY, BIN, *PROMPTS), 2)
    assert parts(found({"one": few, "two": few})) == [["one"], ["two"]]


def test_a_campaign_keeps_its_name_while_rings_come_and_go():
    uses = {"one": {PROXY: 20, BIN: 20}, "two": {PROXY: 20, BIN: 20}}
    [first] = found(uses)
    assert first.campaign_id == name_of(first.members, "campaign")
    earlier = {first.campaign_id: first.members}
    third = {**uses, "three": {PROXY: 20, BIN: 20}}
    [grown] = found(third, earlier=earlier)
    assert (grown.campaign_id, len(grown.rings)) == (first.campaign_id, 3)
    [shrunk] = found({"two": {PROXY: 20}}, earlier=earlier)
    assert shrunk.campaign_id == first.campaign_id


def test_families_are_capped_and_of_two_kinds_the_stronger_counts():
    assert agreed({CARD: 3.0, BIN: 4.0, PROXY: 50.0}, P) == {"payment": 4.0, "network": 6.0}
    assert not one_operator({BIN: 50.0, PROXY: 0.9}, P)
    assert one_operator({BIN: 3.0, PROXY: 1.0}, P)
    assert not one_operator({BIN: 2.0, PROXY: 1.0}, P)


@given(st.integers(0, 10**6))
def test_order_does_not_matter(seed):
    draw = random.Random(seed)
    features = [PROXY, BIN, CARD, *PROMPTS]
    names = [f"r{n}" for n in range(6)]
    uses = {n: {f: draw.randint(2, 20) for f in draw.sample(features, 3)} for n in names}
    expected = found(uses)
    shuffled = list(uses)
    draw.shuffle(shuffled)
    again = {name: dict(reversed(uses[name].items())) for name in shuffled}
    assert found(again) == expected
    in_one = [name for campaign in expected for name in campaign.rings]
    assert sorted(in_one) == names, "every ring is in one campaign"


def test_ties_of_a_pair_are_the_same_both_ways():
    ways = [
        ties([20, 20], {0: {PROXY: one}, 1: {PROXY: other}}, {PROXY: 31}, POPULATION, P)
        for one, other in ((12, 19), (19, 12))
    ]
    assert ways[0] == ways[1] != {}


def test_rings_of_a_dozen_are_joined_by_what_they_use_together():
    """Each pair of rings shares little, all of them much: of 24 prompts each account asks four."""
    draw = random.Random(3)
    prompts = [Feature("prompt", "PromptCluster", f"rare{n}") for n in range(24)]
    rings = [ring(f"r{n:02}", 12) for n in range(30)]
    uses = {
        r.ring_id: dict(Counter(p for _ in r.members for p in draw.sample(prompts, 4)))
        for r in rings
    }
    curious = dict.fromkeys(prompts, 10)
    [whole] = found(uses, curious, rings=rings)
    assert len(whole.rings) == 30
    cells = profile(rings, uses, curious).of(np.arange(30))
    pairs = ties([12] * 30, *cells, POPULATION, P)
    alone = {n for pair, tied in pairs.items() if one_operator(tied, P) for n in pair}
    # What tied rings before they were joined is told as well, of each prompt the most.
    told, strongest = dict(whole.shared), Counter()
    for tied in pairs.values():
        if one_operator(tied, P):
            strongest.update({p: max(bits - strongest[p], 0.0) for p, bits in tied.items()})
    assert all(told[p] >= bits for p, bits in strongest.items()) and len(strongest) == 24
    assert len(alone) < 30, "some ring is tied to no other one, only to what has been joined"


def test_other_rings_of_a_dozen_stay_apart():
    """Each has prompts of its own, and one that all of them ask."""
    fashion = Feature("prompt", "PromptCluster", "fashion")
    rings = [ring(f"r{n:02}", 12) for n in range(30)]
    uses = {
        r.ring_id: {
            fashion: 6,
            **{Feature("prompt", "PromptCluster", f"{r.ring_id} {n}"): 4 for n in range(12)},
        }
        for r in rings
    }
    assert len(found(uses, rings=rings)) == 30
