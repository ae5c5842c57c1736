"""Evidence of clean tables: co-used identifiers, linked pairs and the lines behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from ringleader.algorithms.relational.co_use import co_used
from ringleader.algorithms.relational.pairs import Known, linked
from ringleader.algorithms.relational.uses import END, START, merged, union, used, with_shares

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
    identifying = [found.relationship for found in schema.identifiers if found.relationship]
    whole = {name: merged(kinds[name]) for name in identifying if kinds.get(name)}
    uses = used(whole, schema)
    if uses is None:
        return {}
    uses = workspace.keep("uses", with_shares(uses))
    known = _known(workspace, kinds)
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


def _named(codes: Any, names: Sequence[str]) -> Any:
    return ibis.cases(*((codes == code, name) for code, name in enumerate(names)), else_=None)


def _known(workspace: Workspace, kinds: Mapping[str, Sequence[ir.Table]]) -> Known:
    import pyarrow as pa

    def none(**columns: Any) -> ir.Table:
        return workspace.take("none", pa.table({n: pa.array([], t) for n, t in columns.items()}))

    dated = [t for t in kinds.get("Account", ()) if "created_at" in t.columns]
    opened = [t.select(account="account_id", opened="created_at") for t in dated]
    declared = [t.select(account=START, organization=END) for t in kinds.get("IN_ORGANIZATION", ())]
    contacts = [t.select(START, END, "kind") for t in kinds.get("CONTACTED", ())]
    text = pa.string()
    met = none(a=text, b=text, kind=text)
    if contacts:
        both = union(contacts)
        both = both.filter(both[START] != both[END])
        ends = {"a": ibis.least(both[START], both[END]), "b": ibis.greatest(both[START], both[END])}
        met = workspace.keep("contacts", both.select(**ends, kind=both.kind).distinct())
    return Known(
        union(opened) if opened else none(account=text, opened=pa.int64()),
        union(declared).distinct() if declared else none(account=text, organization=text),
        met,
    )
