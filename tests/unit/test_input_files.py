"""Files as the world sends them: wrappers, late fields, names in any case, packed, dressed."""

import base64
import bz2
import gzip
import io
import json
import lzma
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from ringleader.errors import InputError
from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.mapping import read_mapping
from ringleader.loaders.sources import reference_lists
from ringleader.loaders.sources.databases import query_file
from ringleader.loaders.sources.files import expand
from ringleader.loaders.sources.json_documents import opened
from ringleader.loaders.validation.validate import validate
from ringleader.loaders.workspace import Workspace

CHANNELS = ("api", "bedrock", "vertex")
T = "2026-03-01T10:00:00Z"
RECORD = {"account_id": "a", "timestamp": T, "ip": "198.51.100.9"}
LINE = json.dumps(RECORD)


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "scratch") as made:
        yield made


def read(workspace, *paths, mapping=None, table="requests"):
    said = read_mapping(Path(mapping) if mapping else None, BY_NAME[table])
    files = [file for file, _ in opened(workspace, list(paths), None, said) if file]
    return validate(workspace, files, said, CHANNELS)


def uses(workspace, found):
    return sorted((row["account_id"], row["ip"] or "") for row in workspace.rows(found.rows))


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# 3
def test_fields_first_seen_late_are_read(workspace, tmp_path):
    early = '{"account_id":"a","timestamp":1772359200}\n' * 1000
    late = '{"account_id":"a","timestamp":1772359200,"ip":"198.51.100.60"}\n'
    found = read(workspace, written(tmp_path / "r.jsonl", early + late))
    assert uses(workspace, found)[-1] == ("a", "198.51.100.60")
    assert found.loaded == 1001


def test_a_late_account_is_not_another_one(workspace, tmp_path):
    early = json.dumps({"@timestamp": T, "user.name": "x"}) + "\n"
    late = json.dumps({"@timestamp": T, "user": {"id": "c"}, "user.name": "x"}) + "\n"
    path = written(tmp_path / "r.jsonl", early * 1001 + late)
    found = read(workspace, path, mapping="preset:ecs")
    assert [name for name, _ in uses(workspace, found)].count("c") == 1


# 4
NESTED = {"@timestamp": T, "user": {"id": "c"}, "source": {"ip": "198.51.100.1"}, "user.name": "x"}
DOTTED = {"@timestamp": T, "user.id": "d", "source.ip": "198.51.100.2"}


@pytest.mark.parametrize("together", [True, False])
def test_nested_and_dotted_fields(workspace, tmp_path, together):
    lines = [json.dumps(NESTED) + "\n", json.dumps(DOTTED) + "\n"]
    texts = ["".join(lines)] if together else lines
    paths = [written(tmp_path / f"{n}.jsonl", text) for n, text in enumerate(texts)]
    found = read(workspace, *paths, mapping="preset:ecs")
    assert uses(workspace, found) == [("c", "198.51.100.1"), ("d", "198.51.100.2")]


