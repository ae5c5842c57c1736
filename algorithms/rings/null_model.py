"""The null model: identifiers permuted among the accounts, degrees and activity kept.

Every account keeps how many identifiers of each kind it uses and how much of its activity each
carries, every identifier keeps how many accounts use it, and who uses what is drawn at random (the
configuration model: Newman, "Networks" (2010), chapter 13). Rings that are found then are chance:
there should be as few as ``false_rings`` says.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ringleader.algorithms.evidence.sharing import Ints, Masks, Sharing


def permuted(sharing: Sharing, seed: int) -> Sharing:
    """The same accounts and identifiers, with the uses permuted.

    Args:
        sharing: Who shares what.
        seed: Of the permutation.
    """
    rng = np.random.default_rng(seed)
    used = sharing.used.copy()
    label = sharing.label[used]
    for code in np.unique(label):
        at = np.flatnonzero(label == code)
        used[at] = used[rng.permutation(at)]
    # An account that gets an identifier twice has it once: multiple edges are rare and go.
    key = used * max(len(sharing.accounts), 1) + sharing.user
    _, kept = np.unique(key, return_index=True)
    # Contacts are permuted by their ends; who meets itself has no contact.
    ends = np.sort(rng.permutation(sharing.contacts.ravel()).reshape(-1, 2), axis=1)
    apart = ends[:, 0] != ends[:, 1]

    def days(uses: Ints) -> Masks:
        # Days go with the account, as a share does, whatever it gets.
        return sharing.days(kept[uses])

    return replace(
        sharing,
        user=sharing.user[kept],
        used=used[kept],
        share=sharing.share[kept],
        days=days,
        sharers=np.bincount(used[kept], minlength=len(sharing.keys)).astype(np.int64),
        contacts=ends[apart],
        contact_kinds=sharing.contact_kinds[apart],
    )
