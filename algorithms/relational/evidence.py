"""Evidence of clean tables: co-used identifiers, linked pairs and the lines behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from ringleader.algorithms.relational.co_use import co_used
from ringleader.algorithms.relational.pairs import Known, linked
from ringleader.algorithms.relational.uses import END, START, union, used, with_shares

if TYPE_CHECKING:
    from ringleader.algorithms.parameters import Parameters
    from ringleader.loaders.workspace import Workspace
    from ringleader.schema import Schema

__all__ = ["evidence_of"]


def evidence_of(
    workspace: Workspace,
    kinds: Mapping[str, Sequence[ir.Table]],
    schema: Schema,
    parameters: Parameters,
) -> dict[str, ir.Table]:
    """What detection would count first, of tables that are not in a graph yet.

    Args:
        workspace: The engine, which has the tables.
        kinds: Clean tables by label or relationship type.
        schema: What accounts can share.
        parameters: The judgements.

    Returns:
        ``co-uses``, ``links`` and ``lines``; see docs/clean-tables.md.
    """
    whole = {name: union(tables) for name, tables in kinds.items() if _alike(tables)}
    uses = used(whole, schema)
    if uses is None:
        return {}
    uses = workspace.keep("uses", with_shares(uses))
    known = _known(workspace, kinds, whole)
    accounts = [t.select(account="account_id") for t in kinds.get("Account", ())]
    people = workspace.size(union([*accounts, uses.select("account")]).distinct())
    with workspace.joins_as_written():
        pairs = co_used(workspace, uses, schema, parameters, people)
        links, lines = linked(workspace, uses, known, schema, parameters)
    families = schema.family_names
    return {
        "co-uses": pairs.mutate(
            label=_named(pairs.label, schema.labels),
            other_label=_named(pairs.other_label, schema.labels),
        ),
        "links": links,
        "lines": lines.mutate(
            family=_named(lines.family, families), label=_named(lines.label, schema.labels)
        ),
    }


def _alike(tables: Sequence[ir.Table]) -> bool:
    return all(set(table.columns) == set(tables[0].columns) for table in tables)


def _named(codes: Any, names: Sequence[str]) -> Any:
    return ibis.cases(*((codes == code, name) for code, name in enumerate(names)), else_=None)


def _known(
    workspace: Workspace, kinds: Mapping[str, Sequence[ir.Table]], whole: Mapping[str, ir.Table]
) -> Known:
    import pyarrow as pa

    def none(**columns: Any) -> ir.Table:
        return workspace.take("none", pa.table({n: pa.array([], t) for n, t in columns.items()}))

    dated = [t for t in kinds.get("Account", ()) if "created_at" in t.columns]
    opened = [t.select(account="account_id", opened="created_at") for t in dated]
    declared, met = whole.get("IN_ORGANIZATION"), whole.get("CONTACTED")
    text = pa.string()
    if met is not None:
        met = met.filter(met[START] != met[END])
        ends = {"a": ibis.least(met[START], met[END]), "b": ibis.greatest(met[START], met[END])}
        met = workspace.keep("contacts", met.select(**ends, kind=met.kind).distinct())
    return Known(
        union(opened) if opened else none(account=text, opened=pa.int64()),
        none(account=text, organization=text)
        if declared is None
        else declared.select(account=START, organization=END),
        none(a=text, b=text, kind=text) if met is None else met,
    )
