"""The read gate: hundreds of statements that do more than read, and as many honest ones."""

import pytest
from gate_world import (
    GROUPS,
    cases,
    is_earlier,
    more_traces,
    names,
    need_release,
    traces,
    two_accounts,
)

from ringleader.adhoc import (
    READ_FUNCTIONS,
    READ_PROCEDURES,
    check_reads_only,
    check_text,
    run_reading,
    typed,
)
from ringleader.errors import QueryError

# What the plan does not show: the text has to be enough.
BY_TEXT = ("inside an expression", "call", "beyond the graph", "unicode")
# How a procedure can be called; `{}` is its name, `{dotted}` each part in backticks.
CALLS = (
    "CALL {name}()",
    "CALL {dotted}()",
    "optional call {upper}() YIELD x RETURN x",
    "RETURN [x IN [1] | COUNT {{ CALL {name}() YIELD y RETURN y }}] AS n",
    "MATCH (n) WHERE EXISTS {{ CALL {name} /* */ () YIELD y RETURN y }} RETURN n",
)
FUNCTIONS = (
    "RETURN {name}() AS x",
    "RETURN {dotted}() AS x",
    "RETURN [x IN [1] | {name} /* */ (x)] AS x",
)


@pytest.fixture(scope="module")
def world(connection):
    two_accounts(connection)
    before, more = traces(connection), more_traces(connection)
    yield connection, before
    assert more_traces(connection) == more


def test_the_file_is_long_enough():
    assert len({statement for _, statement in cases("refused")}) >= 300
    assert len({statement for _, statement in cases("honest")}) >= 150


@pytest.mark.parametrize(("group", "statement"), cases("refused"), ids=names("refused"))
def test_what_does_more_than_read_is_refused(world, group, statement):
    graph, before = world
    need_release(graph, group)
    if group["compiles"] and not is_earlier(graph):
        graph.explain(statement)  # it would run, if nobody stood in the way
    with pytest.raises(QueryError) as caught:
        run_reading(graph, statement)
    assert caught.value.message
    assert traces(graph) == before


@pytest.mark.parametrize(("group", "statement"), cases("honest"), ids=names("honest"))
def test_what_reads_runs(world, group, statement):
    graph, before = world
    need_release(graph, group)
    if is_earlier(graph):
        try:
            graph.explain(statement)
        except QueryError:
            pytest.skip("NEEDS THE CYPHER OF A LATER NEO4J")
    run_reading(graph, statement, {"rows": [{"x": 1}], "p": {"show": 1}}, timeout=30, limit=100)
    assert traces(graph) == before


@pytest.mark.parametrize("group", GROUPS["refused"], ids=lambda group: group["name"])
def test_the_text_alone_is_enough_where_the_plan_hides_things(group):
    if group["name"] not in BY_TEXT:
        return
    for statement in group["statements"]:
        if not statement.startswith("CYPHER"):
            with pytest.raises(QueryError):
                check_text(typed(statement).text)


def _named(name):
    return {
        "name": name,
        "upper": name.upper(),
        "dotted": ".".join(f"`{part}`" for part in name.split(".")),
    }


def test_every_procedure_of_the_server_is_refused_but_those_that_only_look(connection):
    """Whatever plug-ins are on the class path: the list comes from the server itself."""
    rows = connection.read("SHOW PROCEDURES YIELD name, mode", name="procedures")
    modes = {row["name"].lower(): row["mode"] for row in rows}
    assert len(modes) > 100
    assert is_earlier(connection) or modes.keys() >= READ_PROCEDURES
    looking = {modes[name] for name in READ_PROCEDURES & modes.keys()}
    assert looking <= {"READ", "DEFAULT", "DBMS"}
    for name in modes.keys() - READ_PROCEDURES:
        for form in CALLS:
            with pytest.raises(QueryError, match="not on the list"):
                check_text(form.format(**_named(name)))


def test_every_function_of_a_plug_in_is_refused_but_those_that_only_compute(connection):
    rows = connection.read("SHOW FUNCTIONS YIELD name", name="functions")
    found = {row["name"].lower() for row in rows if "." in row["name"]}
    assert is_earlier(connection) or found >= READ_FUNCTIONS
    for name in found - READ_FUNCTIONS:
        for form in FUNCTIONS:
            with pytest.raises(QueryError, match="not on the list"):
                check_text(form.format(**_named(name)))


def test_the_plan_gives_a_procedure_away_too(connection, monkeypatch):
    """Even if the text did not: both gates stand."""
    monkeypatch.setattr("ringleader.adhoc.check_text", lambda statement: None)
    for statement in ("CALL dbms.listConfig()", "CALL db.createLabel('Evil')", "SHOW SETTINGS"):
        with pytest.raises(QueryError):
            check_reads_only(connection, statement, {})
