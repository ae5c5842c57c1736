"""The managed server for real: its start, what it shows to others, crashes, and its end."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import neo4j
import psutil
import pytest

from ringleader.engine import ensure_running, managed_connection, run_admin, stop
from ringleader.errors import ServerError
from ringleader.graph import Graph
from ringleader.settings import load_settings

pytestmark = [pytest.mark.server, pytest.mark.restarts]
# Small, so that several servers fit beside each other.
MEMORY = ("--heap", "1g", "--page-cache", "256m")


class Home:
    """A data folder of its own, and the command line in it."""

    def __init__(self, path):
        self.path = path

    @property
    def settings(self):
        return load_settings(env={"RINGLEADER_HOME": str(self.path)}, cwd=self.path)

    @property
    def environment(self):
        return {**os.environ, "RINGLEADER_HOME": str(self.path)}

    def popen(self, *args):
        command = [sys.executable, "-m", "ringleader", *map(str, args)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.path, env=self.environment, text=True, **pipes)

    def run(self, *args, code=0, **env):
        result = subprocess.run(
            [sys.executable, "-m", "ringleader", *map(str, args)],
            cwd=self.path,
            env={**self.environment, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert result.returncode == code, result.stderr
        assert "Traceback" not in result.stderr
        return result

    def status(self, code=0):
        (row,) = json.loads(self.run("server", "status", "--format", "json", code=code).stdout)
        return row


def wait_until_ended(pid, seconds=10):
    """Wait for a process; one that ended but that nobody has collected yet counts as ended."""
    deadline = time.monotonic() + seconds
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def busy_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = Home(tmp_path_factory.mktemp("own server"))
    yield made
    stop(made.settings)


@pytest.fixture(scope="module")
def started(home, busy_port):
    """Two starts at the same time, on a port that is taken; what they said."""
    both = [home.popen("server", "start", "--port", busy_port, *MEMORY) for _ in range(2)]
    return [(*process.communicate(timeout=600), process.returncode) for process in both]


@pytest.fixture(scope="module")
def state(home, started):
    found = managed_connection(home.settings)
    assert found is not None
    return found


def test_two_starts_at_once_make_one_server(started, state):
    assert [code for _, _, code in started] == [0, 0]
    assert [out for out, _, _ in started] == ["", ""]
    ready = f"Neo4j 2026.08.1 is ready at {state.uri} (process {state.pid})"
    running = f"Neo4j 2026.08.1 was already running at {state.uri} (process {state.pid})"
    ends = sorted(line for _, err, _ in started for line in err.splitlines() if "process" in line)
    assert ends == [ready, running]


def test_taken_port_is_stepped_over(started, state, busy_port):
    assert state.port > busy_port
    assert any(
        f"port {busy_port} is taken; using {state.port}" in err.splitlines()
        for _, err, _ in started
    )


def test_password_is_closed_to_others_and_nowhere_else(home, state):
    path = Path(state.password_file)
    assert path == home.path / "server" / "password"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(state.password) == 48
    assert state.password not in " ".join(psutil.Process(state.pid).cmdline())
    for file in path.parent.rglob("*"):
        if file.is_file() and not file.is_symlink() and file != path:
            assert state.password.encode() not in file.read_bytes(), file


def test_listens_on_loopback_only(state):
    process = psutil.Process(state.pid)
    listening = {
        (connection.laddr[0].removeprefix("::ffff:"), connection.laddr[1])
        for one in (process, *process.children(recursive=True))
        for connection in one.net_connections(kind="all")
        if connection.laddr and connection.status == psutil.CONN_LISTEN
    }
    assert listening == {("127.0.0.1", state.port)}
    datagrams = [c for c in process.net_connections(kind="udp") if c.laddr]
    assert datagrams == []


def test_login_is_required(state):
    for auth in (None, ("neo4j", "neo4j")):
        with (
            pytest.raises((neo4j.exceptions.AuthError, neo4j.exceptions.ClientError)),
            neo4j.GraphDatabase.driver(state.uri, auth=auth) as driver,
        ):
            driver.verify_connectivity()


def test_wrong_password_is_told(home, state):
    result = home.run("cypher", "RETURN 1 AS one", code=4, NEO4J_PASSWORD="wrong")
    assert result.stdout == ""
    assert f"{state.uri} refuses the login of 'neo4j'" in result.stderr
    assert "try: " in result.stderr


def test_start_again_says_so_and_starts_nothing(home, state):
    result = home.run("server", "start")
    assert f"was already running at {state.uri}" in result.stderr
    assert managed_connection(home.settings).pid == state.pid


def test_status(home, state):
    row = home.status()
    assert row["status"] == "running"
    assert (row["uri"], row["pid"], row["engine"]) == (state.uri, state.pid, "2026.08.1")
    assert state.password not in json.dumps(row)
    # What it runs with, which this command line does not say again.
    assert (row["heap_mb"], row["page_cache_mb"]) == (1024, 256)


def test_graph_data_science_works(home, state):
    with Graph.connect(home.settings) as graph:
        rows = graph.read(
            "UNWIND [[0, 1], [1, 2], [0, 2], [3, 4], [4, 5], [3, 5], [2, 3]] AS pair "
            "WITH gds.graph.project('ready', pair[0], pair[1], {}, "
            "{undirectedRelationshipTypes: ['*']}) AS g "
            "RETURN g.nodeCount AS nodes, g.relationshipCount AS relationships"
        )
        assert rows == [{"nodes": 6, "relationships": 14}]
        found = graph.read(
            "CALL gds.leiden.stream('ready', {randomSeed: 1, concurrency: 1}) "
            "YIELD nodeId, communityId RETURN communityId, collect(nodeId) AS members"
        )
        assert sorted(sorted(row["members"]) for row in found) == [[0, 1, 2], [3, 4, 5]]
        graph.read("CALL gds.graph.drop('ready') YIELD graphName RETURN graphName")


def test_doctor_finds_what_is_missing_and_mends_it(home, state):
    empty = json.loads(home.run("doctor", "--format", "json").stdout)
    [constraints] = [c for c in empty["checks"] if c["check"] == "constraints"]
    assert (
        constraints["detail"] == "none yet: the database is empty, and the first load creates them"
    )
    login = (state.username, state.password)
    with neo4j.GraphDatabase.driver(state.uri, auth=login) as bolt:
        bolt.execute_query("CREATE (:Account {account_id: 'a'})")
        result = home.run("doctor", code=1)
        bolt.execute_query("MATCH (n) DELETE n")
    assert "constraints and indexes are missing" in result.stderr
    assert "try: ringleader doctor --mend" in result.stderr
    assert state.password not in result.stdout + result.stderr
    assert home.run("doctor", "--mend").returncode == 0
    report = json.loads(home.run("doctor", "--format", "json").stdout)
    assert report["ok"]
    assert [(c["check"], c["outcome"]) for c in report["checks"]] == [
        ("server", "ok"),
        ("login", "ok"),
        ("version", "ok"),
        ("graph data science", "ok"),
        ("constraints", "ok"),
        ("schema", "ok"),
        ("rings", "ok"),
        ("limits", "ok"),
        ("disk", "ok"),
        ("memory", "ok"),
        ("java", "ok"),
        ("password file", "ok"),
    ]
    memory = next(c["detail"] for c in report["checks"] if c["check"] == "memory")
    assert memory.startswith("heap 1.0 GiB and page cache 0.2 GiB of ")
    sources = {row["setting"]: row["source"] for row in report["settings"]}
    assert sources["neo4j.uri"] == "managed server"
    assert sources["home"] == "environment RINGLEADER_HOME"


def test_what_needs_it_stopped_is_refused(home, state):
    refused = home.run("server", "reset", "--yes", code=1)
    assert f"the server runs (process {state.pid})" in refused.stderr
    assert "try: ringleader server stop" in refused.stderr
    with pytest.raises(ServerError, match="needs it stopped"):
        run_admin(home.settings, ["database", "info"])


def test_another_engine_is_refused(home, state):
    refused = home.run("server", "start", "--engine", "5.26", code=1)
    assert "belongs to Neo4j 2026.08.1, not 5.26.30" in refused.stderr


def test_logs(home, state):
    shown = home.run("server", "logs", "-n", "2").stdout.splitlines()
    written = (home.path / "server" / "logs" / "server.log").read_text().splitlines()
    assert shown == written[-2:]
    assert any(line.endswith("Started.") for line in written)


def test_killed_server_recovers_what_was_committed(home, state):
    with Graph.connect(home.settings) as graph:
        graph.write("CREATE (:Account {account_id: 'kept'})", name="before the crash")
    os.kill(state.pid, signal.SIGKILL)
    wait_until_ended(state.pid)
    assert home.status(code=4)["status"] == "stopped"
    unanswered = home.run("cypher", "RETURN 1 AS one", code=4)
    assert f"no Neo4j answers at {state.uri}" in unanswered.stderr
    assert "try: ringleader server start" in unanswered.stderr
    again = home.run("server", "start", *MEMORY)
    assert "did not stop properly" in again.stderr
    with Graph.connect(home.settings) as graph:
        rows = graph.read("MATCH (a:Account) RETURN a.account_id AS id")
    assert rows == [{"id": "kept"}]
    assert managed_connection(home.settings).password == state.password


def test_stop_keeps_the_data_and_forgets_the_address(home, state):
    pid = managed_connection(home.settings).pid
    stopped = home.run("server", "stop")
    assert f"stopped Neo4j 2026.08.1 (process {pid})" in stopped.stderr
    wait_until_ended(pid, seconds=0)
    assert home.settings.uri is None
    assert home.run("server", "stop").stderr == "no managed server is running\n"
    nowhere = home.run("cypher", "RETURN 1 AS one", code=4)
    assert "no Neo4j is configured" in nowhere.stderr
    assert "try: ringleader server start" in nowhere.stderr
    info = run_admin(home.settings, ["database", "info", "neo4j"])
    assert "Database name:" in info.stdout
    with pytest.raises(ServerError, match="neo4j-admin database nonsense failed"):
        run_admin(home.settings, ["database", "nonsense"])
    with pytest.raises(ServerError, match=r"import full failed \(70\): .*nowhere"):
        run_admin(home.settings, ["database", "import", "full", "other", "--nodes=A=./nowhere"])


def test_server_without_graph_data_science_is_told(home, state):
    without = ensure_running(home.settings, with_gds=False)
    try:
        result = home.run("doctor", code=1)
        assert f"{without.uri} has no Graph Data Science library" in result.stderr
        assert "install the Graph Data Science plugin" in result.stderr
    finally:
        stop(home.settings)


def test_reset_deletes_the_data(home, state):
    unconfirmed = home.run("server", "reset", code=2)
    assert "no terminal to confirm" in unconfirmed.stderr
    assert (home.path / "server" / "data").exists()
    home.run("server", "reset", "--yes")
    assert not (home.path / "server").exists()


def test_long_term_engine(tmp_path):
    home = Home(tmp_path)
    (tmp_path / "ringleader.toml").write_text(
        '[server]\nengine = "5.26"\nport = 17687\nheap = "1g"\npage_cache = "256m"\n'
    )
    try:
        started = home.run("server", "start")
        assert "Neo4j 5.26.30 is ready at bolt://127.0.0.1:" in started.stderr
        home.run("doctor", "--mend")
        state = managed_connection(home.settings)
        test_listens_on_loopback_only(state)
        test_graph_data_science_works(home, state)
    finally:
        stop(home.settings)


def test_engine_that_cannot_start_says_why(tmp_path):
    home = Home(tmp_path)
    result = home.run("server", "start", "--heap", "1g", "--page-cache", "9000g", code=1)
    assert "ended while it started: " in result.stderr
    assert "try: ringleader server logs" in result.stderr
    assert not (tmp_path / "server" / "state.json").exists()
