"""The figures that the simulation turns on, read from ``campaign.toml``."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("campaign.toml")
HONEST = "honest"


@dataclass(frozen=True)
class Cohort:
    """Accounts of one kind, in groups that share; ``campaign.toml`` says what each figure means."""

    name: str
    kind: str = ""
    share: float = 0.0
    accounts: int = 0
    least: int = 0
    requests: int = 0
    group: int = 1
    exits: float = 0.0
    exits_least: int = 0
    exits_each: int = 0
    exits_use: float = 0.0
    household: bool = False
    listed: str = ""
    rents: str = ""
    hotel_use: float = 0.0
    vpn_use: float = 0.0
    at_exit: bool = False
    one_home: bool = False
    devices: float = 0.0
    devices_least: int = 0
    devices_each: int = 0
    popular: float | None = None
    one_build: bool = False
    cards: float = 0.0
    cards_least: int = 0
    cards_each: int = 0
    card_kind: str = "card"
    bin: str = ""
    stolen_cards: bool = False
    card_failed: float | None = None
    paying: float | None = None
    domain: float = 0.0
    own_domain: float = 0.08
    organization: float = 0.0
    capability: str = "other"
    also: tuple[str, ...] = ()
    pivot: float = 0.0
    prompts: int = 0
    prompts_per_account: float = 0.0
    prompts_each: int = 0
    prompts_use: float = 0.0
    languages: int = 1
    interests: int = 6
    hours: str = "person"
    volume: float = 1.0
    spread: float | None = None
    lesson_hours: int = 0
    lesson_length: int = 1
    lessons: int = 1
    signup_days: tuple[float, float] | None = None
    aged_years: tuple[float, float] | None = None
    woken_days: tuple[float, float] | None = None
    stolen: bool = False
    locked_out: float = 0.5
    replaced: float = 0.0
    replacement_minutes: tuple[float, float] = (0.0, 0.0)
    channels: dict[str, float] = field(default_factory=dict)

    @property
    def fraudulent(self) -> bool:
        """Whether it is an operator's."""
        return self.accounts > 0

    @property
    def label(self) -> str:
        """What labels call it: cohorts that differ in figures only may be of one kind."""
        return self.kind or self.name


@dataclass(frozen=True)
class Knobs:
    """All of them: sections by name, and the cohorts, operators last.

    Attributes:
        sections: What ``campaign.toml`` says, but the cohorts.
        cohorts: Honest people first, then those who look guilty, then the operators.
        digest: SHA-256 of the file.
    """

    sections: dict[str, dict[str, Any]]
    cohorts: tuple[Cohort, ...]
    digest: str

    def __getitem__(self, section: str) -> dict[str, Any]:
        return self.sections[section]

    @property
    def start(self) -> int:
        """Seconds since 1970 of the period's first moment."""
        first: date = self["scale"]["start"]
        return (first - date(1970, 1, 1)).days * 86_400

    @property
    def days(self) -> int:
        """Length of the period."""
        return int(self["scale"]["days"])


def read_knobs(path: Path = FILE) -> Knobs:
    """Read the knobs.

    Args:
        path: The file.
    """
    content = path.read_bytes()
    said = tomllib.loads(content.decode())
    listed = [*said.pop("cohort"), *said.pop("operator")]
    cohorts = [Cohort(HONEST), *(Cohort(**_tuples(entry)) for entry in listed)]
    return Knobs(said, tuple(cohorts), hashlib.sha256(content).hexdigest())


def _tuples(entry: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
