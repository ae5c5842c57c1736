"""Requests of one day: who sends how many, in sessions, from where, with what, about what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from ringleader.scenario.campaign import (
    CAPABILITIES,
    CHANNELS,
    DAY,
    HOUR,
    HOURS,
    MINUTE,
    WEEK,
    Draw,
    World,
)
from ringleader.scenario.draws import (
    Floats,
    Ints,
    Mask,
    apportion,
    below,
    categories,
    hex_names,
    mix,
    unit,
)
from ringleader.scenario.knobs import Knobs
from ringleader.scenario.network import session_address, written
from ringleader.scenario.population import hour_curve, weekday

MODELS = ("large", "small", "large-2")
ENDPOINTS = ("messages", "invoke", "rawPredict")
AGENTS = (
    "sdk-python/1.42",
    "sdk-python/1.40",
    "sdk-typescript/0.61",
    "sdk-typescript/0.58",
    "sdk-java/2.3",
    "sdk-go/1.9",
    "editor/3.4",
    "browser/128",
    "browser/126",
    "curl/8.6",
)
_text = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        ("account_id", _text),
        ("timestamp", pa.timestamp("ms", "UTC")),
        ("ip", _text),
        ("user_agent", _text),
        ("device_id", _text),
        ("channel", _text),
        ("model", _text),
        ("endpoint", _text),
        ("prompt_cluster_id", _text),
        ("capability", _text),
        ("input_tokens", pa.int32()),
        ("output_tokens", pa.int32()),
    ]
)


def overlap(world: World, day: int) -> Floats:
    """The part of a day that every account may send in."""
    begin, end = _window(world, np.arange(len(world.people)), day)
    result: Floats = np.clip(end - begin, 0, DAY) / DAY
    return result


def _window(world: World, account: Ints, day: int) -> tuple[Ints, Ints]:
    """From when until when accounts may send on a day: of a weekly class, in its lesson only."""
    people, first = world.people, world.knobs.start + day * DAY
    begin, end = people.begin[account], people.end[account]
    weekly = np.array([c.lesson_length * HOUR if c.lessons > 1 else 0 for c in world.knobs.cohorts])
    length = weekly[people.cohort[account]]
    if length.any():
        # The first lesson of the weekly ones that is not over when the day begins.
        week = np.maximum(-(-(first - begin - length) // WEEK), 0)
        lesson = begin + week * WEEK
        begin = np.where(length > 0, lesson, begin)
        end = np.where(length > 0, np.minimum(lesson + length, end), end)
    return np.maximum(begin, first), np.minimum(end, first + DAY)


def day_totals(world: World) -> Ints:
    """Requests by cohort (row) and day; all honest cohorts stand at the first."""
    knobs = world.knobs
    fraud = np.array([c.fraudulent for c in knobs.cohorts])
    payer = np.where(fraud, np.arange(len(fraud)), 0)[world.people.cohort]
    weights = np.stack(
        [
            np.bincount(payer, world.people.rate * overlap(world, day), minlength=len(fraud))
            for day in range(knobs.days)
        ],
        axis=1,
    )
    days = np.array(knobs["rhythm"]["weekday"])[weekday(knobs.start // DAY + np.arange(knobs.days))]
    weights[~fraud] *= days
    return np.stack(
        [apportion(w, int(total), 0.5) for w, total in zip(weights, world.requests, strict=True)]
    )


def counts(world: World, rng: np.random.Generator, day: int, totals: Ints) -> Ints:
    """Requests of every account on a day.

    Honest accounts come on some days and are heavy-tailed; operators spread their load evenly.

    Args:
        world: The world.
        rng: Random numbers.
        day: The day, counted from the first.
        totals: Requests by cohort on that day.
    """
    people, knobs = world.people, world.knobs
    fraud = world.fraud
    busy = knobs["rhythm"]["weekday"][int(weekday(knobs.start // DAY + day))]
    shape = knobs["volume"]["burstiness"]
    weights = people.rate * overlap(world, day)
    there = rng.random(len(people)) < people.presence * busy
    noise = rng.gamma(shape, 1 / shape, len(people))
    honest = np.where(there, weights / people.presence * noise, 0.0)
    result = np.zeros(len(people), dtype=np.int64)
    result[~fraud] = apportion(honest[~fraud], int(totals[0]), rng.random())
    for cohort in np.flatnonzero([c.fraudulent for c in knobs.cohorts]):
        of = people.cohort == cohort
        even = weights[of] * rng.uniform(0.8, 1.2, int(of.sum()))
        result[of] = apportion(even, int(totals[cohort]), rng.random())
    return result


def requests_of(world: World, day: int, totals: Ints) -> Iterator[pa.RecordBatch]:
    """The requests of a day, in slices of the accounts, each in order of time.

    Args:
        world: The world.
        day: The day, counted from the first.
        totals: Requests by cohort on that day.
    """
    rng = np.random.default_rng([world.seed, 1 << 16, day])
    number = counts(world, rng, day, totals)
    slices = max(1, -(-int(number.sum()) // world.knobs["scale"]["rows"]))
    for part in range(slices):
        mine = np.flatnonzero(number[part::slices]) * slices + part
        if len(mine):
            yield _slice(world, rng, day, mine, number[mine])


def _slice(
    world: World, rng: np.random.Generator, day: int, account: Ints, number: Ints
) -> pa.RecordBatch:
    knobs, people = world.knobs, world.people
    # Sessions: an account's requests of the day, cut into runs of about equal length.
    size = knobs["rhythm"]["session"] * rng.gamma(2.0, 0.5, len(account)) + 0.5
    many = np.clip(np.round(number / size).astype(np.int64), 1, number)
    owner = np.repeat(np.arange(len(account)), many)  # of every session
    of_row = np.repeat(np.arange(len(account)), number)
    place = np.arange(len(of_row)) - np.repeat(np.cumsum(number) - number, number)
    first_session = np.cumsum(many) - many
    session = first_session[of_row] + place * many[of_row] // number[of_row]
    who = account[owner]
    cluster = _clusters(world, rng, who)
    capability = world.capability[cluster]
    coding = capability == CAPABILITIES.index("coding")
    at = _times(world, rng, day, who, session, coding)
    model = _models(world, rng, who, at[np.searchsorted(session, np.arange(len(who)))])
    order = np.argsort(at, kind="stable")
    session = session[order]
    channel = people.channel[who]
    address = session_address(world, rng, who, day)
    device, agent = _devices(world, rng, who)
    secret = [_in(knobs, name, channel) for name in ("no_address", "no_device")]
    tokens_in, tokens_out = _tokens(knobs, rng, coding[session])
    columns = [
        _spread(world.account_ids.take(pa.array(account)), owner, session),
        pa.array(at[order], pa.timestamp("ms", "UTC")),
        _named(written, address, session, secret[0]),
        categories(list(AGENTS), agent[session], secret[1][session]),
        _named(lambda codes: hex_names("dev_", codes.view(np.uint64)), device, session, secret[1]),
        categories(list(CHANNELS), channel[session]),
        categories(list(MODELS), model[session]),
        categories(list(ENDPOINTS), channel[session]),
        _named(lambda codes: cluster_names(world, codes), cluster, session),
        categories(list(CAPABILITIES), capability[session]),
        pa.array(tokens_in.astype(np.int32)),
        pa.array(tokens_out.astype(np.int32)),
    ]
    return pa.record_batch(columns, schema=SCHEMA)


def _in(knobs: Knobs, name: str, channel: Ints) -> Mask:
    return np.isin(channel, [CHANNELS.index(c) for c in knobs["channels"][name]])


def _spread(values: pa.Array, of_session: Ints, session: Ints) -> pa.DictionaryArray:
    """Values of sessions as a column of requests; a stolen account's id stands in values twice."""
    coded = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        coded.indices.take(pa.array(of_session[session])), coded.dictionary
    )


