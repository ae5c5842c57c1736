"""Who sends slowly, endlessly or nothing at all does not keep the service from answering others."""

import socket
import time

import pytest
from service_world import running, token

from ringleader.service import middleware
from ringleader.service.connections import bounded_protocol, most_connections
from ringleader.settings import load_settings

SECONDS = 1.0


@pytest.fixture
def home(tmp_path):
    return tmp_path


@pytest.fixture
def client(home):
    """A service whose database is not there: what is tested comes before it."""

    def read(replaced):
        flags = {"neo4j.uri": "bolt://127.0.0.1:1", **replaced}
        return load_settings(flags, env={"RINGLEADER_HOME": str(home)}, cwd=home)

    protocol = bounded_protocol(40, seconds=SECONDS)
    with running(read, config={"http": protocol}) as client:
        yield client


def opened(client, sent=b""):
    made = socket.create_connection(("127.0.0.1", client.base_url.port), timeout=10)
    made.sendall(sent)
    return made


def closed_after(sockets):
    """Seconds until the other end has closed all of these."""
    began = time.monotonic()
    for each in sockets:
        try:
            while each.recv(65_536):
                pass
        except ConnectionError:
            pass
        each.close()
    return time.monotonic() - began


def answers(client):
    began = time.monotonic()
    assert client.get("/health/live").status_code == 200
    return time.monotonic() - began


def test_heads_that_come_slowly_are_given_up(client):
    slow = [opened(client, b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ") for _ in range(30)]
    for _ in range(4):
        time.sleep(SECONDS / 8)
        for each in slow:
            each.sendall(b"a")
        assert answers(client) < SECONDS
    assert closed_after(slow) < 2 * SECONDS
    silent = [opened(client) for _ in range(30)]
    assert SECONDS / 2 < closed_after(silent) < 2 * SECONDS


def test_a_head_without_end_is_given_up(client):
    endless = opened(client, b"GET /health/live HTTP/1.1\r\n")
    sent = 0
    with pytest.raises(ConnectionError):
        while sent < 50_000_000:
            endless.sendall(b"x-more: " + b"a" * 4_000 + b"\r\n")
            sent += 4_010
    assert sent < 5_000_000
    assert answers(client) < SECONDS


def test_a_kept_connection_gets_no_more_time_for_its_next_head(client):
    kept = opened(client, b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
    assert kept.recv(65_536).startswith(b"HTTP/1.1 200")
    kept.sendall(b"GET /health/live HTTP/1.1\r\nX: ")
    assert closed_after([kept]) < 2 * SECONDS


@pytest.mark.parametrize("length", [b"content-length: 1000", b"transfer-encoding: chunked"])
def test_bodies_that_do_not_come_are_given_up(client, home, monkeypatch, length):
    monkeypatch.setattr(middleware, "BODY_SECONDS", SECONDS)
    who = token(home, "machine")["Authorization"].encode()
    head = b"POST /v1/check HTTP/1.1\r\nHost: x\r\ncontent-type: application/json\r\n"
    slow = [opened(client, head + b"Authorization: " + who + b"\r\n" + length + b"\r\n\r\n")]
    assert answers(client) < SECONDS
    began = time.monotonic()
    assert slow[0].recv(65_536).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 2 * SECONDS
    assert closed_after(slow) < SECONDS


def test_bodies_without_end_are_given_up(client, home):
    who = token(home, "machine")["Authorization"].encode()
    for path in (b"/v1/check", b"/nothing", b"/health/live"):
        endless = opened(
            client,
            b"POST " + path + b" HTTP/1.1\r\nHost: x\r\ncontent-type: application/json\r\n"
            b"Authorization: " + who + b"\r\ntransfer-encoding: chunked\r\n\r\n",
        )
        piece, sent = b"10000\r\n" + b" " * 65_536 + b"\r\n", 0
        with pytest.raises(ConnectionError):
            while sent < 500_000_000:
                endless.sendall(piece)
                sent += len(piece)
        assert sent < 50_000_000
    assert answers(client) < SECONDS


def test_hundreds_of_connections_leave_room_for_one_more(client):
    crowd = [opened(client) for _ in range(300)]
    assert answers(client) < SECONDS
    assert closed_after(crowd) < 2 * SECONDS
    assert most_connections() >= 16
