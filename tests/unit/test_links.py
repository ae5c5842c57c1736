import itertools
import math
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sharing_worlds import world

from ringleader.algorithms.evidence import shared_neighbours
from ringleader.algorithms.evidence.hubs import BENIGN
from ringleader.algorithms.evidence.removal import OTHERS
from ringleader.algorithms.evidence.shared_neighbours import find_links, in_common, neighbours
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.link_rows import LINES_KEPT, _link_rows
from ringleader.schema import BUILT_IN

P = Parameters()


def linked(sharing, parameters=P):
    """Links by account ids: pair to (weight, bits by family)."""
    links = find_links(sharing, parameters)
    told = {}
    for number in range(len(links)):
        pair = (sharing.accounts[links.a[number]], sharing.accounts[links.b[number]])
        families = {
            BUILT_IN.family_names[f]: links.family_bits[number, f]
            for f in np.flatnonzero(links.family_bits[number])
        }
        told[pair] = (links.weight[number], families)
    return told


def test_a_shared_card_links_and_its_bits_follow_the_formula():
    found = linked(
        world(
            [("a", "PaymentMethod", "card"), ("b", "PaymentMethod", "card")],
            opened={"a": 0, "b": 7, "c": 7},
        )
    )
    bits = math.log2(1 + math.exp(-7 / 14) / 0.04)
    assert set(found) == {("a", "b")}
    assert found["a", "b"] == (pytest.approx(bits), {"payment": pytest.approx(bits)})


def test_a_card_shared_by_many_strangers_links_nobody():
    uses = [(f"a{n:03}", "PaymentMethod", "hub") for n in range(100)]
    assert linked(world(uses, opened={use[0]: n for n, use in enumerate(uses)})) == {}


def test_years_between_two_openings_undo_a_link():
    uses = [("a", "PaymentMethod", "card"), ("b", "PaymentMethod", "card")]
    assert linked(world(uses, opened={"a": 0, "b": 700})) == {}


def test_an_identifier_among_hundreds_of_a_busy_account_counts_by_its_share():
    uses = [("a", "PaymentMethod", "card"), ("b", "PaymentMethod", "card")]
    busy = world(uses, opened={"a": 0, "b": 0}, activity={("a", "PaymentMethod"): 400})
    assert linked(busy) == {}
    # A hundredth of the activity counts as four hundredths: log2(1 + 0.04 / 0.04).
    busy = world(uses, opened={"a": 0, "b": 0}, activity={("a", "PaymentMethod"): 100})
    assert linked(busy)["a", "b"][0] == pytest.approx(1.0)


def test_one_declared_organization_is_openly_together():
    uses = [(name, label, f"{label}1") for name in "abcdef" for label in ("Ip", "Device")]
    apart = world(uses, opened=dict.fromkeys("abcdef", 0))
    assert len(linked(apart)) == 15
    together = world(
        uses, opened=dict.fromkeys("abcdef", 0), organizations=dict.fromkeys("abcdef", "org")
    )
    assert linked(together) == {}


def test_of_several_declared_organizations_any_in_common_is_openly_together():
    uses = [(name, label, f"{label}1") for name in "abcd" for label in ("Ip", "Device")]
    declared = {"a": ["agency", "shop"], "b": ["shop"], "c": ["bank", "shop"], "d": ["bank"]}
    found = linked(world(uses, opened=dict.fromkeys("abcd", 0), organizations=declared))
    # Only those with nothing declared in common can pretend to be strangers.
    assert set(found) == {("a", "d"), ("b", "d")}


def test_known_hubs_count_a_fifth():
    uses = [("a", "PaymentMethod", "card"), ("b", "PaymentMethod", "card")]
    listed = world(uses, opened={"a": 0, "b": 0}, hubs={"card"})
    assert linked(listed)["a", "b"][0] == pytest.approx(math.log2(1 + 0.2 / 0.04))