def _named(name: Any, codes: Ints, session: Ints, mask: Mask | None = None) -> pa.DictionaryArray:
    """Codes of sessions as a column of names of requests."""
    coded = pa.array(codes, mask=mask).dictionary_encode()
    names = name(coded.dictionary.to_numpy())
    return pa.DictionaryArray.from_arrays(coded.indices.take(pa.array(session)), names)


def cluster_names(world: World, clusters: Ints) -> pa.Array:
    """Ids of prompt clusters."""
    return hex_names("pc_", mix(world.seed, Draw.CLUSTER, clusters))


def _clusters(world: World, rng: np.random.Generator, who: Ints) -> Ints:
    """What sessions are about: one of the account's own interests, or what its group asks."""
    people, groups = world.people, world.groups
    slot, group = people.slot[who], people.group[who]
    interest = rng.integers(0, world.cohort_knob("interests", who))
    liked = unit(mix(world.seed, Draw.INTEREST, slot, interest))
    result = np.searchsorted(world.popularity, liked, "right")
    each = world.cohort_knob("prompts_each", who)
    each = np.where(each > 0, each, np.maximum(groups.prompts[group], 1))
    drawn = mix(world.seed, Draw.TARGET, slot, rng.integers(0, each))
    together = rng.random(len(who)) < world.cohort_knob("prompts_use", who)
    # A translated template has clusters in each language; an account works in two of them.
    languages = world.cohort_knob("languages", who)
    some = groups.prompts[group] // languages
    spoken = 0 * some
    if languages.max() > 1:
        two = rng.integers(0, 2, len(who))
        spoken = below(mix(world.seed, Draw.LANGUAGE, slot, two), languages)
    asked = groups.prompts_first[group] + spoken * some + below(drawn, some)
    knobs = world.knobs["prompts"]
    curious = unit(mix(world.seed, Draw.CURIOUS, slot)) < knobs["targeted_by_honest"]
    curious &= ~world.fraud[who] & (rng.random(len(who)) < knobs["targeted_use"])
    target = world.targets[below(mix(world.seed, Draw.TARGET, slot), len(world.targets))]
    return np.where(together, asked, np.where(curious, target, result))


