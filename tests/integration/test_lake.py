"""Tables of a lake in the graph: live rows only, each once, whatever the table rewrites."""

import json
import os
import time
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from lakes import Warehouse, rows, write_delta
from load_world import everything, nodes, relationships

from ringleader.loaders.writing import writer


def uses(graph):
    """How often each account used each address."""
    return {(a, ip): said["events"] for a, ip, said in relationships(graph, "USED_IP")}


def loaded(result):
    return json.loads(result.stdout)


def listed(ringleader):
    found = json.loads(ringleader("loads", "list", "--format", "json").stdout)
    return [(load["table"], load["files"], load["version"], load["rows"]) for load in found]


IP = "198.51.100.7"


def test_a_version_is_loaded_once_and_a_later_one_adds_its_files(graph, ringleader, tmp_path):
    place = write_delta(tmp_path / "lake", rows("a", "b", day=[1, 2]), partition_by=["day"])
    DeltaTable(place).delete("account_id = 'b'")
    ringleader("load", "requests", "lake")
    assert uses(graph) == {("a", IP): 1}
    before = everything(graph)
    again = ringleader("load", "requests", "lake")
    assert "1 data file of lake (Delta version 1) was loaded before; nothing to do" in again.stderr
    assert everything(graph) == before
    write_delta(place, rows("a", "c", day=[1, 3]), partition_by=["day"])
    ringleader("load", "requests", "lake")
    assert uses(graph) == {("a", IP): 2, ("c", IP): 1}
    assert listed(ringleader) == [
        ("requests", ["lake"], "delta 2", 2),
        ("requests", ["lake"], "delta 1", 1),
    ]
    assert {batch["lake_table"] for batch in nodes(graph, "Batch")} == {
        f"delta {DeltaTable(place).metadata().id}"
    }


def test_a_lake_makes_the_graph_of_its_rows(graph, ringleader, tmp_path):
    """Partitioned or not, in either format, as plain Parquet of the same rows does."""
    table = rows("a", "b", "a", channel=["api", "bedrock", "api"], device_id=["d1", "d1", None])
    pq.write_table(table, tmp_path / "plain.parquet")
    write_delta(tmp_path / "delta", table, partition_by=["channel"])
    made = Warehouse(tmp_path / "w").table(table)
    made.append(rows("z", channel=["api"], device_id=["dz"]))
    made.delete("account_id = 'z'")
    graphs = []
    for source in ("plain.parquet", "delta", "w/logs/requests"):
        graph.run_in_batches(
            "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
        )
        ringleader("load", "requests", source)
        graphs.append(everything(graph, batches=False))
    assert graphs[0] == graphs[1] == graphs[2]
    assert '"events": 2' in graphs[0]


def test_rewritten_rows_without_an_id_are_refused(graph, ringleader, tmp_path):
    place = write_delta(tmp_path / "lake", rows("a", "b"))
    write_delta(place, rows("c"))
    ringleader("load", "requests", "lake")
    before = everything(graph)
    DeltaTable(place).optimize.compact()
    for how in ([], ["--dry-run"]):
        refused = ringleader("load", "requests", "lake", *how, check=False)
        assert refused.returncode == 1
        assert "no longer lists 2 data files that" in refused.stderr
        assert "would count twice, since not all have an id" in refused.stderr
    assert everything(graph) == before
    batch = refused.stderr.partition("load undo ")[2][:12]
    ringleader("load", "undo", batch)
    DeltaTable(place).delete("account_id = 'b'")
    ringleader("load", "requests", "lake")
    assert uses(graph) == {("a", IP): 1, ("c", IP): 1}


def test_rewritten_rows_with_an_id_count_once(graph, ringleader, tmp_path):
    place = write_delta(tmp_path / "lake", rows("a", "b", request_id=["1", "2"]))
    ringleader("load", "requests", "lake")
    DeltaTable(place).delete("account_id = 'b'")
    write_delta(place, rows("c", request_id=["3"]))
    result = ringleader("load", "requests", "lake")
    assert "(Delta version 2) no longer lists 1 data files that" in result.stderr
    assert "rows that were deleted or changed since stay as they were loaded" in result.stderr
    assert uses(graph) == {("a", IP): 1, ("b", IP): 1, ("c", IP): 1}
    again = ringleader("load", "requests", "lake")
    assert "nothing to do" in again.stderr
    # One row without an id, now or before, and nobody can tell.
    DeltaTable(place).optimize.compact()
    write_delta(place, rows("d", request_id=pa.array([None], pa.string())))
    refused = ringleader("load", "requests", "lake", check=False)
    assert (refused.returncode, "would count twice" in refused.stderr) == (1, True)


