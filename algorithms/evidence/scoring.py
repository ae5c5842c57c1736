"""What shared identifiers are worth, as pure functions of arrays.

A pair that shares identifier *i* has the evidence

    s(i) = synchrony * breadth / others(i)

*Synchrony* fades with the time between the two accounts' openings. *Breadth* is the share of an
account's activity that the identifier carries, the smaller of the two, scaled so that a quarter
counts in full. *Others* is how many other accounts use the identifier: 1/(n-1) is the weight of
Newman, "Scientific collaboration networks II" (2001), for co-authors of one paper. For a pair that
is tied in another way already, rarity among all accounts takes its place
(:mod:`ringleader.algorithms.evidence.hubs`).
The sum over a family's identifiers becomes bits,

    bits = min(cap, log2(1 + sum s / odds)),

and is divided among the identifiers by their evidence, so that an explanation adds up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ringleader.algorithms.parameters import DAY, Parameters

Floats = NDArray[np.float64]


def synchrony(seconds: Floats, parameters: Parameters) -> Floats:
    """How near two openings are, from 0 to 1.

    Args:
        seconds: Time between them; NaN where one is unknown.
        parameters: ``synchrony_days`` and ``unknown_synchrony``.
    """
    near = np.exp(-np.abs(seconds) / (parameters.synchrony_days * DAY))
    return np.where(np.isnan(near), parameters.unknown_synchrony, near)


def breadth(share_a: Any, share_b: Any, parameters: Parameters) -> Floats:
    """How much of both accounts' activity an identifier carries, from 0 to 1."""
    smaller = np.minimum(share_a, share_b)
    return np.minimum(1.0, parameters.breadth * np.asarray(smaller, dtype=np.float64))


def others(accounts: Any) -> Floats:
    """How many other accounts use an identifier, at least one."""
    left: Floats = np.maximum(1.0, np.asarray(accounts, dtype=np.float64) - 1.0)
    return left


def bits(evidence: Any, odds: Any, parameters: Parameters) -> Floats:
    """Evidence of one family as bits, capped.

    Args:
        evidence: Sum of the family's evidence.
        odds: What strangers have of it by chance.
        parameters: ``family_cap``.
    """
    raw = np.log2(1.0 + np.asarray(evidence, dtype=np.float64) / np.asarray(odds))
    capped: Floats = np.minimum(raw, parameters.family_cap)
    return capped


def rarity(sharers: Any, population: Any, parameters: Parameters) -> Floats:
    """How telling it is that two accounts share an identifier, from 0 to 1.

    Args:
        sharers: Number of accounts on it.
        population: Number of all accounts of which it is known.
        parameters: ``telling_rarity``, the ratio from which it tells in full.
    """
    ratio = np.maximum(population, 1) / np.maximum(np.asarray(sharers, dtype=np.float64), 1.0)
    telling: Floats = np.minimum(1.0, ratio / parameters.telling_rarity)
    return telling
