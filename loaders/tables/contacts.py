"""contacts → (:Account)-[:CONTACTED {kind}]->(:Account)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringleader.catalogue import get
from ringleader.loaders.aggregation import aggregate
from ringleader.loaders.writing.write_plan import Load, WriteStep

if TYPE_CHECKING:
    import ibis.expr.types as ir

_PAGE = 50_000


def steps(load: Load) -> list[WriteStep]:
    """What contacts become."""
    rows = load.rows
    others = rows.filter(rows.account_id != rows.other_account_id)
    load.notes["with itself, left out"] = _missing(load, rows, others)
    if load.mapping.options.get("known_accounts_only"):
        load.reads_graph = True
        accounts = _known(load)
        known = others.semi_join(accounts, others.other_account_id == accounts.known)
        load.notes["with unknown accounts, left out"] = _missing(load, others, known)
        others = known
    return [load.relationships("CONTACTED", aggregate.contacts(others))]


def _missing(load: Load, before: ir.Table, after: ir.Table) -> int:
    one = load.workspace.one
    return int(
        one(before.aggregate(n=before.count()))["n"] - one(after.aggregate(n=after.count()))["n"]
    )


def _known(load: Load) -> ir.Table:
    """Accounts in the graph, and those of the input itself.

    The input's own count so that an interrupted load, run again, finds the same ones although it
    has written some of them in the meantime.
    """
    import pyarrow as pa

    rows, workspace = load.rows, load.workspace
    own = aggregate.distinct(rows, known="account_id")
    if load.earlier_accounts is not None:
        return workspace.keep(
            "known", own.union(load.earlier_accounts().rename(known="key")).distinct()
        )
    if load.graph is None:
        return workspace.keep("known", own)
    named = workspace.keep("named", aggregate.distinct(rows, known="other_account_id"))
    found: list[str] = []
    for chunk in workspace.chunks(named, _PAGE):
        ids = [row["known"] for row in chunk]
        answer = load.graph.read(get("known-accounts"), {"account_ids": ids})
        found += [row["account_id"] for row in answer]
    there = workspace.take("there", pa.table({"known": pa.array(found, pa.string())}))
    return workspace.keep("known", own.union(there).distinct())
