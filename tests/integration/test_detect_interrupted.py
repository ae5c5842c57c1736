"""Detection that is cut, fails or runs beside what an earlier run left."""

from dataclasses import replace

import numpy as np
import pytest
from detect_world import BOTS, CARDS, P, build, members, standing

from ringleader.algorithms import detect as stages
from ringleader.algorithms.detect import detect
from ringleader.algorithms.evidence.reading import read_sharing
from ringleader.algorithms.explanation.explain import explain, why_member
from ringleader.algorithms.grouping.communities import projection
from ringleader.algorithms.grouping.edges import Edges
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings import link_rows, publication
from ringleader.catalogue import get
from ringleader.errors import QueryError


class Cut(BaseException):
    """Stands for Ctrl-C or a kill."""


@pytest.mark.parametrize(
    "where",
    ["read_sharing", "communities", "concluded", "_link_rows", "_write_co_uses", "_publish"],
)
def test_an_interrupted_detection_leaves_rings_alone_and_is_made_good(graph, monkeypatch, where):
    build(graph)
    detect(graph, P)
    undisturbed = standing(graph)
    module = link_rows if where == "_link_rows" else stages
    real = getattr(module, where)

    def cut(*given, **named):
        if where == "_link_rows":
            yield next(real(*given, **named))[:5]  # some links are in, most are not
        raise Cut

    def cut_now(*given, **named):
        raise Cut

    monkeypatch.setattr(module, where, cut if where == "_link_rows" else cut_now)
    with pytest.raises(Cut):
        detect(graph, P)
    assert standing(graph)[0] == undisturbed[0]
    monkeypatch.undo()
    detect(graph, P)
    assert standing(graph) == undisturbed
    runs = graph.read("MATCH (r:Run) RETURN r.state AS state, count(*) AS n", name="runs")
    assert runs == [{"state": "done", "n": 2}]


def test_a_cut_after_the_rings_are_published_is_made_good(graph, monkeypatch):
    build(graph)
    detect(graph, P)
    undisturbed = standing(graph)
    real = stages._publish

    def then_cut(*given):
        real(*given)
        raise Cut

    monkeypatch.setattr(stages, "_publish", then_cut)
    with pytest.raises(Cut):
        detect(graph, P)
    assert standing(graph)[0] == undisturbed[0]
    monkeypatch.undo()
    detect(graph, P)
    assert standing(graph) == undisturbed


@pytest.mark.parametrize(
    "failing", ["retire-rings", "write-lineage", "write-campaigns", "finish-run"]
)
def test_rings_are_replaced_whole_or_not_at_all(graph, monkeypatch, failing):
    """A statement of the publication fails on the server after it and others have written."""
    build(graph)
    detect(graph, P)
    before = everything_of_rings(graph)
    assert [ring["size"] for ring in before[0]] == [8, 12]
    assert {row["ring"] for row in before[3]} == {ring["ring"]["ring_id"] for ring in before[0]}
    # The next run would drop the cards' ring.
    graph.write("MATCH (:PaymentMethod {payment_method_id: 'pm-ring'})<-[u]-() DELETE u", name="x")

    def broken(name):
        stored = get(name)
        if name != failing:
            return stored
        return replace(stored, text=stored.text + "\nWITH count(*) AS n RETURN 1 / (n - n) AS cut")

    monkeypatch.setattr(publication, "get", broken)
    with pytest.raises(QueryError, match="zero"):
        detect(graph, P)
    assert everything_of_rings(graph) == before
    monkeypatch.undo()
    detect(graph, P)
    assert members(graph) == {tuple(BOTS)}


def everything_of_rings(graph):
    """Rings with all their properties, memberships, the run in force, verdicts on identifiers."""
    rings = graph.read(
        "MATCH (r:Ring)<-[m:MEMBER_OF]-(a:Account) WITH r, m, a ORDER BY a.account_id "
        "RETURN properties(r) AS ring, r.size AS size, "
        "collect([a.account_id, properties(m)]) AS members ORDER BY size",
        name="rings",
    )
    number = graph.read("MATCH (r:Ring) RETURN count(r) AS n")
    # How many use an identifier is counted anew by every reading.
    verdicts = [
        {name: value for name, value in row.items() if name != "accounts"}
        for row in graph.read(get("list-verdicts"), {"verdict": None, "limit": 1000})
    ]
    verdicts.sort(key=lambda row: (row["label"], row["identifier"]))
    return rings, graph.read(get("current-run")), number, verdicts


@pytest.mark.parametrize("where", ["communities", "_publish"])
def test_a_ring_is_explained_by_its_own_run(graph, monkeypatch, where):
    """Links of a run that was cut stand beside those of the run that found the rings."""
    build(graph)
    found = detect(graph, P)
    names = [ring.ring_id for ring in found.rings]
    before = [(explain(graph, name), why_member(graph, name, a)) for name, a in asked(found)]

    def cut(*given, **named):
        raise Cut

    graph.write("MATCH (:Device {device_id: 'dev-ring'})<-[u]-() DELETE u", name="x")
    monkeypatch.setattr(stages, where, cut)
    with pytest.raises(Cut):
        detect(graph, Parameters(min_ring_size=3, false_rings=0.5))
    monkeypatch.undo()
    runs = graph.read("MATCH ()-[l:LINKED]->() RETURN DISTINCT l.run AS run", name="runs")
    # Links are written when the rings are known.
    assert len(runs) == (2 if where == "_publish" else 1)
    after = [(explain(graph, name), why_member(graph, name, a)) for name, a in asked(found)]
    for (told, why), (told_before, why_before), name in zip(after, before, names, strict=True):
        assert (told.run, told.parameters) == (found.run, P)
        assert (told.score, told.families, told.links) == (
            told_before.score,
            told_before.families,
            told_before.links,
        )
        assert [(i.label, i.key, i.bits, i.links) for i in told.items] == [
            (i.label, i.key, i.bits, i.links) for i in told_before.items
        ]
        assert (why, told.dissolution) == (why_before, told_before.dissolution), name


def asked(found):
    return [(ring.ring_id, ring.members[0]) for ring in found.rings]


def test_a_ring_is_dissolved_by_the_criteria_of_its_run(graph, ringleader, tmp_path):
    build(graph)
    found = detect(graph, Parameters(min_ring_size=8))
    ring = next(r for r in found.rings if r.members == tuple(CARDS))
    (tmp_path / "ringleader.toml").write_text("[detect]\nmin_ring_size = 3\n")
    told = ringleader("rings", "explain", ring.ring_id).stderr
    assert (
        "without Device dev-ring it would not be a ring, which needs 8 accounts or more, "
        "two independent kinds that each tie 50% of them, and 25 bits of evidence beside the "
        "strongest kind"
    ) in " ".join(told.split())
    assert found.run in told
    assert "no smaller set suffices" in " ".join(told.split())


def projections(graph):
    return graph.read("CALL gds.graph.list() YIELD graphName RETURN graphName", name="projections")


def test_projections_are_dropped_whatever_happens(graph):
    build(graph)
    detect(graph, P)
    assert projections(graph) == []
    numbers = read_sharing(graph).account_number
    edges = Edges(numbers[:-1], numbers[1:], np.ones(len(numbers) - 1))
    with pytest.raises(Cut), projection(graph, "some-run", edges):
        assert len(projections(graph)) == 1
        raise Cut
    assert projections(graph) == []
