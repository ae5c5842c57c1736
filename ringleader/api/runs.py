"""Detections that ran, with what differs from the one before."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer
from ringleader.catalogue import get

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ringleader.graph import Graph

_COLUMNS = [
    "run_id",
    "state",
    "started_at",
    "finished_at",
    "algorithm",
    "version",
    "accounts",
    "links",
    "rings",
    "members",
    "stages",
    "changed",
]
# What two runs may differ in besides their parameters.
_COMPARED = ("algorithm", "version", "known_hubs")


def detections(graph: Graph, limit: int = 30) -> Answer:
    """Detections, the latest first, with their stages and what differs from the run before.

    Args:
        graph: An open graph.
        limit: Runs at the most.

    Returns:
        Rows in which ``stages`` has the seconds of each stage, and ``changed`` a map for each
        setting that differs: ``name``, ``before`` and ``now``.
    """
    from ringleader.algorithms.parameters import effective, recorded

    rows = graph.read(get("detections"), {"limit": limit + 1})

    def settings_of(row: Mapping[str, Any]) -> dict[str, Any]:
        values = {one["parameter"]: one["value"] for one in effective(recorded(row["parameters"]))}
        return {**values, **{name: row[name] for name in _COMPARED}}

    listed = []
    for row, earlier in zip_longest(rows[:limit], rows[1 : limit + 1]):
        now, before = settings_of(row), settings_of(earlier) if earlier else {}
        changed = [
            {"name": name, "before": before.get(name), "now": value}
            for name, value in now.items()
            if earlier and value != before.get(name)
        ]
        told = {name: row.get(name) for name in _COLUMNS}
        listed.append({**told, "stages": json.loads(row["stages"] or "{}"), "changed": changed})
    return Answer(listed, _COLUMNS, brief=["run_id", "state", "started_at", "rings", "members"])
