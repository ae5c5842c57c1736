"""The mappings that come with the program, on records as each log's schema has them.

Records are written here by the published schemas, with addresses of documentation and invented ids.
"""

import gzip
import json
import tomllib
from datetime import datetime

import duckdb
import pytest
from preset_records import (
    AZURE,
    BY_USER,
    CLOUDTRAIL,
    CLOUDTRAIL_ROWS,
    ECS,
    ECS_ROW,
    OCSF_ROWS,
    OTHER_CALL,
    RESOURCE,
    TRAIL,
    VERTEX,
    flat,
    json_lines,
    ocsf_records,
    vertex,
)

from ringleader.errors import InputError
from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.mapping import read_mapping
from ringleader.loaders.preset_files import PRESETS, preset_rows, presets
from ringleader.loaders.sources.json_documents import opened
from ringleader.loaders.validation.validate import validate
from ringleader.loaders.workspace import Workspace

CHANNELS = ("api", "azure", "bedrock", "vertex")


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "scratch") as made:
        yield made


@pytest.fixture
def load(workspace, tmp_path):
    """Rows (those columns that have a value), refusals with place, records left out."""

    def call(preset, content, name="log.json"):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        mapping = read_mapping(f"preset:{preset}", BY_NAME["requests"])
        [(file, left_out)] = opened(workspace, [path], None, mapping)
        if file is None:
            return [], [], left_out
        prepared = validate(workspace, [file], mapping, CHANNELS)
        rows = [
            {
                k: v.isoformat() if isinstance(v, datetime) else v
                for k, v in row.items()
                if v is not None
            }
            for row in workspace.rows(prepared.rows)
        ]
        bad = [(refused.line, refused.column, refused.reason) for refused in prepared.refusals()]
        return rows, bad, left_out

    return call


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (gzip.compress(json.dumps({"Records": TRAIL}).encode()), "trail.json.gz"),
        (json.dumps({"Records": TRAIL}, indent=2), "trail.json"),
        ("\ufeff" + json.dumps(TRAIL), "trail.json"),
        (json_lines(*TRAIL), "trail.jsonl"),
        (gzip.compress(json_lines(*TRAIL).encode()), "trail.jsonl.gz"),
    ],
    ids=["document, gzip", "document, indented", "array", "lines", "lines, gzip"],
)
def test_cloudtrail(load, content, name):
    rows, bad, left_out = load("cloudtrail-bedrock", content, name)
    assert sorted(rows, key=lambda row: row["request_id"]) == CLOUDTRAIL_ROWS
    # The sixth record, counted as the file has them.
    assert bad == [(6, "timestamp", "missing")]
    assert left_out == 2


# An id of Google's is unique within its log and time.
ENTRY = "projects/p/logs/cloudaudit.googleapis.com%2Fdata_access 2026-02-01T10:00:00.123456789Z "


def test_a_trail_with_nothing_of_interest_is_no_error(load):
    assert load("cloudtrail-bedrock", json.dumps({"Records": []})) == ([], [], 0)
    assert load("cloudtrail-bedrock", json.dumps({"Records": [OTHER_CALL]})) == ([], [], 1)
    # A digest, which lies in the same bucket.
    assert load("cloudtrail-bedrock", json.dumps({"awsAccountId": "1", "logFiles": []})) == (
        [],
        [],
        1,
    )


def test_a_broken_line_between_good_ones_is_refused_with_its_line(load):
    content = (
        json_lines(OTHER_CALL, CLOUDTRAIL).replace("\n", "\r\n").encode()
        + b'\n{"eventSource": "bedr\n'
        + json_lines(BY_USER).encode()
        + b'{"eventSource": "\xff"}\n'
    )
    rows, bad, left_out = load("cloudtrail-bedrock", content, "trail.jsonl")
    assert [row["request_id"] for row in rows] == ["event-1", "event-2"]
    assert [line for line, _, _ in bad] == [4, 6]
    assert left_out == 1


