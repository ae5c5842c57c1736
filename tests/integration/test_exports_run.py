"""An export is of one run, whole or not at all, and says what it lacks."""

import json
import re
import sys

import export_world
import igraph
import networkx as nx
import pytest
import stix2validator
from export_world import FORMULA, MEMBERS, ODD, lines
from pymisp import MISPEvent

from ringleader.errors import NotFound, RingleaderError, WrongUsage
from ringleader.exports import handover
from ringleader.exports.findings import THINGS
from ringleader.exports.handover import FORMATS, Options, export, format_of


def test_since_a_run_is_what_changed_after_it(exported, export_graph):
    rows = lines(exported("rings", "jsonl", since="run-1"))
    assert [r["account_id"] for r in rows] == [ODD, FORMULA, "carol-1"]
    accounts = lines(exported("accounts", "jsonl", since="run-1"))
    assert {r["account_id"] for r in accounts} == set(MEMBERS["r1"])
    links = lines(exported("links", "jsonl", since="run-1"))
    assert {r["account_b"] for r in links} == {ODD, "outside-9", "carol-1"}
    assert [r["campaign_id"] for r in lines(exported("campaigns", "jsonl", since="run-1"))] == [
        "campaign-k"
    ]
    graph = nx.read_graphml(exported("rings", "graphml", since="run-1"))
    assert [n for n in graph if n.startswith("Ring:")] == ["Ring:ring-r1"]
    for thing in THINGS:
        assert lines(exported(thing, "jsonl", since="run-2")) == []
        for run in ("run-3", "run-9"):  # one that is open, one that never was
            with pytest.raises(NotFound, match="no finished run"):
                exported(thing, "jsonl", since=run)


def test_one_ring(exported):
    assert {r["account_id"] for r in lines(exported("accounts", "jsonl", ring_id="ring-r2"))} == {
        "dan-22",
        "eve-33",
    }
    assert len(lines(exported("rings", "jsonl", ring_id="ring-r1", since="run-1"))) == 3
    assert lines(exported("rings", "jsonl", ring_id="ring-r1", since="run-2")) == []
    with pytest.raises(NotFound, match="no ring 'ring-r9'"):
        exported("rings", "csv", ring_id="ring-r9")


def test_a_detection_that_finishes_meanwhile_leaves_no_file(export_graph, tmp_path, monkeypatch):
    runs = iter([handover_run(export_graph), None])
    monkeypatch.setattr("ringleader.exports.findings.current_run", lambda graph: next(runs))
    with pytest.raises(RingleaderError, match="another detection finished"):
        export(export_graph, "rings", "csv", tmp_path / "rings.csv")
    assert list(tmp_path.iterdir()) == []


def handover_run(export_graph):
    from ringleader.exports.findings import current_run

    return current_run(export_graph)


@pytest.mark.parametrize(("format_", "library"), [("stix", "stix2"), ("misp", "pymisp")])
def test_a_missing_library_names_the_extra(export_graph, tmp_path, monkeypatch, format_, library):
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, f"ringleader.exports.{format_}", raising=False)
    with pytest.raises(RingleaderError, match=library) as said:
        export(export_graph, "rings", format_, tmp_path / "x")
    assert "ringleader[intel]" in said.value.hint
    assert list(tmp_path.iterdir()) == []


def test_without_a_history_of_rings_every_later_run_changed_them(graph, tmp_path):
    export_world.build(graph)
    graph.write("MATCH (:Run)-[found:FOUND]->() DELETE found")
    path = tmp_path / "rings.jsonl"
    export(graph, "rings", "jsonl", path, Options(since="run-1"))
    assert len(lines(path)) == 5
    export(graph, "rings", "jsonl", path, Options(since="run-2"))
    assert lines(path) == []


def test_nothing_detected_is_said(graph, tmp_path):
    with pytest.raises(NotFound, match="no detection has finished"):
        export(graph, "rings", "csv", tmp_path / "rings.csv")


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("thing", THINGS)
def test_a_run_without_rings_is_an_answer_in_every_format(graph, tmp_path, thing, format_):
    graph.write(
        "CREATE (:Run {run_id: 'run-1', state: 'done', started_at: datetime(), "
        "finished_at: datetime('2026-02-01T00:00Z')})"
    )
    path = tmp_path / f"x.{format_}"
    handed = export(graph, thing, format_, path)
    assert (handed.rows, handed.ties or 0) == (0, 0)
    if format_ == "stix":
        text = path.read_text()
        assert stix2validator.validate_string(text).is_valid
    elif format_ == "misp":
        MISPEvent().load_file(path)
    elif format_ == "graphml":
        assert igraph.Graph.Read_GraphML(str(path)).vcount() == len(nx.read_graphml(path)) == 0
    elif format_ == "gexf":
        assert len(nx.read_gexf(path)) == 0


def test_the_command_line(ringleader, graph, tmp_path):
    export_world.build(graph)
    done = ringleader("export", "rings", "--output", "rings.stix.json", "--tlp", "green")
    assert "16 nodes and 18 edges from run-2" in done.stderr
    assert json.loads((tmp_path / "rings.stix.json").read_bytes())["type"] == "bundle"
    done = ringleader("export", "accounts", "--ring", "ring-r2", "--pseudonymise")
    assert done.stdout.startswith("account_id,")
    assert len(re.findall(r"^account-[0-9a-f]{32},", done.stdout, re.MULTILINE)) == 2
    done = ringleader("export", "rings", "--output", "rings.json", check=False)
    assert (done.returncode, "end it in .csv" in done.stderr) == (2, True)


def test_formats_are_told_by_endings(tmp_path):
    names = {
        "a.CSV": "csv",
        "a.ndjson": "jsonl",
        "a.pq": "parquet",
        "a.stix.json": "stix",
        "a.misp.json": "misp",
        "a.gexf": "gexf",
    }
    assert {name: format_of(tmp_path / name) for name in names} == names
    with pytest.raises(WrongUsage, match="cannot tell"):
        format_of(tmp_path / "a.json")
    with pytest.raises(WrongUsage, match="no format 'xml'"):
        handover.export(None, "rings", "xml", None)
