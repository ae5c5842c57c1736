"""A small simulated sample: three operators among honest accounts, some of which look guilty.

Every table of the input contract is written, in the three file formats, with the truth in
``labels.csv``. All addresses are of a range reserved for benchmarks, all names end in
``.example``. The same seed writes the same bytes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from scenario import cohorts
from scenario.world import DAY, DAYS, HOUR, START, Account, World

CAPABILITIES = ("reasoning", "coding", "tool_use", "other")
MODELS = ("large", "small")


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
    cohorts.honest(world, everyday, int(2000 * scale))
    cohorts.carrier_nat(world, everyday, 400)
    cohorts.campus(world, everyday, 200)
    cohorts.corporate_vpn(world, everyday, 80)
    cohorts.families(world, everyday, 20)
    cohorts.bootcamp(world, everyday, 60)
    cohorts.ci_fleet(world, everyday, 40)
    cohorts.prepaid(world, everyday, 100)
    # Targeted prompts are not the operators' alone: some honest people ask the same.
    for account in world.accounts:
        if world.rng.random() < 0.02:
            account.prompts = [*account.prompts, *world.some([*reasoning, *coding], 1, 1)]
    cohorts.hydra(world, reasoning, 120)
    cohorts.card_sharers(world, coding, 60)
    cohorts.careful(world, everyday, 12)
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
