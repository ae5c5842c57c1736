"""Tables of a lake: of every version exactly its live rows, under the table's names and types."""

import importlib.util
import os
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from lakes import (
    Warehouse,
    copy_without,
    hand_written,
    mapped_field,
    marked_rows,
    write_delta,
)

from ringleader.errors import InputError
from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.lake import tables
from ringleader.loaders.lake.tables import table_at
from ringleader.loaders.mapping import Condition, Mapping
from ringleader.loaders.sources.columns import wanted_rows
from ringleader.loaders.sources.files import expand
from ringleader.loaders.sources.readers import read_groups
from ringleader.loaders.workspace import FILE, ROW, Workspace


def read(tmp_path, place, number=None, where=()):
    """The rows of a version, each as a dictionary, sorted by all they hold."""
    _, files = table_at(str(place)).files(number)
    mapping = Mapping(BY_NAME["requests"], where=where)
    with Workspace(tmp_path / "scratch") as workspace:
        found = [
            row
            for group in read_groups(workspace, files, ())
            for row in workspace.rows(wanted_rows(group, mapping).table.drop(FILE, ROW))
        ]
    return sorted(found, key=repr)


def ids(rows):
    return [row["account_id"] for row in rows]


def accounts(*names, **columns):
    return pa.table({"account_id": list(names), **columns})


def test_a_delta_table_has_the_rows_of_its_version(tmp_path):
    place = write_delta(tmp_path / "t", accounts("a", "b"))
    write_delta(place, accounts("c", "d"))
    DeltaTable(place).delete("account_id = 'b'")
    write_delta(place, accounts("z"), mode="overwrite")
    DeltaTable(place).restore(2)
    DeltaTable(place).optimize.compact()
    expected = {0: "ab", 1: "abcd", 2: "acd", 3: "z", 4: "acd", 5: "acd", None: "acd"}
    assert {n: "".join(ids(read(tmp_path, place, n))) for n in expected} == expected
    # The folder holds more: that is what reading all its files would give.
    there = [row for file in place.glob("*.parquet") for row in pq.read_table(file).to_pylist()]
    assert sorted(ids(there)) == ["a", "a", "a", "b", "c", "c", "d", "d", "z"]


def test_columns_of_partitions_are_not_in_the_files(tmp_path):
    moments = pa.array([1, 2, 3, 4], pa.timestamp("us", "UTC"))
    table = accounts(
        *"abcd",
        country=["DE", "a b/c:d%41é", None, "DE"],
        day=[date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 2), None],
        moment=moments,
        level=[1, 2, 3, None],
    )
    place = write_delta(tmp_path / "t", table, partition_by=["country", "day", "moment", "level"])
    assert not {"country", "day", "moment", "level"} & {
        name for file in place.rglob("*.parquet") for name in pq.read_schema(file).names
    }
    at = [datetime(1970, 1, 1, 0, 0, 0, n, UTC) for n in range(1, 5)]
    found = read(tmp_path, place)
    for row in found:
        row["moment"] = row["moment"].astimezone(UTC)
    names = ("account_id", "country", "day", "moment", "level")
    assert [tuple(row[name] for name in names) for row in found] == [
        ("a", "DE", date(2026, 3, 1), at[0], 1),
        ("b", "a b/c:d%41é", date(2026, 3, 1), at[1], 2),
        ("c", None, date(2026, 3, 2), at[2], 3),
        ("d", "DE", None, at[3], None),
    ]


