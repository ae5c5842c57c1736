"""requests → what every account used, how often and when; the requests themselves never arrive."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import ibis

from ringleader.loaders.aggregation import aggregate
from ringleader.loaders.aggregation.aggregate import END, START, distinct
from ringleader.loaders.aggregation.usage import grouped
from ringleader.loaders.enrichment.asn import link_systems
from ringleader.loaders.enrichment.prefixes import link_exits, listed
from ringleader.loaders.tables.declared import declared_of, with_keys
from ringleader.loaders.tables.prompts import clustered
from ringleader.loaders.validation.addresses import CANONICAL_IPV6
from ringleader.loaders.writing.write_plan import Load, WriteStep
from ringleader.schema.types import Merge, NodeType
from ringleader.subnets import subnet

if TYPE_CHECKING:
    import ibis.expr.types as ir

_USES = (("ip", "USED_IP"), ("device_id", "USED_DEVICE"), ("prompt_cluster_id", "SENT"))


def steps(load: Load) -> list[WriteStep]:
    """What requests become."""
    rows, clusters = clustered(load, load.rows)
    usage = load.prepared.usage or grouped(
        load.workspace, rows, load.channels, load.prepared.loaded, load.prepared.table
    )
    pairs = usage.pairs
    result = [
        load.nodes("Account", distinct(usage.starts, account_id=START)),
        load.relationships("IN_SUBNET", _subnets(load, distinct(pairs["ip"], **{START: END}))),
        load.nodes("Device", _greatest(pairs["device_id"], "device_id", "user_agent")),
    ]
    named = _greatest(pairs["prompt_cluster_id"], "prompt_cluster_id", "capability")
    if clusters is not None:
        bands = clusters.select(**{START: clusters.prompt_cluster_id, END: clusters.bands.unnest()})
        result.append(load.relationships("IN_BAND", bands))
        named = named.outer_join(clusters.drop("bands"), "prompt_cluster_id")
        named = named.mutate(
            prompt_cluster_id=named.prompt_cluster_id.fill_null(named.prompt_cluster_id_right)
        ).drop("prompt_cluster_id_right")
        found_now = named.signature.notnull()
        named = named.mutate(batch=found_now.ifelse(ibis.literal(load.batch_id), None))

    cluster_step = load.nodes("PromptCluster", named)
    result.append(
        replace(cluster_step, target=_keeping(load.schema.node_by_label["PromptCluster"]))
    )
    result += [_activity(load, type_, pairs[column]) for column, type_ in _USES]
    for found in declared_of(load, "requests"):
        keyed = pairs[found.column]
        if found.normaliser or found.hashed:
            keyed = aggregate.merged(with_keys(load, keyed, END, found))
            keyed = load.workspace.keep(f"keyed_{found.name}", keyed)
        result.append(_activity(load, found.relationship, keyed))
    return [step for step in result if step.total]


def _greatest(pairs: ir.Table, key: str, attribute: str) -> ir.Table:
    """Identifiers with the greatest of what requests say of them, where they say something."""
    said = pairs.filter(pairs[attribute].notnull())
    return said.group_by(**{key: said[END]}).aggregate(**{attribute: said[attribute].max()})


def _activity(load: Load, type_: str, pairs: ir.Table) -> WriteStep:
    target = load.schema.relationship_by_type[type_]
    # What is kept of the identifier itself does not travel with every pair.
    rows = pairs.select(START, END, *(prop.name for prop in target.properties))
    rows = aggregate.listed(rows, load.channels)
    return WriteStep(target, rows, (START, END), load.workspace, schema=load.schema)


def _subnets(load: Load, ips: ir.Table) -> ir.Table:
    """Addresses in ``start`` with their subnet in ``end``."""
    short = ips.filter(ips[START].contains(":") & ~ips[START].re_search(CANONICAL_IPV6))
    odd = load.workspace.mapped(short[START], subnet)
    joined = ips.left_join(odd, ips[START] == odd.raw)
    plain = (
        joined[START]
        .re_replace(CANONICAL_IPV6, r"\1::/64")
        .re_replace(r"^([0-9.]+\.)[0-9]+$", r"\1" + "0/24")
    )
    return joined.select(START, **{END: joined.mapped.fill_null(plain)})


def _keeping(node: NodeType) -> NodeType:
    """The label as requests may write it: what the prompts table says has precedence."""
    kept = tuple(replace(prop, merge=Merge.KEEP) for prop in node.properties)
    return replace(node, properties=kept)


def follow(load: Load, done: list[WriteStep], asn_mmdb: Path | None) -> None:
    """Tie the load's addresses to known proxies, and its subnets to their systems."""
    ips = next((step for step in done if step.name == "IN_SUBNET"), None)
    if load.graph is None or ips is None:
        return
    pairs = [(row[START], row[END]) for chunk in ips.chunks(50_000) for row in chunk]
    linked = link_exits(load.graph, listed(load.graph), (address for address, _ in pairs))
    load.notes["addresses tied to known proxies"] = linked
    if asn_mmdb is not None:
        subnets = sorted({cidr for _, cidr in pairs})
        load.notes["subnets tied to systems"] = link_systems(load.graph, asn_mmdb, subnets)
