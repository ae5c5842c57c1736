"""Hours in common, beyond each account's own habits."""

import itertools
import math

import numpy as np
import pytest

from ringleader.algorithms.evaluation.synchrony import Synchrony, synchrony

BEGIN = 490_000 - 490_000 % 24  # the hour of a midnight


def of(hours):
    """Arrays of a map from account to its active hours, counted from that midnight."""
    pairs = sorted((account, BEGIN + hour) for account, own in hours.items() for hour in own)
    account, hour = zip(*pairs, strict=True)
    return np.array(account, dtype=np.int64), np.array(hour, dtype=np.int64)


def plain(hours, own_days):
    """The same in plain Python."""
    chance = {}
    for account, own in hours.items():
        days = [hour // 24 for hour in own]
        for day, time in itertools.product(range(max(days) + 1), range(24)):
            if day < min(days):
                continue
            at_time = sum(hour % 24 == time for hour in own)
            part = days.count(day) / len(own) if own_days else 1 / (max(days) - min(days) + 1)
            chance[account, day * 24 + time] = min(1.0, at_time * part)
    together = expected = surplus = variance = 0.0
    last = max(hour for own in hours.values() for hour in own)
    for at in range(last // 24 * 24 + 24):
        for one, other in itertools.combinations(hours, 2):
            p, q = chance.get((one, at), 0.0), chance.get((other, at), 0.0)
            x, y = at in hours[one], at in hours[other]
            together += x and y
            expected += p * q
            surplus += (x - p) * (y - q)
            variance += p * (1 - p) * q * (1 - q)
    return together, expected, surplus / math.sqrt(variance) if variance else 0.0


@pytest.mark.parametrize("own_days", [False, True])
def test_it_is_what_the_definition_says(own_days):
    chance = np.random.default_rng(5)
    hours = {n: {int(h) for h in chance.integers(0, 24 * 6, 3 + 4 * n)} for n in range(5)}
    found = synchrony(*of(hours), own_days=own_days)
    together, expected, z = plain(hours, own_days)
    assert found.together == together
    assert (found.expected, found.z) == (pytest.approx(expected), pytest.approx(z))


def test_a_shared_timetable_stands_out_and_a_class_only_by_its_hours():
    chance = np.random.default_rng(3)
    days = np.arange(40) * 24
    # Each day the operator's accounts are active in the same hour, another one every day.
    table = days + chance.integers(0, 24, 40)
    operator = of({n: {int(h) for h in table if chance.random() < 0.5} for n in range(20)})
    # Strangers keep a rhythm of their own, from 9 to 17 hours.
    strangers = of(
        {n: {int(d + chance.integers(9, 17)) for d in days if chance.random() < 0.5}
         for n in range(20)}
    )  # fmt: skip
    # A class meets on three days of three weeks, for two hours.
    lessons = of({n: {d * 24 + h for d in (1, 8, 15) for h in (9, 10)} for n in range(20)})
    for own_days in (False, True):
        assert synchrony(*operator, own_days=own_days).z > 50
        assert abs(synchrony(*strangers, own_days=own_days).z) < 4
    assert synchrony(*lessons).z > 20
    assert synchrony(*lessons, own_days=True).z == 0


def test_one_account_is_in_time_with_nobody():
    alone = synchrony(*of({1: {0, 30}}))
    assert alone == Synchrony(0, 0.0, 0.0)
    assert math.isnan(alone.lift)
