"""What was rejected is found by position, as a walk over all names finds it."""

import random
import time
from datetime import UTC, datetime

import numpy as np
import pytest
from sharing_worlds import world

from ringleader.algorithms.evidence.removal import without
from ringleader.algorithms.evidence.shared_neighbours import CONTACT, find_links
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.review.effects import REJECTED, Decision, positions, without_rejected

P = Parameters()


def rejected(members, evidence):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Decision("t", "ring", REJECTED, None, frozenset(members), frozenset(evidence), at)


def walked(sharing, links, decisions):
    """Line by line, by name."""
    lines, gone = links.evidence, []
    for a, b, item in zip(lines.a, lines.b, lines.identifier, strict=True):
        one, other = sharing.accounts[a], sharing.accounts[b]
        gone.append(
            any(
                (one in d.members and f"Account|{other}" in d.evidence)
                or (other in d.members and f"Account|{one}" in d.evidence)
                if item == CONTACT
                else (one in d.members or other in d.members)
                and "|".join(sharing.name(item)) in d.evidence
                for d in decisions
            )
        )
    return without(links, np.array(gone), True, P)


@pytest.mark.parametrize("seed", range(20))
def test_it_is_what_a_walk_over_all_names_finds(seed):
    draw = random.Random(seed)
    names = [f"a{n:02}" for n in range(20)]
    labels = ["Ip", "Device", "PaymentMethod"]
    uses = [(n, label, draw.choice("uvwxyz")) for n in names for label in labels]
    contacts = [(*draw.sample(names, 2), "transferred") for _ in range(15)]
    sharing = world(uses, opened={n: draw.randint(0, 9) for n in names}, contacts=contacts)
    links = find_links(sharing, P)
    asked = [f"{label}|{key}" for label in labels for key in "uvwxyz"]
    asked += [f"Account|{name}" for name in [*names, "gone"]]
    asked += ["Ip|gone", "Ip|0", "Nothing|x", "Device|v|w"]
    decisions = [
        rejected(draw.sample([*names, "gone", "zz"], 6), draw.sample(asked, 12)) for _ in range(3)
    ]
    found, expected = (
        without_rejected(sharing, links, decisions, P),
        walked(sharing, links, decisions),
    )
    assert len(found) < len(links)
    for name, column in vars(expected.evidence).items():
        assert np.array_equal(column, vars(found.evidence)[name]), name
    assert np.array_equal(expected.family_bits, found.family_bits)


def test_names_are_looked_up_by_halving():
    names = np.array([f"a{n:07}" for n in range(300_000)], dtype=object)
    begin = time.perf_counter()
    for number in range(300):
        wanted = [f"a{number * 7:07}", "a0299999", "b", ""]
        assert positions(names, wanted).tolist() == [number * 7, 299_999]
    # A walk over all names takes ten milliseconds each time.
    assert time.perf_counter() - begin < 1.0
    assert positions(names[:0], ["a"]).tolist() == positions(names, []).tolist() == []
