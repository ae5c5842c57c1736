"""proxies → (:Proxy), lists of systems → (:Asn), of throw-away mail domains → (:EmailDomain).

Addresses are linked to the proxies of their longest prefix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ringleader.catalogue import get
from ringleader.loaders.enrichment.prefixes import link_exits, listed, paged
from ringleader.loaders.functions import milliseconds
from ringleader.loaders.sources.reference_lists import DISPOSABLE, SYSTEMS
from ringleader.loaders.tables.interface import Notes, Plan, TableInput, TableLoader
from ringleader.schema.normalisers import domain_of

if TYPE_CHECKING:
    from pathlib import Path

    from ringleader.graph import Graph


def plan(given: TableInput) -> Plan:
    """What proxies become."""
    rows = given.rows
    if given.mapping.table is SYSTEMS:
        systems = rows.group_by("number").aggregate(name=rows.name.max(), kind=rows.kind.max())
        return Plan((given.nodes("Asn", systems),), given.clean)
    if given.mapping.table is DISPOSABLE:
        domains = given.workspace.mapped(rows.domain, lambda domain: domain_of(f"@{domain}"))
        marked = domains.select(domain=domains.mapped).distinct()
        marked = marked.mutate(disposable=ibis.literal(True))
        return Plan((given.nodes("EmailDomain", marked),), given.clean)
    by_default = ibis.coalesce(rows.kind + ":" + rows.address, rows.address)
    rows = rows.mutate(proxy_id=rows.proxy_id.fill_null(by_default))
    proxies = rows.group_by("proxy_id").aggregate(
        cidrs=rows.address.collect(distinct=True).sort(),
        sources=rows.source.collect(distinct=True).sort(),
        operator=rows.operator.max(),
        kind=rows.kind.max(),
        first_seen=milliseconds(rows.first_seen.min()),
        last_seen=milliseconds(rows.last_seen.max()),
    )
    return Plan((given.nodes("Proxy", proxies),), given.clean)


def link(graph: Graph, written: Plan, _asn_mmdb: Path | None) -> Notes:
    """Tie the addresses that are in the graph to the proxies that are new."""
    [step] = written.steps
    if step.name != "Proxy":
        return {}
    new = frozenset(row["proxy_id"] for chunk in step.chunks(50_000) for row in chunk)
    addresses = paged(graph, get("addresses-page"), "address")
    linked = link_exits(graph, listed(graph), addresses, only=new)
    return {"addresses connected to these proxies": linked}


LOADER = TableLoader(plan, link)
