"""Configuration of the managed server, as pure functions of settings and machine."""

import stat

import pytest

from ringleader.engine.config import (
    GIB,
    MIB,
    Memory,
    find_java,
    link_plugins,
    memory_for,
    parse_size,
    write_configuration,
)
from ringleader.engine.folder import ServerFolder
from ringleader.engine.releases import ENGINES
from ringleader.errors import ServerError, SettingsError
from ringleader.settings import load_settings


def settings(home, **flags):
    flags = {f"server.{name}": value for name, value in flags.items()}
    return load_settings(flags, env={"RINGLEADER_HOME": str(home)}, cwd=home)


@pytest.fixture
def folder(tmp_path):
    made = ServerFolder(tmp_path / "home with space")
    made.create()
    return made


def test_sizes():
    assert [parse_size(text, "heap") for text in ("512m", "4G", "1024k", "2 GiB")] == [
        512 * MIB,
        4 * GIB,
        MIB,
        2 * GIB,
    ]
    for text in ("", "4", "4t", "-1g", "lots"):
        with pytest.raises(SettingsError, match=r"server.heap is"):
            parse_size(text, "server.heap")


def test_memory_follows_the_machine_unless_set(tmp_path):
    assert memory_for(settings(tmp_path), 32 * GIB) == Memory(8 * GIB, 8 * GIB)
    assert memory_for(settings(tmp_path), 1 * GIB) == Memory(1 * GIB, 256 * MIB)
    assert memory_for(settings(tmp_path), 512 * GIB) == Memory(16 * GIB, 16 * GIB)
    assert memory_for(settings(tmp_path, heap="3g"), 32 * GIB) == Memory(3 * GIB, 8 * GIB)


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.line)
def test_configuration_listens_on_loopback_only(folder, engine):
    jars = [folder.home / "a b.jar", folder.home / "c.jar"]
    write_configuration(folder, engine, Memory(2 * GIB, GIB), 7700, jars)
    lines = (folder.conf / "neo4j.conf").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    listening = {k: v for k, v in given.items() if "address" in k or k.endswith("enabled")}
    expected = {
        "server.default_listen_address": "127.0.0.1",
        "server.bolt.listen_address": "127.0.0.1:7700",
        "server.bolt.advertised_address": "127.0.0.1:7700",
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "dbms.security.auth_enabled": "true",
        "dbms.usage_report.enabled": "false",
        "db.logs.query.enabled": "OFF",
    }
    if engine.line != "5.26":
        expected |= {
            "server.fleet_discovery.enabled": "false",
            "dbms.fleet_manager.enabled": "false",
        }
    assert listening == expected
    assert given["server.memory.pagecache.size"] == "1024m"
    assert given["db.memory.transaction.max"] == "819m"
    assert given["dbms.memory.transaction.total.max"] == "1228m"
    assert given["db.transaction.timeout"] == "4h"
    arguments = folder.java_arguments.read_text().splitlines()
    assert '"-Xmx2048m"' in arguments
    assert arguments[-1] == f'"{jars[0]}:{jars[1]}"'


def test_plugins_folder_holds_just_the_plugins(folder):
    first, second = folder.home / "gds-1.jar", folder.home / "gds-2.jar"
    first.write_text("1")
    second.write_text("2")
    link_plugins(folder, [first])
    link_plugins(folder, [second])
    assert [path.name for path in (folder.root / "plugins").iterdir()] == ["gds-2.jar"]


def test_password_is_generated_once_and_closed_to_others(folder):
    password = folder.ensure_password()
    assert len(bytes.fromhex(password)) == 24
    assert folder.ensure_password() == password
    assert stat.S_IMODE(folder.password_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.root.stat().st_mode) == 0o700


def test_lost_password_of_existing_data_is_told(folder):
    (folder.data / "databases" / "system").mkdir(parents=True)
    with pytest.raises(ServerError, match=r"password file .* is gone") as caught:
        folder.ensure_password()
    assert "server reset" in caught.value.hint


def test_data_of_another_engine_is_refused(folder):
    default, lts = ENGINES
    assert folder.choose_engine(settings(folder.home)) is default
    (folder.data / "databases" / "system").mkdir(parents=True)
    folder.engine_file.write_text("5.26.30\n")
    # Nobody asks for one: the data decides.
    assert folder.choose_engine(settings(folder.home)) is lts
    assert folder.choose_engine(settings(folder.home, engine="5.26")) is lts
    with pytest.raises(ServerError, match=r"belongs to Neo4j 5.26.30, not 2026.08.1") as caught:
        folder.choose_engine(settings(folder.home, engine="2026.08"))
    assert "--engine 5.26" in caught.value.hint
    folder.engine_file.write_text("5.26.29\n")
    assert folder.choose_engine(settings(folder.home, engine="5.26")) is lts
    folder.engine_file.write_text("5.26.31\n")
    with pytest.raises(ServerError, match=r"belongs to Neo4j 5.26.31"):
        folder.choose_engine(settings(folder.home, engine="5.26"))


def test_one_java_runs_both_engines():
    assert find_java(ENGINES[0]) == find_java(ENGINES[1])
