"""Operators and look-alikes whose traits are crossed, drawn from ``crossed.toml`` and a seed.

Every operator and every variant of an honest look-alike becomes a cohort of the simulation, so that
accounts, traffic and tables are made as they are for the reported campaign.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ringleader.errors import InputError
from ringleader.scenario.campaign import World
from ringleader.scenario.draws import Ints
from ringleader.scenario.knobs import HONEST, Cohort, Knobs, read_knobs

FILE = Path(__file__).with_name("crossed.toml")
# An operator's kinds of evidence; addresses and the client are one environment.
KINDS = {"addresses": "environment", "client": "environment", "payment": "payment"}
KINDS |= {"prompts": "prompts"}
# Which part of the traffic must show what is shared, for it to count as shared.
_VISIBLE = 0.5
# A look-alike has as many variants, where so many are declared, however small the world is.
_VARIANTS = 4
# A window of days begins so early that this share of the period is left to use the accounts.
_LEFT = 0.3


@dataclass(frozen=True)
class Operator:
    """What an operator is.

    Attributes:
        name: Its name; also the campaign in labels.
        size: Number of accounts.
        volume: Exchanges of each.
        traits: Value of each trait.
        shared: Independent kinds of evidence that its accounts share: of environment (addresses
            or client of their own, on a channel that shows them), payment and prompts.
    """

    name: str
    size: int
    volume: int
    traits: dict[str, str]
    shared: tuple[str, ...]

    @property
    def ring(self) -> str:
        """Its ring in labels."""
        return f"ring-{self.name}-000"


@dataclass(frozen=True)
class Design:
    """Who is simulated.

    Attributes:
        knobs: The figures, one cohort for each operator and each variant of a look-alike.
        operators: What the operators are.
    """

    knobs: Knobs
    operators: tuple[Operator, ...]


def read_design(accounts: int, seed: int, path: Path | None = None) -> Design:
    """Draw the operators and the look-alikes.

    Args:
        accounts: Number of honest accounts.
        seed: Of the draws.
        path: The declaration of traits; by default ``crossed.toml``.

    Raises:
        InputError: The file cannot be read or declares a figure that does not exist.
    """
    try:
        content = (path or FILE).read_bytes()
        said = tomllib.loads(content.decode())
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}", hint="start from crossed.toml") from error
    base = read_knobs()
    rng = np.random.default_rng([seed, 1 << 20])
    about, traits = said.pop("operators"), said.pop("trait")
    look_alikes = said.pop("look_alike")
    sections = {name: dict(section) for name, section in base.sections.items()}
    for name, section in said.items():
        sections.setdefault(name, {}).update(section)
    sections["scale"]["accounts"] = accounts
    try:
        drawn = _operators(rng, accounts, about, traits, sections)
        tenants = [cohort for _, cohort in drawn if cohort.rents]
        networks = max(1, len(tenants) // 2)
        honest = [c for entry in look_alikes for c in _variants(rng, accounts, entry, networks)]
    except (KeyError, TypeError) as error:
        raise InputError(f"{path or FILE}: {error}", hint="compare with crossed.toml") from error
    place = {c.name: min(n // 2, networks - 1) for n, c in enumerate(tenants)}
    rented = [replace(c, rents=f"{c.rents}-{place[c.name]:03}") if c.rents else c for _, c in drawn]
    cohorts = (Cohort(HONEST), *honest, *rented)
    digest = hashlib.sha256(base.digest.encode() + content).hexdigest()
    return Design(Knobs(sections, cohorts, digest), tuple(operator for operator, _ in drawn))


def balanced(rng: np.random.Generator, values: list[Any], count: int) -> list[Any]:
    """Values in random order, each as often as any other, or once more.

    Args:
        rng: Random numbers.
        values: What is drawn from.
        count: How many are drawn.
    """
    start = int(rng.integers(len(values)))
    places = rng.permutation((start + np.arange(count)) % len(values))
    return [values[place] for place in places]


def _operators(
    rng: np.random.Generator,
    accounts: int,
    about: dict[str, Any],
    traits: dict[str, dict[str, dict[str, Any]]],
    sections: dict[str, dict[str, Any]],
) -> list[tuple[Operator, Cohort]]:
    count = max(about["least"], round(about["count"] * accounts / about["per_accounts"]))
    largest = round(about["largest_share"] * accounts)
    sizes = balanced(rng, about["sizes"], count)
    volumes = balanced(rng, about["volumes"], count)
    capabilities = balanced(rng, about["capabilities"], count)
    values = {trait: balanced(rng, list(choices), count) for trait, choices in traits.items()}
    days = sections["scale"]["days"]
    made = []
    for number in range(count):
        size = min(sizes[number], largest)
        volume = max(min(volumes[number], about["requests_most"] // size), about["volumes"][0])
        chosen = {trait: drawn[number] for trait, drawn in values.items()}
        figures: dict[str, Any] = {}
        for trait, value in chosen.items():
            figures |= traits[trait][value]
        figures.pop("shares", None)
        shared = _shared(traits, chosen, figures["channels"], sections["channels"])
        name = f"operator-{number:02}"
        cohort = Cohort(
            name=name,
            accounts=size,
            requests=size * volume,
            group=0,
            interests=10,
            capability=capabilities[number],
            **_settled(rng, figures, size, days, number),
        )
        made.append((Operator(name, size, volume, chosen, shared), cohort))
    return made


def _shared(
    traits: dict[str, dict[str, dict[str, Any]]],
    chosen: dict[str, str],
    channels: dict[str, float],
    hiding: dict[str, Any],
) -> tuple[str, ...]:
    """The independent kinds that an operator's accounts share and its channels show."""
    hidden = {"addresses": hiding["no_address"], "client": hiding["no_device"]}
    found = set()
    for trait, kind in KINDS.items():
        shown = 1 - sum(channels.get(channel, 0.0) for channel in hidden.get(trait, []))
        if traits[trait][chosen[trait]].get("shares") and shown >= _VISIBLE:
            found.add(kind)
    return tuple(sorted(found))


