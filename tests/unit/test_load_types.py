"""Values of the wrong type are refused, not bent into the right one."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.mapping import ColumnMap, Mapping
from ringleader.loaders.sources.files import inspect
from ringleader.loaders.validation.validate import validate
from ringleader.loaders.workspace import Workspace

COUNT = "input_tokens: not a whole number from 0 to 1,000,000,000,000"
TEXT = "account_id: a list, an object, or true or false; text or a number is expected"


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "scratch") as made:
        yield made


def read(workspace, path, table="requests", **columns):
    prepared = validate(workspace, [inspect(path)], Mapping(BY_NAME[table], columns), ("api",))
    return prepared, workspace.rows(prepared.rows)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("5", 5),
        (" 5 ", 5),
        ("1000000000000", 10**12),
        ("1000000000001", None),
        ("9223372036854775807", None),
        ("99999999999999999999999999", None),
        ("5.0", 5),
        ("5.5", None),
        ("0x10", None),
        ("1_000", None),
        ("1e5", None),
        ("true", None),
        ("-1", None),
    ],
)
@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_counts(workspace, tmp_path, text, count, format_):
    path = tmp_path / f"requests.{format_}"
    if format_ == "csv":
        path.write_text(f"account_id,timestamp,input_tokens\na,2026-02-01,{text}\n")
    else:
        number = text if text not in (" 5 ", "0x10", "1_000") else json.dumps(text)
        path.write_text(f'{{"account_id":"a","timestamp":"2026-02-01","input_tokens":{number}}}\n')
    prepared, rows = read(workspace, path)
    if (format_, text) == ("jsonl", "1e5"):
        count = 100_000  # a number of JSON
    assert [row["input_tokens"] for row in rows] == [count]
    assert prepared.reasons == {}
    assert prepared.notes == ({COUNT: 1} if count is None else {})


def test_counts_of_parquet(workspace, tmp_path):
    path = tmp_path / "requests.parquet"
    counts = [5.0, 5.5, float("nan"), 1e300, None]
    table = {"account_id": ["a"] * 5, "timestamp": ["2026-02-01"] * 5, "input_tokens": counts}
    pq.write_table(pa.table(table), path)
    prepared, rows = read(workspace, path)
    assert [row["input_tokens"] for row in rows] == [5, None, None, None, None]
    assert prepared.notes == {COUNT: 3}


@pytest.mark.parametrize("value", [{"a": 1}, [1], True, False, {}, []])
def test_ids_of_json(workspace, tmp_path, value):
    path = tmp_path / "requests.jsonl"
    rows = [value, "a", 7, "{x}", "[y"]
    path.write_text(
        "".join(json.dumps({"account_id": v, "timestamp": 1769904000}) + "\n" for v in rows)
    )
    prepared, rows = read(workspace, path)
    assert [row["account_id"] for row in rows] == ["a", "7", "{x}", "[y"]
    # An empty object or list says nothing.
    assert prepared.reasons == {TEXT if value not in ({}, []) else "account_id: missing": 1}
    (refused,) = prepared.refusals()
    assert (refused.line, refused.column) == (1, "account_id")


@pytest.mark.parametrize("value", [{"a": 1}, [1], True])
def test_ids_of_parquet(workspace, tmp_path, value):
    path = tmp_path / "requests.parquet"
    pq.write_table(pa.table({"account_id": [value], "timestamp": ["2026-02-01"]}), path)
    prepared, rows = read(workspace, path)
    assert (rows, prepared.reasons) == ([], {TEXT: 1})


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("2026-02-01T10:00:00+14:00", True),
        ("2026-02-01T10:00:00-13:59", True),
        ("2026-02-01 10:00:00+05", True),
        ("2026-02-15", True),
        ("2026-02-01T10:00:00+14:30", False),
        ("2026-02-01 10:00:00+15:00", False),
        ("2026-02-01 10:00:00-99:00", False),
    ],
)
def test_offsets(workspace, tmp_path, text, fine):
    path = tmp_path / "requests.csv"
    path.write_text(f"account_id,timestamp\na,{text}\n")
    prepared, rows = read(workspace, path)
    assert len(rows) == fine
    assert prepared.reasons == (
        {} if fine else {"timestamp: an offset from UTC that no clock has": 1}
    )


def test_casts_that_fail_name_their_column(workspace, tmp_path):
    path = tmp_path / "requests.csv"
    path.write_text("account_id,timestamp,n\na,2026-02-01,5\nb,2026-02-01,x\nc,2026-02-01,\n")
    prepared, rows = read(workspace, path, input_tokens=ColumnMap("n", cast="integer"))
    assert [(row["account_id"], row["input_tokens"]) for row in rows] == [
        ("a", 5),
        ("b", None),
        ("c", None),
    ]
    assert prepared.notes == {"input_tokens: cannot be cast to integer": 1}
    (noted,) = prepared.refusals()
    assert (noted.line, noted.column, noted.value, noted.row_kept) == (3, "input_tokens", "x", True)


def test_casts_of_text_columns(workspace, tmp_path):
    path = tmp_path / "requests.csv"
    path.write_text("account_id,timestamp,n\n1,2026-02-01,5\n")
    casts = {name: ColumnMap("n", cast="integer") for name in ("model", "device_id")}
    _, (row,) = read(workspace, path, **casts)
    assert (row["model"], row["device_id"]) == ("5", "5")


@pytest.mark.parametrize(
    ("form", "zone", "text", "moment"),
    [
        (None, "Europe/Berlin", "2026-01-24 02:31:00", "2026-01-24 01:31:00"),
        (None, "Europe/Berlin", "2026-07-24 02:31:00.5", "2026-07-24 00:31:00.500000"),
        (None, "Europe/Berlin", "20260724T023100", "2026-07-24 00:31:00"),
        (None, "Europe/Berlin", "2026-07-24T02:31Z", "2026-07-24 02:31:00"),
        (None, "Europe/Berlin", "2026-07-24 02:31:00-05", "2026-07-24 07:31:00"),
        (None, "Europe/Berlin", "2026-07-24T02:31:00+0530", "2026-07-23 21:01:00"),
        (None, "Europe/Berlin", "2026-07-24 02:31:00 America/New_York", "2026-07-24 06:31:00"),
        (None, "Europe/Berlin", "1784860260", "2026-07-24 02:31:00"),
        (None, "Europe/Berlin", "2026-01-24", "2026-01-23 23:00:00"),
        (None, "Europe/Berlin", "2026-07-24 02:31:00+02:00:00", "2026-07-24 00:31:00"),
        (None, "Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29 01:30:00"),
        (None, "Europe/Berlin", "20260724", "2026-07-23 22:00:00"),
        (None, "Europe/Berlin", "20260724023100", "2026-07-24 00:31:00"),
        (None, "Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 01:30:00"),
        ("%d %b %Y - %H:%M", None, "24 Jan 2026 - 02:31", "2026-01-24 02:31:00"),
        ("%y%m%d", "Europe/Berlin", "260724", "2026-07-23 22:00:00"),
        ("%d.%m.%Y %H:%M:%S", None, "24.01.2026 02:31:00", "2026-01-24 02:31:00"),
        ("%d.%m.%Y %H:%M:%S", "Asia/Tokyo", "24.01.2026 02:31:00", "2026-01-23 17:31:00"),
        ("%d/%b/%Y:%H:%M:%S %z", "Asia/Tokyo", "24/Jan/2026:02:31:00 -0700", "2026-01-24 09:31:00"),
        ("%d.%m.%Y", None, "2026-01-24", None),
    ],
)
def test_times_of_another_form_and_clock(workspace, tmp_path, form, zone, text, moment):
    path = tmp_path / "requests.csv"
    path.write_text(f"account_id,when\na,{text}\n")
    entry = ColumnMap("when", format=form, zone=zone)
    prepared, rows = read(workspace, path, timestamp=entry)
    assert [str(row["timestamp"]) for row in rows] == ([moment] if moment else [])
    wrong = f"timestamp: not a time as {form}, or not between 2000 and 2099"
    assert prepared.reasons == ({} if moment else {wrong: 1})


def test_a_column_of_moments_without_a_zone_is_of_the_clock_of_the_mapping(workspace, tmp_path):
    path = tmp_path / "requests.parquet"
    shown = pa.array([1_769_221_860_000], pa.timestamp("ms"))
    pq.write_table(pa.table({"account_id": ["a"], "timestamp": shown}), path)
    _, [row] = read(workspace, path, timestamp=ColumnMap("timestamp", zone="Europe/Berlin"))
    assert str(row["timestamp"]) == "2026-01-24 01:31:00"


def test_a_number_has_the_form_of_the_mapping(workspace, tmp_path):
    path = tmp_path / "requests.parquet"
    pq.write_table(pa.table({"account_id": ["a"], "timestamp": [240_126]}), path)
    _, [row] = read(workspace, path, timestamp=ColumnMap("timestamp", format="%d%m%y"))
    assert str(row["timestamp"]) == "2026-01-24 00:00:00"
