"""What an identifier is worth: a hub of strangers, or owned by those who share it.

A card on a hundred accounts is a hub if the hundred have nothing else in common, and an operator's
own if they have. So the number of *others* on an identifier leaves out those who are tied to each
other by evidence of another kind: a ring's own address is not a hub because the ring is large, and
a carrier's address stays one. The share of tied pairs is measured on a sample per identifier, which
keeps the cost linear in the data.
"""

from __future__ import annotations

import numpy as np

from algorithms.parameters import Parameters
from algorithms.scoring import rarity
from algorithms.sharing import Floats, Ints, Sharing
from ringleader.catalogue import get
from ringleader.graph import Graph

LOOKUPS_AT_ONCE = 4_000_000


def count_sharers(graph: Graph) -> None:
    """Write the number of accounts on every identifier."""
    graph.run_in_batches(get("count-sharers"), get("count-sharers").bind({}))


def in_order_of_opening(sharing: Sharing) -> Ints:
    """Positions of the uses, identifier by identifier, by the time the accounts were opened.

    Accounts without a time come last; ties are broken by account id, so that the order of input
    does not matter.
    """
    opened = np.nan_to_num(sharing.opened, nan=np.inf)
    return np.lexsort((sharing.user, opened[sharing.user], sharing.used)).astype(np.int64)


def corroboration(sharing: Sharing, parameters: Parameters) -> Floats:
    """For each identifier the share of its neighbouring pairs that are tied in another way.

    A pair is tied when the identifiers it shares in other groups of evidence have, together, odds
    below 2**-corroboration_bits between strangers. Members of one declared organization are not
    counted as tied: what they have in common, they have from it.

    Args:
        sharing: Who shares what.
        parameters: ``corroboration_bits`` and ``corroboration_sample``.

    Returns:
        Values from 0 (strangers otherwise) to 1, one per identifier.
    """
    tied = np.zeros(len(sharing.keys))
    if len(sharing.groups_in_data()) < 2 or not len(sharing.keys):
        return tied
    a, b, identifier = _sampled_pairs(sharing, parameters.corroboration_sample)
    group = sharing.group
    known = group[identifier] >= 0
    a, b, identifier = a[known], b[known], identifier[known]
    surprise = _surprise_elsewhere(sharing, a, b, identifier)
    same = (sharing.organization[a] >= 0) & (sharing.organization[a] == sharing.organization[b])
    independent = (surprise >= parameters.corroboration_bits) & ~same
    count = np.bincount(identifier, minlength=len(tied))
    hits = np.bincount(identifier, independent, minlength=len(tied))
    return np.divide(hits, count, out=tied, where=count > 0)


def _sampled_pairs(sharing: Sharing, sample: int) -> tuple[Ints, Ints, Ints]:
    """Pairs of accounts opened next to each other, evenly spread over each identifier."""
    order = in_order_of_opening(sharing)
    user, used = sharing.user[order], sharing.used[order]
    start = np.searchsorted(used, np.arange(len(sharing.keys)))
    rank = np.arange(len(used)) - start[used]
    # With two neighbours each, every k-th account gives the sample.
    step = np.maximum(1, -(-2 * sharing.sharers // sample))[used]
    chosen = rank % step == 0
    parts = []
    for distance in (1, 2):
        at = np.flatnonzero(chosen[:-distance] & (used[:-distance] == used[distance:]))
        parts.append((user[at], user[at + distance], used[at]))
    a, b, identifier = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return a, b, identifier


def _surprise_elsewhere(sharing: Sharing, a: Ints, b: Ints, identifier: Ints) -> Floats:
    """Bits of surprise in what each pair shares outside the group of its identifier."""
    width = len(sharing.keys)
    by_user = np.argsort(sharing.user, kind="stable")
    start = np.searchsorted(sharing.user[by_user], np.arange(len(sharing.accounts) + 1))
    pair_keys = np.sort(sharing.user * width + sharing.used)
    group, worth = sharing.group, rarity(sharing.sharers, len(sharing.accounts))
    surprise = np.zeros(len(a))
    lengths = np.diff(start)[a]
    ends = np.cumsum(lengths)
    begin = 0
    while begin < len(a):
        offset = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, offset + LOOKUPS_AT_ONCE, side="right")))
        counts = lengths[begin:end]
        pair = np.repeat(np.arange(begin, end), counts)
        within = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
        shared = sharing.used[by_user[start[a[pair]] + within]]
        elsewhere = (group[shared] >= 0) & (group[shared] != group[identifier[pair]])
        pair, shared = pair[elsewhere], shared[elsewhere]
        wanted = b[pair] * width + shared
        place = np.minimum(np.searchsorted(pair_keys, wanted), len(pair_keys) - 1)
        found = pair_keys[place] == wanted
        surprise += np.bincount(pair[found], worth[shared[found]], minlength=len(a))
        begin = end
    return surprise
