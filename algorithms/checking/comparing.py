"""How accounts stand to the rings of the last run, by what the stored query ``check`` returns.

The figures are those of detection: the same functions compare
(:mod:`ringleader.algorithms.judging.comparison`), with what the run kept of each ring
(:mod:`ringleader.algorithms.checking.footprints`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ringleader.algorithms.evidence.sharing import Flags, Floats, Ints
from ringleader.algorithms.explanation.standing import NEAREST, Factor, Standing, missing
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


class Touched(NamedTuple):
    """An identifier of a ring that an account uses: an entry of ``touched`` of the query."""

    code: int
    key: Any
    events: int
    ring_id: str
    members: int
    owned: bool
    accounts: int | None
    verdict: str | None


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
        named_by: Sources on whose word it is a ring.
    """

    standing: Standing
    shared: tuple[Shared, ...]
    review: str | None
    named_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beside:
    """How an account stands to all rings of a run.

    Attributes:
        found: Rings that it is in or belongs to, and the nearest others, the nearest first.
        touches: Whether it has anything in common with a ring that is not widely shared.
    """

    found: tuple[Found, ...]
    touches: bool


@dataclass(frozen=True)
class RunFigures:
    """What the rings of a run are compared by: its footprints, as arrays of shape (rings, labels).

    Attributes:
        run: The run.
        at: Place of each ring.
        names: The rings.
        size: Members of each ring.
        apart: For which rings address and device are two kinds.
        rates: What living on their identifiers is worth.
        reach: How many of its identifiers an account uses by chance, for each that it uses at all.
        own_reach: The same for identifiers that the ring owns.
        identifiers: How many it has.
        named_by: Sources on whose word it is a ring.
    """

    run: str
    at: Mapping[str, int]
    names: Sequence[str]
    size: Floats
    apart: Flags
    rates: Rates
    reach: Floats
    own_reach: Floats
    identifiers: Ints
    named_by: Sequence[tuple[str, ...]]

    @classmethod
    def of(cls, run: str, footprints: Sequence[Row], schema: Schema) -> RunFigures:
        """Those of the rows of the stored query ``footprints``.

        Args:
            run: The run.
            footprints: The rows.
            schema: What accounts can share.
        """
        codes = {label: code for code, label in enumerate(schema.labels)}
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
        best = table("owned_bits").max(axis=0, initial=0.0)
        apart = np.array([one["apart"] for one in footprints], dtype=bool)
        kind_of = Kinds.of(schema).codes(apart)
        names = [one["ring_id"] for one in footprints]
        return cls(
            run,
            {name: at for at, name in enumerate(names)},
            names,
            np.array([one["size"] for one in footprints], dtype=np.float64),
            apart,
            Rates(usual, table("for_bits"), table("against_bits"), best, kind_of),
            table("reach"),
            table("owned_reach"),
            table("identifiers").astype(np.int64),
            [tuple(one["named_by"]) for one in footprints],
        )


@dataclass
class _Entries:
    """Accounts beside rings: one entry for each account and ring with something in common."""

    owner: Ints
    ring: Ints
    shared: list[list[Touched]]  # what both have
    share: Floats
    number: Floats
    own_share: Floats
    own_number: Floats
    touches: list[bool]  # of each account


