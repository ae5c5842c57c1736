"""Account-address relationships over Bolt: UNWIND MERGE by the driver, and ``py2neo.bulk``.

``python -m benchmarks.references.bolt_writes driver|py2neo DATABASE`` writes the table ``used_ip``
that :mod:`benchmarks.references.group_by` made, in its order, 10,000 rows at a time over one
session, and prints rows and seconds as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.references.group_by import CHANNELS
from ringleader.graph import Graph
from ringleader.settings import Settings, load_settings

ROWS = 10_000
HERE = Path(__file__).resolve().parent
# Label, key, and the column of the table.
TIMES = ("first_seen", "last_seen")
# The table with its bits as lists.
LISTED = f"""
    SELECT * REPLACE (
        list_filter(range(24), lambda hour: (hours >> hour) & 1 = 1) AS hours,
        list_filter(range(64), lambda day: (days >> day::UBIGINT) & 1 = 1) AS days,
        [name FOR name, place IN {list(CHANNELS)} IF (channels >> (place - 1)) & 1 = 1] AS channels)
    FROM used_ip
"""
NODES = (("Account", "account_id", "account_id"), ("Ip", "address", "ip"))


def chunks(database: Path) -> Iterator[list[dict[str, Any]]]:
    """The rows of the table, in its order."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for batch in connection.sql(LISTED).to_arrow_reader(ROWS):
            yield batch.to_pylist()


def by_driver(settings: Settings, database: Path) -> int:
    """One session of the official driver, one UNWIND MERGE a chunk."""
    import neo4j

    statement = (HERE / "unwind_merge.cypher").read_text(encoding="utf-8")
    rows = 0
    with (
        neo4j.GraphDatabase.driver(
            str(settings.uri), auth=neo4j.basic_auth(settings.username, str(settings.password))
        ) as driver,
        driver.session() as session,
    ):
        for chunk in chunks(database):
            session.execute_write(
                lambda tx, chunk=chunk: tx.run(statement, rows=chunk).consume()  # type: ignore[misc]
            )
            rows += len(chunk)
    return rows


def by_py2neo(settings: Settings, database: Path) -> int:
    """``merge_nodes`` for both ends, then ``merge_relationships``."""
    import py2neo
    from py2neo.bulk import merge_nodes, merge_relationships

    graph = py2neo.Graph(settings.uri, auth=(settings.username, settings.password))
    rows = 0
    for chunk in chunks(database):
        for label, key, column in NODES:
            names = sorted({row[column] for row in chunk})
            merge_nodes(graph.auto(), [[name] for name in names], (label, key), keys=[key])
        merge_relationships(
            graph.auto(),
            [(row.pop("account_id"), _plain(row), row.pop("ip")) for row in chunk],
            "USED_IP",
            start_node_key=NODES[0][:2],
            end_node_key=NODES[1][:2],
        )
        rows += len(chunk)
    return rows


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Properties with times as seconds: py2neo cannot pack times on current Pythons."""
    return {
        name: value.timestamp() if name in TIMES else value
        for name, value in row.items()
        if name != "ip"
    }


WAYS: dict[str, Callable[[Settings, Path], int]] = {"driver": by_driver, "py2neo": by_py2neo}


def main(way: str, database: Path) -> None:
    """Write the rows one way, and say how long it took."""
    settings = load_settings()
    with Graph.connect(settings) as graph:
        graph.ensure_schema()
    begin = time.perf_counter()
    rows = WAYS[way](settings, database)
    print(json.dumps({"rows": rows, "seconds": time.perf_counter() - begin}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