def test_a_truncated_document_is_an_error(load):
    whole = json.dumps({"Records": TRAIL})
    with pytest.raises(InputError):
        load("cloudtrail-bedrock", whole[: len(whole) // 2])
    with pytest.raises(InputError, match="truncated|damaged"):
        load("cloudtrail-bedrock", gzip.compress(whole.encode())[:-20], "trail.json.gz")


@pytest.mark.parametrize("shape", ["lines", "array"])
def test_vertex(load, shape):
    records = [
        VERTEX,
        vertex(2, "Predict", requestMetadata={"callerIp": "private"}),
        vertex(3, "StreamGenerateContent", requestMetadata={"callerIp": "gce-internal-ip"}),
        vertex(
            4,
            "RawPredict",
            authenticationInfo={"principalSubject": "principal://iam.example/subject/s"},
            resourceName="projects/p/locations/us-central1/endpoints/77",
            requestMetadata={"callerIp": "2001:db8::9"},
        ),
        vertex(5, methodName="google.cloud.aiplatform.v1.JobService.ListJobs"),
        vertex(6, serviceName="storage.googleapis.com"),
    ]
    content = json_lines(*records) if shape == "lines" else json.dumps(records, indent=1)
    rows, bad, left_out = load("gcp-audit-vertex", content)
    common = {
        "account_id": "app@p.iam.gserviceaccount.example",
        "timestamp": "2026-02-01T10:00:00.123456",
        "channel": "vertex",
        "model": "model-a",
    }
    assert sorted(rows, key=lambda row: row["request_id"]) == [
        {
            **common,
            "ip": "198.51.100.9",
            "user_agent": "google-genai-sdk/1.0,gzip(gfe)",
            "endpoint": "GenerateContent",
            "request_id": ENTRY + "insert-1",
        },
        {**common, "endpoint": "Predict", "request_id": ENTRY + "insert-2"},
        {**common, "endpoint": "StreamGenerateContent", "request_id": ENTRY + "insert-3"},
        {
            **common,
            "account_id": "principal://iam.example/subject/s",
            "ip": "2001:db8::9",
            "model": "77",
            "endpoint": "RawPredict",
            "request_id": ENTRY + "insert-4",
        },
    ]
    assert (bad, left_out) == ([], 2)


@pytest.mark.parametrize("shape", ["lines", "document"])
def test_azure(load, shape):
    records = [
        AZURE,
        {**AZURE, "properties": {"objectId": "", "modelDeploymentName": "chat"}},
        {**AZURE, "callerIpAddress": "198.51.100.9:50123", "properties": "not JSON"},
        {**AZURE, "callerIpAddress": "2001:db8::1"},
        {**AZURE, "category": "Audit"},
    ]
    content = json_lines(*records) if shape == "lines" else json.dumps({"records": records})
    rows, bad, left_out = load("azure-openai", content)
    common = {
        "timestamp": "2026-02-01T10:00:00.435000",
        "channel": "azure",
        "endpoint": "ChatCompletions_Create",
    }
    assert rows == [
        {**common, "account_id": "oid-1", "model": "model-a", "ip": "203.0.113.0/24"},
        {**common, "account_id": RESOURCE, "model": "chat", "ip": "203.0.113.0/24"},
        {**common, "account_id": RESOURCE, "ip": "198.51.100.9"},
        {**common, "account_id": "oid-1", "model": "model-a", "ip": "2001:db8::1"},
    ]
    assert (bad, left_out) == ([], 1)


def test_ocsf_lines(load):
    rows, bad, left_out = load("ocsf-api-activity", json_lines(*ocsf_records()))
    assert sorted(rows, key=lambda row: row["request_id"]) == OCSF_ROWS
    assert (bad, left_out) == ([], 1)


def test_ocsf_parquet_of_a_security_lake(load, tmp_path):
    source = tmp_path / "o'csf.jsonl"
    source.write_text(json_lines(*ocsf_records()))
    path = tmp_path / "lake.parquet"
    duckdb.read_json(str(source)).write_parquet(str(path))
    rows, bad, left_out = load("ocsf-api-activity", None, "lake.parquet")
    assert sorted(rows, key=lambda row: row["request_id"]) == OCSF_ROWS
    assert (bad, left_out) == ([], 1)
    duckdb.sql("SELECT 1 AS n").write_parquet(str(path))
    with pytest.raises(InputError, match="lacks a column"):
        load("ocsf-api-activity", None, "lake.parquet")


@pytest.mark.parametrize("shape", [lambda record: record, lambda record: dict(flat(record))])
def test_ecs(load, shape):
    nameless = {**ECS, "user": {"name": "ann"}, "event": {"id": "event-2", "action": "request"}}
    del nameless["tls"], nameless["gen_ai"], nameless["url"]
    rows, bad, left_out = load("ecs", json_lines(shape(ECS), shape(nameless)))
    assert sorted(rows, key=lambda row: row["request_id"]) == [
        ECS_ROW,
        {
            "account_id": "ann",
            "timestamp": "2026-02-01T10:00:00",
            "ip": "203.0.113.7",
            "user_agent": "sdk/1",
            "endpoint": "request",
            "request_id": "event-2",
        },
    ]
    assert (bad, left_out) == ([], 0)


def test_access_logs(load):
    nginx = {
        "time_iso8601": "2026-02-01T11:00:00+01:00",
        "remote_addr": "203.0.113.7",
        "remote_user": "",
        "account_id": "acc-1",
        "uri": "/v1/messages",
        "http_user_agent": "sdk/1",
        "request_id": "r1",
        "x_forwarded_for": "198.51.100.66",
    }
    rows, bad, _ = load(
        "access-log",
        json_lines(
            nginx,
            {**nginx, "account_id": "-", "remote_user": "ann", "http_user_agent": "-"},
            {**nginx, "account_id": "", "request_id": "r3"},
        ),
        "nginx.log.json",
    )
    one = {
        "account_id": "acc-1",
        "timestamp": "2026-02-01T10:00:00",
        "ip": "203.0.113.7",
        "user_agent": "sdk/1",
        "endpoint": "/v1/messages",
        "request_id": "r1",
    }
    assert rows == [one]
    assert bad == [(2, "account_id", "missing"), (3, "account_id", "missing")]
    envoy = {
        "start_time": "2026-02-01T10:00:00.000Z",
        "downstream_remote_address": "[2001:db8::7]:4711",
        "user_id": "acc-2",
        "path": "/v1/messages",
        "user_agent": "sdk/1",
        "request_id": "r2",
    }
    rows, bad, _ = load(
        "access-log",
        json_lines(
            envoy, {**envoy, "downstream_remote_address": "203.0.113.9:1", "request_id": None}
        ),
        "envoy.json",
    )
    two = {**one, "account_id": "acc-2", "ip": "2001:db8::7", "request_id": "r2"}
    without = {key: value for key, value in two.items() if key != "request_id"}
    assert sorted(rows, key=len, reverse=True) == [two, {**without, "ip": "203.0.113.9"}]
    assert bad == []


def test_every_preset_maps_what_its_tables_require_and_says_what_for():
    assert {row["mapping"] for row in preset_rows()} >= {
        "preset:access-log",
        "preset:azure-openai",
        "preset:cloudtrail-bedrock",
        "preset:ecs",
        "preset:gcp-audit-vertex",
        "preset:ocsf-api-activity",
    }
    for name, document in presets().items():
        assert len(document["doc"].splitlines()) > 2, name
        for table in document["map"]:
            mapping = read_mapping(f"preset:{name}", BY_NAME[table])
            assert set(BY_NAME[table].required) <= set(mapping.columns), name
    with pytest.raises(InputError, match="there is no preset:nowhere") as said:
        read_mapping("preset:nowhere", BY_NAME["requests"])
    assert "preset:ecs" in said.value.hint or "ecs" in said.value.hint
    with pytest.raises(InputError):
        read_mapping("preset:../mapping", BY_NAME["requests"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[map.requests]\nip = { column = [] }", "column"),
        ('[map.requests]\nip = { column = ["a", 1] }', "column"),
        ("[map.requests]\nip = { column = 'a', pattern = '(' }", "pattern"),
        ("[map.requests]\nip = { column = 'a', pattern = '(?=x)' }", "pattern"),
        ("[map.requests]\nmodel = { const = 'a', pattern = 'x' }", "a constant has none"),
        ("[where.requests]\nkind = 'a'", "where.requests.kind"),
        ("[where.requests]\nkind = [1]", "where.requests.kind"),
        ("[where.requests]\nkind = { like = 'x' }", "no such key"),
        ("[where.requests]\nkind = { }", "pattern"),
        ("[where.nothing]\nkind = ['x']", "no such key"),
    ],
)
def test_mistakes_in_what_presets_use_are_told(tmp_path, text, said):
    path = tmp_path / "mapping.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        read_mapping(path, BY_NAME["requests"])


def test_what_a_mapping_keeps_is_part_of_its_identity(tmp_path):
    path, fingerprints = tmp_path / "mapping.toml", set()
    for text in (
        "ip = 'a'",
        "ip = { column = ['a'], pattern = 'x' }",
        "ip = { column = ['a', 'b'] }",
        "ip = 'a'\n[where.requests]\nkind = ['x']",
        "ip = 'a'\n[where.requests]\nkind = { pattern = 'x' }",
        "ip = 'a'\n[options.requests]\nrecords = 'x'",
    ):
        path.write_text("[map.requests]\n" + text)
        fingerprints.add(read_mapping(path, BY_NAME["requests"]).fingerprint)
    assert len(fingerprints) == 6


def test_conditions_are_for_json_and_parquet(workspace, tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_text("[map.requests]\naccount_id = 'a'\n[where.requests]\nkind = ['x']")
    (tmp_path / "log.csv").write_text("a,kind\n1,x\n")
    mapping = read_mapping(path, BY_NAME["requests"])
    with pytest.raises(InputError, match="not for CSV"):
        list(opened(workspace, [tmp_path / "log.csv"], None, mapping))


def test_presets_are_plain_toml():
    for path in PRESETS.glob("*.toml"):
        assert set(tomllib.loads(path.read_text())) <= {"doc", "map", "options", "where"}
