"""Rings on the word of a believed source: who is in them, and what it takes besides the word."""

import numpy as np
import pytest
from sharing_worlds import WEEKS, crowd, detected, shared, world

from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.on_word import rings_on_word

RING = tuple(f"r{n}" for n in range(8))
OTHER = tuple(f"s{n}" for n in range(7))
HONEST = crowd()
P = Parameters()


def at(sharing, *keys):
    return np.flatnonzero(np.isin(sharing.keys.astype(str), keys))


def told(uses, named, **how):
    """What is found with the evidence alone, and with the word of some sources."""
    sharing = world([*HONEST, *uses], **how)
    found = detected(sharing)
    positions = {source: at(sharing, *keys) for source, keys in named.items()}
    return found, rings_on_word(sharing, found, positions, P)


def one_device(members=RING, key="image", days=WEEKS):
    return shared(members, "Device", key, 4, days)


def test_who_lives_on_what_is_named_is_a_ring_and_says_on_whose_word():
    # A guest whose use of the named image is a tenth of what it does is no member.
    guest = [("guest", "Device", "image", 1, WEEKS), ("guest", "Device", "h Device 0", 9, WEEKS)]
    found, with_word = told([*one_device(), *guest], {"X": ["image"]})
    assert found.rings == []
    [ring] = with_word.rings
    assert ring.members == RING
    assert ring.named_by == ("X",)
    assert (ring.expected_false, ring.p_value, ring.needed) == (None, None, 0.0)
    assert [family for family, _ in ring.family_bits] == ["device"]
    assert ring.score == pytest.approx(with_word.links.weight.sum())
    assert sum(ring.member_bits) == pytest.approx(2 * ring.score)


def test_the_word_makes_no_ring_of_few_of_everybody_or_of_an_occasion():
    assert told(one_device(RING[:4]), {"X": ["image"]})[1].rings == []
    everybody = sorted({use[0] for use in HONEST})
    assert told(one_device(everybody), {"X": ["image"]})[1].rings == []
    [aside] = told(one_device(days=(3, 10, 17)), {"X": ["image"]})[1].set_aside
    assert (aside.members, aside.look_alike) == (RING, "occasion")
    firm = dict.fromkeys(RING[:2], "firm")
    [aside] = told(one_device(), {"X": ["image"]}, organizations=firm)[1].set_aside
    assert aside.look_alike == "organization"


def test_what_is_used_apart_is_a_ring_apart_and_one_thing_may_have_two_sources():
    uses = [*one_device(), *one_device(OTHER, "other")]
    named = {"X": ["image", "other"], "Y": ["other"]}
    rings = told(uses, named)[1].rings
    assert {ring.members: ring.named_by for ring in rings} == {RING: ("X",), OTHER: ("X", "Y")}


def test_rotating_addresses_are_lived_on_together():
    # Ten addresses, a tenth of each account's requests on each: none is lived on by itself.
    addresses = [f"a{n}" for n in range(10)]
    uses = [use for key in addresses for use in shared(RING, "Ip", key, 1, WEEKS)]
    [ring] = told(uses, {"X": addresses})[1].rings
    assert ring.members == RING


def test_rings_by_evidence_stay_as_they_are():
    uses = [*one_device(), *shared(RING, "PaymentMethod", "card", 4, WEEKS)]
    found, with_word = told([*uses, *one_device(OTHER, "other")], {"X": ["image", "other"]})
    [ring] = found.rings
    assert ring.members == RING
    assert {r.members: r.named_by for r in with_word.rings} == {RING: (), OTHER: ("X",)}
    [same] = [r for r in with_word.rings if r.members == RING]
    assert same == ring
    bits = sum(r.score for r in with_word.rings)
    assert with_word.links.weight.sum() == pytest.approx(bits)


def test_where_the_data_hold_one_kind_links_are_counted_once():
    # Without the crowd's other kinds only devices are there.
    uses = [use for use in HONEST if use[1] == "Device"]
    images = [f"image{n}" for n in range(8)]
    sharing = world([*uses, *(use for key in images for use in one_device(OTHER, key))])
    # Linked, and by these parameters no ring.
    found = detected(sharing, member_bits=1_000.0)
    assert found.rings == []
    linked = zip(*(sharing.accounts[end] for end in (found.links.a, found.links.b)), strict=True)
    assert set(OTHER) <= {name for pair in linked for name in pair}
    made = rings_on_word(sharing, found, {"X": at(sharing, *images)}, P)
    pairs = list(zip(made.links.a.tolist(), made.links.b.tolist(), strict=True))
    assert len(pairs) == len(set(pairs))
    assert OTHER in {ring.members for ring in made.rings}
