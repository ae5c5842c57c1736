"""requests → what every account used, how often and when; the requests themselves never arrive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

from ringleader.loaders.aggregation import aggregate
from ringleader.loaders.aggregation.aggregate import END, START, distinct
from ringleader.loaders.aggregation.usage import group_requests, grouped_by
from ringleader.loaders.enrichment.asn import link_systems
from ringleader.loaders.enrichment.prefixes import link_exits, listed
from ringleader.loaders.tables.declared import declared_of, with_keys
from ringleader.loaders.tables.interface import (
    Notes,
    Plan,
    TableInput,
    TableLoader,
    keeping,
)
from ringleader.loaders.tables.prompts import cluster_prompts
from ringleader.loaders.validation.addresses import CANONICAL_IPV6
from ringleader.loaders.writing.write_plan import WriteStep
from ringleader.subnets import subnet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import ibis.expr.types as ir

    from ringleader.graph import Graph
    from ringleader.loaders.workspace import Workspace

_FIRST_THREE = r"^([0-9]+\.[0-9]+\.[0-9]+)\.[0-9]+$"
_SUBNET = "subnet"  # masked addresses, which stand in the column ``ip``
_USES = (
    ("ip", "USED_IP"),
    (_SUBNET, "USED_SUBNET"),
    ("device_id", "USED_DEVICE"),
    ("prompt_cluster_id", "SENT"),
)


def plan(given: TableInput) -> Plan:
    """What requests become."""
    requests = cluster_prompts(given)
    clusters = requests.clusters
    usage, clean = group_requests(given.clean, requests.rows, given.mapping, given.channels)
    pairs = _with_subnets(given.workspace, usage.pairs)
    result = [
        given.nodes("Account", distinct(usage.starts, account_id=START)),
        given.relationships(
            "IN_SUBNET", _subnets(given.workspace, distinct(pairs["ip"], **{START: END}))
        ),
        given.nodes("Device", _greatest(pairs["device_id"], "device_id", "user_agent")),
    ]
    named = _greatest(pairs["prompt_cluster_id"], "prompt_cluster_id", "capability")
    if clusters is not None:
        bands = clusters.select(**{START: clusters.prompt_cluster_id, END: clusters.bands.unnest()})
        result.append(given.relationships("IN_BAND", bands))
        named = named.outer_join(clusters.drop("bands"), "prompt_cluster_id")
        named = named.mutate(
            prompt_cluster_id=named.prompt_cluster_id.fill_null(named.prompt_cluster_id_right)
        ).drop("prompt_cluster_id_right")
        found_now = named.signature.notnull()
        named = named.mutate(batch=found_now.ifelse(ibis.literal(given.batch_id), None))

    cluster_step = given.nodes("PromptCluster", named)
    label = given.schema.node_by_label["PromptCluster"]
    result.append(replace(cluster_step, target=keeping(label)))
    result += [_activity(given, type_, pairs[column]) for column, type_ in _USES]
    asked = given.workspace.keep("by_model", aggregate.requested(clean.rows))
    models = asked.group_by(model=asked[END]).aggregate(first_seen=asked.first_seen.min())
    result += [
        given.nodes("Model", models),
        given.relationships("REQUESTED", asked.drop("first_seen")),
    ]
    notes = dict(requests.notes)
    for found in declared_of(given, "requests"):
        keyed = pairs[found.column]
        if found.normaliser or found.hashed:
            keyed, said = with_keys(given, keyed, END, found)
            keyed = given.workspace.keep(f"keyed_{found.name}", aggregate.merged(keyed))
            notes |= said
        result.append(_activity(given, found.relationship, keyed))
    steps = tuple(step for step in result if step.total)
    return Plan(steps, clean, notes, reads_graph=clusters is not None)


def _with_subnets(workspace: Workspace, pairs: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """Addresses apart from what is left of masked ones."""
    ips = pairs["ip"]
    is_subnet = ips[END].contains("/")
    subnets = workspace.keep("subnets", ips.filter(is_subnet))
    if workspace.size(subnets.limit(1)):
        ips = workspace.keep("addresses", ips.filter(~is_subnet))
    return {**pairs, "ip": ips, _SUBNET: subnets}


def _greatest(pairs: ir.Table, key: str, attribute: str) -> ir.Table:
    """Identifiers with the greatest of what requests say of them, where they say something."""
    said = pairs.filter(pairs[attribute].notnull())
    return said.group_by(**{key: said[END]}).aggregate(**{attribute: said[attribute].max()})


def _activity(given: TableInput, type_: str, pairs: ir.Table) -> WriteStep:
    target = given.schema.relationship_by_type[type_]
    # What is kept of the identifier itself does not travel with every pair.
    rows = pairs.select(START, END, *(prop.name for prop in target.properties))
    rows = aggregate.listed(rows, given.channels)
    return WriteStep(target, rows, (START, END), given.workspace, schema=given.schema)


def _subnets(workspace: Workspace, ips: ir.Table) -> ir.Table:
    """Addresses in ``start`` with their subnet in ``end``."""
    short = ips.filter(ips[START].contains(":") & ~ips[START].re_search(CANONICAL_IPV6))
    odd = workspace.mapped(short[START], subnet)
    joined = ips.left_join(odd, ips[START] == odd.raw)
    address = joined[START]
    # Groups are extracted: engines do not write them alike in a replacement.
    long = address.re_extract(CANONICAL_IPV6, 1) + ibis.literal("::/64")
    quad = address.re_extract(_FIRST_THREE, 1) + ibis.literal(".0/24")
    plain = ibis.ifelse(address.contains(":"), long, quad)
    return joined.select(START, **{END: joined.mapped.fill_null(plain)})


def link(graph: Graph, written: Plan, asn_mmdb: Path | None) -> Notes:
    """Tie the addresses to known proxies, and the subnets to their systems."""
    steps = {step.name: step for step in written.steps}
    notes: dict[str, int] = {}
    subnets: set[str] = set()
    if ips := steps.get("IN_SUBNET"):
        pairs = [(row[START], row[END]) for chunk in ips.chunks(50_000) for row in chunk]
        linked = link_exits(graph, listed(graph), (address for address, _ in pairs))
        notes["addresses connected to known proxies"] = linked
        subnets |= {cidr for _, cidr in pairs}
    if masked := steps.get("USED_SUBNET"):
        subnets |= {row[END] for chunk in masked.chunks(50_000) for row in chunk}
    if subnets and asn_mmdb is not None:
        linked = link_systems(graph, asn_mmdb, sorted(subnets))
        notes["subnets connected to autonomous systems"] = linked
    return notes


# What the prompts table says of a cluster has precedence.
LOADER = TableLoader(
    plan,
    link,
    checked_after_grouping=grouped_by,
    links_systems=True,
    keeps=("PromptCluster",),
)
