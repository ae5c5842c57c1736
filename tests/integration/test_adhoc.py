"""Typed statements: what reads runs, what does more is refused, whatever it looks like."""

import hashlib
import json
import stat

import pytest

from ringleader import audit
from ringleader.adhoc import READ_FUNCTIONS, READ_PROCEDURES, check_text, run_reading, typed
from ringleader.errors import QueryError
from ringleader.notebook import Notebook

# Statements that the server would plan: that they are refused is our doing.
WRITES = [
    "CREATE (:Account {account_id: 'evil'})",
    "create (:Account {account_id: 'evil'})",
    "/* MATCH (n) RETURN n */ CREATE (:Account {account_id: 'evil'})",
    "// RETURN 1\nCREATE (:Account {account_id: 'evil'})",
    "RETURN 1 AS one // harmless?\rUNION CALL () { CREATE (:Evil) } RETURN 1 AS one",
    "MATCH (n) DETACH DELETE n",
    "MATCH (n) WITH n LIMIT 0 DETACH DELETE n",
    "MERGE (n:Account {account_id: 'evil'}) RETURN n",
    "MATCH (n:Account) SET n.status = 'fine' RETURN n",
    "MATCH (n:Account) SET n += {status: 'fine'}",
    "MATCH (n:Account) SET n:Evil",
    "MATCH (n:Account) SET n:$('Evil')",
    "MATCH (n:Account) REMOVE n.status",
    "MATCH (n:Account) REMOVE n:Account",
    "UNWIND [1] AS x CALL (x) { CREATE (:Account {account_id: 'evil'}) }",
    "CALL () { CALL () { CREATE (:Evil) } } RETURN 1 AS one",
    "FOREACH (x IN [1] | CREATE (:Account {account_id: 'evil'}))",
    "FOREACH (x IN [1] | FOREACH (y IN [1] | MERGE (:Evil {x: 'RETURN 1'})))",
    "WITH 'RETURN 1' AS text MERGE (:Evil {text: text})",
    "INSERT (:Account {account_id: 'evil'})",
    "EXPLAIN CREATE (:Account {account_id: 'evil'})",
    "CYPHER 5 CREATE (:Account {account_id: 'evil'})",
    "MATCH (n) CALL (n) { SET n.x = 1 } IN TRANSACTIONS",
    "MATCH (n) CALL (n) { SET n.x = 1 } IN 2 CONCURRENT TRANSACTIONS OF 1 ROW",
    "MATCH (n) CALL (n) { RETURN 1 AS x } IN TRANSACTIONS RETURN x",
    "RETURN 1 AS one UNION MATCH (n) SET n.x = 1 RETURN 1 AS one",
    r"\u0043REATE (:Account {account_id: 'evil'})",
    r"WITH '\u0027 AS x CREATE (:Evil {name: \u0027'}) //' AS text",
    "CREATE INDEX evil FOR (n:Evil) ON (n.x)",
    "CREATE CONSTRAINT evil FOR (n:Evil) REQUIRE n.x IS UNIQUE",
    "DROP INDEX evil IF EXISTS",
    "DROP CONSTRAINT account_account_id IF EXISTS",
    "CREATE USER evil SET PASSWORD 'evilevil'",
    "CREATE OR REPLACE USER neo4j SET PASSWORD 'evilevil'",
    "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'evilevil'",
    "ALTER USER neo4j SET PASSWORD 'evilevil'",
    "DROP USER evil IF EXISTS",
    "RENAME USER neo4j IF EXISTS TO evil",
]
CALLS = [
    "CALL db.createLabel('Evil')",
    "CALL db.createProperty('evil')",
    "CALL db.createRelationshipType('EVIL')",
    "CALL `db`.`createLabel`('Evil')",
    "call db . createLabel ('Evil')",
    "CALL db./* quiet */createLabel('Evil')",
    "CALL tx.setMetaData({app: 'evil'})",
    "CALL tx.getMetaData()",
    "CALL db.clearQueryCaches()",
    "CALL db.prepareForReplanning()",
    "CALL db.stats.clear('QUERIES')",
    "CALL db.stats.retrieve('QUERIES')",
    "CALL db.resampleOutdatedIndexes()",
    "CALL dbms.listConfig",
    "CALL dbms.listConfig('password') YIELD name RETURN name",
    "CALL dbms.listConnections() YIELD connectionId RETURN connectionId",
    "CALL dbms.killConnection('bolt-1')",
    "CALL dbms.killConnections(['bolt-1'])",
    "CALL dbms.queryJmx('*:*')",
    "CALL dbms.components()",
    "CALL dbms.showCurrentUser()",
    "OPTIONAL CALL dbms.listConfig() YIELD name RETURN name",
    "MATCH (n) CALL dbms.listConfig() YIELD name RETURN name",
    "RETURN COUNT { CALL dbms.listConfig() YIELD name RETURN name } AS n",
    "RETURN [x IN [1] | COUNT { CALL dbms.listConfig() YIELD name RETURN name }] AS n",
    "RETURN [x IN [1] | COLLECT { CALL dbms.listConfig() YIELD value RETURN value }] AS n",
    "RETURN [x IN [1] | EXISTS { CALL gds.graph.drop('x', false) YIELD graphName "
    "RETURN graphName }] AS n",
    "MATCH (n) WHERE EXISTS { CALL gds.graph.drop('x', false) YIELD graphName "
    "RETURN graphName } RETURN n",
    "CALL () { CALL gds.graph.drop('x', false) YIELD graphName RETURN graphName } RETURN graphName",
    "CALL gds.graph.project('evil', '*', '*') YIELD graphName RETURN graphName",
    "CALL gds.graph.drop('x', false) YIELD graphName RETURN graphName",
    "CALL gds.graph.export('x', {dbName: 'evil'})",
    "CALL gds.graph.nodeProperties.write('x', ['p'])",
    "CALL gds.graph.filter('evil', 'x', '*', '*')",
    "CALL gds.wcc.write('x', {writeProperty: 'p'})",
    "CALL gds.wcc.mutate('x', {mutateProperty: 'p'})",
    "CALL gds.leiden.stream('x')",
    "CALL gds.louvain.write.estimate('x', {writeProperty: 'p'})",
    "CALL gds.beta.pipeline.drop('x', false)",
    "CALL gds.model.drop('x', false)",
    "CALL gds.pipeline.drop('x', false)",
    "CALL gds.beta.pipeline.linkPrediction.configureSplit('evil', {})",
    "CALL gds.listProgress()",
    "CALL gds.debug.sysInfo()",
    "MATCH (a)-->(b) WITH gds.graph.project('evil', a, b) AS p RETURN p.graphName",
    "MATCH (a)-->(b) RETURN `gds`.`graph`.`project`('evil', a, b)",
    "MATCH (a)-->(b) WITH gds . graph . project('evil', a, b) AS p RETURN p",
    "MATCH (a)-->(b) WITH gds.graph/* */.project('evil', a, b) AS p RETURN p",
    "MATCH (a)-->(b) RETURN [gds.graph.project('evil', a, b)] AS p",
    "RETURN [x IN [1] | COLLECT { MATCH (a)-->(b) RETURN gds.graph.project('evil', a, b) }] AS p",
    "MATCH (n) WHERE EXISTS { MATCH (a)-->(b) WITH gds.graph.project('evil', a, b) AS p RETURN p } "
    "RETURN n",
    "MATCH (n) RETURN CASE WHEN n.x = 1 THEN COLLECT { MATCH (a)-->(b) "
    "RETURN gds.graph.project('evil', a, b) } END AS p",
    r"MATCH (a)-->(b) RETURN g\u0064s.graph.project('evil', a, b) AS p",
    "RETURN gds.isLicensed() AS licensed",
]
REACHES_BEYOND = [
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "LOAD CSV FROM 'http://127.0.0.1:1/x.csv' AS line RETURN line",
    "LOAD CSV WITH HEADERS FROM 'file:///etc/passwd' AS line RETURN line",
    "load /* */ csv FROM 'file:///etc/passwd' AS line RETURN line",
    "PROFILE LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "RETURN COLLECT { LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line } AS lines",
    "RETURN [x IN [1] | COLLECT { LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line }] AS n",
    "RETURN [x IN [1] | EXISTS { LOAD CSV FROM 'http://127.0.0.1:1/x' AS line RETURN line }] AS n",
    "MATCH (n) RETURN CASE WHEN n.x = 1 THEN COUNT { LOAD CSV FROM 'file:///etc/passwd' AS line "
    "RETURN line } END AS lines",
    "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
    "terminate transaction 'neo4j-transaction-1'",
    "SHOW TRANSACTIONS YIELD transactionId AS t TERMINATE TRANSACTIONS t YIELD message "
    "RETURN message",
    "SHOW TRANSACTIONS",
    "SHOW SETTINGS",
    "SHOW SETTINGS 'dbms.security.procedures.unrestricted'",
    "show/**/settings YIELD name, value RETURN name, value",
    "SHOW USERS",
    "SHOW CURRENT USER",
    "SHOW DATABASES",
    "SHOW DATABASE neo4j",
    "SHOW HOME DATABASE",
    "USE neo4j MATCH (n) RETURN n",
    "USE neo4j RETURN 1 AS one",
    "CYPHER runtime=slotted RETURN 1 AS one",
    "CYPHER 5 planner=cost EXPLAIN RETURN 1 AS one",
]
NEWER = [  # with the Cypher of 2025 on
    "CYPHER 25 CREATE (:Account {account_id: 'evil'})",
    "CYPHER 25 EXPLAIN CREATE (:Account {account_id: 'evil'})",
    "CYPHER 25 INSERT (:Account {account_id: 'evil'})",
    "CYPHER 25 RETURN 1 AS x NEXT CREATE (:Evil) RETURN 1 AS y",
    "CYPHER 25 WHEN true THEN { CREATE (:Evil) RETURN 1 AS x } ELSE { RETURN 2 AS x }",
    "CYPHER 25 RETURN [x IN [1] | EXISTS { SHOW TRANSACTIONS }] AS n",
    "CYPHER 25 RETURN [x IN [1] | COLLECT { SHOW SETTINGS YIELD name RETURN name }] AS n",
    "CYPHER 25 RETURN [x IN [1] | COLLECT { TERMINATE TRANSACTIONS 't' YIELD message "
    "RETURN message }] AS n",
    "CYPHER 25 CALL () { SHOW TRANSACTIONS YIELD transactionId RETURN transactionId } RETURN 1",
    "CYPHER 25 UNWIND [1] AS x RETURN [y IN [x] | COLLECT { LOAD CSV FROM 'file:///etc/passwd' "
    "AS line RETURN line }] AS n",
    r"CYPHER 25 RETURN '\u0027 + gds.isLicensed() + \u0027' AS x",
]
# What the server, or this edition of it, would refuse by itself.
NOT_EVEN_PLANNED = [
    "PROFILE CREATE (:Account {account_id: 'evil'})",
    "EXPLAIN PROFILE CREATE (:Evil)",
    "PROFILE EXPLAIN CREATE (:Evil)",
    "CYPHER 5 PROFILE CREATE (:Evil)",
    "CYPHER 5 CYPHER 25 CREATE (:Evil)",
    "RETURN 1; CREATE (:Account {account_id: 'evil'})",
    "RETURN 1 AS one;; MATCH (n) DETACH DELETE n",
    "EXPLAIN RETURN 1; MATCH (n) DETACH DELETE n",
    "RETURN 1 /* ; */; CREATE (:Evil)",
    ";",
    "",
    "EXPLAIN",
    "// CREATE (:Evil)",
    "USE system SHOW USERS",
    "USE system MATCH (n) RETURN n",
    "USE graph.byName('system') MATCH (n) RETURN n",
    "GRANT ROLE admin TO neo4j",
    "DENY READ {*} ON GRAPH * TO PUBLIC",
    "REVOKE ROLE admin FROM neo4j",
    "SHOW PRIVILEGES",
    "SHOW USER neo4j PRIVILEGES",
    "SHOW ROLES",
    "SHOW SERVERS",
    "CREATE DATABASE evil",
    "DROP DATABASE neo4j",
    "STOP DATABASE neo4j",
    "ALTER DATABASE neo4j SET ACCESS READ ONLY",
    "ENABLE SERVER 'evil'",
    "CALL apoc.cypher.doIt('CREATE (:Evil)', {})",
    "CALL apoc.load.json('file:///etc/passwd')",
    "RETURN apoc.util.md5(['x']) AS x",
    "CALL dbms.setConfigValue('db.logs.query.enabled', 'OFF')",
    "CALL dbms.security.listUsers()",
    "CALL gds.backup('evil')",
    "RETURN genai.vector.encode('x', 'OpenAI', {}) AS x",
    "RETURN ai.text.embed('x', 'OpenAI', {}) AS x",
    "MATCH (n) WHERE EXISTS { CREATE (:Evil) } RETURN n",
    "RETURN COUNT { CALL db.createLabel('Evil') } AS n",
    "MATCH (a)-->(b) RETURN `gds.graph.project`('evil', a, b)",
    "LOAD\u2028CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "LOAD\u180eCSV FROM 'file:///etc/passwd' AS line RETURN line",
    "LO\u200bAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "\u017fHOW SETTINGS",
    "RETURN 1\u037e CREATE (:Evil)",
    "\ufeffCREATE (:Evil)",
    "RETURN [x IN [1] WHERE x > 1CALL | x] AS n",
    "RETURN 1gds.version() AS x",
    "UNWIND [1] AS x WITH x WHERE x < 1.5CALL db.createLabel('Evil') RETURN 1 AS one",
    "RETURN 0x1Fgds.graph.project('evil', null, null) AS x",
]
PLANNED = [*WRITES, *CALLS, *REACHES_BEYOND, *NEWER]

