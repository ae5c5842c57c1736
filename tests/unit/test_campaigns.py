"""Rings of one operator are one campaign; rings of two are two, whatever fashion they share."""

import math
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringleader.algorithms.campaigns.linking import (
    Common,
    Feature,
    Profiles,
    campaigns,
    one_operator,
    ties,
)
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import Ring, name_of

P = Parameters()
CARD, BIN = Feature("payment", "PaymentMethod", "pm"), Feature("payment", "Bin", "400777")
DEVICE = Feature("device", "Device", "image")
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


def test_two_kinds_make_one_operator():
    uses = {"one": {DEVICE: 18, CARD: 20}, "two": {DEVICE: 15, CARD: 20}, "three": {DEVICE: 18}}
    made = found(uses)
    assert parts(made) == [["one", "two"], ["three"]]
    both = next(campaign for campaign in made if len(campaign.rings) == 2)
    assert both.members == tuple(sorted([*ring("one").members, *ring("two").members]))
    chance = 1 / (POPULATION - 60 + 2)
    assert dict(both.shared) == pytest.approx(
        {
            DEVICE: 14 / 20 * math.log2(14 / 20 / chance),
            CARD: 19 / 20 * math.log2(19 / 20 / chance),
        }
    )


@pytest.mark.parametrize("features", [(PROXY,), (PROXY, BIN), (BIN, CARD), (PROXY, BIN, DEVICE)])
def test_one_supplier_in_common_is_no_operator(features):
    """A rented network, an issuer of cards, and one thing more."""
    uses = dict.fromkeys(features, 20)
    assert parts(found({"one": uses, "two": uses})) == [["one"], ["two"]]


def test_addresses_of_one_network_join_nobody():
    uses = {Feature("network", "Ip", f"203.0.113.{n}"): 20 for n in range(30)}
    assert parts(found({"one": uses, "two": uses})) == [["one"], ["two"]]


def test_several_rare_prompts_are_a_hand_and_one_is_a_fashion():
    one = dict.fromkeys(PROMPTS[:1], 18)
    several = dict.fromkeys(PROMPTS[:3], 18)
    assert parts(found({"one": one, "two": one})) == [["one"], ["two"]]
    assert parts(found({"one": several, "two": several})) == [["one", "two"]]
    # The same prompts in a tenth of the honest accounts are the market.
    market = dict.fromkeys(PROMPTS, POPULATION // 10)
    assert parts(found({"one": several, "two": several}, market)) == [["one"], ["two"]]


def test_what_a_few_members_use_joins_nobody():
    few = dict.fromkeys((CARD, DEVICE), 2)
    assert parts(found({"one": few, "two": few})) == [["one"], ["two"]]


def test_a_campaign_keeps_its_name_while_rings_come_and_go():
    uses = {"one": {DEVICE: 20, CARD: 20}, "two": {DEVICE: 20, CARD: 20}}
    [first] = found(uses)
    assert first.campaign_id == name_of(first.members, "campaign")
    earlier = {first.campaign_id: first.members}
    third = {**uses, "three": {DEVICE: 20, CARD: 20}}
    [grown] = found(third, earlier=earlier)
    assert (grown.campaign_id, len(grown.rings)) == (first.campaign_id, 3)
    [shrunk] = found({"two": {DEVICE: 20}}, earlier=earlier)
    assert shrunk.campaign_id == first.campaign_id


def test_what_ties_two_rings_ties_a_quarter_of_each_by_two_kinds_or_several_things():
    def says(parts):
        return one_operator({f: Common(part, 9.0) for f, part in parts.items()}, 9.0, P)

    assert says({CARD: 0.15, DEVICE: 0.1})
    assert not says({CARD: 0.14, DEVICE: 0.1})
    assert not says({CARD: 1.0}) and not says({CARD: 1.0, PROXY: 1.0, BIN: 1.0})
    assert says(dict.fromkeys(PROMPTS[:3], 0.1)) and not says(dict.fromkeys(PROMPTS[:2], 1.0))


def test_what_rings_hardly_own_joins_nobody():
    uses = {"one": {DEVICE: 20, CARD: 20}, "two": {DEVICE: 20, CARD: 20}}
    # 40 users of 161 are members, a little less than a quarter.
    assert parts(found(uses, {DEVICE: 121})) == [["one"], ["two"]]
    assert parts(found(uses, {DEVICE: 120})) == [["one", "two"]]


def test_what_others_use_too_joins_rings_if_its_bits_outweigh_how_few_they_are():
    """The cells of a small operator share prompts that more honest people ask than members."""
    prior = math.log2(POPULATION / 20)

    def says(prompts, bits):
        shared = {prompt: Common(0.4, bits, owned=False) for prompt in PROMPTS[:prompts]}
        return set(one_operator(shared, prior, P))

    assert says(3, prior / 3 + 0.1) == set(PROMPTS[:3])
    assert says(3, prior / 3 - 0.1) == says(2, prior) == set()
    # What is owned decides by itself, and the rest is not told.
    shared = {CARD: Common(0.5, 1.0), DEVICE: Common(0.5, 1.0)}
    shared[PROMPTS[0]] = Common(0.4, 1.0, owned=False)
    assert set(one_operator(shared, prior, P)) == {CARD, DEVICE}
    uses = dict.fromkeys(PROMPTS[:4], 9)
    curious = dict.fromkeys(PROMPTS[:4], 30)
    assert parts(found({"one": uses, "two": uses}, curious)) == [["one", "two"]]


@given(st.integers(0, 10**6))
def test_order_does_not_matter(seed):
    draw = random.Random(seed)
    features = [PROXY, BIN, CARD, DEVICE, *PROMPTS]
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
        ties([20, 20], {0: {DEVICE: one}, 1: {DEVICE: other}}, {DEVICE: 31}, POPULATION, P)
        for one, other in ((12, 19), (19, 12))
    ]
    assert ways[0] == ways[1] != {}


def test_rings_of_a_dozen_are_joined_by_what_they_use_together():
    """Each pair of rings shares little, all of them much: of 32 prompts each account asks four."""
    draw = random.Random(0)
    prompts = [Feature("prompt", "PromptCluster", f"rare{n}") for n in range(32)]
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
    prior = math.log2(POPULATION / 12)
    tied = {pair: one_operator(common, prior, P) for pair, common in pairs.items()}
    alone = {n for pair, common in tied.items() if common for n in pair}
    # What tied rings before they were joined is told as well, of each prompt the most.
    told, strongest = dict(whole.shared), {}
    for common in tied.values():
        strongest |= {p: max(c.bits, strongest.get(p, 0.0)) for p, c in common.items()}
    assert all(told[p] >= bits for p, bits in strongest.items()) and strongest
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
