"""Downloads against a repository on the loopback interface that misbehaves on demand."""

import hashlib
import http.server
import os
import threading

import pytest

from ringleader.engine.artifacts import cache_folder, install
from ringleader.engine.lock import Lock, LockedArtifact
from ringleader.errors import ServerError

CONTENT = {f"org.example:part{n}:1.{n}:jar": b"part %d " % n * 5000 for n in range(6)}


def locked():
    artifacts = tuple(
        LockedArtifact(coordinate, hashlib.sha256(content).hexdigest(), len(content))
        for coordinate, content in CONTENT.items()
    )
    return Lock(artifacts, "0" * 64)


@pytest.fixture
def repository():
    """A Maven repository; `.files` may be changed, `.requests` lists what was asked for."""
    files = {f"/{a.path}": CONTENT[a.coordinate] for a in locked().artifacts}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.endswith(".sha1"):
                self.send_error(404)
                return
            server.requests.append(self.path)
            content = files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            cut = len(content) // 2 if self.path in server.cut else len(content)
            self.wfile.write(content[:cut])

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.files, server.requests, server.cut = files, [], set()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def kept(cache):
    return sorted(path.name for path in cache.rglob("*.jar"))


def test_installs_once_and_then_needs_no_network(tmp_path, repository, capsys):
    paths = install(locked(), "Example 1", tmp_path, mirror=repository.url)
    assert [path.read_bytes() for path in paths] == list(CONTENT.values())
    assert len(repository.requests) == 6
    said = capsys.readouterr()
    assert said.out == ""
    assert f"Example 1: 6 files, 0 MB, from {repository.url}; kept in {tmp_path}" in said.err
    assert install(locked(), "Example 1", tmp_path, mirror="http://127.0.0.1:1") == paths
    assert capsys.readouterr().err == ""
    assert not list(tmp_path.glob("incoming-*"))


def test_goes_on_where_it_stopped(tmp_path, repository):
    lost = "/org/example/part3/1.3/part3-1.3.jar"
    content = repository.files.pop(lost)
    with pytest.raises(ServerError, match=r"does not provide org.example:part3:1.3:jar"):
        install(locked(), "Example 1", tmp_path, mirror=repository.url)
    had = set(kept(tmp_path))
    repository.files[lost] = content
    repository.requests.clear()
    install(locked(), "Example 1", tmp_path, mirror=repository.url)
    assert {path.rsplit("/", 1)[1] for path in repository.requests} == set(names()) - had
    assert kept(tmp_path) == names()


def names():
    return [artifact.path.name for artifact in locked().artifacts]


def test_wrong_checksum_is_not_kept(tmp_path, repository):
    path = "/org/example/part2/1.2/part2-1.2.jar"
    repository.files[path] = repository.files[path].replace(b"part", b"evil")
    with pytest.raises(
        ServerError, match=r"org.example:part2:1.2:jar from .* has SHA-256"
    ) as caught:
        install(locked(), "Example 1", tmp_path, mirror=repository.url)
    assert "RINGLEADER_MAVEN_MIRROR" in caught.value.hint
    assert "part2-1.2.jar" not in kept(tmp_path)


def test_cut_connection_is_an_error_and_nothing_partial_is_kept(tmp_path, repository):
    repository.cut.add("/org/example/part1/1.1/part1-1.1.jar")
    with pytest.raises(ServerError, match=r"cannot download org.example:part1:1.1:jar") as caught:
        install(locked(), "Example 1", tmp_path, mirror=repository.url)
    assert "server start again: what is complete is kept" in caught.value.hint
    assert "part1-1.1.jar" not in kept(tmp_path)


def test_no_network_is_one_line(tmp_path):
    with pytest.raises(ServerError, match=r"cannot download .*: ConnectionError") as caught:
        install(locked(), "Example 1", tmp_path, mirror="http://127.0.0.1:1")
    assert "\n" not in caught.value.message
    assert "HTTPS_PROXY" in caught.value.hint


def test_changed_file_is_fetched_again(tmp_path, repository):
    path = install(locked(), "Example 1", tmp_path, mirror=repository.url)[4]
    path.write_bytes(b"x" * path.stat().st_size)
    repository.requests.clear()
    install(locked(), "Example 1", tmp_path, mirror=repository.url)
    assert repository.requests == ["/org/example/part4/1.4/part4-1.4.jar"]
    assert path.read_bytes() == CONTENT["org.example:part4:1.4:jar"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="NEEDS A USER OTHER THAN ROOT")
def test_folder_that_cannot_be_written(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ServerError, match="cannot write to"):
        install(locked(), "Example 1", tmp_path / "cache")


def test_file_in_the_way_of_the_folder(tmp_path):
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(ServerError, match="cannot write to") as caught:
        install(locked(), "Example 1", tmp_path / "cache")
    assert "RINGLEADER_CACHE" in caught.value.hint


def test_more_than_the_disk_holds_is_refused_before_it_starts(tmp_path):
    huge = Lock((LockedArtifact("org.example:huge:1:jar", "0" * 64, 1 << 60),), "1" * 64)
    with pytest.raises(ServerError, match="needs 1,152,921,504,607 MB") as caught:
        install(huge, "Example 1", tmp_path, mirror="http://127.0.0.1:1")
    assert "free some" in caught.value.hint


def test_cache_folder_can_be_moved(tmp_path):
    assert cache_folder({"RINGLEADER_CACHE": str(tmp_path)}) == tmp_path
    assert cache_folder({}).name == "ringleader"