@pytest.mark.parametrize("mode", ["name", "id"])
def test_a_delta_table_with_column_mapping(tmp_path, mode):
    numbered = [
        pa.field("col-1", pa.string(), metadata={"PARQUET:field_id": "1"}),
        pa.field(
            "col-2",
            pa.struct(
                [
                    pa.field("col-3", pa.string(), metadata={"PARQUET:field_id": "3"}),
                    pa.field("gone", pa.string(), metadata={"PARQUET:field_id": "9"}),
                ]
            ),
            metadata={"PARQUET:field_id": "2"},
        ),
        pa.field("dropped", pa.string(), metadata={"PARQUET:field_id": "8"}),
    ]
    inner = {"type": "struct", "fields": [mapped_field("ip", "string", 3, "col-3")]}
    place = hand_written(
        tmp_path / "t",
        pa.Table.from_pylist(
            [{"col-1": "a", "col-2": {"col-3": "x", "gone": "y"}, "dropped": "z"}],
            schema=pa.schema(numbered),
        ),
        configuration={"delta.columnMapping.mode": mode},
        fields=[
            mapped_field("account_id", "string", 1, "col-1"),
            mapped_field("client", inner, 2, "col-2"),
            mapped_field("country", "string", 4, "col-4"),
            mapped_field("later", "string", 5, "col-5"),
        ],
        split=["country"],
        partitionValues={"col-4": "DE"},
    )
    row = {"account_id": "a", "client": {"ip": "x"}, "country": "DE"}
    assert read(tmp_path, place) == [row]


def test_columns_that_came_later(tmp_path):
    place = write_delta(tmp_path / "t", accounts("a"))
    write_delta(place, accounts("b", ip=["x"]), schema_mode="merge")
    assert read(tmp_path, place) == [{"account_id": "a"}, {"account_id": "b", "ip": "x"}]


def test_what_would_be_read_wrongly_is_refused(tmp_path):
    marked = marked_rows(tmp_path / "vector.bin", 0, 2)
    table = accounts(*"abc")
    for name, features, add, said in (
        (
            "vectors",
            ["deletionVectors"],
            {"deletionVector": marked},
            "1 data files .* hold deleted rows",
        ),
        ("widened", ["typeWidening"], {}, "a reader that knows typeWidening"),
        ("other", ["madeUp"], {}, "madeUp"),
        ("clone", [], {"path": "s3://other/part-0.parquet"}, "a shallow clone"),
    ):
        place = hand_written(tmp_path / name, table, features=features, **add)
        with pytest.raises(InputError, match=said) as refused:
            read(tmp_path, place)
        assert str(place) in refused.value.message and "\n" not in refused.value.message
    # The feature alone says only that rows might be marked.
    place = hand_written(tmp_path / "none", table, features=["deletionVectors", "v2Checkpoint"])
    assert ids(read(tmp_path, place)) == ["a", "b", "c"]


def test_an_iceberg_table_has_the_rows_of_its_snapshot(tmp_path):
    warehouse = Warehouse(tmp_path / "w")
    made = warehouse.table(accounts("a", "b", n=[1, 2]))
    first = made.current_snapshot().snapshot_id
    made.append(accounts("c", "d", n=[3, 4]))
    made.delete("account_id = 'b'")
    second = made.current_snapshot().snapshot_id
    made.overwrite(accounts("z", n=[9]))
    place = warehouse.place()
    found = {n: ids(read(tmp_path, place, n)) for n in (first, second, None)}
    assert found == {first: ["a", "b"], second: ["a", "c", "d"], None: ["z"]}


def test_renamed_added_and_partition_columns_of_an_iceberg_table(tmp_path):
    from pyiceberg.types import StringType

    warehouse = Warehouse(tmp_path / "w")
    made = warehouse.table(
        accounts("a", "b", where=["x", "y"], client=[{"ip": "1"}, {"ip": "2"}], day=[7, 8])
    )
    with made.update_schema() as change:
        change.rename_column("where", "ip")
        change.rename_column("client.ip", "address")
        change.add_column("later", StringType())
    with made.update_spec() as change:
        change.add_identity("day")
    made.append(
        accounts("c", ip=["z"], client=[{"address": "3"}], day=[9], later=["l"]).select(
            ["account_id", "ip", "client", "day", "later"]
        )
    )
    # As Hive leaves them: without the partition's column, known by names alone.
    hive = tmp_path / "w" / "logs" / "requests" / "data" / "day=5"
    hive.mkdir()
    pq.write_table(pa.table({"account_id": ["d"], "ip": ["h"], "day": [5]}), hive / "1.parquet")
    made.add_files([f"file://{hive}/1.parquet"])
    pq.write_table(pa.table({"account_id": ["d"], "ip": ["h"]}), hive / "1.parquet")
    _, files = table_at(str(warehouse.place())).files()
    size = (hive / "1.parquet").stat().st_size
    for file in files:
        if "day=5" in file.lake.address:
            object.__setattr__(file.lake, "size", size)
    with Workspace(tmp_path / "scratch") as workspace:
        found = [
            row
            for group in read_groups(workspace, files, ())
            for row in workspace.rows(group.table.drop(FILE, ROW))
        ]
    assert sorted(found, key=repr) == [
        {"account_id": "a", "ip": "x", "client": {"address": "1"}, "day": 7},
        {"account_id": "b", "ip": "y", "client": {"address": "2"}, "day": 8},
        {"account_id": "c", "ip": "z", "client": {"address": "3"}, "day": 9, "later": "l"},
        {"account_id": "d", "ip": "h", "day": 5},
    ]


