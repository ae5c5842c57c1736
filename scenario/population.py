"""Who is simulated: the accounts of every cohort and operator, and their groups."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from ringleader.errors import WrongUsage
from ringleader.scenario.campaign import (
    CHANNELS,
    DAY,
    HOUR,
    MINUTE,
    WEEK,
    Draw,
    Groups,
    Population,
    World,
)
from ringleader.scenario.draws import Floats, Ints, Mask, below, mix, unit
from ringleader.scenario.knobs import Cohort, Knobs


def sizes(knobs: Knobs, accounts: int) -> Ints:
    """Number of accounts by cohort.

    Args:
        knobs: The figures.
        accounts: Number of honest accounts.

    Raises:
        WrongUsage: The cohorts alone are more.
    """
    scale = accounts / knobs["scale"]["accounts"]
    made = [
        max(c.least, round(c.accounts * scale) if c.fraudulent else round(c.share * accounts))
        for c in knobs.cohorts
    ]
    made[0] = accounts - sum(
        m for m, c in zip(made, knobs.cohorts, strict=True) if not c.fraudulent
    )
    if made[0] <= 0:
        raise WrongUsage(
            f"{accounts:,} honest accounts are too few: the cohorts that look guilty are "
            f"{accounts - made[0]:,}",
            hint=f"ringleader simulate --accounts {2 * (accounts - made[0])}",
        )
    return np.array(made, dtype=np.int64)


def totals(knobs: Knobs, counts: Ints, accounts: int, requests: int) -> Ints:
    """Number of requests by cohort; those of all honest cohorts stand at the first.

    An operator's account sends what it does at the seed scale, or in proportion to what honest
    accounts send.

    Args:
        knobs: The figures.
        counts: Number of accounts by cohort.
        accounts: Number of honest accounts.
        requests: Number of the honest accounts' requests.
    """
    pace = requests / (accounts * knobs["scale"]["requests_per_account"])
    asked = [
        round(c.requests * count / c.accounts * pace) if c.fraudulent else 0
        for c, count in zip(knobs.cohorts, counts.tolist(), strict=True)
    ]
    return np.array([requests, *asked[1:]])


def populate(knobs: Knobs, seed: int, accounts: int, requests: int) -> World:
    """Make the accounts.

    Args:
        knobs: The figures.
        seed: Of the random numbers.
        accounts: Number of honest accounts.
        requests: Number of the honest accounts' requests.
    """
    counts = sizes(knobs, accounts)
    groups, group_of, everyday, clusters = _groups(knobs, counts, accounts)
    cohort = np.repeat(np.arange(len(counts)), counts)
    exit_homes = int(groups.exits[_household(knobs, groups)].sum())
    parts, first = [], 0
    for number, (kind, count) in enumerate(zip(knobs.cohorts, counts.tolist(), strict=True)):
        rng = np.random.default_rng([seed, number])
        members = group_of[first : first + count]
        parts.append(_members(knobs, seed, rng, kind, members, first))
        first += count
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    homes, home = _homes(knobs, seed, cohort, group_of, exit_homes)
    columns |= {"cohort": cohort, "group": group_of, "home": home}
    _steal(knobs, seed, columns)
    asked = totals(knobs, counts, accounts, requests)
    order = np.argsort(columns["created"], kind="stable")
    people = Population(**{f.name: columns[f.name][order] for f in fields(Population)})
    return World(knobs, seed, people, groups, homes, exit_homes, everyday, clusters, asked)


def _groups(knobs: Knobs, counts: Ints, accounts: int) -> tuple[Groups, Ints, int, int]:
    """The groups, the group of every account, and the number of prompt clusters."""
    made = prompts = max(
        knobs["prompts"]["clusters_least"],
        round(knobs["prompts"]["clusters_per_account"] * accounts),
    )
    rows: list[tuple[int, ...]] = [(0, 0, 0, 0, 0, 0, 0)]
    group_of = []
    of_cohort: dict[str, list[int]] = {}
    targets: dict[str, tuple[int, int]] = {}  # of an operator: first cluster, and how many
    for number, (c, count) in enumerate(zip(knobs.cohorts, counts.tolist(), strict=True)):
        if c.group == 1:
            group_of.append(np.zeros(count, dtype=np.int64))
            continue
        of_cohort[c.name] = []
        many = max(1, round(count / c.group)) if c.group else 1
        member_of = np.arange(count) * many // count
        group_of.append(member_of + len(rows))
        for place, size in enumerate(np.bincount(member_of, minlength=many).tolist()):
            clusters = max(c.prompts, round(c.prompts_per_account * count)) if c.prompts else 0
            if c.fraudulent and c.label in targets:
                first, clusters = targets[c.label]
            else:
                first, made = made, made + clusters
                targets[c.label] = first, clusters
            of_cohort[c.name].append(len(rows))
            of_group = [
                max(least, round(each * size))
                for each, least in (
                    (c.exits, c.exits_least),
                    (c.devices, c.devices_least),
                    (c.cards, c.cards_least),
                )
            ]
            rows.append((number, place, *of_group, clusters, first))
    columns = np.array(rows, dtype=np.int64).T
    network = np.arange(len(rows))
    for tenant in [c for c in knobs.cohorts if c.rents]:
        landlords = of_cohort[tenant.rents]
        for turn, group in enumerate(of_cohort[tenant.name]):
            network[group] = landlords[turn % len(landlords)]
    return Groups(*columns, *network[None, :]), np.concatenate(group_of), prompts, made


def _household(knobs: Knobs, groups: Groups) -> Mask:
    """Which groups' exits are homes."""
    return np.array([c.household for c in knobs.cohorts])[groups.cohort] & (groups.exits > 0)


