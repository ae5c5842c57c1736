"""Bad input: a clear line or a quarantined row, nothing half-written, no stack trace."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from load_world import everything, load, nodes, relationships

from ringleader.errors import InputError

HEAD = b"account_id,timestamp,ip,channel\n"
GOOD = b"good,2026-02-01T00:00:00Z,192.0.2.1,api\n"
JSON = b'{"account_id": "good", "timestamp": 1769904000}\n'
EMPTY = "[\n {},\n {}\n]"


def wrong_checksum(content):
    packed = bytearray(gzip.compress(content))
    packed[-5] ^= 1
    packed[-8] ^= 1
    return bytes(packed)


def parquet_bytes(tmp_path):
    path = tmp_path / "whole.parquet"
    pq.write_table(pa.table({"account_id": ["a"] * 1000, "timestamp": ["2026-02-01"] * 1000}), path)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", lambda _: b"", "is empty"),
        ("empty.parquet", lambda _: b"", "is empty"),
        ("no.csv", lambda _: b"\n\n", "is empty: it holds no rows"),
        ("column.csv", lambda _: b"account_id,ip\na,192.0.2.1\n", "no column 'timestamp'"),
        ("column.jsonl", lambda _: b'{"account_id": "a"}\n', "no column 'timestamp'"),
        ("twice.csv", lambda _: b"account_id,timestamp,ip,ip\n", "two columns are called 'ip'"),
        ("cut.csv.gz", lambda _: gzip.compress(HEAD + GOOD * 9999)[:-60], "end of GZIP|truncated"),
        ("cut.jsonl.gz", lambda _: gzip.compress(b'{"account_id":1}\n' * 9999)[:60], "trunc|GZIP"),
        ("no.csv.gz", lambda _: b"\x1f\x8bnot gzip at all", "is damaged"),
        ("cut.parquet", lambda path: parquet_bytes(path)[:-40], "no whole Parquet file"),
        ("no.parquet", lambda _: b"PAR1 nonsense", "no whole Parquet file"),
        ("array.json", lambda _: b'[\n{"account_id": 1}\n]\n', "one JSON array, not JSON lines"),
        ("binary.csv", lambda _: bytes(range(256)) * 9, "not UTF-8|no column names"),
        ("what.bin", lambda _: b"x", "cannot tell the format"),
        ("crc.csv.gz", lambda _: wrong_checksum(HEAD + GOOD), "is damaged: CRC check failed"),
        ("crc.jsonl.gz", lambda _: wrong_checksum(JSON), "is damaged: CRC check failed"),
        ("wide.csv", lambda _: (HEAD + GOOD).decode().encode("utf-16"), "is UTF-16"),
        ("wide.jsonl", lambda _: JSON.decode().encode("utf-16"), "is UTF-16"),
        ("half.csv", lambda _: (HEAD + GOOD).decode().encode("utf-16-le"), "NUL bytes"),
        ("mac.csv", lambda _: (HEAD + GOOD).replace(b"\n", b"\r"), "a carriage return only"),
        ("quote.csv", lambda _: HEAD + b'b,"x,,\n' + GOOD * 9, "line 2: 9 lines after it"),
    ],
)
def test_files_that_cannot_be_loaded(ringleader, graph, tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content(tmp_path))
    with pytest.raises(InputError, match=says) as caught:
        load(graph, "requests", path)
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert everything(graph) == EMPTY


def test_missing_file_is_one_line(graph, ringleader):
    result = ringleader("load", "requests", "nowhere.csv", check=False)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "error: nowhere.csv: no such file",
        "  try: a path, a glob or a folder",
    ]


ROWS = {
    "missing account": (b",2026-02-01,192.0.2.2,api", "account_id", "missing", 3),
    "blank account": (b"   ,2026-02-01,192.0.2.2,api", "account_id", "missing", 3),
    "bad time": (b"bad,last tuesday,192.0.2.2,api", "timestamp", "not a UTC time", 3),
    "time out of range": (b"bad,1999-12-31,192.0.2.2,api", "timestamp", "not a UTC time", 3),
    "no time": (b"bad,,192.0.2.2,api", "timestamp", "missing", 3),
    "bad address": (b"bad,2026-02-01,999.1.2.3,api", "ip", "not an IP address", 3),
    "NUL byte": (b"ba\0d,2026-02-01,192.0.2.2,api", "account_id", "NUL", 3),
    "invalid UTF-8": (b"ba\xffd,2026-02-01,192.0.2.2,api", None, "not UTF-8", 3),
    "too few fields": (b"bad", None, "fewer fields", 3),
    "too many fields": (b"bad,2026-02-01,192.0.2.2,api,more", None, "more fields", 3),
    "10 MB field": (b"x" * 10_000_000 + b",2026-02-01,192.0.2.2,api", None, "more than 4 MB", 3),
    "long id": (b"x" * 600 + b",2026-02-01,192.0.2.2,api", "account_id", "longer than 512", 3),
}


@pytest.mark.parametrize("case", ROWS)
def test_rows_that_go_to_quarantine(graph, tmp_path, case):
    row, column, reason, line = ROWS[case]
    path = tmp_path / "requests.csv"
    path.write_bytes(HEAD + GOOD + row + b"\n" + GOOD.replace(b"good", b"last"))
    summary = load(graph, "requests", path)
    assert (summary.read, summary.loaded, summary.quarantined) == (3, 2, 1)
    (refused,) = map(json.loads, summary.quarantine.read_text().splitlines())
    assert (refused["file"], refused["line"], refused["column"]) == (str(path), line, column)
    assert reason in refused["reason"]
    assert len(refused["value"] or "") <= 120
    assert nodes(graph, "Account") == [{"account_id": "good"}, {"account_id": "last"}]


def test_bad_json_lines_go_to_quarantine(graph, tmp_path):
    good = b'{"account_id": "good", "timestamp": 1769904000}\n'
    bad = [b"{broken\n", b"[1, 2]\n", b'{"account_id": "b\xff", "timestamp": 1769904000}\n',
           b'{"account_id": "n\\u0000", "timestamp": 1769904000}\n',
           b'{"account_id": "' + b"x" * 10_000_000 + b'", "timestamp": 1769904000}\n']  # fmt: skip
    path = tmp_path / "requests.jsonl"
    path.write_bytes(good + b"".join(bad))
    summary = load(graph, "requests", path)
    refused = [json.loads(line) for line in summary.quarantine.read_text().splitlines()]
    assert [row["line"] for row in refused] == [2, 3, 4, 5, 6]
    assert summary.reasons == {
        "account_id: holds a NUL byte": 1,
        "account_id: longer than 512 bytes": 1,
        "not a JSON object": 3,
    }
    assert [row["reason"] for row in refused] == [
        "not a JSON object",
        "not a JSON object",
        "not a JSON object",
        "holds a NUL byte",
        "longer than 512 bytes",
    ]
    assert nodes(graph, "Account") == [{"account_id": "good"}]


def test_what_is_secret_is_not_shown_in_quarantine(graph, tmp_path):
    cards = tmp_path / "payments.csv"
    cards.write_text(
        "account_id,payment_method_id\na,4111 1111 1111 1111\nb,5500005555555559\nc,ok\n"
    )
    mails = tmp_path / "accounts.csv"
    mails.write_text("account_id,email\na,secret.person at example\n")
    prompts = tmp_path / "requests.jsonl"
    prompts.write_text(
        json.dumps({"account_id": "a", "timestamp": "never", "prompt": "my pass is X"})
    )
    texts = []
    for table, path in (("payments", cards), ("accounts", mails), ("requests", prompts)):
        texts.append(load(graph, table, path).quarantine.read_text())
    assert [len(text.splitlines()) for text in texts] == [2, 1, 1]
    for secret in ("4111", "5500", "secret.person", "my pass"):
        assert not any(secret in text for text in texts)
        assert secret not in everything(graph)
    assert [end for _, end, _ in relationships(graph, "PAID_WITH")] == ["ok"]


def test_duplicate_rows_count_once(graph, tmp_path):
    requests = tmp_path / "requests.csv"
    requests.write_text(
        "account_id,timestamp,ip,request_id\n"
        "a,2026-02-01,192.0.2.1,r1\na,2026-02-01,192.0.2.1,r1\n"  # the same request twice
        "a,2026-02-01,192.0.2.1,\na,2026-02-01,192.0.2.1,\n"  # two requests in one second
    )
    summary = load(graph, "requests", requests)
    ((_, _, used),) = relationships(graph, "USED_IP")
    assert (used["events"], summary.duplicates) == (3, 1)
    payments = tmp_path / "payments.csv"
    payments.write_text(
        "account_id,payment_method_id,timestamp\n"
        "a,fp,2026-02-01\na,fp,2026-02-01\na,fp,2026-02-02\na,fp,\na,fp,\n"
    )
    summary = load(graph, "payments", payments)
    ((_, _, paid),) = relationships(graph, "PAID_WITH")
    assert (paid["events"], summary.duplicates) == (4, 1)


def test_rows_that_contradict_each_other(graph, tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_text(
        "account_id,status,status_at\n"
        "a,active,2026-02-01\na,banned,2026-02-03\nb,active,2026-02-01\nb,active,2026-02-01\n"
    )
    summary = load(graph, "accounts", path)
    assert (summary.loaded, summary.quarantined, summary.duplicates) == (2, 1, 1)
    assert [(n["account_id"], n["status"]) for n in nodes(graph, "Account")] == [
        ("a", "banned"),
        ("b", "active"),
    ]
    (refused,) = map(json.loads, summary.quarantine.read_text().splitlines())
    assert (refused["line"], refused["reason"]) == (
        2,
        "contradicts the row that is kept for this account_id",
    )


def test_summary_and_exit_codes_of_the_command(graph, ringleader, tmp_path):
    path = tmp_path / "requests.csv"
    path.write_bytes(HEAD + GOOD + b"bad,never,,\n")
    first = ringleader("load", "requests", path, "--format", "json")
    (row,) = json.loads(first.stdout)
    assert (row["read"], row["loaded"], row["quarantined"]) == (2, 1, 1)
    assert "quarantined 1: timestamp: " in first.stderr
    assert "quarantine file: " in first.stderr
    second = ringleader("load", "requests", path, "--format", "json")
    (row,) = json.loads(second.stdout)
    assert (row["read"], row["files_skipped"], row["batch"]) == (0, 1, None)
    assert "was loaded before; nothing to do" in second.stderr
    strict = tmp_path / "strict.csv"
    strict.write_bytes(HEAD + b"bad,never,,\n")
    result = ringleader("load", "requests", strict, "--strict", check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("error: 1 of 1 rows break the contract")
    assert ringleader("load", "nothing", path, check=False).returncode == 2
    assert ringleader("load", "requests", check=False).returncode == 2


@pytest.mark.parametrize("packed", [False, True])
def test_json_with_a_byte_order_mark(graph, tmp_path, packed):
    content = b"\xef\xbb\xbf" + JSON + b'{"account_id": "b", "timestamp": 0}\n'
    path = tmp_path / ("requests.jsonl.gz" if packed else "requests.jsonl")
    path.write_bytes(gzip.compress(content) if packed else content)
    summary = load(graph, "requests", path)
    assert (summary.read, summary.loaded, summary.quarantined) == (2, 1, 1)
    (refused,) = map(json.loads, summary.quarantine.read_text().splitlines())
    assert (refused["file"], refused["line"]) == (str(path), 2)
    assert nodes(graph, "Account") == [{"account_id": "good"}]


def test_packed_and_plain_files_together(graph, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(JSON)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(JSON.replace(b"good", b"packed")))
    summary = load(graph, "requests", tmp_path)
    assert (summary.read, summary.loaded) == (2, 2)


def test_broken_lines_of_several_files_keep_their_places(graph, tmp_path):
    for name in ("a", "b"):
        lines = [JSON.replace(b"good", name.encode()), b'{"timestamp": 1}\n', b"[1]\n", JSON]
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(lines))
    summary = load(graph, "requests", tmp_path)
    assert summary.reasons == {"account_id: missing": 2, "not a JSON object": 2}
    refused = [json.loads(line) for line in summary.quarantine.read_text().splitlines()]
    places = sorted((row["file"][-7:], row["line"], row["reason"]) for row in refused)
    assert places == [
        (f"{name}.jsonl", line, reason)
        for name in ("a", "b")
        for line, reason in ((2, "missing"), (3, "not a JSON object"))
    ]


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_a_database_of_systems_is_opened_before_anything_is_written(
    graph, ringleader, tmp_path, more
):
    path = tmp_path / "requests.csv"
    path.write_bytes(HEAD + GOOD)
    (tmp_path / "no.mmdb").write_text("x")
    call = ("load", "requests", path, "--asn-mmdb", "no.mmdb", *more)
    result = ringleader(*call, check=False)
    assert result.returncode == 1
    assert "no.mmdb is no MaxMind database" in result.stderr
    assert everything(graph) == EMPTY


def test_an_empty_source_is_not_the_current_folder(graph, ringleader, tmp_path):
    (tmp_path / "accounts.csv").write_text("account_id\na\n")
    result = ringleader("load", "accounts", "", check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert "try: " in result.stderr
    assert everything(graph) == EMPTY


def test_warnings_about_rows(graph, ringleader, tmp_path):
    path = tmp_path / "requests.csv"
    path.write_bytes(HEAD)
    assert "warning: there are no rows" in ringleader("load", "requests", path).stderr
    path.write_bytes(HEAD + b"bad,never,,\n")
    first = ringleader("load", "requests", path)
    assert "warning: no row is valid" in first.stderr
    assert 'say how times are written: timestamp = { column = "…", format = ' in first.stderr
    again = ringleader("load", "requests", path, "--strict")
    assert "warning: rows were quarantined when these files were loaded: " in again.stderr


def test_a_huge_count_does_not_spoil_later_loads(graph, tmp_path):
    head = b"account_id,timestamp,ip,input_tokens\n"
    row = b"a,2026-02-01,192.0.2.1,"
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_bytes(head + row + b"9223372036854775807\n" + row + b"1000000000000\n")
    second.write_bytes(head + row + b"5\n")
    assert sum(load(graph, "requests", first).left_out.values()) == 1
    load(graph, "requests", second)
    ((_, _, used),) = relationships(graph, "USED_IP")
    assert (used["events"], used["input_tokens"]) == (3, 1_000_000_000_005)
