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

A dozen accounts tell little of what their operator uses, ten dozen tell much: rings that are joined
are compared with the others as if they were one ring, until none joins any more.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ringleader.algorithms.evidence.sharing import FAMILY_OF_ORIGIN, Ints, Sharing
from ringleader.algorithms.grouping.groups import connected
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import Ring, name_of, ring_of
from ringleader.algorithms.rings.lineage import lasting_names
from ringleader.schema import BUILT_IN, Schema


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


# Of each group of rings, how many members use a feature.
Uses = Mapping[int, Mapping[Feature, int]]


@dataclass(frozen=True)
class Profiles:
    """What members of rings use, identifiers and what these belong to, by ring and feature.

    Attributes:
        labels: Label of each feature.
        keys: Key of each feature.
        users: Number of accounts that use each feature, in rings or not.
        feature: Feature of each cell.
        ring: Ring of each cell, by position.
        members: Number of the ring's members that use the feature.
        schema: What accounts can share.
    """

    labels: NDArray[np.object_]
    keys: NDArray[np.object_]
    users: Ints
    feature: Ints
    ring: Ints
    members: Ints
    schema: Schema = BUILT_IN

    def of(self, group: Ints) -> tuple[Uses, dict[Feature, int]]:
        """What two members or more of several groups of rings use.

        Args:
            group: Group of each ring, from 0.

        Returns:
            Of each group, how many members use a feature; and how many accounts use it, in groups
            or not.
        """
        width = max(len(group), 1)
        cells, at = np.unique(self.feature * width + group[self.ring], return_inverse=True)
        members = np.bincount(at, self.members, minlength=len(cells)).astype(np.int64)
        cells, members = cells[members > 1], members[members > 1]
        _, which, groups_with_it = np.unique(
            cells // width, return_inverse=True, return_counts=True
        )
        several = groups_with_it[which] > 1
        uses: dict[int, dict[Feature, int]] = defaultdict(dict)
        users: dict[Feature, int] = {}
        for cell, count in zip(cells[several].tolist(), members[several].tolist(), strict=True):
            place, number = divmod(cell, width)
            label = self.labels[place]
            family = FAMILY_OF_ORIGIN.get(label) or self.schema.family_of(label)
            feature = Feature(family, label, self.keys[place])
            uses[number][feature] = count
            users[feature] = int(self.users[place])
        return uses, users


def profiles(sharing: Sharing, rings: Sequence[Ring]) -> Profiles:
    """What members of several rings use; a failed payment is nobody's use, as in links.

    Args:
        sharing: Who shares what.
        rings: The rings under their names.
    """
    of, width = ring_of(sharing, rings), len(rings) + 1
    origins = sharing.origins
    labels = np.concatenate([sharing.labels, origins.labels])
    keys = np.concatenate([sharing.keys, origins.keys])
    user = np.concatenate([sharing.user, origins.user])
    used = np.concatenate([sharing.used, len(sharing.keys) + origins.used])
    inside = of[user] > 0
    cells, members = np.unique(used[inside] * width + of[user[inside]], return_counts=True)
    feature, ring = cells // width, cells % width - 1
    several = (np.bincount(feature, minlength=len(keys)) > 1)[feature]
    features, place = np.unique(feature[several], return_inverse=True)
    users = np.bincount(used, minlength=len(keys))[features]
    return Profiles(
        labels[features],
        keys[features],
        users,
        place,
        ring[several],
        members[several],
        sharing.schema,
    )


def ties(
    size: Sequence[int],
    uses: Uses,
    users: Mapping[Feature, int],
    accounts: int,
    parameters: Parameters,
) -> dict[tuple[int, int], dict[Feature, float]]:
    """Pairs of groups that share something telling, with the bits of each feature.

    Args:
        size: Accounts of each group.
        uses: How many members of each group use a feature.
        users: How many accounts use it, in groups or not.
        accounts: Number of accounts in the graph.
        parameters: ``campaign_rarity`` and ``campaign_part``.
    """
    outside = max(accounts - sum(size), 0)
    found: dict[tuple[int, int], dict[Feature, float]] = defaultdict(dict)
    with_it: dict[Feature, list[int]] = defaultdict(list)
    for number in sorted(uses):
        for feature in uses[number]:
            with_it[feature].append(number)
    for feature, groups in with_it.items():
        inside = sum(uses[number][feature] for number in groups)
        # Nobody outside is not never: one more is assumed to come (Laplace's rule).
        chance = (max(users.get(feature, inside) - inside, 0) + 1) / (outside + 2)
        if chance > parameters.campaign_rarity:
            continue
        part = {number: (uses[number][feature] - 1) / size[number] for number in groups}
        for place, one in enumerate(groups):
            for other in groups[place + 1 :]:
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
    profile: Profiles,
    accounts: int,
    earlier: Mapping[str, Sequence[str]],
    seen: frozenset[str],
    parameters: Parameters,
) -> list[Campaign]:
    """Every ring in one campaign, the largest campaign first.

    Args:
        rings: The rings, under their lasting names.
        profile: What their members use.
        accounts: Number of accounts in the graph.
        earlier: Accounts of the standing campaigns by name.
        seen: Accounts that share something with somebody in this run.
        parameters: The judgements.
    """
    group, shared = joined(rings, profile, accounts, parameters)
    groups: list[list[Ring]] = [[] for _ in shared]
    for number, ring in zip(group.tolist(), rings, strict=True):
        groups[number].append(ring)
    members = [sorted(a for ring in together for a in ring.members) for together in groups]
    first_names = [name_of(those, "campaign") for those in members]
    names = lasting_names(members, first_names, earlier, seen, parameters)
    made = [
        Campaign(
            name,
            tuple(r.ring_id for r in sorted(together, key=lambda r: (-r.size, r.ring_id))),
            tuple(those),
            tuple(sorted(features.items(), key=lambda item: (-item[1], str(item[0])))),
        )
        for name, together, those, features in zip(names, groups, members, shared, strict=True)
    ]
    return sorted(made, key=lambda campaign: (-len(campaign.members), campaign.campaign_id))


def joined(
    rings: Sequence[Ring], profile: Profiles, accounts: int, parameters: Parameters
) -> tuple[Ints, list[dict[Feature, float]]]:
    """Rings joined to groups of one operator, and these compared like rings, as long as any join.

    Returns:
        Group of each ring, from 0; and what ties each, with the most bits of each feature.
    """
    group = np.arange(len(rings))
    sizes = np.array([ring.size for ring in rings], dtype=np.int64)
    shared: list[dict[Feature, float]] = [{} for _ in rings]
    while True:
        size = np.bincount(group, sizes, minlength=len(shared)).astype(np.int64).tolist()
        tied = {
            pair: features
            for pair, features in ties(size, *profile.of(group), accounts, parameters).items()
            if one_operator(features, parameters)
        }
        if not tied:
            return group, shared
        a, b = np.array(list(tied)).T
        together = connected(a, b, np.ones(len(shared), dtype=np.int64)) - 1
        found: list[dict[Feature, float]] = [{} for _ in range(int(together.max()) + 1)]
        told = [*enumerate(shared), *((one, features) for (one, _), features in tied.items())]
        for number, features in told:
            mine = found[together[number]]
            for feature, bits in features.items():
                mine[feature] = max(mine.get(feature, 0.0), bits)
        group, shared = together[group], found