def _members(
    knobs: Knobs, seed: int, rng: np.random.Generator, c: Cohort, group: Ints, first: int
) -> dict[str, Ints | Floats]:
    """What the accounts of one cohort are, but for their homes."""
    count, start, end = len(group), knobs.start, knobs.start + knobs.days * DAY
    index = first + np.arange(count)
    slot, zone = index.copy(), _zones(knobs, seed, c, index, group)
    banned = np.zeros(count, dtype=np.int64)
    until = np.full(count, end)
    if c.lesson_hours:
        created, lesson = _class(knobs, seed, rng, c, group, zone)
        begin = lesson
        until = lesson + (c.lessons - 1) * WEEK + c.lesson_length * HOUR
    elif c.replaced:
        created, banned, slot = _chains(knobs, rng, c, group, first)
        begin = created
    else:
        created = _signups(knobs, rng, c, count, zone)
        if c.aged_years:
            created = start - (rng.uniform(*c.aged_years, count) * 365 * DAY).astype(np.int64)
        begin = np.maximum(created, start)
        if c.woken_days:
            woken = start + (rng.uniform(*c.woken_days, count) * DAY).astype(np.int64)
            begin = np.maximum(begin, woken)
        chosen = rng.random(count) < knobs["signup"]["banned"]
        moment = begin + ((end - begin) * rng.uniform(0.3, 0.9, count)).astype(np.int64)
        banned[chosen] = moment[chosen]
    until = np.where(banned > 0, np.minimum(banned, until), until)
    rate, presence = _volumes(knobs, rng, c, count)
    network = knobs["network"]
    on_phone = rng.random(count) < (0 if c.fraudulent else network["phone_people"])
    on_vpn = rng.random(count) < (0 if c.fraudulent else network["vpn_people"])
    names = c.channels or knobs["channels"]["honest"]
    chances = np.cumsum([names.get(name, 0.0) for name in CHANNELS])
    # Steps of the golden ratio keep the shares in every small set of accounts, too.
    spread = (unit(mix(seed, Draw.CHANNEL, first)) + slot * (5**0.5 - 1) / 2) % 1
    channel = np.searchsorted(chances, spread * chances[-1], "right")
    return {
        "index": index,
        "slot": slot,
        "created": created,
        "banned": banned,
        "begin": begin,
        "end": until,
        "rate": rate,
        "presence": presence,
        "zone": zone,
        "channel": channel,
        "phone": on_phone * network["phone_use"],
        "vpn": np.full(count, c.vpn_use) if c.vpn_use else on_vpn * network["vpn_use"],
        "taken": np.full(count, c.stolen),
    }


