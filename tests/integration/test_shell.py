"""The interactive shell: what it understands, what it completes, and that it only reads."""

import json
import signal
import stat
import threading
import time

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from ringleader.app import App
from ringleader.catalogue import parse
from ringleader.commands.shell import Quit, Shell, read_all
from ringleader.commands.shell_prompt import HISTORY, Words, ask_all
from ringleader.errors import CatalogueError, QueryError, WrongUsage
from ringleader.graph import Graph
from ringleader.questions import mode_of, require_reads

ENDLESS = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a + b);"


@pytest.fixture
def shell(graph):
    graph.write(
        "CREATE (:Account {account_id: 'a'})-[:USED_DEVICE]->(:Device {device_id: 'd'})",
        name="one",
    )
    shown = []

    def out(rows, columns=None, *, format=None):
        shown.append((rows, columns, format))

    app = App()
    app.__dict__["settings"] = graph.settings
    made = Shell(app, graph, out, limit=5, timeout=30)
    made.shown = shown
    return made


def test_statements_read_over_several_lines_and_one_after_the_other(shell):
    read_all(shell, "RETURN 1\n  AS one;\nRETURN ';' AS two; RETURN 3 AS three")
    assert [rows for rows, *_ in shell.shown] == [[{"one": 1}], [{"two": ";"}], [{"three": 3}]]


def test_commands_set_parameters_format_and_limit(shell, capsys):
    read_all(
        shell,
        ":params id=a n:=2\n:format json\nMATCH (x {account_id: $id}) RETURN $n AS n;\n"
        ":limit 1\nUNWIND [1, 2] AS x RETURN x;\n:params\n:params clear\n:params\n:quit\nRETURN 1;",
    )
    assert shell.shown == [
        ([{"n": 2}], None, "json"),
        ([{"x": 1}], None, "json"),
        ([{"name": "id", "value": "a"}, {"name": "n", "value": 2}], None, "json"),
        ([], None, "json"),
    ]
    assert "stopped after 1 rows" in capsys.readouterr().err


def test_stored_queries_are_found_shown_and_run(shell, capsys):
    shell.do(":queries who shares a device")
    assert shell.shown[-1][0][0]["name"] in ("accounts-on-device", "devices-over-countries")
    shell.do(":run accounts-on-device device_id=d")
    assert [row["account_id"] for row in shell.shown[-1][0]] == ["a"]
    shell.do(":show accounts-on-device")
    assert "// question: Which accounts were used from this device?" in capsys.readouterr().out
    shell.do(":run account-summary account_id=nobody")
    assert "there is no account 'nobody'" in capsys.readouterr().err


def test_plans(shell):
    shell.do(":explain MATCH (a:Account) RETURN a.account_id;")
    assert shell.shown[-1][1] == ["operator", "details", "estimated_rows"]
    shell.do(":profile MATCH (a:Account) RETURN a.account_id")
    assert [row["rows"] for row in shell.shown[-1][0]] == [1, 1, 1]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("CREATE (:Evil);", QueryError),
        ("RETURN 1; MATCH (n) DETACH DELETE n;", QueryError),
        (":explain CREATE (:Evil);", QueryError),
        (":profile CREATE (:Evil)", QueryError),
        (":run write-rings", WrongUsage),
        (":run count-sharers", WrongUsage),
        (":run nosuch", CatalogueError),
        (":run", CatalogueError),
        (":nosuch", WrongUsage),
        (":format xml", WrongUsage),
        (":params oops", WrongUsage),
        (":params a='", WrongUsage),
        (":limit 0", WrongUsage),
    ],
)
def test_what_cannot_be_done_is_an_error_and_the_session_goes_on(shell, text, error, capsys):
    with pytest.raises(error):
        shell.do(text)
    shell.do_kindly(text)
    assert capsys.readouterr().err.startswith("error: ")
    shell.do("MATCH (n) RETURN count(n) AS n;")
    assert shell.shown[-1][0] == [{"n": 2}]


def running(graph):
    """The transactions in which the endless statement runs."""
    found = graph.read("SHOW TRANSACTIONS YIELD currentQuery", name="who")
    return [row for row in found if "UNWIND" in row["currentQuery"]]


def test_ctrl_c_ends_the_statement_and_not_the_shell(shell, capsys):
    main = threading.main_thread().ident

    def press():
        with Graph.connect(shell.graph.settings) as other:
            end = time.monotonic() + 20
            while not running(other) and time.monotonic() < end:
                time.sleep(0.1)
        signal.pthread_kill(main, signal.SIGINT)

    pressing = threading.Thread(target=press)
    pressing.start()
    shell.do_kindly(ENDLESS)
    pressing.join()
    assert "cancelled" in capsys.readouterr().err
    assert not running(shell.graph)
    shell.do("RETURN 1 AS one;")
    assert shell.shown[-1][0] == [{"one": 1}]


def test_ctrl_c_is_not_lost_where_the_server_does_not_know_the_statement_yet(
    shell, capsys, monkeypatch
):
    ask, asked = shell.graph._end_transactions, []

    def late():
        asked.append(running(shell.graph))
        if len(asked) > 1:
            ask()

    monkeypatch.setattr(shell.graph, "_end_transactions", late)
    test_ctrl_c_ends_the_statement_and_not_the_shell(shell, capsys)
    assert len(asked) > 1


def typed(shell, keys):
    with create_pipe_input() as pipe:
        pipe.send_text(keys)
        ask_all(shell, input=pipe, output=DummyOutput())