# All that a statement could leave behind in the graph or in memory; asked after each.
TRACES = """
CALL gds.graph.list() YIELD graphName
WITH collect(graphName) AS projections
CALL db.labels() YIELD label
WITH projections, collect(label) AS labels
CALL db.propertyKeys() YIELD propertyKey
RETURN projections, labels, collect(propertyKey) AS keys,
       COLLECT { MATCH (n) RETURN {labels: labels(n), properties: properties(n)}
                 ORDER BY n.account_id } AS nodes,
       COLLECT { MATCH ()-[r]->() RETURN {type: type(r), properties: properties(r)} } AS links
"""
# What changes seldom, asked when all have been tried.
MORE_TRACES = (
    "SHOW INDEXES YIELD name RETURN name ORDER BY name",
    "SHOW CONSTRAINTS YIELD name RETURN name ORDER BY name",
    "SHOW USERS YIELD user, passwordChangeRequired",
    "SHOW DATABASES YIELD name, access ORDER BY name",
)


def traces(graph):
    return graph.read(TRACES, name="traces")


def more_traces(graph):
    return [graph.read(statement, name="traces") for statement in MORE_TRACES]


@pytest.fixture(scope="module")
def two_accounts(connection):
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS", name="empty"
    )
    connection.write(
        "CREATE (:Account {account_id: 'a', status: 'active'})-[:CONTACTED {kind: 'referred'}]->"
        "(:Account {account_id: 'b'})",
        name="two",
    )
    before, more = traces(connection), more_traces(connection)
    yield connection, before
    assert more_traces(connection) == more