def test_what_an_analyst_calls_benign_counts_nothing():
    uses = [(name, label, label) for name in "ab" for label in ("PaymentMethod", "Device")]
    uses += [("a", "Ip", "hub"), ("b", "Ip", "hub")]
    opened = {"a": 0, "b": 0}
    without = linked(world(uses[:4], opened=opened))
    sharing = world(uses, opened=opened)
    said = np.where(sharing.keys == "hub", BENIGN, 0)
    with np.errstate(all="raise"):
        assert linked(replace(sharing, pinned=said)) == without
    assert linked(sharing)["a", "b"][0] > without["a", "b"][0] > 0


def test_a_transfer_links_and_a_referral_does_not():
    sharing = world(
        [],
        opened=dict.fromkeys("abcd", 0),
        contacts=[("b", "a", "transferred"), ("c", "d", "referred")],
    )
    found = linked(sharing)
    assert set(found) == {("a", "b")}
    assert found["a", "b"][0] == pytest.approx(math.log2(1 + 1 / 0.04))


def test_a_hundred_thousand_sharers_cost_little_and_glue_nobody():
    uses = [(f"a{n:06}", "Ip", "203.0.113.9") for n in range(100_000)]
    uses += [("a000001", "PaymentMethod", "card"), ("a000002", "PaymentMethod", "card")]
    sharing = world(uses, opened={use[0]: 0 for use in uses})
    assert set(linked(sharing)) == {("a000001", "a000002")}


def test_an_identifier_of_a_crowd_adds_no_pair_to_compare():
    crowd = [f"a{n:04}" for n in range(5_000)]
    uses = [(name, "Ip", f"home{n // 4}") for n, name in enumerate(crowd)]
    opened = {name: n % 7 for n, name in enumerate(crowd)}
    network = BUILT_IN.family_names.index("network")
    without, _ = neighbours(world(uses, opened=opened), network, P)
    more = [*uses, *((name, "Ip", "nat") for name in crowd)]
    same, _ = neighbours(world(more, opened=opened), network, P)
    assert len(without) == 5_000 / 4 * 6 and np.array_equal(np.sort(same), np.sort(without))


def brute_force(sharing, parameters):
    """Pairs over all identifiers by the formula, without windows or confirmation."""
    odds = {family.name: family.odds for family in BUILT_IN.families}
    amounts = {}
    for code, label in enumerate(BUILT_IN.labels[n] for n in sharing.label):
        uses = np.flatnonzero(sharing.used == code)
        for one, other in itertools.combinations(uses, 2):
            days = abs(sharing.opened[sharing.user[one]] - sharing.opened[sharing.user[other]])
            near = 0.5 if math.isnan(days) else math.exp(-days / 86_400 / parameters.synchrony_days)
            share = min(1, parameters.breadth * min(sharing.share[one], sharing.share[other]))
            pair = tuple(sorted(sharing.accounts[sharing.user[i]] for i in (one, other)))
            by_family = amounts.setdefault(pair, {})
            family = BUILT_IN.family_of(label)
            by_family[family] = by_family.get(family, 0) + near * share / (len(uses) - 1)
    weights = {
        pair: sum(min(parameters.family_cap, math.log2(1 + a / odds[f])) for f, a in parts.items())
        for pair, parts in amounts.items()
    }
    return {pair: w for pair, w in weights.items() if w >= parameters.link_bits}


accounts = st.sampled_from([f"a{n}" for n in range(12)])
uses = st.lists(
    st.tuples(accounts, st.just("PaymentMethod"), st.sampled_from("uvwxyz"), st.integers(1, 5)),
    max_size=40,
    unique_by=lambda use: use[:3],
)
days = st.dictionaries(accounts, st.integers(0, 60))


