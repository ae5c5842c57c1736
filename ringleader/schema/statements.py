"""Cypher that follows from the schema: constraints, upserts and the schema page."""

from __future__ import annotations

from ringleader.schema import Schema
from ringleader.schema.types import TALLY_BASE, Kind, Merge, NodeType, Property, RelType


def constraint_name(node: NodeType) -> str:
    """The name of the uniqueness constraint of a label's key."""
    return f"{node.label.lower()}_{node.key}"


def schema_statements(schema: Schema) -> dict[str, str]:
    """Every constraint and index by name, as idempotent statements.

    Indexes come first: they fill by themselves, while a constraint keeps its statement waiting.
    """
    indexes, constraints = {}, {}
    for node in schema.nodes:
        pattern = "(n:" + node.label + ")"
        for indexed in node.indexes:
            name = f"{node.label.lower()}_{indexed}_index"
            indexes[name] = f"CREATE INDEX {name} IF NOT EXISTS FOR {pattern} ON (n.{indexed})"
        name = constraint_name(node)
        constraints[name] = (
            f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR {pattern} REQUIRE n.{node.key} IS UNIQUE"
        )
    return indexes | constraints


def upsert_nodes(node: NodeType) -> str:
    """A statement that merges ``$rows``: maps with the key and any of the node's properties."""
    return "\n".join(
        [
            *_rows(node.properties),
            "MERGE (n:" + node.label + " {" + node.key + ": row." + node.key + "})",
            *_assignments("n", node.properties),
        ]
    )


def upsert_relationships(rel: RelType, schema: Schema) -> str:
    """A statement that merges ``$rows``: maps with ``start``, ``end`` and the properties.

    Both ends are there already. A new relationship takes its properties as they are; sets of one
    that was there are united only where something is new, which is the expensive part.
    """
    start, end = schema.node_by_label[rel.start], schema.node_by_label[rel.end]
    keys = ", ".join(key.name + ": row." + key.name for key in rel.keys)
    sets = tuple(prop for prop in rel.properties if prop.merge is Merge.UNION)
    tallies = tuple(prop for prop in rel.properties if prop.merge is Merge.TALLY)
    others = tuple(prop for prop in rel.properties if prop not in sets + tallies)
    lines = [
        *_rows(rel.properties),
        "MATCH (a:" + start.label + " {" + start.key + ": row.start})",
        "MATCH (b:" + end.label + " {" + end.key + ": row.end})",
        "MERGE (a)-[r:" + rel.type + (" {" + keys + "}" if keys else "") + "]->(b)",
    ]
    if rel.properties:
        fresh = [f"r.{prop.name} = {_fresh(prop)}" for prop in others + sets]
        lines.append("ON CREATE SET " + ",\n    ".join(fresh))
    lines += [f"ON MATCH {line}" for line in _assignments("r", others)]
    lines += _assignments("r", tallies)  # a MERGE takes no subquery
    if sets:
        # Whatever was written just now is equal, which is cheaper to see than that nothing is new.
        old = [(p.name, f"coalesce(r.{p.name}, [])") for p in sets]
        new = [f"row.{n} <> {set_} AND any(x IN row.{n} WHERE NOT x IN {set_})" for n, set_ in old]
        lines += ["WITH r, row WHERE " + " OR ".join(new), *_assignments("r", sets)]
    return "\n".join(lines)


def restore_nodes(node: NodeType, properties: tuple[Property, ...]) -> str:
    """A statement that sets properties of nodes to what ``$rows`` say, or to none."""
    return "\n".join(
        [
            *_rows(properties),
            "MATCH (n:" + node.label + " {" + node.key + ": row." + node.key + "})",
            "SET " + ", ".join(f"n.{prop.name} = {_new(prop)}" for prop in properties),
        ]
    )


def restore_relationships(rel: RelType, schema: Schema) -> str:
    """The same for relationships, by the keys of their ends in ``start`` and ``end``."""
    sets = ", ".join(f"r.{prop.name} = {_new(prop)}" for prop in rel.properties)
    return "\n".join([*_rows(rel.properties), *_one_relationship(rel, schema), f"SET {sets}"])


def remove_relationships(rel: RelType, schema: Schema) -> str:
    """A statement that deletes relationships, by the keys of their ends in ``$rows``."""
    return "\n".join(["UNWIND $rows AS row", *_one_relationship(rel, schema), "DELETE r"])


def remove_nodes(node: NodeType) -> str:
    """A statement that deletes nodes and what hangs on them, but for what a review decided on."""
    return "\n".join(
        [
            "UNWIND $rows AS row",
            "MATCH (n:" + node.label + " {" + node.key + ": row." + node.key + "})",
            "WHERE NOT EXISTS { (n)<-[:DECIDED]-() }",
            "DETACH DELETE n",
        ]
    )


