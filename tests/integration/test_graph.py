"""The one runner: what its sessions see of each other's work."""

import logging

import pytest

from ringleader.errors import QueryError
from ringleader.graph import Graph


def test_every_session_waits_for_what_the_one_before_wrote(graph, connection):
    graph.write("CREATE (:Account {account_id: 'a'})", name="one")
    first = graph._bookmarks.get_bookmarks()
    graph.run_in_batches("CREATE (:Account {account_id: 'b'})", name="other")
    assert graph._bookmarks.get_bookmarks() not in (first, set())
    # The server is asked for the bookmark: it refuses one that it cannot have given.
    with Graph.connect(connection.settings) as another:
        another._bookmarks.update_bookmarks(set(), {"no bookmark"})
        with pytest.raises(QueryError, match="(?i)bookmark"):
            another.read("RETURN 1 AS one", name="one")


def test_a_frame_has_columns_without_rows_and_values_as_they_are(graph):
    graph.write("CREATE (:Account {account_id: 'a'}), (:Account {status: 'x'})", name="two")
    of = "MATCH (a:Account) RETURN a.account_id AS account_id, a.status AS status ORDER BY status"
    assert graph.frame(of, name="rows").fillna("none").to_dict("records") == [
        {"account_id": "none", "status": "x"},
        {"account_id": "a", "status": "none"},
    ]
    assert list(graph.frame(of.replace("Account)", "Nobody)"), name="none").columns) == [
        "account_id",
        "status",
    ]


def test_a_number_that_the_database_cannot_hold_is_told(graph):
    with pytest.raises(QueryError, match="64 bits"):
        graph.read("RETURN $n AS n", {"n": 10**20}, name="large")


def test_rows_are_no_part_of_the_log_of_the_driver(graph, caplog):
    rows = [{"id": "acc-of-a-person"}]
    with caplog.at_level(logging.DEBUG, "neo4j"):
        statement = "UNWIND $rows AS row CREATE (:Account {account_id: row.id})"
        graph.write(statement, {"rows": rows}, name="put")
        found = graph.read("UNWIND $rows AS row RETURN row.id AS id", {"rows": rows}, name="get")
    assert found == rows
    assert "<1 values>" in caplog.text
    assert "acc-of-a-person" not in caplog.text


def test_an_unexpected_notification_is_shown_once_and_an_expected_one_never(graph, capsys):
    for _ in range(2):
        graph.read("CALL { RETURN 1 AS one } RETURN one")
        graph.read("MATCH (n) RETURN id(n)")
        graph.read("MATCH (n:NoSuchLabel) RETURN n.no_such_property")
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("note: Neo4j: warn: feature deprecated. CALL subquery without")