def _settled(
    rng: np.random.Generator, figures: dict[str, Any], size: int, days: int, number: int
) -> dict[str, Any]:
    """Figures of a cohort: windows placed in the period, prompts counted, an issuer named."""
    result: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in figures.items()}
    windows = (("opened_within", "signup_days"), ("woken_within", "woken_days"))
    for name, days_name in windows:
        if within := float(result.pop(name, 0)):
            begin = rng.uniform(0, max(0.0, days * (1 - _LEFT) - within))
            result[days_name] = (begin, begin + within)
    if own := result.pop("own_prompts", None):
        each, least, most = own
        result["prompts"] = int(np.clip(round(each * size), least, most))
    if result.pop("own_issuer", False):
        result["bin"] = f"40{1000 + number:04}"
    return result


def _variants(
    rng: np.random.Generator, accounts: int, entry: dict[str, Any], networks: int
) -> list[Cohort]:
    """The cohorts of one kind of look-alike: every list of figures is drawn from in balance."""
    figures = dict(entry)
    name, share = figures.pop("name"), figures.pop("share")
    entries = figures.pop("entries", 1)
    if figures.pop("rented", False):
        entries = networks
    total = round(share * accounts)
    sizes = figures.get("group", 0)
    sizes = sizes if isinstance(sizes, list) else [sizes]
    # A small world has fewer variants, so that look-alikes keep their share of it.
    entries = min(entries, max(_VARIANTS, round(total * len(sizes) / max(sum(sizes), 1))))
    drawn = {
        key: balanced(rng, value, entries) if isinstance(value, list) else [value] * entries
        for key, value in figures.items()
    }
    made = []
    for number in range(entries):
        mine = {key: values[number] for key, values in drawn.items()}
        if not (mine.get("exits") or mine.get("exits_least")):
            mine |= {"exits_use": 0.0}
        if not mine.get("prompts"):
            mine |= {"prompts_use": 0.0}
        group = mine.get("group", 1)
        if group > 1:
            group = mine["group"] = min(group, max(total, min(sizes)))
        # Groups are whole: a few accounts more or fewer than the share says.
        count = max(1, round(total / entries / max(group, 1))) * max(group, 1)
        issuer = 900 + number
        settled = _settled(rng, mine, count, 0, issuer)
        made.append(Cohort(name=f"{name}-{number:03}", kind=name, least=count, **settled))
    return made


def traits_table(design: Design) -> pa.Table:
    """One row for each operator: its ring, size, volume, traits and the kinds that it shares."""
    names = list(design.operators[0].traits)
    kinds = sorted(set(KINDS.values()))
    rows = [
        {
            "operator": o.name,
            "ring_id": o.ring,
            "size": o.size,
            "volume": o.volume,
            **o.traits,
            **{f"shares_{kind}": kind in o.shared for kind in kinds},
            "kinds_shared": len(o.shared),
        }
        for o in design.operators
    ]
    columns = ["operator", "ring_id", "size", "volume", *names]
    columns += [*(f"shares_{kind}" for kind in kinds), "kinds_shared"]
    return pa.table({column: [row[column] for row in rows] for column in columns})


def cohorts_table(world: World) -> pa.Table:
    """The cohort of every honest account."""
    people = world.people
    of = np.flatnonzero(~world.fraud & ~world.robbed)
    names = pa.array([c.label for c in world.knobs.cohorts])
    return pa.table(
        {
            "account_id": world.account_ids.take(pa.array(of)),
            "cohort": names.take(pa.array(people.cohort[of])),
            "group": _group_numbers(world, of),
        }
    )


def _group_numbers(world: World, of: Ints) -> pa.Array:
    """The group of accounts that are in one, numbered over all cohorts."""
    group = world.people.group[of]
    return pa.array(group, mask=group == 0)


def stolen_table(world: World) -> pa.Table:
    """The stolen accounts: who uses them and since when."""
    people = world.people
    of = np.flatnonzero(people.taken)
    names = pa.array([c.label for c in world.knobs.cohorts])
    return pa.table(
        {
            "account_id": world.account_ids.take(pa.array(of)),
            "operator": names.take(pa.array(people.cohort[of])),
            "since": pa.array(people.begin[of] * 1000, pa.timestamp("ms", "UTC")),
        }
    )
