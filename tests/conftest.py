"""One managed Neo4j for the whole run; an empty graph for every test that asks for one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ringleader.settings import load_settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
# The environment could point the tests at somebody's real database; it must not.
for variable in [name for name in os.environ if name.startswith("NEO4J_")]:
    del os.environ[variable]


def pytest_collection_modifyitems(items):
    for item in items:
        if {"graph", "server", "ringleader"} & set(item.fixturenames):
            item.add_marker(pytest.mark.server)


@pytest.fixture(scope="session")
def server_home(tmp_path_factory):
    """The home of the run's server; RINGLEADER_TEST_HOME names one to keep between runs."""
    kept = os.environ.get("RINGLEADER_TEST_HOME")
    return Path(kept) if kept else tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def server(server_home):
    """The settings of a running managed Neo4j with GDS."""
    from ringleader.engine import ensure_running, stop
    from ringleader.graph import Graph

    env = {"RINGLEADER_HOME": str(server_home)}
    if engine := os.environ.get("RINGLEADER_TEST_ENGINE"):
        (server_home / "ringleader.toml").write_text(f'[server]\nengine = "{engine}"\n')
    settings = load_settings(env=env, cwd=server_home)
    ensure_running(settings)
    settings = load_settings(env=env, cwd=server_home)
    with Graph.connect(settings) as graph:
        graph.ensure_schema()
    yield settings
    if not os.environ.get("RINGLEADER_TEST_HOME"):
        stop(settings)


@pytest.fixture(scope="session")
def connection(server):
    from ringleader.graph import Graph

    with Graph.connect(server) as graph:
        yield graph


@pytest.fixture
def graph(connection):
    """An open, empty database with its constraints."""
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )
    return connection


@pytest.fixture
def ringleader(server, tmp_path):
    """Run the command line against the run's server, in an empty folder; returns the process."""

    def call(*args, check=True, env=None, input=None, timeout=180):
        result = subprocess.run(
            [sys.executable, "-m", "ringleader", *map(str, args)],
            capture_output=True,
            text=True,
            input=input,
            cwd=tmp_path,
            env={**os.environ, "RINGLEADER_HOME": str(server.home), **(env or {})},
            timeout=timeout,
        )
        if check:
            assert result.returncode == 0, result.stderr
        return result

    return call


@pytest.fixture(scope="session")
def shared():
    """A function from a path below ../shared to that path; skips loudly where it is missing."""

    def find(relative):
        path = SHARED / relative
        if not path.exists():
            pytest.skip(f"NEEDS ../shared/{relative}, WHICH IS NOT HERE")
        return path

    return find
