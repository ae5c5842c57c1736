"""Presets of what is not only requests, first mappings, and the schema of mapping files."""

import json
import tomllib
from pathlib import Path

import pytest

from ringleader.errors import InputError
from ringleader.loaders.contract import BY_NAME, TABLES
from ringleader.loaders.mapping import read_mapping
from ringleader.loaders.mapping_guess import guessed, schema
from ringleader.loaders.preset_files import presets
from ringleader.loaders.sources.json_documents import opened
from ringleader.loaders.validation.validate import validate
from ringleader.loaders.workspace import Workspace

T = "2026-03-01T10:00:00Z"
MS = 1772359200000
# 26, 11: a record as each system writes it, and what it means.
RECORDS = {
    "stripe-charges": (
        "payments",
        {"object": "list", "data": [{
            "id": "ch_1", "customer": "cus_1", "created": 1772359200, "status": "failed",
            "failure_code": "card_declined", "amount": 1250, "currency": "usd",
            "payment_method_details": {"type": "card", "card": {
                "fingerprint": "fp1", "funding": "debit", "country": "US"}}}]},
        {"account_id": "cus_1", "payment_method_id": "fp1", "payment_id": "ch_1", "kind": "card",
         "outcome": "card_declined", "currency": "USD", "issuer_country": "US"},
    ),
    "adyen": (
        "payments",
        {"live": "true", "notificationItems": [{"NotificationRequestItem": {
            "eventCode": "AUTHORISATION", "eventDate": "2026-03-01T10:00:00+00:00",
            "pspReference": "psp1", "success": "false", "amount": {"value": 1, "currency": "EUR"},
            "additionalData": {"shopperReference": "a", "alias": "H1", "cardBin": "424242"}}}]},
        {"account_id": "a", "payment_method_id": "H1", "payment_id": "psp1", "outcome": "refused",
         "bin": "424242", "currency": "EUR"},
    ),
    "auth0-users": (
        "accounts",
        {"user_id": "auth0|1", "email": "a@x.org", "created_at": T, "blocked": True},
        {"account_id": "auth0|1", "email": "a@x.org", "status": "banned"},
    ),
    "okta-users": (
        "accounts",
        [{"id": "00u1", "created": T, "status": "ACTIVE", "profile": {"email": "a@x.org"}}],
        {"account_id": "00u1", "email": "a@x.org", "status": "ACTIVE"},
    ),
    "cognito-users": (
        "accounts",
        {"Users": [{"Username": "u", "sub": "s1", "UserCreateDate": T, "email": "a@x.org",
                    "Enabled": True, "UserStatus": "CONFIRMED"}]},
        {"account_id": "s1", "email": "a@x.org", "status": "CONFIRMED"},
    ),
    "bedrock-invocations": (
        "requests",
        {"schemaType": "ModelInvocationLog", "timestamp": T, "accountId": "1", "requestId": "r1",
         "identity": {"arn": "arn:a"}, "operation": "Converse", "modelId": "m",
         "input": {"inputTokenCount": 5}, "output": {"outputTokenCount": 7}},
        {"account_id": "arn:a", "request_id": "r1", "channel": "bedrock", "input_tokens": 5,
         "output_tokens": 7},
    ),
    "aws-waf": (
        "requests",
        {"timestamp": MS, "ja4Fingerprint": "t13d", "ja3Fingerprint": "x",
         "headers": {"x-account-id": "a", "user-agent": "curl"},
         "httpRequest": {"clientIp": "198.51.100.1", "uri": "/v1", "requestId": "r1"}},
        {"account_id": "a", "ip": "198.51.100.1", "device_id": "t13d", "user_agent": "curl",
         "request_id": "r1"},
    ),
    "cloudflare": (
        "requests",
        {"ClientIP": "198.51.100.1", "EdgeStartTimestamp": 1772359200000000000, "RayID": "r1",
         "JA4": "t13d", "ClientRequestUserAgent": "curl", "RequestHeaders": {"x-account-id": "a"}},
        {"account_id": "a", "ip": "198.51.100.1", "device_id": "t13d", "request_id": "r1"},
    ),
    "kong": (
        "requests",
        {"started_at": MS, "client_ip": "198.51.100.1", "consumer": {"id": "c", "custom_id": "a"},
         "request": {"uri": "/v1", "id": "r1", "headers": {"user-agent": "curl"}}},
        {"account_id": "a", "ip": "198.51.100.1", "user_agent": "curl", "request_id": "r1"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_presets(tmp_path, name):
    table, document, wanted = RECORDS[name]
    path = tmp_path / "log.json"
    path.write_text(json.dumps(document) + "\n")
    mapping = read_mapping(Path(f"preset:{name}"), BY_NAME[table])
    with Workspace(tmp_path / "scratch") as workspace:
        files = [file for file, _ in opened(workspace, [path], None, mapping) if file]
        found = validate(workspace, files, mapping, ("api", "bedrock"))
        [row] = workspace.rows(found.rows)
        assert (found.reasons, found.notes) == ({}, {})
    assert {column: row[column] for column in wanted} == wanted
    moment = row.get("timestamp") or row["created_at"]
    assert moment.isoformat() == "2026-03-01T10:00:00"


def test_an_entry_of_google_is_known_by_its_log_time_and_id():
    mapping = read_mapping(Path("preset:gcp-audit-vertex"), BY_NAME["requests"])
    assert mapping.columns["request_id"].joined == ("logName", "timestamp", "insertId")


@pytest.mark.parametrize(
    ("name", "text", "table", "wanted"),
    [
        ("x.csv", "User ID,Client IP,Event Time,foo\n", "requests",
         {"account_id": "User ID", "ip": "Client IP", "timestamp": "Event Time"}),
        ("x.csv", "customer,card_fingerprint,created,status\n", "payments",
         {"account_id": "customer", "payment_method_id": "card_fingerprint",
          "timestamp": "created", "outcome": "status"}),
        ("x.jsonl", json.dumps({"user": {"id": "a"}, "ts": T, "src_ip": "::1", "ja4": "x"}) + "\n",
         "requests", {"timestamp": "ts", "ip": "src_ip", "device_id": "ja4"}),
    ],
)  # fmt: skip
def test_a_first_mapping_of_a_file(tmp_path, name, text, table, wanted):
    path = tmp_path / name
    path.write_text(text)
    made = guessed(path)
    found = tomllib.loads(made)["map"][table]
    assert wanted.items() <= found.items()
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(made)
    assert read_mapping(mapping, BY_NAME[table]).columns


def test_a_first_mapping_names_the_tables_that_fit_and_how_well(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("customer,event_time,client_ip,status\n")
    said = guessed(path).splitlines()
    assert said[1] == (
        "# The table that fits best: requests (2 of 2 required columns, 3 of 14 in all)."
    )
    assert said[2:5] == [
        "# Others (--table NAME):",
        "#   accounts (1 of 1 required columns, 2 of 11 in all)",
        "#   payments (1 of 2 required columns, 3 of 10 in all)",
    ]
    assert not any("Others" in line for line in guessed(path, "accounts").splitlines())


def test_a_file_of_which_nothing_is_known(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("foo,bar\n")
    with pytest.raises(InputError, match="none of its columns"):
        guessed(path)


def test_the_schema_names_every_column_and_fits_every_preset():
    document = schema()
    tables = document["properties"]["map"]["anyOf"][0]["properties"]
    assert {t: set(tables[t]["properties"]) for t in tables} == {
        table.name: set(table.names) for table in TABLES
    }
    keys = set(tables["requests"]["properties"]["ip"]["anyOf"][1]["properties"])
    assert {"unit", "format", "zone"} <= set(
        tables["requests"]["properties"]["timestamp"]["anyOf"][1]["properties"]
    )
    for preset in presets().values():
        assert set(preset) <= set(document["properties"])
        for columns in preset["map"].values():
            assert all(set(c) <= keys | {"unit"} for c in columns.values() if isinstance(c, dict))


@pytest.mark.parametrize(
    ("column", "key", "text", "told"),
    [
        ("timestamp", "zone", "Europe/Bonn", "Unknown TimeZone"),
        ("timestamp", "zone", "", "a name such as"),
        ("timestamp", "zone", "CST", "no name of the form Area/City"),
        ("timestamp", "format", "%Q", "e.g. '%d.%m.%Y"),
        ("timestamp", "format", "%H:%M", "it gives no day"),
        ("timestamp", "format", "dd.MM.yyyy", "it gives no day"),
        ("timestamp", "format", "%d %b %Y %H:%M %Z", "%Z may mean several offsets"),
        ("device_id", "zone", "Europe/Berlin", "only a timestamp has a zone"),
        ("device_id", "format", "%d", "only a timestamp has a format"),
        ("device_id", "decimal", ",", "only a number has a decimal sign"),
        ("input_tokens", "decimal", ";", "one of ,, ."),
    ],
)
def test_forms_and_zones_that_do_not_exist(tmp_path, column, key, text, told):
    path = tmp_path / "ours.toml"
    path.write_text(f'[map.requests]\n{column} = {{ column = "x", {key} = "{text}" }}\n')
    with pytest.raises(InputError) as caught:
        read_mapping(path, BY_NAME["requests"])
    assert f"map.requests.{column}.{key}" in caught.value.message
    assert told in f"{caught.value.message}\n{caught.value.hint}"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('cast = "timestamp", zone = "Europe/Berlin"', "leave the cast out"),
        ('unit = "s", format = "%d.%m.%Y"', "has a format and a unit"),
    ],
)
def test_what_a_time_cannot_have_beside_a_form_or_zone(tmp_path, entry, told):
    path = tmp_path / "ours.toml"
    path.write_text(f'[map.requests]\ntimestamp = {{ column = "x", {entry} }}\n')
    with pytest.raises(InputError) as caught:
        read_mapping(path, BY_NAME["requests"])
    assert told in f"{caught.value.message}\n{caught.value.hint}"


def test_a_form_with_an_offset_is_one(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(
        "[map.requests]\ntimestamp = { column = 'x', format = '%d/%b/%Y:%H:%M:%S %z' }\n"
    )
    mapping = read_mapping(path, BY_NAME["requests"])
    assert mapping.source_of("timestamp").format == "%d/%b/%Y:%H:%M:%S %z"
