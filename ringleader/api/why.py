"""Why two accounts are linked or not, and why an account is not in a ring."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer
from ringleader.api.results import Comparison, WhyNot
from ringleader.catalogue import get
from ringleader.errors import NotFound
from ringleader.graph import Graph
from ringleader.indications import indications

if TYPE_CHECKING:
    from ringleader.algorithms.explanation.standing import Standing

_ALL = 2**31 - 1  # more rows than any list has; Cypher's LIMIT takes no null
_COLUMNS = [
    "ring_id",
    "kind",
    "bits",
    "lives",
    "share",
    "identifiers",
    "owned",
    "ring_identifiers",
    "known",
]


def why_not(
    graph: Graph,
    account: str,
    ring: str | None = None,
    *,
    known_hubs: Collection[str] | Path | str | None = None,
) -> WhyNot:
    """How an account stands to a ring, or to the three nearest, kind by kind.

    The figures are those of detection: the account is compared with the members as the judge does
    it, with the parameters of the last run, and with pins and decisions as they are now.

    Args:
        graph: An open graph.
        account: The account.
        ring: The ring; None for the three nearest.
        known_hubs: The list of known hubs that the run was given, if it was given one.

    Raises:
        NotFound: The account or the ring does not exist, or no detection has run.
    """
    from ringleader.algorithms.explanation.presentation import named_lines
    from ringleader.algorithms.explanation.standing import NEAREST, standing_lines, standings
    from ringleader.algorithms.parameters import recorded
    from ringleader.api.checking import check
    from ringleader.api.detection import read_hubs

    _require_accounts(graph, account)
    run = graph.read(get("parameters-of-run"))
    if not run:
        raise NotFound("no detection has run, so there is no ring", hint="ringleader detect")
    rings = {
        row["ring_id"]: row["members"]
        for row in graph.read(get("earlier-rings"), {"retired": False})
    }
    if ring is not None:
        if ring not in rings:
            raise NotFound(f"there is no ring {ring!r}", hint="ringleader rings list")
        rings = {ring: rings[ring]}
    hubs = read_hubs(known_hubs)
    values = recorded(run[0]["parameters"])
    found = standings(_as_detection_sees(graph, hubs), rings, account, values)
    lines = [*_aside_lines(graph, account), *named_lines(indications(graph, [account]))]
    if not rings:
        lines.append("the last detection found no ring")
    if ring is None:
        inside = [standing for standing in found if standing.inside]
        found = (inside or [standing for standing in found if standing.uses_any])[:NEAREST]
        if rings and not found:
            lines.append(f"{account}: {check(graph, {'account_id': account}).reason}")
    for standing in found:
        lines += standing_lines(standing)
    if (told := json.loads(run[0]["known_hubs"] or "{}")).get("identifiers") and not hubs:
        lines.append(
            f"the run had a list of {told['identifiers']:,} known hubs; give it with --known-hubs "
            "for the same figures"
        )
    return WhyNot(
        account_id=account,
        rings=tuple(standing.ring_id for standing in found),
        factors=Answer([row for standing in found for row in _factor_rows(standing)], _COLUMNS),
        lines=tuple(lines),
    )


def _as_detection_sees(graph: Graph, hubs: frozenset[str]) -> Any:
    from ringleader.algorithms.evidence.hub_verdicts import pinned, pins_in_force
    from ringleader.algorithms.evidence.known_good import with_known_good
    from ringleader.algorithms.evidence.reading import read_sharing
    from ringleader.algorithms.review.effects import without_rejected
    from ringleader.algorithms.rings.publication import decisions_in_force

    sharing = pinned(read_sharing(graph, hubs, note=False), pins_in_force(graph))
    return without_rejected(with_known_good(graph, sharing), decisions_in_force(graph))


def _aside_lines(graph: Graph, account: str) -> Iterable[str]:
    stored = get("set-aside-with-account")
    for row in graph.read(stored, stored.bind({"account_id": account})):
        yield (
            f"{account} is in a group of {row['size']:,} accounts with {row['score']:,.1f} bits; "
            f"it is set aside as {row['look_alike']}: {row['reason']}"
        )


def _factor_rows(standing: Standing) -> list[dict[str, Any]]:
    return [
        {
            "ring_id": standing.ring_id,
            "kind": factor.kind,
            "bits": round(factor.bits, 2),
            "lives": factor.lives,
            "share": round(factor.share, 4),
            "identifiers": factor.identifiers,
            "owned": factor.owned,
            "ring_identifiers": factor.all_identifiers,
            "known": factor.known,
        }
        for factor in standing.factors
    ]


def why(
    graph: Graph,
    one: str,
    other: str,
    *,
    known_hubs: Collection[str] | Path | str | None = None,
) -> Comparison:
    """What two accounts share, what it is worth, their link, and the rings of each.

    Where one of them is in a ring and the other is not, it says what the other lacks.

    Args:
        graph: An open graph.
        one: An account.
        other: Another account.
        known_hubs: As for :func:`why_not`.

    Raises:
        NotFound: One of the accounts does not exist.
    """
    from ringleader.api.detection import read_hubs

    _require_accounts(graph, one, other)
    hubs = read_hubs(known_hubs)
    shared = _worth(graph, _rows(graph, "shared-by-two-accounts", one=one, other=other), hubs)
    links = [
        row
        for row in _rows(graph, "links-of-account", account_id=one, limit=_ALL)
        if row["other_account_id"] == other
    ]
    contacts = [
        row
        for row in _rows(graph, "account-contacts", account_id=one, limit=_ALL)
        if row["other_account_id"] == other
    ]
    [mine, theirs] = (_rows(graph, "account-summary", account_id=name)[0] for name in (one, other))
    both = tuple(sorted(set(mine["rings"]) & set(theirs["rings"])))
    link = links[0] if links else None
    lines = [*_comparison_lines(one, other, shared, contacts, link, both)]
    for name, rings in ((other, mine["rings"]), (one, theirs["rings"])):
        for ring in [found for found in rings if found not in both]:
            lines += why_not(graph, name, ring, known_hubs=hubs).lines
    if not mine["rings"] and not theirs["rings"]:
        for name in (one, other):
            lines += _aside_lines(graph, name)
    columns = [column.name for column in get("shared-by-two-accounts").columns]
    return Comparison(
        accounts=(one, other),
        bits=None if link is None else link["bits"],
        families=tuple(link["families"]) if link else (),
        rings=both,
        shared=Answer(shared, [*columns[:3], "bits", "counts", *columns[3:]]),
        lines=tuple(lines),
    )


def _worth(
    graph: Graph, shared: list[dict[str, Any]], hubs: frozenset[str]
) -> list[dict[str, Any]]:
    """What two accounts share, each with its rarity in bits and whether it counts as evidence."""
    from ringleader.algorithms.evidence.hub_verdicts import pins_in_force
    from ringleader.algorithms.evidence.hubs import BENIGN, OWNED
    from ringleader.algorithms.evidence.known_good import KnownGood

    accounts = graph.read(get("number-of-accounts"))[0]["accounts"]
    schema, pins, good = graph.schema, pins_in_force(graph), KnownGood.of(graph.settings)
    rows = []
    for row in shared:
        label, key = row["kind"], row["identifier"]
        pin = pins.get(f"{label}|{key}", 0)
        counts = "yes"
        if label not in schema.labels or not schema.family_by_name[schema.family_of(label)].group:
            counts = "supports only"
        elif pin == BENIGN:
            counts = "no: pinned as widely shared"
        elif pin != OWNED and good.holds(label, key):
            counts = "no: known to be good"
        elif pin != OWNED and key in hubs:
            counts = "no: a known hub"
        rarity = math.log2(max(accounts, 1) / max(row["accounts"], 1))
        rows.append({**row, "bits": round(max(rarity, 0.0), 2), "counts": counts})
    return rows


def _comparison_lines(
    one: str,
    other: str,
    shared: list[dict[str, Any]],
    contacts: list[dict[str, Any]],
    link: Mapping[str, Any] | None,
    both: tuple[str, ...],
) -> Iterable[str]:
    if shared:
        rarest = shared[0]
        yield (
            f"{one} and {other} share {len(shared):,} "
            f"{'identifier' if len(shared) == 1 else 'identifiers'}; the rarest, "
            f"{rarest['kind']} {rarest['identifier']}, is used by {rarest['accounts']:,} accounts"
        )
        left_out = sum(row["counts"] != "yes" for row in shared)
        if left_out:
            yield f"{left_out:,} of these {'is' if left_out == 1 else 'are'} no evidence by itself"
    else:
        yield f"{one} and {other} share no identifier"
    for contact in contacts:
        arrow = f"{one} to {other}" if contact["direction"] == "to" else f"{other} to {one}"
        yield f"direct contact ({contact['kind']}, {contact['events'] or 0:,} times): {arrow}"
    if link is None:
        yield (
            "no link between them is stored: links are written between members of one ring, each "
            "with the next on an identifier (ringleader detect --keep-links all writes those of "
            "near misses and of groups that are no rings, too)"
        )
    else:
        yield (
            f"linked by {link['bits']:.2f} bits of {', '.join(link['families'])}: "
            f"{', '.join(name.replace('|', ' ') for name in link['evidence'])}"
        )
    yield f"both are in {', '.join(both)}" if both else "no ring holds both"


def _require_accounts(graph: Graph, *names: str) -> None:
    from ringleader.questions import unknown_accounts

    if missing := unknown_accounts(graph, {"one": names[0], "other": names[-1]}):
        raise NotFound(f"there is no account {missing[0]!r}", hint="ringleader query list account")


def _rows(graph: Graph, query: str, **params: Any) -> list[dict[str, Any]]:
    stored = get(query)
    return graph.read(stored, stored.bind(params))
