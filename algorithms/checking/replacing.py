"""New accounts that start where another stopped: the same identifiers, hours after its end.

A stranger could have the same by chance. How often follows from three figures: how many accounts
lose access in the time between, how many of all accounts use the same identifiers, and how many
there are. The evidence in bits is minus the logarithm of that expected number. How many lose access
is the usual rate, and all others that did lose it in that very time: after a wave of bans,
everybody who opens an account follows some account that stopped.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# A stranger is named once in 2,048 accounts. In the simulation 11 bits name four replacements in
# five and one honest account in 2,000 (benchmarks/replacements.py).
LEAST_BITS = 11.0
HOUR = 3_600.0
# Later than a day it is chance, and what more accounts use is a place, not a person.
HOURS, MOST_USERS = 24, 100
# Identifiers of an account that are looked at, those that the fewest use: a new account has few.
RAREST = 25
# A replacement within minutes says no more than one within a quarter of an hour.
LEAST_HOURS = 0.25
# Nor is what one account in a hundred uses a person, however few accounts there are.
MOST_PART = 0.01
SHOWN = 3


@dataclass(frozen=True)
class Predecessor:
    """An account that lost its access, and that a new one may replace.

    Attributes:
        account_id: The account.
        status: Its status.
        hours: Hours between its end and the opening of the new one.
        bits: The evidence.
        shared: Label, key and number of users of what both use, the rarest of each label first.
    """

    account_id: str
    status: str
    hours: float
    bits: float
    shared: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Stops:
    """When accounts lost their access.

    Attributes:
        times: Seconds since 1970 of each, the earliest first.
    """

    times: Sequence[float] = ()

    @property
    def last(self) -> float:
        """When the last of them did."""
        return self.times[-1] if self.times else -math.inf

    @property
    def an_hour(self) -> float:
        """Accounts that lose access in an hour."""
        hours = (self.times[-1] - self.times[0]) / HOUR if self.times else 0.0
        return len(self.times) / max(hours, 1.0)

    def between(self, first: float, last: float) -> int:
        """Accounts that lost access from one time to another, both included."""
        return bisect_right(self.times, last) - bisect_left(self.times, first)


def replacement_bits(
    hours: float, others: int, users: Iterable[int], accounts: int, stops: Stops
) -> float:
    """Evidence that an account replaces another.

    Args:
        hours: Between the end of the one and the opening of the other.
        others: Accounts that lost access in that time and have nothing in common with either.
        users: Accounts that use what both use, for the rarest identifier of each label.
        accounts: Number of accounts there are.
        stops: When accounts lost access.
    """
    expected = stops.an_hour * max(hours, LEAST_HOURS) + others
    rarity = sum(math.log2(max(accounts, 1) / max(number, 1)) for number in users)
    return rarity - math.log2(max(expected, 1e-9))


def predecessors(
    found: Sequence[Mapping[str, Any]], accounts: int, stops: Stops
) -> tuple[Predecessor, ...]:
    """Those whom an account may replace, the strongest evidence first.

    Args:
        found: What the stored query ``check`` returns of an account as ``replaced``.
        accounts: Number of accounts that the run looked at.
        stops: When accounts lost access.
    """
    made = []
    for one in found:
        rarest: dict[str, tuple[str, str, int]] = {}
        for label, key, users in sorted(one["shared"], key=lambda shared: (shared[2], shared[:2])):
            if users <= max(MOST_PART * accounts, 2):
                rarest.setdefault(label, (label, str(key), int(users)))
        shared = tuple(rarest.values())
        users = [number for _, _, number in shared]
        until = one["stopped"] + max(one["hours"], LEAST_HOURS) * HOUR
        # Accounts of one operator are banned together: they do not speak against each other.
        mine = sum(one["stopped"] <= other["stopped"] <= until for other in found)
        others = max(stops.between(one["stopped"], until) - mine, 0)
        bits = replacement_bits(one["hours"], others, users, accounts, stops)
        if shared and bits >= LEAST_BITS:
            made.append(
                Predecessor(one["account_id"], one["status"] or "", one["hours"], bits, shared)
            )
    return tuple(sorted(made, key=lambda one: (-one.bits, one.account_id))[:SHOWN])
