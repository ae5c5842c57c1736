"""What evidence is worth, against exact counts."""

import math

import numpy as np
import pytest
from scipy.stats import poisson

from ringleader.algorithms.judging.verdict import ways
from ringleader.algorithms.judging.view import surprise


@pytest.mark.parametrize(("accounts", "members"), [(10, 3), (300, 8), (60_000, 250), (7, 7)])
def test_ways_count_the_groups_of_so_many(accounts, members):
    exact = math.log2(math.comb(accounts, members))
    assert ways(accounts, np.array([members]))[0] == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize(("count", "expected"), [(5, 0.5), (40, 12.0), (2, 1.9)])
def test_surprise_is_the_likelihood_ratio_of_poisson(count, expected):
    ratio = poisson.logpmf(count, count) - poisson.logpmf(count, expected)
    assert surprise(count, expected) == pytest.approx(ratio / math.log(2))
    assert surprise(expected, count) == surprise(count, count) == 0