@settings(max_examples=150, deadline=None)
@given(uses, days)
def test_links_agree_with_brute_force(uses, days):
    sharing = world(uses, opened=days)
    expected = brute_force(sharing, P)
    with patch.object(shared_neighbours, "NEGLIGIBLE_BITS", 0.0):
        found = {pair: weight for pair, (weight, _) in linked(sharing).items()}
    assert {p: w for p, w in found.items() if w > 1.001} == pytest.approx(
        {p: w for p, w in expected.items() if w > 1.001}
    )


@settings(max_examples=50, deadline=None)
@given(uses, days, st.randoms())
def test_order_of_input_and_names_change_nothing(uses, days, random):
    names = {f"a{n}": f"z{(7 * n) % 12:02}" for n in range(12)}
    there = linked(world(uses, opened=days))
    shuffled = random.sample(uses, len(uses))
    assert linked(world(shuffled, opened=days)) == there
    renamed = linked(
        world(
            [(names[a], *rest) for a, *rest in uses], opened={names[a]: d for a, d in days.items()}
        )
    )
    expected = {tuple(sorted((names[a], names[b]))): w[0] for (a, b), w in there.items()}
    assert {pair: w[0] for pair, w in renamed.items()} == pytest.approx(expected)


@settings(max_examples=50, deadline=None)
@given(uses, days)
def test_lines_of_evidence_add_up_to_the_links(uses, days):
    sharing = world(uses, opened=days)
    links = find_links(sharing, P)
    added = np.bincount(links.link_of, links.bits, minlength=len(links))
    assert added == pytest.approx(links.weight)


def test_attempts_that_failed_say_nothing_about_transfers():
    """Forty stolen cards that did not pay leave a transfer worth what it was."""
    uses = [("a", "PaymentMethod", f"stolen{n}", 0) for n in range(40)]
    uses += [(f"owner{n}", "PaymentMethod", f"stolen{n}") for n in range(40)]
    moved = [("a", "b", "transferred")]
    assert linked(world(uses, contacts=moved)) == linked(world([], contacts=moved))
    paid = [(*use[:3], 1) for use in uses]
    assert linked(world(paid, contacts=moved)).get(("a", "b"), (0.0,))[0] < 3


@settings(max_examples=60, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 8))), st.integers(0, 10**6))
def test_what_pairs_have_in_common_is_all_of_it(things, seed):
    things = sorted(things, key=lambda thing: thing[::-1])
    owner, item = np.array(things, np.int64).reshape(-1, 2).T
    a, b = np.random.default_rng(seed).permutation(np.argwhere(np.triu(np.ones((7, 7)), 1))).T
    pair, low, high = in_common(owner, item, a, b)
    with patch.object(shared_neighbours, "PAIRS_AT_ONCE", 3):  # seven pages, by two threads
        paged = in_common(owner, item, a, b)
    assert np.array_equal(paged, (pair, low, high))
    assert np.array_equal(owner[low], a[pair]) and np.array_equal(owner[high], b[pair])
    assert np.array_equal(item[low], item[high])
    expected = [
        (n, i) for n in range(len(a)) for i in range(9) if {(a[n], i), (b[n], i)} <= set(things)
    ]
    assert list(zip(pair.tolist(), item[low].tolist(), strict=True)) == expected


def test_what_is_too_much_to_tell_of_a_link_is_summed_by_family():
    """Twenty addresses and two cards: twelve lines are told, the bits are those of all."""
    pair = ["a", "b"]
    uses = [(name, "Ip", f"192.0.{n}.1", n + 1) for n in range(20) for name in pair]
    uses += [(name, "PaymentMethod", f"card{n}") for n in range(2) for name in pair]
    sharing = world(uses, opened=dict.fromkeys(pair, 0))
    links = find_links(sharing, P)
    [[row]] = list(_link_rows(sharing, links))
    assert len(links.bits) == 22
    assert len(row["evidence"]) == LINES_KEPT + 1 and row["evidence"][-1] == f"network|{OTHERS}|"
    assert row["evidence_bits"][-1] > 0
    assert sum(row["evidence_bits"]) == pytest.approx(row["weight"]) == pytest.approx(links.weight)
