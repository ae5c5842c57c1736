"""The statements of `gate_statements.toml`, and what a statement could leave behind."""

import tomllib
from pathlib import Path

import pytest

GROUPS = tomllib.loads((Path(__file__).parent / "gate_statements.toml").read_text(encoding="utf-8"))
# All that a statement could leave behind in the graph or in memory; asked after each. Everything
# is an account or CONTACTED, or counted: reading all nodes takes as long as the graphs of
# earlier tests were large.
TRACES = """
CALL gds.graph.list() YIELD graphName
WITH collect(graphName) AS projections
CALL db.labels() YIELD label
WITH projections, collect(label) AS labels
CALL db.propertyKeys() YIELD propertyKey
RETURN projections, labels, collect(propertyKey) AS keys,
       COUNT { MATCH (n) } AS all_nodes,
       COLLECT { MATCH (n:Account) RETURN {labels: labels(n), properties: properties(n)}
                 ORDER BY n.account_id } AS nodes,
       COUNT { MATCH ()-[r]->() } AS all_links,
       COLLECT { MATCH ()-[r:CONTACTED]->() RETURN properties(r) } AS links
"""
# What changes seldom, asked when all have been tried.
MORE_TRACES = (
    "SHOW INDEXES YIELD name RETURN name ORDER BY name",
    "SHOW CONSTRAINTS YIELD name RETURN name ORDER BY name",
    "SHOW USERS YIELD user, passwordChangeRequired",
    "SHOW DATABASES YIELD name, access ORDER BY name",
)


def cases(kind):
    """Group and statement of every statement of a kind, ``refused`` or ``honest``."""
    return [(group, statement) for group in GROUPS[kind] for statement in group["statements"]]


def names(kind):
    """A name for each of those cases."""
    return [
        f"{group['name']}-{number}"
        for group in GROUPS[kind]
        for number, _ in enumerate(group["statements"])
    ]


def is_earlier(graph):
    """Whether the server is the long-term release, whose Cypher and GDS lack some of this."""
    return graph.version.startswith("5.")


def need_release(graph, group):
    """Skip what the server's Cypher does not have yet."""
    if "release" in group and is_earlier(graph):
        pytest.skip("NEEDS THE CYPHER OF A LATER NEO4J")


def traces(graph):
    return graph.read(TRACES, name="traces")


def more_traces(graph):
    return [graph.read(statement, name="traces") for statement in MORE_TRACES]


def two_accounts(graph):
    """A graph of two accounts, one of which referred the other."""
    graph.run_in_batches("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS", name="empty")
    graph.write(
        "CREATE (:Account {account_id: 'a', status: 'active'})-[:CONTACTED {kind: 'referred'}]->"
        "(:Account {account_id: 'b'})",
        name="two",
    )
