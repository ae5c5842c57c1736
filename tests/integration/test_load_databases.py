"""Queries on databases: loads are identified by what they return, however it is packed."""

import sqlite3

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from load_world import everything, relationships

import ringleader.loaders.sources.databases
from ringleader.catalogue import get
from ringleader.errors import InputError
from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.load import LoadOptions, load_files
from ringleader.loaders.mapping import read_mapping
from ringleader.loaders.sources.databases import Content, query_file
from ringleader.loaders.workspace import Workspace

QUERY = 'SELECT who AS account_id, moment AS "timestamp", address AS ip FROM log ORDER BY who'


@pytest.fixture
def log(tmp_path):
    """A function that adds rows to a database; returns its URL."""
    path = tmp_path / "logs.db"

    def add(*rows):
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS log (who, moment INTEGER, address)")
            connection.executemany("INSERT INTO log VALUES (?, ?, ?)", rows)
        connection.close()
        return f"sqlite://{path}"

    return add


def load_query(graph, url, query=QUERY):
    with Workspace(graph.settings.home / "scratch") as workspace:
        file = query_file(workspace, url, query)
        said = read_mapping(None, BY_NAME["requests"])
        return load_files(graph, graph.settings, workspace, [file], said, LoadOptions())


def test_other_packing_of_the_same_rows_is_the_same_load(graph, log, monkeypatch):
    url = log(*((f"a{number}", 1769904000, "192.0.2.1") for number in range(9)))
    load_query(graph, url)
    before = everything(graph)
    monkeypatch.setattr(ringleader.loaders.sources.databases, "_BATCH_ROWS", 2)
    monkeypatch.setattr("pyarrow.parquet.ParquetWriter.__init__", packed_otherwise)
    summary = load_query(graph, url)
    assert (summary.batch_id, len(summary.skipped)) == (None, 1)
    assert everything(graph) == before


def packed_otherwise(self, where, schema, _init=pq.ParquetWriter.__init__):
    _init(self, where, schema, compression="gzip")


def content(table, rows=100):
    found = Content(table.schema)
    for batch in table.to_batches(rows):
        found.add(batch)
    return found.sha256


def test_content_is_of_columns_rows_and_their_order():
    table = pa.table({"a": ["x", "y", None], "n": [1, 2, 3], "t": pa.array([1, 2, None], "date32")})
    known = content(table)
    assert content(table, 1) == known
    wider = pa.schema([("a", pa.large_string()), ("n", pa.int32()), ("t", pa.date32())])
    assert content(table.cast(wider)) == known
    others = [
        table.take([1, 0, 2]),
        table.slice(0, 2),
        table.rename_columns(["b", "n", "t"]),
        table.select(["n", "a", "t"]),
        table.set_column(1, "n", pa.array(["1", "2", "3"])),
        table.set_column(0, "a", pa.array(["x", "y", ""])),
    ]
    assert len({known, *map(content, others)}) == 1 + len(others)


def test_times_are_told_by_what_they_mean():
    moments = pa.array([1769904000, None], pa.timestamp("s"))
    first = content(pa.table({"t": moments}))
    assert content(pa.table({"t": moments.cast(pa.timestamp("ns"))})) == first
    assert content(pa.table({"t": moments.cast(pa.timestamp("s", "UTC"))})) != first
    assert content(pa.table({"t": pa.array([1769904000_000000, None])})) != first


def test_an_interrupted_query_on_a_changed_table_says_what_to_do(graph, log, ringleader):
    url = log(("a", 1769904000, "192.0.2.1"))
    batch = load_query(graph, url).batch_id
    graph.write("MATCH (b:Batch) SET b.state = 'open'", name="prepare")
    log(("b", 1769904000, "192.0.2.1"))
    with pytest.raises(InputError, match="query was interrupted.*other rows now") as refused:
        load_query(graph, url)
    assert f"give-up-load | ringleader cypher --write - -p batch_id={batch}" in refused.value.hint
    ringleader("cypher", "--write", "-", "-p", f"batch_id={batch}", input=get("give-up-load").text)
    load_query(graph, url)
    ends = [(start, end) for start, end, _ in relationships(graph, "USED_IP")]
    assert ends == [("a", "192.0.2.1"), ("b", "192.0.2.1")]


def test_duckdb(graph, tmp_path):
    with duckdb.connect(tmp_path / "logs.duckdb") as connection:
        connection.execute(
            "CREATE TABLE log AS SELECT 'a' who, 1769904000 AS moment, '192.0.2.1' address"
        )
    load_query(graph, f"duckdb://{tmp_path / 'logs.duckdb'}")
    assert [(s, e) for s, e, _ in relationships(graph, "USED_IP")] == [("a", "192.0.2.1")]


@pytest.mark.parametrize(
    ("url", "query", "says"),
    [
        ("nosuch://database", "SELECT 1", "nosuch://database fails: Don't know how to connect"),
        ("sqlite:///nowhere/none.db", "SELECT 1", "/nowhere/none.db: no such file"),
        ("sqlite://", "SELECT nonsense FROM nowhere", "no such table: nowhere"),
        ("duckdb://", "SELECT nonsense FROM nowhere", "nowhere does not exist"),
        ("duckdb://", "SELECT CAST(x AS INTEGER) FROM (SELECT 'x' AS x)", "Could not convert"),
        ("duckdb://", "CREATE TABLE t (x INTEGER)", "one statement that only reads"),
        ("duckdb://", "SELECT 1; SELECT 2", "one statement that only reads"),
        ("mssql://me:secret@host/logs", "SELECT 1", "query on host/logs fails: .*dependencies"),
    ],
)
def test_what_fails_is_said_in_one_line(tmp_path, url, query, says):
    with Workspace(tmp_path) as workspace, pytest.raises(InputError, match=says) as failed:
        query_file(workspace, url, query)
    assert "\n" not in str(failed.value) and "secret" not in str(failed.value)


def test_a_mistake_of_ours_is_not_taken_for_the_database_s(tmp_path, monkeypatch):
    def broken(url):
        raise KeyError(url)

    monkeypatch.setattr("ibis.connect", broken)
    with Workspace(tmp_path) as workspace, pytest.raises(KeyError):
        query_file(workspace, "sqlite://", "SELECT 1")
