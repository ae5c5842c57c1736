"""What campaigns did: requests, tokens, channels, capabilities, and through which proxies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ringleader.algorithms.evidence.sharing import Ints, Sharing
from ringleader.algorithms.review.effects import positions
from ringleader.catalogue import get
from ringleader.graph import Graph
from ringleader.parallel import side_by_side

ACCOUNTS_AT_ONCE = 500
# Identifiers that a request has; of equals the one that an account has fewest of comes first.
LEFT_BY_REQUESTS = ("PromptCluster", "Device", "Ip", "Subnet")


def volumes(
    graph: Graph, sharing: Sharing, campaigns: Sequence[Collection[str]]
) -> list[dict[str, Any]]:
    """What each campaign did, as the stored query ``write-campaigns`` takes it.

    Args:
        graph: An open graph, of which each account's uses of one kind are read.
        sharing: Who shares what.
        campaigns: The accounts of each; no account is in two.
    """
    asked = [account for members in campaigns for account in members]
    at = positions(sharing.accounts, asked)
    rows = [
        {"account_id": account, "kind": kind}
        for account, kind in zip(sharing.accounts[at], kinds(sharing, at), strict=True)
    ]
    pages = (
        rows[start : start + ACCOUNTS_AT_ONCE] for start in range(0, len(rows), ACCOUNTS_AT_ONCE)
    )

    def read(page: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return graph.read(get("account-volumes"), {"rows": page})

    by_account = {row["account_id"]: row for rows in side_by_side(read, pages) for row in rows}
    return [
        {
            **volume(by_account[account] for account in members if account in by_account),
            "proxies": proxies(sharing, members),
        }
        for members in campaigns
    ]


def kinds(sharing: Sharing, at: Ints) -> list[str | None]:
    """The relationship type by which most requests of accounts are known, None for none."""
    schema = sharing.schema
    types = [schema.by_label[label].relationship for label in LEFT_BY_REQUESTS]
    events = sharing.activity[at][:, [schema.labels.index(label) for label in LEFT_BY_REQUESTS]]
    return [types[row.argmax()] if row.any() else None for row in events]


def volume(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What accounts did together, from their rows of the stored query ``account-volumes``."""
    rows = list(rows)
    capabilities: Counter[str] = Counter()
    for row in rows:
        capabilities.update(dict(row["capabilities"]))
    # Most requests first; of equals, by name.
    asked_for = sorted(capabilities.items(), key=lambda item: (-item[1], item[0]))
    totals = {
        name: sum(row[name] for row in rows)
        for name in ("requests", "input_tokens", "output_tokens")
    }
    times = {name: [row[name] for row in rows if row[name]] for name in ("first_seen", "last_seen")}
    channels = {name for row in rows for some in row["channels"] for name in some}
    return {
        **totals,
        "first_seen": min(times["first_seen"], default=None),
        "last_seen": max(times["last_seen"], default=None),
        "channels": sorted(channels),
        "capabilities": [name for name, _ in asked_for],
        "capability_requests": [requests for _, requests in asked_for],
    }


def proxies(sharing: Sharing, accounts: Collection[str]) -> list[str]:
    """Proxies that two of the accounts or more came through, the most used first."""
    origins = sharing.origins
    inside = np.zeros(len(sharing.accounts), dtype=bool)
    inside[positions(sharing.accounts, accounts)] = True
    users = np.bincount(origins.used[inside[origins.user]], minlength=len(origins.keys))
    found = np.flatnonzero((origins.labels == "Proxy") & (users > 1))
    # Keys lie in order, so equals stay in it.
    return [str(origins.keys[at]) for at in found[np.argsort(-users[found], kind="stable")]]
