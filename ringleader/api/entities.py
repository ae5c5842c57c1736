"""Operators and organizations under a name, claims about them, and campaigns attributed to them."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ringleader.answers import Answer
from ringleader.catalogue import get
from ringleader.errors import InputError, NotFound, WrongUsage
from ringleader.indications import TLP

if TYPE_CHECKING:
    from ringleader.graph import Graph

__all__ = ["KINDS", "TLP", "add_entity", "attribute", "attributions", "entities", "entity"]

KINDS = ("operator", "organization")


def add_entity(
    graph: Graph,
    name: str,
    *,
    kind: str | None,
    aliases: Sequence[str],
    source: str,
    note: str,
    tlp: str,
    by: str | None,
) -> None:
    """Name an entity, or add a claim; see :meth:`ringleader.Connection.add_entity`."""
    if kind is not None and kind not in KINDS:
        raise WrongUsage(
            f"there is no kind of entity {kind!r}", hint=f"--kind, one of {', '.join(KINDS)}"
        )
    known = _found(graph, name)
    if known is None:
        known = {
            "entity_id": _id(name), "name": " ".join(name.split()), "kind": KINDS[0], "aliases": [],
        }  # fmt: skip
    entity = {
        **known,
        "kind": kind or known["kind"],
        "aliases": sorted({*known["aliases"], *(" ".join(alias.split()) for alias in aliases)}),
    }
    for alias in aliases:
        other = _found(graph, alias)
        if other is not None and other["entity_id"] != entity["entity_id"]:
            raise InputError(
                f"{alias!r} is a name of {other['name']} already, so it cannot be one of "
                f"{entity['name']}",
                hint=f"ringleader entities show {shlex.quote(other['name'])}",
            )
    _claim(graph, entity, source=source, note=note, tlp=tlp, by=by)


def attribute(
    graph: Graph,
    campaign: str,
    name: str,
    *,
    confidence: int,
    source: str,
    note: str,
    tlp: str,
    by: str | None,
) -> None:
    """Attribute a campaign; see :meth:`ringleader.Connection.attribute`."""
    if isinstance(confidence, bool) or not 0 <= confidence <= 100:
        raise WrongUsage(
            f"confidence is {confidence!r}; a whole number from 0 to 100 is expected",
            hint="--confidence 0 withdraws an attribution",
        )
    summary = get("campaign-summary")
    found = graph.read(summary, summary.bind({"campaign_id": campaign}))
    if not found:
        raise NotFound(f"there is no campaign {campaign!r}", hint="ringleader campaigns list")
    entity = _known(graph, name)
    accounts = found[0]["campaign"].get("accounts")
    _claim(
        graph, entity, source=source, note=note, tlp=tlp, by=by, campaign_id=campaign,
        confidence=confidence, accounts=accounts,
    )  # fmt: skip


def entities(graph: Graph) -> Answer:
    """Every entity, with who says something of it and the campaigns attributed to it."""
    rows = graph.read(get("list-entities"))
    none = "no operator or organization has a name; ringleader entities add"
    columns = [column.name for column in get("list-entities").columns]
    return Answer(rows, columns, messages=() if rows else (none,))


def entity(graph: Graph, name: str) -> Answer:
    """What was said of an entity, the earliest first.

    Raises:
        NotFound: Nobody has that name.
    """
    known = _known(graph, name)
    stored = get("claims-of-entity")
    rows = graph.read(stored, stored.bind({"entity_id": known["entity_id"]}))
    also = f", also {', '.join(known['aliases'])}" if known["aliases"] else ""
    return Answer(
        rows,
        [column.name for column in stored.columns],
        brief=["claimed_at", "source", "campaign_id", "confidence", "state", "note"],
        messages=(f"{known['name']}, {known['kind']}{also}",),
    )


def attributions(graph: Graph, campaign: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """Attributions in force by campaign, the surest first.

    Args:
        graph: An open graph.
        campaign: Only of this campaign.
    """
    stored, found = get("attributions"), defaultdict[str, list[dict[str, Any]]](list)
    for row in graph.read(stored, stored.bind({"campaign_id": campaign})):
        found[row["campaign_id"]].append(row)
    return found


def _claim(
    graph: Graph,
    entity: dict[str, Any],
    *,
    source: str,
    note: str,
    tlp: str,
    by: str | None,
    campaign_id: str | None = None,
    confidence: int | None = None,
    accounts: int | None = None,
) -> None:
    from ringleader.people import person

    if not source.strip() or not note.strip():
        raise WrongUsage(
            "a claim needs a source and a note that gives its reasons",
            hint="--source 'Partner X' --note 'same registrar and wallets'",
        )
    if tlp not in TLP:
        raise WrongUsage(f"there is no TLP marking {tlp!r}", hint=f"one of {', '.join(TLP)}")
    graph.ensure_schema()
    stored = get("write-claim")
    said = {name: entity[name] for name in ("entity_id", "name", "kind", "aliases")}
    said["claim"] = {
        "claim_id": uuid4().hex,
        "source": source.strip(),
        "note": note.strip(),
        "tlp": tlp,
        "campaign_id": campaign_id,
        "confidence": confidence,
        "accounts": accounts,
        "by": person(graph.settings, by),
        "at": int(datetime.now(UTC).timestamp() * 1000),
    }
    graph.write(stored, stored.bind(said))


def _id(name: str) -> str:
    found = " ".join(name.split()).lower()
    if not found:
        raise WrongUsage("the name of the entity is empty", hint="ringleader entities list")
    return found


def _found(graph: Graph, name: str) -> dict[str, Any] | None:
    stored = get("entity-of-name")
    rows = graph.read(stored, stored.bind({"name": _id(name)}))
    return rows[0] if rows else None


def _known(graph: Graph, name: str) -> dict[str, Any]:
    known = _found(graph, name)
    if known is None:
        raise NotFound(
            f"there is no entity called {name!r}",
            hint="ringleader entities list, or ringleader entities add NAME",
        )
    return known
