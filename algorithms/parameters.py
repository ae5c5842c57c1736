"""Every judgement of detection as a named parameter with its reason; there are twenty.

``[detect]`` in ``ringleader.toml`` changes them. Which figures move when one is halved or doubled:
``make sensitivity``, docs/how-it-decides.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ringleader.errors import SettingsError

HOUR, DAY = 3_600.0, 86_400.0


def _parameter(default: Any, reason: str, low: float, high: float) -> Any:
    return field(default=default, metadata={"reason": reason, "low": low, "high": high})


@dataclass(frozen=True)
class Parameters:
    """What detection decides with; :func:`effective` says why each is what it is."""

    false_rings: float = _parameter(
        0.01,
        "how many false rings a run may find by chance: one in a hundred runs. The threshold of "
        "every ring follows from it",
        1e-12,
        1e6,
    )
    min_ring_size: int = _parameter(
        5, "a household shares a card and an address; below five they cannot be told apart", 3, 1000
    )
    living_share: float = _parameter(
        0.25,
        "an account lives on what carries a quarter of its activity of one kind; a victim of one "
        "request through a ring's proxy does not",
        0.01,
        1.0,
    )
    several: int = _parameter(
        3,
        "or on what it uses three of, if chance does not explain it: a stolen account keeps its "
        "owner's activity beside that of the ring",
        1,
        1000,
    )
    kind_coverage: float = _parameter(
        0.5,
        "a kind of evidence speaks for a ring if half of the members whom it shows live on it",
        0.01,
        1.0,
    )
    missing_kind: float = _parameter(
        0.25,
        "one member in four may do without one of the ring's kinds, for instance with a card of "
        "its own",
        0.001,
        0.999,
    )
    owned_part: float = _parameter(
        0.7,
        "a ring owns an identifier if seven in ten of its users are members: others may have "
        "copied a prompt or lost a card",
        0.01,
        1.0,
    )
    occasion_days: int = _parameter(
        8,
        "what was used on eight days or fewer is an occasion: a class, weekly lessons, a "
        "hackathon. Operators work for weeks",
        0,
        63,
    )
    declared_part: float = _parameter(
        0.25,
        "where a quarter of a group openly declares one organization, it is that organization",
        0.01,
        1.0,
    )
    household: int = _parameter(
        6, "up to six people live behind one address and share machine and card", 1, 1000
    )
    resolution: float = _parameter(
        5.0,
        "Leiden's gamma where accounts and identifiers are grouped together: above one, since "
        "rings are small beside the graph; the judge mends what it cuts",
        0.0001,
        1000.0,
    )
    synchrony_days: float = _parameter(
        14.0,
        "only where the data hold one kind of evidence: accounts opened near each other support a "
        "pair, fading by exp(-days/14), since nothing else can",
        0.01,
        3650.0,
    )
    link_bits: float = _parameter(
        1.0, "one kind of evidence: a link below one bit is as likely chance as not", 0.01, 64.0
    )
    member_bits: float = _parameter(
        3.0,
        "one kind of evidence: three bits for each member; with identifiers permuted, groups have "
        "one or two",
        0.0,
        1e6,
    )
    family_cap: float = _parameter(
        6.0, "one kind of evidence: bits that it may give a pair", 0.5, 64.0
    )
    min_cohesion: float = _parameter(
        0.2,
        "one kind of evidence: beyond a hundred accounts, a fifth of the pairs linked to "
        "one third account are linked; with identifiers permuted it is 0.03",
        0.0,
        1.0,
    )
    continues_at: float = _parameter(
        0.3,
        "a ring goes on under its name while three in ten of its members that are still seen are "
        "together; of several parts the one with most members has the name",
        0.01,
        1.0,
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
    seed: int = _parameter(42, "of Leiden; any number does (Louvain takes none)", 0, 2**31 - 1)

    @property
    def breadth(self) -> float:
        """What turns the share of an account's activity into part of the full evidence."""
        return 1.0 / self.living_share


# Parameters of earlier versions. A settings file that names one gets an error that says so.
GONE = frozenset(
    [
        "unknown_synchrony",
        "breadth",
        "payment_odds",
        "device_odds",
        "network_odds",
        "prompt_odds",
        "registration_odds",
        "timing_odds",
        "contact_odds",
        "replacement_hours",
        "min_link_bits",
        "min_lone_bits",
        "negligible_bits",
        "neighbours",
        "confirming_bits",
        "telling_rarity",
        "rotating_networks",
        "open_tie_weight",
        "known_hub_weight",
        "min_single_family_bits",
        "min_member_bits",
        "family_coverage",
        "min_kind_bits",
        "family_bits",
        "member_part",
        "large_ring",
        "occasion_hours",
        "occasion_part",
        "witnesses",
        "continues_with",
        "splits_at",
        "weak_part",
        "tenure_days",
        "campaign_rarity",
        "campaign_part",
        "campaign_family_bits",
        "campaign_bits",
        "campaign_lone_bits",
        "campaign_identifier_bits",
        "null_deals",
    ]
)


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
        if name in GONE:
            raise SettingsError(
                f"[detect] {name} is a parameter of an earlier version",
                hint="remove it; ringleader detect --parameters lists today's",
            )
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
