"""Every judgement of detection as a named parameter with its reason.

``[detect]`` in ``ringleader.toml`` changes them. The defaults were chosen on one real review and
checked on halves and samples of it (decision 0006); none is fitted to a data set's size.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ringleader.errors import SettingsError
from ringleader.schema import BUILT_IN, Schema

HOUR, DAY = 3_600.0, 86_400.0


def _parameter(default: Any, reason: str, low: float, high: float) -> Any:
    return field(default=default, metadata={"reason": reason, "low": low, "high": high})


def _odds(family: str, high: float = 10.0) -> Any:
    """The odds of a built-in family, as it is declared."""
    declared = BUILT_IN.family_by_name[family]
    return _parameter(declared.odds, declared.reason, 1e-6, high)


@dataclass(frozen=True)
class Parameters:
    """What detection decides with; :func:`effective` says why each is what it is."""

    synchrony_days: float = _parameter(
        14.0,
        "accounts of one operator open within weeks, strangers within years: shared evidence "
        "fades by exp(-days/14) with the time between two openings",
        0.01,
        3650.0,
    )
    unknown_synchrony: float = _parameter(
        0.5,
        "without an opening time two accounts count as ten days apart: neither together nor apart",
        0.0,
        1.0,
    )
    breadth: float = _parameter(
        4.0,
        "an identifier that carries a quarter of an account's activity in its kind counts in "
        "full; one of hundreds that a busy account touches counts by its share",
        1.0,
        1000.0,
    )
    payment_odds: float = _odds("payment")
    device_odds: float = _odds("device")
    network_odds: float = _odds("network")
    prompt_odds: float = _odds("prompt")
    registration_odds: float = _odds("registration")
    contact_odds: float = _odds("contact")
    timing_odds: float = _odds("timing", 1e6)
    replacement_hours: float = _parameter(
        24.0,
        "operators replace a banned account within minutes, by hand within a day",
        0.0,
        8760.0,
    )
    family_cap: float = _parameter(
        6.0, "bits that one family may give a pair, so that no single kind decides", 0.5, 64.0
    )
    min_link_bits: float = _parameter(
        1.0, "links below one bit are as likely chance as not", 0.01, 64.0
    )
    min_lone_bits: float = _parameter(
        3.0,
        "where the data hold several kinds of evidence, a pair tied by one alone needs odds of "
        "eight to one",
        0.0,
        64.0,
    )
    negligible_bits: float = _parameter(
        0.02,
        "an identifier so widely shared that even twins would get a fiftieth of a bit is skipped",
        0.0,
        1.0,
    )
    neighbours: int = _parameter(
        30,
        "accounts of an identifier are compared with the 30 opened next to them: cost stays "
        "linear, and a ring is as connected by near neighbours as by all pairs",
        1,
        1000,
    )
    confirming_bits: float = _parameter(
        0.3,
        "an identifier of many accounts tells something about a pair that other kinds of evidence "
        "tie by a third of a bit already; about any other pair it tells next to nothing",
        0.01,
        64.0,
    )
    telling_rarity: float = _parameter(
        256.0,
        "for such a pair an identifier counts in full if fewer than one account in 256 uses it: "
        "strangers who share it by chance are then eight bits of luck",
        1.0,
        1e9,
    )
    rotating_networks: float = _parameter(
        3.0,
        "people who share a life meet in three networks, home, work and phone; with each one more "
        "it is likelier that one proxy lets both out",
        0.0,
        1000.0,
    )
    owned_part: float = _parameter(
        0.5,
        "a ring owns an identifier if half of those who use it are its members; an account with "
        "half of one kind of its activity on what a ring owns is compared with the ring",
        0.01,
        1.0,
    )
    open_tie_weight: float = _parameter(
        0.02,
        "a referral is an open tie between people who know each other: it supports, and never "
        "links by itself",
        0.0,
        1.0,
    )
    known_hub_weight: float = _parameter(
        0.2,
        "an identifier on a list of known hubs counts a fifth: lists err, and a ring may use an "
        "exchange",
        0.0,
        1.0,
    )
    resolution: float = _parameter(
        0.02,
        "Leiden's gamma: low, because a ring is often a chain and modularity at 1 cuts chains",
        0.0001,
        10.0,
    )
    min_ring_size: int = _parameter(
        5, "a household shares a card and an address; below five they cannot be told apart", 2, 1000
    )
    min_single_family_bits: float = _parameter(
        20.0,
        "where the data hold one kind of evidence only: each pair of the smallest ring at two bits",
        0.0,
        1e6,
    )
    min_member_bits: float = _parameter(
        3.0,
        "three bits for each member: with identifiers dealt anew, groups have one or two, "
        "rings that were reviewed or simulated have five to a hundred; and whoever is tied by "
        "three is no bystander",
        0.0,
        1e6,
    )
    family_coverage: float = _parameter(
        0.5, "a kind of evidence counts for a ring when it ties at least half of its members", 0, 1
    )
    min_kind_bits: float = _parameter(
        1.0,
        "and brings one bit for each of them: a hint on some links is as likely chance as not, and "
        "whatever else ties a group is soon joined by such a hint",
        0.0,
        64.0,
    )
    family_bits: float = _parameter(
        0.3, "and a member counts as tied by it from a third of a bit on", 0.0, 64.0
    )
    member_part: float = _parameter(
        0.1,
        "an account tied to a ring by less than a tenth of what ties its median member is a "
        "bystander, for instance a household behind the ring's proxy",
        0.0,
        1.0,
    )
    large_ring: int = _parameter(
        100,
        "strangers chained by chance form one large group, so a ring beyond a hundred has to hold "
        "together by more than chains",
        5,
        10**9,
    )
    min_cohesion: float = _parameter(
        0.2,
        "then a fifth of the pairs linked to one third account are linked themselves; with "
        "identifiers dealt at random it is 0.03, in reviewed rings of that size 0.36 and more",
        0.0,
        1.0,
    )
    occasion_hours: float = _parameter(
        24.0,
        "what happens within one day, such as a class in one room with one task, is one "
        "coincidence and one kind of evidence",
        0.0,
        8760.0,
    )
    occasion_part: float = _parameter(
        0.9,
        "and is one if nine tenths of the evidence fall into it: an address that everybody passes "
        "through once, some other day, does not make two of it",
        0.0,
        1.0,
    )
    witnesses: int = _parameter(
        100,
        "when they used what ties them is asked of a hundred members of a group at the most, "
        "spread over the openings: times are dear to read, and what so many did not do in one day "
        "is no occasion",
        1,
        10**9,
    )
    continues_at: float = _parameter(
        0.3,
        "a ring goes on under its name while three in ten of its members that are still seen are "
        "together; of several parts the one with most members has the name",
        0.01,
        1.0,
    )
    continues_with: int = _parameter(
        3, "one or two accounts may move by chance; three in common tell what a ring was", 1, 1000
    )
    splits_at: float = _parameter(
        0.2, "less than a fifth of a ring in another is members that moved, no split", 0.01, 1.0
    )
    weak_part: float = _parameter(
        0.25,
        "an explanation names members tied by less than a quarter of what ties the median member: "
        "whoever looks for a wrong accusation begins there",
        0.0,
        1.0,
    )
    tenure_days: float = _parameter(
        180.0,
        "and those opened half a year or more before the median member: accounts of an operator "
        "are of an age",
        0.0,
        36_500.0,
    )
    campaign_rarity: float = _parameter(
        0.05,
        "what one in twenty accounts outside the rings uses too is the market, no operator's hand",
        0.0,
        1.0,
    )
    campaign_part: float = _parameter(
        0.05,
        "what fewer than one in twenty members of a ring use is the affair of these few, and busy "
        "accounts have many such affairs",
        0.0,
        1.0,
    )
    campaign_family_bits: float = _parameter(
        1.0, "a family speaks for one operator from one bit per member on", 0.0, 64.0
    )
    campaign_bits: float = _parameter(
        4.0,
        "two rings are of one campaign if that makes the members of each sixteen times as likely "
        "to use what the other's use",
        0.0,
        64.0,
    )
    campaign_lone_bits: float = _parameter(
        8.0,
        "one family alone has to say twice as much: on simulated operators rings of hundreds share "
        "40 bits of prompts with their own, rings of a dozen 7 to 12, rings of different ones 2",
        0.0,
        1e6,
    )
    campaign_identifier_bits: float = _parameter(
        3.0,
        "and of that one identifier gives three at the most, for one prompt is a fashion, two may "
        "be, and three rare ones are a hand",
        0.0,
        64.0,
    )
    retired_days: float = _parameter(
        180.0,
        "a ring that is gone comes back under its name within half a year; then it is forgotten, "
        "unless somebody decided on it",
        0.0,
        36_500.0,
    )
    history_runs: int = _parameter(
        400, "daily runs of a year and a bit are kept with what each found", 1, 1_000_000
    )
    null_deals: int = _parameter(
        1,
        "how often the identifiers are dealt anew to see what groups chance makes; one deal has "
        "as many accounts as the graph, and each costs as much as linking does",
        0,
        1000,
    )
    seed: int = _parameter(42, "of Leiden; any number does (Louvain takes none)", 0, 2**31 - 1)


def odds_by_family(values: Parameters, schema: Schema = BUILT_IN) -> dict[str, float]:
    """Evidence that strangers have by chance, per family.

    Args:
        values: What ``[detect]`` says of the built-in families.
        schema: The families; those of the settings file bring their own odds.
    """
    return {
        family.name: getattr(values, f"{family.name}_odds", family.odds)
        for family in schema.families
    }


def parameters(given: Mapping[str, Any]) -> Parameters:
    """Parameters with the given ones changed.

    Args:
        given: The ``[detect]`` section of a settings file, or flags.

    Raises:
        SettingsError: A name is unknown, or a value is of the wrong type or out of range.
    """
    declared = {f.name: f for f in fields(Parameters)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in declared:
            import difflib

            near = difflib.get_close_matches(name, declared, n=1)
            raise SettingsError(
                f"[detect] has no parameter {name!r}",
                hint=f"did you mean {near[0]}?" if near else "ringleader detect --parameters",
            )
        kind: type[int] | type[float] = type(getattr(Parameters, name))
        low, high = declared[name].metadata["low"], declared[name].metadata["high"]
        right = isinstance(value, int | float) and not isinstance(value, bool)
        if not right or not low <= value <= high or (kind is int and value != int(value)):
            raise SettingsError(
                f"detect.{name} is {value!r}; expected {kind.__name__} from {low:g} to {high:g}"
            )
        values[name] = kind(value)
    return Parameters(**values)


def recorded(text: str | None) -> Parameters:
    """The parameters that a run was made with, as it recorded them.

    A parameter that its version did not have is at its default, and one that is gone is left out.

    Args:
        text: What the run recorded, as JSON; None for a run that recorded nothing.
    """
    declared = {f.name for f in fields(Parameters)}
    values = json.loads(text) if text else {}
    return Parameters(**{name: value for name, value in values.items() if name in declared})


def effective(values: Parameters) -> list[dict[str, Any]]:
    """One row per parameter: its value, its default and the reason for that."""
    return [
        {
            "parameter": f.name,
            "value": getattr(values, f.name),
            "default": f.default,
            "reason": f.metadata["reason"],
        }
        for f in fields(Parameters)
    ]
