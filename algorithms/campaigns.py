"""Campaigns: rings with one operator behind them.

Two rings are of one operator if they share what strangers, and rings of strangers, do not: payment
methods and issuers, devices, proxies and who runs them, prompts. What a part *c* of both rings'
members use (the smaller part of the two, one member of each left out: the first could be anybody)
and a part *q* of the accounts outside all rings, is worth

    bits = c * log2(c / q)

which is the gain per member from knowing the ring when a member's use is guessed (the leading term
of the Kullback-Leibler divergence; Cover and Thomas, "Elements of Information Theory", 2.3). Bits
of one kind, say all devices, add up. Kinds of one family, say cards and their issuers, tell the
same thing in several ways, so of these the strongest counts, up to a cap. Rings are of one campaign
when two families agree on enough bits. One family alone may be a fashion, or a supplier in common,
so it has to say more, and by several identifiers.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from algorithms.lineage import lasting_names
from algorithms.parameters import Parameters
from algorithms.rings import Ring, name_of, ring_of
from algorithms.sharing import FAMILY_OF_ORIGIN, Sharing, family_of_label


@dataclass(frozen=True)
class Feature:
    """What accounts can use in common: an identifier, or what an identifier belongs to."""

    family: str
    label: str
    key: str

    def __str__(self) -> str:
        """The feature as evidence is written: ``family|label|key``."""
        return f"{self.family}|{self.label}|{self.key}"


@dataclass(frozen=True)
class Campaign:
    """Rings with one operator behind them.

    Attributes:
        campaign_id: Its name; it goes on from run to run with its accounts.
        rings: Names of its rings, the largest first.
        members: Accounts of all rings, sorted.
        shared: What ties the rings, with bits: of each feature the most over all pairs.
    """

    campaign_id: str
    rings: tuple[str, ...]
    members: tuple[str, ...]
    shared: tuple[tuple[Feature, float], ...]


# Of each ring, how many members use a feature.
Profiles = Mapping[str, Mapping[Feature, int]]


def profiles(
    sharing: Sharing, rings: Sequence[Ring]
) -> tuple[dict[str, dict[Feature, int]], dict[Feature, int]]:
    """What two members or more of several rings use, identifiers and what these belong to.

    A failed payment is nobody's use, as in links.

    Args:
        sharing: Who shares what.
        rings: The rings under their names.

    Returns:
        Of each ring, how many members use a feature; and how many accounts use it, in rings or not.
    """
    of, width = ring_of(sharing, rings), len(rings) + 1
    origins = sharing.origins
    kinds = (
        (sharing.labels, sharing.keys, sharing.user, sharing.used),
        (origins.labels, origins.keys, origins.user, origins.used),
    )
    uses: dict[str, dict[Feature, int]] = {ring.ring_id: {} for ring in rings}
    users: dict[Feature, int] = {}
    for labels, keys, user, used in kinds:
        inside = np.flatnonzero(of[user] > 0)
        cells, members = np.unique(used[inside] * width + of[user[inside]], return_counts=True)
        cells, members = cells[members > 1], members[members > 1]
        _, which, rings_with_it = np.unique(cells // width, return_inverse=True, return_counts=True)
        several = rings_with_it[which] > 1
        accounts = np.bincount(used, minlength=len(keys))
        for cell, count in zip(cells[several].tolist(), members[several].tolist(), strict=True):
            at, number = divmod(cell, width)
            feature = Feature(_family(labels[at]), labels[at], keys[at])
            uses[rings[number - 1].ring_id][feature] = count
            users[feature] = int(accounts[at])
    return uses, users


def _family(label: str) -> str:
    return FAMILY_OF_ORIGIN.get(label) or family_of_label(label)


def in_several(uses: Profiles) -> dict[Feature, list[str]]:
    """Features of two rings or more, with these rings in order."""
    rings: dict[Feature, list[str]] = defaultdict(list)
    for ring_id in sorted(uses):
        for feature in uses[ring_id]:
            rings[feature].append(ring_id)
    return {feature: names for feature, names in rings.items() if len(names) > 1}


def ties(
    rings: Sequence[Ring],
    uses: Profiles,
    users: Mapping[Feature, int],
    accounts: int,
    parameters: Parameters,
) -> dict[tuple[str, str], dict[Feature, float]]:
    """Pairs of rings that share something telling, with the bits of each feature.

    Args:
        rings: The rings.
        uses: How many members of each ring use a feature.
        users: How many accounts use it, in rings or not.
        accounts: Number of accounts in the graph.
        parameters: ``campaign_rarity`` and ``campaign_part``.
    """
    size = {ring.ring_id: ring.size for ring in rings}
    outside = max(accounts - sum(size.values()), 0)
    found: dict[tuple[str, str], dict[Feature, float]] = defaultdict(dict)
    for feature, names in in_several(uses).items():
        inside = sum(uses[name][feature] for name in names)
        # Nobody outside is not never: one more is assumed to come (Laplace's rule).
        chance = (max(users.get(feature, inside) - inside, 0) + 1) / (outside + 2)
        if chance > parameters.campaign_rarity:
            continue
        part = {name: (uses[name][feature] - 1) / size[name] for name in names}
        for place, one in enumerate(names):
            for other in names[place + 1 :]:
                common = min(part[one], part[other])
                if common > chance and common >= parameters.campaign_part:
                    found[one, other][feature] = common * math.log2(common / chance)
    return dict(found)


def agreed(shared: Mapping[Feature, float], parameters: Parameters) -> dict[str, float]:
    """Bits of each family: of its kinds the strongest, up to ``family_cap``."""
    kinds: dict[tuple[str, str], float] = defaultdict(float)
    for feature, bits in shared.items():
        kinds[feature.family, feature.label] += bits
    families: dict[str, float] = {}
    for (family, _), bits in kinds.items():
        families[family] = min(max(families.get(family, 0.0), bits), parameters.family_cap)
    return families


def one_operator(shared: Mapping[Feature, float], parameters: Parameters) -> bool:
    """Whether what two rings share says that one operator is behind both."""
    families = agreed(shared, parameters)
    telling = [f for f, bits in families.items() if bits >= parameters.campaign_family_bits]
    if len(telling) > 1 and sum(families.values()) >= parameters.campaign_bits:
        return True
    kinds: dict[str, float] = defaultdict(float)
    for feature, bits in shared.items():
        kinds[feature.label] += min(bits, parameters.campaign_identifier_bits)
    return max(kinds.values(), default=0.0) >= parameters.campaign_lone_bits


def campaigns(
    rings: Sequence[Ring],
    uses: Profiles,
    users: Mapping[Feature, int],
    accounts: int,
    earlier: Mapping[str, Sequence[str]],
    seen: frozenset[str],
    parameters: Parameters,
) -> list[Campaign]:
    """Every ring in one campaign, the largest campaign first.

    Args:
        rings: The rings, under their lasting names.
        uses: How many members of each ring use a feature.
        users: How many accounts use it, in rings or not.
        accounts: Number of accounts in the graph.
        earlier: Accounts of the standing campaigns by name.
        seen: Accounts that share something with somebody in this run.
        parameters: The judgements.
    """
    tied = {
        pair: shared
        for pair, shared in ties(rings, uses, users, accounts, parameters).items()
        if one_operator(shared, parameters)
    }
    leader = {ring.ring_id: ring.ring_id for ring in rings}

    def lead(name: str) -> str:
        while leader[name] != name:
            name = leader[name] = leader[leader[name]]
        return name

    for one, other in sorted(tied):
        low, high = sorted((lead(one), lead(other)))
        leader[high] = low
    groups: dict[str, list[Ring]] = defaultdict(list)
    for ring in sorted(rings, key=lambda ring: (-ring.size, ring.ring_id)):
        groups[lead(ring.ring_id)].append(ring)
    shared: dict[str, dict[Feature, float]] = defaultdict(dict)
    for (one, _), features in tied.items():
        mine = shared[lead(one)]
        for feature, bits in features.items():
            mine[feature] = max(mine.get(feature, 0.0), bits)
    leaders = list(groups)
    members = [sorted(a for ring in groups[name] for a in ring.members) for name in leaders]
    first_names = [name_of(accounts, "campaign") for accounts in members]
    names = lasting_names(members, first_names, earlier, seen, parameters)
    made = [
        Campaign(
            campaign_id,
            tuple(ring.ring_id for ring in groups[name]),
            tuple(accounts),
            tuple(sorted(shared[name].items(), key=lambda item: (-item[1], str(item[0])))),
        )
        for campaign_id, name, accounts in zip(names, leaders, members, strict=True)
    ]
    return sorted(made, key=lambda campaign: (-len(campaign.members), campaign.campaign_id))
