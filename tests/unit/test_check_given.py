"""What is given of an account that is not loaded has the form that loads give it."""

import pytest

from ringleader.algorithms.checking.given import columns, identifiers
from ringleader.api.checking import given_columns
from ringleader.errors import WrongUsage
from ringleader.keys import keyed_hash
from ringleader.schema import BUILT_IN, Schema

KEY = b"k" * 32


def keys(given, schema=BUILT_IN):
    return [(row["label"], row["key"]) for row in identifiers(given, schema, KEY)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"ip": "203.0.113.7:443"}, [("Ip", "203.0.113.7")]),
        ({"ip": "::ffff:203.0.113.7"}, [("Ip", "203.0.113.7")]),
        ({"ip": "203.0.113.***"}, [("Subnet", "203.0.113.0/24")]),
        (
            {"ip": ["203.0.113.7", "203.0.113.7", "203.0.113.8"]},
            [("Ip", "203.0.113.7"), ("Ip", "203.0.113.8")],
        ),
        ({"device_id": " ja4 "}, [("Device", "ja4")]),
        (
            {"email": "A.B+x@GMail.com"},
            [
                ("EmailDomain", "gmail.com"),
                ("Mailbox", keyed_hash(KEY, "mailbox", "ab@gmail.com")),
            ],
        ),
        (
            {"phone": "030 1234567", "phone_country": "DE"},
            [("Phone", keyed_hash(KEY, "phone", "+49301234567"))],
        ),
        ({"account_id": "a", "organization_id": "o", "created_at": "2026-01-01"}, []),
        ({"ip": None, "device_id": ""}, []),
        (
            {"ip": "N/A", "device_id": "NULL", "payment_method_id": ["none", "pm"]},
            [("PaymentMethod", "pm")],
        ),
    ],
)
def test_values_become_keys(given, expected):
    assert keys(given) == expected


def test_declared_identifiers_can_be_given():
    schema = Schema.of({"api_key": {"table": "requests", "normaliser": "lower"}})
    assert "api_key" in columns(schema)
    assert keys({"api_key": "ABC"}, schema) == [("ApiKey", "abc")]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ip": "here"}, "ip 'here' is no"),
        ({"phone": "call me"}, "phone 'call me' is no phone number"),
        ({"mailbox": "x"}, "no column 'mailbox'"),
        ({"device_id": ["d"] * 101}, "device_id has 101 values; 100 at the most"),
    ],
)
def test_what_is_none_is_said(given, message):
    with pytest.raises(WrongUsage, match=message):
        keys(given)


def test_pairs_of_the_command_line():
    assert given_columns("a", ["ip=1.2.3.4", "ip=1.2.3.5", "phone_country=DE"]) == {
        "account_id": "a",
        "ip": ["1.2.3.4", "1.2.3.5"],
        "phone_country": "DE",
    }
    with pytest.raises(WrongUsage, match="'ip' is not column=value"):
        given_columns(None, ["ip"])
