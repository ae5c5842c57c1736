"""What can be said of docker/ without a Docker engine.

Checked: the YAML parses; every variable is either required or has a default, and no password has
one; versions are those of the engine; ports are published on the loopback interface only; files
that the images copy exist and reach the build; the image of the command runs as a plain user; its
packages are pinned by hash and leave nothing out. Where the compose plugin of the docker client is
there, it reads the file too. Not checked: that the images build and run.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import yaml

from ringleader.doctor import LIMITS, _unlimited
from ringleader.engine.config import TRANSACTION_SHARE, TRANSACTIONS_SHARE
from ringleader.engine.releases import ENGINES

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
ENGINE = ENGINES[0]


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DOCKER / "compose.yaml").read_text())


def instructions(name):
    text = (DOCKER / name).read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]
    return [tuple(line.split(None, 1)) for line in lines]


def test_versions_are_the_engines(compose):
    image = f"ringleader-neo4j:{ENGINE.neo4j}-gds-{ENGINE.gds}"
    assert compose["services"]["neo4j"]["image"] == image
    last = [value for word, value in instructions("neo4j.Dockerfile") if word == "FROM"][-1]
    assert last == f"neo4j:{ENGINE.neo4j}-community"
    assert f"--engine {ENGINE.neo4j} /plugins" in (DOCKER / "neo4j.Dockerfile").read_text()


def test_ports_are_published_on_loopback_only(compose):
    ports = [port for one in compose["services"].values() for port in one.get("ports", [])]
    assert ports == [
        "127.0.0.1:${NEO4J_PORT:-7687}:7687",
        "127.0.0.1:${RINGLEADER_PORT:-8470}:8470",
    ]
    modes = {name: one.get("network_mode") for name, one in compose["services"].items()}
    assert {name: mode for name, mode in modes.items() if mode} == {"backup": "none"}


def test_commands_of_the_containers_are_commands(compose):
    from ringleader.cli import cli

    for name, first in (("service", "serve"), ("scheduler", "job")):
        command = compose["services"][name]["command"]
        assert command[0] == first
        context = click.Context(cli)
        found = cli.get_command(context, first)
        if first == "job":
            found = found.get_command(context, command[1])
        options = {option for param in found.params for option in param.opts}
        assert {word for word in command if word.startswith("--")} <= options


def test_the_images_have_what_the_service_and_the_scheduler_need():
    locked = (ROOT / "requirements" / "run.txt").read_text()
    for package in ("fastapi", "uvicorn", "httptools", "authlib", "httpx", "apscheduler"):
        assert re.search(rf"^{package}==", locked, re.MULTILINE), package


def test_systemd_takes_the_unit_of_the_service(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("NEEDS systemd-analyze, WHICH IS NOT HERE: apt-get install systemd")
    text = (ROOT / "docs" / "ringleader.service").read_text()
    assert "ExecStart=/opt/ringleader/bin/ringleader serve" in text
    unit = tmp_path / "ringleader.service"
    unit.write_text(text.replace("/opt/ringleader/bin/ringleader", shutil.which("true")))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_bounds_a_runaway_statement_is_set(compose):
    """The same settings that `ringleader doctor` looks for, by the names of the image."""
    given = compose["services"]["neo4j"]["environment"]
    names = {name: "NEO4J_" + name.replace("_", "__").replace(".", "_") for name in LIMITS}
    for variable in names.values():
        default = re.sub(r"\$\{\w+:-(.*)\}", r"\1", given[variable])
        assert not _unlimited(default), variable
    heap = 2 * 1024  # the default, in megabytes
    assert "-2g}" in given["NEO4J_server_memory_heap_max__size"]
    shares = {"TRANSACTION": TRANSACTION_SHARE, "TRANSACTIONS": TRANSACTIONS_SHARE}
    text = (DOCKER / "compose.yaml").read_text()
    for name, share in shares.items():
        assert f"${{NEO4J_{name}:-{int(heap * share)}m}}" in text


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0", True), ("0s", True), ("0B", True), ("", True), ("409.00MiB", False), ("4h", False)],
)
def test_zero_is_no_bound(value, expected):
    assert _unlimited(value) is expected


def test_password_is_required_and_never_written_down(compose):
    text = (DOCKER / "compose.yaml").read_text()
    variables = re.findall(r"\$\{(\w+)(:[?-])?", text)
    assert all(rule for _, rule in variables), variables
    assert {rule for name, rule in variables if "PASSWORD" in name} == {":?"}
    server, client = compose["services"]["neo4j"], compose["services"]["ringleader"]
    assert server["environment"]["NEO4J_AUTH"].startswith("neo4j/${NEO4J_PASSWORD:?")
    assert client["environment"]["NEO4J_PASSWORD"].startswith("${NEO4J_PASSWORD:?")


def test_server_reports_nothing_home(compose):
    environment = compose["services"]["neo4j"]["environment"]
    off = {name for name, value in environment.items() if value in ("false", "OFF")}
    assert off == {
        "NEO4J_server_http_enabled",
        "NEO4J_server_https_enabled",
        "NEO4J_dbms_usage__report_enabled",
        "NEO4J_dbms_fleet__manager_enabled",
        "NEO4J_server_fleet__discovery_enabled",
        "NEO4J_db_logs_query_enabled",
    }


@pytest.mark.parametrize("name", ["Dockerfile", "neo4j.Dockerfile"])
def test_what_images_copy_is_there_and_not_ignored(name):
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    for word, value in instructions(name):
        if word == "COPY" and "--from" not in value:
            source = value.split()[0]
            assert (ROOT / source).exists(), source
            assert source.split("/")[0] in allowed, source


@pytest.mark.parametrize("name", ["Dockerfile", "neo4j.Dockerfile"])
def test_instructions_are_known_and_packages_are_pinned(name):
    found = instructions(name)
    known = {"FROM", "LABEL", "RUN", "COPY", "ENV", "USER", "WORKDIR", "ENTRYPOINT", "CMD"}
    assert {word for word, _ in found} <= known
    assert not any(value.split()[0].endswith(":latest") for word, value in found if word == "FROM")
    installs = [value for word, value in found if word == "RUN" and "pip install" in value]
    assert installs
    assert all("--require-hashes" in value for value in installs)


def test_command_runs_as_a_plain_user_with_all_packages():
    found = instructions("Dockerfile")
    users = [value for word, value in found if word == "USER"]
    assert users == ["ringleader"]
    copied = {value.split()[0] for word, value in found if word == "COPY"}
    shipped = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks", "tests"}
    assert shipped | {"cli.py", "cypher"} <= copied


def test_compose_plugin_reads_the_file():
    docker = shutil.which("docker")
    plugin = docker and subprocess.run([docker, "compose", "version"], capture_output=True)
    if not plugin or plugin.returncode:
        pytest.skip("NEEDS THE COMPOSE PLUGIN OF THE DOCKER CLIENT, WHICH IS NOT HERE")
    command = [docker, "compose", "--file", str(DOCKER / "compose.yaml"), "config", "--quiet"]
    without = {name: value for name, value in os.environ.items() if name != "NEO4J_PASSWORD"}
    done = subprocess.run(command, env={**without, "NEO4J_PASSWORD": "x" * 16}, text=True)
    assert done.returncode == 0
    refused = subprocess.run(command, env=without, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "set NEO4J_PASSWORD" in refused.stderr
