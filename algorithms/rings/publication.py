"""From rings as found to what the graph says: names, decisions, campaigns; then all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ringleader.algorithms.campaigns.linking import Campaign, campaigns, profiles
from ringleader.algorithms.campaigns.volumes import volumes
from ringleader.algorithms.evidence.shared_neighbours import Links
from ringleader.algorithms.evidence.sharing import Sharing
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.review.effects import Decision, standing, with_confirmed
from ringleader.algorithms.rings.building import Ring
from ringleader.algorithms.rings.lineage import Continuation, Earlier, traced
from ringleader.catalogue import Query, get
from ringleader.graph import Graph

Statements = list[tuple[str | Query, Mapping[str, Any]]]


@dataclass(frozen=True)
class Findings:
    """What a run says.

    Attributes:
        rings: The rings under their lasting names, the strongest first.
        earlier: Who was in the rings of the run before, by name.
        continuations: Merges and splits.
        campaigns: The campaigns, the largest first.
    """

    rings: list[Ring] = field(default_factory=list)
    earlier: dict[str, frozenset[str]] = field(default_factory=dict)
    continuations: list[Continuation] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)


def decisions_in_force(graph: Graph) -> list[Decision]:
    """The decision that counts about each ring and account, the earliest first."""
    return standing(graph.read(get("standing-decisions")))


def concluded(
    graph: Graph,
    sharing: Sharing,
    links: Links,
    rings: Sequence[Ring],
    decisions: Sequence[Decision],
    parameters: Parameters,
) -> Findings:
    """Rings with their names, confirmed members and campaigns.

    Args:
        graph: An open graph, as the run before left it.
        sharing: Who shares what.
        links: The links, without what was rejected.
        rings: The rings built from them.
        decisions: Those that count.
        parameters: The judgements.
    """
    seen = sharers(sharing)
    earlier = {
        row["ring_id"]: Earlier(frozenset(row["members"]), row["live"])
        for row in graph.read(get("earlier-rings"), {"retired": True})
    }
    lineage = traced(rings, earlier, seen, parameters)
    kept = with_confirmed(lineage, decisions, sharing, links)
    names = {ring.ring_id for ring in kept}
    before = {name: ring.members for name, ring in earlier.items() if ring.live}
    continuations = [c for c in lineage.continuations if c.ring_id in names]
    return Findings(kept, before, continuations, _campaigns(graph, sharing, kept, seen, parameters))


def sharers(sharing: Sharing) -> frozenset[str]:
    """Accounts that share an identifier with another, or are in contact with one."""
    at = np.union1d(sharing.user, sharing.contacts.ravel())
    return frozenset(sharing.accounts[at].tolist())


def _campaigns(
    graph: Graph,
    sharing: Sharing,
    rings: Sequence[Ring],
    seen: frozenset[str],
    parameters: Parameters,
) -> list[Campaign]:
    if not rings:
        return []
    profile = profiles(sharing, rings)
    earlier = {row["campaign_id"]: row["members"] for row in graph.read(get("earlier-campaigns"))}
    return campaigns(rings, profile, len(sharing.accounts), earlier, seen, parameters)


def statements(
    graph: Graph,
    run: str,
    sharing: Sharing,
    findings: Findings,
    counts: Mapping[str, Any],
    parameters: Parameters,
) -> Statements:
    """What replaces the rings and campaigns and marks the run as done, for one transaction.

    Args:
        graph: An open graph, to read what campaigns did.
        run: The run.
        sharing: Who shares what.
        findings: What it says.
        counts: Further parameters of the stored query ``finish-run``.
        parameters: How long history is kept.
    """
    rings, made = findings.rings, findings.campaigns
    return [
        (get("retire-rings"), {"keep": [ring.ring_id for ring in rings]}),
        (get("write-rings"), {"run": run, "rows": [_ring_row(ring) for ring in rings]}),
        (get("drop-other-members"), {"run": run}),
        (
            get("write-lineage"),
            {
                "run": run,
                "found": [_found_row(ring, findings.earlier) for ring in rings],
                "continuations": [vars(c) for c in findings.continuations],
            },
        ),
        (get("drop-campaigns"), {"keep": [campaign.campaign_id for campaign in made]}),
        (get("write-campaigns"), {"run": run, "rows": _campaign_rows(graph, sharing, made)}),
        (
            get("finish-run"),
            {
                "run": run,
                "rings": len(rings),
                "members": sum(ring.size for ring in rings),
                **counts,
            },
        ),
        (get("forget-rings"), {"retired_days": parameters.retired_days}),
        (get("forget-runs"), {"history_runs": parameters.history_runs}),
    ]


def _ring_row(ring: Ring) -> dict[str, Any]:
    alone = set(ring.single_signal)
    return {
        "ring_id": ring.ring_id,
        "score": ring.score,
        "size": ring.size,
        "families": [family for family, _ in ring.family_bits],
        "family_bits": [bits for _, bits in ring.family_bits],
        "single_family": ring.single_family,
        "needed": ring.needed,
        "named_by": list(ring.named_by) or None,
        "links": ring.links,
        "density": ring.density,
        "expected_false": ring.expected_false,
        "p_value": ring.p_value,
        "members": [
            {"account_id": account, "score": bits, "single_signal": account in alone}
            for account, bits in zip(ring.members, ring.member_bits, strict=True)
        ],
    }


def _found_row(ring: Ring, earlier: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    now, then = set(ring.members), earlier.get(ring.ring_id, frozenset())
    return {
        "ring_id": ring.ring_id,
        "size": ring.size,
        "score": ring.score,
        "joined": len(now - then),
        "left": len(then - now),
    }


def _campaign_rows(
    graph: Graph, sharing: Sharing, made: Sequence[Campaign]
) -> list[dict[str, Any]]:
    done = volumes(graph, sharing, [campaign.members for campaign in made])
    return [
        {
            "campaign_id": campaign.campaign_id,
            "ring_ids": list(campaign.rings),
            "accounts": len(campaign.members),
            "shared": [str(feature) for feature, _ in campaign.shared],
            "shared_bits": [bits for _, bits in campaign.shared],
            **volume,
        }
        for campaign, volume in zip(made, done, strict=True)
    ]
