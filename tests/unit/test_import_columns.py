"""The columns of relationships, in an order that fills the store's property records."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ringleader.errors import InputError
from ringleader.loaders.aggregation.aggregate import END, START
from ringleader.loaders.workspace import Workspace
from ringleader.loaders.writing.import_files import BulkImport
from ringleader.loaders.writing.write_plan import WriteStep
from ringleader.schema import BUILT_IN
from ringleader.schema.import_columns import relationship_properties


def names(type_):
    return [prop.name for prop in relationship_properties(BUILT_IN.relationship_by_type[type_])]


def test_times_share_their_records_with_numbers():
    """Of the four blocks of a record a time takes three and a number one."""
    rest = ["hours", "days", "output_tokens", "channels"]
    assert names("USED_IP") == ["first_seen", "events", "last_seen", "input_tokens", *rest]
    assert names("CONTACTED") == ["first_seen", "events", "last_seen", "kind"]


def test_no_property_is_lost():
    for rel in BUILT_IN.relationships:
        assert sorted(relationship_properties(rel), key=lambda prop: prop.name) == sorted(
            rel.keys + rel.properties, key=lambda prop: prop.name
        )


def test_files_hold_typed_values_and_no_empty_list(tmp_path):
    said = {START: ["a"], END: ["192.0.2.1"], "first_seen": [1], "hours": [[1, 2]]}
    counts = pa.array([None], pa.int64())
    lists = pa.array([[]], pa.list_(pa.string()))
    with Workspace(tmp_path / "scratch") as workspace:
        rows = workspace.take("rows", pa.table({**said, "channels": lists, "events": counts}))
        step = WriteStep(BUILT_IN.relationship_by_type["USED_IP"], rows, (START, END), workspace)
        BulkImport(workspace, [step], [{"batch_id": "x", "rows": 1}]).write(
            tmp_path / "files", "neo4j"
        )
    [row] = pq.read_table(tmp_path / "files" / "USED_IP.parquet").to_pylist()
    assert row == {
        ":START_ID": 0,
        ":END_ID": 1,
        "first_seen:datetime": datetime(1970, 1, 1, 0, 0, 0, 1000, UTC),
        "events:long": 0,
        "last_seen:datetime": None,
        "input_tokens:long": None,
        "hours:long[]": [1, 2],
        "days:long[]": None,
        "output_tokens:long": None,
        "channels:string[]": None,
    }


@pytest.mark.parametrize(
    "label, rows",
    [
        ("Device", {"device_id": ["d", "d"], "user_agent": ["x", "y"]}),
        ("USED_DEVICE", {START: ["a", "b"], END: ["d", None]}),
    ],
)
def test_rows_that_an_import_would_spoil_end_it(tmp_path, label, rows):
    target = BUILT_IN.node_by_label.get(label) or BUILT_IN.relationship_by_type[label]
    with Workspace(tmp_path / "scratch") as workspace:
        step = WriteStep(target, workspace.take("rows", pa.table(rows)), (START, END), workspace)
        bulk = BulkImport(workspace, [step], [{"batch_id": "x"}])
        with pytest.raises(InputError, match=f"{label}: . rows came of ."):
            bulk.write(tmp_path / "files", "neo4j")


def test_what_has_one_name_lies_together_in_a_file(tmp_path):
    names = [f"a{n * 7919 % 1000:03}" for n in range(1000)]
    with Workspace(tmp_path / "scratch") as workspace:
        rows = workspace.take("rows", pa.table({START: names, END: names}))
        workspace.write_parquet(rows, tmp_path / "file.parquet")
    assert pq.read_table(tmp_path / "file.parquet")[START].to_pylist() == sorted(names)
