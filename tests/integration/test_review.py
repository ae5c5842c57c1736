"""Decisions: what was rejected stays away, what was confirmed stays, and all of it survives."""

import json

import pytest
from rings_world import crowd, opened, shared

from ringleader.algorithms.detect import detect
from ringleader.algorithms.evidence.reading import read_sharing
from ringleader.algorithms.explanation.explain import explain
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.review.decisions import decide
from ringleader.app import App
from ringleader.catalogue import get
from ringleader.cli import cli
from ringleader.errors import NotFound
from ringleader.graph.locks import exclusive

P = Parameters()
TEN = [f"m{n}" for n in range(10)]
OTHERS = [f"o{n}" for n in range(7)]


@pytest.fixture
def world(graph):
    """Two rings among strangers."""
    crowd(graph, 60)
    for names, key in ((TEN, "ten"), (OTHERS, "others")):
        shared(graph, "PaymentMethod", f"card-{key}", names)
        shared(graph, "Device", f"machine-{key}", names)
        opened(graph, dict.fromkeys(names, 3))
    return graph


def rings_of(graph):
    return {
        row["ring_id"]: set(row["members"])
        for row in graph.read(get("earlier-rings"), {"retired": False})
    }


def name_of_ring(graph, members):
    return next(name for name, accounts in rings_of(graph).items() if accounts == set(members))


def links_of(graph, account):
    rows = graph.read(
        "MATCH (:Account {account_id: $a})-[l:LINKED]-(b) RETURN b.account_id AS b",
        {"a": account},
        name="links",
    )
    return {row["b"] for row in rows}


def listed(graph, **given):
    stored = get("list-rings")
    return {row["ring_id"]: row["review"] for row in graph.read(stored, stored.bind(given))}


def test_a_rejected_ring_does_not_come_back_by_itself(world):
    detect(world, P)
    ten, others = name_of_ring(world, TEN), name_of_ring(world, OTHERS)
    decide(world, [ten], "rejected", "one office", "ann")
    assert listed(world) == {others: None}
    assert listed(world, rejected=True) == {ten: "rejected", others: None}
    detect(world, P)
    assert rings_of(world) == {others: set(OTHERS)}
    assert links_of(world, "m0") == set()
    # More of the same changes nothing: not more use, not more accounts that use it.
    shared(world, "PaymentMethod", "card-ten", ["m10", "m11"])
    shared(world, "Device", "machine-ten", [*TEN, "m10", "m11"], last=60)
    opened(world, {"m10": 4, "m11": 4})
    detect(world, P)
    assert rings_of(world) == {others: set(OTHERS)}
    assert links_of(world, "m0") == set()


def test_a_rejected_ring_returns_on_new_evidence_that_makes_a_ring_by_itself(world):
    detect(world, P)
    ten = name_of_ring(world, TEN)
    decide(world, [ten], "rejected", "one office", "ann")
    # One kind of new evidence is none; four accounts are too few; then it is a ring, with its name.
    shared(world, "PaymentMethod", "card-new", TEN)
    detect(world, P)
    assert ten not in rings_of(world)
    shared(world, "Device", "machine-new", TEN[:4])
    detect(world, P)
    assert ten not in rings_of(world)
    shared(world, "Device", "machine-new", TEN)
    detect(world, P)
    assert rings_of(world)[ten] == set(TEN)
    assert listed(world)[ten] == "returned"
    told = explain(world, ten)
    assert {item.key for item in told.items} == {"card-new", "machine-new"}
    assert sum(item.bits for item in told.items) == pytest.approx(told.score)
    # Rejected once more, with what is known now.
    decide(world, [ten], "rejected", "still one office", "ann")
    detect(world, P)
    assert ten not in rings_of(world)


def test_the_latest_decision_counts(world):
    detect(world, P)
    ten = name_of_ring(world, TEN)
    decide(world, [ten], "rejected", "one office", "ann")
    detect(world, P)
    assert ten not in rings_of(world)
    decide(world, [ten], "watched", "or is it?", "bob")
    detect(world, P)
    assert rings_of(world)[ten] == set(TEN)
    assert listed(world)[ten] == "watched"
    rows = world.read(get("list-decisions"), {"target": ten, "history": True})
    assert [(r["verdict"], r["decided_by"], r["note"], r["latest"]) for r in rows] == [
        ("watched", "bob", "or is it?", True),
        ("rejected", "ann", "one office", False),
    ]


def test_a_rejected_account_stays_out_of_its_ring(world):
    detect(world, P)
    ten = name_of_ring(world, TEN)
    decide(world, ["m3"], "rejected", "bought it second hand", "ann")
    detect(world, P)
    assert rings_of(world)[ten] == set(TEN) - {"m3"}
    assert links_of(world, "m3") == set()
    shared(world, "PaymentMethod", "card-two", ["m3", "m4", "m5"])
    shared(world, "PromptCluster", "prompts", ["m3", "m4", "m5"])
    detect(world, P)
    assert "m3" in rings_of(world)[ten]


def test_confirmed_members_stay_whatever_is_found(world):
    detect(world, P)
    ten = name_of_ring(world, TEN)
    decide(world, [ten], "confirmed", "ticket 7", "ann")
    world.write("MATCH (:Account {account_id: 'm0'})-[u]->() DELETE u", name="gone")
    detect(world, P)
    assert rings_of(world)[ten] == set(TEN)
    told = explain(world, ten)
    assert told.score == pytest.approx(sum(item.bits for item in told.items))
    assert {m["account_id"]: m["score"] for m in told.members}["m0"] == 0.0
    world.write("MATCH (:Device {device_id: 'machine-ten'})<-[u]-() DELETE u", name="gone")
    detect(world, P)
    assert rings_of(world)[ten] == set(TEN), "nothing but the decision holds it"
    assert explain(world, ten).dissolution.names == ()
    # A later decision on one account goes before the earlier one on its ring.
    decide(world, ["m0"], "rejected", "no, not this one", "bob")
    detect(world, P)
    assert rings_of(world)[ten] == set(TEN) - {"m0"}


