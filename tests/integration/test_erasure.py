"""Erasure on request: an account is gone from every place, and is recognised when it comes back."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ending_world import ACCOUNTS, REQUESTS, emptied, loaded_pair
from load_world import everything, load, nodes, write_csv

from ringleader import Connection, audit_chain
from ringleader.errors import WrongUsage
from ringleader.loaders.lifecycle import forgetting
from ringleader.loaders.lifecycle.scrubbing import scrub


@pytest.fixture
def loaded(graph, tmp_path):
    return loaded_pair(graph, tmp_path)


def only_ben(graph, tmp_path):
    """The graph as it would be if only ben had ever been loaded."""
    emptied(graph)
    load(graph, "accounts", write_csv(
        tmp_path / "a.csv", ACCOUNTS, ("ben", "2026-01-01", "ben@example.org", "DE", "DE"),
    ))  # fmt: skip
    load(graph, "requests", write_csv(
        tmp_path / "r.csv", REQUESTS, ("ben", "2026-02-20T02:00:00Z", "198.51.100.7", "d1", "m"),
    ))  # fmt: skip
    return json.loads(everything(graph, batches=False))


def test_an_erased_account_is_nowhere(loaded, tmp_path, ringleader):
    graph, home = loaded, loaded.settings.home
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "accounts.csv").write_text("account_id,bits\nanna,3\nanna2,4\n'=ben,5\n")
    (exports / "rings.csv").write_text('ring_id,members\nring-1,"anna, ben, cid"\n')
    (exports / "rings.jsonl").write_text(
        '{"ring": "r", "members": ["anna", "ben"], "evidence": ["network|Ip|192.0.2.99"]}\n'
        '{"ring": "s", "members": ["cid"]}\n'
    )
    pq.write_table(pa.table({"account_id": ["anna", "ben"], "n": [1, 2]}), exports / "rows.parquet")
    (exports / "report.html").write_text("<td>anna</td>")
    (exports / "other.html").write_text("<td>anna2 joanna</td>")
    quarantine = home / "quarantine"
    quarantine.mkdir(exist_ok=True)
    (quarantine / "q.jsonl").write_text('{"row": 1, "value": "anna"}\n{"row": 2, "value": "x"}\n')
    (home / "shell").mkdir(exist_ok=True)
    (home / "shell" / "history").write_text(
        "# 2026-01-01\n+MATCH (a {account_id: 'anna'})\n+RETURN a\n\n# 2026-01-02\n+RETURN 1\n"
    )
    receipt_file = tmp_path / "receipt.json"
    command = ["forget", "anna", "--folder", exports, "--receipt", receipt_file, "--tombstone"]
    ringleader(*command, "--dry-run")
    assert (exports / "report.html").exists()
    ringleader(*command)
    receipt = json.loads(receipt_file.read_text())
    assert receipt["removed"] == {
        "rows in records of loads": 10,
        "rows in quarantine": 1,
        "exported files": 5,
        "statements in the shell's history": 1,
        "lines of the audit log": 0,
        "accounts": 1,
        "identifiers that only they used": 4,
    }
    assert {path.rpartition("/")[2]: rows for path, rows in receipt["files"].items()} == {
        "accounts.csv": 1, "rings.csv": 1, "rings.jsonl": 1, "rows.parquet": 1, "report.html": None,
    }  # fmt: skip
    assert (exports / "accounts.csv").read_text() == "account_id,bits\nanna2,4\n'=ben,5\n"
    assert (exports / "rings.csv").read_text() == 'ring_id,members\nring-1,"ben, cid"\n'
    assert json.loads((exports / "rings.jsonl").read_text().splitlines()[0]) == {
        "ring": "r", "members": ["ben"], "evidence": [],
    }  # fmt: skip
    assert pq.read_table(exports / "rows.parquet").to_pylist() == [{"account_id": "ben", "n": 2}]
    assert not (exports / "report.html").exists()
    assert (exports / "other.html").exists()
    assert (home / "shell" / "history").read_text() == "# 2026-01-02\n+RETURN 1\n"
    for path in (home / "loads").glob("*/step-*.parquet"):
        text = json.dumps(pq.read_table(path).to_pylist())
        assert "anna" not in text, path
        assert "192.0.2.99" not in text, path
    assert "anna" not in json.dumps(receipt)
    assert audit_chain.verify(home).sound
    assert "anna" not in (home / audit_chain.FILE).read_text().splitlines()[-1]
    now = json.loads(everything(graph, batches=False))
    [tombstone] = now[0].pop("Tombstone")
    assert tombstone["account_hash"] == receipt["hashes"][0]
    # The earliest request that asked a model stays: it names nobody.
    expected = only_ben(graph, tmp_path)
    for said in (now, expected):
        said[0].pop("Model")
        for rows in said[1].values():
            for row in rows:
                row[2].pop("batch", None)
    assert now == expected


def test_whoever_comes_back_is_recognised(loaded, tmp_path, ringleader):
    ringleader("forget", "anna", "--tombstone")
    load(loaded, "accounts", write_csv(tmp_path / "b.csv", "account_id", ("anna",), ("cid",)))
    r = Connection(loaded.settings, graph=loaded)
    receipt = r.forget(again=True)
    assert (receipt.asked, receipt.found, receipt.tombstones) == (1, 1, True)
    assert {node["account_id"] for node in nodes(loaded, "Account")} == {"ben", "cid"}
    assert r.forget(again=True).asked == 0
    with pytest.raises(WrongUsage):
        r.forget()


def test_a_file_names_accounts_by_line_or_column(tmp_path):
    (tmp_path / "a").write_text("x\n\ny\nx\n")
    (tmp_path / "b.csv").write_text('n,account_id\n1,"a,b"\n2,c\n')
    assert forgetting.read_accounts(tmp_path / "a") == ["x", "y"]
    assert forgetting.read_accounts(tmp_path / "b.csv") == ["a,b", "c"]


def test_a_file_without_names_is_not_touched(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a,b\r\n1,2\r\n")
    assert scrub(path, ["anna"]) is None
    assert path.read_bytes() == b"a,b\r\n1,2\r\n"
