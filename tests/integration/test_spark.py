"""Spark for real: the functions of both engines agree, and a cluster loses a worker."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from lakes import Warehouse, rows, write_delta
from spark_cluster import standalone
from spark_here import needs_spark

from ringleader.errors import SettingsError, WrongUsage
from ringleader.loaders import functions
from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.engine import ENGINES, workspace_of
from ringleader.loaders.mapping import ColumnMap, Condition, Mapping, read_mapping
from ringleader.loaders.sources.files import inspect
from ringleader.loaders.sources.json_documents import opened
from ringleader.loaders.sources.remote import objects_at
from ringleader.loaders.spark import session
from ringleader.loaders.spark.session import spark_session
from ringleader.loaders.validation.validate import validate
from ringleader.settings import load_settings

pytestmark = pytest.mark.timeout(1_800)
START = 1_769_904_000_000
CHANNELS = 'known = ["api", "2026 03/01", "2026-03-02:é%41"]\n'
ROOT = Path(__file__).resolve().parents[2]


def settings_of(folder, master="local[2]"):
    return load_settings(
        {"engine.master": master}, env={"RINGLEADER_HOME": str(folder / "home")}, cwd=folder
    )


def write_tables(folder, accounts=40):
    """Accounts that share devices, addresses and cards, some in odd spellings."""
    folder.mkdir()
    spelled = ("203.0.113.7:443", "2001:DB8::{}", "198.51.100.{}")
    rows = [
        {
            "account_id": f"a{number % accounts}",
            "timestamp": START + number * 7_345_001,
            "ip": spelled[number % 3].format(number % 5),
            "device_id": f"d{number % 7}",
            "user_agent": f"ua{number % 3}",
            "channel": ["api", "bedrock", None][number % 3],
            "model": ["m", None][number % 2],
            "request_id": f"r{number - number % 2 if number < 20 else number}",
            "prompt_cluster_id": f"p{number % 11}" if number % 4 else None,
            "input_tokens": number,
            "output_tokens": 1,
        }
        for number in range(600)
    ]
    for part in range(3):
        (folder / "requests").mkdir(exist_ok=True)
        some = pa.Table.from_pylist(rows[200 * part : 200 * part + 200])
        pq.write_table(some, folder / f"requests/{part}.parquet")
    people = [
        {"account_id": f"a{n}", "created_at": START - n, "email": f"A.{n % 5}+x@gmail.com"}
        for n in range(accounts)
    ]
    pq.write_table(pa.Table.from_pylist(people), folder / "accounts.parquet")
    return folder


def rows_of(folder):
    """Every row of a folder of clean tables, by table and kind; sums may differ in a last bit."""
    found = {}
    for kind in sorted(path for path in folder.glob("*/*") if path.is_dir()):
        tables = [pq.read_table(file) for file in sorted(kind.glob("*.parquet"))]
        rows = [
            json.dumps(_rounded(row), sort_keys=True)
            for table in tables
            for row in table.to_pylist()
        ]
        found[f"{kind.parent.name}/{kind.name}"] = sorted(rows)
    return found


def _rounded(row):
    return {n: round(v, 9) if isinstance(v, float) else v for n, v in row.items()}


def prepare(folder, tables, output, *, env=None, engine="duckdb"):
    command = [sys.executable, "-m", "ringleader", "prepare", "all", tables, "--output", output]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    environment["RINGLEADER_HOME"] = str(folder / "home")
    return subprocess.Popen(
        [*command, "--engine", engine, "--evidence"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def declared(master):
    return f'[engine]\nmaster = "{master}"\n'


@needs_spark
def test_functions_agree(tmp_path):
    """Each function that has an implementation per engine, on the same values."""
    moment = ibis.timestamp("2026-03-29 01:02:03.456")
    numbers = ibis.literal([5, 490_000, 5, 29, 24], type="array<int32>")
    mask = ibis.literal(0b1010_0001, "int64")
    asked = {
        "zero": functions.character(48),
        "form": functions.milliseconds(functions.moment(ibis.literal("20260228"), "%Y%m%d")),
        "hash": functions.sha256(ibis.literal("é")),
        "bytes": functions.length_in_bytes(ibis.literal("aé€")),
        "milliseconds": functions.milliseconds(moment),
        "back": functions.milliseconds(functions.from_microseconds(ibis.literal(-1_234_567_000))),
        "residues": functions.residues_of(numbers, 24 * 64),
        "tally": functions.tally_of(numbers, 24, 100_000),
        "members": functions.members_of(mask, 24),
        "names": functions.names_of(
            mask, ibis.literal(["a", "b", "c", "d", "e", "f"], type="array<string>")
        ),
        "last_day": functions.members_of(functions.day_bit(ibis.literal(63, "int64")), 64),
    }
    expected = {
        "zero": "0",
        "form": 1_772_236_800_000,
        "hash": "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c",
        "bytes": 6,
        "milliseconds": 1_774_746_123_456,
        "back": -1_234_567,
        "residues": [5, 16, 24, 29],
        "tally": [2, 100_002, 20_416 * 100_000 + 1],
        "members": [0, 5, 7],
        "names": ["a", "f"],
        "last_day": [63],
    }
    for kind in ("duckdb", "spark"):
        with workspace_of(settings_of(tmp_path), kind) as workspace:
            one = workspace.take("one", pa.table({"there": [1]}))
            told = workspace.one(one.select(**asked))
        assert {name: _plain(value) for name, value in told.items()} == expected, kind


def _plain(value):
    return list(value) if isinstance(value, list | tuple) else value


@pytest.mark.long
@needs_spark
def test_a_worker_that_dies_changes_nothing(tmp_path):
    tables = write_tables(tmp_path / "tables")
    made = prepare(tmp_path, tables, "duckdb")
    assert made.wait() == 0, made.stderr.read()
    with standalone(tmp_path / "cluster") as (cluster, env):
        (tmp_path / "ringleader.toml").write_text(declared(cluster.master))
        running = prepare(tmp_path, tables, "spark", env=env, engine="spark")
        scratch = tmp_path / "home" / "scratch"
        until = time.monotonic() + 600
        # Both workers have an executor, and some tables are done while others are not.
        while len(cluster.busy()) < 2 or len(list(scratch.glob("load-*/*/_SUCCESS"))) < 3:
            assert running.poll() is None, running.stderr.read()
            assert time.monotonic() < until
            time.sleep(0.1)
        killed = cluster.busy()[0]
        os.kill(cluster.workers[killed].pid, signal.SIGKILL)
        assert running.poll() is None
        _, err = running.communicate(timeout=1_200)
        assert running.returncode == 0, err
        assert cluster.workers[killed].poll() == -signal.SIGKILL
        # Spark's own words are in a file, not on the terminal.
        ours = ("wrote ", "warning: ", "clean tables are in ")
        assert all(line.startswith(ours) for line in err.splitlines()), err
        assert (tmp_path / "home" / "logs" / "spark.log").stat().st_size > 0
        assert not (tmp_path / "spark-warehouse").exists()
    expected = rows_of(tmp_path / "duckdb")
    assert {name for name, rows in expected.items() if rows} >= {
        "accounts/Account",
        "accounts/HAS_MAILBOX",
        "requests/USED_IP",
        "requests/USED_DEVICE",
        "requests/SENT",
        "requests/REQUESTED",
        "evidence/co-uses",
        "evidence/lines",
        "evidence/links",
    }
    assert rows_of(tmp_path / "spark") == expected


@needs_spark
def test_an_interruption_ends_jobs_and_leaves_nothing(tmp_path):
    tables = write_tables(tmp_path / "tables")
    (tmp_path / "ringleader.toml").write_text(declared("local[2]"))
    running = prepare(tmp_path, tables, "spark", engine="spark")
    scratch = tmp_path / "home" / "scratch"
    while not list(scratch.glob("load-*/*/_SUCCESS")):
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.1)
    os.kill(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=300)
    assert running.returncode == 130, err
    assert not list(scratch.iterdir())
    assert not (tmp_path / "spark").exists()


class Elsewhere:
    """Stands for Spark Connect: a session that somebody has started with other options."""

    def __init__(self, session):
        self.session = session

    def remote(self, address):
        assert address == "sc://elsewhere:15002"
        return self

    def getOrCreate(self):  # noqa: N802 - Spark's name
        return self.session


@needs_spark
def test_a_session_of_spark_connect_has_the_options_of_a_local_one(tmp_path, monkeypatch):
    from pyspark.sql import SparkSession

    java = os.environ.get("JAVA_HOME")
    with spark_session(settings_of(tmp_path), tmp_path) as local:
        expected = {name: local.conf.get(name) for name in session.OPTIONS}
        overflow = local.sql("SELECT CAST(2147483647 AS INT) + CAST(1 AS INT)")
        with pytest.raises(Exception, match="ARITHMETIC_OVERFLOW"):
            overflow.collect()
        other = local.newSession()
        for name in session.OPTIONS:
            other.conf.unset(name)
        other.conf.set("spark.sql.ansi.enabled", "false")
        other.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
        monkeypatch.setattr(SparkSession, "builder", Elsewhere(other))
        monkeypatch.setattr(other, "stop", lambda: None)
        settings = load_settings(
            {"engine.remote": "sc://elsewhere:15002"},
            env={"RINGLEADER_HOME": str(tmp_path / "home")},
            cwd=tmp_path,
        )
        with spark_session(settings, tmp_path) as remote:
            assert {name: remote.conf.get(name) for name in session.OPTIONS} == expected
            with pytest.raises(Exception, match="ARITHMETIC_OVERFLOW"):
                remote.sql("SELECT CAST(2147483647 AS INT) + CAST(1 AS INT)").collect()
    # What a program that uses the package starts later is none of Spark's business.
    assert os.environ.get("JAVA_HOME") == java


@needs_spark
def test_what_spark_lacks_is_named_before_any_work(tmp_path):
    (tmp_path / "accounts.csv").write_text("account_id\na\n")
    pq.write_table(pa.table({"account_id": ["a"], "created_at": ["2026-01-01"]}), tmp_path / "a.pq")
    asked = {"account_id": ["a"], "timestamp": [START], "prompt": ["Why is 7 prime?"]}
    pq.write_table(pa.table(asked), tmp_path / "r.pq")
    with workspace_of(settings_of(tmp_path), "spark") as workspace:
        for name, table, said in (
            ("accounts.csv", "accounts", "reads Parquet, not csv"),
            ("a.pq", "accounts", r"no times written as text \(created_at\)"),
            ("r.pq", "requests", "does not cluster raw prompts"),
        ):
            with pytest.raises(WrongUsage, match=said):
                workspace.refuse_unreadable(
                    [inspect(tmp_path / name)], read_mapping(None, BY_NAME[table])
                )
        for key in ("format", "zone"):
            mapping = Mapping(BY_NAME["requests"], {"timestamp": ColumnMap("t", **{key: "x"})})
            with pytest.raises(
                WrongUsage, match=r"no format and no zone of a column \(timestamp\)"
            ):
                workspace.refuse_unreadable([inspect(tmp_path / "r.pq")], mapping)


@pytest.mark.long
@needs_spark
def test_conditions_of_a_mapping_hold(tmp_path):
    """On files here and at addresses, by the same text as on DuckDB."""
    events = {"account_id": list("abcd"), "kind": ["call", None, "stream", "other"]}
    pq.write_table(pa.table({**events, "model": ["m1", "m1", "m2", "m3"]}), tmp_path / "r.parquet")
    where = (Condition("kind", ("call", "stream")), Condition("model", pattern="^m[13]"))
    mapping = Mapping(BY_NAME["accounts"], where=where)
    with workspace_of(settings_of(tmp_path), "spark") as workspace:
        [(here, left_out)] = opened(workspace, [tmp_path / "r.parquet"], None, mapping)
        for files in ([here], workspace.at_address(f"file://{tmp_path}/r.parquet")):
            clean = validate(workspace, files, mapping, ())
            assert [row["account_id"] for row in workspace.rows(clean.rows)] == ["a"]
        assert left_out == 0


@needs_spark
def test_addresses_are_read_and_written_where_they_lie(tmp_path):
    (tmp_path / "in").mkdir()
    people = {"account_id": ["a", "", "b"], "created_at": [START, START, START]}
    pq.write_table(pa.table(people), tmp_path / "in" / "accounts +%20.parquet")
    (tmp_path / "ringleader.toml").write_text(declared("local[2]"))
    address = f"file://{tmp_path}"
    made = prepare(tmp_path, f"{address}/in", f"{address}/clean", engine="spark")
    _, err = made.communicate(timeout=900)
    assert made.returncode == 0, err
    rows = rows_of(tmp_path / "clean")["accounts/Account"]
    assert [json.loads(row)["account_id"] for row in rows] == ["a", "b"]
    said = json.loads((tmp_path / "clean" / "clean-tables.json").read_text())["tables"][0]
    assert (said["read"], said["refused"], said["kinds"]["Account"]) == (3, 1, 2)
    [quarantined] = (tmp_path / "home" / "quarantine").iterdir()
    refused = json.loads(quarantined.read_text())
    assert (refused["file"], refused["row"], refused["column"], refused["reason"]) == (
        str(tmp_path / "in" / "accounts +%20.parquet"), 2, "account_id", "missing",
    )  # fmt: skip
    # A file is known by what is in it, wherever it lies and whenever it was written.
    [(_, known)] = said["files"]
    file = tmp_path / "in" / "accounts +%20.parquet"
    assert known == inspect(file).sha256
    os.utime(file, (0, 0))
    assert objects_at(f"{address}/in") == [(f"file://{file}", known)]
    again = prepare(tmp_path, f"{address}/in", f"{address}/clean", engine="spark")
    _, err = again.communicate(timeout=900)
    assert again.returncode == 1
    assert "clean is not empty" in err


def test_a_missing_java_is_one_line(tmp_path, monkeypatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(session, "_version", lambda home: None)
    with pytest.raises(SettingsError, match="needs Java 17 or 21, and none was found"):
        session.java_home()


def test_a_missing_pyspark_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(session.importlib.util, "find_spec", lambda name: None)
    with (
        pytest.raises(SettingsError, match="needs the package pyspark"),
        workspace_of(settings_of(tmp_path), "spark"),
    ):
        pass


def test_an_unknown_engine_is_named(tmp_path):
    with pytest.raises(SettingsError, match="there is no engine 'flink'"):
        workspace_of(settings_of(tmp_path), "flink")


@needs_spark
def test_tables_of_a_lake_are_the_same_on_both_engines(tmp_path):
    """Partitions, renamed columns, files from before a column; deleted rows are nowhere."""
    folder = tmp_path / "tables"
    place = folder / "requests"
    days = ["2026 03/01", None, "2026-03-02:é%41", "gone"]
    write_delta(
        place,
        rows("a", "b", "c", "d", device_id=["d1", "d1", None, "d9"], channel=days),
        partition_by=["channel"],
    )
    DeltaTable(place).delete("account_id = 'd'")
    write_delta(
        place,
        rows("a", "b", device_id=["d2", "d2"], channel=["api", "api"], user_agent=["u", None]),
        schema_mode="merge",
        partition_by=["channel"],
    )
    people = pa.table({"account_id": ["a", "b", "c"], "land": ["DE", "FR", "IT"]})
    made = Warehouse(tmp_path / "w").catalogue.create_table(
        "logs.accounts", schema=people.schema, location=f"file://{folder}/accounts"
    )
    made.append(people)
    with made.update_schema() as change:
        change.rename_column("land", "country")
    made.delete("account_id = 'c'")
    made.append(pa.table({"account_id": ["e"], "country": ["AT"]}))
    (tmp_path / "ringleader.toml").write_text(declared("local[2]") + "[channels]\n" + CHANNELS)
    for engine in ("duckdb", "spark"):
        running = prepare(tmp_path, folder, engine, engine=engine)
        _, err = running.communicate(timeout=1_200)
        assert running.returncode == 0, err
    expected = rows_of(tmp_path / "duckdb")
    assert rows_of(tmp_path / "spark") == expected
    people = [json.loads(row) for row in expected["accounts/Account"]]
    assert {(row["account_id"], row["country"]) for row in people} == {
        ("a", "DE"), ("b", "FR"), ("e", "AT"),
    }  # fmt: skip
    uses = [json.loads(row) for row in expected["requests/USED_IP"]]
    assert sorted((row["start"], row["events"], row["channels"]) for row in uses) == [
        ("a", 2, ["2026 03/01", "api"]), ("b", 2, ["api"]), ("c", 1, ["2026-03-02:é%41"]),
    ]  # fmt: skip
    said = [json.loads((tmp_path / e / "clean-tables.json").read_text()) for e in ENGINES]
    assert said[0]["tables"] == said[1]["tables"]
    assert {t["table"]: t["lake"]["format"] for t in said[0]["tables"]} == {
        "accounts": "iceberg",
        "requests": "delta",
    }