def test_rows_that_get_an_id_later_are_refused(graph, ringleader, tmp_path):
    place = write_delta(tmp_path / "lake", rows("a", "b", request_id=["1", None]))
    ringleader("load", "requests", "lake")
    DeltaTable(place).update({"request_id": "'2'"}, predicate="account_id = 'b'")
    refused = ringleader("load", "requests", "lake", check=False)
    assert (refused.returncode, "would count twice" in refused.stderr) == (1, True)
    assert uses(graph) == {("a", IP): 1, ("b", IP): 1}


@pytest.mark.parametrize("form", ["delta", "iceberg"])
def test_days_may_leave_the_table(graph, ringleader, tmp_path, form):
    """Old files go, new ones come: no row is written anew, so nothing counts twice."""
    days = rows("a", "b", day=[1, 2])
    if form == "delta":
        place, source = write_delta(tmp_path / "lake", days, partition_by=["day"]), "lake"
        drop, add = DeltaTable(place).delete, partial(write_delta, place, partition_by=["day"])
    else:
        made = Warehouse(tmp_path / "w").table(days.slice(0, 1))
        made.append(days.slice(1))
        drop, add, source = made.delete, made.append, "w/logs/requests"
    ringleader("load", "requests", source)
    drop("day = 1")
    said = "rows that were deleted or changed since stay as they were loaded"
    again = ringleader("load", "requests", source)
    assert "nothing to do" in again.stderr and said in again.stderr
    time.sleep(0.01)  # commits in one millisecond look like one
    add(rows("b", "c", day=[3, 3]))
    result = ringleader("load", "requests", source)
    assert said in result.stderr
    assert uses(graph) == {("a", IP): 1, ("b", IP): 2, ("c", IP): 1}


def test_overwriting_is_no_addition(graph, ringleader, tmp_path):
    """Iceberg makes two snapshots of it, a deletion and an addition, in one commit."""
    made = Warehouse(tmp_path / "w").table(rows("a", "b"))
    ringleader("load", "requests", "w/logs/requests")
    made.overwrite(rows("a", "c"))
    assert [s.summary.operation.value for s in made.snapshots()] == ["append", "delete", "append"]
    refused = ringleader("load", "requests", "w/logs/requests", check=False)
    assert (refused.returncode, "would count twice" in refused.stderr) == (1, True)
    made.append(rows("d"))
    refused = ringleader("load", "requests", "w/logs/requests", check=False)
    assert "and 1 new ones may hold their rows" in refused.stderr
    assert uses(graph) == {("a", IP): 1, ("b", IP): 1}


def test_what_is_assigned_may_be_written_anew(graph, ringleader, tmp_path):
    people = pa.table({"account_id": ["a", "b"], "country": ["DE", "FR"]})
    place = write_delta(tmp_path / "lake", people)
    ringleader("load", "accounts", "lake")
    fresh = pa.table({"account_id": ["a", "c"], "country": ["AT", "IT"]})
    write_delta(place, fresh, mode="overwrite")
    ringleader("load", "accounts", "lake")
    found = {node["account_id"]: node["country"] for node in nodes(graph, "Account")}
    assert found == {"a": "AT", "b": "FR", "c": "IT"}


@pytest.mark.parametrize("form", ["delta", "iceberg"])
def test_an_interrupted_load_is_completed_at_its_version(
    graph, ringleader, tmp_path, monkeypatch, form
):
    first, second = rows("a", "b", "c"), rows("a", "d")
    if form == "delta":
        write_delta(tmp_path / "lake", first)
    else:
        made = Warehouse(tmp_path / "w").table(first)
    place = "lake" if form == "delta" else "w/logs/requests"
    original, calls = writer.write_chunk, []

    def stopped(*args):
        calls.append(args)
        if len(calls) > 3:
            raise KeyboardInterrupt
        return original(*args)

    with monkeypatch.context() as broken:
        broken.setattr(writer, "write_chunk", stopped)
        assert ringleader("load", "requests", place, "--chunk-size", "1", check=False).returncode
    if form == "delta":
        write_delta(tmp_path / "lake", second)
        DeltaTable(tmp_path / "lake").optimize.compact()
    else:
        made.append(second)
    resumed = ringleader("load", "requests", place)
    assert "was interrupted, and is completed" in resumed.stderr
    assert "an interrupted load was completed" in resumed.stderr
    assert uses(graph) == {("a", IP): 1, ("b", IP): 1, ("c", IP): 1}
    after = ringleader("load", "requests", place, check=False)
    if form == "delta":
        assert "would count twice" in after.stderr
    else:
        assert uses(graph) == {("a", IP): 2, ("b", IP): 1, ("c", IP): 1, ("d", IP): 1}