def _devices(world: World, rng: np.random.Generator, who: Ints) -> tuple[Ints, Ints]:
    """The fingerprint and the user agent of sessions."""
    people, groups, knobs = world.people, world.groups, world.knobs["clients"]
    slot, group = people.slot[who], people.group[who]
    second = (unit(mix(world.seed, Draw.SECOND, slot)) < knobs["second_device"]) & (
        rng.random(len(who)) < knobs["second_use"]
    )
    own = mix(world.seed, Draw.DEVICE, slot, second)
    usual = knobs["popular"]
    chance = np.array([usual if c.popular is None else c.popular for c in world.knobs.cohorts])
    chance = chance[people.cohort[who]]
    second &= chance < 1
    popular = unit(mix(world.seed, Draw.POPULAR, slot)) < chance
    # The square makes few builds very popular.
    build = (unit(mix(world.seed, Draw.BUILD, slot)) ** 2 * knobs["builds"]).astype(np.int64)
    favourite = below(mix(world.seed, Draw.BUILD, group, 1), knobs["favourites"])
    build = np.where(world.cohort_knob("one_build", who), favourite, build)
    result = np.where(popular & ~second, mix(world.seed, Draw.BUILD, 0, build), own)
    each = np.maximum(world.cohort_knob("devices_each", who), 1)
    some = mix(world.seed, Draw.DEVICE, slot, rng.integers(0, each), 1)
    of_group = mix(world.seed, Draw.DEVICE, group, below(some, groups.devices[group]), 2)
    result = np.where(groups.devices[group] > 0, of_group, result)
    return result.view(np.int64), below(mix(result), len(AGENTS))


