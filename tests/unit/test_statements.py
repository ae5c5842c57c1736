"""Statements follow from the schema, and from nothing else."""

import re

from ringleader.catalogue import load_catalogue
from ringleader.schema import BUILT_IN
from ringleader.schema.statements import (
    schema_page,
    schema_statements,
    upsert_nodes,
    upsert_relationships,
)
from ringleader.schema.types import Kind, Merge


def test_every_label_has_a_uniqueness_constraint_on_its_key():
    constraints = [
        s for s in schema_statements(BUILT_IN).values() if s.startswith("CREATE CONSTRAINT")
    ]
    found = {re.search(r"\(n:(\w+)\) REQUIRE n\.(\w+) IS UNIQUE", s).groups() for s in constraints}
    assert found == {(node.label, node.key) for node in BUILT_IN.nodes}


def test_relationships_join_declared_labels():
    for rel in BUILT_IN.relationships:
        assert {rel.start, rel.end} <= set(BUILT_IN.node_by_label)


def test_identifiers_are_what_accounts_can_share():
    assert {found.label: found.relationship for found in BUILT_IN.identifiers} == {
        "Ip": "USED_IP",
        "Device": "USED_DEVICE",
        "PromptCluster": "SENT",
        "PaymentMethod": "PAID_WITH",
        "EmailDomain": "REGISTERED_WITH",
        "Phone": "HAS_PHONE",
        "Mailbox": "HAS_MAILBOX",
        "Subnet": "USED_SUBNET",
    }


def test_an_upsert_merges_by_key_and_by_each_property_s_rule():
    assert upsert_nodes(BUILT_IN.node_by_label["Device"]) == (
        "UNWIND $rows AS row\n"
        "MERGE (n:Device {device_id: row.device_id})\n"
        "SET n.user_agent = CASE WHEN n.user_agent IS NULL OR row.user_agent > n.user_agent"
        " THEN row.user_agent ELSE n.user_agent END"
    )
    text = upsert_nodes(BUILT_IN.node_by_label["Account"])
    assert (
        "n.status = CASE WHEN row.status IS NOT NULL AND (n.status_at IS NULL OR"
        " status_at >= n.status_at) THEN row.status ELSE n.status END"
    ) in text
    text = upsert_relationships(BUILT_IN.relationship_by_type["CONTACTED"], BUILT_IN)
    assert "MERGE (a)-[r:CONTACTED {kind: row.kind}]->(b)" in text
    assert "ON CREATE SET r.events = coalesce(row.events, 0)" in text
    assert "ON MATCH SET r.events = coalesce(r.events, 0) + coalesce(row.events, 0)" in text
    assert text.count("datetime({epochMillis: row.first_seen})") == 1


def test_the_time_of_a_latest_value_is_set_after_it():
    for kind in (*BUILT_IN.nodes, *BUILT_IN.relationships):
        names = [prop.name for prop in kind.properties]
        for prop in kind.properties:
            assert (prop.merge is Merge.LATEST) == bool(prop.as_of)
            if prop.as_of:
                time = kind.properties[names.index(prop.as_of)]
                assert (time.kind, time.merge) == (Kind.DATETIME, Merge.MAX)
                assert names.index(prop.as_of) > names.index(prop.name)


def test_the_schema_page_names_everything():
    page = schema_page(BUILT_IN)
    for name in [*BUILT_IN.node_by_label, *BUILT_IN.relationship_by_type]:
        assert name in page


def test_every_property_that_a_stored_query_sets_is_declared():
    declared = {
        node.label: {node.key, *(p.name for p in node.properties), *(n for n, _ in node.derived)}
        for node in BUILT_IN.nodes
    }
    for rel in BUILT_IN.relationships:
        names = {p.name for p in (*rel.keys, *rel.properties)} | {n for n, _ in rel.derived}
        declared[rel.type] = names
    found = 0
    for query in load_catalogue().values():
        if query.mode != "write":
            continue
        kinds = dict(re.findall(r"[(\[](\w+):(\w+)", query.text))
        for variable, name in re.findall(r"\b(\w+)\.(\w+) = ", query.text):
            if variable in kinds:
                found += 1
                assert name in declared[kinds[variable]], f"{query.path}: {variable}.{name}"
    assert found > 20
