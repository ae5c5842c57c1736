"""Every table but the requests: accounts, payments, proxies, prompts, contacts and the truth."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringleader.scenario.campaign import CAPABILITIES, CHANNELS, DAY, HOUR, Draw, World
from ringleader.scenario.draws import Ints, Mask, below, categories, hex_names, mix, unit
from ringleader.scenario.network import (
    SHARED_NET,
    home_address,
    home_network,
    lease,
    network,
    shared_address,
)
from ringleader.scenario.population import country
from ringleader.scenario.traffic import cluster_names

MAILBOXES = ("mail.example", "post.example", "box.example", "web.example")
PLANS = ("free", "pro", "team")
KINDS = ("card", "prepaid", "wallet", "credit")


def accounts(world: World) -> pa.Table:
    """The accounts, in the order of sign-up."""
    people, knobs = world.people, world.knobs
    everyone = np.arange(len(people))
    place, _ = country(knobs, world.seed, people.index)
    banned = people.banned > 0
    mailbox = hex_names("u", mix(world.seed, Draw.MAILBOX, people.index))
    table = pa.table(
        {
            "account_id": world.account_ids,
            "created_at": _moment(people.created),
            "email": pc.binary_join_element_wise(mailbox, _domains(world, everyone), "@"),
            "organization_id": _organizations(world),
            "country": categories(list(knobs["countries"]), place),
            "plan": categories(list(PLANS), below(mix(world.seed, Draw.PLAN, people.slot), 3)),
            "status": categories(["active", "banned"], banned.astype(np.int64)),
            "status_at": _moment(np.where(banned, people.banned, people.created)),
            "channel": categories(list(CHANNELS), people.channel),
        }
    )
    return table.filter(pa.array(~people.taken))


def _moment(seconds: Ints) -> pa.Array:
    return pa.array(seconds * 1000, pa.timestamp("ms", "UTC"))


def _domains(world: World, account: Ints) -> pa.Array:
    """Mail domains: a group's, the account's own firm's, or a provider's."""
    people = world.people
    drawn = unit(mix(world.seed, Draw.DOMAIN, people.index))
    of_group = world.cohort_knob("domain", account)
    of_own = of_group + (1 - of_group) * world.cohort_knob("own_domain", account)
    which = drawn < of_group
    group = hex_names("d", mix(world.seed, Draw.DOMAIN, people.group, 1))
    own = hex_names("d", mix(world.seed, Draw.DOMAIN, people.slot, 2))
    named = pc.binary_join_element_wise(
        pc.if_else(pa.array(which), group, own), pa.scalar("example"), "."
    )
    provider = below(mix(world.seed, Draw.DOMAIN, people.index, 3), len(MAILBOXES))
    common = pa.array(list(MAILBOXES)).take(pa.array(provider))
    return pc.if_else(pa.array(drawn < of_own), named, common)


def _organizations(world: World) -> pa.Array:
    people = world.people
    declares = unit(mix(world.seed, Draw.ORGANIZATION, people.index)) < world.cohort_knob(
        "organization", np.arange(len(people))
    )
    names = hex_names("org_", mix(world.seed, Draw.ORGANIZATION, people.group, 1))
    return pc.if_else(pa.array(declares), names, pa.scalar(None, pa.string()))


def labels(world: World) -> pa.Table:
    """The truth: an operator's accounts by ring and campaign, others by their cohort."""
    people, groups, knobs = world.people, world.groups, world.knobs
    rings = pa.array(
        [
            f"ring-{knobs.cohorts[cohort].name}-{number:03}" if fraud else None
            for cohort, number, fraud in zip(
                groups.cohort, groups.number, world.fraudulent_groups, strict=True
            )
        ],
        pa.string(),
    )
    end = knobs.start + knobs.days * DAY
    names = list(dict.fromkeys(c.label for c in knobs.cohorts))
    kind = np.array([names.index(c.label) for c in knobs.cohorts])
    table = pa.table(
        {
            "account_id": world.account_ids,
            "label": categories(["benign", "fraud"], world.fraud.astype(np.int64)),
            "ring_id": rings.take(pa.array(people.group)),
            "campaign": categories(names, kind[people.cohort]),
            "decided_at": _moment(np.full(len(people), end)),
            "decided_by": categories(["simulation"], np.zeros(len(people), dtype=np.int64)),
        }
    )
    return table.filter(pa.array(~world.robbed))