def test_files_from_before_a_change_are_read_by_themselves(tmp_path):
    """Only a name, or only a type, is another one; the order of files does not matter."""
    from pyiceberg.types import LongType

    big = 2**40
    for name, more in (("name", ["x", "y"]), ("type", ["x"])):
        warehouse = Warehouse(tmp_path / name)
        made = warehouse.table(accounts("a", where=["1"], n=pa.array([1], pa.int32())))
        with made.update_schema() as change:
            if name == "name":
                change.rename_column("where", "ip")
            else:
                change.update_column("n", field_type=LongType())
        kind = pa.int32() if name == "name" else pa.int64()
        fresh = "ip" if name == "name" else "where"
        for account in more:
            value = pa.array([2 if name == "name" else big], kind)
            made.append(accounts(account, **{fresh: ["2"], "n": value}))
        assert [tuple(row.values()) for row in read(tmp_path, warehouse.place())] == [
            ("a", "1", 1),
            *((account, "2", 2 if name == "name" else big) for account in more),
        ]


def test_a_field_that_was_dropped_is_not_the_one_of_its_name(tmp_path):
    from pyiceberg.types import StringType

    warehouse = Warehouse(tmp_path / "w")
    made = warehouse.table(accounts("a", client=[{"ip": "old", "os": "x"}], note=["old"]))
    for change in ("delete_column", "add_column"):
        with made.update_schema() as schema:
            for name in (("client", "ip"), ("note",)):
                getattr(schema, change)(name, *([StringType()] if change == "add_column" else []))
    made.append(accounts("b", client=[{"os": "y", "ip": "new"}], note=["new"]))
    found = read(tmp_path, warehouse.place())
    assert [(r["account_id"], r["client"].get("ip"), r.get("note")) for r in found] == [
        ("a", None, None),
        ("b", "new", "new"),
    ]


def test_files_without_numbers_need_a_mapping_of_names(tmp_path):
    warehouse = Warehouse(tmp_path / "w")
    made = warehouse.table(accounts("a"))
    pq.write_table(accounts("b"), tmp_path / "b.parquet")
    made.add_files([f"file://{tmp_path}/b.parquet"])
    assert ids(read(tmp_path, warehouse.place())) == ["a", "b"]
    with made.transaction() as change:
        change.remove_properties("schema.name-mapping.default")
    with pytest.raises(InputError, match="its columns have no numbers"):
        read(tmp_path, warehouse.place())


def test_an_iceberg_table_with_marked_rows_is_refused(tmp_path, monkeypatch):
    from pyiceberg.table import DataScan, FileScanTask

    warehouse = Warehouse(tmp_path / "w")
    warehouse.table(accounts("a", "b"))
    planned = DataScan.plan_files

    def with_deletes(scan):
        # pyiceberg reads such tables, and writes none.
        return [FileScanTask(t.file, delete_files={t.file}) for t in planned(scan)]

    monkeypatch.setattr(DataScan, "plan_files", with_deletes)
    with pytest.raises(InputError, match=r"1 data files .* only marked so \(merge on read\)"):
        read(tmp_path, warehouse.place())


