"""Close pairs and the price of a group, against plain loops over every account."""

from itertools import combinations, pairwise
from math import log2
from random import Random

import numpy as np
import pytest
from scipy import sparse
from sharing_worlds import WEEKS, crowd, detected, shared, world

from ringleader.algorithms.grouping import proposals
from ringleader.algorithms.judging.membership import compared
from ringleader.algorithms.judging.refining import _cores
from ringleader.algorithms.judging.verdict import weighed
from ringleader.algorithms.judging.view import View, surprise
from ringleader.algorithms.parameters import Parameters
from ringleader.schema import BUILT_IN

LABELS = list(BUILT_IN.labels)
KINDS = {"Ip": 0, "Device": 0, "PaymentMethod": 1, "PromptCluster": 2}


def random_uses(seed, accounts=120, identifiers=40):
    draw = Random(seed)
    return [
        (f"a{draw.randrange(accounts):03}", label, f"{label} {draw.randrange(identifiers)}", 4)
        for label in KINDS
        for _ in range(150)
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("at_once", [7, 50_000])
def test_close_pairs_hang_together_as_plain_loops_say(seed, at_once, monkeypatch):
    monkeypatch.setattr(proposals, "ACCOUNTS_AT_ONCE", at_once)
    monkeypatch.setattr(proposals, "FEW", 4)
    sharing = world(random_uses(seed))
    users = {}
    for account, label, key, _ in random_uses(seed):
        users.setdefault((label, key), set()).add(account)
    kinds = {}
    for (label, _), who in users.items():
        if 2 <= len(who) <= 4:
            for pair in combinations(sorted(who), 2):
                kinds.setdefault(pair, set()).add(KINDS[label])
    together = {name: {name} for name in sharing.accounts}
    for one, other in (pair for pair, of in kinds.items() if len(of) >= 2):
        merged = together[one] | together[other]
        for name in merged:
            together[name] = merged
    expected = {frozenset(group) for group in together.values() if 5 <= len(group) <= 60}
    account, group = proposals._by_close_pairs(View(sharing, Parameters()))
    names = sharing.accounts[account]
    assert {frozenset(names[group == n]) for n in np.unique(group)} == expected


@pytest.mark.parametrize("at_once", [5, 50_000])
def test_co_use_counts_every_pair_but_two_addresses(at_once, monkeypatch):
    monkeypatch.setattr(proposals, "COLUMNS_AT_ONCE", at_once)
    ring = tuple(f"r{n}" for n in range(8))
    uses = crowd(200)
    for label in ("Ip", "Device", "PromptCluster"):
        uses += [use for n in (1, 2) for use in shared(ring, label, f"{label} of ring {n}", 4)]
    sharing = world(uses)
    view = View(sharing, Parameters())
    users = [set() for _ in sharing.keys]
    for account, thing in zip(sharing.user.tolist(), sharing.used.tolist(), strict=True):
        users[thing].add(account)
    label, expected = sharing.label, {}
    for one, other in combinations(range(len(users)), 2):
        both = len(users[one] & users[other])
        if both < 3 or label[one] == label[other] == LABELS.index("Ip"):
            continue
        chance = len(users[one]) * len(users[other]) * sum(
            view.degree[n, label[one]] * view.degree[n, label[other]]
            for n in range(view.accounts)
        ) / (view.total[label[one]] * view.total[label[other]])  # fmt: skip
        told = surprise(both, chance) >= log2(view.accounts)
        if told and both >= 0.25 * min(len(users[one]), len(users[other])):
            expected[one, other] = (both, pytest.approx(both / chance))
    found = proposals.co_use(view)
    rows = zip(found.accounts.tolist(), found.lift.tolist(), strict=True)
    pairs = zip(found.one.tolist(), found.other.tolist(), strict=True)
    assert dict(zip(pairs, rows, strict=True)) == expected
    assert len(expected) == 14  # of six things that all eight use, but for the two addresses


def test_a_small_ring_is_found_although_a_large_community_holds_it(monkeypatch):
    ring = tuple(f"r{n}" for n in range(6))
    uses = [*crowd(600), *shared(ring, "PaymentMethod", "card", 4, WEEKS)]
    uses += shared(ring, "PromptCluster", "prompt", 4, WEEKS)
    sharing = world(uses)
    alone = (np.zeros(0, np.int64), np.zeros(0, np.int64))
    everybody = (np.arange(len(sharing.accounts)), np.zeros(len(sharing.accounts), np.int64))
    monkeypatch.setattr(proposals, "_by_infrastructure", lambda *_: alone)
    monkeypatch.setattr(proposals, "_by_neighbourhood", lambda *_: everybody)
    assert [found.members for found in detected(sharing).rings] == [ring]
    monkeypatch.setattr(proposals, "_by_close_pairs", lambda *_: alone)
    assert detected(sharing).rings == []


def test_the_price_of_a_group_is_what_plain_loops_say():
    ring = tuple(f"r{n}" for n in range(8))
    uses = [*crowd(400), *shared(ring, "PaymentMethod", "card", 4, WEEKS)]
    uses += shared([*ring[:6], "h0001", "h0002"], "PromptCluster", "prompt", 4, WEEKS)
    uses += shared([*ring, *(f"h{n:04}" for n in range(200))], "Device", "client", 40, WEEKS)
    view = View(world(uses), Parameters())
    number = {name: n for n, name in enumerate(view.sharing.accounts)}
    row = [number[name] for name in ring]
    members = sparse.csr_array((np.ones(8), (row, np.zeros(8, int))), shape=(view.accounts, 1))
    cells = compared(view, members)
    verdict = weighed(view, cells)
    kinds = range(view.kinds)
    totals = []
    for first in kinds:
        total = -verdict.naming[0, first]
        pool = sum(1 for entry in cells.lives if entry[first])
        for kind in kinds:
            both = [
                n
                for n, lives in enumerate(cells.lives)
                if kind != first and cells.inside[n] and lives[first] and lives[kind]
            ]
            if both:
                bits = sum(cells.evidence[n, kind] for n in both)
                bits -= len(both) * log2(pool / len(both)) + verdict.naming[0, kind]
                total += max(bits, 0.0)
        totals.append(total)
    assert verdict.total[0] == pytest.approx(max(totals))
    assert max(totals) > log2(100)
    assert verdict.strong[0]
    # The popular client gives a pool of 208, so payment and prompts have to vouch for each other.
    environment, payment, prompt = 0, 1, 2
    assert verdict.stands[0, [payment, prompt]].all()
    assert not verdict.stands[0, environment]


def rented_homes():
    """An operator that rents 40 homes of three people each, and what all of them use."""
    operator, random = [f"r{n:02}" for n in range(40)], Random(5)
    uses = crowd(3000)
    for n in range(40):
        residents = [f"home{n:02}-{person}" for person in range(3)]
        uses += shared([*residents, *random.sample(operator, 8)], "Ip", f"home {n}", 4, WEEKS)
        uses += shared(residents, "PromptCluster", f"h PromptCluster {n}", 4, WEEKS)
    for account in operator:
        for n in random.sample(range(24), 3):
            uses += shared([account], "PromptCluster", f"own {n}", 4, WEEKS)
    return operator, uses


def test_an_operator_that_rents_homes_is_found_among_their_residents(monkeypatch):
    operator, uses = rented_homes()
    sharing = world(uses)
    names = list(sharing.accounts)
    residents = [name for name in names if name.startswith("home")]
    community = np.array([names.index(name) for name in [*operator, *residents]])
    alone = (np.zeros(0, np.int64), np.zeros(0, np.int64))
    monkeypatch.setattr(proposals, "_by_infrastructure", lambda *_: alone)
    monkeypatch.setattr(proposals, "_by_close_pairs", lambda *_: alone)
    monkeypatch.setattr(
        proposals, "_by_neighbourhood", lambda *_: (community, np.zeros(len(community), np.int64))
    )
    assert [found.members for found in detected(sharing).rings] == [tuple(operator)]


def test_families_that_took_over_an_address_stay_families():
    uses = crowd(900)
    families = [[f"f{n}{person}" for person in range(3)] for n in range(5)]
    for n, family in enumerate(families):
        uses += shared(family, "PaymentMethod", f"card {n}", 4, WEEKS)
        uses += shared(family, "Ip", f"home {n}", 6, WEEKS)
        uses += shared(families[n - 1][:1], "Ip", f"home {n}", 2, WEEKS)
    sharing = world(uses)
    names = list(sharing.accounts)
    everybody = np.array([names.index(person) for family in families for person in family])
    members = sparse.csr_array(
        (np.ones(15), (everybody, np.zeros(15, np.int64))), shape=(len(names), 1)
    )
    cores = _cores(View(sharing, Parameters()), members).tocsc()
    assert sorted(cores.indices[low:high].tolist() for low, high in pairwise(cores.indptr)) == [
        [names.index(person) for person in family] for family in families
    ]


def test_stolen_cards_tie_a_ring_together_although_their_owners_use_them_too():
    ring = [f"r{n:02}" for n in range(16)]
    uses = crowd(3000)
    for n in range(4):
        users = [*ring, *(f"h{20 * n + guest:04}" for guest in range(4))]
        uses += shared(users, "Ip", f"exit {n}", 4, WEEKS)
    # Two halves have cards of their own; what joins the rest to them has one honest user in three.
    uses += shared(ring[:6], "PaymentMethod", "one", 4, WEEKS)
    uses += shared(ring[6:12], "PaymentMethod", "other", 4, WEEKS)
    for n in range(5, 15):
        pair = ring[n : n + 2]
        uses += shared([*pair, f"h{200 + n:04}"], "PaymentMethod", f"stolen {n}", 4, WEEKS)
    found = detected(world(uses)).rings
    assert [sorted(r.members) for r in found] == [ring]
