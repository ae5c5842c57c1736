"""requests → what every account used, how often and when; the requests themselves never arrive."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from loaders import aggregate
from loaders.addresses import subnet
from loaders.aggregate import END, START, distinct
from loaders.prefixes import link_exits, listed
from loaders.prompts import clustered
from loaders.steps import Load, Row, Step
from loaders.systems import link_systems
from ringleader.schema import NODE_BY_LABEL
from ringleader.schema_types import Merge, NodeType

_USES = (("ip", "USED_IP"), ("device_id", "USED_DEVICE"), ("prompt_cluster_id", "SENT"))


def steps(load: Load) -> list[Step]:
    """What requests become."""
    rows, clusters = clustered(load, load.rows)
    result = [
        load.nodes("Account", distinct(rows, account_id="account_id")),
        load.relationships("IN_SUBNET", distinct(rows, **{START: "ip"}), _with_subnet),
    ]
    seen = rows.filter(rows.user_agent.notnull() & rows.device_id.notnull())
    devices = seen.group_by("device_id").aggregate(user_agent=seen.user_agent.max())
    result.append(load.nodes("Device", devices))
    wanted = rows.filter(rows.capability.notnull() & rows.prompt_cluster_id.notnull())
    named = wanted.group_by("prompt_cluster_id").aggregate(capability=wanted.capability.max())
    if clusters is not None:
        named = named.outer_join(clusters, "prompt_cluster_id")
        named = named.mutate(
            prompt_cluster_id=named.prompt_cluster_id.fill_null(named.prompt_cluster_id_right)
        ).drop("prompt_cluster_id_right")

    def marked(row: Row) -> Row:
        return {**row, "batch": load.batch_id} if row.get("signature") else row

    cluster_step = load.nodes("PromptCluster", named, marked)
    result.append(replace(cluster_step, target=_keeping(NODE_BY_LABEL["PromptCluster"])))
    result += [
        load.relationships(
            type_,
            # Computed in the workspace, so that only what the graph keeps leaves it.
            aggregate.activity(rows, column, load.channels),
            lambda row: aggregate.decoded(row, load.channels),
        )
        for column, type_ in _USES
    ]
    return [step for step in result if step.total]


def _with_subnet(row: Row) -> Row:
    return {START: row[START], END: subnet(row[START])}


def _keeping(node: NodeType) -> NodeType:
    """The label as requests may write it: what the prompts table says has precedence."""
    kept = tuple(replace(prop, merge=Merge.KEEP) for prop in node.properties)
    return replace(node, properties=kept)


def follow(load: Load, done: list[Step], asn_mmdb: Path | None) -> None:
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
