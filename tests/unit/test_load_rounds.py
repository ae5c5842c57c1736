"""Parts of a step that are written side by side have no node in common."""

import pyarrow as pa
import pytest

from ringleader.loaders.workspace import Workspace
from ringleader.loaders.writing.write_plan import WRITERS, WriteStep, in_order
from ringleader.schema import BUILT_IN


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "scratch") as opened:
        yield opened


def pairs(workspace, type_, rows):
    table = pa.table({"start": [a for a, _ in rows], "end": [b for _, b in rows]})
    kept = workspace.take("pairs", table)
    return WriteStep(BUILT_IN.relationship_by_type[type_], kept, ("start", "end"), workspace)


def read(step):
    return [(row["start"], row["end"]) for chunk in step.chunks(7) for row in chunk]


def test_parts_of_a_round_are_disjoint_and_together_they_are_the_step(workspace):
    rows = [(f"a{n % 23}", f"192.0.2.{n % 17}") for n in range(23 * 17)]
    rounds = pairs(workspace, "USED_IP", rows).rounds(10)
    seen, marks = [], set()
    for parts in rounds:
        assert len(parts) == WRITERS
        contents = [read(part) for part in parts]
        starts = [{start for start, _ in content} for content in contents]
        ends = [{end for _, end in content} for content in contents]
        assert not set.intersection(*starts)
        assert not set.intersection(*ends)
        seen += [row for content in contents for row in content]
        marks |= {part.mark for part in parts}
    assert sorted(seen) == sorted(rows)
    assert marks == {f"done_used_ip_{a}_{b}" for a in range(WRITERS) for b in range(WRITERS)}


def test_what_fits_a_chunk_or_has_one_label_at_both_ends_is_not_divided(workspace):
    rows = [(f"a{n}", f"a{n + 1}") for n in range(50)]
    small = pairs(workspace, "USED_IP", rows)
    assert small.rounds(50) == [[small]]
    contacts = pairs(workspace, "CONTACTED", rows)
    assert contacts.rounds(10) == [[contacts]]


def test_nodes_come_before_relationships_and_each_once(workspace):
    used = pairs(workspace, "USED_IP", [("a", "192.0.2.1"), ("b", "192.0.2.1")])
    accounts = workspace.take("accounts", pa.table({"account_id": ["b", "c"]}))
    given = WriteStep(BUILT_IN.node_by_label["Account"], accounts, ("account_id",), workspace)
    found = in_order([used, given])
    assert [(step.name, step.mark) for step in found] == [
        ("Account", "done_account"),
        ("Account", "done_account_ends"),
        ("Ip", "done_ip_ends"),
        ("USED_IP", "done_used_ip"),
    ]
    assert [row for chunk in found[1].chunks(9) for row in chunk] == [{"account_id": "a"}]
    assert [row for chunk in found[2].chunks(9) for row in chunk] == [{"address": "192.0.2.1"}]
