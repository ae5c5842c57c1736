"""What was rejected is found by position, as a walk over all names finds it."""

import random
import time
from datetime import UTC, datetime

import numpy as np
import pytest
from sharing_worlds import crowd, detected, shared, world

from ringleader.algorithms.review.effects import REJECTED, Decision, positions, without_rejected


def rejected(members, evidence):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Decision("t", "ring", REJECTED, None, frozenset(members), frozenset(evidence), at)


def walked(sharing, decisions):
    """Uses and contacts that are left, by name."""
    uses, contacts = set(), set()
    for user, used in zip(sharing.user, sharing.used, strict=True):
        account, name = sharing.accounts[user], "|".join(sharing.name(used))
        if not any(account in d.members and name in d.evidence for d in decisions):
            uses.add((account, name))
    for pair, kind in zip(sharing.contacts, sharing.contact_kinds, strict=True):
        one, other = sharing.accounts[pair]
        if not any(
            (one in d.members and f"Account|{other}" in d.evidence)
            or (other in d.members and f"Account|{one}" in d.evidence)
            for d in decisions
        ):
            contacts.add((one, other, kind))
    return uses, contacts


@pytest.mark.parametrize("seed", range(20))
def test_it_is_what_a_walk_over_all_names_finds(seed):
    draw = random.Random(seed)
    names = [f"a{n:02}" for n in range(20)]
    labels = ["Ip", "Device", "PaymentMethod"]
    uses = [
        (n, label, draw.choice("uvwxyz"), 1, [draw.randrange(64)])
        for n in names
        for label in labels
    ]
    contacts = [(*draw.sample(names, 2), "transferred") for _ in range(15)]
    sharing = world(uses, contacts=contacts)
    asked = [f"{label}|{key}" for label in labels for key in "uvwxyz"]
    asked += [f"Account|{name}" for name in [*names, "gone"]]
    asked += ["Ip|gone", "Ip|0", "Nothing|x", "Device|v|w"]
    decisions = [
        rejected(draw.sample([*names, "gone", "zz"], 6), draw.sample(asked, 12)) for _ in range(3)
    ]
    left = without_rejected(sharing, decisions)
    assert len(left.user) < len(sharing.user)
    named = [
        (left.accounts[user], "|".join(left.name(used)))
        for user, used in zip(left.user, left.used, strict=True)
    ]
    told = {
        (*left.accounts[pair], kind)
        for pair, kind in zip(left.contacts, left.contact_kinds, strict=True)
    }
    assert (set(named), told) == walked(sharing, decisions)
    # What is left is what it was: its share, its days, and how many use the identifier.
    before = sharing.place(left.user, left.used)
    assert np.array_equal(left.share, sharing.share[before])
    assert np.array_equal(left.days(np.arange(len(named))), sharing.days(before))
    assert np.array_equal(left.sharers, np.bincount(left.used, minlength=len(left.keys)))
    assert np.array_equal(left.degree, sharing.degree)


def test_a_rejected_ring_is_not_found_again_by_what_was_seen_then():
    ring = [f"r{n}" for n in range(8)]
    labels = ("Ip", "Device", "PaymentMethod")
    uses = [*crowd(), *(use for label in labels for use in shared(ring, label, f"ring {label}"))]
    decision = rejected(ring, [f"{label}|ring {label}" for label in labels])
    kept = rejected(ring, ["Ip|ring Ip"])
    sharing = world(uses)
    assert [found.members for found in detected(sharing).rings] == [tuple(ring)]
    assert detected(without_rejected(sharing, [decision])).rings == []
    # Two kinds that were not seen then make a ring by themselves.
    again = detected(without_rejected(sharing, [kept])).rings
    assert [found.members for found in again] == [tuple(ring)]
    new = [*uses, *shared(ring, "Device", "new"), *shared(ring, "PromptCluster", "new")]
    again = detected(without_rejected(world(new), [decision])).rings
    assert [found.members for found in again] == [tuple(ring)]
    assert {family for family, _ in again[0].family_bits} == {"device", "prompt"}


def test_without_a_rejected_decision_nothing_is_taken_away():
    sharing = world([("a", "Ip", "i"), ("b", "Ip", "i")])
    assert without_rejected(sharing, []) is sharing


def test_names_are_looked_up_by_halving():
    names = np.array([f"a{n:07}" for n in range(300_000)], dtype=object)
    begin = time.perf_counter()
    for number in range(300):
        wanted = [f"a{number * 7:07}", "a0299999", "b", ""]
        assert positions(names, wanted).tolist() == [number * 7, 299_999]
    # A walk over all names takes ten milliseconds each time.
    assert time.perf_counter() - begin < 1.0
    assert positions(names[:0], ["a"]).tolist() == positions(names, []).tolist() == []
