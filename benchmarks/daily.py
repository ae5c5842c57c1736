"""A day's requests over Bolt, into an empty graph and into a large one, against plain writes."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.campaign import simulated
from benchmarks.figures import Figure
from benchmarks.measure import Bench, ringleader, run, served
from benchmarks.references.group_by import group

# A day in the middle of the period, by its place among the files.
DAY = 30


def day(bench: Bench) -> None:
    """Relationships a second of one day's account-address pairs, every way into an empty graph."""
    source = sorted((simulated(bench, bench.accounts) / "requests").glob("*.parquet"))[DAY]
    work = bench.home("daily")
    file, database = work / "day.parquet", work / "day.duckdb"
    _addresses_only(source, file)
    database.unlink(missing_ok=True)
    group(database, str(file))
    _empty(work)
    ours = ringleader("load", "requests", file, home=work)
    there = ringleader(
        "cypher", "MATCH ()-[r:USED_IP]->() RETURN count(r) AS n", "--format", "jsonl", home=work
    )
    rows = there.rows[0]["n"]
    for way, name, bar in (
        ("driver", "one session of UNWIND MERGE", ">= 1.5"),
        ("py2neo", "py2neo.bulk", ""),
    ):
        _empty(work)
        module = "benchmarks.references.bolt_writes"
        told = run([sys.executable, "-m", module, way, database], home=work).rows[0]
        assert told["rows"] == rows, (told, rows)
        rate = told["rows"] / told["seconds"]
        note = "ours: the whole command, from the requests on"
        bench.note(
            Figure(f"a day, {rows:,} pairs", rows / ours.seconds, "rels/s", name, rate, bar, note)
        )
    large = bench.home(f"campaign-{bench.accounts}")
    if (large / "rings.csv").exists():
        ringleader("server", "stop", home=work)
        with served(large):
            again = ringleader("load", "requests", file, home=large)
        what = "the day into the whole campaign's graph"
        bench.note(Figure(what, again.seconds, "s", "into an empty one", ours.seconds, "<= 1.5"))


def _addresses_only(source: Path, target: Path) -> None:
    import duckdb

    duckdb.execute(
        "COPY (SELECT account_id, timestamp, ip, channel, input_tokens, output_tokens,"
        " NULL::VARCHAR AS device_id, NULL::VARCHAR AS prompt_cluster_id"
        f" FROM read_parquet($source) WHERE ip IS NOT NULL) TO '{target}' (FORMAT parquet)",
        {"source": str(source)},
    )


def _empty(home: Path) -> None:
    for command in (("stop",), ("reset", "--yes"), ("start",)):
        ringleader("server", *command, home=home)