# 9
def test_fields_in_several_cases(workspace, tmp_path):
    lines = [
        {"Account_ID": "a", "timestamp": T, "IP": "198.51.100.1"},
        {"account_id": "b", "Timestamp": T, "ip": "198.51.100.2"},
    ]
    path = written(tmp_path / "r.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    found = read(workspace, path)
    assert uses(workspace, found) == [("a", "198.51.100.1"), ("b", "198.51.100.2")]
    assert found.unknown == ()


# 10
def encoded(text):
    return base64.b64encode(text.encode()).decode()


WRAPPED = {
    "firehose": LINE + LINE,
    "jq": json.dumps(RECORD, indent=2) + "\n" + json.dumps(RECORD, indent=2),
    "array": f"[{LINE},\n{LINE}]",
    "eventbridge": 2 * (json.dumps({"version": "0", "source": "s", "detail": RECORD}) + "\n"),
    "cloudwatch": json.dumps(
        {
            "messageType": "DATA_MESSAGE",
            "subscriptionFilters": ["f"],
            "logEvents": [{"id": "1", "timestamp": 1, "message": LINE}] * 2,
        }
    ),
    "pubsub": 2 * (json.dumps({"message": {"data": encoded(LINE)}, "subscription": "s"}) + "\n"),
    "pulled": json.dumps([{"ackId": "1", "message": {"data": encoded(LINE)}}] * 2),
    "bigquery": json.dumps(
        {
            "schema": {"fields": [{"name": name} for name in RECORD]},
            "rows": [{"f": [{"v": value} for value in RECORD.values()]}] * 2,
        }
    ),
    "athena": json.dumps(
        {
            "ResultSet": {
                "Rows": [
                    {"Data": [{"VarCharValue": value} for value in row]}
                    for row in (RECORD, RECORD.values(), RECORD.values())
                ]
            }
        }
    ),
    "elastic": json.dumps({"took": 1, "hits": {"total": 2, "hits": [{"_source": RECORD}] * 2}}),
    "listed": json.dumps({"object": "list", "has_more": False, "data": [RECORD, RECORD]}),
    "queue": json.dumps({"Messages": [{"MessageId": "1", "Body": LINE}] * 2}),
    "kinesis": json.dumps({"Records": [{"kinesis": {"data": encoded(LINE)}}] * 2}),
    "topic": json.dumps({"Records": [{"Sns": {"Message": LINE}}] * 2}),
    "nested": json.dumps({"response": {"data": {"items": [RECORD, RECORD]}}}),
    "by key": json.dumps({"k1": RECORD, "k2": RECORD}),
    "datadog": json.dumps({"data": [{"id": "1", "attributes": {"attributes": RECORD}}] * 2}),
    "loki": json.dumps({"data": {"result": [{"stream": {}, "values": [["1", LINE]] * 2}]}}),
    "azure": json.dumps({"records": [{"time": T, "properties": RECORD}] * 2}),
    "columns": json.dumps(
        {
            "tables": [
                {
                    "columns": [{"name": name, "type": "string"} for name in RECORD],
                    "rows": [list(RECORD.values())] * 2,
                }
            ]
        }
    ),
    "insights": json.dumps(
        {"results": [[{"field": name, "value": v} for name, v in RECORD.items()]] * 2}
    ),
    "gelf": 2 * (json.dumps({"version": "1.1", "host": "h", "short_message": LINE}) + "\n"),
    "changes": 2 * (json.dumps({"before": None, "after": RECORD, "op": "c"}) + "\n"),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_wrappers_are_taken_off(workspace, tmp_path, name):
    found = read(workspace, written(tmp_path / "r.json", WRAPPED[name]))
    assert uses(workspace, found) == [("a", "198.51.100.9")] * 2
    assert found.reasons == {}


EVENT = {
    "userIdentity": {"arn": "arn:x"},
    "eventTime": T,
    "eventSource": "bedrock.amazonaws.com",
    "eventName": "InvokeModel",
    "sourceIPAddress": "198.51.100.3",
}


@pytest.mark.parametrize(
    "document",
    [
        {"Version": "1", "Records": [{**EVENT, "eventID": "1"}]},
        {"Records": [{**EVENT, "eventID": "1"}, {**EVENT, "eventName": "GetObject"}]},
        {"Events": [{"EventId": "1", "CloudTrailEvent": json.dumps(EVENT)}], "NextToken": "x"},
        {"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": EVENT},
    ],
)
def test_cloudtrail_in_every_wrapper(workspace, tmp_path, document):
    path = written(tmp_path / "r.json", json.dumps(document))
    found = read(workspace, path, mapping="preset:cloudtrail-bedrock")
    assert uses(workspace, found) == [("arn:x", "198.51.100.3")]


def test_a_list_inside_a_record_is_no_wrapper(workspace, tmp_path):
    record = {**RECORD, "items": [{"sku": 1}], "detail": {"account_id": "z"}}
    found = read(workspace, written(tmp_path / "r.jsonl", json.dumps(record) + "\n"))
    assert uses(workspace, found) == [("a", "198.51.100.9")]


def test_a_record_without_its_account_does_not_get_one_that_it_mentions(workspace, tmp_path):
    bad = {"timestamp": T, "ip": "198.51.100.8", "context": {"account_id": "z", "timestamp": T}}
    path = written(tmp_path / "r.jsonl", LINE + "\n" + json.dumps(bad) + "\n")
    found = read(workspace, path)
    assert uses(workspace, found) == [("a", "198.51.100.9")]
    assert found.reasons == {"account_id: missing": 1}
    # An account needs its id alone; what only mentions one is none.
    bad = {"country": "DE", "invited": {"account_id": "z"}}
    path = written(tmp_path / "a.json", json.dumps({"data": [{"account_id": "a"}, bad]}))
    found = read(workspace, path, table="accounts")
    assert [row["account_id"] for row in workspace.rows(found.rows)] == ["a"]


# 16
def test_what_systems_leave_in_folders_is_passed_over(workspace, tmp_path):
    folder = tmp_path / "in"
    (folder / "_temporary").mkdir(parents=True)
    good = written(folder / "a.csv", "account_id,timestamp\na,2026-03-01\n")
    for name in ("._a.csv", ".hidden.csv", "_temporary/0.json", ".DS_Store"):
        written(folder / name, "\0\1")
    assert expand([str(folder)]) == [good.resolve()]


def test_empty_files_among_others_are_skipped(workspace, tmp_path):
    good = written(tmp_path / "a.csv", "account_id,timestamp\na,2026-03-01\n")
    empty = [
        written(tmp_path / "b.csv", ""),
        written(tmp_path / "c.csv.gz", gzip.compress(b"")),
        written(tmp_path / "d.csv", "\n# nothing\n"),
        written(tmp_path / "e.jsonl", ""),
    ]
    found = read(workspace, good, *empty, written(tmp_path / "f.csv", "account_id,timestamp\n"))
    assert (found.read, found.loaded) == (1, 1)
    with pytest.raises(InputError, match="is empty"):
        read(workspace, empty[0])


# 18
@pytest.mark.parametrize(
    "text",
    [
        "sep=;\naccount_id;timestamp;ip\na;2026-03-01;198.51.100.9\n",
        ",account_id,timestamp,ip\n0,a,2026-03-01,198.51.100.9\n",
        "account_id,timestamp,ip,\na,2026-03-01,198.51.100.9,\n",
        "account_id,timestamp,ip\na,2026-03-01,198.51.100.9,\n",
        "\n# made by x\n\naccount_id,timestamp,ip\n# more\na,2026-03-01,198.51.100.9\n",
        "account_id|timestamp|ip\na|2026-03-01|198.51.100.9\n",
        "\ufeffaccount_id,timestamp,ip\r\na,2026-03-01,198.51.100.9\r\n",
        "#Version: 1.0\n#Fields: date time ip account_id cs(User-Agent)\n"
        "2026-03-01 10:00:00 198.51.100.9 a Mozilla/5.0+(X11)\n",
        "#Fields: date\ttime\tip\taccount_id\n2026-03-01\t10:00:00\t198.51.100.9\ta\n",
        '"sep=;"\naccount_id;timestamp;ip\na;2026-03-01;198.51.100.9\n',
        '"account_id","timestamp","ip"\n"1","a","2026-03-01","198.51.100.9"\n',  # R
        "#separator \\x09\n#path\thttp\n#fields\ttimestamp\tip\taccount_id\n#types\ttime\taddr\t"
        "string\n1772359200.5\t198.51.100.9\ta\n#close\t2026\n",  # Zeek
    ],
)
def test_csv_in_every_dress(workspace, tmp_path, text):
    found = read(workspace, written(tmp_path / "r.csv", text))
    assert uses(workspace, found) == [("a", "198.51.100.9")]
    assert found.reasons == {}


def test_files_that_were_put_together(workspace, tmp_path):
    one = "account_id,country\na,DE\n"
    found = read(workspace, written(tmp_path / "a.csv", one + one + "b,FR\n"), table="accounts")
    assert sorted(row["account_id"] for row in workspace.rows(found.rows)) == ["a", "b"]
    assert found.reasons == {"account_id: the header once more, not a row": 1}
    log = "#Fields: date time ip account_id\n2026-03-01 10:00:00 198.51.100.9 a\n"
    assert uses(workspace, read(workspace, written(tmp_path / "r.log.csv", 2 * log))) == [
        ("a", "198.51.100.9"), ("a", "198.51.100.9"),
    ]  # fmt: skip
    other = "#Fields: date time account_id ip\n2026-03-01 10:00:00 b 198.51.100.9\n"
    with pytest.raises(InputError, match="line 3 names other columns"):
        read(workspace, written(tmp_path / "r.csv", log + other))


def test_lines_of_a_dressed_file_are_its_own(workspace, tmp_path):
    text = "# made by x\n\naccount_id,timestamp\n# more\na,never\nb,2026-03-01,1,2\n"
    found = read(workspace, written(tmp_path / "r.csv", text))
    assert sorted((row.line, row.file) for row in found.refusals()) == [
        (5, str(tmp_path / "r.csv")),
        (6, str(tmp_path / "r.csv")),
    ]


# 20, 12
TIMES = {
    "2026-03-01T10:00:00,123Z": "2026-03-01T10:00:00.123000",
    "20260301T100000Z": "2026-03-01T10:00:00",
    "20260301T100000,5Z": "2026-03-01T10:00:00.500000",
    "20260301T1000+0100": "2026-03-01T09:00:00",
    "20260301": "2026-03-01T00:00:00",
    "20260301100000": "2026-03-01T10:00:00",
    "2026-03-01t10:00:00z": "2026-03-01T10:00:00",
    "2026-060": "2026-03-01T00:00:00",
    "2026-W09-7": "2026-03-01T00:00:00",
    "2026W097": "2026-03-01T00:00:00",
    "2026-03-01T24:00:00Z": "2026-03-02T00:00:00",
    "1772359200000000": "2026-03-01T10:00:00",
    "2026-07-01 10:00:00 UTC": "2026-07-01T10:00:00",
    # As programs print an offset: Java, Go.
    "2026-07-01T10:00:00+02:00[Europe/Berlin]": "2026-07-01T08:00:00",
    "2026-07-01T10:00:00[Europe/Berlin]": "2026-07-01T08:00:00",
    "2026-07-01T10:00:00Z[UTC]": "2026-07-01T10:00:00",
    "2026-07-01 10:00:00.5 +0000 UTC m=+0.0001": "2026-07-01T10:00:00.500000",
    "2026-07-01 10:00:00 +0200 CEST": "2026-07-01T08:00:00",
}
UNCLEAR = "a zone by its abbreviation, which is ambiguous; write an offset such as +01:00"
NO_TIME = "not a UTC time, or not between 2000 and 2099"
NO_TIMES = {
    **dict.fromkeys(
        ("CET", "CEST", "EST", "PDT", "(CET)", "BST", "IST", "MSK", "MEZ", "A", "EST5EDT"), UNCLEAR
    ),
    # A month is no day of a year, and a fraction of a minute no fraction of a second.
    **dict.fromkeys(("2026-07", "2026-7", "2026-07-01T10:30.5Z", "20260701T1030,5Z"), NO_TIME),
}


def test_times(workspace, tmp_path):
    bad = [text if text[0] == "2" else f"2026-07-01 10:00:00 {text}" for text in NO_TIMES]
    lines = [f'a{n},"{text}"' for n, text in enumerate([*TIMES, *bad])]
    path = written(tmp_path / "r.csv", "\n".join(["account_id,timestamp", *lines, ""]))
    found = read(workspace, path)
    rows = {row["account_id"]: row["timestamp"].isoformat() for row in workspace.rows(found.rows)}
    assert rows == {f"a{n}": moment for n, moment in enumerate(TIMES.values())}
    said = {row.value: row.reason for row in found.refusals()}
    assert said == dict(zip(bad, NO_TIMES.values(), strict=True))


# 21
def archive(data):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("__MACOSX/._x.csv", "x")
        file.writestr("x.csv", data)
    return made.getvalue()


@pytest.mark.parametrize(
    ("ending", "pack"),
    [
        ("gz", gzip.compress),
        ("bz2", bz2.compress),
        ("xz", lzma.compress),
        ("zip", archive),
        ("zst", lambda data: pa.compress(data, codec="zstd", asbytes=True)),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_packed_files(workspace, tmp_path, ending, pack, kind):
    text = LINE + "\n" if kind == "jsonl" else f"account_id,timestamp,ip\na,{T},198.51.100.9\n"
    found = read(workspace, written(tmp_path / f"r.{kind}.{ending}", pack(text.encode())))
    assert uses(workspace, found) == [("a", "198.51.100.9")]


# 23
def test_errors_name_the_file_that_the_user_knows(workspace, tmp_path):
    lines = "account_id,timestamp\n" + 'a,2026-03-01\r\nb,"2026-03-01\n' * 3
    path = written(tmp_path / "r.csv", "# made by x\n" + lines)
    with pytest.raises(InputError) as caught:
        read(workspace, path)
    assert "scratch" not in caught.value.message
    assert str(path) in caught.value.message


# 24
def test_a_database_that_is_not_there_is_not_made(workspace, tmp_path):
    for scheme in ("sqlite", "duckdb"):
        path = tmp_path / "typo.db"
        with pytest.raises(InputError, match="no such file"):
            query_file(workspace, f"{scheme}:///{path}", "SELECT 1")
        assert not path.exists()


# 6, 19
@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("r.txt", "203.0.113.128 - 203.0.113.191\n", ["203.0.113.128/26"]),
        ("r.txt", "203.0.113.0-203.0.113.9\n", ["203.0.113.0/29", "203.0.113.8/31"]),
        ("t.csv", "address,kind\n203.0.113.128 - 203.0.113.191,vpn\n", ["203.0.113.128/26"]),
        ("s.csv", "start_ip,end_ip,kind\n203.0.113.0,203.0.113.255,vpn\n", ["203.0.113.0/24"]),
        ("i.csv", '"ip_from","ip_to","proxy_type"\n"3405803776","3405804031","VPN"\n',
         ["203.0.113.0/24"]),
        ("d.txt", "\ufeff; Spamhaus\n203.0.113.0/24 ; SBL1\n", ["203.0.113.0/24"]),
        ("m.txt", "203.0.113.0 255.255.255.0\n", ["203.0.113.0/24"]),
        ("m.txt", "203.0.113.0/255.255.255.128\n", ["203.0.113.0/25"]),
        ("g.csv", "network,is_anonymous_vpn,is_tor_exit_node\n203.0.113.0/24,1,0\n",
         ["203.0.113.0/24"]),
        ("a.json", '{"prefixes":[{"ip_prefix":"203.0.113.0/24","service":"EC2"}]}',
         ["203.0.113.0/24"]),
        ("c.json", '{"prefixes":[{"ipv4Prefix":"203.0.113.0/24"}]}', ["203.0.113.0/24"]),
    ],
)  # fmt: skip
def test_lists_and_ranges(workspace, tmp_path, name, text, wanted):
    path = written(tmp_path / name, text)
    form = reference_lists.recognise(path)
    if form:
        files, said = reference_lists.as_table(workspace, [reference_lists.list_file(path, form)])
    else:
        said = read_mapping(None, BY_NAME["proxies"])
        files = [file for file, _ in opened(workspace, [path], None, said) if file]
    found = validate(workspace, files, said, CHANNELS)
    assert sorted(row["address"] for row in workspace.rows(found.rows)) == wanted
    assert found.reasons == {}
