"""A second look: who lives on what a ring owns joins it, and nobody else."""

import networkx as nx
import numpy as np
import pytest
from sharing_worlds import world

from ringleader.algorithms.evidence.hub_verdicts import opening_spread, pinned, verdicts
from ringleader.algorithms.evidence.hubs import BENIGN, OWNED, ownership
from ringleader.algorithms.evidence.shared_neighbours import find_links
from ringleader.algorithms.grouping.joining import found_rings
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import build_rings, ring_of

P = Parameters()
POOL = [f"r{n:03}" for n in range(60)]  # each with a device of twelve
CLOUD = [f"v{n:03}" for n in range(15)]  # a cloud that passes no device on
HOMES = [f"h{n:03}" for n in range(10)]  # households behind the same exits
EXITS = [f"198.51.100.{n}" for n in range(20)]


def components(sharing, links):
    of = np.zeros(len(sharing.accounts), dtype=np.int64)
    graph = nx.Graph(zip(links.a.tolist(), links.b.tolist(), strict=True))
    for number, part in enumerate(nx.connected_components(graph), start=1):
        of[list(part)] = number
    return of


def rings_of(sharing, parameters=P):
    links = find_links(sharing, parameters)
    return found_rings(sharing, links, components(sharing, links), parameters)[0]


def pool(more=(), when=()):
    """A pool behind rotating exits, accounts without devices, households, and a population."""
    uses = []
    for number, name in enumerate([*POOL, *CLOUD]):
        uses += [(name, "Ip", exit_, 3) for exit_ in EXITS[number % 2 :: 2]]
        uses += [(name, "PromptCluster", f"target{n}", 10) for n in range(3)]
        uses.append((name, "PaymentMethod", f"wallet {name}"))
    for number, name in enumerate(POOL):
        uses.append((name, "Device", f"machine{number // 12}", 30))
    for number, name in enumerate(HOMES):
        uses += [(name, "Ip", EXITS[number], 30), (name, "Device", f"own {name}", 30)]
        uses.append((name, "PromptCluster", "target0" if number % 2 else "recipes", 10))
    people = [f"p{n:04}" for n in range(1_500)]
    for number, name in enumerate(people):
        uses += [(name, "Ip", f"192.0.2.{number // 3}", 9), (name, "Device", f"own {name}", 9)]
        uses += [(name, "PromptCluster", f"topic{(number * k) % 97}", 3) for k in (1, 2, 3)]
    opened = {name: n % 12 for n, name in enumerate([*POOL, *CLOUD, *HOMES])}
    opened |= {name: (n * 7) % 300 for n, name in enumerate(people)}
    return world([*uses, *more], opened=opened | dict(when))


@pytest.fixture(scope="module")
def sharing():
    return pool()


def test_unknown_devices_neither_hide_nor_accuse(sharing):
    [ring] = rings_of(sharing)
    assert ring.members == tuple(sorted([*POOL, *CLOUD]))


def test_an_account_seen_by_prompts_alone_is_not_accused():
    seen = [(f"w{n}", "PromptCluster", f"target{n % 3}", 10) for n in range(20)]
    [ring] = rings_of(pool(seen))
    assert ring.members == tuple(sorted([*POOL, *CLOUD]))


def test_ownership_is_the_chance_that_another_user_is_of_the_ring(sharing):
    of = ring_of(sharing, rings_of(sharing))
    owner, part = ownership(sharing, of)
    for number in range(len(sharing.keys)):
        users = sharing.user[sharing.used == number]
        members = int((of[users] == 1).sum())
        assert part[number] == pytest.approx(min(1, members / (len(users) - 1)))
        assert owner[number] == (1 if members else 0)


def test_verdicts_say_whose_an_identifier_is(sharing):
    found = {v.key: v for v in verdicts(sharing, rings_of(sharing), P)}
    assert {v.verdict for v in found.values()} == {"owned"}
    assert set(found) == {
        *EXITS,
        "target0",
        "target1",
        "target2",
        *(f"machine{n}" for n in range(5)),
    }
    exit_ = found[EXITS[0]]
    assert exit_.reasons[0].startswith("38 of 39 accounts on it are of ring-")
    assert "opened within" in exit_.reasons[1]
    assert exit_.reasons[2] == "1 accounts of no ring use it, and 1 ring"


