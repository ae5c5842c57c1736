import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringleader.algorithms.evidence import scoring
from ringleader.algorithms.parameters import DAY, GONE, Parameters, effective, parameters
from ringleader.errors import SettingsError

P = Parameters()


def test_synchrony_fades_by_a_third_each_scale():
    seconds = np.array([0.0, 14 * DAY, -28 * DAY, np.nan])
    near = scoring.synchrony(seconds, P)
    assert near == pytest.approx([1.0, math.exp(-1), math.exp(-2), 0.5])


def test_breadth_is_the_smaller_share_and_full_from_a_quarter_on():
    assert scoring.breadth([1.0, 0.25, 0.1, 0.5], [1.0, 0.9, 1.0, 0.05], P) == pytest.approx(
        [1.0, 1.0, 0.4, 0.2]
    )


def test_others_are_one_at_least():
    assert scoring.others([1, 2, 101]) == pytest.approx([1, 1, 100])


def test_bits_count_doublings_over_chance_and_are_capped():
    odds = 0.04
    assert scoring.bits([0.0, odds, 3 * odds, 1e9], odds, P) == pytest.approx([0, 1, 2, 6])


@given(st.floats(0, 1e4), st.floats(0, 1), st.floats(0, 1), st.integers(2, 10**6))
def test_evidence_is_bounded_and_falls_with_distance_and_sharers(days, one, other, n):
    def amount(days, n):
        near = scoring.synchrony(np.array([days * DAY]), P)
        return (near * scoring.breadth(one, other, P) / scoring.others(n))[0]

    assert 0 <= amount(days, n) <= 1
    assert amount(days + 1, n) <= amount(days, n)
    assert amount(days, n + 1) <= amount(days, n)


def test_every_parameter_has_a_reason_and_can_be_set():
    rows = effective(Parameters())
    assert all(len(row["reason"]) > 20 for row in rows)
    assert parameters({"min_ring_size": 7, "resolution": 1}).min_ring_size == 7


def test_there_are_twenty_parameters_and_none_is_gone():
    names = [row["parameter"] for row in effective(Parameters())]
    assert len(names) == 20
    assert not GONE & set(names)
    with pytest.raises(SettingsError, match="witnesses is a parameter of an earlier version"):
        parameters({"witnesses": 5})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"min_ring_sice": 4}, "no parameter 'min_ring_sice'"),
        ({"min_ring_size": 1}, "expected int from 3 to 1000"),
        ({"min_ring_size": float("nan")}, "expected int from 3 to 1000"),
        ({"min_ring_size": 4.5}, "expected int"),
        ({"synchrony_days": "long"}, "expected float"),
        ({"synchrony_days": True}, "expected float"),
        ({"resolution": float("nan")}, "expected float"),
    ],
)
def test_a_wrong_parameter_is_named(given, message):
    with pytest.raises(SettingsError, match=message):
        parameters(given)
