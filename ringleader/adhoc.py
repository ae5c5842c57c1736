"""Statements that people type: they read, or they are refused.

A statement passes two gates before it runs. Its text may name only functions and procedures that
are on a list, and none of the clauses that reach beyond the graph: the server's plan does not show
what a subquery inside a list comprehension does, so the plan alone would let `LOAD CSV` through.
Then the server plans it, and the plan may hold only operators that read. What is left runs in a
read session, for a limited time, up to a number of rows, and leaves a line in the audit log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import dropwhile
from typing import Any

from ringleader import audit
from ringleader.answers import Answer
from ringleader.cypher_text import Token, code, tokens
from ringleader.errors import QueryError
from ringleader.graph import Graph, WriteSummary
from ringleader.graph.plans import READ_OPERATORS, operators, plan_rows

# Functions with a namespace that only compute. Others could leave something behind (a projection
# in memory), reach out (embeddings of a service), or do whatever a plug-in does. In lower case, for
# the server is lenient about some of them.
READ_FUNCTIONS = frozenset(
    {
        *(
            f"{kind}.{how}"
            for kind in ("date", "datetime", "localdatetime", "localtime", "time")
            for how in ("realtime", "statement", "transaction", "truncate")
        ),
        "datetime.fromepoch",
        "datetime.fromepochmillis",
        "duration.between",
        "duration.indays",
        "duration.inmonths",
        "duration.inseconds",
        "gds.graph.exists",
        "gds.similarity.cosine",
        "gds.similarity.euclidean",
        "gds.similarity.euclideandistance",
        "gds.similarity.jaccard",
        "gds.similarity.overlap",
        "gds.similarity.pearson",
        "gds.util.asnode",
        "gds.util.asnodes",
        "gds.util.infinity",
        "gds.util.isfinite",
        "gds.util.isinfinite",
        "gds.util.nan",
        "gds.version",
        "point.distance",
        "point.withinbbox",
        "vector.similarity.cosine",
        "vector.similarity.euclidean",
    }
)
# Procedures that only look. In Neo4j, procedures that end transactions, collect statistics, read
# files or build graphs in memory count as reading.
READ_PROCEDURES = frozenset(
    {
        "db.index.fulltext.querynodes",
        "db.index.fulltext.queryrelationships",
        "db.index.vector.querynodes",
        "db.index.vector.queryrelationships",
        "db.info",
        "db.labels",
        "db.ping",
        "db.propertykeys",
        "db.relationshiptypes",
        "db.schema.nodetypeproperties",
        "db.schema.reltypeproperties",
        "db.schema.visualization",
        "gds.graph.exists",
        "gds.graph.list",
        "gds.list",
        "gds.version",
    }
)
# What may be shown: the schema and what can be called, with the kinds that may stand before it.
# Settings, users and the statements of others are not for everybody.
_SHOWN = "CONSTRAINT CONSTRAINTS FUNCTION FUNCTIONS INDEX INDEXES PROCEDURE PROCEDURES"
SHOWN = frozenset(_SHOWN.split())
_KINDS = """
ALL BUILT DEFINED EXIST EXISTENCE FULLTEXT IN KEY LOOKUP NODE POINT PROPERTY RANGE REL
RELATIONSHIP TEXT TYPE UNIQUE UNIQUENESS USER VECTOR
"""
_KINDS_SHOWN = frozenset(_KINDS.split())
# Two words that never follow each other but in a clause that reaches beyond the graph.
BEYOND = {"LOAD": ("CSV",), "TERMINATE": ("TRANSACTION", "TRANSACTIONS")}
_BEYOND_HINTS = {"LOAD": "ringleader load reads files"}
# Where a clause can begin: what stands before a `USE` that picks another database.
_BEFORE_A_CLAUSE = ("{", "}", "ALL", "DISTINCT", "UNION", "NEXT", "THEN", "ELSE")
# What some readers take for the end of a line, and so of a comment, and others do not.
_LINE_ENDS = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
# Words that begin a clause that writes, where a pattern or a list follows.
_WRITE_PATTERNS = ("CREATE", "FOREACH", "INSERT", "MERGE")
# Words that begin one where a name follows; a variable may be called so too.
_WRITE_NAMES = ("DELETE", "REMOVE", "SET")
# After these, and after most signs, a word is a variable.
_VARIABLES = """
AND AS ASC BY CALL CASE CONTAINS DESC DISTINCT FILTER IN LET LIMIT MATCH NOT OF OFFSET ON OR RETURN
SKIP THEN UNWIND WHEN WHERE WITH XOR YIELD
"""
_BEFORE_A_VARIABLE = frozenset(_VARIABLES.split())
_NUMBER = re.compile(r"0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|[0-9][0-9_]*(?:[eE][0-9_]*)?[fFdD]?")
_LISTED_HINT = "ringleader cypher --write runs what a login of yours may do"
_WRITES_HINT = "ringleader cypher --write runs statements that write"


@dataclass(frozen=True)
class Typed:
    """A statement as typed, without the word before it.

    Attributes:
        text: What the server plans and runs.
        mode: ``run``; or ``explain`` or ``profile``, if it began with such a word.
    """

    text: str
    mode: str = "run"


def typed(statement: str) -> Typed:
    """Take ``EXPLAIN`` or ``PROFILE`` off the front of a statement.

    Raises:
        QueryError: There is no statement, or it begins with options for the planner.
    """
    found = code(statement)
    if not found:
        raise QueryError("the statement is empty", hint="ringleader cypher 'RETURN 1 AS one'")
    mode, version = "run", ""
    while found and found[0].keyword in ("EXPLAIN", "PROFILE", "CYPHER"):
        word = found.pop(0).keyword
        if word != "CYPHER":
            if mode != "run":
                raise QueryError("one EXPLAIN or PROFILE is enough")
            mode = word.lower()
        elif found and found[0].text in ("5", "25") and not version:
            version = f"CYPHER {found.pop(0).text} "
        else:
            raise QueryError(
                "CYPHER takes no options here but the version", hint="CYPHER 25 MATCH …"
            )
    if not found:
        raise QueryError("nothing follows the first words", hint="EXPLAIN MATCH …")
    if len(found) > 1 and found[0].kind == "word" and found[1].text == "=":
        raise QueryError("CYPHER takes no options here but the version", hint="CYPHER 25 MATCH …")
    return Typed(version + statement[found[0].start :], mode)


def check_text(statement: str) -> None:
    """Refuse a statement for what its text names.

    Args:
        statement: Cypher.

    Raises:
        QueryError: It holds a character that could hide something, calls what is not listed, or
            reaches beyond the graph.
    """
    if "\\u" in statement or "\\U" in statement:
        # The server turns these into characters before it looks for strings and words.
        raise QueryError(
            r"the statement holds a \u escape, which could hide what it does",
            hint="write the character itself, or give the text as a parameter",
        )
    comments = (token.text for token in tokens(statement) if token.kind == "comment")
    if hidden := _LINE_ENDS.search("".join(comments)):
        raise QueryError(
            f"a comment holds the character U+{ord(hidden.group()):04X}, which could end it",
            hint="delete the comment",
        )
    found = code(statement)
    if found and found[-1].text == ";":
        found.pop()
    for place, token in enumerate(found):
        if token.kind == "symbol" and not (token.text.isascii() and token.text.isprintable()):
            raise QueryError(
                f"the statement holds the character U+{ord(token.text):04X} outside of quotes",
                hint="quote names in backticks, or delete the character",
            )
        if token.kind == "number" and not _NUMBER.fullmatch(token.text):
            # Where a number ends and a word begins is not left to two readers.
            raise QueryError(f"{token.text} is no number", hint="leave a space after the number")
        if token.text == ";":
            raise QueryError("one statement at a time", hint="run the others after it")
        _check_clause(found, place)
        if _begins_to_write(found, place):
            raise QueryError(
                f"{token.keyword} writes, and this is a read-only session", hint=_WRITES_HINT
            )
    for kind, name in _called(found):
        if name.lower() not in (READ_PROCEDURES if kind == "procedure" else READ_FUNCTIONS):
            raise QueryError(
                f"{kind} {name} is not on the list of those that only look", hint=_LISTED_HINT
            )


def _check_clause(found: list[Token], place: int) -> None:
    word = found[place].keyword
    if not word or _is_property(found, place):
        return
    after = [token.keyword for token in found[place + 1 :]]
    if after and after[0] in BEYOND.get(word, ()):
        raise QueryError(
            f"{word} {after[0]} reaches beyond the graph",
            hint=_BEYOND_HINTS.get(word, _LISTED_HINT),
        )
    if word == "SHOW" and after and after[0]:
        asked = next(dropwhile(_KINDS_SHOWN.__contains__, after), "")
        if asked not in SHOWN:
            raise QueryError(
                f"SHOW {after[0]} is not shown here",
                hint="SHOW INDEXES, CONSTRAINTS, PROCEDURES or FUNCTIONS; ringleader doctor",
            )
    if word == "USE" and place + 1 < len(found) and found[place + 1].name:
        before = found[place - 1] if place else None
        if before is None or before.kind == "number" or before.text.upper() in _BEFORE_A_CLAUSE:
            raise QueryError("USE picks another database", hint="give --database")


def _begins_to_write(found: list[Token], place: int) -> bool:
    """Whether a word begins a clause that writes.

    The plan does not show what the planner knows will never run, as after ``WHERE false``.
    """
    word = found[place].keyword
    after = [token.text for token in found[place + 1 : place + 3]] + ["", ""]
    if not word or _is_property(found, place):
        return False
    if word in _WRITE_PATTERNS:
        return after[0] == "(" or (after[1] == "=" and word != "FOREACH")
    if word in ("DETACH", "NODETACH"):
        return after[0].upper() == "DELETE"
    if word not in _WRITE_NAMES or not place or not after[0]:
        return False
    before, follows = found[place - 1], found[place + 1]
    if before.kind == "symbol" and before.text not in (")", "]", "}"):
        return False
    if before.keyword in _BEFORE_A_VARIABLE:
        return False
    return bool(follows.name) or follows.kind == "parameter" or follows.text in ("(", "[")


def _is_property(found: list[Token], place: int) -> bool:
    """Whether a name follows a dot that follows something with properties (and not a number)."""
    if place < 2 or found[place - 1].text != ".":
        return False
    owner = found[place - 2]
    return bool(owner.name) or owner.kind == "parameter" or owner.text in (")", "]", "}")


def _called(found: list[Token]) -> Iterator[tuple[str, str]]:
    """Every procedure, and every function that has a namespace."""
    place = 0
    while place < len(found):
        begin, path = place, [found[place].name]
        place += 1
        if not path[0]:
            continue
        while place + 1 < len(found) and found[place].text == "." and found[place + 1].name:
            path.append(found[place + 1].name)
            place += 2
        name = ".".join(path)
        called = begin > 0 and found[begin - 1].keyword == "CALL"
        if called and not _is_property(found, begin - 1):
            yield "procedure", name
        elif "." in name and place < len(found) and found[place].text == "(":
            yield "function", name


def check_reads_only(graph: Graph, statement: str, params: Mapping[str, Any]) -> tuple[str, ...]:
    """Refuse a statement unless its text and the server's plan of it only read.

    Args:
        graph: The open database.
        statement: Cypher, without ``EXPLAIN`` or ``PROFILE``.
        params: Its parameters.

    Returns:
        What the server says of labels, types and properties that the database does not hold: a
        misspelt one matches nothing, and is no mistake to the server.

    Raises:
        QueryError: The statement does not compile, writes, reads files, or calls something
            that is not on the list.
    """
    check_text(statement)
    summary = graph.explain(statement, params)
    if summary.query_type != "r":
        raise QueryError("the statement writes, and this is a read-only session", hint=_WRITES_HINT)
    for operator, details in operators(summary.plan or {}):
        if operator not in READ_OPERATORS:
            raise QueryError(f"the statement does more than reading: {operator}", hint=_WRITES_HINT)
        if operator == "ProcedureCall":
            procedure = details.split("(")[0].strip()
            if procedure.lower() not in READ_PROCEDURES:
                raise QueryError(
                    f"procedure {procedure} is not on the list of those that only look",
                    hint=_LISTED_HINT,
                )
    warnings = (w for w in summary.gql_status_objects if w.raw_classification == "UNRECOGNIZED")
    # After "warn: label does not exist. " comes which one.
    return tuple(w.status_description.partition(". ")[2] for w in warnings)


def run_reading(
    graph: Graph,
    statement: str,
    params: Mapping[str, Any] | None = None,
    *,
    timeout: float | None = None,
    limit: int | None = None,
    mode: str | None = None,
) -> Answer:
    """Run, explain or profile a statement of a person's after checking that it only reads.

    Args:
        graph: The open database.
        statement: Cypher; it may begin with ``EXPLAIN`` or ``PROFILE``.
        params: Its parameters.
        timeout: Seconds after which the server ends it.
        limit: Rows after which the rest is not fetched.
        mode: ``run``, ``explain`` or ``profile``, if the statement does not say.

    Raises:
        QueryError: It does more than read, or fails.
    """
    given = dict(params or {})
    with audit.line(graph.settings, statement) as note:
        asked = typed(statement)
        chosen = asked.mode if mode in (None, "run") else mode
        names = check_reads_only(graph, asked.text, given)
        unknown = tuple(f"warning: {name}" for name in names)
        if chosen == "explain":
            plan = graph.explain(asked.text, given).plan or {}
            return Answer(*plan_rows(plan), messages=unknown)
        if chosen == "profile":
            plan = graph.profile(asked.text, given, timeout=timeout)
            return Answer(*plan_rows(plan), messages=unknown)
        # One row more tells whether there is more.
        most = None if limit is None else limit + 1
        rows = graph.read(asked.text, given, name="ad hoc", timeout=timeout, limit=most)
        note["rows"] = len(rows[:limit])
        cut = len(rows) > len(rows[:limit])
        if cut:
            unknown = (*unknown, f"stopped after {limit:,} rows; a higher limit returns more")
        return Answer(rows[:limit], messages=unknown, cut=cut)


def run_writing(
    graph: Graph, statement: str, params: Mapping[str, Any], *, timeout: float | None = None
) -> WriteSummary:
    """Run a statement of a person's with all that the login may do; it leaves its line too.

    Args:
        graph: The open database.
        statement: Cypher.
        params: Its parameters.
        timeout: Seconds after which the server ends it.

    Raises:
        QueryError: It fails.
    """
    with audit.line(graph.settings, statement) as note:
        note["writes"] = True
        typed(statement)
        done = graph.run_in_batches(statement, params, name="ad hoc write", timeout=timeout)
        note["rows"] = len(done.rows)
        note["counters"] = done.counters
        return done