def test_two_writers_of_one_version_are_told_by_the_catalogue_only(tmp_path, monkeypatch):
    warehouse = Warehouse(tmp_path / "w")
    made = warehouse.table(accounts("a"))
    last = made.metadata_location.removeprefix("file://")
    number = os.path.basename(last).partition("-")[0]  # noqa: PTH119
    other = warehouse.place() / "metadata" / f"{number}-lost.metadata.json"
    other.write_bytes((warehouse.place() / "metadata" / os.path.basename(last)).read_bytes())  # noqa: PTH119
    with pytest.raises(InputError, match="2 files describe version 1") as refused:
        read(tmp_path, warehouse.place())
    assert refused.value.hint.endswith("iceberg://CATALOGUE/NAMESPACE.TABLE")
    warehouse.known(monkeypatch)
    assert ids(read(tmp_path, "iceberg://prod/logs.requests")) == ["a"]
    with pytest.raises(InputError, match="iceberg://prod/logs.none: the Iceberg table cannot be"):
        read(tmp_path, "iceberg://prod/logs.none")


def test_conditions_of_a_mapping_hold(tmp_path):
    table = accounts(
        *"abcd", kind=["call", None, "stream", "other"], model=["m1", "m1", "m2", "m3"]
    )
    place = write_delta(tmp_path / "t", table, partition_by=["kind"])
    where = (Condition("kind", ("call", "stream")), Condition("model", pattern="^m[13]"))
    assert ids(read(tmp_path, place, where=where)) == ["a"]
    with pytest.raises(InputError, match="has no column 'none'"):
        read(tmp_path, place, where=(Condition("none", ("x",)),))


@pytest.mark.parametrize("form", ["delta", "iceberg"])
def test_data_files_are_read_as_the_tables_or_not_at_all(tmp_path, form):
    if form == "delta":
        place = write_delta(tmp_path / "lake" / "t", accounts("a", day=[1]), partition_by=["day"])
    else:
        warehouse = Warehouse(tmp_path / "lake")
        warehouse.table(accounts("a"))
        place = warehouse.place()
    [file] = place.rglob("*.parquet")
    for source in (file, file.parent, tmp_path / "lake", f"{file.parent}/*.parquet"):
        with pytest.raises(InputError, match=f"in the {form.title()} table {place}") as refused:
            expand([str(source)])
        assert refused.value.hint == f"load the table: ringleader load TABLE {place}"
    hidden = "_delta_log" if form == "delta" else "metadata"
    assert expand([str(copy_without(place, tmp_path / "plain", hidden))])


def test_a_data_file_that_is_not_as_the_table_says(tmp_path):
    place = write_delta(tmp_path / "t", accounts("a"))
    [file] = place.glob("*.parquet")
    whole = file.read_bytes()
    file.write_bytes(whole + b"x")
    with pytest.raises(InputError, match=f"has {len(whole) + 1:,} bytes.*says {len(whole):,}"):
        read(tmp_path, place)
    file.unlink()
    with pytest.raises(InputError, match=f"{file.name} cannot be read"):
        read(tmp_path, place)
    with pytest.raises(InputError, match="the Delta table cannot be read"):
        read(tmp_path, place, 7)


@pytest.mark.parametrize("form", ["delta", "iceberg"])
def test_a_missing_package_is_named(tmp_path, monkeypatch, form):
    if form == "delta":
        place = write_delta(tmp_path / "t", accounts("a"))
    else:
        warehouse = Warehouse(tmp_path / "w")
        warehouse.table(accounts("a"))
        place = warehouse.place()
    package = {"delta": "deltalake", "iceberg": "pyiceberg"}[form]
    there = importlib.util.find_spec
    monkeypatch.setattr(
        tables.importlib.util, "find_spec", lambda name: None if name == package else there(name)
    )
    with pytest.raises(InputError, match=f"needs the package {package}") as refused:
        read(tmp_path, place)
    assert refused.value.hint == 'pip install "ringleader[lake]"'


def test_the_version_is_the_tables_own_wherever_it_lies(tmp_path):
    place = write_delta(tmp_path / "t", accounts("a"))
    write_delta(place, accounts("b"))
    (place, other) = (place, copy_without(place, tmp_path / "copy", "nothing"))
    (mine, files), (theirs, copies) = (table_at(str(p)).files() for p in (place, other))
    assert (mine.table, mine.number, mine.live) == (theirs.table, theirs.number, theirs.live)
    assert {f.sha256 for f in files} == {f.sha256 for f in copies} == mine.live
    assert str(mine) == f"{place} (Delta version 1)"
    assert mine.of(mine.content()) == mine
