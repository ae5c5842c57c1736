"""Rows as a report's stored queries return them, for as many rings as wanted, and its page."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from ringleader.algorithms.parameters import Parameters
from ringleader.exports.page import write_page
from ringleader.exports.report import blocks
from ringleader.exports.report_ring import Standing, as_it_is

EVIL = "</script><img src=x onerror=\"document.title='run'\"><b>\u202egnp"
LABELS = (
    ("network", "Ip"),
    ("payment", "PaymentMethod"),
    ("device", "Device"),
    ("prompt", "PromptCluster"),
)


@dataclass
class ReportWorld:
    """Rings of ``size`` accounts, each linked to the next ``near`` and sharing ``shared`` things.

    Attributes:
        rings: How many.
        size: Accounts of each.
        near: Links of each account, to those that come next.
        shared: Identifiers of each ring; a quarter of the ring uses each of them.
        evil: Whether names are markup.
    """

    rings: int = 3
    size: int = 12
    near: int = 4
    shared: int = 8
    evil: bool = False

    def name(self, text):
        return text + EVIL if self.evil else text

    def ids(self):
        return [f"ring-{number:04d}" for number in range(self.rings)]

    def accounts(self, ring_id):
        return [self.name(f"acc-{ring_id[5:]}-{n:03d}") for n in range(self.size)]

    def identifiers(self, ring_id):
        """Family, label, key and users of what a ring shares."""
        accounts = self.accounts(ring_id)
        users = max(2, self.size // 4)
        for number in range(self.shared):
            family, label = LABELS[number % len(LABELS)]
            start = (number * users) % self.size
            yield (
                family,
                label,
                self.name(f"{label.lower()}-{ring_id[5:]}-{number:02d}"),
                [accounts[(start + n) % self.size] for n in range(users)],
            )

    def links(self, ring_id):
        accounts, shared = self.accounts(ring_id), list(self.identifiers(ring_id))
        for one in range(self.size):
            for step in range(1, self.near + 1):
                other = (one + step) % self.size
                lines = [shared[(one + n) % self.shared] for n in range(min(6, self.shared))]
                yield {
                    "ring_id": ring_id,
                    "account_a": accounts[one],
                    "account_b": accounts[other],
                    "evidence": [f"{family}|{label}|{key}" for family, label, key, _ in lines],
                    "evidence_bits": [4.0 / (n + 1) for n in range(len(lines))],
                }

    def members(self, ring_id):
        dice = random.Random(ring_id)
        for number, account in enumerate(self.accounts(ring_id)):
            day = dice.randint(1, 20)
            yield {
                "ring_id": ring_id,
                "account_id": account,
                "score": 60.0 - number,
                "opened": f"2026-01-{day:02d}T08:00:00Z",
                "status": "banned" if number % 3 == 0 else "active",
                "status_at": "2026-02-10T12:00:00Z" if number % 3 == 0 else None,
                "organizations": [self.name("org")] if number < 2 else [],
                "first_seen": f"2026-01-{day:02d}T09:00:00Z",
                "last_seen": "2026-02-09T18:00:00Z",
                "requests": dice.randint(10, 500),
                "hours": [[hour, 1 + (hour + number) % 4] for hour in range(8, 20)],
            }

    def score(self, ring_id):
        return sum(sum(link["evidence_bits"]) for link in self.links(ring_id))

    def standing(self):
        """The rings as wholes."""
        rings = []
        for number, ring_id in enumerate(self.ids()):
            bits = {}
            for link in self.links(ring_id):
                for line, amount in zip(link["evidence"], link["evidence_bits"], strict=True):
                    family = line.split("|")[0]
                    bits[family] = bits.get(family, 0.0) + amount
            rings.append(
                Standing(
                    ring_id=ring_id,
                    size=self.size,
                    score=sum(bits.values()),
                    families=list(bits),
                    family_bits=list(bits.values()),
                    single_family=False,
                    links=self.size * self.near,
                    density=2 * self.near / (self.size - 1),
                    run="run-1",
                    parameters=json.dumps(asdict(Parameters())),
                    accounts=10 * self.rings * self.size,
                    campaigns=[self.name("campaign-1")] if number < 2 else [],
                    earlier=[],
                    opened_first=f"2026-01-{1 + number % 9:02d}T08:00:00Z",
                    opened_last="2026-01-20T08:00:00Z",
                    statuses=[["active", self.size // 2], ["banned", self.size // 3]],
                )
            )
        return rings

    def run(self):
        return {
            "run_id": "run-1",
            "started_at": "2026-02-11T00:00:00Z",
            "finished_at": "2026-02-11T00:01:00Z",
            "algorithm": "leiden",
            "version": "0.1.0",
            "parameters": json.dumps(asdict(Parameters(min_ring_size=6))),
            "known_hubs": None,
            "accounts": 10 * self.rings * self.size,
            "links": self.rings * self.size * self.near,
            "rings": self.rings,
            "members": self.rings * self.size,
            "uses": {
                "Ip": 100,
                "PaymentMethod": 50,
                "Device": 70,
                "PromptCluster": 30,
                "EmailDomain": 0,
                "referred": 0,
                "invited": 0,
                "transferred": 0,
            },
            "loaded_since": 0,
        }

    def read(self, query, params):
        """What the stored query would answer."""
        ids = params.get("ring_ids", ())
        match query:
            case "report-links":
                return [row for ring_id in ids for row in self.links(ring_id)]
            case "report-members":
                return [row for ring_id in ids for row in self.members(ring_id)]
            case "report-identifiers":
                return [
                    {
                        "ring_id": ring_id,
                        "label": label,
                        "identifier": key,
                        "accounts": users,
                        "outside": number % 3,
                        "about": [[label, "label", self.name("told")]],
                    }
                    for ring_id in ids
                    for number, (_, label, key, users) in enumerate(self.identifiers(ring_id))
                ]
            case "report-decisions":
                return [
                    {
                        "ring_id": ring_id,
                        "account_id": self.accounts(ring_id)[1],
                        "label": "benign",
                        "decided_at": "2026-02-12T10:00:00Z",
                        "decided_by": self.name("ann"),
                        "note": self.name("a student"),
                    }
                    for ring_id in ids[:1]
                ]
            case "report-campaigns":
                return [
                    {
                        "campaign_id": self.name("campaign-1"),
                        "properties": {
                            "campaign_id": self.name("campaign-1"),
                            "shared": [f"network|Proxy|{self.name('proxy-9')}"],
                            "shared_bits": [7.5],
                            "capabilities": ["reasoning"],
                            "capability_requests": [1200],
                            "operators": [self.name("Hide")],
                            "requests": 4000,
                        },
                        "rings": self.ids()[:2],
                    }
                ]
            case "channels-without-addresses":
                return [
                    {"channel": self.name("reseller"), "accounts": 3, "without_ip": 3},
                    {"channel": "api", "accounts": 9, "without_ip": 1},
                ]
            case _:
                return []


def written(path, world):
    """The page of a world, written to a file."""
    now = datetime(2026, 2, 13, tzinfo=UTC)
    with path.open("wb") as file:
        write_page(file, blocks(world.read, world.run(), world.standing(), as_it_is, now))
    return path
