"""One managed Neo4j for the whole run; an empty graph for every test that asks for one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command_line import called
from skips import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401 - hooks

from ringleader.settings import load_settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
# Small, so that several servers fit beside each other on a small machine.
MEMORY = {"heap": "1g", "page_cache": "512m"}
# The environment could point the tests at somebody's real database; it must not.
for variable in [name for name in os.environ if name.startswith("NEO4J_")]:
    del os.environ[variable]


def pytest_collection_modifyitems(items):
    for item in items:
        if {"graph", "server", "ringleader"} & set(item.fixturenames):
            item.add_marker(pytest.mark.server)


@pytest.fixture(scope="session")
def server_home(tmp_path_factory):
    """The home of the run's server; RINGLEADER_TEST_HOME names one to keep between runs.

    Tests empty the database, so each process of pytest-xdist has a server of its own.
    """
    kept = os.environ.get("RINGLEADER_TEST_HOME")
    if not kept:
        return tmp_path_factory.mktemp("home")
    home = Path(kept) / os.environ.get("PYTEST_XDIST_WORKER", "")
    home.mkdir(parents=True, exist_ok=True)
    return home


@pytest.fixture(scope="session")
def server(server_home):
    """The settings of a running managed Neo4j with GDS."""
    from ringleader.engine import ensure_running, stop
    from ringleader.graph import Graph

    env = {"RINGLEADER_HOME": str(server_home)}
    declared = "[server]\n" + "".join(f'{name} = "{size}"\n' for name, size in MEMORY.items())
    if engine := os.environ.get("RINGLEADER_TEST_ENGINE"):
        declared += f'engine = "{engine}"\n'
    (server_home / "ringleader.toml").write_text(declared)
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
    """Run a command against the run's server, in an empty folder; returns code and output."""

    def call(*args, check=True, env=None, input=None):
        given = {"RINGLEADER_HOME": str(server.home), **(env or {})}
        result = called(args, folder=tmp_path, env=given, input=input)
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