def compare(
    answers: Sequence[Row],
    asked: Sequence[Row],
    figures: RunFigures,
    accounts: int,
    schema: Schema,
    parameters: Parameters,
    exempt: Sequence[bool],
) -> list[Beside]:
    """How each account stands to the rings that it has something in common with.

    Args:
        answers: What the stored query ``check`` returns, one for each account.
        asked: The rows that it was asked.
        figures: What the rings of the run are compared by.
        accounts: Number of accounts that the run looked at.
        schema: What accounts can share.
        parameters: Those of the run.
        exempt: Whether the settings know each account to be good.
    """
    kind = Kinds.of(schema)
    activity, degree = _activity(answers, asked, len(schema.labels))
    entries = _entries(answers, figures, schema.labels, activity)
    owner, ring = entries.owner, entries.ring
    if not len(owner):
        return [Beside((), touches) for touches in entries.touches]
    rates, kinds = figures.rates, len(kind)
    network: Flags = np.array(
        [schema.family_of(label) == NETWORK for label in schema.labels], dtype=bool
    )
    uses = degree[owner]
    lives = lives_on(
        entries.share, entries.number, uses * figures.reach[ring], accounts, parameters
    )
    lives &= entries.number >= 1
    ours = lives_on(
        entries.own_share, entries.own_number, uses * figures.own_reach[ring], accounts, parameters
    )
    ours &= (entries.own_number >= OWNED_THINGS) & ~network[None, :]
    known = activity[owner] > 0
    bits, owns = rates.bits(kinds, ring, lives, ours, known)
    # Detection looks at accounts that live on something; of others it has no figures.
    somewhere: Flags = np.asarray(lives.any(axis=1), dtype=bool)
    bits[~somewhere] = 0.0
    kind_lives = by_kind(rates.kind_of, kinds, rates.usual, ring, lives)
    prior = prior_bits(accounts, figures.size[ring])
    belongs = outweigh(bits, prior, kind_lives, owns & somewhere) & somewhere
    inside = np.array(
        [figures.names[r] in answers[a]["inside"] for a, r in zip(owner, ring, strict=True)],
        dtype=bool,
    )
    independent = rates.kind_of[ring] >= 0
    number = np.where(independent, entries.number, 0.0).sum(axis=1)
    spare = bits.sum(axis=1) - prior
    # As :func:`nearness` orders standings; the ring's name decides between equals.
    order = np.lexsort((ring, -number, -spare, ~kind_lives.any(axis=1), ~inside, owner))

    def standing(at: int) -> Standing:
        mine, one = owner[at], ring[at]
        codes, usual = rates.kind_of[one], rates.usual[one]
        factors = tuple(
            Factor(
                name,
                bool(usual[codes == code].any()),
                bool(known[at, codes == code].any()),
                bool(kind_lives[at, code]),
                float(entries.share[at, codes == code].max(initial=0.0)),
                int(entries.number[at, codes == code].sum()),
                int(entries.own_number[at, codes == code].sum()),
                int(figures.identifiers[one, codes == code].sum()),
                float(bits[at, code]),
            )
            for code, name in enumerate(kind.names(bool(figures.apart[one])))
            if name
        )
        total, against = float(bits[at].sum()), float(prior[at])
        lacks = missing(parameters, factors, total, against, bool(owns[at]), exempt[mine])
        return Standing(
            str(answers[mine]["account_id"] or ""),
            figures.names[one],
            int(figures.size[one]),
            bool(inside[at]),
            factors,
            total,
            against,
            bool(owns[at] and somewhere[at]),
            bool(belongs[at]) and not exempt[mine],
            tuple(lacks),
        )

    found: list[list[Found]] = [[] for _ in answers]
    others = [0] * len(answers)
    for at in order.tolist():
        mine = int(owner[at])
        if not (inside[at] or belongs[at]):
            others[mine] += 1
            if others[mine] > NEAREST:
                continue
        name = figures.names[ring[at]]
        shared = tuple(_shared(entries.shared[at], schema.labels))
        reviews = dict(answers[mine]["reviews"])
        named_by = figures.named_by[ring[at]]
        found[mine].append(Found(standing(at), shared, reviews.get(name), named_by))
    return [
        Beside(tuple(mine), touches) for mine, touches in zip(found, entries.touches, strict=True)
    ]


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


def _entries(
    answers: Sequence[Row], figures: RunFigures, labels: Sequence[str], activity: Floats
) -> _Entries:
    owner: list[int] = []
    ring: list[int] = []
    shared: list[list[Touched]] = []
    touches: list[bool] = []
    sums: list[list[list[float]]] = []
    width = len(labels)
    for number, answer in enumerate(answers):
        by_ring: dict[int, list[Touched]] = {}
        cleared = set(answer["cleared"])
        for values in answer["touched"]:
            one = Touched(*values)
            # A use that was rejected counts no more.
            if cleared and f"{labels[one.code]}|{one.key}" in cleared:
                continue
            at = figures.at.get(one.ring_id)
            if at is not None:
                by_ring.setdefault(at, []).append(one)
        touches.append(
            any(one.verdict != WIDELY_SHARED for things in by_ring.values() for one in things)
        )
        for at, things in by_ring.items():
            owner.append(number)
            ring.append(at)
            shared.append(things)
            sums.append(_sums(things, width))
    share, count, own_share, own_count = (
        np.array([one[which] for one in sums]).reshape(len(sums), width) for which in range(4)
    )
    owners = np.array(owner, dtype=np.int64)
    whole = np.maximum(activity[owners], 1.0)
    rings = np.array(ring, dtype=np.int64)
    return _Entries(
        owners, rings, shared, share / whole, count, own_share / whole, own_count, touches
    )


def _sums(things: Sequence[Touched], width: int) -> list[list[float]]:
    """Events and number of identifiers by label, of all and of those that the ring owns."""
    events, number, own_events, own_number = ([0.0] * width for _ in range(4))
    for one in things:
        events[one.code] += one.events
        number[one.code] += 1
        if one.owned:
            own_events[one.code] += one.events
            own_number[one.code] += 1
    return [events, number, own_events, own_number]


def _shared(things: Sequence[Touched], labels: Sequence[str]) -> Iterator[Shared]:
    for one in sorted(things, key=lambda one: (not one.owned, one.code, -one.members)):
        outside = None if one.accounts is None else max(one.accounts - one.members, 0)
        hub = one.verdict == WIDELY_SHARED
        yield Shared(labels[one.code], str(one.key), one.members, one.owned, outside, hub)
