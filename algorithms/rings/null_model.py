"""The null model: identifiers permuted among the accounts, degrees and activity kept.

Every account keeps how many identifiers of each kind it uses and how much of its activity each
carries, every identifier keeps how many accounts use it, and who uses what is drawn at random (the
configuration model: Newman, "Networks" (2010), chapter 13). Rings that are found then are chance:
there should be as few as ``false_rings`` says.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ringleader.algorithms.evidence.sharing import Floats, Ints, Masks, Sharing

NO_USE = -1


def permuted(sharing: Sharing, seed: int) -> Sharing:
    """The same accounts and identifiers, with the uses permuted.

    Args:
        sharing: Who shares what.
        seed: Of the permutation.
    """
    rng = np.random.default_rng(seed)
    user, share = sharing.user.copy(), sharing.share.copy()
    origin = np.arange(len(user))
    label = sharing.label[sharing.used]
    for code in np.unique(label):
        at = np.flatnonzero(label == code)
        # What an account alone uses might as well have been shared: it is drawn, too.
        own, rest = _alone(sharing, code, at)
        drawn = rng.permutation(len(at) + len(own))[: len(at)]
        user[at] = np.concatenate([sharing.user[at], own])[drawn]
        share[at] = np.concatenate([sharing.share[at], rest])[drawn]
        origin[at] = np.concatenate([at, np.full(len(own), NO_USE)])[drawn]
    used = sharing.used
    # An account that gets an identifier twice has it once: multiple edges are rare and go.
    key = used * max(len(sharing.accounts), 1) + user
    _, kept = np.unique(key, return_index=True)
    # Contacts are permuted by their ends; who meets itself has no contact.
    ends = np.sort(rng.permutation(sharing.contacts.ravel()).reshape(-1, 2), axis=1)
    apart = ends[:, 0] != ends[:, 1]

    def days(uses: Ints) -> Masks:
        # Days go with the account, as a share does, whatever it gets.
        there = origin[kept[uses]]
        told = np.zeros(len(uses), dtype=np.uint64)
        told[there >= 0] = sharing.days(there[there >= 0])
        return told

    return replace(
        sharing,
        user=user[kept],
        used=used[kept],
        share=share[kept],
        days=days,
        sharers=np.bincount(used[kept], minlength=len(sharing.keys)).astype(np.int64),
        contacts=ends[apart],
        contact_kinds=sharing.contact_kinds[apart],
    )


def _alone(sharing: Sharing, code: int, shared: Ints) -> tuple[Ints, Floats]:
    """Uses of identifiers that one account alone uses: whose they are, and their part of it all."""
    accounts = len(sharing.accounts)
    counted = np.bincount(sharing.user[shared], minlength=accounts)
    known = np.bincount(sharing.user[shared], sharing.share[shared], minlength=accounts)
    number = np.maximum(sharing.degree[:, code].astype(np.int64) - counted, 0)
    each = np.maximum(1.0 - known, 0.0) / np.maximum(number, 1)
    own = np.repeat(np.arange(accounts), number)
    return own, each[own]
