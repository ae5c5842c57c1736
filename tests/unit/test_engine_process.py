"""Ports, processes and logs of the managed server, without starting one."""

import json
import os
import socket
from datetime import UTC, datetime

import pytest

from ringleader.engine import managed_connection, reset, status, stop
from ringleader.engine.folder import ServerFolder, ServerState
from ringleader.engine.process import failure, find_process, reserved_port
from ringleader.settings import load_settings


@pytest.fixture
def folder(tmp_path):
    made = ServerFolder(tmp_path)
    made.create()
    return made


@pytest.fixture
def settings(tmp_path):
    return load_settings(env={"RINGLEADER_HOME": str(tmp_path)}, cwd=tmp_path)


def state_with(folder, pid):
    now = datetime.now(UTC).isoformat(timespec="seconds")
    uri, file = "bolt://127.0.0.1:7687", str(folder.password_file)
    return ServerState(uri, "neo4j", file, "neo4j", "2026.08.1", pid, now, str(folder.home))


def test_taken_and_reserved_ports_are_stepped_over(tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        first = listener.getsockname()[1]
        with reserved_port(first, tmp_path) as one, reserved_port(first, tmp_path) as two:
            assert first < one < two
        with reserved_port(first, tmp_path) as again:
            assert again == one


def test_a_listener_on_all_addresses_counts(tmp_path):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("0.0.0.0", 0))
        listener.listen()
        first = listener.getsockname()[1]
        with reserved_port(first, tmp_path) as chosen:
            assert chosen != first


def test_a_recycled_process_number_is_left_alone(folder, settings):
    # This very process has the number that the state names, and must survive.
    folder.write_state(state_with(folder, os.getpid()))
    assert find_process(folder, folder.read_state()) is None
    assert managed_connection(settings) is None
    assert not status(settings).running
    assert stop(settings) is None
    assert not folder.state_file.exists()


def test_state_is_what_settings_read(folder, tmp_path):
    state = state_with(folder, 1)
    folder.write_state(state)
    assert folder.read_state() == state
    assert json.loads(folder.state_file.read_text()).keys() == {
        "uri",
        "username",
        "password_file",
        "database",
        "engine",
        "pid",
        "started_at",
        "heap",
        "page_cache",
    }
    read = load_settings(env={"RINGLEADER_HOME": str(tmp_path)}, cwd=tmp_path)
    assert (read.uri, read.source("neo4j.uri")) == (state.uri, "managed server")
    assert (state.settings().uri, state.port) == (state.uri, 7687)


def test_a_server_that_an_older_release_started_is_found(folder):
    state = state_with(folder, 1)
    folder.write_state(state)
    written = json.loads(folder.state_file.read_text())
    del written["heap"], written["page_cache"]
    folder.state_file.write_text(json.dumps(written))
    assert folder.read_state() == state


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pid": 1}', "\x00"])
def test_damaged_state_is_no_state(folder, settings, text):
    folder.state_file.write_text(text)
    assert folder.read_state() is None
    assert stop(settings) is None


def test_failure_names_the_cause_of_the_last_start(folder):
    folder.log_file.write_text(
        "INFO  Starting...\nERROR old trouble\nINFO  Starting...\n"
        "ERROR Failed to start Neo4j\nCaused by: first\nCaused by: java.io.IOException: the root\n"
    )
    assert failure(folder) == "java.io.IOException: the root"
    folder.log_file.write_text("ERROR old\nINFO  Starting...\nINFO  Started.\nINFO  at work\n")
    assert failure(folder) == "it was killed, or the machine went down"
    folder.log_file.unlink()
    assert failure(folder) == "it said nothing"


def test_reset_of_nothing_and_of_a_stopped_server(folder, settings):
    (folder.data / "store").write_bytes(b"x" * 10_000)
    assert reset(settings) >= 10_000
    assert not folder.root.exists()
    assert reset(settings) == 0
