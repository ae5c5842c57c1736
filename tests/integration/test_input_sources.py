"""Standard input, pipes, object stores and web addresses load like files."""

import gzip
import http.server
import json
import os
import subprocess
import sys
import threading
from functools import partial

import pytest
from load_world import relationships

from ringleader.loaders.sources.files import inspect
from ringleader.loaders.sources.remote import objects_at

HEAD = "account_id,timestamp,ip\n"
LINE = "a,2026-03-01T10:00:00Z,198.51.100.7\n"
JSON = json.dumps({"account_id": "a", "timestamp": 1772359200, "ip": "198.51.100.7"})
ONE = [("a", "198.51.100.7")]


def loaded(graph):
    return [(start, end) for start, end, _ in relationships(graph, "USED_IP")]


def process(server, folder, *args, **how):
    """A process of its own: what it reads is a pipe of the system."""
    return subprocess.run(
        [sys.executable, "-m", "ringleader", *args],
        cwd=folder,
        env={**os.environ, "RINGLEADER_HOME": str(server.home)},
        capture_output=True,
        check=False,
        **how,
    )


# 21
@pytest.mark.parametrize(
    ("source", "content"),
    [("-", (HEAD + LINE).encode()), ("/dev/stdin", gzip.compress((JSON + "\n").encode()))],
    ids=["csv", "packed JSON"],
)
def test_standard_input(graph, server, tmp_path, source, content):
    done = process(server, tmp_path, "load", "requests", source, input=content)
    assert done.returncode == 0, done.stderr
    assert loaded(graph) == ONE


def test_process_substitution(graph, server, tmp_path):
    reading, writing = os.pipe()
    os.write(writing, (HEAD + LINE).encode())
    os.close(writing)
    try:
        done = process(
            server, tmp_path, "load", "requests", f"/dev/fd/{reading}", pass_fds=[reading]
        )
    finally:
        os.close(reading)
    assert done.returncode == 0, done.stderr
    assert loaded(graph) == ONE


def test_nothing_comes_through_a_pipe(graph, server, tmp_path):
    done = process(server, tmp_path, "load", "requests", "-", input=b"")
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == [
        "error: standard input is empty",
        "  try: look at what the command before the pipe prints",
    ]
    assert loaded(graph) == []


def test_objects_are_known_by_their_content(store, tmp_path):
    """Uploaded again, under another name or here: the same rows, which count once."""
    (tmp_path / "1.csv").write_text(HEAD + LINE)
    store("requests/1.csv", HEAD + LINE)
    first = objects_at("s3://logs/requests")
    store("requests/1.csv", HEAD + LINE)
    store("requests/copy.csv", HEAD + LINE)
    store("requests/other.csv", HEAD)
    known = inspect(tmp_path / "1.csv").sha256
    assert first == [("s3://logs/requests/1.csv", known)]
    found = dict(objects_at("s3a://logs/requests"))
    assert found["s3a://logs/requests/1.csv"] == found["s3a://logs/requests/copy.csv"] == known
    assert found["s3a://logs/requests/other.csv"] != known


def test_an_object_store(graph, ringleader, store):
    store("requests/1.csv", HEAD + LINE)
    store("requests/day 2/2.jsonl", JSON.replace('"a"', '"b"') + "\n")
    store("requests/_SUCCESS", "")
    store("accounts.csv", "account_id,country\na,DE\n")
    store("broken.csv", "who,when\na,b\n")
    ringleader("load", "requests", "s3://logs/requests/*.csv")
    assert loaded(graph) == ONE
    done = ringleader("load", "requests", "s3://logs/requests/")
    assert "s3://logs/requests/1.csv was loaded before; nothing to do" in done.stderr
    assert loaded(graph) == [*ONE, ("b", "198.51.100.7")]
    done = ringleader("load", "all", "s3://logs")
    assert "accounts" in done.stdout
    assert graph.read("MATCH (a:Account {country: 'DE'}) RETURN a.account_id AS id", name="t") == [
        {"id": "a"}
    ]
    done = ringleader("load", "requests", "s3://logs/broken.csv", check=False)
    assert done.returncode == 1
    assert "s3://logs/broken.csv" in done.stderr
    assert "scratch" not in done.stderr


@pytest.mark.parametrize(
    ("address", "says", "hint"),
    [
        ("s3://logs/none.csv", "s3://logs/none.csv: no such file", "a pattern"),
        ("s3://other/*.csv", "s3://other/*.csv: no such file", "a pattern"),
        ("az://logs/1.csv", "the storage account is not known", "AZURE_STORAGE_ACCOUNT"),
        ("hf://datasets/a/b/1.csv", "there is no reader for hf:// here", "pip install"),
        ("carrier://pigeon", "there is no reader for carrier:// here", "s3, gs, az"),
    ],
)
def test_what_cannot_be_read_says_so_in_one_line(
    ringleader, store, monkeypatch, address, says, hint
):
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT", raising=False)
    done = ringleader("load", "requests", address, "--dry-run", check=False)
    assert done.returncode == 1
    error, tried = done.stderr.splitlines()[-2:]
    assert says in error
    assert hint in tried


def test_a_web_address(graph, ringleader, tmp_path):
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "r.csv").write_text(HEAD + LINE)
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path / "web")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{web.server_port}"
        ringleader("load", "requests", f"{root}/r.csv?token=x")
        assert loaded(graph) == ONE
        done = ringleader("load", "requests", f"{root}/none.csv", check=False)
        assert (done.returncode, "404" in done.stderr) == (1, True)
        web.shutdown()
