"""What a simulated campaign is: its accounts as columns, the groups that share, what lasts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from ringleader.scenario.draws import Floats, Ints, Mask, hex_names, mix, unit
from ringleader.scenario.knobs import Knobs

DAY, HOUR, MINUTE = 86_400, 3_600, 60
WEEK = 7 * DAY
HOURS = ("person", "office", "always", "synchronised")
CHANNELS = ("api", "bedrock", "vertex")
CAPABILITIES = (
    "reasoning",
    "coding",
    "tool_use",
    "agentic",
    "computer_use",
    "vision",
    "data_analysis",
    "rubric_grading",
    "policy_rewrites",
    "other",
)


class Draw(IntEnum):
    """What a hash decides; part of the hash, so that no two decisions depend on each other."""

    ID = 1
    CHANNEL = 2
    COUNTRY = 3
    POPULAR = 4
    BUILD = 5
    EXIT = 6
    LEASE = 7
    CARRIER = 8
    HOTEL = 9
    PRIVACY = 10
    DEVICE = 11
    CARD = 12
    INTEREST = 13
    TARGET = 14
    CLUSTER = 15
    CAPABILITY = 16
    DOMAIN = 17
    MAILBOX = 18
    ORGANIZATION = 19
    LISTED = 20
    CURIOUS = 21
    FAMILY = 22
    PLAN = 24
    SECOND = 25
    PAYING = 26
    BIN = 27
    LESSON = 28
    VICTIM = 29
    BATCH = 30
    LANGUAGE = 31


@dataclass(frozen=True)
class Groups:
    """Accounts that share; group 0 is nobody's and has nothing.

    Attributes:
        cohort: Index of the cohort.
        number: The group's number within the cohort.
        exits: Number of addresses, or of homes that let others out.
        devices: Number of devices.
        cards: Number of payment methods.
        prompts: Number of prompt clusters.
        prompts_first: Index of the first of them.
        network: The group whose addresses it uses; its own, unless it rents them.
    """

    cohort: Ints
    number: Ints
    exits: Ints
    devices: Ints
    cards: Ints
    prompts: Ints
    prompts_first: Ints
    network: Ints


@dataclass(frozen=True)
class Population:
    """One row per account, in the order of sign-up; times are seconds since 1970.

    Attributes:
        cohort: Index of the cohort.
        group: Index of the group.
        index: Unique number of the account.
        slot: What lasts follows from it; a replacement has its predecessor's.
        created: When it signed up.
        banned: When it was banned; 0 for never.
        begin: From when it sends requests.
        end: Until when, at the most.
        rate: Requests a day, relative to the others.
        presence: Chance that it sends anything on a working day.
        zone: Seconds ahead of UTC.
        channel: Index in :data:`CHANNELS`.
        home: Number of its home.
        phone: Share of its sessions on a phone, of those that do not come from the group's exits.
        vpn: Share through a public VPN, of the rest.
        taken: Whether this row is an operator's use of an account stolen from an honest owner,
            whose own use is another row with the same index.
    """

    cohort: Ints
    group: Ints
    index: Ints
    slot: Ints
    created: Ints
    banned: Ints
    begin: Ints
    end: Ints
    rate: Floats
    presence: Floats
    zone: Ints
    channel: Ints
    home: Ints
    phone: Floats
    vpn: Floats
    taken: Mask

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True, eq=False)
class World:
    """Everything that lasts.

    Attributes:
        knobs: The figures it was made from.
        seed: Of the random numbers.
        people: The accounts.
        groups: What they share.
        homes: Number of customers' homes; homes that let others out have the numbers after.
        exit_homes: How many those are.
        everyday: Number of everyday prompt clusters, which come first.
        clusters: Number of all prompt clusters.
        requests: By cohort: requests in all; those of all honest cohorts stand at the first.
    """

    knobs: Knobs
    seed: int
    people: Population
    groups: Groups
    homes: int
    exit_homes: int
    everyday: int
    clusters: int
    requests: Ints

    def cohort_knob(self, name: str, account: Ints) -> Any:
        """A figure of the cohorts of accounts."""
        return np.array([getattr(c, name) for c in self.knobs.cohorts])[self.people.cohort[account]]

    @cached_property
    def fraud(self) -> Mask:
        """Which accounts are an operator's."""
        fraudulent: Mask = np.array([c.fraudulent for c in self.knobs.cohorts])
        return fraudulent[self.people.cohort]

    @cached_property
    def robbed(self) -> Mask:
        """Which rows are the honest owner's use of an account that an operator has stolen."""
        people = self.people
        result: Mask = np.isin(people.index, people.index[people.taken]) & ~people.taken
        return result

    @cached_property
    def account_ids(self) -> pa.Array:
        """The id of every account."""
        return hex_names("acc_", mix(self.seed, Draw.ID, self.people.index))

    @cached_property
    def hours(self) -> Ints:
        """By cohort: index in :data:`HOURS`."""
        return np.array([HOURS.index(c.hours) for c in self.knobs.cohorts])

    @cached_property
    def popularity(self) -> Floats:
        """Cumulative shares of the everyday clusters: Zipf's law."""
        weights = np.arange(1, self.everyday + 1) ** -float(self.knobs["prompts"]["zipf"])
        ends: Floats = np.cumsum(weights) / weights.sum()
        ends[-1] = 1.0
        return ends

    @cached_property
    def targets(self) -> Ints:
        """The clusters that operators are after."""
        of = self.fraudulent_groups
        ranges = {
            (int(first), int(count))
            for first, count in zip(
                self.groups.prompts_first[of], self.groups.prompts[of], strict=True
            )
        }
        return np.concatenate([first + np.arange(count) for first, count in sorted(ranges)])

    @cached_property
    def fraudulent_groups(self) -> Mask:
        """Which groups are an operator's."""
        fraudulent: Mask = np.array([c.fraudulent for c in self.knobs.cohorts])
        return fraudulent[self.groups.cohort]

    @cached_property
    def capability(self) -> Ints:
        """By cluster: index in :data:`CAPABILITIES`."""
        shares = self.knobs["prompts"]["shares"]
        ends = np.cumsum([shares[name] for name in CAPABILITIES])
        drawn = unit(mix(self.seed, Draw.CAPABILITY, np.arange(self.clusters)))
        result: Ints = np.minimum(np.searchsorted(ends, drawn, "right"), len(ends) - 1)
        for group in np.flatnonzero(self.groups.prompts):
            first = self.groups.prompts_first[group]
            cohort = self.knobs.cohorts[self.groups.cohort[group]]
            clusters = np.arange(first, first + self.groups.prompts[group])
            result[clusters] = CAPABILITIES.index(cohort.capability)
            # One cluster in three is about something else that the operator is after.
            for turn, cluster in enumerate(clusters[2::3] if cohort.also else ()):
                result[cluster] = CAPABILITIES.index(cohort.also[turn % len(cohort.also)])
        return result
