"""Requests that are grouped before they are checked mean what row by row they mean."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.mapping import Mapping
from ringleader.loaders.sources.files import inspect
from ringleader.loaders.tables import LOADERS
from ringleader.loaders.tables.interface import TableInput
from ringleader.loaders.validation.validate import validate
from ringleader.loaders.validation.values import NO_NAME
from ringleader.loaders.workspace import Workspace

CHANNELS = ("api", "azure", "bedrock", "vertex")
COLUMNS = ("account_id", "ip", "device_id", "user_agent", "prompt_cluster_id", "request_id")
GOOD = (
    ("a", "192.0.2.1", "d1", "curl/7", "p1", "r1"),
    ("a", "192.0.2.1:443", "d1", "curl/8", None, "r2"),
    ("a", "::ffff:192.0.2.1", None, None, "p1", "r3"),
    ("b", "2001:DB8::1", "d1", None, "p2", None),
    ("c", None, None, "curl/8", None, None),
)


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "scratch") as opened:
        yield opened


def written(path: Path, rows):
    columns = {
        name: pa.array([row[number] for row in rows], pa.string())
        for number, name in enumerate(COLUMNS)
    }
    times = [datetime(2026, 2, 1, number) for number in range(len(rows))]
    count = pa.array(range(len(rows)), pa.int64())
    pa.parquet.write_table(
        pa.table({**columns, "timestamp": times, "input_tokens": count, "output_tokens": count}),
        path,
    )
    return inspect(path)


def outcome(workspace, file, tmp_path, *, by_group=True):
    """Whether no row was checked by itself, the counts, and the rows to write by step."""
    mapping = Mapping(BY_NAME["requests"])
    later = LOADERS["requests"].checked_after_grouping(mapping.table) if by_group else ()
    given = validate(workspace, [file], mapping, CHANNELS, later=later)
    plan = LOADERS["requests"].plan(TableInput(given, mapping, CHANNELS, tmp_path, "b", None))
    rows = {step.name: [row for chunk in step.chunks(1000) for row in chunk] for step in plan.steps}
    clean = plan.clean
    said = (clean.read, clean.refused, clean.duplicates, clean.ports, clean.reasons)
    return not clean.parts, said, rows


def test_requests_checked_by_group_give_the_rows_of_those_checked_one_by_one(workspace, tmp_path):
    file = written(tmp_path / "requests.parquet", GOOD)
    first, said, rows = outcome(workspace, file, tmp_path)
    assert first
    assert said == (5, 0, 0, 1, {})
    assert outcome(workspace, file, tmp_path, by_group=False) == (False, said, rows)
    assert [(r["start"], r["end"], r["events"], r["hours"]) for r in rows["USED_IP"]] == [
        ("a", "192.0.2.1", 3, [0, 1, 2]),
        ("b", "2001:db8::1", 1, [3]),
    ]
    assert [r["days"] for r in rows["USED_IP"]] == [[5], [5]]
    assert [row["account_id"] for row in rows["Account"]] == ["a", "b", "c"]
    assert rows["Device"] == [{"device_id": "d1", "user_agent": "curl/8"}]
    assert [(r["start"], r["end"]) for r in rows["IN_SUBNET"]] == [
        ("192.0.2.1", "192.0.2.0/24"),
        ("2001:db8::1", "2001:db8::/64"),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((None, "192.0.2.9", "d", None, None, None), "account_id: missing"),
        ((None, None, None, None, None, None), "account_id: missing"),
        (("", "192.0.2.9", "d", None, None, None), "account_id: missing"),
        (("x", "192.0.2.900", "d", None, None, None), "ip: not an IP address"),
        (("x", None, "d" * 513, None, None, None), "device_id: longer than 512 bytes"),
        (("x\0", None, "d", None, None, None), "account_id: holds a NUL byte"),
        (("x", None, None, None, "a@x.de", None), "prompt_cluster_id: holds an e-mail address"),
    ],
)  # fmt: skip
def test_one_bad_row_is_refused_and_the_rest_is_as_before(workspace, tmp_path, row, reason):
    _, _, rows = outcome(workspace, written(tmp_path / "good.parquet", GOOD), tmp_path)
    found = outcome(workspace, written(tmp_path / "bad.parquet", [*GOOD, row]), tmp_path)
    assert found == (False, (6, 1, 0, 1, {reason: 1}), rows)


NO_TIME = "not a UTC time, or not between 2000 and 2099"


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("timestamp", datetime(1970, 1, 1), NO_TIME),
        ("timestamp", datetime(2101, 1, 1), NO_TIME),
        ("timestamp", datetime(1970, 1, 1, tzinfo=UTC), NO_TIME),
        ("timestamp", datetime(2101, 1, 1, tzinfo=UTC), NO_TIME),
        ("timestamp", None, "missing"),
    ],
)
def test_a_bad_value_that_is_not_grouped_by_is_seen(workspace, tmp_path, column, value, reason):
    good = {"account_id": "a", "ip": "192.0.2.1", "timestamp": datetime(2026, 2, 1), column: None}
    if column == "timestamp":
        good[column] = datetime(2026, 2, 1, tzinfo=value and value.tzinfo)
    file = tmp_path / "some.parquet"
    pa.parquet.write_table(pa.Table.from_pylist([good, good, {**good, column: value}]), file)
    first, said, rows = outcome(workspace, inspect(file), tmp_path)
    assert (first, said) == (False, (3, 1, 0, 0, {f"{column}: {reason}": 1}))
    assert [row["events"] for row in rows["USED_IP"]] == [2]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("input_tokens", -1, "not a whole number from 0 to 1,000,000,000,000"),
        ("channel", "carrier pigeon", "unknown channel"),
        ("model", "m\0", "holds a NUL byte"),
        ("endpoint", "e" * 5000, "longer than 4,096 bytes"),
        ("user_agent", "u" * 5000, "longer than 4,096 bytes"),
        ("capability", "magic?", NO_NAME),
    ],
)
def test_a_bad_value_that_is_no_evidence_costs_itself(workspace, tmp_path, column, value, reason):
    good = {"account_id": "a", "ip": "192.0.2.1", "timestamp": datetime(2026, 2, 1), column: None}
    file = tmp_path / "some.parquet"
    pa.parquet.write_table(pa.Table.from_pylist([good, good, {**good, column: value}]), file)
    prepared = validate(workspace, [inspect(file)], Mapping(BY_NAME["requests"]), CHANNELS)
    assert (prepared.loaded, prepared.reasons) == (3, {})
    assert prepared.notes == {f"{column}: {reason}": 1}
    assert [row[column] for row in workspace.rows(prepared.rows)] == [None] * 3


def test_empty_texts_are_no_identifiers(workspace, tmp_path):
    file = written(tmp_path / "blank.parquet", [("a", "", "", "", "", "")])
    first, said, rows = outcome(workspace, file, tmp_path)
    assert (first, said) == (False, (1, 0, 0, 0, {}))
    assert rows["Account"] == [{"account_id": "a"}]
    assert {row["end"] for row in rows["REQUESTED"]} == {"unknown"}
    assert set(rows) == {"Account", "Model", "REQUESTED"}


def test_a_repeated_request_id_counts_once(workspace, tmp_path):
    again = ("a", "192.0.2.1", "d1", "curl/7", "p1", "r1")
    first, said, rows = outcome(
        workspace, written(tmp_path / "r.parquet", [*GOOD, again]), tmp_path
    )
    assert (first, said[2]) == (False, 1)
    assert rows["USED_IP"][0]["events"] == 3