def refused(two_accounts, statement):
    graph, before = two_accounts
    with pytest.raises(QueryError) as caught:
        run_reading(graph, statement)
    assert caught.value.message
    assert traces(graph) == before


@pytest.mark.parametrize("statement", PLANNED)
def test_what_does_more_than_read_is_refused(two_accounts, statement):
    graph, _ = two_accounts
    if statement in NEWER and graph.settings.get("server.engine") == "5.26":
        pytest.skip("NEEDS THE CYPHER OF A LATER NEO4J")
    plain = statement.removeprefix("PROFILE ")
    if not plain.startswith(("SHOW HOME", "CALL gds.beta")):
        graph.explain(plain)  # it would run, if nobody stood in the way
    refused(two_accounts, statement)


@pytest.mark.parametrize("statement", NOT_EVEN_PLANNED)
def test_what_no_server_should_see_is_refused(two_accounts, statement):
    refused(two_accounts, statement)


def test_there_are_enough_attempts():
    assert len({*PLANNED, *NOT_EVEN_PLANNED}) >= 160


@pytest.mark.parametrize("statement", [s for s in [*CALLS, *REACHES_BEYOND] if "CYPHER" not in s])
def test_the_text_alone_gives_a_call_away(statement):
    # The plan hides what happens inside an expression: the text has to be enough.
    with pytest.raises(QueryError):
        check_text(typed(statement).text)


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


def test_the_lists_name_what_the_server_has(connection):
    functions = connection.read("SHOW FUNCTIONS YIELD name", name="functions")
    procedures = connection.read("SHOW PROCEDURES YIELD name", name="procedures")
    assert {row["name"].lower() for row in functions} >= READ_FUNCTIONS
    assert {row["name"].lower() for row in procedures} >= READ_PROCEDURES


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
        told = run_reading(graph, statement, mode=mode).unknown
        for name in ("Acount", "USEDIP", "acount_id"):
            assert any(f"`{name}`" in line for line in told)
        assert len(told) == 3, "what is deprecated is not told"
    assert run_reading(graph, "MATCH (a:Account) RETURN a.account_id AS id").unknown == ()
    result = ringleader("cypher", statement)
    assert result.stderr.count("warning: ") == 3 and "`Acount` does not exist" in result.stderr
    assert "warning" not in ringleader("cypher", statement, "--quiet").stderr
    shown = ringleader("shell", input=statement + ";")
    assert "`USEDIP` does not exist" in shown.stderr
    with pytest.warns(UserWarning, match="does not exist") as warned:
        assert Notebook(graph).frame(statement).empty
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
    assert done["sha256"] == hashlib.sha256(read.encode()).hexdigest()
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
