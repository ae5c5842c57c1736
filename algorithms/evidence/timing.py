"""Replacement: an account that is opened just after another one was ended.

Operators replace a banned account within minutes. That b follows a is told by an identifier that
both use: if its users are opened at a rate r, the chance that one of them at least is opened within
d of a's end by coincidence is that of a Poisson process,

    p = 1 - exp(-r d)

(Feller, "An Introduction to Probability Theory and Its Applications", vol. 1, XVII.2), and its
surprise is -log2 p bits (Shannon's self-information). Of several identifiers the least likely
counts, since they all tell of one opening, and its p is multiplied by the number of identifiers
through which a was compared (Bonferroni). Addresses, devices and payment methods tell; a prompt or
a mail domain does not say where an account comes from.

Being opened and being active at the same time is no evidence of its own here: it is the synchrony
by which every other kind is weighed (:mod:`ringleader.algorithms.evidence.scoring`), and would be
counted twice.
"""

from __future__ import annotations

import numpy as np

from ringleader.algorithms.evidence.sharing import Floats, Ints, Sharing
from ringleader.algorithms.parameters import DAY, HOUR, Parameters


def replacements(sharing: Sharing, parameters: Parameters) -> tuple[Ints, Ints, Floats]:
    """Accounts that were opened just after the end of another with which they share something.

    Args:
        sharing: Who shares what.
        parameters: ``replacement_hours``, ``telling_rarity`` and ``neighbours``.

    Returns:
        The ended account, the one opened after it, and the probability p; each pair once.
    """
    none = np.zeros(0, dtype=np.int64)
    accounts = len(sharing.accounts)
    has_ended = ~np.isnan(sharing.ended)
    # What more people use is shared by strangers, and someone is always opened next.
    rare = sharing.sharers * parameters.telling_rarity <= max(
        accounts, parameters.telling_rarity * 2
    )
    told = np.zeros(len(sharing.keys), dtype=bool)
    told[sharing.used[has_ended[sharing.user]]] = True
    groups = sharing.schema.groups
    told &= np.isin(sharing.group, [groups.index("environment"), groups.index("payment")])
    uses = np.flatnonzero((told & rare)[sharing.used] & ~np.isnan(sharing.opened[sharing.user]))
    if not len(uses):
        return none, none, np.zeros(0)
    user, used = sharing.user[uses], sharing.used[uses]
    order = np.lexsort((user, sharing.opened[user], used))
    user, used = user[order], used[order]
    opened = sharing.opened[user]
    starts = np.flatnonzero(np.diff(used, prepend=-1))
    stops = np.append(starts[1:], len(used))
    number = np.cumsum(np.diff(used, prepend=-1) != 0) - 1
    # The openings of an identifier's users, a day at least apart in all.
    span = np.maximum(opened[stops - 1] - opened[starts], DAY)
    rate = (stops - starts - 1) / span
    ended = np.flatnonzero(has_ended[user])
    place = _after(sharing.ended[user[ended]], opened, starts[number[ended]], stops[number[ended]])
    parts = []
    for distance in range(parameters.neighbours):
        at = place + distance
        at_most = np.minimum(at, len(used) - 1)
        delay = opened[at_most] - sharing.ended[user[ended]]
        near = (at < stops[number[ended]]) & (delay <= parameters.replacement_hours * HOUR)
        if not near.any():
            break
        p = -np.expm1(-rate[number[ended[near]]] * np.maximum(delay[near], 1.0))
        parts.append((user[ended[near]], user[at[near]], p))
        ended, place = ended[near], place[near]
    if not parts:
        return none, none, np.zeros(0)
    one, other, p = (np.concatenate(column) for column in zip(*parts, strict=True))
    compared = np.bincount(user[has_ended[user]], minlength=accounts)
    p = np.minimum(1.0, p * compared[one])
    order = np.lexsort((p, other, one))
    one, other, p = one[order], other[order], p[order]
    first = np.flatnonzero(np.diff(one * accounts + other, prepend=-1))
    return one[first], other[first], p[first]


def _after(times: Floats, opened: Floats, low: Ints, high: Ints) -> Ints:
    """The first place from ``low`` on, before ``high``, that is opened after each time."""
    low, high = low.copy(), high.copy()
    while (low < high).any():
        middle = (low + high) // 2
        later = opened[np.minimum(middle, len(opened) - 1)] > times
        searching = low < high
        high = np.where(searching & later, middle, high)
        low = np.where(searching & ~later, middle + 1, low)
    return low
