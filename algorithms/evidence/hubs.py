"""What an identifier is worth: how many use it, what lists and analysts say, whose it is."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import numpy as np

from ringleader.algorithms.evidence import scoring
from ringleader.algorithms.evidence.sharing import Floats, Ints, Sharing

BENIGN, OWNED = -1, 1  # what an analyst may say of an identifier
KNOWN_HUB_WEIGHT = 0.2  # lists err, and a ring may use an exchange


def summary_of(known_hubs: Collection[str]) -> dict[str, int | str]:
    """Identifies a list of known hubs: its size, and a hash of its sorted lines."""
    text = "\n".join(sorted(known_hubs))
    return {"identifiers": len(known_hubs), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def worth_alone(sharing: Sharing) -> Floats:
    """What each identifier is worth by itself, between 0 and 1: one over the number of others.

    An identifier on a list of known hubs is worth a fifth of that; what an analyst
    says stands above both.
    """
    return _as_said(sharing, 1.0 / scoring.others(sharing.sharers))


def _as_said(sharing: Sharing, worth: Floats) -> Floats:
    """Worth by lists and analysts: a list of hubs may err, pins and the known-good list do not."""
    worth = np.where(sharing.listed, worth * KNOWN_HUB_WEIGHT, worth)
    worth = np.where(sharing.pinned == OWNED, 1.0, worth)
    return np.where((sharing.pinned == BENIGN) | sharing.known_good, 0.0, worth)


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
