"""A graph that ringleader 0.1 wrote, brought to the schema of this version."""

import json
from pathlib import Path

import pytest

from ringleader import Connection
from ringleader.doctor import examine
from ringleader.errors import InputError
from ringleader.schema.statements import schema_statements
from ringleader.upgrade import SCHEMA_VERSION, pending

# Everything in the database after 0.1 (commit d181e82) loaded 68 accounts, detected twice, took
# two decisions and a pin: its nodes, relationships, constraints and indexes, as JSON.
OLD = Path(__file__).parents[1] / "data" / "graph-0.1.json"
RING = {f"ring{n:02d}" for n in range(8)}
NODES = """
UNWIND $rows AS row
CREATE (n:$(row.labels)) SET n = row.plain, n.`made as` = row.number
FOREACH (name IN keys(row.times) | SET n[name] = datetime(row.times[name]))
"""
TIES = """
UNWIND $rows AS row
MATCH (a {`made as`: row.start}) MATCH (b {`made as`: row.end})
CREATE (a)-[r:$(row.type)]->(b) SET r = row.plain
FOREACH (name IN keys(row.times) | SET r[name] = datetime(row.times[name]))
"""


def split(row, **more):
    """A row with times apart, which JSON cannot hold."""
    given = row["properties"]
    times = {name: value["datetime"] for name, value in given.items() if isinstance(value, dict)}
    plain = {name: value for name, value in given.items() if name not in times}
    return {**row, "plain": plain, "times": times, **more}


@pytest.fixture
def old(graph):
    """The graph of 0.1, with its own constraints and indexes and no others."""
    document = json.loads(OLD.read_text())
    for row in graph.read("SHOW CONSTRAINTS YIELD name", name="fixture"):
        graph.run_in_batches(f"DROP CONSTRAINT {row['name']}", name="fixture")
    for row in graph.read("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'", name="fixture"):
        graph.run_in_batches(f"DROP INDEX {row['name']}", name="fixture")
    try:
        rows = [split(row, number=at) for at, row in enumerate(document["nodes"])]
        graph.write(NODES, {"rows": rows}, name="fixture")
        graph.write(TIES, {"rows": [split(r) for r in document["relationships"]]}, name="fixture")
        graph.write("MATCH (n) REMOVE n.`made as`", name="fixture")
        for statement in document["schema"]:
            graph.run_in_batches(statement, name="fixture")
        yield graph
    finally:
        graph.ensure_schema()


def check(graph, name):
    return next(check for check in examine(graph.settings) if check.name == name)


def rings(r):
    return {
        row["ring_id"]: set(r.members(row["ring_id"])["account_id"])
        for _, row in r.rings().iterrows()
    }


def test_a_graph_of_the_first_version_is_upgraded(old, ringleader):
    r = Connection(old.settings, graph=old)
    before = rings(r)
    [ring] = before
    assert before[ring] == RING
    decisions = r.decisions().to_dict("records")
    # One member came in the second run, as 0.1 would have noted it.
    [said] = old.write(
        "MATCH (run:Run)-[found:FOUND]->(:Ring) WITH run, found ORDER BY run.started_at DESC "
        "LIMIT 1 SET found.joined = ['ring07'] RETURN toString(run.started_at) AS late",
        name="fixture",
    ).rows
    late = said["late"]
    counts = {step.name: number for step, number in pending(old).items()}
    assert counts["members"] == len(RING)
    assert counts["pins"] == 1
    assert counts["verdicts"] >= 1
    needed = check(old, "schema")
    assert (needed.outcome, needed.hint) == ("failed", "ringleader upgrade")
    assert check(old, "constraints").outcome == "failed"

    told = ringleader("upgrade").stderr
    assert "pinned verdicts that are called benign: 1" in told
    assert f"version {SCHEMA_VERSION} of the schema" in told

    there = {row["name"] for row in old.read("SHOW INDEXES YIELD name", name="indexes")}
    assert set(schema_statements(old.schema)) <= there
    for name in ("schema", "constraints", "rings"):
        assert check(old, name).outcome == "ok", name
    assert pending(old) == {}
    # What 0.1 knew is there under its name, and what can be derived is.
    assert rings(r) == before
    assert r.decisions().to_dict("records") == decisions
    benign = "MATCH (n) WHERE n.verdict = 'benign' RETURN count(n) AS n"
    assert old.read(benign, name="benign") == [{"n": 0}]
    since = old.read(
        "MATCH (a:Account)-[m:MEMBER_OF]->(ring:Ring) RETURN a.account_id AS account, "
        "m.since = ring.found_at AS with_the_ring, m.since = datetime($late) AS in_the_second_run",
        {"late": late},
        name="since",
    )
    assert {tuple(row.values()) for row in since} == {
        *((account, True, False) for account in RING - {"ring07"}), ("ring07", False, True),
    }  # fmt: skip
    before_again = old.read("MATCH (n) RETURN properties(n) AS p ORDER BY elementId(n)", name="all")
    again = r.upgrade()
    assert (again.created, again.changed) == ((), {})
    assert before_again == old.read(
        "MATCH (n) RETURN properties(n) AS p ORDER BY elementId(n)", name="all"
    )
    # The next detection keeps the confirmed ring under its name, and checks work.
    r.detect()
    assert rings(r) == before
    assert r.check("ring03").outcome == "joins"
    assert r.explain(ring).ring_id == ring


def test_a_graph_of_a_later_version_is_refused(graph):
    graph.write("CREATE (:Store {store_id: 'graph', schema_version: 99})", name="fixture")
    with pytest.raises(InputError, match="version 99"):
        Connection(graph.settings, graph=graph).upgrade()
    assert check(graph, "schema").hint == "update ringleader"
    graph.write(
        "MATCH (s:Store) SET s.schema_version = $version",
        {"version": SCHEMA_VERSION},
        name="fixture",
    )
    assert check(graph, "schema").outcome == "ok"