def _zones(knobs: Knobs, seed: int, c: Cohort, index: Ints, group: Ints) -> Ints:
    """Seconds ahead of UTC: of the account's country, or of the group's where it has a place."""
    owner = group + (1 << 40) if c.exits and not c.fraudulent else index
    return country(knobs, seed, owner)[1]


def country(knobs: Knobs, seed: int, owner: Ints) -> tuple[Ints, Ints]:
    """Index of the country of whoever has these numbers, and its seconds ahead of UTC."""
    ahead = np.array([hours * HOUR for hours in knobs["countries"].values()])
    place = below(mix(seed, Draw.COUNTRY, owner), len(ahead))
    return place, ahead[place]


def _volumes(
    knobs: Knobs, rng: np.random.Generator, c: Cohort, count: int
) -> tuple[Floats, Floats]:
    """Requests a day relative to the average honest account, and the chance of a day with any."""
    volume = knobs["volume"]
    if c.fraudulent:  # balanced
        return rng.uniform(0.9, 1.1, count), np.ones(count)
    spread = volume["spread"] if c.spread is None else c.spread
    if c.lesson_hours:  # the lessons have what others send in the period
        hours = c.lessons * c.lesson_length
        return c.volume * knobs.days * 24 / hours * rng.lognormal(0, 0.3, count), np.ones(count)
    tail = rng.lognormal(-(spread**2) / 2, spread, count) * c.volume
    median = np.exp(-(volume["spread"] ** 2) / 2)
    presence = volume["presence"] * (tail / median) ** volume["presence_exponent"]
    tail = np.minimum(tail, volume["most"])
    return tail, np.clip(presence, volume["presence_least"], volume["presence_most"])


def hour_curve(weights: list[float]) -> Floats:
    """Cumulative shares at the full hours of a day, 25 of them."""
    return np.concatenate([[0.0], np.cumsum(weights) / sum(weights)])


def weekday(day: Ints | int) -> Ints:
    """0 for Monday, of days since 1970."""
    return (np.asarray(day) + 3) % 7


def _signups(knobs: Knobs, rng: np.random.Generator, c: Cohort, count: int, zone: Ints) -> Ints:
    """Sign-ups with the rhythm of days and weeks, ever more of them before the period."""
    start, days = knobs.start // DAY, knobs.days
    if c.signup_days:
        low, high = c.signup_days
        return knobs.start + (rng.uniform(low, high, count) * DAY).astype(np.int64)
    signup, rhythm = knobs["signup"], knobs["rhythm"]
    in_period = rng.random(count) < signup["in_period"]
    before = signup["years_before"] * 365
    day = start + np.where(
        in_period,
        rng.integers(0, days, count),
        -1 - (before * (1 - np.sqrt(rng.random(count)))).astype(np.int64),
    )
    # Half of those who would have come on a weekend come on another day of the week.
    moved = (weekday(day) >= 5) & (rng.random(count) < 0.5)
    day = np.where(moved, day - weekday(day) + rng.integers(0, 5, count), day)
    day = np.where(in_period, np.clip(day, start, start + days - 1), day)
    second = np.interp(rng.random(count), hour_curve(rhythm["person"]), np.arange(25) * HOUR)
    result: Ints = day * DAY + (second.astype(np.int64) - zone) % DAY
    return result