def test_the_spread_of_openings_is_that_between_the_quartiles():
    rng = np.random.default_rng(3)
    days = {f"a{n}": day for n, day in enumerate([*rng.uniform(0, 400, 30), None, None])}
    uses = [(f"a{n}", "Ip", f"i{i}") for i in range(12) for n in rng.choice(32, 2 + i, False)]
    uses += [(f"a{n}", "Ip", "unknown") for n in (30, 31)]
    sharing = world(uses, days)
    asked = np.flatnonzero(sharing.keys != "i3")
    spread = opening_spread(sharing, asked)
    for number, key in enumerate(sharing.keys):
        opened = sharing.opened[sharing.user[sharing.used == number]] / 86_400
        low, high = np.nanquantile(opened, [0.25, 0.75]) if key != "unknown" else (0, np.nan)
        expected = np.nan if key == "i3" else high - low
        assert spread[number] == pytest.approx(expected, nan_ok=True), key


def test_a_hub_that_a_ring_uses_is_benign():
    crowd = [(f"p{n:04}", "Ip", EXITS[0], 5) for n in range(500)]
    sharing = pool(crowd)
    found = {v.key: v for v in verdicts(sharing, rings_of(sharing), P)}
    assert found[EXITS[0]].verdict == "benign"
    assert found[EXITS[1]].verdict == "owned"


def test_pins_stand_above_what_is_found(sharing):
    pins = {f"Device|machine{n}": BENIGN for n in range(5)}
    pins |= {f"Ip|{exit_}": BENIGN for exit_ in EXITS}
    assert rings_of(pinned(sharing, pins)) == []
    told = [*verdicts(pinned(sharing, {f"Ip|{EXITS[0]}": BENIGN}), rings_of(sharing), P)]
    assert {v.key: v.verdict for v in told}[EXITS[0]] == "benign"
    assert any("an analyst pinned it" in v.reasons for v in told)
    links = find_links(pinned(sharing, {"PromptCluster|target1": OWNED}), P)
    linked = {str(sharing.accounts[n]) for n in np.union1d(links.a, links.b)}
    assert set(CLOUD) <= linked


def test_what_the_data_lack_is_said(sharing):
    assert sharing.missing_families() == ("payment", "contact")  # every wallet is one's own
    assert world([]).missing_families() == ("network", "payment", "device", "prompt", "contact")


def test_a_bystander_that_is_compared_again_has_one_link_to_each_member():
    # A card in common with one member ties it barely, so the ring is found without it; it lives on
    # what the ring owns all the same, and is compared with the members opened last.
    more = [("late", "Ip", exit_, 3) for exit_ in EXITS]
    more += [("late", "PromptCluster", f"target{n}", 10) for n in range(3)]
    more += [(name, "PaymentMethod", "wallet", 9) for name in ("late", POOL[11])]
    more.append(("late", "PaymentMethod", "own late", 300))
    sharing = pool(more, {"late": 20})
    links = find_links(sharing, P)
    late, other = np.searchsorted(sharing.accounts, ["late", POOL[11]])
    of = components(sharing, links)
    assert of[late] == of[other]
    assert "late" not in build_rings(sharing, links, of, P)[0].members
    _, joined = found_rings(sharing, links, of, P)
    assert int(late) in joined.a[len(links) - 1 :]
    pairs = list(zip(joined.a.tolist(), joined.b.tolist(), strict=True))
    assert len(pairs) == len(set(pairs))
    # The better one is kept.
    [before] = links.weight[(links.a == late) & (links.b == other)]
    [after] = joined.weight[(joined.a == late) & (joined.b == other)]
    assert after >= before
    assert joined.bits.sum() == pytest.approx(joined.weight.sum())