def test_prepared_tables_of_a_lake_know_their_version(graph, ringleader, tmp_path):
    place = write_delta(tmp_path / "lake", rows("a", "b"))
    ringleader("prepare", "requests", "lake", "--output", "first")
    ringleader("load", "uses", "first")
    assert listed(ringleader) == [("requests", ["lake"], "delta 0", 2)]
    assert "nothing to do" in ringleader("load", "requests", "lake").stderr
    write_delta(place, rows("a"))
    ringleader("prepare", "requests", "lake", "--output", "all")
    refused = ringleader("load", "uses", "all", check=False)
    assert "1 of 2 sources were loaded before" in refused.stderr
    ringleader("prepare", "requests", "lake", "--since", "0", "--output", "second")
    ringleader("load", "uses", "second")
    assert uses(graph) == {("a", IP): 2, ("b", IP): 1}
    DeltaTable(place).delete("account_id = 'b'")
    write_delta(place, rows("b"))
    ringleader("prepare", "requests", "lake", "--since", "1", "--output", "third")
    refused = ringleader("load", "uses", "third", check=False)
    assert "would count twice" in refused.stderr
    nothing = ringleader(
        "prepare", "requests", "lake", "--since", "3", "--output", "no", check=False
    )
    assert "has no data files that 3 did not have" in nothing.stderr
    wrong = ringleader("prepare", "all", ".", "--since", "2", "--output", "no", check=False)
    assert (wrong.returncode, "--since is for one table of a lake" in wrong.stderr) == (2, True)


def test_a_folder_of_tables_may_hold_tables_of_a_lake(graph, ringleader, tmp_path):
    write_delta(tmp_path / "all" / "requests", rows("a", "b"))
    DeltaTable(tmp_path / "all" / "requests").delete("account_id = 'b'")
    pq.write_table(pa.table({"account_id": ["a"], "country": ["DE"]}), tmp_path / "all/accounts.pq")
    ringleader("load", "all", "all")
    assert uses(graph) == {("a", IP): 1}
    assert [(n["account_id"], n["country"]) for n in nodes(graph, "Account")] == [("a", "DE")]


def test_a_table_of_a_catalogue_by_name(graph, ringleader, tmp_path, monkeypatch):
    warehouse = Warehouse(tmp_path / "w")
    made = warehouse.table(rows("a", "b"))
    made.delete("account_id = 'b'")
    warehouse.known(monkeypatch)
    ringleader("load", "requests", "iceberg://prod/logs.requests")
    assert uses(graph) == {("a", IP): 1}
    # The same table by its folder.
    assert "nothing to do" in ringleader("load", "requests", "w/logs/requests").stderr


def test_quarantine_names_the_data_file(graph, ringleader, tmp_path):
    place = write_delta(tmp_path / "lake", rows("a", "", day=[1, 1]), partition_by=["day"])
    result = ringleader("load", "requests", "lake")
    [file] = place.rglob("*.parquet")
    path = result.stderr.partition("quarantine file: ")[2].split("\n")[0]
    with open(path) as quarantine:  # noqa: PTH123
        [refused] = map(json.loads, quarantine)
    assert (refused["file"], refused["row"], refused["column"]) == (str(file), 2, "account_id")


def test_an_object_store(graph, ringleader, store, tmp_path):
    """Delta and Iceberg on S3: live rows, and no data file of a table by itself."""
    options = {"allow_http": "true", "AWS_S3_ALLOW_UNSAFE_RENAME": "true"}
    place = "s3://logs/lake/requests"
    table = rows("a", "b", day=["1 /x", "2"])
    write_delta(place, table, partition_by=["day"], storage_options=options)
    DeltaTable(place, storage_options=options).delete("account_id = 'b'")
    endpoint = {"s3.endpoint": os.environ["AWS_ENDPOINT_URL"], "s3.region": "us-east-1"}
    made = Warehouse(tmp_path / "w", **endpoint).catalogue.create_table(
        "logs.other",
        schema=table.schema,
        location="s3://logs/ice/requests",
    )
    made.append(rows("c", "d", day=["1", "2"]))
    made.delete("account_id = 'd'")
    ringleader("load", "requests", place)
    ringleader("load", "requests", "s3://logs/ice/requests")
    assert uses(graph) == {("a", IP): 1, ("c", IP): 1}
    for source in (place, "s3://logs/ice/requests"):
        assert "nothing to do" in ringleader("load", "requests", source).stderr
    for source, kind in (
        ("s3://logs/lake/requests/**/*.parquet", "Delta"),
        ("s3://logs/lake", "Delta"),
        ("s3://logs/ice/requests/data", "Iceberg"),
    ):
        refused = ringleader("load", "requests", source, "--dry-run", check=False)
        assert refused.returncode == 1
        assert f"in the {kind} table logs/" in refused.stderr, source
    done = ringleader("load", "all", "s3://logs/lake")
    assert "nothing to do" in done.stderr