def payments(world: World) -> pa.Table:
    """Monthly payments of those who pay, in order of time."""
    people, groups, knobs = world.people, world.groups, world.knobs
    rng = np.random.default_rng([world.seed, 1 << 17])
    everyone = np.arange(len(people))
    paying = np.array(
        [knobs["payments"]["paying"] if c.paying is None else c.paying for c in knobs.cohorts]
    )[people.cohort]
    payer = everyone[unit(mix(world.seed, Draw.PAYING, people.slot)) < paying]
    # A payer's cards: one of its own, or some of the group's.
    each = np.maximum(world.cohort_knob("cards_each", payer), 1)
    account = np.repeat(payer, each)
    turn = np.arange(len(account)) - np.repeat(np.cumsum(each) - each, each)
    slot, group = people.slot[account], people.group[account]
    some = below(mix(world.seed, Draw.CARD, slot, turn), groups.cards[group])
    shared = groups.cards[group] > 0
    # A banned account's card is gone with it; its successor pays with another.
    holder, stolen = _holders(world, payer, account, group, some)
    own = mix(world.seed, Draw.CARD, holder, 1)
    card = np.where(shared & ~stolen, mix(world.seed, Draw.CARD, group, some, 2), own)
    months = rng.integers(1, knobs["payments"]["months"] + 1, len(account))
    row = np.repeat(np.arange(len(account)), months)
    month = np.arange(len(row)) - np.repeat(np.cumsum(months) - months, months)
    account, card, holder = account[row], card[row], holder[row]
    paid_from = np.where(world.fraud, people.begin, people.created)[account]
    first = np.where(
        paid_from >= knobs.start,
        paid_from + 600,
        knobs.start + below(mix(card), 30 * DAY),
    )
    at = first + month * 30 * DAY + rng.integers(0, HOUR, len(row))
    last = np.where(people.banned > 0, people.banned, knobs.start + knobs.days * DAY)[account]
    keep = (at < last) | (month == 0)
    kind = np.array([KINDS.index(c.card_kind) for c in knobs.cohorts])[people.cohort[account]]
    risk = np.where(kind == 1, knobs["payments"]["failed_prepaid"], knobs["payments"]["failed"])
    special = [np.nan if c.card_failed is None else c.card_failed for c in knobs.cohorts]
    of_cohort = np.array(special)[people.cohort[account]]
    failed = rng.random(len(row)) < np.where(np.isnan(of_cohort), risk, of_cohort)
    order = np.argsort(np.where(keep, at, np.iinfo(np.int64).max), kind="stable")[: keep.sum()]
    of = people.cohort[account][order]
    place, _ = country(knobs, world.seed, holder[order])
    zeros = np.zeros(len(order), dtype=np.int64)
    return pa.table(
        {
            "account_id": world.account_ids.take(pa.array(account[order])),
            "payment_method_id": hex_names("pm_", card[order]),
            "timestamp": _moment(at[order]),
            "kind": categories(list(KINDS), kind[order]),
            "bin": _bins(world, card[order], of),
            "issuer_country": categories(list(knobs["countries"]), place),
            "amount": pa.array([Decimal("20.00")], pa.decimal128(10, 2)).take(pa.array(zeros)),
            "currency": categories(["USD"], zeros),
            "outcome": categories(["succeeded", "failed"], failed[order].astype(np.int64)),
        }
    )


def _holders(
    world: World, payer: Ints, account: Ints, group: Ints, some: Ints
) -> tuple[Ints, Mask]:
    """Whose cards the payments are made with, and whether they are stolen from them.

    A stolen card is that of an honest person who pays with it, too.
    """
    people = world.people
    stolen: Mask = world.cohort_knob("stolen_cards", account)
    alone = (people.cohort[payer] == 0) & ~world.robbed[payer]
    victims = people.index[payer[alone]]
    if not stolen.any() or not len(victims):
        return people.index[account], np.zeros(len(account), dtype=bool)
    drawn = below(mix(world.seed, Draw.VICTIM, group, some), len(victims))
    return np.where(stolen, victims[drawn], people.index[account]), stolen


def _bins(world: World, card: Any, cohort: Ints) -> pa.Array:
    """First digits of cards: a cohort's issuer, or one of many; wallets and credit have none."""
    cohorts = world.knobs.cohorts
    many = int(world.knobs["payments"]["bins"])
    special = dict.fromkeys(c.bin for c in cohorts if c.bin)
    names = [*(f"4{n:05}" for n in range(many)), *special]
    drawn = below(mix(world.seed, Draw.BIN, card), many)
    issuer = np.array([names.index(c.bin) if c.bin else -1 for c in cohorts])[cohort]
    without = np.array([c.card_kind in ("wallet", "credit") for c in cohorts])[cohort]
    return categories(names, np.where(issuer >= 0, issuer, drawn), without)


