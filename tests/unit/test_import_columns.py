"""The columns of relationships, in an order that fills the store's property records."""

from ringleader.import_columns import relationship_properties
from ringleader.schema import RELATIONSHIP_BY_TYPE, RELATIONSHIPS


def names(type_):
    return [prop.name for prop in relationship_properties(RELATIONSHIP_BY_TYPE[type_])]


def test_times_share_their_records_with_numbers():
    """Of the four blocks of a record a time takes three and a number one."""
    rest = ["hours", "output_tokens", "channels"]
    assert names("USED_IP") == ["first_seen", "events", "last_seen", "input_tokens", *rest]
    assert names("CONTACTED") == ["first_seen", "events", "last_seen", "kind"]


def test_no_property_is_lost():
    for rel in RELATIONSHIPS:
        assert sorted(relationship_properties(rel), key=lambda prop: prop.name) == sorted(
            rel.keys + rel.properties, key=lambda prop: prop.name
        )
