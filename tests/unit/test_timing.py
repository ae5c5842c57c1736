"""Replacement: its chance is that of a Poisson process, by brute force."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sharing_worlds import world

from ringleader.algorithms.evidence import shared_neighbours
from ringleader.algorithms.evidence.shared_neighbours import (
    candidates,
    find_links,
    replacement_evidence,
)
from ringleader.algorithms.evidence.timing import replacements
from ringleader.algorithms.parameters import DAY, Parameters
from ringleader.schema import BUILT_IN

P = Parameters(telling_rarity=1.0)


def brute_force(sharing, parameters):
    found = {}
    spans, users_of = {}, {}
    ended = ~np.isnan(sharing.ended)
    for number in range(len(sharing.keys)):
        users = sharing.user[sharing.used == number]
        users = users[~np.isnan(sharing.opened[users])]
        if sharing.label[number] in (0, 1, 3) and ended[sharing.user[sharing.used == number]].any():
            users_of[number] = users
            opened = sharing.opened[users]
            spans[number] = max(opened.max() - opened.min(), DAY) if len(users) else DAY
    for one in np.flatnonzero(ended & ~np.isnan(sharing.opened)):
        mine = [n for n, users in users_of.items() if one in users]
        for number in mine:
            for other in users_of[number]:
                delay = sharing.opened[other] - sharing.ended[one]
                if 0 < delay <= parameters.replacement_hours * 3600:
                    rate = (len(users_of[number]) - 1) / spans[number]
                    p = min(1.0, len(mine) * -math.expm1(-rate * max(delay, 1.0)))
                    pair = (int(one), int(other))
                    found[pair] = min(p, found.get(pair, 1.0))
    return found


accounts = st.sampled_from([f"a{n}" for n in range(10)])
uses = st.lists(
    st.tuples(accounts, st.sampled_from(["Ip", "Device", "PaymentMethod"]), st.sampled_from("xyz")),
    max_size=40,
    unique=True,
)
hours = st.dictionaries(accounts, st.integers(0, 90).map(lambda h: h / 24))


@settings(max_examples=150, deadline=None)
@given(uses, hours, hours)
def test_chances_agree_with_brute_force(uses, opened, ended):
    sharing = world(uses, opened=opened, ended=ended)
    one, other, p = replacements(sharing, P)
    found = dict(zip(zip(one.tolist(), other.tolist(), strict=True), p.tolist(), strict=True))
    assert found == pytest.approx(brute_force(sharing, P))


def test_a_replacement_supports_a_pair_and_makes_none():
    names = [f"a{n}" for n in range(6)]
    opened = {name: 10.0 * n for n, name in enumerate(names)}
    ended = {"a0": 10.0 - 10 / 1440, "a2": 30.0 - 10 / 1440}
    uses = [(name, "Ip", "i") for name in names]
    uses += [(name, "PaymentMethod", "p") for name in names[:2]]

    def timing(ended):
        links = find_links(world(uses, opened=opened, ended=ended), P)
        pairs = zip(links.a.tolist(), links.b.tolist(), strict=True)
        return dict(
            zip(pairs, links.family_bits[:, BUILT_IN.family_names.index("timing")], strict=True)
        )

    assert timing({}) == {(0, 1): 0.0}
    # Capped; ten minutes are less likely still. The address ties the second pair by half a bit.
    assert timing(ended) == {(0, 1): pytest.approx(6.0), (2, 3): pytest.approx(6.0)}
    apart = world([(n, "Ip", "i") for n in "ab"], opened={"a": 0, "b": 700}, ended={"a": 699.99})
    assert len(find_links(apart, P)) == 0


def test_a_replacement_is_one_line_of_its_own_bits():
    names = [f"a{n}" for n in range(6)]
    opened = {name: 10.0 * n for n, name in enumerate(names)}
    uses = [(name, "Ip", "i") for name in names]
    uses += [(name, "PaymentMethod", "p") for name in names[:2]]
    sharing = world(uses, opened=opened, ended={"a0": 9.5})
    parameters = Parameters(telling_rarity=1.0, family_cap=64.0)
    links = find_links(sharing, parameters)
    line = links.evidence.family == BUILT_IN.family_names.index("timing")
    [a], [b] = links.evidence.a[line], links.evidence.b[line]
    assert (a, b) == (0, 1)
    # Two identifiers compared; p of the card is the smaller: a day and a half is its own span.
    _, _, p = replacements(sharing, parameters)
    assert p.tolist() == [pytest.approx(2 * -math.expm1(-0.05))]
    # Evidence of 1 / p - 1 at odds of one is the surprise.
    assert links.bits[line].tolist() == [pytest.approx(-math.log2(p[0]))]


def test_what_a_replacement_alone_ties_is_no_candidate():
    uses = [(name, "Ip", "i") for name in "abcd"]
    opened = {"a": 0, "b": 100, "c": 200, "d": 300}
    sharing = world(uses, opened=opened, ended={"a": 99.99, "c": 299.99})
    told = replacement_evidence(sharing, P)
    assert set(zip(told.a.tolist(), told.b.tolist(), strict=True)) == {(0, 1), (2, 3)}
    asked = []

    def spied(sharing, direct, parameters):
        found = candidates(sharing, direct, parameters)
        asked.extend(zip(*(column.tolist() for column in found), strict=True))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared_neighbours, "candidates", spied)
        assert len(find_links(sharing, P)) == 0
    assert asked == []


def test_prompts_tell_of_no_replacement():
    uses = [(name, "PromptCluster", "c") for name in "ab"]
    sharing = world(uses, opened={"a": 0, "b": 5}, ended={"a": 4.99})
    assert all(len(column) == 0 for column in replacements(sharing, P))
    assert list(itertools.chain(*replacements(world([]), P))) == []
