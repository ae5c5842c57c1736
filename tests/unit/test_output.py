"""Every format says the same; nothing dangerous gets through; files are whole or absent."""

import csv
import io
import json
import os
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from neo4j.time import Duration

from ringleader.errors import InputError, WrongUsage
from ringleader.output import emit, whole_file

ROWS = [
    {"account_id": "a1", "n": 1, "at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "tags": ["x", "y"]},
    {"account_id": "=1+2", "n": None, "at": None, "tags": []},
]


def test_json_lines_and_json_agree(capsys):
    emit(ROWS, format="jsonl")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    emit(ROWS, format="json")
    assert lines == json.loads(capsys.readouterr().out)
    assert lines[0] == {
        "account_id": "a1",
        "n": 1,
        "at": "2026-01-02T03:04:00Z",
        "tags": ["x", "y"],
    }


def test_csv_defuses_formulas_unless_raw(capsys):
    emit(ROWS, format="csv")
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == ["account_id", "n", "at", "tags"]
    assert rows[1] == ["a1", "1", "2026-01-02T03:04:00Z", "x, y"]
    assert rows[2] == ["'=1+2", "", "", ""]
    emit(ROWS, format="csv", raw=True)
    assert list(csv.reader(io.StringIO(capsys.readouterr().out)))[2][0] == "=1+2"


STARTS = ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠", "  =", "\u00a0="]
DDE = ["=cmd|' /C calc'!A0", "+cmd|x", "@SUM(1)*cmd|'/C calc'!A0", "-2+3+cmd|x"]


@pytest.mark.parametrize("text", [*(start + "1" for start in STARTS), *DDE])
@pytest.mark.parametrize("wrap", [lambda t: t, lambda t: [t, "b"]], ids=["text", "list"])
def test_no_cell_is_run_by_a_spreadsheet(text, wrap, capsys):
    emit([{text: wrap(text)}], format="csv")
    header, row = csv.reader(io.StringIO(capsys.readouterr().out, newline=""))
    assert header == ["'" + text]
    assert row[0].startswith("'" + text)
    emit([{text: wrap(text)}], format="csv", raw=True)
    assert next(csv.reader(io.StringIO(capsys.readouterr().out, newline=""))) == [text]


def test_negative_numbers_are_not_formulas(capsys):
    emit([{"n": -5}], format="csv")
    assert capsys.readouterr().out == "n\n-5\n"


def test_parquet_keeps_types(tmp_path):
    emit(ROWS, format="parquet", output=tmp_path / "r.parquet")
    table = pq.read_table(tmp_path / "r.parquet")
    assert table.column("n").to_pylist() == [1, None]
    assert table.column("at").to_pylist()[0] == ROWS[0]["at"]
    assert table.column("tags").to_pylist() == [["x", "y"], []]


@pytest.mark.parametrize("format_", ["json", "jsonl", "csv", "parquet", "table"])
def test_no_rows_is_an_answer_in_every_format(format_, tmp_path):
    emit([], ["a"], format=format_, output=tmp_path / "r")
    content = (tmp_path / "r").read_bytes()
    expected = {"json": b"[]\n", "jsonl": b"", "csv": b"a\n"}
    if format_ in expected:
        assert content == expected[format_]
    elif format_ == "parquet":
        assert pq.read_table(tmp_path / "r").column_names == ["a"]
    else:
        assert b"no rows" in content


def test_control_characters_do_not_reach_a_terminal(capsys):
    emit([{"a": "x\x1b[31mred\x00"}])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\x00" not in out
    assert "red" in out


def test_markup_is_shown_as_it_stands(capsys):
    emit([{"a": "[bold]x[/bold]"}])
    assert "[bold]x[/bold]" in capsys.readouterr().out


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError), whole_file(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_no_file_takes_the_place_of_a_pipe_or_a_device(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"), whole_file(tmp_path / "pipe"):
        pass
    assert (tmp_path / "pipe").is_fifo()


def test_what_turns_text_round_is_seen(capsys):
    emit([{"account_id": "a\u202eb\u2066"}])
    assert "a�b�" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_name_that_no_file_can_have_is_told(tmp_path, name):
    with pytest.raises(InputError, match="cannot write"), whole_file(tmp_path / name):
        pass


def test_json_says_null_for_what_is_no_number_and_durations_as_iso_8601(capsys):
    row = {"n": float("nan"), "in": [1.5, {"x": float("-inf")}], "d": Duration(days=1, hours=2)}
    for format in ("json", "jsonl"):
        emit([row], format=format)
        [found] = [json.loads(capsys.readouterr().out, parse_constant=pytest.fail)]
        assert (found if format == "jsonl" else found[0]) == {
            "n": None,
            "in": [1.5, {"x": None}],
            "d": "P1DT2H",
        }


def test_a_missing_folder_and_an_unknown_format_are_said(tmp_path):
    with pytest.raises(InputError, match="cannot write") as caught:
        emit(ROWS, format="csv", output=tmp_path / "not there" / "r.csv")
    assert caught.value.hint == f"mkdir -p '{tmp_path}/not there'"
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot write") as caught:
        emit(ROWS, format="csv", output=tmp_path / "file" / "no" / "r.csv")
    assert caught.value.hint == "choose another --output"
    with pytest.raises(WrongUsage, match="there is no format"):
        emit(ROWS, format="xml")


def test_a_table_shows_times_to_the_minute(capsys):
    emit([{"at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}])
    assert "2026-01-02 03:04 " in capsys.readouterr().out


def test_an_id_is_never_cut_and_what_is_too_wide_becomes_records(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NO_COLOR", "1")
    emit([{"ring_id": "ring-0123456789ab", "families": ["payment", "network", "prompt"] * 3}])
    shown = capsys.readouterr().out
    assert "ring-0123456789ab" in shown
    assert "┃" in shown
    assert max(map(len, shown.splitlines())) <= 60
    emit([{"one": "a" * 40, "other": "b" * 40}])
    assert capsys.readouterr().out == f"one    {'a' * 40}\nother  {'b' * 40}\n"


def test_a_table_may_be_brief_and_other_formats_hold_everything(capsys):
    emit([{"a": 1, "b": 2}], brief=["a"])
    assert "b" not in capsys.readouterr().out
    emit([{"a": 1, "b": 2}], brief=["a"], format="csv")
    assert capsys.readouterr().out == "a,b\n1,2\n"
