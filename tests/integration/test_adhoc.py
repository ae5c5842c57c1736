"""Typed statements: what reads runs, what does more is refused, whatever it looks like."""

import hashlib
import json
import stat

import pytest
from gate_world import two_accounts as two

from ringleader import Connection, audit
from ringleader.adhoc import run_reading
from ringleader.errors import QueryError


@pytest.fixture(scope="module")
def two_accounts(connection):
    two(connection)
    return connection, None


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("MATCH (n:Account) RETURN n.account_id AS id ORDER BY id", [{"id": "a"}, {"id": "b"}]),
        ("RETURN 'CREATE (:Account)' AS text // DELETE", [{"text": "CREATE (:Account)"}]),
        ("RETURN 'LOAD CSV; SHOW USERS' AS `CALL x()`;", [{"CALL x()": "LOAD CSV; SHOW USERS"}]),
        ("CALL db.labels() YIELD label WHERE label = 'Account' RETURN 1 AS n", [{"n": 1}]),
        ("CALL gds.graph.list() YIELD graphName RETURN graphName", []),
        ("SHOW INDEXES YIELD name WHERE name = 'account_created_at_index' RETURN name",
         [{"name": "account_created_at_index"}]),
        ("SHOW USER DEFINED FUNCTIONS YIELD name WHERE name = 'gds.version' RETURN name",
         [{"name": "gds.version"}]),
        (
            "RETURN duration.inDays(date('2026-01-01'), date('2026-01-03')).days AS d, "
            "'gds.graph.project(' AS t, "
            "point.distance(point({x: 0, y: 0}), point({x: 0, y: 2})) AS p",
            [{"d": 2, "t": "gds.graph.project(", "p": 2.0}],
        ),
        ("RETURN gds.similarity.jaccard([1, 2], [2, 3]) AS j", [{"j": pytest.approx(1 / 3)}]),
        ("RETURN vector.similarity.cosine([1.0, 0.0], [1.0, 0.0]) AS c", [{"c": 1.0}]),
        ("UNWIND range(1, 3) AS n RETURN n", [{"n": 1}, {"n": 2}, {"n": 3}]),
        ("MATCH (n:Account) WHERE EXISTS { (n)-[:CONTACTED]->() } RETURN n.account_id AS id",
         [{"id": "a"}]),
        ("MATCH (n:Account) RETURN n.account_id AS id, COUNT { (n)--() } AS use, "
         "COLLECT { MATCH (n)-->(m) RETURN m.account_id } AS to ORDER BY id",
         [{"id": "a", "use": 1, "to": ["b"]}, {"id": "b", "use": 1, "to": []}]),
        ("MATCH p = SHORTEST 1 (:Account {account_id: 'a'})--+(:Account {account_id: 'b'}) "
         "RETURN length(p) AS n", [{"n": 1}]),
        ("UNWIND ['Account'] AS l MATCH (n:$(l)) RETURN count(n) AS n", [{"n": 2}]),
        ("MATCH (use:Account) WITH use.account_id AS load ORDER BY load RETURN collect(load) AS s",
         [{"s": ["a", "b"]}]),
        ("MATCH (n:Account) WITH n {.*, load: 1, call: 2} AS m RETURN m.load + m.call AS s LIMIT 1",
         [{"s": 3}]),
        ("CYPHER 5 RETURN 1 AS one", [{"one": 1}]),
        ("RETURN [1, 2, 3][0..size([1])] AS part", [{"part": [1]}]),
        ("RETURN 0x1F + 1e2 + 1.5e-1 + 0o17 AS n", [{"n": 146.15}]),
        ("RETURN 'Straße' AS `Ort`", [{"Ort": "Straße"}]),
    ],
)  # fmt: skip
def test_what_reads_runs(two_accounts, statement, rows):
    assert run_reading(two_accounts[0], statement).rows == rows


def test_rows_and_time_are_capped(two_accounts):
    graph, _ = two_accounts
    numbers = "UNWIND range(1, 1000) AS n RETURN n"
    assert len((cut := run_reading(graph, numbers, limit=10)).rows) == 10
    assert cut.cut
    assert not run_reading(graph, numbers, limit=1000).cut
    endless = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a + b)"
    for mode in ("run", "profile"):
        with pytest.raises(QueryError, match="took longer than allowed"):
            run_reading(graph, endless, timeout=1, mode=mode)


