"""A graph that ringleader 0.1 wrote on Neo4j 5.26, brought to this version and to Neo4j 2026."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from command_line import called

from ringleader import Connection
from ringleader.doctor import examine
from ringleader.engine import ensure_running, managed_connection, run_admin, stop
from ringleader.engine.folder import ServerFolder
from ringleader.engine.process import find_process
from ringleader.errors import InputError, ServerError, WrongUsage
from ringleader.loaders.lifecycle import backup
from ringleader.schema.statements import schema_statements
from ringleader.settings import load_settings
from ringleader.upgrade import SCHEMA_VERSION, pending

# Several servers of two releases are started one after the other.
pytestmark = [pytest.mark.server, pytest.mark.restarts, pytest.mark.timeout(1_500)]
# tests/data/graph_0_1.py says how it was made.
DUMP = Path(__file__).parents[1] / "data" / "graph-0.1.dump"
OLD, NEW = "5.26.30", "2026.08.1"
SETTINGS = '[server]\nheap = "1g"\npage_cache = "128m"\nport = 17687\n'
RINGS = {
    "ring-422105559897": {f"aa{n:02d}" for n in range(9)},
    "ring-752be4dec44b": {f"bb{n:02d}" for n in range(12)},
}
CONFIRMED = "ring-422105559897"
DECISIONS = {
    (CONFIRMED, "confirmed", "ann", "same cards"),
    ("ring-c1f591772011", "rejected", "ann", "a class"),
    ("bb03", "watched", "bob", "look again"),
}


# What the present detection finds in so small a graph: the members that were confirmed.
DETECTED = {CONFIRMED: RINGS[CONFIRMED] - {"aa08"}}


def settings_of(home, flags=None):
    return load_settings(flags or {}, env={"RINGLEADER_HOME": str(home)}, cwd=home)


def connected(home):
    return Connection(settings_of(home), reread=lambda flags: settings_of(home, flags))


def command(home, *args, code=0):
    done = called(args, folder=home, env={"RINGLEADER_HOME": str(home)})
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture
def old(tmp_path):
    """The data folder of somebody who ran 0.1 on Neo4j 5.26; its server runs."""
    (tmp_path / "ringleader.toml").write_text(SETTINGS)
    dump = tmp_path / "dump"
    dump.mkdir()
    shutil.copyfile(DUMP, dump / "neo4j.dump")
    first = settings_of(tmp_path, {"server.engine": "5.26"})
    run_admin(first, ["database", "load", f"--from-path={dump}", "neo4j"])
    ensure_running(first)
    yield tmp_path
    stop(settings_of(tmp_path))


def rings(r):
    return {
        row["ring_id"]: set(r.members(row["ring_id"])["account_id"])
        for _, row in r.rings().iterrows()
    }


def decisions(r):
    columns = ["target", "verdict", "decided_by", "note"]
    return set(r.decisions()[columns].itertuples(index=False, name=None))


def check(settings, name):
    return next(check for check in examine(settings) if check.name == name)


def everything(r):
    nodes = "MATCH (n) RETURN labels(n) AS l, properties(n) AS p ORDER BY elementId(n)"
    ties = "MATCH ()-[r]->() RETURN type(r) AS t, properties(r) AS p ORDER BY elementId(r)"
    return r.graph.read(nodes, name="all"), r.graph.read(ties, name="all")


def engine(r):
    kernel = (
        "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' "
        "RETURN versions[0] AS version"
    )
    [row] = r.graph.read(kernel, name="version")
    return row["version"]


def test_a_graph_of_the_first_version_is_upgraded(old):
    with connected(old) as r:
        assert engine(r) == OLD
        assert rings(r) == RINGS
        assert decisions(r) == DECISIONS
        counts = {step.name: number for step, number in pending(r.graph).items()}
        assert counts["members"] == sum(map(len, RINGS.values()))
        assert (counts["pins"], counts["verdicts"]) == (2, 1)
        needed = check(r.settings, "schema")
        assert (needed.outcome, needed.hint) == ("failed", "ringleader upgrade")

        told = command(old, "upgrade").stderr
        assert "pinned verdicts that are called benign: 2" in told
        assert f"version {SCHEMA_VERSION} of the schema" in told
        assert "Neo4j" not in told
        assert engine(r) == OLD

        there = {row["name"] for row in r.graph.read("SHOW INDEXES YIELD name", name="indexes")}
        assert set(schema_statements(r.graph.schema)) <= there
        for name in ("schema", "constraints", "rings"):
            assert check(r.settings, name).outcome == "ok", name
        # What 0.1 knew is there under its name, and what can be derived is.
        assert pending(r.graph) == {}
        assert rings(r) == RINGS
        assert decisions(r) == DECISIONS
        pins = "MATCH (p:Pin) RETURN p.target AS key, p.verdict AS verdict, p.note AS note"
        assert {tuple(row.values()) for row in r.graph.read(pins, name="pins")} == {
            ("Ip|198.51.100.7", "widely shared", "office"),
            ("Device|aa-device-1", "widely shared", "lent"),
            ("Device|bb-device-0", "owned", "theirs"),
        }  # fmt: skip
        since = r.graph.read(
            "MATCH (:Account)-[m:MEMBER_OF]->(ring:Ring) RETURN DISTINCT m.since = ring.found_at "
            "AS since",
            name="since",
        )
        assert since == [{"since": True}]
        before = everything(r)
        again = r.upgrade()
        assert (again.created, again.changed, again.engine) == ((), {}, None)
        assert everything(r) == before
        # The next detection keeps the confirmed ring under its name, and decisions count.
        r.detect()
        assert rings(r) == DETECTED
        assert decisions(r) == DECISIONS
        assert r.check("aa03").outcome == "joins"
        assert r.explain(CONFIRMED).ring_id == CONFIRMED


@pytest.mark.long
def test_the_database_goes_to_a_later_release_and_back(old):
    with connected(old) as r:
        before = everything(r)
    password = ServerFolder(old).password_file.read_text()
    told = command(old, "upgrade", "--engine", "2026.08", "--backup", old / "before.tar").stderr
    assert f"the database is of Neo4j {NEW} now" in told
    with connected(old) as r:
        assert engine(r) == NEW
        assert r.graph.read("RETURN gds.version() AS v", name="gds") == [{"v": "2.26.0"}]
        assert rings(r) == RINGS
        assert decisions(r) == DECISIONS
        assert check(r.settings, "schema").outcome == "ok"
        # Nothing of what 0.1 wrote is missing: the names of verdicts, since and marks are new.
        assert len(everything(r)[0]) == len(before[0]) + 1  # the mark of the schema
        assert len(everything(r)[1]) == len(before[1])
        again = r.upgrade(engine="2026.08")
        assert (again.engine, again.backup, again.changed) == (None, None, {})
        r.detect()
        assert rings(r) == DETECTED
        with pytest.raises(WrongUsage, match="is earlier") as refused:
            r.upgrade(engine="5.26")
        assert refused.value.hint.startswith("ringleader restore BACKUP")
    assert ServerFolder(old).password_file.read_text() == password
    assert {path.name for path in old.iterdir()} >= {"server", "before.tar"}
    assert not {"next", "server-before"} & {path.name for path in old.iterdir()}

    back = ("restore", old / "before.tar", "--overwrite")
    command(old, *back, "--engine", "5.26")
    with connected(old) as r:
        assert engine(r) == OLD
        assert rings(r) == RINGS
        assert decisions(r) == DECISIONS
        assert "members" in {step.name for step in pending(r.graph)}
    # It can be restored for the later release, too, and settings that say so do the same.
    (old / "ringleader.toml").write_text(SETTINGS + 'engine = "2026.08"\n')
    refused = command(old, *back, "--engine", "5.26", code=2).stderr
    assert "the settings ask for Neo4j 2026.08" in refused
    command(old, *back)
    with connected(old) as r:
        assert engine(r) == NEW
        assert rings(r) == RINGS
        r.backup(old / "later.tar")
    (old / "ringleader.toml").write_text(SETTINGS)
    with (
        connected(old) as r,
        pytest.raises(InputError, match=f"is of Neo4j {NEW}, which {OLD} cannot read"),
    ):
        r.restore(old / "later.tar", overwrite=True, engine="5.26")


@pytest.mark.long
def test_whatever_fails_leaves_the_old_server_as_it_was(old, monkeypatch):
    with connected(old) as r:
        before = everything(r)

    def same():
        assert not (old / "next").exists()
        state = managed_connection(settings_of(old))
        assert state is not None
        assert state.engine == OLD
        with connected(old) as r:
            assert everything(r) == before

    # Interrupted while the new server is made.
    line = [sys.executable, "-m", "ringleader", "upgrade", "--engine", "2026.08"]
    process = subprocess.Popen(
        line,
        cwd=old,
        env={**os.environ, "RINGLEADER_HOME": str(old)},
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests run in the background it would be ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 600
    while not (old / "next" / "server" / "data" / "databases" / "neo4j").exists():
        assert time.monotonic() < deadline
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    same()

    # Killed while the new server runs: the next command finds and ends it.
    process = subprocess.Popen(
        line, cwd=old, env={**os.environ, "RINGLEADER_HOME": str(old)}, stderr=subprocess.DEVNULL
    )
    beside = ServerFolder(old).next
    while (left := find_process(beside, beside.read_state())) is None:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.1)
    assert command(old, "server", "status", code=4).stderr.count("beside it") == 0
    process.kill()
    process.wait()
    assert left.is_running()
    told = command(old, "server", "status", code=4).stderr
    assert f"has left a server beside it (running: process {left.pid})" in told
    assert check(settings_of(old), "left behind").outcome == "warning"
    started = command(old, "server", "start").stderr
    assert f"removed {old / 'next'}, which an interrupted upgrade or restore had left" in started
    assert find_process(beside, beside.read_state()) is None
    assert not left.is_running() or left.status() == psutil.STATUS_ZOMBIE
    same()

    # Something is missing in the new one.
    counted = backup.counts
    monkeypatch.setattr(backup, "counts", lambda graph: {**counted(graph), "accounts": 125})
    with connected(old) as r, pytest.raises(ServerError, match="118 accounts of 125"):
        r.upgrade(engine="2026.08")
    monkeypatch.undo()
    same()

    # Killed between the two renames, and with a new server that was left.
    stop(settings_of(old))
    (old / "server").rename(old / "server-before")
    (old / "next").mkdir()
    (old / "next" / "rest").touch()
    ensure_running(settings_of(old))
    with connected(old) as r:
        assert everything(r) == before
        r.upgrade(engine="2026.08")
        assert engine(r) == NEW
    assert not (old / "next").exists()
    [kept, *_] = (old / "backups").glob("neo4j-5.26.30-*.tar")
    assert kept.stat().st_mode & 0o077 == 0


def test_a_graph_of_a_later_version_is_refused(graph):
    graph.write("CREATE (:Store {store_id: 'graph', schema_version: 99})", name="fixture")
    with pytest.raises(InputError, match="version 99"):
        Connection(graph.settings, graph=graph).upgrade()
    assert check(graph.settings, "schema").hint == "update ringleader"
    graph.write(
        "MATCH (s:Store) SET s.schema_version = $version",
        {"version": SCHEMA_VERSION},
        name="fixture",
    )
    assert check(graph.settings, "schema").outcome == "ok"


def test_a_server_of_ones_own_is_upgraded_by_its_own_tools(tmp_path):
    settings = load_settings(
        {"neo4j.uri": "bolt://db.example.org", "server.engine": "2026.08"}, env={}, cwd=tmp_path
    )
    with pytest.raises(WrongUsage, match="is for the managed server"):
        Connection(settings).upgrade(engine="2026.08")