def _class(
    knobs: Knobs, seed: int, rng: np.random.Generator, c: Cohort, group: Ints, zone: Ints
) -> tuple[Ints, Ints]:
    """Sign-ups of a class within three hours from nine on one day, and when its lesson begins."""
    of_group = below(mix(seed, Draw.LESSON, group), knobs.days - 20) + 10
    nine = knobs.start + of_group * DAY + 9 * HOUR - zone
    return nine + rng.integers(0, 3 * HOUR, len(group)), nine + c.lesson_hours * HOUR


def _chains(
    knobs: Knobs, rng: np.random.Generator, c: Cohort, group: Ints, first: int
) -> tuple[Ints, Ints, Ints]:
    """Accounts that follow each other: every banned one has a successor within minutes.

    A group's accounts go to its slots in turn; those of a slot follow each other. The bans
    of a slot are spread over the rest of the period.
    """
    count, end = len(group), knobs.start + knobs.days * DAY
    place = np.arange(count) - np.searchsorted(group, group, "left")  # within the group
    size = np.bincount(group)[group]
    slots = np.maximum(1, np.round(size * (1 - c.replaced)).astype(np.int64))
    step, slot = place // slots, place % slots
    chain = (size - slot - 1) // slots  # bans of the slot
    index = np.arange(count)
    born = _signups(knobs, rng, c, count, group)
    head = index - step * slots
    span = end - 2 * HOUR - born[head] - DAY
    banned = born[head] + DAY
    banned = banned + (span * (step + rng.uniform(0.05, 0.95, count)) / chain.clip(1)).astype(
        np.int64
    )
    banned[step == chain] = 0
    created = born.copy()
    later = step > 0
    low, high = c.replacement_minutes
    minutes = rng.uniform(low, high, count) * MINUTE
    before = index - slots
    created[later] = (banned[before[later]] + minutes[later]).astype(np.int64)
    return created, banned, first + head


def _steal(knobs: Knobs, seed: int, columns: dict[str, Any]) -> None:
    """Give every stolen account an owner: an honest person who had it before the period.

    The operator's row takes the owner's index, and with it the id and the sign-up. Some owners are
    locked out from the theft on; the others go on and notice nothing.
    """
    taken = np.flatnonzero(columns["taken"])
    if not len(taken):
        return
    rng = np.random.default_rng([seed, 1 << 19])
    fits = (columns["cohort"] == 0) & (columns["created"] < knobs.start) & (columns["banned"] == 0)
    owner = rng.permutation(np.flatnonzero(fits))[: len(taken)]
    if len(owner) < len(taken):
        raise WrongUsage(
            f"operators steal {len(taken):,} accounts, and only {len(owner):,} honest ones exist",
            hint="use more --accounts",
        )
    for name in ("index", "created"):
        columns[name][taken] = columns[name][owner]
    columns["banned"][taken] = 0  # an operator that is stopped loses its use, the owner does not
    share = np.array([c.locked_out for c in knobs.cohorts])[columns["cohort"][taken]]
    out = rng.random(len(taken)) < share
    columns["end"][owner[out]] = columns["begin"][taken[out]]


def _homes(knobs: Knobs, seed: int, cohort: Ints, group: Ints, exit_homes: int) -> tuple[int, Ints]:
    """The number of customers' homes, and the home of every account."""
    one_home = np.array([c.one_home for c in knobs.cohorts])[cohort]
    at_exit = np.array([c.at_exit for c in knobs.cohorts])[cohort] & (exit_homes > 0)
    own = ~one_home & ~at_exit
    home = np.zeros(len(cohort), dtype=np.int64)
    home[own] = np.arange(own.sum())
    shared, members = np.unique(group[one_home], return_inverse=True)
    home[one_home] = own.sum() + members
    homes = int(own.sum()) + len(shared)
    rng = np.random.default_rng([seed, len(knobs.cohorts)])
    if at_exit.any():
        home[at_exit] = homes + rng.permutation(exit_homes)[np.arange(at_exit.sum()) % exit_homes]
    return homes, home
