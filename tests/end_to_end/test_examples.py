"""What the documentation shows runs: every example of every help, the catalogue's, the notebook.

All of it on the simulated sample, loaded and detected once. A new command is found by itself; it
needs an example in its help, and maybe a line in STAND_INS, FILES or CODES below.
"""

import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import duckdb
import nbformat
import pytest

from docs import examples
from ringleader import cli as command_line
from ringleader.app import run
from ringleader.catalogue import get
from ringleader.scenario.simulate import simulate

ROOT = Path(__file__).resolve().parents[2]

# What stands in an example for something that the sample holds: pattern -> key of `desk.known`,
# or the text itself.
STAND_INS = {
    r"ring-[0-9a-f]{12}|\bRING\b": "ring_id",
    r"acc_[0-9a-z]+": "member",
    r"campaign-[0-9a-f]{12}": "campaign_id",
    r"203\.0\.113\.7|198\.51\.100\.7": "address",
    r"\bpm_9f2\b": "payment_method_id",
    r"run-[0-9][\w-]*": "run_id",
    r"\bBATCH\b": "batch_id",
    r"bolt://db\.example\.org:7687": "uri",
    r"~/neo4j-password": "password_file",
    r"\bFOLDER\b": "sample",
    r"/etc/systemd/system": "units",
    r"/data/ringleader": "home",
    r" --engine 5.26": "nothing",  # it would be downloaded
    r"postgres://me@host/logs --query 'SELECT …'": "logs",
    # A campaign as large as the real one takes minutes.
    r"simulate --output campaign": "small_campaign",
    r"simulate --crossed --seed 1": "small_crossed",
}
# Examples that end with another code than 0, and why.
CODES = {
    "ringleader detect --algorithm louvain --fail-on-findings": 3,  # there are findings
    "ringleader load all FOLDER --bulk": 1,  # the database holds data, and is left alone
    "ringleader mcp": 2,  # RINGLEADER_TOKEN is not set
}
# Examples that put other rings in the place of those that are known; detection brings these back.
OTHER_RINGS = ("ringleader detect --method", "ringleader rings import")
# Examples that follow from one another, need a partner, or take away what others need: their own
# tests run them (test_work, test_match, test_end_of_data, test_backup, test_dossier, test_prepare,
# test_pulled_indicators). Here they are parsed.
PARSED = (
    "ringleader backup",
    "ringleader campaigns attribute",
    "ringleader forget",
    "ringleader indicators pull",
    "ringleader keys rotate",
    "ringleader load uses",
    "ringleader match",
    "ringleader prepare",
    "ringleader restore",
    "RINGLEADER_HOME=/data/new ringleader restore",
    "ringleader review answer",
    "ringleader review appeal ",
    "ringleader review withdraw",
    "ringleader serve --host",  # with a certificate; test_match_https has one
)
# Examples that need a terminal, or go on until they are stopped: they are started and stopped.
ENDLESS = (
    "ringleader server logs -f",
    "ringleader serve --port",
    "ringleader shell",
    "ringleader job watch",
)
# Examples that end or delete a server run where there is none.
NO_SERVER = ("ringleader server stop", "ringleader server reset")
# A call of a model as a trail logs it, and a decision as a list of them has it.
CALL = {
    "eventTime": "2026-02-01T10:00:00Z",
    "eventSource": "bedrock.amazonaws.com",
    "eventName": "Converse",
    "eventID": "example",
    "userIdentity": {"arn": "arn:aws:iam::111122223333:user/example"},
    "sourceIPAddress": "192.0.2.1",
}
DECISION = {
    "target": "acc_gone",
    "target_kind": "account",
    "verdict": "watched",
    "ring_id": None,
    "decided_at": "2026-02-01T10:00:00+00:00",
    "decided_by": "example",
    "note": "",
    "members": ["acc_gone"],
    "evidence": [],
}
ANSWERS = {"ringleader server reset": "y\n"}  # what is typed at a question


def commands(command, path=("ringleader",)):
    """Every command that does something, with its path."""
    if isinstance(command, click.Group) and not getattr(command, "invoke_without_command", False):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), (*path, name))
    else:
        yield " ".join(path), command


def shown(command):
    """The examples in a command's help."""
    text = f"{command.help or ''}\n{command.epilog or ''}"
    told = re.split(r"Examples?:\n", text, maxsplit=1)[-1]
    lines = [line.strip() for line in told.splitlines()]
    return [line for line in lines if re.match(r"(ringleader|echo|[A-Z_]+=\S+ ringleader) ?", line)]


COMMANDS = dict(commands(command_line.cli))
# What two helps show runs once: a load is taken back once.
EXAMPLES = list(dict.fromkeys(line for command in COMMANDS.values() for line in shown(command)))
RUN = [line for line in EXAMPLES if not line.startswith(PARSED)]


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_an_example_of_itself(path):
    lines = shown(COMMANDS[path])
    group = " ".join(path.split()[:2])
    assert any(path in line or line.startswith(group + " ") for line in lines), path


