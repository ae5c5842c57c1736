"""What evidence is worth, against exact counts."""

import math

import pytest
from scipy.stats import poisson

from ringleader.algorithms.judging.view import surprise


@pytest.mark.parametrize(("count", "expected"), [(5, 0.5), (40, 12.0), (2, 1.9)])
def test_surprise_is_the_likelihood_ratio_of_poisson(count, expected):
    ratio = poisson.logpmf(count, count) - poisson.logpmf(count, expected)
    assert surprise(count, expected) == pytest.approx(ratio / math.log(2))
    assert surprise(expected, count) == surprise(count, count) == 0