def test_the_prompt_takes_several_lines_and_keeps_its_history(shell, capsys):
    typed(shell, "RETURN 1\rAS one;\r:format json\rRETURN 2 AS two;\r:quit\r")
    assert [rows for rows, *_ in shell.shown] == [[{"one": 1}], [{"two": 2}]]
    history = shell.graph.settings.home / HISTORY
    assert "+AS one;" in history.read_text()
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_ctrl_d_ends_the_shell_and_ctrl_c_drops_a_line(shell, capsys):
    typed(shell, "RETURN 'dropped\x03RETURN 1 AS one;\r\x04")
    assert [rows for rows, *_ in shell.shown] == [[{"one": 1}]]


@pytest.mark.parametrize(
    ("text", "found", "not_found"),
    [
        ("MATCH (a:Acc", "Account", "USED_DEVICE"),
        ("MATCH (:", "Device", "USED_DEVICE"),
        ("MATCH (a)-[u:USED", "USED_DEVICE", "Device"),
        ("MATCH (a:Account) WHERE a.acc", "account_id", "Account"),
        ("MATCH (a:Account {acc", "account_id", "Account"),
        ("MATCH (a) RET", "RETURN", "Account"),
        ("RETURN $i", "id", "IN"),
        (":r", "run", "RETURN"),
        (":run accounts-on-dev", "accounts-on-device", "count-sharers"),
        (":run accounts-on-device dev", "device_id=", "address="),
        (":format j", "jsonl", "csv"),
        (":explain MATCH (a:Acc", "Account", "run"),
    ],
)
def test_completion_knows_the_database_and_the_catalogue(shell, text, found, not_found):
    shell.params["id"] = "a"
    words = Words(shell).get_completions(Document(text), CompleteEvent())
    offered = {word.text for word in words}
    assert found in offered
    assert not_found not in offered


def test_help_names_every_command(shell, capsys):
    shell.do(":help")
    shown = capsys.readouterr().out
    assert all(name in shown for name in shell.commands)
    with pytest.raises(Quit):
        shell.do(":qui")


def test_standard_input_runs_without_a_prompt(graph, ringleader):
    done = ringleader(
        "shell", "--format", "csv", input=":params n:=2\nRETURN $n AS n;\n:run what-is-loaded\n"
    )
    assert done.stdout == "n\n2\nlabel,nodes\n"
    refused = ringleader("shell", input="RETURN 1 AS one;\nCREATE (:Evil);\nRETURN 2;", check=False)
    assert refused.returncode == 1
    assert "read-only" in refused.stderr
    assert "2" not in refused.stdout


def test_a_folder_of_ones_own_is_checked_and_asked(graph, ringleader, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    header = "// name: {}\n// question: Who?\n// column n: integer\n// mode: {}\n"
    bodies = {
        "good": ("read", "MATCH (a:Account) RETURN count(a) AS n"),
        "writes": ("read", "MERGE (a:Account {account_id: 'evil'}) RETURN 1 AS n"),
        "projects": ("read", "MATCH (a)-->(b) RETURN gds.graph.project('evil', a, b) AS n"),
        "reads": ("write", "RETURN 1 AS n"),
        "columns": ("read", "RETURN 1 AS m"),
        "typo": ("read", "MATCH (a:Account RETURN 1 AS n"),
        "params": ("read", "RETURN $x AS n"),
        "runs": ("read", "RETURN 1 AS n"),
    }
    for name, (mode, body) in bodies.items():
        (folder / f"{name}.cypher").write_text(header.format(name, mode) + body + "\n")
    (tmp_path / "ringleader.toml").write_text('queries = ["mine"]\n')
    checked = ringleader("query", "check", "mine", "--format", "json", check=False)
    assert checked.returncode == 1
    problems = {
        row["file"].rpartition("/")[2].removesuffix(".cypher"): row["problem"]
        for row in json.loads(checked.stdout)
    }
    assert problems.pop("good") == "none"
    assert "writes" in problems["writes"]
    assert "gds.graph.project" in problems["projects"]
    assert problems["reads"] == "mode: write, but it only reads"
    assert problems["columns"] == "columns: n declared, m returned"
    assert "Invalid input" in problems["typo"]
    assert "differ: $x" in problems["params"]
    assert "is taken by" in problems["runs"]
    for name in ("params", "runs"):
        (folder / f"{name}.cypher").unlink()
    assert ringleader("query", "run", "good", "--format", "csv").stdout == "n\n0\n"
    assert ringleader("query", "run", "writes", check=False).returncode == 1
    for name, error in (("writes", QueryError), ("projects", QueryError), ("reads", WrongUsage)):
        with pytest.raises(error):
            require_reads(graph, parse(folder / f"{name}.cypher"))
    assert graph.read("MATCH (n) RETURN count(n) AS n", name="count") == [{"n": 0}]


def test_a_stored_query_is_planned_or_profiled(graph, ringleader):
    shown = ringleader("query", "run", "what-is-loaded", "--profile", "--format", "csv").stdout
    assert shown.splitlines()[0] == "operator,details,estimated_rows,rows,db_hits"
    with pytest.raises(WrongUsage):
        mode_of(explain=True, profile=True)


def test_a_statement_comes_from_a_file_or_standard_input(graph, ringleader, tmp_path):
    (tmp_path / "question.cypher").write_text("// Who?\nUNWIND [1, 2, 3] AS n RETURN n;\n")
    filed = ringleader("cypher", "--file", "question.cypher", "--limit", "2", "--format", "csv")
    assert filed.stdout == "n\n1\n2\n"
    assert "stopped after 2 rows" in filed.stderr
    assert ringleader("cypher", "--format", "csv", input="RETURN 1 AS n").stdout == "n\n1\n"
    assert ringleader("cypher", "--file", "none.cypher", check=False).returncode == 1