class Desk:
    """A folder with the files that examples name, and what the sample holds."""

    def __init__(self, folder, known):
        self.folder, self.known = folder, known

    def made_real(self, example):
        for pattern, key in STAND_INS.items():
            example = re.sub(pattern, lambda _, key=key: self.known[key], example)
        return example


def files(folder, sample):
    """Write the files that examples name, with what the sample in a folder says."""
    for name, table in (("accounts", "accounts"), ("labels", "labels"), ("verdicts", "labels")):
        duckdb.sql(f"COPY (FROM '{sample / table}.parquet') TO '{folder / name}.csv'")
    duckdb.sql(
        f"COPY (SELECT account_id, ring_id AS \"group\" FROM '{sample / 'labels'}.parquet' "
        f"WHERE ring_id IS NOT NULL) TO '{folder / 'communities.csv'}'"
    )
    (folder / "sign-ups.csv").write_text("account_id,ip\nacc_new,192.0.2.1\n")
    (folder / "charges.csv").write_text(
        "account_id,payment_method_id,timestamp\nacc_example,pm_example,2026-02-01T10:00:00Z\n"
    )
    (folder / "traits.csv").write_text(
        "operator,ring_id,size,timing,kinds_shared\nhydra,ring-hydra-000,120,flat,2\n"
    )
    (folder / "matched.csv").write_text("value,kind\n192.0.2.1,ip\n")
    indicator = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "pattern": "[ipv4-addr:value = '192.0.2.1']",
        "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z",
    }
    bundle = {"type": "bundle", "id": "bundle--" + indicator["id"][11:], "objects": [indicator]}
    (folder / "feed.json").write_text(json.dumps(bundle))
    (folder / "hubs.csv").write_text("198.18.0.1\n")
    (folder / "question.cypher").write_text("MATCH (a:Account) RETURN a.status, count(*) AS n;\n")
    (folder / "my-queries").mkdir()
    ours = get("accounts-on-ip").path.read_text().replace("accounts-on-ip", "mine")
    (folder / "my-queries" / "mine.cypher").write_text(ours)
    (folder / "lists" / "vpn").mkdir(parents=True)
    (folder / "lists" / "vpn" / "ipv4.txt").write_text("198.51.100.0/24\n")
    (folder / "cloudtrail").mkdir()
    (folder / "cloudtrail" / "one.json").write_text(json.dumps({"Records": [CALL]}))
    (folder / "decisions.jsonl").write_text(json.dumps(DECISION) + "\n")
    (folder / "units").mkdir()
    (folder / "dags").mkdir()
    (folder / "ringleader.toml").write_text(
        '[jobs.nightly]\nschedule = "0 3 * * *"\n[[jobs.nightly.steps]]\nstep = "query"\n'
        'name = "loads-not-finished"\n'
        "[retention]\nuses = 4000\n"
    )
    (folder / "logs").mkdir()
    day = sample / "requests" / "2026-02-01.parquet"
    duckdb.sql(
        f"COPY (SELECT account_id AS who, timestamp AS at, ip FROM '{day}') "
        f"TO '{folder / 'logs' / '2026-02-01.parquet'}'"
    )
    (folder / "mapping.toml").write_text(
        '[map.requests]\naccount_id = "who"\ntimestamp = "at"\nip = "ip"\n'
        '[map.labels]\naccount_id = "account_id"\nlabel = "label"\nring_id = "ring_id"\n'
        'campaign = "campaign"\ndecided_by = "decided_by"\n'
    )
    (folder / "ours.toml").write_text((folder / "mapping.toml").read_text())
    with duckdb.connect(str(folder / "logs.duckdb")) as database:
        database.sql(f"CREATE TABLE requests AS FROM '{day}'")


@pytest.fixture(scope="module")
def desk(connection, server, tmp_path_factory):
    """The sample, loaded and detected."""
    folder = tmp_path_factory.mktemp("desk")
    sample = tmp_path_factory.mktemp("sample")
    simulate(sample, accounts=examples.ACCOUNTS)
    files(folder, sample)
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("RINGLEADER_HOME", str(server.home))
        assert typed(patch, "load", "all", str(sample)) == 0
        assert typed(patch, "detect") == 0
    known = examples.stand_ins(connection)
    members = connection.read(get("ring-members"), get("ring-members").bind({}))
    loads = connection.read(get("loads"), get("loads").bind({}))
    known |= {
        "member": next(r["account_id"] for r in members if r["ring_id"] == known["ring_id"]),
        "run_id": members[0]["run"],
        "batch_id": next(r["batch"] for r in loads if r["table"] == "contacts"),
        "home": str(server.home),
        "sample": str(sample),
        "nothing": "",
        "units": str(folder / "units"),
        "uri": server.uri,
        "password_file": str(server.home / "server" / "password"),
        "logs": f"duckdb://{folder / 'logs.duckdb'} --query 'SELECT * FROM requests'",
        "small_campaign": "simulate --accounts 3000 --output campaign",
        "small_crossed": "simulate --crossed --accounts 5000",
    }
    return Desk(folder, known)


