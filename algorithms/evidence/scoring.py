"""What a pair of accounts shares is worth, where the data hold one kind of evidence only.

A pair that shares identifier *i* has the evidence

    s(i) = synchrony * breadth / others(i)

*Synchrony* fades with the time between the two accounts' openings: where there is no second kind of
evidence, nearness in time is the only thing that supports the first. *Breadth* is the share of an
account's activity that the identifier carries, the smaller of the two, scaled so that
``living_share`` counts in full. *Others* is how many other accounts use the identifier: 1/(n-1) is
the weight of Newman, "Scientific collaboration networks II" (2001), for co-authors of one paper.
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
# Without an opening time two accounts count as ten days apart: neither together nor apart.
UNKNOWN_SYNCHRONY = 0.5


def synchrony(seconds: Floats, parameters: Parameters) -> Floats:
    """How near two openings are, from 0 to 1.

    Args:
        seconds: Time between them; NaN where one is unknown.
        parameters: ``synchrony_days``.
    """
    near = np.exp(-np.abs(seconds) / (parameters.synchrony_days * DAY))
    return np.where(np.isnan(near), UNKNOWN_SYNCHRONY, near)


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
