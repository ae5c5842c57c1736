"""Loads that come again, are given up, or write nothing; what does not matter changes nothing."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from load_world import REQUESTS, T, everything, load, nodes, relationships, requests_file, write_csv

from ringleader.catalogue import get
from ringleader.errors import InputError, QueryError
from ringleader.loaders.writing.write_plan import WriteStep
from ringleader.loaders.writing.writer import write_chunk
from ringleader.schema import BUILT_IN


def test_the_same_files_under_any_name_format_or_again_change_nothing(graph, tmp_path):
    path = requests_file(tmp_path / "requests.csv")
    load(graph, "requests", path)
    before = everything(graph)
    renamed = tmp_path / "other name.csv"
    renamed.write_bytes(path.read_bytes())
    assert load(graph, "requests", path).batch_id is None
    summary = load(graph, "requests", path, renamed)
    assert (summary.batch_id, len(summary.skipped)) == (None, 1)
    assert everything(graph) == before


def test_files_of_finished_loads_are_left_out_of_a_larger_one(graph, tmp_path):
    one = write_csv(tmp_path / "1.csv", REQUESTS, ("a", T.format("01"), "192.0.2.1"), *[])
    one.write_text("account_id,timestamp,ip\na,2026-02-01,192.0.2.1\n")
    two = tmp_path / "2.csv"
    two.write_text("account_id,timestamp,ip\na,2026-02-02,192.0.2.1\n")
    load(graph, "requests", one)
    summary = load(graph, "requests", tmp_path)
    assert [path.name for path in summary.skipped] == ["1.csv"]
    ((_, _, used),) = relationships(graph, "USED_IP")
    assert used["events"] == 2


def test_formats_give_the_same_graph(graph, tmp_path):
    csv_path = requests_file(tmp_path / "requests.csv")
    lines = csv_path.read_text().splitlines()
    names = lines[0].split(",")
    records = [
        {k: v or None for k, v in zip(names, line.split(","), strict=True)} for line in lines[1:]
    ]
    jsonl = tmp_path / "requests.jsonl"
    jsonl.write_text("".join(json.dumps(record) + "\n" for record in records))
    packed = tmp_path / "requests.csv.gz"
    packed.write_bytes(gzip.compress(csv_path.read_bytes()))
    packed_json = tmp_path / "requests.jsonl.gz"
    packed_json.write_bytes(gzip.compress(jsonl.read_bytes()))
    parquet = tmp_path / "requests.parquet"
    table = pa.Table.from_pylist(records)
    moments = pa.array([r["timestamp"].rstrip("Z") for r in records]).cast(pa.timestamp("ms"))
    moments = moments.cast(pa.timestamp("ms", "UTC"))
    table = table.set_column(1, "timestamp", moments)
    pq.write_table(table, parquet)
    graphs = set()
    for path in (csv_path, packed, jsonl, packed_json, parquet):
        graph.write("MATCH (n) DETACH DELETE n", name="empty")
        load(graph, "requests", path)
        graphs.add(everything(graph, batches=False))
    assert len(graphs) == 1


CYPHER = "x'}) DETACH DELETE (n) //` MATCH (n) DETACH DELETE n; $rows {{ }} \\u0027"


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("accounts", {"organization_id": CYPHER, "plan": CYPHER, "country": CYPHER}),
        ("requests", {"timestamp": "2026-02-01", "device_id": CYPHER, "user_agent": CYPHER,
                      "prompt_cluster_id": CYPHER, "model": CYPHER, "request_id": CYPHER}),
        ("payments", {"payment_method_id": CYPHER, "issuer_country": CYPHER, "outcome": CYPHER}),
        ("contacts", {"other_account_id": CYPHER + "2"}),
        ("labels", {"label": "fraud", "ring_id": CYPHER, "campaign": CYPHER, "decided_by": CYPHER}),
    ],
)  # fmt: skip
def test_cypher_in_a_field_is_text(graph, tmp_path, table, row):
    graph.write("CREATE (:Ring {ring_id: 'stays'})", name="prepare")
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"account_id": CYPHER, **row}) + "\n")
    assert load(graph, table, path).loaded == 1
    assert nodes(graph, "Ring") == [{"ring_id": "stays"}]
    assert CYPHER in [account["account_id"] for account in nodes(graph, "Account")]


def test_strict_writes_nothing(graph, tmp_path):
    path = tmp_path / "requests.csv"
    path.write_text("account_id,timestamp\na,2026-02-01\nb,yesterday\n")
    with pytest.raises(InputError, match="1 of 2 rows break the contract.*timestamp"):
        load(graph, "requests", path, strict=True)
    assert everything(graph) == "[\n {},\n {}\n]"


def test_dry_run_writes_nothing(graph, tmp_path):
    summary = load(graph, "requests", requests_file(tmp_path / "r.csv"), dry_run=True)
    assert summary.steps == {
        "Account": 2, "IN_SUBNET": 2, "Device": 1, "PromptCluster": 1, "USED_IP": 3,
        "USED_DEVICE": 2, "SENT": 2, "Model": 1, "REQUESTED": 2,
    }  # fmt: skip
    assert everything(graph) == "[\n {},\n {}\n]"


def test_part_of_an_interrupted_load_is_refused(graph, tmp_path):
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    one.write_text("account_id,timestamp,ip\na,2026-02-01,192.0.2.1\n")
    two.write_text("account_id,timestamp,ip\nb,2026-02-02,192.0.2.1\n")
    load(graph, "requests", one, two)
    graph.write("MATCH (b:Batch) SET b.state = 'open'", name="prepare")
    with pytest.raises(InputError, match="belong to a load of requests that was interrupted"):
        load(graph, "requests", one)
    assert load(graph, "requests", two, one).resumed


def test_a_load_that_is_given_up_keeps_what_is_in_and_holds_up_no_other(graph, tmp_path):
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    one.write_text("account_id,timestamp,ip\na,2026-02-01,192.0.2.1\n")
    two.write_text("account_id,timestamp,ip\nb,2026-02-02,192.0.2.1\n")
    first = load(graph, "requests", one, two).batch_id
    graph.write("MATCH (b:Batch) SET b.state = 'open'", name="prepare")
    with pytest.raises(InputError) as refused:
        load(graph, "requests", one)
    assert "ringleader query show give-up-load" in refused.value.hint
    assert refused.value.hint.endswith(f"batch_id={first}")
    waiting = get("loads-not-finished")
    assert [row["batch_id"] for row in graph.read(waiting)] == [first]
    (given_up,) = graph.write(get("give-up-load"), {"batch_id": first}).rows
    assert given_up["file_names"] == ["1.csv", "2.csv"]
    assert graph.read(waiting) == []
    summary = load(graph, "requests", one)
    assert [path.name for path in summary.partly] == ["1.csv"]
    # The same files as before are a load of their own, which begins at its beginning.
    again = load(graph, "requests", two, one)
    assert [path.name for path in again.skipped] == ["1.csv"]
    assert [used["events"] for _, _, used in relationships(graph, "USED_IP")] == [2, 2]
    assert load(graph, "requests", one, two).batch_id is None


def test_all_files_of_a_load_that_is_given_up_are_another_load(graph, tmp_path):
    path = tmp_path / "1.csv"
    path.write_text("account_id,timestamp,ip\na,2026-02-01,192.0.2.1\n")
    seen = []
    for events in (1, 2, 3):
        summary = load(graph, "requests", path)
        seen.append(summary.batch_id)
        assert (len(summary.partly), summary.resumed) == (int(events > 1), False)
        ((_, _, used),) = relationships(graph, "USED_IP")
        assert used["events"] == events
        graph.write("MATCH (b:Batch {state: 'done'}) SET b.state = 'abandoned'", name="prepare")
    assert len(set(seen)) == 3
    states = {batch["batch_id"]: batch["state"] for batch in nodes(graph, "Batch")}
    assert states == dict.fromkeys(seen, "abandoned")


def test_a_chunk_whose_commit_was_not_answered_counts_once(graph, tmp_path):
    load(graph, "requests", requests_file(tmp_path / "requests.csv"))
    before = everything(graph)
    (batch,) = graph.read("MATCH (b:Batch) RETURN b.batch_id AS id, b.done_used_ip AS done")
    assert batch["done"] == 1
    step = WriteStep(BUILT_IN.relationship_by_type["USED_IP"], None, ("start", "end"), None)
    row = {"start": "a", "end": "198.51.100.7", "events": 2}
    # The first chunk is in; saying it again, as a driver does, must change nothing.
    assert write_chunk(graph, batch["id"], step, 0, [row]) == {}
    assert everything(graph) == before
    assert write_chunk(graph, batch["id"], step, 1, [row]) != {}
    assert write_chunk(graph, batch["id"], step, 1, [row]) == {}
    (used,) = (u for s, e, u in relationships(graph, "USED_IP") if (s, e) == ("a", row["end"]))
    assert used["events"] == 4
    # Nor may one be left out.
    with pytest.raises(QueryError):
        write_chunk(graph, batch["id"], step, 3, [row])


def test_a_format_that_cannot_be_told_names_the_option(ringleader, graph, tmp_path):
    path = tmp_path / "accounts.log"
    path.write_text("account_id\na\n")
    failed = ringleader("load", "accounts", path, check=False)
    assert "--input-format csv|jsonl|parquet" in failed.stderr
    ringleader("load", "accounts", path, "--input-format", "csv")
    assert nodes(graph, "Account") == [{"account_id": "a"}]
