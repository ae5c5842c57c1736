"""The judge in small worlds: a ring beside a crowd of honest accounts, and what looks like one."""

import pytest
from sharing_worlds import WEEKS, crowd, detected, shared, world

from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.given import judge_groups

LABELS = ("Ip", "Device", "PaymentMethod", "PromptCluster")
RING = tuple(f"r{n}" for n in range(8))
OTHER = tuple(f"s{n}" for n in range(8))
HONEST = crowd()


def on(members, key, days=WEEKS, labels=LABELS):
    """One identifier of each label for all."""
    return [use for label in labels for use in shared(members, label, f"{key} {label}", 4, days)]


def members_of(sharing):
    return [ring.members for ring in detected(sharing).rings]


@pytest.mark.parametrize(
    "labels",
    [("Ip", "PaymentMethod"), ("Device", "PromptCluster"), ("PaymentMethod", "PromptCluster")],
)
def test_two_independent_kinds_make_a_ring_of_exactly_its_members(labels):
    found = detected(world([*HONEST, *on(RING, "ring", labels=labels)]))
    [ring] = found.rings
    assert (ring.members, ring.single_family, ring.single_signal) == (RING, False, ())
    assert found.set_aside == []
    assert ring.score == pytest.approx(found.links.weight.sum())
    assert sum(ring.member_bits) == pytest.approx(2 * ring.score)
    assert ring.score > ring.needed > 0


@pytest.mark.parametrize("labels", [("Ip", "Device"), ("PaymentMethod",)])
def test_one_kind_is_not_enough_where_the_data_hold_more(labels):
    found = detected(world([*HONEST, *on(RING, "ring", labels=labels)]))
    assert (found.rings, found.set_aside) == ([], [])


MAIL = shared(RING[:5], "EmailDomain", "firm.example")
FREE_MAIL = shared([*RING, *(f"h{n:04}" for n in range(100))], "EmailDomain", "mail.example")


@pytest.mark.parametrize(
    ("more", "declared", "days", "pattern"),
    [
        ([], RING[:2], WEEKS, "organization"),
        ([], RING[:1], WEEKS, ""),
        (MAIL, (), WEEKS, "organization"),
        (FREE_MAIL, (), WEEKS, ""),
        ([], (), (3, 10, 17), "occasion"),
        ([], (), tuple(range(8)), "occasion"),
        ([], (), tuple(range(12)), ""),
        ([], (), None, ""),
    ],
)
def test_what_looks_innocent_is_set_aside_with_its_pattern(more, declared, days, pattern):
    uses = [*HONEST, *on(RING, "ring", days), *more]
    found = detected(world(uses, organizations=dict.fromkeys(declared, "org")))
    rings, aside = ([], found.set_aside) if pattern else (found.rings, [])
    assert (found.rings, found.set_aside) == (rings, aside)
    [group] = [*rings, *aside]
    assert (group.members, group.look_alike, bool(group.reason)) == (RING, pattern, bool(pattern))
    assert bool(len(found.links)) == bool(rings)


def test_a_household_is_set_aside_unless_it_sends_the_same_prompts():
    honest, six = crowd(900), RING[:6]
    [home] = detected(world([*honest, *on(six, "home", labels=LABELS[:3])])).set_aside
    assert (home.members, home.look_alike) == (six, "household")
    assert members_of(world([*honest, *on(six, "home")])) == [six]


@pytest.mark.parametrize(("things", "joins"), [(2, True), (1, False)])
def test_who_is_known_by_prompts_alone_joins_by_two_that_the_ring_owns(things, joins):
    uses = [*HONEST, *on(RING, "ring", labels=LABELS[:3])]
    for n in range(3):
        uses += shared([*RING, *(["cloud"] if n < things else [])], "PromptCluster", f"own {n}", 4)
    [ring] = detected(world(uses)).rings
    assert ring.members == (("cloud", *RING) if joins else RING)
    assert ring.single_signal == (("cloud",) if joins else ())


def test_the_owner_of_a_stolen_card_is_no_member():
    uses = [*HONEST, *on(RING, "ring"), ("h0007", "PaymentMethod", "ring PaymentMethod", 9, WEEKS)]
    assert members_of(world(uses)) == [RING]


@pytest.mark.parametrize("labels", [LABELS[:1], ("Ip", "PromptCluster")])
def test_who_passed_a_rings_proxy_once_is_no_member(labels):
    once = [("h0007", label, f"ring {label}", 1, (5,)) for label in labels]
    assert members_of(world([*HONEST, *on(RING, "ring"), *once])) == [RING]


def test_two_operators_on_one_rented_network_are_two_rings():
    uses = [*HONEST, *on(RING, "one", labels=LABELS[2:]), *on(OTHER, "two", labels=LABELS[2:])]
    for n in range(4):
        customers = [f"h{m:04}" for m in range(20 * n, 300, 100)]
        uses += shared([*RING, *OTHER, *customers], "Ip", f"rented {n}", 4, WEEKS)
    assert sorted(members_of(world(uses))) == [RING, OTHER]


def mesh(members, addresses=20, machines=6, one=None):
    """Everybody uses some of many addresses and machines, each with other members."""
    uses = set()
    for n, member in enumerate(members):
        for step in (1, 3, 7):
            uses.add((member, "Ip", f"exit {n * step % addresses}", 4, WEEKS))
        for place in (n, n // machines):
            uses.add((member, "Device", one or f"image {place % machines}", 4, WEEKS))
    return sorted(uses)


CROWD_OF_MANY = tuple(f"m{n:02}" for n in range(40))


def judged(uses, members=CROWD_OF_MANY):
    """Whether a group is a ring, and the kinds of evidence that stand."""
    [group] = judge_groups(world(uses), dict.fromkeys(members, "g"), Parameters())[1]
    return group.strong, group.kinds


def test_address_and_device_are_two_kinds_where_no_place_holds_the_members():
    assert judged([*HONEST, *mesh(CROWD_OF_MANY)]) == (True, ("network", "device"))
    # A build farm has one image, an office or a café one address.
    assert judged([*HONEST, *mesh(CROWD_OF_MANY, one="library")]) == (False, ())
    assert judged([*HONEST, *mesh(CROWD_OF_MANY, addresses=1)]) == (False, ())
    assert judged([*HONEST, *mesh(CROWD_OF_MANY, addresses=4)]) == (False, ())


def test_customers_of_one_network_with_a_popular_client_are_no_ring():
    customers = [use for use in mesh(CROWD_OF_MANY) if use[1] == "Ip"]
    everybody = [*(f"h{n:04}" for n in range(0, 300, 2)), *CROWD_OF_MANY]
    for n in range(3):
        customers += shared(everybody[n::3], "Device", f"popular {n}", 40)
    assert judged([*HONEST, *customers]) == (False, ())


def test_what_shares_more_than_its_environment_counts_that_once():
    prompts = shared(CROWD_OF_MANY, "PromptCluster", "template", 4)
    uses = [*HONEST, *mesh(CROWD_OF_MANY), *prompts]
    assert judged(uses) == (True, ("environment", "prompt"))
    # A customer of the network with one of the machines has none of the prompts.
    stranger = [("x", "Ip", "exit 3", 9, WEEKS), ("x", "Device", "image 2", 9, WEEKS)]
    stranger += shared(["x"], "PromptCluster", "h PromptCluster 0", 9)
    assert members_of(world([*uses, *stranger])) == [CROWD_OF_MANY]
