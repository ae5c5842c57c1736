"""The former notebook API still works and warns: frames, drawings, GDS, py2neo."""

import pandas as pd
import pytest
import question_world

from ringleader import notebook
from ringleader.errors import CatalogueError, ConnectionFailed, NotFound, QueryError, WrongUsage
from ringleader.notebook import Notebook

pytestmark = pytest.mark.filterwarnings("ignore:.*is renamed:DeprecationWarning")


@pytest.fixture(scope="module")
def rl(connection):
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS", name="empty"
    )
    connection.write(question_world.WORLD, name="world of rings")
    return Notebook(connection.settings, graph=connection)


def test_a_stored_query_is_a_frame_with_times(rl):
    frame = rl.frame("ring-timeline", ring_id="ring-c")
    assert list(frame.columns) == ["at", "event", "account_id"]
    assert frame["account_id"].tolist() == ["c1", "c1", "c2", "c2"]
    assert frame["at"].iloc[0] == pd.Timestamp("2026-03-05T08:00Z")
    assert isinstance(frame["at"].dtype, pd.DatetimeTZDtype)
    assert rl.frame("ring-timeline", ring_id="none").columns.tolist() == list(frame.columns)


def test_a_statement_is_a_frame_and_only_reads(rl):
    frame = rl.frame(
        "MATCH (a:Account {country: $c}) RETURN a.account_id AS id ORDER BY id", c="DE"
    )
    assert frame.to_dict("list") == {"id": ["h1", "h3"]}
    for statement in ("MATCH (n) DETACH DELETE n", "CALL gds.graph.drop('x')"):
        with pytest.raises(QueryError):
            rl.frame(statement)
    assert rl.frame("MATCH (a:Account) RETURN count(a) AS n")["n"].tolist() == [8]


def test_wrong_names_and_parameters_are_told(rl):
    with pytest.raises(CatalogueError, match="no query 'ring-timelin'"):
        rl.frame("ring-timelin", ring_id="x")
    with pytest.raises(WrongUsage, match="needs 'ring_id'"):
        rl.frame("ring-timeline")
    with pytest.raises(WrongUsage, match="only questions are run"):
        rl.frame("write-rings", run="x", rows=[])
    with pytest.raises(NotFound, match="no ring 'nothing'"):
        rl.ring("nothing")


def test_questions_are_found(rl):
    assert "ring-timeline" in rl.queries("what happened to the members of a ring")["name"].tolist()


def test_a_ring_is_drawn_with_what_its_members_share(rl):
    drawing = rl.ring("ring-h")
    assert drawing.caption.startswith("ring-h: 3 accounts, 23.0 bits (payment, device, network)")
    assert drawing.svg.count("<line") == 9  # pr: 3 members; ca, dh and the address: 2 each
    assert "Device dh: 2 members, 1 others" in drawing.svg
    assert drawing.svg in drawing._repr_html_()


def test_gds_and_py2neo_work_on_the_same_database(rl):
    assert rl.gds.graph.list() == []
    assert rl.py2neo.run("MATCH (a:Account) RETURN count(a) AS n").evaluate() == 8


def test_the_former_connect_opens_the_database_and_names_the_new_one(server, monkeypatch):
    monkeypatch.setenv("RINGLEADER_HOME", str(server.home))
    with (
        pytest.warns(DeprecationWarning, match=r"use ringleader.connect\(\)"),
        notebook.connect() as opened,
    ):
        assert opened.cypher("RETURN 1 AS one")["one"].tolist() == [1]
    with (
        pytest.warns(DeprecationWarning),
        pytest.raises(ConnectionFailed),
    ):
        notebook.connect(uri="bolt://127.0.0.1:1")