def _one_relationship(rel: RelType, schema: Schema) -> list[str]:
    start, end = schema.node_by_label[rel.start], schema.node_by_label[rel.end]
    keys = ", ".join(key.name + ": row." + key.name for key in rel.keys)
    return [
        "MATCH (a:" + start.label + " {" + start.key + ": row.start})",
        "MATCH (b:" + end.label + " {" + end.key + ": row.end})",
        "MATCH (a)-[r:" + rel.type + (" {" + keys + "}" if keys else "") + "]->(b)",
    ]


def _fresh(prop: Property) -> str:
    """What a new relationship has as a property."""
    new = _new(prop)
    return {Merge.ADD: f"coalesce({new}, 0)", Merge.UNION: f"nullIf({new}, [])"}.get(
        prop.merge, new
    )


def _new(prop: Property) -> str:
    return prop.name if prop.kind is Kind.DATETIME else f"row.{prop.name}"


def _rows(properties: tuple[Property, ...]) -> list[str]:
    """Unwind the rows and turn milliseconds into times, once per value."""
    times = [
        f"CASE WHEN row.{p.name} IS NOT NULL THEN datetime({{epochMillis: row.{p.name}}}) END"
        f" AS {p.name}"
        for p in properties
        if p.kind is Kind.DATETIME
    ]
    return ["UNWIND $rows AS row", *(["WITH row, " + ",\n    ".join(times)] if times else [])]


def _assignments(variable: str, properties: tuple[Property, ...]) -> list[str]:
    if not properties:
        return []
    parts = [f"{variable}.{prop.name} = {_merged(variable, prop)}" for prop in properties]
    return ["SET " + ",\n    ".join(parts)]


def _merged(variable: str, prop: Property) -> str:
    old = f"{variable}.{prop.name}"
    new = _new(prop)
    match prop.merge:
        case Merge.ASSIGN:
            return f"coalesce({new}, {old})"
        case Merge.KEEP:
            return f"coalesce({old}, {new})"
        case Merge.ADD:
            return f"coalesce({old}, 0) + coalesce({new}, 0)"
        case Merge.MIN | Merge.MAX:
            sign = "<" if prop.merge is Merge.MIN else ">"
            return f"CASE WHEN {old} IS NULL OR {new} {sign} {old} THEN {new} ELSE {old} END"
        case Merge.LATEST:
            # The property of the time is set after this one, so here it is still the old one.
            then = f"{variable}.{prop.as_of}"
            return (
                f"CASE WHEN {new} IS NOT NULL AND ({then} IS NULL OR {prop.as_of} >= {then})"
                f" THEN {new} ELSE {old} END"
            )
        case Merge.UNION:
            both = f"coalesce({old}, []) + coalesce({new}, [])"
            united = f"UNWIND {both} AS item WITH DISTINCT item ORDER BY item RETURN item"
            # An import cannot write an empty list, so there is none: the property is not there.
            return f"nullIf(COLLECT {{ {united} }}, [])"
        case Merge.TALLY:
            added = (
                f"UNWIND {old} + coalesce({new}, []) AS item "
                f"WITH item / {TALLY_BASE} AS number, sum(item % {TALLY_BASE}) AS counted "
                f"ORDER BY number RETURN number * {TALLY_BASE} + counted"
            )
            return f"CASE WHEN {old} IS NULL THEN {new} ELSE COLLECT {{ {added} }} END"


def schema_page(schema: Schema) -> str:
    """The schema as a page of Markdown."""
    lines = [
        "# Graph schema",
        "",
        "Generated from `ringleader/schema/`; do not edit.",
        "",
    ]
    lines += ["## Nodes", ""]
    for node in schema.nodes:
        shared = schema.by_label.get(node.label)
        family = f" Family: `{shared.family}`." if shared else ""
        lines += [f"### {node.label}", "", node.doc + family, ""]
        lines += [
            "| property | type | on a repeated write | meaning |",
            "| --- | --- | --- | --- |",
        ]
        lines.append(f"| **{node.key}** | {node.key_kind} | key | |")
        lines += [_row(prop) for prop in node.properties]
        lines += [f"| {name} | | derived | {doc} |" for name, doc in node.derived]
        lines.append("")
    lines += ["## Relationships", ""]
    for rel in schema.relationships:
        lines += [f"### (:{rel.start})-[:{rel.type}]->(:{rel.end})", "", rel.doc, ""]
        rows = [f"| **{key.name}** | {key.kind} | key | {key.doc} |" for key in rel.keys]
        rows += [_row(prop) for prop in rel.properties]
        rows += [f"| {name} | | derived | {doc} |" for name, doc in rel.derived]
        if rows:
            lines.append("| property | type | on a repeated write | meaning |")
            lines += ["| --- | --- | --- | --- |", *rows, ""]
    return "\n".join(lines)


def _row(prop: Property) -> str:
    return f"| {prop.name} | {prop.kind} | {prop.merge} | {prop.doc} |"
