"""Typed statements: what reads runs, what does more is refused, whatever it looks like."""

import json

import pytest

from ringleader.adhoc import run_reading
from ringleader.errors import QueryError

REFUSED = [
    "CREATE (:Account {account_id: 'evil'})",
    "MATCH (n) DETACH DELETE n",
    "MERGE (n:Account {account_id: 'evil'}) RETURN n",
    "MATCH (n:Account) SET n.status = 'fine' RETURN n",
    "MATCH (n:Account) REMOVE n.status",
    "UNWIND [1] AS x CALL (x) { CREATE (:Account {account_id: 'evil'}) }",
    "FOREACH (x IN [1] | CREATE (:Account {account_id: 'evil'}))",
    "CREATE INDEX evil FOR (n:Evil) ON (n.x)",
    "DROP CONSTRAINT account_account_id",
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "CALL db.createLabel('Evil')",
    "CALL gds.graph.project('evil', '*', '*') YIELD graphName RETURN graphName",
    "MATCH (a)-->(b) WITH gds.graph.project('evil', a, b) AS p RETURN p.graphName",
    "MATCH (a)-->(b) RETURN `gds`.`graph`.`project`('evil', a, b)",
    "MATCH (a)-->(b) WITH gds . graph . project('evil', a, b) AS p RETURN p",
    "CALL gds.graph.drop('x', false) YIELD graphName RETURN graphName",
    "CALL dbms.setConfigValue('db.logs.query.enabled', 'OFF')",
    "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
    "MATCH (n) CALL (n) { SET n.x = 1 } IN TRANSACTIONS",
    "CREATE USER evil SET PASSWORD 'evilevil'",
    "PROFILE CREATE (:Account {account_id: 'evil'})",
]


@pytest.fixture
def one_account(graph):
    graph.write("CREATE (:Account {account_id: 'a', status: 'active'})", name="one")
    return graph


@pytest.mark.parametrize("statement", REFUSED)
def test_what_does_more_than_read_is_refused(one_account, statement):
    with pytest.raises(QueryError):
        run_reading(one_account, statement)
    rows = one_account.read("MATCH (n) RETURN n.account_id AS id, n.status AS status")
    assert rows == [{"id": "a", "status": "active"}]


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("MATCH (n:Account) RETURN n.account_id AS id", [{"id": "a"}]),
        ("RETURN 'CREATE (:Account)' AS text // DELETE", [{"text": "CREATE (:Account)"}]),
        (
            "CALL db.labels() YIELD label WHERE label = 'Account' RETURN label",
            [{"label": "Account"}],
        ),
        (
            "RETURN duration.inDays(date('2026-01-01'), date('2026-01-03')).days AS d, "
            "'gds.graph.project(' AS t, "
            "point.distance(point({x: 0, y: 0}), point({x: 0, y: 2})) AS p",
            [{"d": 2, "t": "gds.graph.project(", "p": 2.0}],
        ),
        ("UNWIND range(1, 3) AS n RETURN n", [{"n": 1}, {"n": 2}, {"n": 3}]),
    ],
)
def test_what_reads_runs(one_account, statement, rows):
    assert run_reading(one_account, statement) == rows


def test_rows_and_time_are_capped(graph):
    assert len(run_reading(graph, "UNWIND range(1, 1000) AS n RETURN n", limit=10)) == 10
    endless = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a + b)"
    with pytest.raises(QueryError, match="took longer than allowed"):
        run_reading(graph, endless, timeout=1)


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
