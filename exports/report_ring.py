"""What a report says of one ring, from the rows of the stored queries ``report-…``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from ringleader.algorithms.evidence.removal import OTHERS, read_back
from ringleader.algorithms.explanation.dissolution import dissolution
from ringleader.algorithms.explanation.explain import CONTACTED, Item, evidence_items
from ringleader.algorithms.parameters import recorded
from ringleader.exports.report_drawing import drawing
from ringleader.schema import Schema

# From a label (of the schema, or ``label.property``) and a name to what is shown in its place.
# Every name and every text that comes from the data passes through it.
Naming = Callable[[str, str], str]

# Spent on a smaller set that dissolves a ring: a tenth of a second, for rings may be hundreds.
EFFORT = 100_000
ITEMS_TOLD = 100  # identifiers per ring, the strongest; the rest is one line per family
HOURS = 24
INNOCENT = ("benign", "rejected")  # decisions that speak against a ring


def as_it_is(label: str, key: str) -> str:
    """The name itself."""
    return key


@dataclass(frozen=True)
class Standing:
    """A ring as a whole: a row of ``report-rings``."""

    ring_id: str
    size: int
    score: float
    families: list[str]
    family_bits: list[float]
    single_family: bool
    links: int
    density: float
    run: str
    parameters: str | None
    accounts: int | None
    campaigns: list[str]
    earlier: list[dict[str, Any]]
    opened_first: str | None
    opened_last: str | None
    statuses: list[list[Any]]
    named_by: Sequence[str] = ()


@dataclass(frozen=True)
class Rows:
    """What the stored queries say of one ring.

    Attributes:
        links: Rows of ``report-links``.
        members: Rows of ``report-members``, the most tied first.
        identifiers: Rows of ``report-identifiers``.
        decisions: Rows of ``report-decisions``.
    """

    links: Sequence[Mapping[str, Any]]
    members: Sequence[Mapping[str, Any]]
    identifiers: Sequence[Mapping[str, Any]]
    decisions: Sequence[Mapping[str, Any]]


def ring_block(
    ring: Standing, rows: Rows, there: Sequence[str], name: Naming, schema: Schema
) -> dict[str, Any]:
    """All that the page shows of a ring; items and what is left of them add up to its score.

    Args:
        ring: The ring.
        rows: What is known of it.
        there: Families of which the graph holds anything.
        name: What a name is shown as.
        schema: What accounts can share.
    """
    outside = {(row["label"], row["identifier"]): row["outside"] for row in rows.identifiers}
    about = {(row["label"], row["identifier"]): row["about"] for row in rows.identifiers}
    links = read_back(rows.links, schema)
    items = evidence_items(links, outside)
    told = items[:ITEMS_TOLD]
    single = bool(ring.single_family)
    population = ring.accounts or 0
    found = dissolution(links, single, population, recorded(ring.parameters), effort=EFFORT)
    return {
        "id": name("Ring", ring.ring_id),
        "size": ring.size,
        "score": ring.score,
        "links": ring.links,
        "density": ring.density,
        "single": single or bool(ring.named_by),
        "run": ring.run,
        "families": sorted(_bits_of(items), key=lambda pair: (-pair[1], pair[0])),
        "campaigns": [name("Campaign", key) for key in ring.campaigns],
        "earlier": [{**line, "ring_id": name("Ring", line["ring_id"])} for line in ring.earlier],
        "members": [_member(row, name) for row in rows.members],
        "items": [_item(item, about.get((item.label, item.key), []), name) for item in told],
        "rest": [
            [family, sum(item.family == family for item in items[ITEMS_TOLD:]), bits]
            for family, bits in _bits_of(items[ITEMS_TOLD:])
        ],
        "graph": drawing(
            [row["account_id"] for row in rows.members],
            [(item.label, item.key) for item in told],
            {(row["label"], row["identifier"]): row["accounts"] for row in rows.identifiers},
        ),
        "dissolution": {
            "without": [evidence_named(line, name) for line in found.names],
            "complete": found.complete,
            "smallest": found.smallest,
            "criterion": found.criterion,
        },
        "against": against(ring, items, rows, there, name),
        "decisions": [_decision(row, name) for row in rows.decisions],
    }


def _bits_of(items: Sequence[Item]) -> list[tuple[str, float]]:
    bits: dict[str, float] = {}
    for item in items:
        bits[item.family] = bits.get(item.family, 0.0) + item.bits
    return list(bits.items())


def _member(row: Mapping[str, Any], name: Naming) -> dict[str, Any]:
    """A member; ``hours`` has the number of identifiers used in each hour of the day."""
    used = dict(row["hours"])
    return {
        "name": name("Account", row["account_id"]),
        "bits": round(row["score"], 2),
        "opened": row["opened"],
        "status": row["status"],
        "status_at": row["status_at"],
        "first": row["first_seen"],
        "last": row["last_seen"],
        "requests": row["requests"],
        "hours": [used.get(hour, 0) for hour in range(HOURS)] if used else [],
    }


def _item(item: Item, about: Sequence[Sequence[Any]], name: Naming) -> dict[str, Any]:
    return {
        "family": item.family,
        "label": item.label,
        "name": _key(item.label, item.key, name),
        "bits": round(item.bits, 4),
        "links": item.links,
        "members": item.members,
        "outside": item.outside,
        "about": [
            [f"{label}.{fact}", name(f"{label}.{fact}", str(value))] for label, fact, value in about
        ],
    }


def _key(label: str, key: str, name: Naming) -> str:
    """The name of what carries evidence; kinds of contact and remainders are words of ours."""
    return key if label in (CONTACTED, OTHERS) else name(label, key)


def evidence_named(line: str, name: Naming) -> dict[str, str]:
    """A line of evidence, ``family|label|key``, with its name."""
    family, label, key = line.split("|", 2)
    return {"family": family, "label": label, "name": _key(label, key, name)}


def _decision(row: Mapping[str, Any], name: Naming) -> dict[str, Any]:
    return {
        "account": None if row["account_id"] is None else name("Account", row["account_id"]),
        "label": row["label"],
        "at": row["decided_at"],
        "by": None if row["decided_by"] is None else name("Review.decided_by", row["decided_by"]),
        "note": None if row["note"] is None else name("Review.note", row["note"]),
    }


def against(
    ring: Standing, items: Sequence[Item], rows: Rows, there: Sequence[str], name: Naming
) -> list[str]:
    """What speaks against a ring, or for reading it with care, as sentences.

    Args:
        ring: The ring.
        items: Its evidence, the strongest first.
        rows: What is known of it.
        there: Families of which the graph holds anything.
        name: What a name is shown as.
    """
    told = []
    latest: dict[str | None, str] = {}
    for row in rows.decisions:
        latest.setdefault(row["account_id"], row["label"])
    if latest.pop(None, "") in INNOCENT:
        told.append("It was decided that these accounts are not a ring.")
    innocent = sorted(str(account) for account, label in latest.items() if label in INNOCENT)
    if innocent:
        told.append(
            f"{count_of(len(innocent), 'member was', 'members were')} decided to be innocent: "
            f"{_some([name('Account', account) for account in innocent])}."
        )
    if ring.named_by:
        sources = _some([name("Indicator.source", source) for source in ring.named_by])
        told.append(
            f"It is a ring on the word of {sources}, which names what its members live on; no "
            "second independent kind of evidence supports it."
        )
    if ring.single_family:
        told.append("The data hold one kind of evidence only; nothing independent supports it.")
    identifiers = [item for item in items if item.label not in (CONTACTED, OTHERS)]
    shared = [item for item in identifiers if item.outside]
    if shared:
        strongest = shared[0]
        told.append(
            f"{len(shared)} of {count_of(len(identifiers), 'identifier is', 'identifiers are')} "
            "also used outside the ring. The strongest of these, "
            f"{strongest.label} {name(strongest.label, strongest.key)}, is used by "
            f"{count_of(strongest.outside or 0, 'other account', 'other accounts')}."
        )
    untied = [f for f in there if f not in {item.family for item in items}]
    if untied:
        told.append(
            f"The data hold {in_a_row(untied)} evidence too, and none of it ties these accounts."
        )
    declared = Counter(key for row in rows.members for key in row["organizations"])
    if declared:
        organization, members = max(declared.items(), key=lambda pair: (pair[1], pair[0]))
        told.append(
            f"{count_of(members, 'member openly declares', 'members openly declare')} the "
            f"organization {name('Organization', organization)}."
        )
    if rows.members:
        weakest = rows.members[-1]
        middle = median(row["score"] for row in rows.members)
        told.append(
            f"Members differ in evidence: {name('Account', weakest['account_id'])} has "
            f"{weakest['score']:.1f} bits, the median member has {middle:.1f}."
        )
    return told


def _some(names: Sequence[str], most: int = 5) -> str:
    if len(names) <= most:
        return in_a_row(names)
    return ", ".join(names[:most]) + f" and {len(names) - most:,} more"


def in_a_row(words: Sequence[str]) -> str:
    """Words with commas and one "and"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def count_of(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many}"
