"""A second look: accounts that live on what a ring owns.

An identifier of many accounts links nobody by itself, and a ring may have a thousand accounts
behind each of its addresses. Once a ring is known by other evidence, the worth of such an
identifier is known too: the chance that another user of it, drawn at random, is of the ring. So an
account of which some evidence is unknown, for instance because a cloud passes no device on, is
still found by the rest of what it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ringleader.algorithms.evidence.hubs import BENIGN, ownership, worth_alone
from ringleader.algorithms.evidence.shared_neighbours import (
    Evidence,
    Links,
    confirmed,
    everything_shared,
    openly_together,
    summed,
)
from ringleader.algorithms.evidence.sharing import Floats, Ints, Sharing
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.review.effects import Decision, without_rejected
from ringleader.algorithms.rings.building import Ring, build_rings, ring_of


def found_rings(
    sharing: Sharing,
    links: Links,
    of: Ints,
    parameters: Parameters,
    decisions: Sequence[Decision] = (),
) -> tuple[list[Ring], Links]:
    """The rings of communities, with the accounts that a second look brings.

    Args:
        sharing: Who shares what.
        links: The links.
        of: Community of each account, 0 for none.
        parameters: The judgements.
        decisions: Those that count; what is rejected does not come back by the second look.

    Returns:
        The rings, strongest first, and the links with those of the second look.
    """
    rings = build_rings(sharing, links, of, parameters)
    links, of = second_look(sharing, links, ring_of(sharing, rings), parameters)
    links = without_rejected(sharing, links, decisions, parameters)
    # Each hung together when it was found; who joins is compared with some members only.
    once_more = replace(parameters, min_cohesion=0.0)
    return build_rings(sharing, links, of, once_more), links


def second_look(
    sharing: Sharing, links: Links, of: Ints, parameters: Parameters
) -> tuple[Links, Ints]:
    """Links and rings with the accounts that live on what the rings own.

    Such an account is compared with the members that were opened next to it. Whether it stays is
    judged as for every member (:func:`ringleader.algorithms.rings.building.build_rings`).

    Args:
        sharing: Who shares what.
        links: The links found so far.
        of: Ring of each account, 0 for none.
        parameters: ``owned_part`` and those of links.
    """
    owner, part = ownership(sharing, of)
    part = np.where(sharing.pinned == BENIGN, 0.0, part)
    account, ring = leaning(sharing, of, owner, part, parameters)
    a, b = nearest_members(sharing, of, account, ring, parameters)
    apart = ~openly_together(sharing, a, b)
    lines = everything_shared(sharing, a[apart], b[apart], parameters)
    lines = owned(lines, sharing, np.maximum(of[lines.a], of[lines.b]), owner, part, parameters)
    lines = confirmed(lines, sharing, parameters)
    several = len(sharing.groups_in_data()) > 1
    more = summed(lines, sharing, several, parameters)
    joined = of.copy()
    for one, other in ((more.a, more.b), (more.b, more.a)):
        joined[one] = np.where(of[one] > 0, of[one], of[other])
    return _together(links, more, len(sharing.accounts)), joined


def leaning(
    sharing: Sharing, of: Ints, owner: Ints, part: Floats, parameters: Parameters
) -> tuple[Ints, Ints]:
    """Accounts outside rings that live on what one ring owns, as its members do.

    To live on it is to have ``owned_part`` of the activity with one label there. Of every label
    by which most members live on it, the account does so too or has no activity, which is unknown
    and speaks neither for nor against it: a household with its own machine behind the ring's
    address is left alone.

    Returns:
        Positions of the accounts, in order, and the ring of each.
    """
    rings, labels = int(of.max(initial=0)) + 1, len(sharing.schema.labels)
    theirs = np.flatnonzero((part >= parameters.owned_part)[sharing.used])
    used = sharing.used[theirs]
    cell = (sharing.user[theirs] * rings + owner[used]) * labels + sharing.label[used]
    cells, where = np.unique(cell, return_inverse=True)
    share = np.bincount(where, sharing.share[theirs], minlength=len(cells))
    account, ring, label = cells // labels // rings, cells // labels % rings, cells % labels
    lives = share >= parameters.owned_part
    # Of each ring's members with activity of a label, how many live on what it owns?
    known = np.zeros((rings, labels))
    np.add.at(known, of[of > 0], sharing.activity[of > 0] > 0)
    mine = lives & (of[account] == ring)
    living = np.bincount(ring[mine] * labels + label[mine], minlength=rings * labels)
    usual = living.reshape(rings, labels) > parameters.owned_part * np.maximum(known, 1.0)
    outside = np.flatnonzero(lives & (of[account] == 0))
    pairs, at = np.unique(account[outside] * rings + ring[outside], return_inverse=True)
    there = np.zeros((len(pairs), labels), dtype=bool)
    there[at, label[outside]] = True
    total = np.bincount(at, share[outside], minlength=len(pairs))
    account, ring = pairs // rings, pairs % rings
    agrees = (there | ~usual[ring] | (sharing.activity[account] == 0)).all(axis=1)
    account, ring, total = account[agrees], ring[agrees], total[agrees]
    # The ring that owns most of it; of equals the first.
    order = np.lexsort((ring, -total, account))
    first = order[np.flatnonzero(np.diff(account[order], prepend=-1))]
    return account[first], ring[first]


def nearest_members(
    sharing: Sharing, of: Ints, account: Ints, ring: Ints, parameters: Parameters
) -> tuple[Ints, Ints]:
    """Pairs of each account with the members of its ring that were opened next to it."""
    opened = np.nan_to_num(sharing.opened, nan=np.inf)
    members = np.flatnonzero(of > 0)
    members = members[np.lexsort((members, opened[members], of[members]))]
    # Rings lie one after the other; within each, the place of the account's opening.
    bounds = np.searchsorted(of[members], np.stack([ring, ring + 1]))
    order = np.lexsort((opened[members], of[members]))
    rank = sharing.opening_rank
    width = len(opened) + 1
    place = np.searchsorted(
        of[members[order]] * width + rank[members[order]], ring * width + rank[account]
    )
    half = parameters.neighbours // 2
    low = np.clip(place - half, bounds[0], np.maximum(bounds[1] - parameters.neighbours, bounds[0]))
    high = np.minimum(low + parameters.neighbours, bounds[1])
    count = high - low
    which = np.repeat(np.arange(len(account)), count)
    at = low[which] + np.arange(len(which)) - np.repeat(count.cumsum() - count, count)
    one, other = account[which], members[at]
    return np.minimum(one, other), np.maximum(one, other)


def owned(
    lines: Evidence,
    sharing: Sharing,
    ring: Ints,
    owner: Ints,
    part: Floats,
    parameters: Parameters,
) -> Evidence:
    """The lines, worth the ring's part of the identifier's users where the ring owns it."""
    shared = lines.identifier
    alone = worth_alone(sharing, parameters)[shared]
    worth = np.where(owner[shared] == ring, np.maximum(part[shared], alone), alone)
    # What is worth nothing stays so: nothing times anything is nothing.
    gain = np.divide(worth, alone, out=np.ones(len(shared)), where=alone > 0)
    return replace(lines, amount=lines.amount * gain)


def _together(links: Links, more: Links, accounts: int) -> Links:
    """All links of both; of a pair that is in both, the link with more bits.

    A bystander that a ring was found without keeps its links to members, and may be compared with
    them again.
    """
    pairs, again = (one.a * accounts + one.b for one in (links, more))
    _, at, there = np.intersect1d(pairs, again, assume_unique=True, return_indices=True)
    better = more.weight[there] > links.weight[at]
    links = links.take(~np.isin(np.arange(len(links)), at[better]))
    more = more.take(~np.isin(np.arange(len(more)), there[~better]))
    lines = zip(*(vars(one.evidence).values() for one in (links, more)), strict=True)
    return Links(
        a=np.concatenate([links.a, more.a]),
        b=np.concatenate([links.b, more.b]),
        family_bits=np.concatenate([links.family_bits, more.family_bits]),
        evidence=Evidence(*(np.concatenate(column) for column in lines)),
        link_of=np.concatenate([links.link_of, len(links) + more.link_of]),
        bits=np.concatenate([links.bits, more.bits]),
        schema=links.schema,
    )
