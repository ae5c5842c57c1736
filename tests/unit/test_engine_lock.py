"""The locks and what is derived from them."""

import re

import pytest

from ringleader.engine.lock import LockedArtifact, parse_lock, read_lock
from ringleader.engine.releases import ENGINES, engine_named, unsupported
from ringleader.engine.relock import render_lock
from ringleader.errors import ServerError, SettingsError

SHA = "a" * 64


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.line)
def test_lock_holds_the_engine_and_names_no_host(engine):
    lock = read_lock(engine)
    coordinates = [artifact.coordinate for artifact in lock.artifacts]
    assert coordinates == sorted(set(coordinates))
    assert {f"{root}:jar" for root in engine.roots} <= set(coordinates)
    text = render_lock(engine, list(lock.artifacts))
    assert parse_lock(text, "again").sha256 == lock.sha256
    assert "/" not in text.split("\n", 2)[2]
    assert all(re.fullmatch("[0-9a-f]{64}", artifact.sha256) for artifact in lock.artifacts)
    parts = {artifact.parts[1]: artifact.part for artifact in lock.artifacts}
    assert parts["neo4j-kernel"] == parts["neo4j-import-tool"] == "server"
    assert parts["opengds-extension"] == parts["ejml-core"] == "plugin"
    assert all(artifact.size > 0 for artifact in lock.artifacts)
    names = [artifact.path.name for artifact in lock.artifacts]
    assert len(names) == len(set(names))


def test_path_of_an_artifact_with_a_classifier():
    artifact = LockedArtifact("io.netty:netty-epoll:4.2.1:linux-x86_64:jar", SHA, 1)
    path = "io/netty/netty-epoll/4.2.1/netty-epoll-4.2.1-linux-x86_64.jar"
    assert artifact.path.as_posix() == path
    assert not artifact.has_procedures
    assert LockedArtifact("org.neo4j.gds:proc:2.26.0:jar", SHA, 1).has_procedures


@pytest.mark.parametrize(
    "line",
    [
        f"a:b:1:jar {SHA}",
        f"a:b {SHA} 1 server",
        "a:b:1:jar abc 1 server",
        f"a:b:1:jar {SHA} big server",
        f"a:b:1:jar {SHA} 1 other",
    ],
)
def test_malformed_lock_names_its_line(line):
    with pytest.raises(ServerError, match=r"some.lock, line 2"):
        parse_lock(f"# comment\n{line}\n", "some.lock")


def test_engines_by_line_or_version():
    assert engine_named("2026.08").gds == "2.26.0"
    assert engine_named("5.26.30") is engine_named("5.26")
    with pytest.raises(SettingsError, match=r"no managed engine '4.4'") as caught:
        engine_named("4.4")
    assert "2026.08 or 5.26" in caught.value.hint


@pytest.mark.parametrize("version", ["5.26.0", "5.26.30", "2025.01.0", "2026.08.1", "2027.1-dev"])
def test_supported_versions(version):
    assert unsupported(version) is None


@pytest.mark.parametrize("version", ["3.5.35", "4.4.44", "5.9.0", "5.25.1", "memgraph", ""])
def test_unsupported_versions(version):
    assert unsupported(version)
