"""What rings chance alone would make.

The null model deals the identifiers anew among the accounts: every account keeps how many
identifiers of each kind it uses and how much of its activity each carries, every identifier keeps
how many accounts use it, and who uses what is drawn at random (the configuration model: Newman,
"Networks" (2010), chapter 13). Groups that are found then are chance.

The deals go the way of the graph itself, second look included, but no bits are asked of a group.
They are few, so the tail of their bits per member, t, is taken to be exponential beyond what the
weakest links make (peaks over a threshold: Davison and Smith (1990); E-values of alignments are of
this form, Karlin and Altschul (1990)):

    expected(t) = (n + 1) / deals * exp(-(t - t0) / scale)

with n groups found and *scale* the mean of t - t0. One group more than was found is counted, of the
bits of a weakest link, so that finding none is not taken for never (Davison and Hinkley,
"Bootstrap Methods" (1997), section 4.2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import exp

import numpy as np
from ringleader.algorithms.grouping.joining import found_rings

from ringleader.algorithms.evidence.shared_neighbours import Links, find_links
from ringleader.algorithms.evidence.sharing import Ints, Sharing
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import Ring

Grouping = Callable[[Links], Ints]


@dataclass(frozen=True)
class Chance:
    """What groups chance makes.

    Attributes:
        groups: Number of groups that would be rings if they had the bits, in all deals.
        deals: How often the identifiers were dealt.
        least: Bits per member of a group that the weakest links make.
        scale: Mean bits per member beyond that.
    """

    groups: int
    deals: int
    least: float
    scale: float

    def expected(self, bits_per_member: float) -> float:
        """How many groups with so many bits for each member, or more, chance makes in the graph."""
        rate = (self.groups + 1) / self.deals
        return rate * min(1.0, exp(-(bits_per_member - self.least) / self.scale))


def chance_of(sharing: Sharing, grouping: Grouping, parameters: Parameters) -> Chance | None:
    """What groups ``null_deals`` deals make; None if there are to be none.

    Args:
        sharing: Who shares what.
        grouping: Community of each account by links, as for the rings themselves.
        parameters: The judgements.
    """
    if not parameters.null_deals:
        return None
    size = parameters.min_ring_size
    least = parameters.min_link_bits * (size - 1) / size
    found = [
        bits
        for deal in range(parameters.null_deals)
        for bits in _groups(redealt(sharing, parameters.seed + deal), grouping, parameters)
    ]
    scale = (sum(max(bits - least, 0.0) for bits in found) + least) / (len(found) + 1)
    return Chance(len(found), parameters.null_deals, least, scale)


def _groups(sharing: Sharing, grouping: Grouping, parameters: Parameters) -> list[float]:
    """Bits per member of the groups that would be rings if they had the bits."""
    any_bits = replace(parameters, min_member_bits=0.0, min_single_family_bits=0.0)
    links = find_links(sharing, parameters)
    made, _ = found_rings(sharing, links, grouping(links), any_bits)
    return [ring.bits_per_member for ring in made]


def with_chance(rings: Sequence[Ring], chance: Chance | None) -> list[Ring]:
    """The rings, each with how many as strong chance makes; as they are if nobody asked.

    That goes for rings that people have made or changed too, by the evidence that they have.
    """
    if chance is None:
        return list(rings)
    return [replace(r, expected_false=chance.expected(r.bits_per_member)) for r in rings]


def redealt(sharing: Sharing, seed: int) -> Sharing:
    """The same accounts and identifiers, dealt anew.

    Args:
        sharing: Who shares what.
        seed: Of the deal.
    """
    rng = np.random.default_rng(seed)
    used = sharing.used.copy()
    label = sharing.label[used]
    for code in np.unique(label):
        at = np.flatnonzero(label == code)
        used[at] = used[rng.permutation(at)]
    # An account that is dealt an identifier twice has it once: multiple edges are rare and go.
    key = used * max(len(sharing.accounts), 1) + sharing.user
    _, kept = np.unique(key, return_index=True)
    # Contacts are dealt by their ends; who is dealt itself has no contact.
    ends = np.sort(rng.permutation(sharing.contacts.ravel()).reshape(-1, 2), axis=1)
    apart = ends[:, 0] != ends[:, 1]
    return replace(
        sharing,
        user=sharing.user[kept],
        used=used[kept],
        share=sharing.share[kept],
        # A time goes with the account, as a share does, whatever it is dealt.
        times=lambda uses: sharing.times(kept[uses]),
        sharers=np.bincount(used[kept], minlength=len(sharing.keys)).astype(np.int64),
        contacts=ends[apart],
        contact_kinds=sharing.contact_kinds[apart],
    )
