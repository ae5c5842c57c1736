"""Whether accounts are active in the same hours more than their own habits explain.

It is measured, and links nobody: a class that meets is as synchronous as an operator
(decision 0016).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Synchrony", "synchrony"]

_DAY = 24  # hours


@dataclass(frozen=True)
class Synchrony:
    """How synchronous a group is.

    Attributes:
        together: Pairs of accounts that are active in one hour, over all hours.
        expected: How many there would be if each account kept its habits and ignored the others.
        z: The surplus in standard deviations.
    """

    together: int
    expected: float
    z: float

    @property
    def lift(self) -> float:
        """How many times as many pairs as expected; not a number where none are expected."""
        return self.together / self.expected if self.expected else float("nan")


def synchrony(
    account: NDArray[np.int64], hour: NDArray[np.int64], *, own_days: bool = False
) -> Synchrony:
    """Compare a group's hours in common with those that independent accounts would have.

    An account is active in an hour with a probability of its own: the share of the days of its
    span (first to last active day) on which it is active at this hour of the day. With ``own_days``
    the probability also follows the account's own days: n(h) m(d) / n, where n(h) is the number of
    its active hours at this time of the day, m(d) that of the day, and n all of them. For
    independent accounts the products of two accounts' deviations from these probabilities have the
    mean 0 and are uncorrelated, so their sum has the variance of the sum.

    Args:
        account: The account of each active hour.
        hour: The number of the hour since 1970-01-01 UTC; a pair with the account's entry occurs
            once.
        own_days: Whether the days of an account are habits too.
    """
    names, who = np.unique(account, return_inverse=True)
    if len(names) < 2:
        return Synchrony(0, 0.0, 0.0)
    first = int(hour.min()) // _DAY
    days = int(hour.max()) // _DAY - first + 1
    at = hour - first * _DAY
    together, expected, surplus, variance = 0, 0.0, 0.0, 0.0
    chance = _habits(who, at, len(names), days, own_days=own_days)
    active = np.zeros((len(names), days * _DAY), dtype=bool)
    active[who, at] = True
    count = active.sum(axis=0)
    together = int((count * (count - 1) // 2).sum())
    expected = _pairs(chance)
    surplus = _pairs(active - chance)
    variance = _pairs(chance * (1 - chance))
    z = surplus / np.sqrt(variance) if variance > 0 else 0.0
    return Synchrony(together, expected, float(z))


def _pairs(values: NDArray[np.float64]) -> float:
    """The sum over all hours of the products of two different accounts' values."""
    return float((values.sum(axis=0) ** 2 - (values**2).sum(axis=0)).sum() / 2)


def _habits(
    who: NDArray[np.int64], at: NDArray[np.int64], accounts: int, days: int, *, own_days: bool
) -> NDArray[np.float64]:
    """The probability that each account is active in each hour, by its own habits."""
    day, time = np.divmod(at, _DAY)
    by_time = np.zeros((accounts, _DAY))
    np.add.at(by_time, (who, time), 1)
    by_day = np.zeros((accounts, days))
    np.add.at(by_day, (who, day), 1)
    if not own_days:
        begin, end = np.full(accounts, days), np.full(accounts, -1)
        np.minimum.at(begin, who, day)
        np.maximum.at(end, who, day)
        number = np.arange(days)
        span = (number >= begin[:, None]) & (number <= end[:, None])
        by_day = span / span.sum(axis=1, keepdims=True)
    else:
        by_day /= by_day.sum(axis=1, keepdims=True)
    chance = by_day[:, :, None] * by_time[:, None, :]
    result: NDArray[np.float64] = np.minimum(chance, 1).reshape(accounts, days * _DAY)
    return result
