"""What must not change rings, and what must not weaken them."""

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sharing_worlds import WEEKS, crowd, detected, shared, world

from ringleader.algorithms.judging.membership import compared
from ringleader.algorithms.judging.tie import as_matrix
from ringleader.algorithms.judging.view import View
from ringleader.algorithms.parameters import Parameters

HONEST = crowd()
KINDS = (("Ip", "Device"), ("PaymentMethod",), ("PromptCluster",))
few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def rings(draw):
    """Uses and openings of one or two rings that share two kinds or three."""
    uses, opened = [], {}
    for ring in range(draw(st.integers(1, 2))):
        members = [f"r{ring}{n:02}" for n in range(draw(st.integers(7, 14)))]
        for kind in draw(st.sampled_from([(0, 1), (0, 2), (1, 2), (0, 1, 2)])):
            label = draw(st.sampled_from(KINDS[kind]))
            things = draw(st.integers(1, 2))
            for thing in range(things):
                uses += shared(members, label, f"ring {ring} {label} {thing}", 4, WEEKS)
        begin = draw(st.integers(0, 40))
        opened |= {name: begin + n for n, name in enumerate(members)}
    return uses, opened


def found_in(uses, opened=None):
    found = detected(world(uses, opened=opened))
    return {ring.members: ring for ring in found.rings}


def same(one, other):
    assert set(one) == set(other)
    for members, ring in one.items():
        assert ring.score == pytest.approx(other[members].score)
        assert ring.needed == pytest.approx(other[members].needed)


@few
@given(rings(), st.integers(0, 99))
def test_the_order_of_the_input_changes_no_ring(made, seed):
    uses, opened = made
    before = found_in([*HONEST, *uses], opened)
    assert before
    mixed = [*HONEST, *uses]
    Random(seed).shuffle(mixed)
    same(found_in(mixed, opened), before)


@few
@given(rings(), st.integers(0, 99))
def test_other_names_change_no_ring(made, seed):
    uses, opened = made
    accounts = sorted({use[0] for use in [*HONEST, *uses]})
    keys = sorted({use[2] for use in [*HONEST, *uses]})
    new = Random(seed).sample(range(10**6), len(accounts) + len(keys))
    names = {old: f"n{number:06}" for old, number in zip(accounts + keys, new, strict=True)}
    renamed = [(names[a], label, names[key], *rest) for a, label, key, *rest in [*HONEST, *uses]]
    found = found_in(renamed, {names[a]: day for a, day in opened.items()})
    before = found_in([*HONEST, *uses], opened)
    told = {tuple(sorted(names[a] for a in members)): ring for members, ring in before.items()}
    same(found, told)


@few
@given(rings())
def test_an_account_that_shares_nothing_changes_no_ring(made):
    uses, opened = made
    alone = [("zz", label, f"zz {label}", 9, WEEKS) for label in ("Ip", "Device", "PromptCluster")]
    before, after = found_in([*HONEST, *uses], opened), found_in([*HONEST, *uses, *alone], opened)
    assert set(after) == set(before)
    for members, ring in after.items():
        # One account more is counted among those who do not live on it.
        assert ring.score == pytest.approx(before[members].score, rel=0.01)


@few
@given(rings(), st.integers(100, 4_000))
def test_age_changes_nothing(made, days):
    uses, opened = made
    older = {name: day - days for name, day in opened.items()}
    same(found_in([*HONEST, *uses], older), found_in([*HONEST, *uses], opened))


def ring_of(size, labels=("Device", "PromptCluster")):
    members = [f"r{n:03}" for n in range(size)]
    uses = [use for label in labels for use in shared(members, label, f"own {label}", 4, WEEKS)]
    sharing = world([*crowd(900), *uses])
    [ring] = detected(sharing).rings
    assert ring.members == tuple(members)
    view = View(sharing, Parameters())
    at = np.searchsorted(sharing.accounts, np.array(members, dtype=object))
    cells = compared(view, as_matrix(view, [at]))
    return ring, cells.bits[cells.inside].sum(axis=1)


def test_a_ring_that_grows_is_stronger_and_its_members_as_certain():
    sizes = (6, 12, 25, 50, 100, 200)
    grown = [ring_of(size) for size in sizes]
    for (small, bits), (large, more) in pairwise(grown):
        assert large.score > small.score
        assert large.score - large.needed > small.score - small.needed
        # For each member: how much likelier its use is inside than outside.
        assert more.min() > bits.min() - 0.1
    # The score per member is how rare it is to be one of so many: log2(accounts / members) by kind.
    for (ring, _), size in zip(grown, sizes, strict=True):
        rarity = 2 * np.log2(0.75 * (900 + size) / size)
        assert ring.bits_per_member == pytest.approx(rarity, abs=0.01)
