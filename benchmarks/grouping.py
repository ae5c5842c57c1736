"""Linking and grouping against what others offer for it, on one graph."""

from __future__ import annotations

import sys

from benchmarks.campaign import raw_to_rings
from benchmarks.figures import Figure
from benchmarks.measure import Bench, run, served

# Node similarity compares nearly all pairs of accounts: this many it finishes.
SIMILAR_ACCOUNTS = 10_000
RESOLUTION = "0.02"


def others(bench: Bench) -> None:
    """GDS node similarity and networkit's Leiden, on a graph that the first one finishes."""
    accounts = min(bench.accounts, SIMILAR_ACCOUNTS)
    ours = raw_to_rings(bench, accounts)
    home = bench.home(f"campaign-{accounts}")
    command = [sys.executable, "-m", "benchmarks.references.grouping"]
    with served(home):
        pairs = run([*command, "similarity"], home=home).rows[0]
        groups = run([*command, "leiden", RESOLUTION], home=home).rows[0]
    bench.note(
        Figure(
            f"linking {accounts:,} accounts",
            ours["link accounts"],
            "s",
            "GDS node similarity, top 10",
            pairs["seconds"],
            note="pairs and their evidence; a projection more for the reference",
        )
    )
    bench.note(
        Figure(
            f"grouping by {groups['links']:,} links, projection included",
            groups["gds"],
            "s",
            "networkit's Leiden on the same links",
            groups["networkit"],
        )
    )
