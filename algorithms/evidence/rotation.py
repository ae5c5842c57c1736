"""Rotation: two accounts that come through the same addresses in many unrelated networks.

A residential proxy lets an account out through another home each time. No one of these addresses
says anything: it carries a small part of what the account does, and a whole pool comes through it.
But strangers meet in one network, where a provider deals them the same address, and people who
share a life in three: home, work and phone. The more networks two accounts meet in beyond that, the
likelier one hand lets both out: ties follow from meetings in *distinct* places (Crandall et al.,
"Inferring social ties from geographic coincidences" (2010)). The evidence of a pair is

    synchrony * breadth * max(0, sum of rarity - rotating_networks),

*breadth* that of what its addresses in common carry together, and *rarity* that of each network
among all accounts (:mod:`ringleader.algorithms.evidence.scoring`): where everybody passes through,
meeting is no coincidence. Addresses of one network are one meeting, however many: a carrier, a
firm, a VPN deals all of its own to everybody. One that deals them out of many networks looks like a
proxy, and its customers like a pool. So rotation speaks only where the data hold another kind of
evidence, which then has to speak as well.
"""

from __future__ import annotations

import numpy as np

from ringleader.algorithms.evidence import scoring
from ringleader.algorithms.evidence.sharing import Floats, Ints, Sharing
from ringleader.algorithms.parameters import Parameters

NONE: Ints = np.zeros(0, dtype=np.int64)


def network_rarity(sharing: Sharing, parameters: Parameters) -> Floats:
    """How telling it is that two accounts meet in the network of each identifier, from 0 to 1.

    It is 0 for what is no address, is on a list of hubs, or is pinned as benign; and for everything
    where the data hold one kind of evidence only.
    """
    counts = (sharing.network >= 0) & ~sharing.listed & (sharing.pinned >= 0)
    if not counts.any() or len(sharing.groups_in_data()) < 2:
        return np.zeros(len(sharing.keys))
    users = sharing.network_users[sharing.network]
    rare = scoring.rarity(users, len(sharing.accounts), parameters)
    return np.where(counts, rare, 0.0)


def rotating_pairs(sharing: Sharing, parameters: Parameters) -> Ints:
    """Pairs that may rotate together.

    On each address an account is compared with the one opened next to it, of those that have been
    at many: who rotates is next to another account of the pool on each.

    Args:
        sharing: Who shares what.
        parameters: ``rotating_networks`` and ``telling_rarity``.

    Returns:
        Each pair once, as its lower position times accounts plus its higher position.
    """
    rare = network_rarity(sharing, parameters)
    if not rare.any():
        return NONE
    there = (rare > 0)[sharing.used]
    # Who has been at no more addresses than that has met nobody in more networks.
    addresses = np.bincount(sharing.user[there], minlength=len(sharing.accounts))
    there &= (addresses > parameters.rotating_networks)[sharing.user]
    uses = sharing.by_opening[there[sharing.by_opening]]
    user, used = sharing.user[uses], sharing.used[uses]
    next_to = np.flatnonzero(used[:-1] == used[1:])
    one, other, shared = user[next_to], user[next_to + 1], used[next_to]
    pairs = np.minimum(one, other) * len(sharing.accounts) + np.maximum(one, other)
    pairs, first = _once_per_network(pairs, sharing.network[shared])
    weight = rare[shared[first]]
    starts = np.flatnonzero(np.diff(pairs, prepend=-1))
    if not len(starts):
        return NONE
    return pairs[starts[np.add.reduceat(weight, starts) > parameters.rotating_networks]]


def rotation(
    sharing: Sharing, pair: Ints, identifier: Ints, use_a: Ints, use_b: Ints, parameters: Parameters
) -> Floats:
    """Evidence of rotation, divided among the addresses of each pair by what they carry.

    Args:
        sharing: Who shares what.
        pair: Number of the pair of each line of evidence, from 0; all lines of a pair are there.
        identifier: What the line is about, negative for a contact.
        use_a: Position of one account's use, -1 for a contact.
        use_b: Position of the other's.
        parameters: ``rotating_networks``, ``telling_rarity``, ``breadth`` and ``synchrony_days``.

    Returns:
        One value for each line, 0 for what is no address.
    """
    amount = np.zeros(len(pair))
    rare = network_rarity(sharing, parameters)
    lines = np.flatnonzero(identifier >= 0)
    lines = lines[rare[identifier[lines]] > 0]
    if not len(lines):
        return amount
    pair, identifier, use_a, use_b = pair[lines], identifier[lines], use_a[lines], use_b[lines]
    pairs = int(pair.max()) + 1
    met, first = _once_per_network(pair, sharing.network[identifier])
    networks = np.bincount(met, rare[identifier[first]], minlength=pairs)
    beyond = np.maximum(0.0, networks - parameters.rotating_networks)
    carried = np.minimum(sharing.share[use_a], sharing.share[use_b])
    together = np.bincount(pair, carried, minlength=pairs)
    between = sharing.opened[sharing.user[use_a]] - sharing.opened[sharing.user[use_b]]
    whole = scoring.breadth(together, together, parameters) * beyond
    part = np.divide(carried, together[pair], out=np.zeros(len(pair)), where=together[pair] > 0)
    amount[lines] = scoring.synchrony(between, parameters) * whole[pair] * part
    return amount


def _once_per_network(pair: Ints, network: Ints) -> tuple[Ints, Ints]:
    """Each pair once for every network that it meets in, in order, and where that stands first."""
    order = np.lexsort((network, pair))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(pair[order]) != 0) | (np.diff(network[order]) != 0)
    return pair[order[new]], order[new]
