"""Clean tables: a load in two halves makes the graph of a whole load, from either engine."""

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from load_world import everything
from spark_here import needs_spark

from ringleader.api import preparing
from ringleader.errors import InputError
from ringleader.loaders.workspace import Workspace
from ringleader.loaders.writing.new_folder import new_folder
from ringleader.scenario.simulate import simulate

ODD_REQUESTS = {
    "account_id": ["odd-1", "odd-1", "odd-2", "odd-2", None, "odd-3", "odd-3", "odd-4"],
    "timestamp": [
        1_769_904_000_000, 1_769_990_400_123, 1_769_904_000_000, 1_775_000_000_000,
        1_769_904_000_000, 1_769_904_000_000, 1_769_904_000_000, 12,
    ],
    "ip": [
        "203.0.113.7:443", "2001:DB8::1", "203.0.113.***", "::ffff:203.0.113.7",
        "203.0.113.9", "127.0.0.1", "n/a", "203.0.113.8",
    ],
    "device_id": [" padded ", "d-é", None, "d", "d", "d", "", "d"],
    "user_agent": ["a", None, None, "b", "c", "z", None, None],
    "channel": ["API", "bedrock", None, "vertex", "api", "api", "api", "api"],
    "model": [None, "m", "m", "m", "m", "m", "m", "m"],
    "request_id": ["r1", "r2", "r3", "r3", "r5", "r6", "r7", "r8"],
    "prompt_cluster_id": ["pc", None, "pc", "pc", None, None, None, None],
    "input_tokens": [1, 2, 3, 4, 5, 6, 7, 8],
}  # fmt: skip
ODD_PAYMENTS = {
    "account_id": ["odd-1", "odd-1", "odd-2"],
    "payment_method_id": ["pm", "pm", "pm"],
    "timestamp": [1_769_904_000_000, 1_769_990_400_123, None],
    "currency": ["EUR", "usd", None],
    "outcome": ["Declined", "succeeded", "chargeback"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small campaign, and rows that are awkward or break the contract."""
    folder = tmp_path_factory.mktemp("tables")
    simulate(folder, accounts=1_300, requests=1_300)
    pq.write_table(pa.table(ODD_REQUESTS), folder / "requests" / "odd [1] +.parquet")
    pq.write_table(pa.table(ODD_PAYMENTS), folder / "payments-odd.parquet")
    return folder


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=needs_spark)])
def test_prepared_tables_make_the_graph_of_the_raw_load(
    graph, ringleader, folder, tmp_path, engine
):
    raw = ringleader("load", "all", folder)
    assert "quarantined 2: " in raw.stderr or "quarantined 1: " in raw.stderr
    expected = everything(graph)
    graph.write("MATCH (n) DETACH DELETE n", name="empty")
    (tmp_path / "ringleader.toml").write_text('[engine]\nmaster = "local[2]"\n')
    # Two hundred parts of a few rows each would take most of the time.
    (tmp_path / "spark-defaults.conf").write_text("spark.sql.shuffle.partitions 4\n")
    made = ringleader(
        "prepare", "all", folder, "--output", "clean (a+b) [1]", "--engine", engine,
        env={"SPARK_CONF_DIR": str(tmp_path)},
    )  # fmt: skip
    quarantined = [line for line in raw.stderr.splitlines() if line.startswith("quarantined")]
    assert [line for line in made.stderr.splitlines() if line.startswith("quarantined")] == (
        quarantined
    )
    assert "incubator" not in made.stderr and "WARN" not in made.stderr
    assert graph.read("MATCH (n) RETURN count(n) AS n") == [{"n": 0}]
    ringleader("load", "uses", "clean (a+b) [1]")
    assert everything(graph) == expected
    again = ringleader("load", "uses", "clean (a+b) [1]")
    assert "was loaded before; nothing to do" in again.stderr
    # It is the same batch, whichever road it came by.
    raw_again = ringleader("load", "all", folder)
    assert "was loaded before; nothing to do" in raw_again.stderr
    assert everything(graph) == expected


def written(folder, table, kind, **columns):
    """A clean table as another tool would write it."""
    place = folder / table / kind
    place.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), place / "part-0.parquet")
    return folder


def by_another_tool(folder):
    seen = pa.array([1_769_904_000_000, 1_769_990_400_123], pa.timestamp("ms", tz="UTC"))
    written(folder, "accounts", "Account", account_id=["a", "b"], plan=["free", None])
    return written(
        folder,
        "requests",
        "USED_IP",
        start=["a", "b"],
        end=["203.0.113.7", "203.0.113.7"],
        events=[3, 2],
        first_seen=seen,
        last_seen=seen,
        hours=[[0, 5], [1]],
        channels=[["api"], ["api", "vertex"]],
    )


def test_tables_of_another_tool_load_once(graph, ringleader, tmp_path):
    folder = by_another_tool(tmp_path / "clean")
    dry = ringleader("load", "uses", folder, "--dry-run")
    assert "would write 2 USED_IP" in dry.stderr
    assert graph.read("MATCH (n:Account) RETURN count(n) AS n") == [{"n": 0}]
    ringleader("load", "uses", folder)
    found = graph.read(
        "MATCH (a:Account)-[u:USED_IP]->(i:Ip) RETURN a.account_id AS account, i.address AS ip, "
        "u.events AS events, u.hours AS hours, u.channels AS channels, "
        "u.last_seen.epochMillis AS last ORDER BY account"
    )
    assert [tuple(row.values()) for row in found] == [
        ("a", "203.0.113.7", 3, [0, 5], ["api"], 1_769_904_000_000),
        ("b", "203.0.113.7", 2, [1], ["api", "vertex"], 1_769_990_400_123),
    ]
    again = ringleader("load", "uses", folder)
    assert again.stderr.count("was loaded before; nothing to do") == 2
    assert [r["events"] for r in graph.read("MATCH ()-[u:USED_IP]->() RETURN u.events AS events")]
    taken = graph.read("MATCH (b:Batch {table: 'requests'}) RETURN b.batch_id AS id")
    ringleader("load", "undo", taken[0]["id"][:12])
    assert graph.read("MATCH ()-[u:USED_IP]->() RETURN count(u) AS n") == [{"n": 0}]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"start": ["a"], "end": ["203.0.113.7"], "colour": ["red"]}, "colour is no column of"),
        ({"start": ["a"], "events": [1]}, "the column end is missing"),
        ({"start": ["a", None], "end": ["203.0.113.7"] * 2}, "1 rows have no start or end"),
        ({"start": ["a", "a"], "end": ["203.0.113.7"] * 2}, "1 rows repeat another's start, end"),
        ({"start": ["a"], "end": ["203.0.113.7:443"]}, "some addresses are not in canonical text"),
    ],
)
def test_tables_that_are_not_clean_are_refused_whole(graph, ringleader, tmp_path, columns, said):
    folder = by_another_tool(tmp_path / "clean")
    written(folder, "requests", "USED_IP", **columns)
    refused = ringleader("load", "uses", folder / "", check=False)
    assert refused.returncode == 1
    assert said in refused.stderr
    assert graph.read("MATCH ()-[u:USED_IP]->() RETURN count(u) AS n") == [{"n": 0}]


def test_a_folder_that_is_not_as_its_manifest_says_is_refused(ringleader, tmp_path):
    (tmp_path / "in").mkdir()
    pq.write_table(pa.table({"account_id": ["a", "b"]}), tmp_path / "in" / "accounts.parquet")
    ringleader("prepare", "all", "in", "--output", "clean")
    refused = ringleader("prepare", "all", "in", "--output", "clean", check=False)
    assert refused.returncode == 1 and "clean is not empty" in refused.stderr
    manifest = tmp_path / "clean" / "clean-tables.json"
    said = json.loads(manifest.read_text())
    assert said["tables"][0]["kinds"]["Account"] == 2

    def load_with(message, **changed):
        manifest.write_text(json.dumps({**said, **changed}))
        result = ringleader("load", "uses", "clean", check=False)
        assert result.returncode == 1 and message in result.stderr, result.stderr

    load_with("made with another key", key="0" * 16)
    load_with("prepared with the channels api", channels=["api"])
    load_with("prepared by another version", contract=1)
    load_with("prepared by another version", layout=2, tables={"of": "another form"})
    load_with("is incomplete: the preparation was interrupted", unfinished=True)
    load_with("cannot be read", tables=[{"table": "accounts"}])
    pq.write_table(
        pa.table({"account_id": ["c"]}),
        tmp_path / "clean" / "accounts" / "Account" / "more.parquet",
    )
    load_with("3 rows, and 2 were prepared")


def interrupted(*_args, **_kwargs):
    raise KeyboardInterrupt


def test_an_interrupted_preparation_on_an_object_store_is_refused(
    graph, ringleader, tmp_path, monkeypatch
):
    """What is there looks like the tables of another tool, but for the manifest."""
    pq.write_table(pa.table({"account_id": ["a", "b"]}), tmp_path / "accounts.parquet")
    address = f"file://{tmp_path}/clean"
    monkeypatch.setattr(Workspace, "reads_addresses", True)
    monkeypatch.setattr(Workspace, "write_folder", by_address(Workspace.write_folder))
    with monkeypatch.context() as broken:
        broken.setattr(preparing, "fingerprint", interrupted)
        stopped = ringleader(
            "prepare", "accounts", "accounts.parquet", "--output", address, check=False
        )
    assert stopped.returncode == 130
    assert list((tmp_path / "clean" / "accounts" / "Account").iterdir())
    for place in (address, "clean"):
        refused = ringleader("load", "uses", place, check=False)
        assert refused.returncode == 1, place
        assert "is incomplete: the preparation was interrupted" in refused.stderr
    assert graph.read("MATCH (a:Account) RETURN count(a) AS n") == [{"n": 0}]
    again = ringleader("prepare", "accounts", "accounts.parquet", "--output", address, check=False)
    assert again.returncode == 1 and "is not empty" in again.stderr
    shutil.rmtree(tmp_path / "clean")
    ringleader("prepare", "accounts", "accounts.parquet", "--output", address)
    ringleader("load", "uses", address)
    assert graph.read("MATCH (a:Account) RETURN count(a) AS n") == [{"n": 2}]


def by_address(write):
    """DuckDB writes to folders of this machine; a store that is one stands for the others."""
    return lambda self, rows, folder: write(self, rows, folder.removeprefix("file://"))


def test_sources_of_which_some_are_loaded_do_not_count_twice(graph, ringleader, tmp_path):
    for name in ("one", "two"):
        rows = {"account_id": [name], "timestamp": [1_769_904_000_000], "ip": ["203.0.113.7"]}
        pq.write_table(pa.table(rows), tmp_path / f"{name}.parquet")
    ringleader("load", "requests", "one.parquet")
    ringleader("prepare", "requests", "one.parquet", "two.parquet", "--output", "clean")
    refused = ringleader("load", "uses", "clean", check=False)
    assert refused.returncode == 1
    assert "requests: 1 of 2 sources were loaded before (for example one.parquet)" in refused.stderr
    ringleader("prepare", "requests", "two.parquet", "--output", "rest")
    ringleader("load", "uses", "rest")
    found = graph.read(
        "MATCH (a:Account)-[u:USED_IP]->() RETURN a.account_id AS a, u.events AS n ORDER BY a"
    )
    assert [tuple(row.values()) for row in found] == [("one", 1), ("two", 1)]
    again = ringleader("load", "uses", "rest")
    assert "was loaded before; nothing to do" in again.stderr


def test_a_job_that_did_not_end_leaves_no_clean_tables(graph, ringleader, tmp_path):
    folder = by_another_tool(tmp_path / "clean")
    running = folder / "requests" / "USED_IP" / "_temporary" / "0"
    running.mkdir(parents=True)
    refused = ringleader("load", "uses", folder, check=False)
    assert refused.returncode == 1
    assert "USED_IP is incomplete: the job that wrote it did not end" in refused.stderr
    assert graph.read("MATCH (n) RETURN count(n) AS n") == [{"n": 0}]


def test_errors_of_a_preparation_are_not_those_of_its_folder(tmp_path):
    with pytest.raises(FileNotFoundError), new_folder(str(tmp_path / "clean"), addresses=False):
        (tmp_path / "a source that has gone").read_bytes()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(InputError, match="cannot be written"),
        new_folder(str(tmp_path / "file" / "clean"), addresses=False),
    ):
        pass


def test_where_and_how_prepare_refuses(ringleader, tmp_path):
    pq.write_table(pa.table({"account_id": ["a"]}), tmp_path / "accounts.parquet")
    away = ringleader(
        "prepare", "accounts", "accounts.parquet", "--output", "s3://b/c", check=False
    )
    assert away.returncode == 2
    assert "the engine duckdb writes to folders of this machine" in away.stderr
    mapped = ringleader("load", "uses", ".", "--strict", check=False)
    assert mapped.returncode == 2 and "give it to ringleader prepare" in mapped.stderr
    assert not (tmp_path / "c").exists()
