"""What the command line does before it reaches a server."""

import os
import shutil
import subprocess
import sys

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from ringleader import errors
from ringleader.app import Command, run
from ringleader.cli import cli
from ringleader.errors import ConnectionFailed, FindingsFound, LockHeld, WrongUsage
from ringleader.graph.locks import file_lock
from ringleader.settings import load_settings


def ringleader(*args, env=None, **kwargs):
    return subprocess.run(
        [sys.executable, "-m", "ringleader", *args],
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
        timeout=60,
        **kwargs,
    )


def test_help_lists_the_commands_in_the_order_of_work():
    result = ringleader("--help")
    assert result.returncode == 0
    names = [
        "server",
        "doctor",
        "load",
        "detect",
        "rings",
        "evaluate",
        "export",
        "job",
        "query",
        "cypher",
    ]
    commands = result.stdout.split("Commands:")[1]
    places = [commands.index(f"  {name} ") for name in names]
    assert places == sorted(places)


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom ringleader.cli import cli\n"
        "CliRunner().invoke(cli, ['--help'])\n"
        "heavy = ('duckdb', 'ibis', 'pandas', 'neo4j', 'pyarrow', 'numpy', 'prompt_toolkit')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )
    assert result.stdout.strip() == "[]", result.stdout + result.stderr


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["nosuch"], 2),
        (["query", "run", "nosuch"], 1),
        (["query", "run", "accounts-on-ip"], 2),
        (["query", "list", "--format", "xml"], 2),
        (["--uri", "bolt://127.0.0.1:1", "cypher", "RETURN 1 AS one"], 4),
        (["cypher", "RETURN 1 AS one", "--uri", "http://127.0.0.1:1"], 2),
        (["--config", "/does/not/exist.toml", "doctor"], 2),
    ],
)
def test_exit_codes_and_one_line_errors(args, code, tmp_path):
    result = ringleader(*args, env={"RINGLEADER_HOME": str(tmp_path), "NEO4J_URI": ""})
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert "rror" in result.stderr


def test_no_server_names_the_next_command(tmp_path):
    result = ringleader(
        "cypher", "RETURN 1", env={"RINGLEADER_HOME": str(tmp_path), "NEO4J_URI": ""}
    )
    assert result.returncode == 4
    assert "ringleader server start" in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WrongUsage("w"), 2),
        (FindingsFound("f"), 3),
        (ConnectionFailed("c"), 4),
        (LockHeld("l"), 75),
        (KeyboardInterrupt(), 130),
        (ValueError("v"), 1),
    ],
)
def test_every_error_has_its_exit_code_and_no_traceback(error, code, capsys, monkeypatch):
    @click.group()
    def root():
        pass

    @root.command(cls=Command)
    def fail():
        raise error

    monkeypatch.setattr(sys, "argv", ["ringleader", "fail"])
    assert run(root) == code
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["ringleader", "fail", "--debug"])
    assert run(root) == code
    assert "Traceback" in capsys.readouterr().err


def test_a_second_run_gets_75_and_the_first_one_s_name(tmp_path):
    settings = load_settings(env={"RINGLEADER_HOME": str(tmp_path), "NEO4J_URI": "bolt://host"})
    second = file_lock(settings, "load requests")
    with file_lock(settings, "detect"):
        with pytest.raises(LockHeld, match="`ringleader detect` holds the lock") as caught:
            second.__enter__()
        assert caught.value.exit_code == 75
    with file_lock(settings, "load requests"):
        pass


def test_the_managed_server_has_one_lock_whether_it_runs_or_not(tmp_path):
    env = {"RINGLEADER_HOME": str(tmp_path)}
    down = load_settings(env=env, cwd=tmp_path)
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "state.json").write_text('{"uri": "bolt://127.0.0.1:7999"}')
    up = load_settings(env=env, cwd=tmp_path)
    assert (down.uri, up.uri) == (None, "bolt://127.0.0.1:7999")
    for first, second in ((down, up), (up, down)):
        with (
            file_lock(first, "load all --bulk"),
            pytest.raises(LockHeld, match="`ringleader load all --bulk` holds the lock on the man"),
        ):
            file_lock(second, "load requests").__enter__()
    elsewhere = load_settings({"neo4j.uri": "bolt://host"}, env=env, cwd=tmp_path)
    with file_lock(up, "detect"), file_lock(elsewhere, "detect"):
        pass


def test_query_list_searches_by_words_in_the_question():
    result = ringleader("query", "list", "share", "card", "--format", "csv")
    assert result.stdout.splitlines()[1].startswith("accounts-on-payment-method,hunting,")
    # Both words are in it; nothing with one of them only is.
    assert "accounts-on-device" not in result.stdout


def test_help_tells_every_exit_code():
    told = (
        CliRunner().invoke(cli, ["--help"]).output.split("Exit codes:")[1].split("Environment:")[0]
    )
    codes = {int(line.split()[0]) for line in told.splitlines() if line.split()[:1]}
    raised = {error.exit_code for error in vars(errors).values() if hasattr(error, "exit_code")}
    assert codes == {0, 130, *raised}


@pytest.mark.parametrize(
    ("words", "begun", "offered", "not_offered"),
    [
        (["query", "run"], "accounts-on-d", ["accounts-on-device"], "accounts-on-ip"),
        (["query", "run"], "", ["ring-timeline"], "write-rings"),
        (["query", "run", "accounts-on-ip", "-p"], "", ["address=", "limit="], "number="),
        (["query", "run", "accounts-on-ip", "-p", "limit=5", "-p"], "", ["address="], "limit="),
        (["query", "list", "--folder"], "h", ["hunting", "hygiene"], "load"),
        (["completion"], "", ["bash", "zsh", "fish"], "pwsh"),
        (["rings"], "", ["list", "show", "explain"], "query"),
        ([], "com", ["completion"], "cypher"),
    ],
)
def test_the_tab_key_knows_commands_queries_and_parameters(words, begun, offered, not_offered):
    complete = ShellComplete(cli, {}, "ringleader", "_RINGLEADER_COMPLETE")
    found = [item.value for item in complete.get_completions(words, begun)]
    assert set(offered) <= set(found)
    assert not_offered not in found


def test_completion_scripts_are_those_of_the_shells(tmp_path):
    for shell, word in (("bash", "complete -o"), ("zsh", "#compdef"), ("fish", "complete --no")):
        made = CliRunner().invoke(cli, ["completion", shell])
        assert made.exit_code == 0
        assert word in made.output
        assert "_RINGLEADER_COMPLETE" in made.output
        script = tmp_path / shell
        script.write_text(made.output)
        if shutil.which(shell):
            subprocess.run([shell, "-n", script], check=True)


def test_a_shell_gets_its_answer():
    asked = {
        "_RINGLEADER_COMPLETE": "bash_complete",
        "COMP_WORDS": "ringleader query show ring-t",
        "COMP_CWORD": "3",
    }
    assert ringleader(env=asked).stdout == "plain,ring-timeline\n"
