"""Pages of rings for people who decide: all that the report shows, and what is known besides."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ringleader.api import findings, reviewing
from ringleader.api.casework import assignments
from ringleader.catalogue import get
from ringleader.errors import NotFound, WrongUsage

if TYPE_CHECKING:
    from ringleader.graph import Graph

Naming = Callable[[str, str], str]
_FACTS = ("country", "plan", "channel", "email_domain")
_LABELS = {"email_domain": "EmailDomain"}


def ring_page(graph: Graph, ring_id: str, name: Naming | None = None) -> dict[str, Any]:
    """A ring as its page shows it.

    Args:
        graph: An open graph.
        ring_id: The ring.
        name: What a name is shown as: given its label and the name. Texts that strangers or
            analysts wrote are then left out. By default names stand as they are.

    Raises:
        NotFound: There is no such ring.
    """
    from ringleader.exports.report import one_ring
    from ringleader.exports.report_ring import as_it_is

    show = name or as_it_is
    told = one_ring(graph, ring_id, show)
    facts = {row["account_id"]: row for row in _rows(graph, "ring-facts", ring_id=ring_id)}
    decided = [dict(row) for row in reviewing.decisions(graph, ring_id, history=True).rows]
    taken = [dict(row) for row in assignments(graph, ring_id).rows]
    seen = next((row["review_id"] for row in decided if row["latest"]), "")
    for row in decided:
        for column in ("members", "evidence"):
            row[column] = len(row[column] or ())
        if name is not None:
            row["note"] = None
    if name is not None:
        taken = [{**row, "note": None} for row in taken]
    return {
        **told,
        "facts": [
            {
                "account": show("Account", account),
                **{
                    fact: None
                    if row[fact] is None
                    else show(_LABELS.get(fact, f"Account.{fact}"), row[fact])
                    for fact in _FACTS
                },
            }
            for account, row in facts.items()
        ],
        "days": _rows(graph, "ring-days", ring_id=ring_id),
        "exemplars": [] if name else _rows(graph, "ring-exemplars", ring_id=ring_id),
        "history": list(findings.history(graph, ring_id).rows),
        "reviews": decided,
        "assignments": taken,
        "seen": seen,
        "assignment": taken[0]["assignment_id"] if taken else "",
        "owner": taken[0]["owner"] if taken else None,
    }


def compared(graph: Graph, one: str, other: str) -> dict[str, Any]:
    """Two rings beside each other, and what members of both use.

    Args:
        graph: An open graph.
        one: A ring.
        other: Another ring.

    Raises:
        NotFound: One of them is not there.
        WrongUsage: They are one.
    """
    if one == other:
        raise WrongUsage("a ring is compared with another one")
    rows = {row["ring_id"]: row for row in findings.rings(graph, rejected=True).rows}
    for ring in (one, other):
        if ring not in rows:
            raise NotFound(f"there is no ring {ring!r}", hint="ringleader rings list")
    shared = _rows(graph, "shared-by-two-rings", one=one, other=other)
    families = graph.schema.family_of
    return {
        "rings": [rows[one], rows[other]],
        "shared": [{**row, "family": families(row["label"])} for row in shared],
        "across": [
            row
            for row in _rows(graph, "links-across-rings", limit=10_000)
            if {row.get("ring_a"), row.get("ring_b")} == {one, other}
        ],
    }


def _rows(graph: Graph, query: str, **params: Any) -> list[dict[str, Any]]:
    stored = get(query)
    return graph.read(stored, stored.bind(params))