def typed(patch, *words):
    """Run the command line in this process; returns its exit code."""
    patch.setattr(sys, "argv", ["ringleader", *words])
    try:
        return run(command_line.cli)
    except SystemExit as error:
        return error.code


def test_the_catalogue_shows_what_the_sample_answers(desk, connection):
    made = examples.text_of(examples.examples(connection))
    hint = "RINGLEADER_HOME=<a folder of its own> python docs/examples.py && make docs"
    assert json.loads(examples.FILE.read_text()) == json.loads(made), hint


def test_the_notebook_runs(desk, server, monkeypatch):
    from nbclient import NotebookClient

    monkeypatch.setenv("RINGLEADER_HOME", str(server.home))
    notebook = nbformat.read(ROOT / "examples" / "hunt.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not [output for output in outputs if output["output_type"] == "error"]
    drawn = [o["data"]["text/html"] for o in outputs if "text/html" in o.get("data", {})]
    (svg,) = [text for text in drawn if "<svg" in text]
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    printed = "".join(o.get("text", "") for o in outputs)
    assert re.search("refused: .*writes, and this is a read-only session", printed)


def test_the_notebook_in_the_repository_holds_no_output():
    # Outputs would grow stale, and could hold what does not belong in a repository.
    notebook = nbformat.read(ROOT / "examples" / "hunt.ipynb", as_version=4)
    assert not [cell for cell in notebook.cells if cell.get("outputs")]


@pytest.mark.parametrize("example", [line for line in EXAMPLES if line.startswith(PARSED)])
def test_the_example_in_the_help_is_understood(example):
    words = shlex.split(example)
    words = words[words.index("ringleader") + 1 :]
    [path] = [
        path
        for path in COMMANDS
        if tuple(words[: len(path.split()) - 1]) == tuple(path.split()[1:])
    ]
    rest = words[len(path.split()) - 1 :]
    context = COMMANDS[path].make_context(path, rest, resilient_parsing=True)
    assert context.args == []


@pytest.mark.long
@pytest.mark.parametrize("example", RUN)
def test_the_example_in_the_help_runs(example, desk, server, monkeypatch, capfd):
    home = server.home
    if example.startswith(NO_SERVER):
        home = desk.folder / "no-server"
    line = desk.made_real(example)
    environment = {
        **os.environ,
        "RINGLEADER_HOME": str(home),
        "HOME": str(desk.folder),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    if "|" not in example and example.startswith(ENDLESS):
        process = subprocess.Popen(
            shlex.split(line), cwd=desk.folder, env=environment, stdin=subprocess.PIPE
        )
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(3)
        process.terminate()
        process.communicate()
        return
    if re.search(r"[|<>]\s*\S+$|^echo|^\w+=", line):
        for folder in (".local/share/bash-completion/completions", ".zfunc", ".config/fish"):
            (desk.folder / folder).mkdir(parents=True, exist_ok=True)
        (desk.folder / ".config" / "fish" / "completions").mkdir(exist_ok=True)
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line],
            cwd=desk.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == CODES.get(example, 0), done.stderr
        assert "rror:" not in done.stderr
        return
    monkeypatch.chdir(desk.folder)
    monkeypatch.setenv("RINGLEADER_HOME", str(home))
    monkeypatch.setenv("HOME", str(desk.folder))
    monkeypatch.setattr(sys, "stdin", io.StringIO(ANSWERS.get(example, "")))
    code = typed(monkeypatch, *shlex.split(line)[1:])
    assert code == CODES.get(example, 0), capfd.readouterr().err
    if example.startswith(OTHER_RINGS):
        assert typed(monkeypatch, "detect") == 0


def test_the_python_of_the_readme_runs(desk, server, monkeypatch, capsys):
    """Last: it rejects a ring."""
    [code] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    monkeypatch.chdir(desk.folder)
    monkeypatch.setenv("RINGLEADER_HOME", str(server.home))
    known = {}
    exec(code, known)
    run, shown = known["run"], capsys.readouterr().out
    assert known["strongest"].ring_id in shown and "bits of evidence" in shown
    assert "identifiers; the rarest" in shown or "identifier; the rarest" in shown
    bundle = json.loads((desk.folder / "rings.stix.json").read_text())
    assert bundle["type"] == "bundle" and not set(run.rings[0].members) & set(str(bundle).split())
    assert (desk.folder / "report.html").stat().st_size > 100_000
