"""Campaigns: rings with one operator behind them.

Two rings are of one operator if their members use, beside each other, what hardly anybody outside
all rings uses: payment methods, devices, prompts, mailboxes. Members of sister rings are not
outsiders. What a part *c* of both rings' members use (the smaller part of the two) and a part *q*
of the accounts outside all rings, is worth

    bits = c * log2(c / q)

which is the gain per member from knowing the ring when a member's use is guessed (the leading term
of the Kullback-Leibler divergence; Cover and Thomas, "Elements of Information Theory", 2.3).
Networks do not join rings, for two operators may rent one. What is joined is compared with the
others as if it were one ring, since a dozen accounts tell little of what their operator uses.

A small operator's prompts may have more users outside its rings than in them, since some honest
people ask the same. Where rings have only a quarter of a thing's users, all bits together have to
outweigh how few of all accounts the smaller ring has (Bayes' rule, as for members of a ring).
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

NETWORKS = ("network", "subnet")


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
class Common:
    """What two rings have of one feature in common.

    Attributes:
        part: Part of the members that use it, of the ring where that is smaller; one member of each
            is left out, since the first could be anybody.
        bits: Bits per member.
        owned: Whether hardly anybody outside rings uses it.
    """

    part: float
    bits: float
    owned: bool = True


@dataclass(frozen=True)
class Campaign:
    """Rings that seem to have one operator.

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
) -> dict[tuple[int, int], dict[Feature, Common]]:
    """Pairs of groups that share what hardly anybody outside rings uses.

    Args:
        size: Accounts of each group.
        uses: How many members of each group use a feature.
        users: How many accounts use it, in groups or not.
        accounts: Number of accounts in the graph.
        parameters: ``owned_part`` and ``living_share``.
    """
    outside = max(accounts - sum(size), 0)
    found: dict[tuple[int, int], dict[Feature, Common]] = defaultdict(dict)
    with_it: dict[Feature, list[int]] = defaultdict(list)
    for number in sorted(uses):
        for feature in uses[number]:
            with_it[feature].append(number)
    for feature, groups in with_it.items():
        inside = sum(uses[number][feature] for number in groups)
        there = users.get(feature, inside)
        if inside < parameters.living_share * there:
            continue
        owned = inside >= parameters.owned_part * there
        # Nobody outside is not never: one more is assumed to come (Laplace's rule).
        chance = (max(users.get(feature, inside) - inside, 0) + 1) / (outside + 2)
        part = {number: (uses[number][feature] - 1) / size[number] for number in groups}
        for place, one in enumerate(groups):
            for other in groups[place + 1 :]:
                common = min(part[one], part[other])
                if common > chance:
                    bits = common * math.log2(common / chance)
                    found[one, other][feature] = Common(common, bits, owned)
    return dict(found)


def one_operator(
    shared: Mapping[Feature, Common], prior: float, parameters: Parameters
) -> dict[Feature, Common]:
    """What two rings share, if it says that one operator is behind both; nothing if it does not.

    Networks are left out, and so are issuers: renting one proxy network is not being one operator.
    What is left has to tie a quarter of the members of each, by two kinds of evidence or by several
    identifiers of one. What others use as well is looked at if that is not enough, and then all
    bits have to outweigh the prior.

    Args:
        shared: What they share.
        prior: Bits that speak against it before anything is known: few accounts are of a ring.
        parameters: ``living_share`` and ``several``.
    """
    told = {
        feature: common
        for feature, common in shared.items()
        if feature.family not in NETWORKS and feature.label not in FAMILY_OF_ORIGIN
    }
    owned = {feature: common for feature, common in told.items() if common.owned}
    if _ties(owned, parameters):
        # Networks are shown beside what joins the rings.
        return {feature: common for feature, common in shared.items() if common.owned}
    if _ties(told, parameters) and sum(common.bits for common in told.values()) > prior:
        return dict(shared)
    return {}


def _ties(shared: Mapping[Feature, Common], parameters: Parameters) -> bool:
    if sum(common.part for common in shared.values()) < parameters.living_share:
        return False
    return len({f.family for f in shared}) > 1 or len(shared) >= parameters.several


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
        found_ties = ties(size, *profile.of(group), accounts, parameters)
        tied = {}
        for (one, other), common in found_ties.items():
            prior = math.log2(max(accounts, 1) / min(size[one], size[other]))
            if telling := one_operator(common, prior, parameters):
                tied[one, other] = telling
        if not tied:
            return group, shared
        a, b = np.array(list(tied)).T
        together = connected(a, b, np.ones(len(shared), dtype=np.int64)) - 1
        found: list[dict[Feature, float]] = [{} for _ in range(int(together.max()) + 1)]
        told = [
            *enumerate(shared),
            *((one, {f: c.bits for f, c in these.items()}) for (one, _), these in tied.items()),
        ]
        for number, features in told:
            mine = found[together[number]]
            for feature, bits in features.items():
                mine[feature] = max(mine.get(feature, 0.0), bits)
        group, shared = together[group], found
