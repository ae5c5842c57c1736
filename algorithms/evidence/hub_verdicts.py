"""Verdicts on identifiers: owned by rings, or widely shared, with the reasons.

Every identifier that two members of a ring use gets one. It is *owned* if seven in ten of the other
accounts that use it are in rings (``owned_part``), be it one ring or several: members of sister
rings are not outsiders. Otherwise it is *widely shared*: the ring uses it, and so do accounts of no
ring, which says nothing about whether it is harmless. A verdict that an analyst pins stands above
that, and the next detection honours it: what is pinned as widely shared counts nothing, what is
pinned as owned counts as if two accounts shared it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from ringleader.algorithms.evidence import scoring
from ringleader.algorithms.evidence.hubs import BENIGN, OWNED, ownership
from ringleader.algorithms.evidence.sharing import Floats, Ints, Sharing
from ringleader.algorithms.parameters import DAY, Parameters
from ringleader.algorithms.rings.building import Ring, ring_of
from ringleader.catalogue import get
from ringleader.errors import NotFound, WrongUsage
from ringleader.graph import Graph
from ringleader.parallel import side_by_side

WIDELY_SHARED = "widely shared"
# A verdict as it may be given or stored: earlier versions wrote `benign`.
VERDICTS = {"benign": BENIGN, "widely-shared": BENIGN, WIDELY_SHARED: BENIGN, "owned": OWNED}
ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Verdict:
    """What an identifier is.

    Attributes:
        label: Its label.
        key: Its key.
        number: The store's own number of it.
        verdict: ``owned`` or ``widely shared``.
        ring: The ring that most of its users are of.
        part: The part of its other users that are in rings.
        reasons: Ownership, tenure, diversity and lists, in words.
    """

    label: str
    key: str
    number: int
    verdict: str
    ring: str
    part: float
    reasons: tuple[str, ...]


def word_of(verdict: str) -> str:
    """A verdict as it is written today.

    Raises:
        WrongUsage: There is no such verdict.
    """
    if verdict not in VERDICTS:
        raise WrongUsage(
            f"there is no verdict {verdict!r} on identifiers", hint="owned or widely-shared"
        )
    return "owned" if VERDICTS[verdict] == OWNED else WIDELY_SHARED


def pins_in_force(graph: Graph) -> dict[str, int]:
    """What analysts say of identifiers: ``BENIGN`` or ``OWNED`` by ``label|key``."""
    return {row["target"]: VERDICTS[row["verdict"]] for row in graph.read(get("pins"))}


def pinned(sharing: Sharing, pins: Mapping[str, int]) -> Sharing:
    """The sharing with verdicts on identifiers.

    Args:
        sharing: Who shares what.
        pins: ``BENIGN`` or ``OWNED`` by ``label|key``.
    """
    verdict = np.zeros(len(sharing.keys), dtype=np.int64)
    for target, said in pins.items():
        label, _, key = target.partition("|")
        if label not in sharing.schema.labels:
            continue  # the settings declare it no more
        # Identifiers lie in the order of label and key.
        code = sharing.schema.labels.index(label)
        low, high = np.searchsorted(sharing.label, [code, code + 1])
        at = low + int(np.searchsorted(sharing.keys[low:high], key))
        if at < high and sharing.keys[at] == key:
            verdict[at] = said
    return replace(sharing, pinned=verdict)


def verdicts(sharing: Sharing, rings: Sequence[Ring], parameters: Parameters) -> Iterator[Verdict]:
    """A verdict on every identifier that two members of one ring use, in the order of the store.

    Args:
        sharing: Who shares what.
        rings: The rings under their names.
        parameters: ``owned_part``.
    """
    of = ring_of(sharing, rings)
    owner, _ = ownership(sharing, of)
    mine = of[sharing.user] == owner[sharing.used]
    members = np.bincount(sharing.used[mine & (of[sharing.user] > 0)], minlength=len(owner))
    spread = opening_spread(sharing, np.flatnonzero(members > 1))
    inside = np.flatnonzero(of[sharing.user] > 0)
    pairs = np.unique(sharing.used[inside] * (len(rings) + 1) + of[sharing.user[inside]])
    ring_count = np.bincount(pairs // (len(rings) + 1), minlength=len(owner))
    in_rings = np.bincount(sharing.used[inside], minlength=len(owner))
    # One user is the account that asks: of two users that share it, one is another.
    part = np.minimum(1.0, in_rings / scoring.others(sharing.sharers))
    chosen = np.flatnonzero(members > 1)
    good = frozenset(sharing.good.tolist())
    # Nodes that are stored together are written together.
    chosen = chosen[np.argsort(sharing.identifier_number[chosen])]
    # Lists, since a value of an array costs several times one of a list.
    columns = (
        chosen,
        sharing.identifier_number[chosen],
        owner[chosen],
        part[chosen],
        members[chosen],
        sharing.sharers[chosen],
        spread[chosen],
        in_rings[chosen],
        ring_count[chosen],
        sharing.listed[chosen],
        sharing.pinned[chosen],
    )
    for at, number, of_ring, share, inside_it, users, days, ringed, several, listed, said in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        ring = rings[of_ring - 1].ring_id
        reasons = [
            f"{inside_it} of {users} accounts on it are of {ring}",
            f"half of its accounts were opened within {days:.0f} days",
            f"{ringed} of its accounts are in {several} {'ring' if several == 1 else 'rings'}, "
            f"{users - ringed} in none",
        ]
        if at in good:
            reasons.append("the settings know it to be good")
        if listed:
            reasons.append("a list of known hubs names it")
        if said:
            reasons.append("an analyst pinned it")
        owned = said == OWNED if said else share >= parameters.owned_part and at not in good
        told = "owned" if owned else WIDELY_SHARED
        yield Verdict(*sharing.name(at), number, told, ring, share, tuple(reasons))


def opening_spread(sharing: Sharing, identifiers: Ints) -> Floats:
    """Days within which the middle half of each identifier's accounts were opened.

    Args:
        sharing: Who shares what.
        identifiers: Those that are asked about; the others have NaN.
    """
    spread = np.full(len(sharing.keys), np.nan)
    asked = np.zeros(len(sharing.keys), dtype=bool)
    asked[identifiers] = True
    used = sharing.used[sharing.by_opening]
    opened = sharing.opened[sharing.user[sharing.by_opening]]
    told = asked[used] & ~np.isnan(opened)
    used, opened = used[told], opened[told]
    starts = np.flatnonzero(np.diff(used, prepend=-1))
    last = np.diff(np.append(starts, len(used))) - 1
    early, late = (_between(opened, starts + part * last) for part in (0.25, 0.75))
    spread[used[starts]] = (late - early) / DAY
    return spread


def _between(values: Floats, place: Floats) -> Floats:
    """Values at places that may lie between two, as far along as the place is."""
    low = np.floor(place).astype(np.int64)
    high = np.ceil(place).astype(np.int64)
    between: Floats = values[low] + (values[high] - values[low]) * (place - low)
    return between


def write_verdicts(graph: Graph, run: str, found: Iterable[Verdict]) -> None:
    """Write the verdicts of a run, and drop those of others."""
    rest = iter(found)
    pages = iter(lambda: list(islice(rest, ROWS_AT_ONCE)), [])

    def write(page: Sequence[Verdict]) -> None:
        rows = [_row(verdict) for verdict in page]
        graph.write(get("write-verdicts"), {"run": run, "rows": rows})

    for _ in side_by_side(write, pages):
        pass
    stored = get("drop-other-verdicts")
    graph.run_in_batches(stored, stored.bind({"keep": run}))


def _row(verdict: Verdict) -> dict[str, Any]:
    return {
        "number": verdict.number,
        "verdict": verdict.verdict,
        "ring": verdict.ring,
        "part": verdict.part,
        "reasons": list(verdict.reasons),
    }


def pin(graph: Graph, identifier: str, verdict: str | None, note: str, by: str) -> str:
    """Pin a verdict on an identifier, or take the pin back.

    Args:
        graph: An open graph.
        identifier: Its key, or ``label|key`` where several labels have it.
        verdict: ``owned``, ``widely shared`` (or ``benign``, as earlier versions called it), or
            None to take it back.
        note: Why.
        by: Who says so.

    Returns:
        The identifier as ``label|key``.

    Raises:
        NotFound: There is no such identifier.
        WrongUsage: Several labels have one of that key.
    """
    target = the_one(graph, identifier)
    if verdict is None:
        graph.write(get("drop-pin"), {"target": target})
    else:
        given = {"target": target, "verdict": word_of(verdict), "note": note, "by": by}
        graph.write(get("pin-verdict"), given)
    return target


def the_one(graph: Graph, identifier: str) -> str:
    """The identifier that a name means, as ``label|key``.

    Raises:
        NotFound: There is none.
        WrongUsage: There are several.
    """
    label, _, key = identifier.partition("|") if "|" in identifier else ("", "", identifier)
    rows = graph.read(get("show-identifier"), {"identifier": key})
    names = [f"{row['label']}|{key}" for row in rows if label in ("", row["label"])]
    if not names:
        raise NotFound(f"there is no identifier {identifier!r}", hint="ringleader hubs list")
    if len(names) > 1:
        raise WrongUsage(
            f"{identifier!r} is several identifiers", hint="say which: " + " or ".join(names)
        )
    return names[0]