def test_a_confirmed_ring_that_merges_is_in_the_other(world):
    detect(world, P)
    ten, others = name_of_ring(world, TEN), name_of_ring(world, OTHERS)
    decide(world, [others], "confirmed", "ticket 8", "ann")
    shared(world, "PaymentMethod", "card-all", [*TEN, *OTHERS])
    shared(world, "Device", "machine-all", [*TEN, *OTHERS])
    for _ in range(2):
        detect(world, P)
        assert rings_of(world) == {ten: {*TEN, *OTHERS}}
    world.write("MATCH (:Account {account_id: 'o0'})-[u]->() DELETE u", name="gone")
    detect(world, P)
    assert rings_of(world) == {ten: {*TEN, *OTHERS}}


def test_at_the_command_line_and_over_a_reload(world, ringleader, tmp_path):
    ringleader("detect")
    ten, others = name_of_ring(world, TEN), name_of_ring(world, OTHERS)
    said = ringleader("review", "reject", ten, "--note", "one office", "--by", "ann").stderr
    assert f"{ten}, 10 accounts: rejected by ann" in said
    assert "what would bring it back: a ring by itself of what they share beyond the 2 " in said
    named = {"RINGLEADER_REVIEWER": "bob"}
    ringleader("review", "confirm", others, "--note", "ticket 7", env=named)
    ringleader("review", "watch", "m3", "--note", "second hand?", env=named)
    unknown = ringleader("review", "watch", "m4", "nobody", "--note", "x", check=False)
    assert unknown.returncode == 1 and "no ring and no account 'nobody'" in unknown.stderr
    ringleader("detect")
    rows = json.loads(ringleader("review", "list", "--format", "json").stdout)
    assert [(r["target"], r["verdict"], r["decided_by"], r["standing"]) for r in rows] == [
        ("m3", "watched", "bob", "in no ring"),
        (others, "confirmed", "bob", "live"),
        (ten, "rejected", "ann", "not found any more"),
    ]
    file = tmp_path / "decisions.jsonl"
    ringleader("review", "list", "--history", "--format", "jsonl", "--output", file)
    labels = tmp_path / "labels.csv"
    ringleader("review", "labels", "--output", labels)
    told = json.loads(ringleader("evaluate", "--labels", labels, "--format", "json").stdout)
    assert (told[0]["fraud"], told[0]["found"], told[0]["account_recall"]) == (7, 7, 1.0)
    from_graph = ringleader("evaluate", "--format", "json")
    assert json.loads(from_graph.stdout)[0] == {**told[0], "name": "all"}
    assert "3 decisions are among the labels" in from_graph.stderr

    # All is lost and loaded anew: decisions come from the file, twice without harm.
    def everything():
        return world.read(
            "MATCH (r:Review)-[:DECIDED]->(t) RETURN properties(r) AS review, "
            "coalesce(t.ring_id, t.account_id) AS target ORDER BY target",
            name="all",
        )

    before = everything()
    world.write("MATCH (n) WHERE n:Review OR n:Ring OR n:Run DETACH DELETE n", name="lost")
    ringleader("review", "import", file)
    ringleader("review", "import", file)
    assert everything() == before
    ringleader("detect")
    assert rings_of(world) == {others: set(OTHERS)}
    bad = tmp_path / "bad.jsonl"
    bad.write_text(file.read_text() + '{"verdict": "confirmed"}\n')
    refused = ringleader("review", "import", bad, check=False)
    assert refused.returncode == 1 and "bad.jsonl:4 is no decision" in refused.stderr


def test_what_is_decided_during_a_run_needs_no_lock_and_counts_from_the_next_on(
    world, server, monkeypatch
):
    with exclusive(world, "job run nightly"):
        detect(world, P)
    ten, others = name_of_ring(world, TEN), name_of_ring(world, OTHERS)
    app = App()
    app.settings = server

    def analyst(*words):
        cli.main([*words, "--note", "x", "--by", "ann"], obj=app, standalone_mode=False)

    def deciding(graph, known_hubs, **how):
        """The first stage after the run has looked for decisions."""
        analyst("review", "reject", ten)
        analyst("hubs", "pin", "card-others", "benign")
        return read_sharing(graph, known_hubs, **how)

    monkeypatch.setattr("ringleader.algorithms.detect.read_sharing", deciding)
    with exclusive(world, "job run nightly"):
        detect(world, P)
    monkeypatch.undo()
    assert rings_of(world) == {ten: set(TEN), others: set(OTHERS)}
    assert listed(world) == {others: None}  # what is rejected is shown no more, run or not
    with exclusive(world, "job run nightly"):
        detect(world, P)
    assert rings_of(world) == {}
    [row] = world.read(get("standing-decisions"))
    assert (row["target"], row["verdict"], row["members"]) == (ten, "rejected", TEN)


def test_a_decision_needs_a_target_and_a_reason(world, ringleader):
    assert ringleader("review", "reject", "m0", check=False).returncode == 2
    with pytest.raises(NotFound, match="no ring and no account"):
        decide(world, ["ring-none"], "watched", "x", "ann")


def test_a_list_without_rings_says_that_they_were_decided(world, ringleader):
    detect(world, P)
    for ring in rings_of(world):
        ringleader("review", "reject", ring, "--note", "one office", "--by", "ann")
    said = ringleader("rings", "list").stderr
    assert "there is no ring to show" in said
    assert "ringleader review list" in said
