"""A first load builds the graph that loads over Bolt write."""

import os
import subprocess
from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from load_world import everything, load, write_csv

from ringleader.engine import managed_connection, stop
from ringleader.errors import InputError, LockHeld
from ringleader.graph import Graph
from ringleader.graph.locks import exclusive, file_lock
from ringleader.keys import KEY_FILE, load_key
from ringleader.loaders.workspace import Workspace
from ringleader.loaders.writing.bulk_load import first_load
from ringleader.loaders.writing.import_files import BulkImport
from ringleader.scenario.simulate import simulate
from ringleader.settings import load_settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small campaign, with what is awkward in files, and rows that break the contract."""
    folder = tmp_path_factory.mktemp("tables")
    simulate(folder, accounts=2_000, requests=4_000)
    header = "account_id,created_at,email,plan,status,status_at"
    write_csv(
        folder / "accounts-odd.csv",
        header,
        ('"comma, ""quote"""', "2026-01-01", "Q@Bücher.example", "two  blanks", "active", ""),
        ("semicolon;list", "2026-01-02T03:04:05.678Z", "", '"a ""plan"""', "", "2026-01-02"),
        ("late", "never", "", "", "", ""),
    )
    (folder / "requests.jsonl").write_text(
        '{"account_id": "line", "timestamp": 1769904000, "ip": "[2001:db8::1]:443",'
        ' "device_id": "d\\u00e9", "user_agent": "two\\nlines", "prompt": "Why is 7 prime?"}\n'
        '{"account_id": "none", "timestamp": 1769904000}\n'
    )
    return folder


@pytest.fixture
def other_home(server, tmp_path):
    """A home of its own with the key of the run's server, so that hashes are the same."""
    home = tmp_path / "home, (a+b) [1]"  # what neo4j-admin would take for a pattern
    (home / "keys").mkdir(parents=True, mode=0o700)
    load_key(server.home)  # makes it, where nothing was loaded yet
    (home / KEY_FILE).write_bytes((server.home / KEY_FILE).read_bytes())
    engine = os.environ.get("RINGLEADER_TEST_ENGINE", "2026.08")
    text = f'[server]\nengine = "{engine}"\nheap = "1g"\npage_cache = "128m"\n'
    (home / "ringleader.toml").write_text(text)
    yield home
    stop(load_settings(env={"RINGLEADER_HOME": str(home)}, cwd=home))


@pytest.mark.restarts
@pytest.mark.timeout(900)
def test_the_graph_is_that_of_loads_over_bolt(graph, ringleader, folder, other_home):
    over_bolt = ringleader("load", "all", folder)
    expected = everything(graph)
    assert "created_at: not a UTC time, or not between 2000 and 2099" in over_bolt.stderr
    env = {"RINGLEADER_HOME": str(other_home)}
    built = ringleader("load", "all", folder, "--bulk", env=env)
    assert "neo4j-admin database import: " in built.stderr
    settings = load_settings(env=env, cwd=other_home)
    with Graph.connect(settings) as other:
        assert everything(other) == expected
        # Batches are done, so that the same files are not loaded again, together or alone.
        ringleader("load", "all", folder, env=env)
        load(other, "accounts", folder / "accounts.parquet")
        assert everything(other) == expected
        assert other.ensure_schema() == []
    quarantined = sorted(path.name for path in (other_home / "quarantine").iterdir())
    # One of refused rows, one of values that were left out of rows that stay.
    assert len(quarantined) == 2
    refused = ringleader("load", "all", folder, "--bulk", env=env, check=False)
    assert refused.returncode == 1
    assert "the database holds data" in refused.stderr


def test_who_loads_meanwhile_is_neither_let_in_nor_overwritten(
    graph, server, tmp_path, monkeypatch
):
    put = "CREATE (:Account {account_id: 'mine'})"
    with file_lock(server, "load requests"), pytest.raises(LockHeld, match="load requests"):
        first_load(server, overwrite=True).__enter__()
    with (
        Workspace(tmp_path) as workspace,
        Graph.connect(managed_connection(server).settings()) as told,  # by its address
        first_load(server, overwrite=False) as building,
    ):
        collected = BulkImport(workspace)
        monkeypatch.setattr(collected, "write", lambda *_: [])  # the files are not the point here
        with pytest.raises(LockHeld, match="load all --bulk"), exclusive(graph, "load accounts"):
            pass
        with exclusive(told, "load accounts"):
            told.write(put, name="t")
            for overwrite in (True, False):
                with pytest.raises(LockHeld, match="load accounts` on "):
                    replace(building, overwrite=overwrite).build(collected, None)
        with pytest.raises(InputError, match="the database holds data"):
            building.build(collected, None)
    assert graph.read("MATCH (n) RETURN n.account_id AS id") == [{"id": "mine"}]
    with (
        pytest.raises(InputError, match="the database holds data"),
        first_load(server, overwrite=False),
    ):
        pass


def test_files_and_command_for_another_server(ringleader, tmp_path):
    write_csv(tmp_path / "accounts.csv", "account_id,plan", ("a", "free"), ("b", ""))
    write_csv(tmp_path / "request.csv", "account_id", ("a",))
    result = ringleader("load", "all", tmp_path, "--bulk", "--write-only", tmp_path / "out")
    assert "import.sh" in result.stderr
    assert "skipped, since no table's name begins theirs: request.csv" in result.stderr
    out = tmp_path / "out"
    written = pq.read_table(out / "Account.parquet")
    assert written.column_names[:3] == [
        ":ID",
        "account_id:string",
        "created_at:datetime",
    ]
    assert str(written.schema.field("created_at:datetime").type) == "timestamp[us, tz=UTC]"
    told = written.select([":ID", "account_id:string", "plan:string"]).to_pylist()
    assert [tuple(row.values()) for row in told] == [(0, "a", "free"), (1, "b", None)]
    moved = out.rename(tmp_path / "moved")
    admin = tmp_path / "neo4j-admin"
    admin.write_text('#!/bin/sh\nprintf "%s\\n" "$PWD" "$@"')
    admin.chmod(0o700)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    ran = subprocess.run(
        [moved / "import.sh"], env=environment, capture_output=True, text=True, check=True
    )
    folder, *said = ran.stdout.splitlines()
    assert folder == str(moved)
    assert "--nodes=Account=./Account.parquet" in said
    assert {"--input-type=parquet", "--id-type=actual"} < set(said)
    out = moved
    assert "account_account_id" in (out / "schema.cypher").read_text()
    wrong = ringleader("load", "accounts", tmp_path / "accounts.csv", "--bulk", check=False)
    assert wrong.returncode == 2
