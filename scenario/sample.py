"""A small simulated sample: three operators among honest accounts, some of which look guilty.

Every table of the input contract is written, in the three file formats, with the truth in
``labels.csv``. All addresses are of ranges reserved for documentation and benchmarks, all names
end in ``.example``. The same seed writes the same bytes.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

START = np.datetime64("2026-01-01T00:00:00", "s").astype(np.int64)
DAYS = 60
HOUR, DAY = 3600, 86_400
BENCHMARK_NET = ipaddress.ip_network("198.18.0.0/15")  # RFC 2544
CAPABILITIES = ("reasoning", "coding", "tool_use", "other")
MODELS = ("large", "small")


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


def honest(world: World, prompts: Sequence[str], count: int) -> None:
    """People at home: an address of their own that changes now and then, an own device and card."""
    pool: list[str] = []
    for number in range(count):
        if number % 60 == 0:
            pool = world.addresses(200)
        domain = {"domain": f"{world.name('corp')}.example"} if world.rng.random() < 0.1 else {}
        world.add(
            ips=world.some(pool, 1, 3),
            prompts=world.some(prompts, 1, 6),
            cohort="honest",
            **domain,
        )


def carrier_nat(world: World, prompts: Sequence[str], count: int) -> None:
    """Phones of one carrier: hundreds of strangers on four addresses."""
    exits = world.addresses(4)
    for _ in range(count):
        world.add(
            ips=world.some(exits, 1, 4), prompts=world.some(prompts, 1, 5), cohort="carrier_nat"
        )


def campus(world: World, prompts: Sequence[str], count: int) -> None:
    """Students: a few addresses, one mail domain, the same course work."""
    exits, course = world.addresses(6), world.some(prompts, 8, 8)
    for _ in range(count):
        world.add(
            ips=world.some(exits, 1, 3),
            prompts=[*world.some(course, 1, 3), *world.some(prompts, 0, 3)],
            domain="campus.example",
            cohort="campus",
        )


def corporate_vpn(world: World, prompts: Sequence[str], count: int) -> None:
    """Staff of one declared organization: one VPN, one device image."""
    exits, image = world.addresses(2), world.name("dev")
    for _ in range(count):
        world.add(
            ips=exits,
            devices=[image],
            prompts=world.some(prompts, 1, 5),
            domain="corporate.example",
            organization="org_corporate",
            cohort="corporate_vpn",
            cards=[],
            hours=(8, 18),
        )


def families(world: World, prompts: Sequence[str], count: int) -> None:
    """Three or four people with one card and one address at home."""
    for _ in range(count):
        home, card = world.addresses(1), [world.name("pm")]
        for _ in range(int(world.rng.integers(3, 5))):
            world.add(ips=home, cards=card, prompts=world.some(prompts, 1, 5), cohort="family")


def bootcamp(world: World, prompts: Sequence[str], count: int) -> None:
    """A class: signed up the same day, the same prompts in the same hour from one room."""
    room, lesson = world.addresses(1), world.some(prompts, 5, 5)
    day = world.moment(20, 40)
    for _ in range(count):
        world.add(
            created=day + int(world.rng.integers(0, 3 * HOUR)),
            ips=[*room, *world.addresses(1)],
            prompts=lesson,
            cohort="bootcamp",
            burst=day + 4 * HOUR,
        )


def ci_fleet(world: World, prompts: Sequence[str], count: int) -> None:
    """Build jobs of many firms on one cloud: changing cloud addresses, one client library."""
    cloud, library = world.addresses(40), world.name("dev")
    for _ in range(count):
        world.add(
            ips=world.some(cloud, 5, 12),
            devices=[library],
            prompts=world.some(prompts, 1, 3),
            domain=f"{world.name('corp')}.example",
            requests=world.volume(60),
            cohort="ci_fleet",
            hours=(0, 24),
        )


def prepaid(world: World, prompts: Sequence[str], count: int) -> None:
    """People with prepaid cards of one issuer."""
    pool = world.addresses(200)
    for _ in range(count):
        world.add(
            ips=world.some(pool, 1, 2),
            cards=[world.name("pm")],
            card_kind="prepaid",
            bin="400999",
            prompts=world.some(prompts, 1, 4),
            cohort="prepaid_bin",
        )


def hydra(world: World, targets: Sequence[str], count: int) -> None:
    """Operator 1: rotates residential proxies; a banned account is replaced within minutes."""
    exits = [address for _ in range(12) for address in world.addresses(20)]
    devices = [world.name("dev") for _ in range(10)]
    for network in sorted({str(ipaddress.ip_network(f"{a}/24", strict=False)) for a in exits}):
        world.proxies.append(_proxy(network, "Rotor", "residential"))
    born = world.moment(5, 10)
    for number in range(count):
        banned = int(born + world.rng.uniform(10, 20) * DAY) if number % 3 == 0 else None
        world.add(
            created=born,
            ips=world.some(exits, 10, 20),
            devices=world.some(devices, 1, 2),
            cards=[world.name("pm")],
            card_kind="wallet",
            prompts=world.some(targets, 4, 6),
            requests=int(world.rng.integers(30, 60)),
            cohort="hydra",
            ring="ring-hydra",
            banned=banned,
            hours=(0, 24),
        )
        reborn = banned is not None and banned < START + DAYS * DAY and number % 6 == 0
        born = (
            banned + int(world.rng.integers(5, 40)) * 60
            if reborn and banned
            else world.moment(5, 45)
        )
    for address in world.some(exits, 15, 15):  # households behind the same exits
        world.add(ips=[address], prompts=world.some(targets, 0, 1), cohort="honest")


def card_sharers(world: World, targets: Sequence[str], count: int) -> None:
    """Operator 2: few prepaid cards over many accounts, through a datacentre."""
    exits, cards = world.addresses(12), [world.name("pm") for _ in range(6)]
    world.proxies.append(
        _proxy(str(ipaddress.ip_network(f"{exits[0]}/24", strict=False)), "Rack", "datacentre")
    )
    for _ in range(count):
        world.add(
            created=world.moment(15, 25),
            ips=world.some(exits, 2, 4),
            cards=world.some(cards, 1, 2),
            card_kind="prepaid",
            bin="400777",
            prompts=world.some(targets, 3, 5),
            requests=int(world.rng.integers(20, 50)),
            cohort="card_sharers",
            ring="ring-cards",
            channel="bedrock" if world.rng.random() < 0.3 else "api",
        )


def careful(world: World, prompts: Sequence[str], count: int) -> None:
    """Operator 3: small, own homes, but three machines and two cards between them."""
    cards = [world.name("pm") for _ in range(2)]
    devices = [world.name("dev") for _ in range(3)]
    for _ in range(count):
        world.add(
            created=world.moment(10, 50),
            ips=world.addresses(2),
            devices=world.some(devices, 1, 2),
            cards=world.some(cards, 1, 2),
            prompts=world.some(prompts, 3, 5),
            cohort="careful",
            ring="ring-careful",
        )


def _proxy(address: str, operator: str, kind: str) -> dict[str, str]:
    return {"address": address, "operator": operator, "kind": kind, "source": "sample"}


def build(seed: int = 7, scale: float = 1.0) -> World:
    """The accounts of the sample.

    Args:
        seed: Of the random numbers.
        scale: Of the honest population; rings and cohorts keep their size.
    """
    world = World(np.random.default_rng(seed))
    everyday = [f"pc_{number:04d}" for number in range(400)]
    reasoning = [f"pc_reasoning_{number}" for number in range(8)]
    coding = [f"pc_coding_{number}" for number in range(6)]
    honest(world, everyday, int(2000 * scale))
    carrier_nat(world, everyday, 400)
    campus(world, everyday, 200)
    corporate_vpn(world, everyday, 80)
    families(world, everyday, 20)
    bootcamp(world, everyday, 60)
    ci_fleet(world, everyday, 40)
    prepaid(world, everyday, 100)
    # Targeted prompts are not the operators' alone: some honest people ask the same.
    for account in world.accounts:
        if world.rng.random() < 0.02:
            account.prompts = [*account.prompts, *world.some([*reasoning, *coding], 1, 1)]
    hydra(world, reasoning, 120)
    card_sharers(world, coding, 60)
    careful(world, everyday, 12)
    for one, other in world.rng.choice(len(world.accounts), (150, 2)):
        first, second = world.accounts[int(one)], world.accounts[int(other)]
        if first is not second:
            world.contacts.append(
                (
                    first.account_id,
                    second.account_id,
                    "referred",
                    max(first.created, second.created),
                )
            )
    return world


def _stamp(seconds: int) -> str:
    return str(np.datetime64(seconds, "s")) + "Z"


def _event_times(world: World, account: Account) -> np.ndarray[Any, np.dtype[np.int64]]:
    rng, count = world.rng, account.requests
    if account.burst is not None:
        return np.sort(account.burst + rng.integers(0, HOUR, count))
    end = account.banned or START + DAYS * DAY
    days = max((end - account.created) // DAY, 1)
    day = account.created // DAY + rng.integers(0, days + 1, count)
    low, high = account.hours
    times = day * DAY + rng.integers(low * HOUR, high * HOUR, count)
    return np.sort(np.clip(times, account.created, end - 1))


def write(folder: Path, seed: int = 7, scale: float = 1.0) -> dict[str, Path]:
    """Write the sample.

    Args:
        folder: Where to; it is made if it is missing.
        seed: Of the random numbers.
        scale: Of the honest population.

    Returns:
        The file of each table of the contract.
    """
    folder.mkdir(parents=True, exist_ok=True)
    world = build(seed, scale)
    names = {"requests": "requests.parquet", "payments": "payments.jsonl"}
    tables = ("accounts", "requests", "payments", "proxies", "prompts", "contacts", "labels")
    paths = {table: folder / names.get(table, f"{table}.csv") for table in tables}
    requests, payments = _requests(world), _payments(world)
    pa.parquet.write_table(requests, paths["requests"])
    paths["payments"].write_text("".join(json.dumps(row) + "\n" for row in payments))
    clusters = sorted({p for account in world.accounts for p in account.prompts})
    csvs: dict[str, list[dict[str, str]]] = {
        "accounts": [_account_row(account) for account in world.accounts],
        "proxies": world.proxies,
        "prompts": [
            {"prompt_cluster_id": c, "label": c, "capability": _capability(c)} for c in clusters
        ],
        "contacts": [
            {"account_id": a, "other_account_id": b, "kind": kind, "timestamp": _stamp(at)}
            for a, b, kind, at in world.contacts
        ],
        "labels": [
            {
                "account_id": account.account_id,
                "label": "fraud" if account.ring else "benign",
                "ring_id": account.ring,
                "campaign": account.cohort,
                "decided_by": "simulation",
            }
            for account in world.accounts
        ],
    }
    for table, rows in csvs.items():
        pa.csv.write_csv(pa.Table.from_pylist(rows), paths[table])
    return paths


def _account_row(account: Account) -> dict[str, str]:
    return {
        "account_id": account.account_id,
        "created_at": _stamp(account.created),
        "email": f"{account.account_id}@{account.domain}",
        "organization_id": account.organization,
        "channel": account.channel,
        "status": "banned" if account.banned else "active",
        "status_at": _stamp(account.banned or account.created),
    }


def _capability(cluster: str) -> str:
    return next((c for c in CAPABILITIES if c in cluster), "other")


def _requests(world: World) -> pa.Table:
    columns: dict[str, list[Any]] = {name: [] for name in ("account_id", "timestamp", "ip")}
    columns |= {name: [] for name in ("device_id", "channel", "model", "prompt_cluster_id")}
    columns |= {name: [] for name in ("input_tokens", "output_tokens")}
    rng = world.rng
    for account in world.accounts:
        count = account.requests
        columns["account_id"] += [account.account_id] * count
        columns["timestamp"] += [_stamp(int(t)) for t in _event_times(world, account)]
        for name, items in (
            ("ip", account.ips),
            ("device_id", account.devices),
            ("prompt_cluster_id", account.prompts or ["pc_0000"]),
        ):
            columns[name] += [items[int(i)] for i in rng.integers(len(items), size=count)]
        columns["channel"] += [account.channel] * count
        columns["model"] += [MODELS[int(i)] for i in rng.integers(2, size=count)]
        columns["input_tokens"] += rng.lognormal(6.5, 1.0, count).astype(int).tolist()
        columns["output_tokens"] += rng.lognormal(5.0, 0.8, count).astype(int).tolist()
    return pa.table(columns)


def _payments(world: World) -> list[dict[str, Any]]:
    rows = []
    for account in world.accounts:
        for card in account.cards:
            for month in range(int(world.rng.integers(1, 3))):
                rows.append(
                    {
                        "account_id": account.account_id,
                        "payment_method_id": card,
                        "timestamp": _stamp(account.created + 600 + month * 30 * DAY),
                        "kind": account.card_kind,
                        "bin": account.bin,
                        "amount": "20.00",
                        "currency": "USD",
                        "outcome": "succeeded" if world.rng.random() < 0.95 else "failed",
                    }
                )
    return rows


def main() -> None:
    """Write the sample to a folder given on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, default=Path("demo/sample"))
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    for table, path in write(arguments.folder, arguments.seed).items():
        print(f"{table:10} {path}")


if __name__ == "__main__":
    main()
