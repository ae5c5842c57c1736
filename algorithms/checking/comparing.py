"""How accounts stand to the rings of the last run, by what the stored query ``check`` returns.

The figures are those of detection: the same functions compare
(:mod:`ringleader.algorithms.judging.comparison`), with what the run kept of each ring
(:mod:`ringleader.algorithms.checking.footprints`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ringleader.algorithms.evidence.sharing import Flags, Floats, Ints
from ringleader.algorithms.explanation.standing import Factor, Standing, missing, nearness
from ringleader.algorithms.judging.comparison import (
    OWNED_THINGS,
    Rates,
    by_kind,
    lives_on,
    outweigh,
    prior_bits,
)
from ringleader.algorithms.judging.kinds import Kinds
from ringleader.algorithms.judging.view import NETWORK
from ringleader.algorithms.parameters import Parameters
from ringleader.schema import Schema

Row = Mapping[str, Any]
WIDELY_SHARED = "widely shared"


@dataclass(frozen=True)
class Shared:
    """An identifier that an account has in common with a ring.

    Attributes:
        label: Its label.
        key: Its key.
        members: Members that use it.
        owned: Whether hardly anybody else does.
        outside: Other accounts that use it; None where that is not counted.
        widely_shared: Whether that is the verdict on it.
    """

    label: str
    key: str
    members: int
    owned: bool
    outside: int | None
    widely_shared: bool


@dataclass(frozen=True)
class Found:
    """How an account stands to a ring that it has something in common with.

    Attributes:
        standing: The figures.
        shared: What both use, what the ring owns first.
        review: The latest decision on the ring, if there is one.
    """

    standing: Standing
    shared: tuple[Shared, ...]
    review: str | None


@dataclass
class _Entries:
    """Accounts beside rings: one entry for each account and ring with something in common."""

    owner: list[int]
    footprints: list[Row]
    shared: list[list[Row]]  # what both have
    share: Floats
    number: Floats
    own_share: Floats
    own_number: Floats


def compare(
    answers: Sequence[Row],
    asked: Sequence[Row],
    accounts: int,
    schema: Schema,
    parameters: Parameters,
    exempt: Sequence[bool],
) -> list[list[Found]]:
    """How each account stands to the rings that it has something in common with, nearest first.

    Args:
        answers: What the stored query ``check`` returns, one for each account.
        asked: The rows that it was asked.
        accounts: Number of accounts that the run looked at.
        schema: What accounts can share.
        parameters: Those of the run.
        exempt: Whether the settings know each account to be good.
    """
    codes = {label: code for code, label in enumerate(schema.labels)}
    kind, width = Kinds.of(schema), len(codes)
    activity, degree = _activity(answers, asked, width)
    entries = _entries(answers, codes, activity)
    found: list[list[Found]] = [[] for _ in answers]
    if not entries.owner:
        return found
    owner = np.array(entries.owner, dtype=np.int64)
    apart = np.array([bool(one["apart"]) for one in entries.footprints], dtype=bool)
    kind_of = kind.codes(apart)
    told = _Told.of(entries.footprints, codes, kind_of)
    network: Flags = np.array(
        [schema.family_of(label) == NETWORK for label in schema.labels], dtype=bool
    )
    lives = lives_on(
        entries.share, entries.number, degree[owner] * told.reach, accounts, parameters
    )
    lives &= entries.number >= 1
    ours = lives_on(
        entries.own_share, entries.own_number, degree[owner] * told.own_reach, accounts, parameters
    )
    ours &= (entries.own_number >= OWNED_THINGS) & ~network[None, :]
    known = activity[owner] > 0
    usual = told.rates.usual
    bits, owns = told.rates.bits(len(kind), np.arange(len(owner)), lives, ours, known)
    # Detection looks at accounts that live on something; of others it has no figures.
    somewhere: Flags = np.asarray(lives.any(axis=1), dtype=bool)
    bits[~somewhere] = 0.0
    kind_lives = by_kind(kind_of, len(kind), usual, np.arange(len(owner)), lives)
    prior = prior_bits(accounts, told.size)
    belongs = outweigh(bits, prior, kind_lives, owns & somewhere) & somewhere
    for at, footprint in enumerate(entries.footprints):
        mine = entries.owner[at]
        factors = tuple(
            Factor(
                name,
                bool(usual[at, kind_of[at] == code].any()),
                bool(known[at, kind_of[at] == code].any()),
                bool(kind_lives[at, code]),
                float(entries.share[at, kind_of[at] == code].max(initial=0.0)),
                int(entries.number[at, kind_of[at] == code].sum()),
                int(entries.own_number[at, kind_of[at] == code].sum()),
                int(told.identifiers[at, kind_of[at] == code].sum()),
                float(bits[at, code]),
            )
            for code, name in enumerate(kind.names(bool(apart[at])))
            if name
        )
        total, against = float(bits[at].sum()), float(prior[at])
        lacks = missing(parameters, factors, total, against, bool(owns[at]), exempt[mine])
        standing = Standing(
            str(answers[mine]["account_id"] or ""),
            footprint["ring_id"],
            int(footprint["size"]),
            bool(footprint["inside"]),
            factors,
            total,
            against,
            bool(owns[at] and somewhere[at]),
            bool(belongs[at]) and not exempt[mine],
            tuple(lacks),
        )
        shared = tuple(_shared(entries.shared[at], schema.labels))
        found[mine].append(Found(standing, shared, footprint["review"]))
    return [sorted(mine, key=lambda one: nearness(one.standing)) for mine in found]


def _activity(answers: Sequence[Row], asked: Sequence[Row], width: int) -> tuple[Floats, Floats]:
    """Events of each account with each label, and how many identifiers it uses."""
    activity = np.zeros((len(answers), width))
    degree = np.zeros((len(answers), width))
    for at, answer in enumerate(answers):
        for code, events, number in answer["uses"]:
            activity[at, code], degree[at, code] = events, number
        for given in asked[at]["given"]:
            activity[at, given["code"]] += given["events"]
            degree[at, given["code"]] += 1
    return activity, degree


def _entries(answers: Sequence[Row], codes: Mapping[str, int], activity: Floats) -> _Entries:
    owner: list[int] = []
    footprints: list[Row] = []
    shared: list[list[Row]] = []
    labels = list(codes)
    for number, answer in enumerate(answers):
        by_ring: dict[str, list[Row]] = {}
        cleared = set(answer["cleared"])
        for one in answer["touched"]:
            # An attempt that failed is nobody's use, and a use that was rejected counts no more.
            if one["events"] > 0 and f"{labels[one['code']]}|{one['key']}" not in cleared:
                by_ring.setdefault(one["ring_id"], []).append(one)
        for footprint in answer["footprints"]:
            if footprint["ring_id"] in by_ring:
                owner.append(number)
                footprints.append(footprint)
                shared.append(by_ring[footprint["ring_id"]])
    shape = (len(owner), len(codes))
    made = [np.zeros(shape) for _ in range(4)]
    share, count, own_share, own_count = made
    for at, things in enumerate(shared):
        for one in things:
            code = one["code"]
            part = one["events"] / max(activity[owner[at], code], 1.0)
            share[at, code] += part
            count[at, code] += 1
            if one["owned"]:
                own_share[at, code] += part
                own_count[at, code] += 1
    return _Entries(owner, footprints, shared, *made)


@dataclass
class _Told:
    """The figures of footprints, one entry each, by label."""

    rates: Rates
    reach: Floats
    own_reach: Floats
    identifiers: Ints
    size: Floats

    @classmethod
    def of(cls, footprints: Sequence[Row], codes: Mapping[str, int], kind_of: Ints) -> _Told:
        shape = (len(footprints), len(codes))

        def table(name: str) -> Floats:
            values = np.zeros(shape)
            for at, footprint in enumerate(footprints):
                for label, value in zip(footprint["labels"], footprint[name], strict=True):
                    if label in codes:
                        values[at, codes[label]] = value
            return values

        usual: Flags = table("usual") > 0
        # The figure is the same for all rings of a run that have the label.
        best = table("owned_bits").max(axis=0)
        rates = Rates(usual, table("for_bits"), table("against_bits"), best, kind_of)
        size = np.array([footprint["size"] for footprint in footprints], dtype=np.float64)
        return cls(
            rates,
            table("reach"),
            table("owned_reach"),
            table("identifiers").astype(np.int64),
            size,
        )


def _shared(things: Sequence[Row], labels: Sequence[str]) -> Iterator[Shared]:
    order = sorted(things, key=lambda one: (not one["owned"], one["code"], -one["members"]))
    for one in order:
        outside = one["accounts"]
        if outside is not None:
            outside = max(outside - one["members"], 0)
        label = labels[one["code"]]
        hub = one["verdict"] == WIDELY_SHARED
        yield Shared(label, str(one["key"]), one["members"], one["owned"], outside, hub)
