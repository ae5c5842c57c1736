"""A day's requests over Bolt, into a small graph and into a large one, against plain writes.

Whoever loads daily has a server that is up and a graph that holds the days before. So every way
writes one day unmeasured, and the next one measured.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.campaign import simulated
from benchmarks.figures import Figure
from benchmarks.measure import Bench, Ran, ringleader, run, served
from benchmarks.references.group_by import group

# Two days in the middle of the period, by their place among the files.
DAYS = slice(29, 31)


def day(bench: Bench) -> None:
    """Relationships a second of one day's account-address pairs."""
    sources = sorted((simulated(bench, bench.accounts) / "requests").glob("*.parquet"))[DAYS]
    work = bench.home("daily")
    files = [work / source.name for source in sources]
    for source, file in zip(sources, files, strict=True):
        _addresses_only(source, file)
        file.with_suffix(".duckdb").unlink(missing_ok=True)
        group(file.with_suffix(".duckdb"), str(file))
    rows = _pairs(files[1].with_suffix(".duckdb"))

    measured, there = _second_day(
        work, [["ringleader", "load", "requests", file] for file in files]
    )
    for way, name, bar in (
        ("driver", "one session of UNWIND MERGE", ">= 1.5"),
        ("py2neo", "py2neo.bulk", ""),
    ):
        plain = ["benchmarks.references.bolt_writes", way]
        told, also = _second_day(work, [[*plain, file.with_suffix(".duckdb")] for file in files])
        assert also == there, f"{way} wrote {also} relationships, ours {there}"
        rate = rows / told.rows[0]["seconds"]
        note = "ours: the whole command, from the requests on, with the addresses' subnets"
        what = f"a day, {rows:,} pairs"
        bench.note(Figure(what, rows / measured.seconds, "rels/s", name, rate, bar, note))
    large = bench.home(f"campaign-{bench.accounts}")
    if (large / "rings.csv").exists():
        with served(large):
            again = [ringleader("load", "requests", file, home=large) for file in files][1]
        what, small = "the day into the whole campaign's graph", "into a day's"
        bench.note(Figure(what, again.seconds, "s", small, measured.seconds, "<= 1.5"))


def _second_day(home: Path, days: Sequence[Sequence[str | Path]]) -> tuple[Ran, int]:
    """Write two days into an empty graph.

    Args:
        home: Of the server.
        days: The two modules that do it, with their arguments.

    Returns:
        The second day's figures, and the number of relationships that are there in the end.
    """
    ringleader("server", "stop", home=home)
    ringleader("server", "reset", "--yes", home=home)
    with served(home):
        _, second = [run([sys.executable, "-m", *day], home=home) for day in days]
        count = "MATCH ()-[r:USED_IP]->() RETURN count(r) AS n"
        counted = ringleader("cypher", count, "--format", "jsonl", home=home)
    return second, int(counted.rows[0]["n"])


def _pairs(database: Path) -> int:
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        [[rows]] = connection.execute("SELECT count(*) FROM used_ip").fetchall()
    return int(rows)


def _addresses_only(source: Path, target: Path) -> None:
    import duckdb

    duckdb.execute(
        "COPY (SELECT account_id, timestamp, ip, channel, input_tokens, output_tokens,"
        " NULL::VARCHAR AS device_id, NULL::VARCHAR AS prompt_cluster_id,"
        " NULL::VARCHAR AS user_agent, NULL::VARCHAR AS capability"
        f" FROM read_parquet($source) WHERE ip IS NOT NULL) TO '{target}' (FORMAT parquet)",
        {"source": str(source)},
    )
