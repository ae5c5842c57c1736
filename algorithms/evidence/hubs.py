"""What an identifier is worth: a hub of strangers, or owned by those who share it.

A card on a hundred accounts is a hub if the hundred have nothing else in common, and an operator's
own if they have. So an identifier of many accounts links nobody by itself: its worth is one over
the number of others. But for a pair that is tied by evidence of another group already, it is the
rarity among all accounts that counts, since what remains to be explained is that these two share
it. A ring's own address is no hub because the ring is large; a carrier's address stays one; and
whoever shares the ring's address and nothing else gains nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from ringleader.algorithms.evidence import scoring
from ringleader.algorithms.evidence.sharing import Floats, Ints, Sharing, group_codes
from ringleader.algorithms.parameters import Parameters, odds_by_family
from ringleader.schema import Schema

BENIGN, OWNED = -1, 1  # what an analyst may say of an identifier


def summary_of(known_hubs: Collection[str]) -> dict[str, int | str]:
    """What tells one list of known hubs from another: its size, and a hash of its sorted lines."""
    text = "\n".join(sorted(known_hubs))
    return {"identifiers": len(known_hubs), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def worth_alone(sharing: Sharing, parameters: Parameters) -> Floats:
    """What each identifier is worth by itself, between 0 and 1: one over the number of others.

    An identifier on a list of known hubs is worth ``known_hub_weight`` of that; what an analyst
    says stands above both.
    """
    return _as_said(sharing, 1.0 / scoring.others(sharing.sharers), parameters)


def worth_confirmed(sharing: Sharing, parameters: Parameters) -> Floats:
    """What each identifier is worth to a pair that another group of evidence ties.

    It is rare among the accounts whose activity of that kind is known.
    """
    # Of whom no such activity is known, for instance through a cloud that passes it not on, may
    # use it or not.
    seen = (sharing.activity > 0).sum(axis=0)
    rare = scoring.rarity(sharing.sharers, seen[sharing.label], parameters)
    return np.maximum(_as_said(sharing, rare, parameters), worth_alone(sharing, parameters))


def _as_said(sharing: Sharing, worth: Floats, parameters: Parameters) -> Floats:
    """Worth by what lists and analysts say: a list may err, a pinned verdict stands."""
    worth = np.where(sharing.listed, worth * parameters.known_hub_weight, worth)
    worth = np.where(sharing.pinned == OWNED, 1.0, worth)
    return np.where(sharing.pinned == BENIGN, 0.0, worth)


def ownership(sharing: Sharing, of: Ints) -> tuple[Ints, Floats]:
    """The ring that most users of each identifier are of, and their part of its other users.

    Args:
        sharing: Who shares what.
        of: Ring of each account, 0 for none.

    Returns:
        Per identifier the ring, 0 where it has none, and from 0 to 1 the chance that another user
        of it than the one who asks is of that ring.
    """
    rings = int(of.max(initial=0)) + 1
    inside = np.flatnonzero(of[sharing.user] > 0)
    cells, members = np.unique(
        sharing.used[inside] * rings + of[sharing.user[inside]], return_counts=True
    )
    identifier, ring = cells // rings, cells % rings
    owner = np.zeros(len(sharing.keys), dtype=np.int64)
    part = np.zeros(len(sharing.keys))
    order = np.lexsort((-ring, members, identifier))
    owner[identifier[order]] = ring[order]
    part[identifier[order]] = members[order]
    part = np.minimum(1.0, part / scoring.others(sharing.sharers))
    return owner, part


def tied_elsewhere(
    pair: Ints, family: Ints, amount: Floats, parameters: Parameters, schema: Schema
) -> NDArray[np.bool_]:
    """Whether the pair of each line of evidence is tied by another group than the line's.

    Args:
        pair: Number of the pair of each line, from 0.
        family: Family of each line.
        amount: Evidence of each line, identifiers taken by themselves.
        parameters: ``confirming_bits``.
        schema: The families.

    Returns:
        One value per line; False for lines of families that belong to no group.
    """
    if not len(pair):
        return np.zeros(0, dtype=bool)
    pairs, width = int(pair.max()) + 1, len(schema.families)
    totals = np.bincount(pair * width + family, amount, minlength=pairs * width)
    odds = np.tile(list(odds_by_family(parameters, schema).values()), pairs)
    bits = scoring.bits(totals, odds, parameters).reshape(pairs, width)
    codes = group_codes(schema)
    by_group = np.stack(
        [bits[:, codes == group].sum(axis=1) for group in range(len(schema.groups))], 1
    )
    group = codes[family]
    own = by_group[pair, np.maximum(group, 0)]
    confirmed: NDArray[np.bool_] = (group >= 0) & (
        by_group.sum(axis=1)[pair] - own >= parameters.confirming_bits
    )
    return confirmed