def proxies(world: World) -> pa.Table:
    """What reputation lists know: data centres, public VPNs, and some of the residential exits."""
    net, groups, cohorts = network(world), world.groups, world.knobs.cohorts
    rows: list[dict[str, Any]] = []
    for group in np.flatnonzero(groups.exits):
        cohort = cohorts[groups.cohort[group]]
        if cohort.listed:
            rows += _subnets(int(net.first[group]), int(groups.exits[group]), cohort.listed)
    rows += _subnets(*net.vpns, "vpn")
    ranges = pa.Table.from_pylist(rows, _PROXIES)
    return pa.concat_tables([ranges, _exits(world)])


_PROXIES = pa.schema(
    [
        ("address", pa.string()),
        ("operator", pa.string()),
        ("kind", pa.string()),
        ("source", pa.string()),
        ("first_seen", pa.timestamp("ms", "UTC")),
        ("last_seen", pa.timestamp("ms", "UTC")),
    ]
)


def _subnets(first: int, count: int, kind: str) -> list[dict[str, Any]]:
    bases = np.unique(shared_address(np.arange(first, first + count)) >> 8 << 8)
    return [
        {
            "address": ".".join(str((int(base) >> shift) & 255) for shift in (24, 16, 8, 0))
            + "/24",
            "operator": f"{kind}-{(int(base) - SHARED_NET) >> 8}",
            "kind": kind,
            "source": "simulated list",
        }
        for base in bases
    ]


def _exits(world: World) -> pa.Table:
    """Addresses of listed exit homes, with the days on which they were theirs."""
    knobs, net = world.knobs, network(world)
    home = world.homes + np.arange(world.exit_homes)
    home = home[unit(mix(world.seed, Draw.LISTED, home)) < knobs["network"]["listed_exits"]]
    days = np.arange(knobs.days)
    homes, day = np.repeat(home, len(days)), np.tile(days, len(home))
    leases = lease(world, homes % net.areas, day)
    begins = np.concatenate([[True], (leases[1:] != leases[:-1]) | (homes[1:] != homes[:-1])])
    start = np.flatnonzero(begins[: len(homes)])
    length = np.diff(np.append(start, len(homes)))
    where = home_address(world, homes[start], day[start], homes[start])
    zeros = np.zeros(len(start), dtype=np.int64)
    first = knobs.start + day[start] * DAY
    return pa.table(
        [
            home_network(where),
            pa.array(["rotor"]).take(pa.array(zeros)),
            pa.array(["residential"]).take(pa.array(zeros)),
            pa.array(["simulated list"]).take(pa.array(zeros)),
            _moment(first),
            _moment(first + length * DAY - 1),
        ],
        schema=_PROXIES,
    )


def prompts(world: World) -> pa.Table:
    """The prompt clusters; they are called by what is asked for, not by who asks."""
    cluster = np.arange(world.clusters)
    names = cluster_names(world, cluster)
    order = pc.sort_indices(names)
    kinds = categories(list(CAPABILITIES), world.capability)
    return pa.table({"prompt_cluster_id": names, "capability": kinds}).take(order)


def contacts(world: World) -> pa.Table:
    """Who referred whom among honest accounts."""
    people, knobs = world.people, world.knobs
    rng = np.random.default_rng([world.seed, 1 << 18])
    honest = np.flatnonzero(~world.fraud)
    pairs = int(len(honest) * knobs["contacts"]["referred"])
    chosen = np.sort(honest[rng.integers(0, len(honest), (pairs, 2))], axis=1)
    chosen = chosen[chosen[:, 0] != chosen[:, 1]]
    names, at = world.account_ids, people.created[chosen[:, 1]]
    order = np.argsort(at, kind="stable")
    return pa.table(
        {
            "account_id": names.take(pa.array(chosen[order, 0])),
            "other_account_id": names.take(pa.array(chosen[order, 1])),
            "kind": categories(["referred"], np.zeros(len(order), dtype=np.int64)),
            "timestamp": _moment(at[order]),
        }
    )


TABLES: dict[str, Callable[[World], pa.Table]] = {
    "accounts": accounts,
    "payments": payments,
    "proxies": proxies,
    "prompts": prompts,
    "contacts": contacts,
    "labels": labels,
}
