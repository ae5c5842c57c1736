"""A statement of reasons for the holder of an account: what was found and how to appeal.

It names nobody else, no identifier, no ring and no threshold. It says which kinds of things the
account has in common with others, roughly how many, and when: enough to contest it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ringleader.algorithms.evidence.removal import OTHERS
from ringleader.algorithms.explanation.explain import CONTACTED, why_member
from ringleader.catalogue import get
from ringleader.graph import Graph
from ringleader.keys import keyed_hash

__all__ = ["letter"]

# Kinds of evidence as a letter calls them.
_KINDS = {
    "network": "network addresses that your account used",
    "payment": "means of payment that your account used",
    "device": "programs or devices that your account used",
    "prompt": "requests that your account sent, which follow the same templates",
    "contact": "phone numbers or mailboxes that your account gave",
}
# Bands for a number of accounts: a number itself could be compared with those of others.
_BANDS = ((11, "a few"), (31, "more than ten"), (101, "dozens of"), (1_001, "hundreds of"))


def letter(
    graph: Graph,
    ring_id: str,
    account_id: str,
    key: bytes,
    *,
    contact: str | None = None,
    now: datetime | None = None,
) -> str:
    """The statement for one account.

    Args:
        graph: An open graph.
        ring_id: The ring that it is in.
        account_id: The account.
        key: Key of the reference number.
        contact: Where an appeal goes.
        now: The date of the letter.

    Raises:
        NotFound: There is no such ring, or the account is not in it.
    """
    found = why_member(graph, ring_id, account_id)
    items = [item for item in found.items if item.label not in (CONTACTED, OTHERS)]
    kinds: dict[str, set[str]] = {}
    for item in items:
        kinds.setdefault(item.family, set()).add(f"{item.label}|{item.key}")
    seen = {
        (row["label"], row["key"]): row
        for row in graph.read(get("uses-of-account"), {"account_id": account_id})
    }
    [ring] = graph.read(get("ring-summary"), {"ring_id": ring_id})
    others = _band(len(ring["members"]) - 1)
    stored = get("decisions-on-account")
    decided = graph.read(stored, stored.bind({"account_id": account_id}))
    day = (now or datetime.now(UTC)).strftime("%Y-%m-%d")
    reference = keyed_hash(key, "letter", account_id, ring_id)[:12]
    lines = [
        f"Statement of reasons for account {account_id}",
        f"Date: {day}. Reference: {reference}",
        "",
        "What was found",
        "",
        f"Your account appears to be operated together with {others} other "
        "accounts. This rests on things that your account has in common with them and that "
        "accounts of different people seldom share.",
        "",
        "What it rests on",
        "",
    ]
    for family, shared in sorted(kinds.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        what = _KINDS.get(family, f"{family} information of your account")
        lines.append(f"- {what}{_period(shared, seen)}")
    if any(item.label == CONTACTED for item in found.items):
        lines.append("- direct contacts between your account and some of the others")
    if ring["named_by"]:
        lines.append("- what others have told us about some of these things")
    lines += [
        "",
        "How it was decided",
        "",
        "Software compared which accounts use the same things. It did not look at what your "
        "requests say.",
        _decision(decided),
        "",
        "What you can do",
        "",
        "If this is wrong, you can appeal. It helps to say who else uses your connection, device, "
        "program or means of payment: a household, a firm, a school or a shared service is a good "
        "reason. A person will look at it.",
        f"Write to {contact} and give the reference {reference}."
        if contact
        else f"Answer to whoever sent you this, and give the reference {reference}.",
    ]
    return "\n".join(lines) + "\n"


def _band(others: int) -> str:
    return next((words for most, words in _BANDS if others < most), "thousands of")


def _period(shared: set[str], seen: Mapping[tuple[str, str], Mapping[str, Any]]) -> str:
    rows = [seen[label, key] for label, key in (name.split("|", 1) for name in shared)
            if (label, key) in seen]  # fmt: skip
    first = [row["first_seen"].to_native() for row in rows if row["first_seen"] is not None]
    last = [row["last_seen"].to_native() for row in rows if row["last_seen"] is not None]
    if not first or not last:
        return ""
    return f", between {min(first):%Y-%m-%d} and {max(last):%Y-%m-%d}"


def _decision(decided: Sequence[Mapping[str, Any]]) -> str:
    verdicts = [row for row in decided if row["verdict"] in ("confirmed", "rejected")]
    if not verdicts:
        return "No person has decided on it yet."
    day = verdicts[0]["decided_at"]
    when = f" on {day.to_native():%Y-%m-%d}" if day is not None else ""
    return f"A person looked at it{when}."
