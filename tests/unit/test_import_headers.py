"""Columns of an import: typed, and in an order that fills property records."""

from ringleader.import_headers import relationship_header, relationship_properties
from ringleader.schema import RELATIONSHIP_BY_TYPE, RELATIONSHIPS


def test_times_share_their_records_with_numbers():
    assert relationship_header(RELATIONSHIP_BY_TYPE["USED_IP"]) == (
        ":START_ID(Account),:END_ID(Ip),first_seen:datetime,events:long,last_seen:datetime,"
        "input_tokens:long,hours:long[],output_tokens:long,channels:string[]"
    )
    assert relationship_header(RELATIONSHIP_BY_TYPE["CONTACTED"]) == (
        ":START_ID(Account),:END_ID(Account),first_seen:datetime,events:long,last_seen:datetime,"
        "kind:string"
    )


def test_no_property_is_lost():
    for rel in RELATIONSHIPS:
        assert sorted(relationship_properties(rel), key=lambda prop: prop.name) == sorted(
            rel.keys + rel.properties, key=lambda prop: prop.name
        )
