"""What would dissolve a ring, by the criteria of the run that found it."""

import math

import networkx as nx
import pytest

from algorithms.dissolution import dissolution
from algorithms.parameters import Parameters, recorded

P = Parameters()


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
    found = dissolution(links, single, parameters)
    assert found.complete
    return [name.split("|")[2] for name in found.names]


def test_without_one_of_two_kinds_it_is_no_ring():
    # Either kind alone links each pair by 4 bits and would suffice by size and bits.
    links = clique("abcdef", payment__PaymentMethod__p=4.0, network__Ip__i=4.5)
    assert removed(links) == ["i"]
    # Where the data hold one kind only there is nothing second to lose.
    assert removed(links, single=True) == ["i", "p"]


def test_the_bits_that_a_ring_needs_count():
    links = clique("abcde", payment__PaymentMethod__p=2.5, payment__PaymentMethod__q=2.0)
    # Ten links of log2(1 + 2.0 / 4.5 * (2**4.5 - 1)) bits are left without p.
    left = 10 * math.log2(1 + 2.0 / 4.5 * (2**4.5 - 1))
    assert left > P.min_single_family_bits
    assert removed(links, single=True) == ["p", "q"]
    assert removed(links, True, Parameters(min_single_family_bits=left + 0.1)) == ["p"]
    assert removed(links, True, Parameters(min_single_family_bits=left - 0.1)) == ["p", "q"]


def test_size_counts_by_connected_parts():
    links = [
        *clique("abc", payment__PaymentMethod__p=5.0),
        *clique("def", payment__PaymentMethod__q=5.0),
        *clique("cd", payment__PaymentMethod__bridge=5.0),
    ]
    # Without p the bridge still ties c to the other three.
    five, four = (Parameters(min_ring_size=n, min_single_family_bits=1.0) for n in (5, 4))
    assert removed(links, True, five) == ["p"]
    assert removed(links, True, four) == ["p", "q"]


def test_a_remainder_is_never_named():
    links = clique("abcdef", payment__others__=5.0, payment__PaymentMethod__p=1.0)
    found = dissolution(links, True, P)
    assert found.names == ("payment|PaymentMethod|p",)
    assert not found.complete


def test_the_criterion_is_said():
    links = clique("abcdef", payment__PaymentMethod__p=4.0, network__Ip__i=4.5)
    assert dissolution(links, False, P).criterion == (
        "5 accounts that hang together by 8 bits of two independent kinds"
    )
    assert dissolution(links, True, Parameters(min_ring_size=3)).criterion == (
        "3 accounts that hang together by 20 bits"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, P),
        ('{"min_ring_size": 3, "seed": 7}', Parameters(min_ring_size=3, seed=7)),
        ('{"min_ring_bits": 5.0, "gone": 1}', Parameters(min_ring_bits=5.0)),
    ],
)
def test_what_a_run_recorded_is_read_whatever_its_version(text, expected):
    assert recorded(text) == expected
