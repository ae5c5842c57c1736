"""Backup and restore for real: another data folder gets the same rings, decisions and keys."""

import json
import stat
import tarfile

import judged_world
import pytest
from command_line import called
from judged_worlds import RING, SECOND

from ringleader import Connection, audit_chain
from ringleader.engine import ensure_running, managed_connection, stop
from ringleader.errors import InputError, WrongUsage
from ringleader.keys import EXPORT_KEY, KEY_FILE, earlier_keys, load_key
from ringleader.settings import load_settings

pytestmark = [pytest.mark.server, pytest.mark.restarts]
SETTINGS = '[server]\nheap = "1g"\npage_cache = "128m"\n'


RINGS = """
MERGE (run:Run {run_id: 'r'}) SET run.state = 'done', run.finished_at = datetime()
CREATE (ring:Ring {ring_id: $ring, state: 'live', score: 9.5, size: size($members), run: 'r'})
WITH ring MATCH (account:Account) WHERE account.account_id IN $members
CREATE (account)-[:MEMBER_OF {score: 1.5, run: 'r'}]->(ring)
"""


def settings_of(home):
    return load_settings(env={"RINGLEADER_HOME": str(home)}, cwd=home)


def connected(home):
    return Connection(settings_of(home), reread=lambda _: settings_of(home))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A backup with its keys, and the rings and decisions of the server that it was made of."""
    home, out = tmp_path_factory.mktemp("from"), tmp_path_factory.mktemp("backups")
    (home / "ringleader.toml").write_text(SETTINGS)
    ensure_running(settings_of(home))
    try:
        with connected(home) as r:
            r.graph.ensure_schema()
            judged_world.built(r.graph)
            # Rings as a detection writes them; what counts here is that they come back.
            for name, members in (("ring-a", RING), ("ring-b", SECOND)):
                r.graph.write(RINGS, {"ring": name, "members": members}, name="rings")
            rings = judged_world.rings(r.graph)
            assert {tuple(RING), tuple(SECOND)} == set(rings)
            r.review(rings[tuple(SECOND)], "reject", note="known", by="ann")
            r.graph.write("MERGE (s:Store {store_id: 's'})", name="store")
            load_key(home)
            (home / "loads" / "b1").mkdir(parents=True)
            (home / "loads" / "b1" / "complete").touch()
            audit_chain.append(home, {"event": "before the backup"})
            before = managed_connection(r.settings).pid
            (home / "ringleader.toml").write_text(SETTINGS + '[neo4j]\npassword = "secret"\n')
            backup = r.backup(out / "b.tar", keys=out / "k.tar")
            (home / "ringleader.toml").write_text(SETTINGS)
            running = managed_connection(settings_of(home))
            assert running is not None and running.pid != before
            yield backup, rings, home
    finally:
        stop(settings_of(home))


def test_a_backup_holds_all_but_keys_and_passwords(made):
    backup, _, home = made
    assert (backup.accounts, backup.rings, backup.reviews) == (444, 2, 1)
    assert stat.S_IMODE(backup.file.stat().st_mode) == 0o600
    with tarfile.open(backup.file) as tar:
        names = tar.getnames()
        assert {
            "backup.json", "neo4j.dump", "ringleader.toml", "reviews.jsonl", "loads/b1/complete",
            "audit/statements.jsonl", "audit/head.json",
        } == set(names)  # fmt: skip
        settings = tar.extractfile("ringleader.toml").read().decode()
        [review] = tar.extractfile("reviews.jsonl").read().decode().splitlines()
    assert "secret" not in settings
    assert json.loads(review)["verdict"] == "rejected"
    key = (home / KEY_FILE).read_text().strip().encode()
    assert key not in backup.file.read_bytes()
    assert key in backup.keys.read_bytes()


def test_restored_elsewhere_it_gives_the_same_rings(made, tmp_path):
    backup, rings, home = made
    stop(settings_of(home))
    other = tmp_path / "other"
    other.mkdir()
    (other / "ringleader.toml").write_text(SETTINGS)
    try:
        with connected(other) as r:
            with pytest.raises(InputError, match="which is not here"):
                r.restore(backup.file)
            r.restore(backup.file, keys=backup.keys)
            assert judged_world.rings(r.graph) == rings
            assert r.decisions()["verdict"].tolist() == ["rejected"]
            assert (other / KEY_FILE).read_text() == (home / KEY_FILE).read_text()
            assert (other / "loads" / "b1" / "complete").exists()
            assert r.verify_audit().sound
            with pytest.raises(InputError, match="there is a database, loads, audit in "):
                r.restore(backup.file)
    finally:
        stop(settings_of(other))


def test_a_restore_takes_the_place_of_nothing_unasked(made, tmp_path):
    backup, _, _ = made
    audit_chain.append(tmp_path, {"event": "of this folder"})
    mine = load_key(tmp_path)
    kept = (tmp_path / audit_chain.FILE).read_bytes()
    with (
        connected(tmp_path) as r,
        pytest.raises(
            InputError, match=r"there is audit, another keys/audit.key, another keys/hmac.key in "
        ),
    ):
        r.restore(backup.file, keys=backup.keys)
    assert load_key(tmp_path) == mine
    assert (tmp_path / audit_chain.FILE).read_bytes() == kept
    assert not (tmp_path / "server" / "data").exists()


def test_a_damaged_backup_replaces_nothing(made, tmp_path):
    backup, _, _ = made
    content = bytearray(backup.file.read_bytes())
    content[content.index(b"DZV1") + 100] ^= 1
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(content)
    (tmp_path / "no.tar").write_text("no tar")
    with connected(tmp_path) as r:
        with pytest.raises(InputError, match="is damaged: neo4j.dump is missing or changed"):
            r.restore(damaged)
        with pytest.raises(InputError, match="is no backup"):
            r.restore(tmp_path / "no.tar")
    assert not (tmp_path / "server").exists()


def test_another_server_is_not_backed_up(tmp_path):
    settings = load_settings({"neo4j.uri": "bolt://db.example.org"}, env={}, cwd=tmp_path)
    with pytest.raises(WrongUsage, match="for the managed server"):
        Connection(settings).backup(tmp_path / "b.tar")


def test_keys_are_shown_by_fingerprint_and_rotated(tmp_path):
    env = {"RINGLEADER_HOME": str(tmp_path)}
    key, old = load_key(tmp_path), load_key(tmp_path, EXPORT_KEY)
    shown = called(["keys", "show", "--format", "json"], folder=tmp_path, env=env).stdout
    rows = {row["key"]: row for row in json.loads(shown)}
    assert key.hex() not in shown
    assert len(rows["graph"]["fingerprint"]) == 16
    assert rows["graph"]["fingerprint"] != rows["exports"]["fingerprint"]
    assert rows["audit"]["fingerprint"] is None
    done = called(["keys", "rotate", "exports"], folder=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    assert rows["exports"]["fingerprint"] in done.stderr
    assert load_key(tmp_path, EXPORT_KEY) != old
    assert earlier_keys(tmp_path, EXPORT_KEY) == [old]
    assert load_key(tmp_path) == key


def test_the_key_of_a_database_with_hashes_is_not_rotated_unasked(graph, ringleader):
    from ringleader.keys import refuse_other_key

    refuse_other_key(graph, graph.settings.home)
    kept = load_key(graph.settings.home)
    refused = ringleader("keys", "rotate", "graph", check=False)
    assert refused.returncode == 1
    assert "has hashes made with this key" in refused.stderr
    assert load_key(graph.settings.home) == kept
