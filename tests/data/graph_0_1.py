"""Make the tables of the small world that ringleader 0.1 loaded, detected and was asked about.

The graph is in graph-0.1.dump. It was made by version 0.1 (tag v0.1.0) on Neo4j 5.26.30:
    python tests/data/graph_0_1.py FOLDER
    ringleader load all FOLDER/first && ringleader detect
    ringleader review confirm RING-OF-aa --note "same cards" --by ann
    ringleader review reject RING-OF-cc --note "a class" --by ann
    ringleader load all FOLDER/second && ringleader detect
    ringleader review watch bb03 --note "look again" --by bob
    ringleader hubs pin 198.51.100.7 benign --note office
    ringleader hubs pin aa-device-1 benign --note lent
    ringleader hubs pin bb-device-0 owned --note theirs
    ringleader detect && ringleader server stop, then neo4j-admin database dump neo4j
"""

import csv
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

START = datetime(2026, 1, 5)
RINGS = {"aa": 9, "bb": 12, "cc": 7}


def tables():
    """Rows of accounts, requests and payments, by the load that brings them."""
    chance = random.Random(1)
    for ring, size in RINGS.items():
        for n in range(size):
            part = "second" if ring == "aa" and n == size - 1 else "first"
            yield from account(chance, part, f"{ring}{n:02d}", ring)
    for n in range(90):
        yield from account(chance, "first", f"honest{n:02d}", None)


def account(chance, part, name, ring):
    """Rows of an account: a ring shares addresses, devices and cards; others mostly do not."""
    opened = START + timedelta(hours=chance.random() * (20 if ring else 1_200))
    domain = f"{ring}-mail.example" if ring else "mail.example"
    yield part, "accounts", {
        "account_id": name, "created_at": opened.isoformat(), "email": f"{name}@{domain}",
        "status": "active",
    }  # fmt: skip
    for day in range(6):
        at = opened + timedelta(days=day, hours=chance.random() * 10)
        mine = chance.randrange(3)
        ip = (
            f"203.0.113.{10 * list(RINGS).index(ring) + mine}"
            if ring
            else (
                "198.51.100.7"
                if day == 0
                else f"100.64.{chance.randrange(200)}.{chance.randrange(250)}"
            )
        )
        yield part, "requests", {
            "account_id": name, "timestamp": at.isoformat(), "ip": ip,
            "device_id": f"{ring}-device-{mine}" if ring else f"device-of-{name}",
            "model": "large", "request_id": f"{name}-{day}",
        }  # fmt: skip
    yield part, "payments", {
        "account_id": name, "timestamp": opened.isoformat(), "kind": "card",
        "payment_method_id": f"{ring}-card-{chance.randrange(2)}" if ring else f"card-of-{name}",
        "amount": "20.00", "currency": "USD", "outcome": "succeeded",
    }  # fmt: skip


def write(folder):
    """Write the tables, one folder for each load."""
    found = {}
    for part, table, row in tables():
        found.setdefault((part, table), []).append(row)
    for (part, table), rows in found.items():
        path = Path(folder) / part / f"{table}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    write(sys.argv[1])
