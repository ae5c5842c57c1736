"""What people decided, and what detection makes of it.

Decisions are never changed: of several about one ring or account the latest counts, and all stay.

- **rejected**: what was seen then counts no more between the accounts that the decision is about
  and anybody else. For a ring that is what two of its members or more used, for an account all
  that it used, and the direct contacts of both. So what was rejected does not come back by
  itself; it comes back when identifiers that were not seen then make a ring *by themselves*, under
  the criteria that every ring has to meet.
- **confirmed**: the accounts stay in the ring, whatever else a run finds. Where the ring has gone
  into another they are in that one; an account that was rejected later is not kept.
- **watched**: changes nothing but what lists show.
- **withdrawn**: the decision before it counts no more, as if nobody had decided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ringleader.algorithms.evidence.shared_neighbours import Links
from ringleader.algorithms.evidence.sharing import Ints, Sharing
from ringleader.algorithms.rings.building import Ring
from ringleader.algorithms.rings.lineage import Lineage

CONFIRMED, REJECTED, WATCHED = "confirmed", "rejected", "watched"
WITHDRAWN = "withdrawn"
VERDICTS = (CONFIRMED, REJECTED, WATCHED, WITHDRAWN)
RING, ACCOUNT = "ring", "account"


@dataclass(frozen=True)
class Decision:
    """The decision that counts about a ring or an account.

    Attributes:
        target: The ring or account.
        kind: ``ring`` or ``account``.
        verdict: One of :data:`VERDICTS`.
        ring_id: The ring that it is about today: what the ring has gone into, or that of the
            account; None for an account of no ring.
        members: The accounts that it is about.
        evidence: What was seen then, each as ``label|key``.
        at: When.
    """

    target: str
    kind: str
    verdict: str
    ring_id: str | None
    members: frozenset[str]
    evidence: frozenset[str]
    at: datetime


def standing(rows: Iterable[Mapping[str, Any]]) -> list[Decision]:
    """Decisions from rows of the stored query ``standing-decisions``, the earliest first."""
    found = [
        Decision(
            row["target"],
            row["target_kind"],
            row["verdict"],
            row["ring_id"],
            frozenset(row["members"] or ()),
            frozenset(row["evidence"] or ()),
            row["decided_at"].to_native(),
        )
        for row in rows
    ]
    return sorted(found, key=lambda decision: (decision.at, decision.kind, decision.target))


def without_rejected(sharing: Sharing, decisions: Sequence[Decision]) -> Sharing:
    """Who shares what, without what was rejected.

    The accounts of a rejected decision no longer use what was seen then, nor are they in contact
    with whom they were in contact with.

    Args:
        sharing: Who shares what.
        decisions: Those that count.
    """
    rejected = [decision for decision in decisions if decision.verdict == REJECTED]
    if not rejected:
        return sharing
    gone = np.zeros(len(sharing.user), dtype=bool)
    apart = np.zeros(len(sharing.contacts), dtype=bool)
    one, other = sharing.contacts[:, 0], sharing.contacts[:, 1]
    for decision in rejected:
        members = positions(sharing.accounts, decision.members)
        seen, known = rejected_evidence(sharing, decision)
        mine = np.zeros(len(sharing.accounts), dtype=bool)
        mine[members] = True
        met = np.zeros(len(sharing.accounts), dtype=bool)
        met[known] = True
        there = np.zeros(len(sharing.keys), dtype=bool)
        there[seen] = True
        gone |= mine[sharing.user] & there[sharing.used]
        apart |= (mine[one] & met[other]) | (mine[other] & met[one])
    return sharing.without(gone, apart)


def rejected_evidence(sharing: Sharing, decision: Decision) -> tuple[Ints, Ints]:
    """Positions of the identifiers and of the accounts in contact that a decision has seen."""
    keys: dict[str, list[str]] = {}
    for name in decision.evidence:
        label, key = name.split("|", 1)
        keys.setdefault(label, []).append(key)
    known = positions(sharing.accounts, keys.pop("Account", ()))
    seen = [np.zeros(0, dtype=np.int64)]
    for label, wanted in keys.items():
        if label in sharing.schema.labels:
            code = sharing.schema.labels.index(label)
            low, high = np.searchsorted(sharing.label, [code, code + 1])
            seen.append(low + positions(sharing.keys[low:high], wanted))
    return np.concatenate(seen), known


def positions(names: NDArray[np.object_], wanted: Collection[str]) -> Ints:
    """Where names are in a sorted list, without those that are not there.

    Args:
        names: The list; each name is looked up by halving, so that cost follows ``wanted``.
        wanted: The names.
    """
    asked = np.array(sorted(wanted), dtype=object)
    if not len(names) or not len(asked):
        return np.zeros(0, dtype=np.int64)
    at = np.minimum(np.searchsorted(names, asked), len(names) - 1).astype(np.int64)
    found: Ints = at[names[at] == asked]
    return found


def with_confirmed(
    lineage: Lineage, decisions: Sequence[Decision], sharing: Sharing, links: Links
) -> list[Ring]:
    """The rings of a run with the accounts that somebody confirmed to be in them.

    Args:
        lineage: The rings under their lasting names.
        decisions: Those that count.
        sharing: Who shares what.
        links: The links, without what was rejected.

    Returns:
        The rings, the strongest first. One that is left with a single member is none.
    """
    out_since = {d.target: d.at for d in decisions if d.kind == ACCOUNT and d.verdict == REJECTED}
    here = {str(name) for name in sharing.accounts}
    home: dict[str, str] = {}
    for decision in decisions:
        if decision.verdict == CONFIRMED and decision.ring_id is not None:
            ring_id = lineage.successor.get(decision.ring_id, decision.ring_id)
            for account in decision.members & here:
                if account not in out_since or out_since[account] < decision.at:
                    home[account] = ring_id
    rings = {ring.ring_id: ring for ring in lineage.rings}
    members = {name: set(ring.members) for name, ring in rings.items()}
    found_in = {account: name for name, accounts in members.items() for account in accounts}
    for account, name in home.items():
        if found_in.get(account) != name:
            members.get(found_in.get(account, ""), set()).discard(account)
            members.setdefault(name, set()).add(account)
    made = []
    for name, accounts in members.items():
        old = rings.get(name)
        if old is not None and accounts == set(old.members):
            made.append(old)
        elif len(accounts) > 1:
            single = old.single_family if old else len(sharing.groups_in_data()) < 2
            made.append(ring_of(name, accounts, single, old, sharing, links))
    return sorted(made, key=lambda ring: (-ring.score, ring.ring_id))


def ring_of(
    name: str,
    accounts: Iterable[str],
    single: bool,
    like: Ring | None,
    sharing: Sharing,
    links: Links,
) -> Ring:
    """The ring of certain accounts, with the evidence that the links between them hold.

    Args:
        name: What it is called.
        accounts: Its members.
        single: Whether the data hold one group of evidence only.
        like: The ring that it was before members came or went; None for one that was not found.
        sharing: Who shares what.
        links: All links.
    """
    names = tuple(sorted(accounts))
    at = positions(sharing.accounts, names)
    inside = np.zeros(len(sharing.accounts), dtype=bool)
    inside[at] = True
    mine = inside[links.a] & inside[links.b]
    member_bits = np.zeros(len(inside))
    for end in (links.a[mine], links.b[mine]):
        member_bits += np.bincount(end, links.weight[mine], minlength=len(inside))
    by_family = links.family_bits[mine].sum(axis=0)
    names_of = sharing.schema.family_names
    family_bits = sorted(
        ((names_of[f], float(by_family[f])) for f in np.flatnonzero(by_family > 0)),
        key=lambda item: (-item[1], item[0]),
    )
    found = like or Ring(name, (), (), (), 0, single)
    return replace(
        found,
        ring_id=name,
        members=names,
        member_bits=tuple(float(bits) for bits in member_bits[at]),
        family_bits=tuple(family_bits),
        links=int(mine.sum()),
        single_family=single,
    )
