"""contacts → (:Account)-[:CONTACTED {kind}]->(:Account)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringleader.catalogue import get
from ringleader.loaders.aggregation import aggregate
from ringleader.loaders.tables.interface import Plan, TableInput, TableLoader

if TYPE_CHECKING:
    import ibis.expr.types as ir

_PAGE = 50_000


def plan(given: TableInput) -> Plan:
    """What contacts become."""
    rows = given.rows
    others = rows.filter(rows.account_id != rows.other_account_id)
    notes = {"with itself, left out": _missing(given, rows, others)}
    known_only = bool(given.mapping.options.get("known_accounts_only"))
    if known_only:
        accounts = _known(given)
        known = others.semi_join(accounts, others.other_account_id == accounts.known)
        notes["with unknown accounts, left out"] = _missing(given, others, known)
        others = known
    step = given.relationships("CONTACTED", aggregate.contacts(others))
    return Plan((step,), given.clean, notes, reads_graph=known_only)


LOADER = TableLoader(plan)


def _missing(given: TableInput, before: ir.Table, after: ir.Table) -> int:
    one = given.workspace.one
    return int(
        one(before.aggregate(n=before.count()))["n"] - one(after.aggregate(n=after.count()))["n"]
    )


def _known(given: TableInput) -> ir.Table:
    """Accounts in the graph, and those of the input itself.

    The input's own count so that an interrupted load, run again, finds the same ones although it
    has written some of them in the meantime.
    """
    import pyarrow as pa

    rows, workspace = given.rows, given.workspace
    own = aggregate.distinct(rows, known="account_id")
    if given.earlier_accounts is not None:
        return workspace.keep(
            "known", own.union(given.earlier_accounts().rename(known="key")).distinct()
        )
    if given.graph is None:
        return workspace.keep("known", own)
    named = workspace.keep("named", aggregate.distinct(rows, known="other_account_id"))
    found: list[str] = []
    for chunk in workspace.chunks(named, _PAGE):
        ids = [row["known"] for row in chunk]
        answer = given.graph.read(get("known-accounts"), {"account_ids": ids})
        found += [row["account_id"] for row in answer]
    there = workspace.take("there", pa.table({"known": pa.array(found, pa.string())}))
    return workspace.keep("known", own.union(there).distinct())
