"""What a simulated account is, and where its addresses and names come from."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

START = np.datetime64("2026-01-01T00:00:00", "s").astype(np.int64)
DAYS = 60
HOUR, DAY = 3600, 86_400
BENCHMARK_NET = ipaddress.ip_network("198.18.0.0/15")  # RFC 2544


@dataclass
class Account:
    """One simulated account and what it uses."""

    account_id: str
    created: int
    domain: str
    ips: Sequence[str]
    devices: Sequence[str]
    cards: Sequence[str]
    prompts: Sequence[str]
    requests: int
    cohort: str
    ring: str = ""
    organization: str = ""
    channel: str = "api"
    card_kind: str = "card"
    bin: str = ""
    banned: int | None = None
    hours: tuple[int, int] = (7, 23)
    burst: int | None = None  # all requests within the hour that starts here


@dataclass
class World:
    """What has been made so far, and where the next address and name come from."""

    rng: np.random.Generator
    accounts: list[Account] = field(default_factory=list)
    proxies: list[dict[str, str]] = field(default_factory=list)
    contacts: list[tuple[str, str, str, int]] = field(default_factory=list)
    _subnets: int = 0
    _names: int = 0

    def subnet(self) -> ipaddress.IPv4Network:
        """The next unused /24."""
        base = int(BENCHMARK_NET.network_address) + 256 * self._subnets
        self._subnets += 1
        return ipaddress.IPv4Network((base, 24))

    def addresses(self, count: int) -> list[str]:
        """Addresses of one new subnet."""
        network = self.subnet()
        return [str(network[int(i)]) for i in self.rng.choice(254, count, replace=False) + 1]

    def name(self, kind: str) -> str:
        """A new identifier that says nothing about who uses it."""
        self._names += 1
        return f"{kind}_{self.rng.integers(16**10):010x}{self._names:04x}"

    def moment(self, first_day: float = 0, last_day: float = DAYS) -> int:
        """A random second between two days of the period."""
        return int(START + self.rng.uniform(first_day, last_day) * DAY)

    def some(self, items: Sequence[str], low: int, high: int) -> list[str]:
        """Between ``low`` and ``high`` of the items."""
        count = min(int(self.rng.integers(low, high + 1)), len(items))
        return [items[int(i)] for i in self.rng.choice(len(items), count, replace=False)]

    def volume(self, median: float = 20) -> int:
        """A heavy-tailed number of requests."""
        return int(np.clip(self.rng.lognormal(np.log(median), 1.0), 2, 400))

    def add(self, **given: Any) -> Account:
        """A new account: its own mailbox, device, card and address unless told otherwise."""
        rng = self.rng
        mail = ("mail.example", "post.example", "box.example", "web.example")
        defaults: dict[str, Any] = {
            "account_id": self.name("acc"),
            "created": self.moment(),
            "domain": mail[int(rng.choice(4, p=[0.5, 0.25, 0.15, 0.1]))],
            "devices": [self.name("dev")],
            "cards": [self.name("pm")] if rng.random() < 0.8 else [],
            "requests": self.volume(),
            "bin": f"4{int(rng.integers(40)):05d}",
        }
        account = Account(**{**defaults, **given})
        self.accounts.append(account)
        return account