def test_names_that_the_database_has_not_are_told(two_accounts, ringleader):
    """A misspelt label matches nothing, and nobody is to take that for an answer."""
    graph, _ = two_accounts
    statement = "MATCH (a:Acount)-[:USEDIP]->() RETURN a.acount_id AS id, id(a) AS number"
    for mode in ("run", "explain", "profile"):
        told = run_reading(graph, statement, mode=mode).messages
        for name in ("Acount", "USEDIP", "acount_id"):
            assert any(f"`{name}`" in line for line in told)
        assert len(told) == 3, "what is deprecated is not told"
    assert run_reading(graph, "MATCH (a:Account) RETURN a.account_id AS id").messages == ()
    result = ringleader("cypher", statement)
    assert result.stderr.count("warning: ") == 3 and "`Acount` does not exist" in result.stderr
    assert "warning" not in ringleader("cypher", statement, "--quiet").stderr
    shown = ringleader("shell", input=statement + ";")
    assert "`USEDIP` does not exist" in shown.stderr
    with pytest.warns(UserWarning, match="does not exist") as warned:
        assert Connection(graph.settings, graph=graph).cypher(statement).empty
    assert len(warned) == 3


def test_explain_plans_and_profile_runs(two_accounts):
    graph, _ = two_accounts
    statement = "MATCH (n:Account) RETURN n.account_id AS id"
    for explained in (
        run_reading(graph, statement, mode="explain"),
        run_reading(graph, "EXPLAIN " + statement),
    ):
        assert explained.columns == ["operator", "details", "estimated_rows"]
        assert explained.rows[0]["operator"] == "ProduceResults"
    for profiled in (
        run_reading(graph, statement, mode="profile"),
        run_reading(graph, "profile " + statement),
    ):
        assert [row["rows"] for row in profiled.rows] == [2] * len(profiled.rows)
        assert profiled.rows[-1]["operator"].endswith("NodeByLabelScan")


def test_every_statement_leaves_one_line_without_values(two_accounts):
    graph, _ = two_accounts
    log = graph.settings.home / audit.FILE
    before = log.read_text().splitlines() if log.exists() else []
    read = (
        "MATCH (n:Account {account_id: 'a'}) WHERE n.x > 42 OR n.y = $y RETURN count(n) // for 'a'"
    )
    run_reading(graph, read, {"y": "secret"})
    with pytest.raises(QueryError):
        run_reading(graph, "CREATE (:Evil {name: 'secret'})")
    lines = log.read_text().splitlines()
    assert lines[: len(before)] == before
    done, failed = (json.loads(line) for line in lines[len(before) :])
    assert (
        done["statement"]
        == "MATCH (n:Account {account_id: ?}) WHERE n.x > ? OR n.y = $y RETURN count(n)"
    )
    assert done["hash"] not in (hashlib.sha256(read.encode()).hexdigest(), failed["hash"])
    assert [line["rows"] for line in audit.runs_of(graph.settings.home, read)] == [1]
    assert audit.runs_of(graph.settings.home, read + " ") == []
    assert (done["outcome"], done["rows"], done["parameters"]) == ("done", 1, ["y"])
    assert (failed["outcome"], failed["reason"]) == ("failed", "QueryError")
    assert {"time", "user", "login", "database", "seconds"} <= set(done)
    assert "secret" not in "".join(lines[len(before) :])
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_the_command_reads_writes_and_formats(graph, ringleader):
    refused = ringleader("cypher", "CREATE (:Account {account_id: 'x'})", check=False)
    assert refused.returncode == 1
    assert "--write" in refused.stderr
    ringleader("cypher", "CREATE (:Account {account_id: 'x'})", "--write")
    asked = ringleader(
        "cypher", "MATCH (a:Account {account_id: $id}) RETURN a", "-p", "id=x", "--format", "json"
    )
    assert json.loads(asked.stdout) == [{"a": {"labels": ["Account"], "account_id": "x"}}]
    piped = ringleader("cypher", "-", "--format", "csv", input="RETURN 1 AS one, [1, 2] AS two")
    assert piped.stdout == 'one,two\n1,"1, 2"\n'
    typed = ringleader("cypher", "RETURN $n + 1 AS m", "-p", "n:=41", "--format", "jsonl")
    assert json.loads(typed.stdout) == {"m": 42}


def test_a_stored_query_runs_by_name(graph, ringleader):
    graph.write("CREATE (:Account {account_id: 'a'})-[:USED_IP {events: 3}]->(:Ip {address: $ip})",
                {"ip": "203.0.113.7"}, name="one")  # fmt: skip
    result = ringleader(
        "query", "run", "accounts-on-ip", "-p", "address=203.0.113.7", "--format", "jsonl"
    )
    assert json.loads(result.stdout)["account_id"] == "a"
    nothing = ringleader(
        "query", "run", "accounts-on-ip", "-p", "address=203.0.113.8", "--format", "csv"
    )
    assert nothing.stdout == "account_id,status,created_at,events,first_seen,last_seen\n"


@pytest.mark.parametrize("statement", ["MATCH (n", "RETURN $missing", "RETURN 1 / 0", ""])
def test_a_wrong_statement_is_one_line(graph, ringleader, statement):
    result = ringleader("cypher", statement, check=False)
    assert result.returncode in (1, 2)
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("error: ")
