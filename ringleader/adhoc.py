"""Statements that people type: read-only unless they say otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ringleader.errors import QueryError
from ringleader.graph import Graph

# A function with a namespace, as a plan spells it: `gds.graph.project(`.
_FUNCTION = re.compile(r"(?<![\w.`])((?:[A-Za-z_]\w*\.)+[A-Za-z_]\w*)\s*\(")
_TEXT = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
# Namespaces of functions that only compute. Others could leave something behind: a projection in
# memory (`gds.graph.project`), or whatever a plug-in does.
READ_FUNCTIONS = (
    "date.",
    "datetime.",
    "duration.",
    "graph.",
    "localdatetime.",
    "localtime.",
    "point.",
    "time.",
    "vector.",
    "gds.similarity.",
    "gds.util.",
    "gds.version",
)

# Procedures that only look. A plan that calls another one is refused: in Neo4j, procedures that
# end transactions, change settings or read files count as reading.
READ_PROCEDURES = (
    "db.info",
    "db.labels",
    "db.propertyKeys",
    "db.relationshipTypes",
    "db.schema.",
    "db.index.fulltext.query",
    "db.index.vector.query",
    "dbms.components",
    "gds.graph.list",
    "gds.list",
    "gds.version",
)
# What the planner calls reading but is not: files and addresses of the server, other people's work.
EFFECTFUL_OPERATORS = ("LoadCSV", "Terminate")
_WRITES_HINT = "ringleader cypher --write runs statements that write"


def check_reads_only(graph: Graph, statement: str, params: Mapping[str, Any]) -> None:
    """Let the server plan a statement, and refuse it unless the plan only reads.

    Args:
        graph: The open database.
        statement: Cypher.
        params: Its parameters.

    Raises:
        QueryError: The statement does not compile, writes, reads files, or calls a procedure
            that is not on the list.
    """
    summary = graph.explain(statement, params)
    if summary.query_type not in ("r", None):
        raise QueryError("the statement writes, and this is a read-only session", hint=_WRITES_HINT)
    for operator, details in _operators(summary.plan or {}):
        if operator.startswith(EFFECTFUL_OPERATORS):
            raise QueryError(f"the statement does more than read: {operator}", hint=_WRITES_HINT)
        if operator.startswith("ProcedureCall"):
            procedure = details.split("(")[0].strip()
            if not procedure.startswith(READ_PROCEDURES):
                raise _not_listed("procedure", procedure)
            details = details.partition("::")[0].partition("(")[2]
        for function in _FUNCTION.findall(_TEXT.sub("''", details)):
            if not function.startswith(READ_FUNCTIONS):
                raise _not_listed("function", function)


def _not_listed(kind: str, name: str) -> QueryError:
    return QueryError(
        f"{kind} {name} is not on the list of those that only look", hint=_WRITES_HINT
    )


def run_reading(
    graph: Graph,
    statement: str,
    params: Mapping[str, Any] | None = None,
    *,
    timeout: float | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Run a statement of a person's after checking that it only reads.

    Args:
        graph: The open database.
        statement: Cypher.
        params: Its parameters.
        timeout: Seconds after which the server ends it.
        limit: Rows after which the rest is not fetched.

    Raises:
        QueryError: It does more than read, or fails.
    """
    check_reads_only(graph, statement, params or {})
    return graph.read(statement, params, name="ad hoc", timeout=timeout, limit=limit)


def _operators(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    # Operator names end in the database they run on: `ProcedureCall@neo4j`.
    name = str(plan.get("operatorType", "")).split("@")[0]
    yield name, str(plan.get("args", {}).get("Details", ""))
    for child in plan.get("children", ()):
        yield from _operators(child)
