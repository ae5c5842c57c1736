"""proxies → (:Proxy), lists of systems → (:Asn), of throw-away mail domains → (:EmailDomain).

Addresses are linked to the proxies of their longest prefix.
"""

from __future__ import annotations

import ibis

from ringleader.catalogue import get
from ringleader.loaders.duckdb_functions import milliseconds
from ringleader.loaders.enrichment.prefixes import link_exits, listed, paged
from ringleader.loaders.sources.reference_lists import DISPOSABLE, SYSTEMS
from ringleader.loaders.writing.write_plan import Load, WriteStep
from ringleader.schema.normalisers import domain_of


def steps(load: Load) -> list[WriteStep]:
    """What proxies become."""
    rows = load.rows
    if load.mapping.table is SYSTEMS:
        systems = rows.group_by("number").aggregate(name=rows.name.max(), kind=rows.kind.max())
        return [load.nodes("Asn", systems)]
    if load.mapping.table is DISPOSABLE:
        domains = load.workspace.mapped(rows.domain, lambda domain: domain_of(f"@{domain}"))
        listed_domains = domains.select(domain=domains.mapped).distinct()
        return [load.nodes("EmailDomain", listed_domains.mutate(disposable=ibis.literal(True)))]
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
    return [load.nodes("Proxy", proxies)]


def follow(load: Load, done: list[WriteStep]) -> None:
    """Tie the addresses that are in the graph to the proxies that are new."""
    if load.graph is None or load.mapping.table in (SYSTEMS, DISPOSABLE):
        return
    [step] = done
    new = frozenset(row["proxy_id"] for chunk in step.chunks(50_000) for row in chunk)
    addresses = paged(load.graph, get("addresses-page"), "address")
    linked = link_exits(load.graph, listed(load.graph), addresses, only=new)
    load.notes["addresses tied to these proxies"] = linked