def _times(
    world: World, rng: np.random.Generator, day: int, who: Ints, session: Ints, coding: Mask
) -> Ints:
    """Milliseconds since 1970 of every request: sessions by the hour, requests by their pauses."""
    knobs, people = world.knobs, world.people
    rhythm, trace = knobs["rhythm"], knobs["trace"]
    drawn = rng.random(len(who))
    hours = world.hours[people.cohort[who]]
    local = np.zeros(len(who))
    for number, name in enumerate(HOURS):
        of = hours == number
        if name == "synchronised":
            local[of] = _batches(world, day, who[of], drawn[of])
            continue
        local[of] = np.interp(drawn[of], hour_curve(rhythm[name]), np.arange(25) * HOUR)
    begin = ((local - people.zone[who]) % DAY) * 1000
    rows = len(session)
    pause = rng.lognormal(np.log(rhythm["think_seconds"] * 1000), rhythm["think_spread"], rows)
    tool = coding[session] & (rng.random(rows) < rhythm["tool_gaps"])
    pause[tool] = quantile(trace["levels"], trace["code"]["gap_ms"], rng.random(int(tool.sum())))
    head = np.concatenate([[True], session[1:] != session[:-1]])
    pause[head] = 0
    total = np.cumsum(pause)
    since = total - np.repeat(total[head], np.diff(np.append(np.flatnonzero(head), rows)))
    # Within the part of the day in which the account may send; what hangs over wraps around.
    first = (knobs.start + day * DAY) * 1000
    low, high = (moment * 1000 - first for moment in _window(world, who, day))
    offset = (begin[session] + since - low[session]) % (high - low)[session]
    result: Ints = first + low[session] + offset.astype(np.int64)
    return result


def _models(world: World, rng: np.random.Generator, who: Ints, begin: Ints) -> Ints:
    """The model that sessions ask: from its release on, some ask the new one.

    Honest people come to it over weeks; an operator that pivots moves within a day.

    Args:
        world: The world.
        rng: Random numbers.
        who: The account of every session.
        begin: When it begins, milliseconds since 1970.
    """
    knobs = world.knobs["models"]
    days = (begin / 1000 - world.knobs.start) / DAY - knobs["release_day"]
    share = knobs["adopted"] * (1 - np.exp(-np.maximum(days, 0) / knobs["adoption_days"]))
    pivot = world.cohort_knob("pivot", who)
    share = np.where(pivot > 0, pivot * np.clip(days, 0, 1), share)
    drawn = rng.random(len(who))
    old: Ints = rng.integers(0, len(MODELS) - 1, len(who))
    return np.where(drawn < share, len(MODELS) - 1, old)


def _batches(world: World, day: int, who: Ints, drawn: Floats) -> Floats:
    """Local seconds of sessions that all of an operator's accounts begin in the same minutes."""
    people, many = world.people, int(world.knobs["rhythm"]["batches"])
    place = np.floor(drawn * many)
    minute = below(mix(world.seed, Draw.BATCH, people.cohort[who], day, place), DAY // MINUTE)
    result: Floats = minute * MINUTE + (drawn * many - place) * MINUTE + people.zone[who]
    return result


def quantile(levels: list[float], values: list[float], drawn: Floats) -> Floats:
    """Values at the levels drawn, between the given quantiles on a logarithmic scale."""
    result: Floats = np.exp(np.interp(drawn, levels, np.log(values)))
    return result


def _tokens(knobs: Knobs, rng: np.random.Generator, coding: Mask) -> tuple[Floats, Floats]:
    """Sizes of requests and answers."""
    trace = knobs["trace"]
    result = []
    for name in ("input_tokens", "output_tokens"):
        drawn = rng.random(len(coding))
        sizes = quantile(trace["levels"], trace["conversation"][name], drawn)
        sizes[coding] = quantile(trace["levels"], trace["code"][name], drawn[coding])
        result.append(np.round(sizes))
    return result[0], result[1]
