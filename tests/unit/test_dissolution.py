"""What would dissolve a ring, by the criteria of the run that found it."""

import itertools
import math
import random

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringleader.algorithms.evidence.removal import read_back, without
from ringleader.algorithms.explanation.dissolution import dissolution
from ringleader.algorithms.judging.standing import holds
from ringleader.algorithms.parameters import Parameters, recorded

P = Parameters()
POPULATION = 1_000
BOTH = {"payment__PaymentMethod__p": 2.0, "network__Ip__i": 2.0}


def clique(names, **evidence):
    """Rows of ``ring-links``: every pair with the same lines, ``family__label__key=bits``."""
    told = [(name.replace("__", "|"), bits) for name, bits in evidence.items()]
    return [
        {
            "account_a": a,
            "account_b": b,
            "evidence": [name for name, _ in told],
            "evidence_bits": [bits for _, bits in told],
        }
        for a, b in nx.complete_graph(sorted(names)).edges
    ]


def removed(links, single=False, parameters=P):
    found = dissolution(links, single, POPULATION, parameters)
    assert found.complete
    return [name.split("|")[2] for name in found.names]


def test_without_one_of_two_kinds_it_is_no_ring():
    # Either kind alone brings 60 bits, more than the 57 that six of a thousand have to.
    links = clique("abcdef", payment__PaymentMethod__p=4.0, network__Ip__i=4.5)
    assert removed(links) == ["i"]
    # Where the data hold one kind only there is nothing second to lose.
    assert removed(links, single=True) == ["i", "p"]


def test_the_bits_that_a_ring_needs_count():
    links = clique("abcde", payment__PaymentMethod__p=2.5, payment__PaymentMethod__q=2.0)
    # Ten links of log2(1 + 2.0 / 4.5 * (2**4.5 - 1)) bits are left without p.
    left = 10 * math.log2(1 + 2.0 / 4.5 * (2**4.5 - 1))
    assert left > 5 * P.member_bits
    assert removed(links, single=True) == ["p", "q"]
    assert removed(links, True, Parameters(member_bits=(left + 0.1) / 5)) == ["p"]
    assert removed(links, True, Parameters(member_bits=(left - 0.1) / 5)) == ["p", "q"]


def test_size_counts_by_connected_parts():
    links = [
        *clique("abc", payment__PaymentMethod__p=5.0),
        *clique("def", payment__PaymentMethod__q=5.0),
        *clique("cd", payment__PaymentMethod__bridge=5.0),
    ]
    # Without p the bridge still ties c to the other three.
    five, four = (Parameters(min_ring_size=n) for n in (5, 4))
    assert removed(links, True, five) == ["p"]
    # Taking p and q away would leave c and d: the bridge alone does as well.
    assert removed(links, True, four) == ["bridge"]


def brute_force(links, single, population, parameters):
    """The size of the smallest set, by trying all of them from none on."""
    told = read_back(links)
    item = told.links.evidence.identifier
    for size in range(len(told.names) + 1):
        for chosen in itertools.combinations(range(len(told.names)), size):
            left = without(told.links, np.isin(item, chosen), single, parameters)
            if not holds(left, len(told.accounts), population, single, parameters):
                return size
    return None


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_the_smallest_set_is_the_smallest(seed):
    draw = random.Random(seed)
    links = []
    for a, b in nx.gnm_random_graph(9, 18, seed=seed).edges:
        names = draw.sample([f"payment|PaymentMethod|p{n}" for n in range(3)], 1)
        names += draw.sample([f"network|Ip|i{n}" for n in range(4)], draw.randint(0, 2))
        links.append(
            {
                "account_a": f"m{a}",
                "account_b": f"m{b}",
                "evidence": names,
                "evidence_bits": [draw.uniform(1, 4) for _ in names],
            }
        )
    found = dissolution(links, False, 60, P)
    smallest = brute_force(links, False, 60, P)
    if not smallest:
        assert (found.names, found.complete) == ((), True)
    else:
        assert (found.complete, found.smallest, len(found.names)) == (True, True, smallest)


def test_a_large_ring_is_dissolved_greedily_and_says_so():
    links = [
        {
            "account_a": f"m{a:03}",
            "account_b": f"m{b:03}",
            "evidence": [f"payment|PaymentMethod|p{a % 40}", f"network|Ip|i{b % 50}"],
            "evidence_bits": [4.0, 3.0],
        }
        for a, b in nx.gnm_random_graph(90, 2500, seed=3).edges
    ]
    found = dissolution(links, False, 10_000, P)
    assert (found.complete, found.smallest) == (True, False)
    told = read_back(links)
    gone = np.isin(told.links.evidence.identifier, [told.names.index(n) for n in found.names])
    assert not holds(without(told.links, gone, False, P), len(told.accounts), 10_000, False, P)


def test_without_nothing_is_everything():
    links = read_back(clique("abcdef", payment__PaymentMethod__p=4.0, network__Ip__i=4.5)).links
    same = without(links, np.zeros(len(links.bits), dtype=bool), False, P)
    for name in ("a", "b", "family_bits", "link_of", "bits"):
        assert (getattr(same, name) == getattr(links, name)).all()
    half = without(links, links.evidence.identifier == 0, False, P)
    names = [family.name for family in links.schema.families]
    left = dict(zip(names, half.family_bits.sum(axis=0).tolist(), strict=True))
    assert {family: bits for family, bits in left.items() if bits} == {"payment": 15 * 4.0}
    assert np.bincount(half.link_of, half.bits) == pytest.approx(half.weight)


def test_a_remainder_is_never_named():
    links = clique("abcdef", payment__others__=5.0, payment__PaymentMethod__p=1.0)
    found = dissolution(links, True, POPULATION, P)
    assert found.names == ("payment|PaymentMethod|p",)
    assert not found.complete


def test_the_criterion_is_said():
    links = clique("abcdef", payment__PaymentMethod__p=4.0, network__Ip__i=4.5)
    needed = math.log2(100) + 2 * math.log2(1_000)
    assert dissolution(links, False, POPULATION, P).criterion == (
        "5 accounts or more, two independent kinds that each tie 50% of them, "
        f"and {needed:.0f} bits of evidence beside the strongest kind"
    )


def test_the_weaker_kind_pays_for_finding_the_ring_among_all_accounts():
    links = read_back(clique("abcdef", **BOTH)).links  # 30 bits of each kind
    needed = {n: math.log2(100) + 2 * math.log2(n) for n in (1_000, 4_000)}
    assert needed[1_000] < 30.0 < needed[4_000]
    assert holds(links, 6, 1_000, False, P)
    assert not holds(links, 6, 4_000, False, P)


def test_a_kind_that_ties_few_is_no_second_one():
    rows = clique("abcdef", payment__PaymentMethod__p=8.0)
    for row in rows[:1]:  # a and b alone: a third of the members
        row["evidence"] = [*row["evidence"], "network|Ip|i"]
        row["evidence_bits"] = [*row["evidence_bits"], 40.0]
    links = read_back(rows).links
    assert not holds(links, 6, POPULATION, False, P)
    assert holds(links, 6, POPULATION, False, Parameters(kind_coverage=0.3))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, P),
        ('{"min_ring_size": 3, "seed": 7}', Parameters(min_ring_size=3, seed=7)),
        ('{"min_member_bits": 5.0, "member_bits": 8.0}', Parameters(member_bits=8.0)),
    ],
)
def test_what_a_run_recorded_is_read_whatever_its_version(text, expected):
    assert recorded(text) == expected
