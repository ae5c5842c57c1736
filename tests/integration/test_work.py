"""Work on findings: effects told before a decision, owners, the queue, search, and the graph."""

import judged_world
import pytest
from judged_worlds import CROWD, GUEST, RING, SECOND, SINGLE

from ringleader.algorithms.detect import detect
from ringleader.algorithms.parameters import Parameters
from ringleader.api import casework, reviewing
from ringleader.api.effects import effect_of_pin, effects
from ringleader.api.ring_pages import compared, ring_page
from ringleader.api.runs import detections
from ringleader.api.searching import search
from ringleader.api.surroundings import around, path
from ringleader.catalogue import get
from ringleader.errors import ChangedMeanwhile, NotFound, WrongUsage


def built(graph):
    graph.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )
    judged_world.built(graph)
    graph.write(
        "MATCH (p:PromptCluster {prompt_cluster_id: 'template-a0'}) "
        "SET p.exemplar = 'Write reviews of a Phone case' "
        "WITH p MATCH (a:Account {account_id: $one}) SET a.country = 'LU', a.plan = 'pro' "
        "MERGE (m:Model {model: 'm1'}) MERGE (a)-[r:REQUESTED]->(m) "
        "SET r.daily = [20454000000007, 20456000000003]",
        {"one": RING[0]},
        name="fixture",
    )
    detect(graph, Parameters())
    return graph


@pytest.fixture(scope="module")
def world(connection):
    return built(connection)


@pytest.fixture
def fresh(connection):
    return built(connection)


def members(graph):
    return {ring: set(names) for names, ring in judged_world.rings(graph).items()}


def test_a_rejection_removes_what_its_effect_said(fresh):
    names = judged_world.rings(fresh)
    ring = names[tuple(RING)]
    [told] = effects(fresh, [ring], "reject")
    assert (told.kind, told.removes, told.keeps, told.seen) == ("ring", 12, 0, "")
    assert told.text == (
        "removes 12 accounts at the next run; other identifiers may bring them back; "
        "the list of rings hides it at once"
    )
    assert members(fresh)[ring] == set(RING)  # nothing was written
    reviewing.decide(fresh, fresh.settings, [ring], "reject", note="a firm", by="ann")
    [told] = effects(fresh, [ring], "watch")
    assert told.last == 'rejected by ann: "a firm"'
    detect(fresh, Parameters())
    assert set().union(*members(fresh).values()) == set(SECOND)


def test_members_that_were_confirmed_by_themselves_stay_as_the_effect_says(fresh):
    ring = judged_world.rings(fresh)[tuple(RING)]
    reviewing.decide(fresh, fresh.settings, RING[:2], "confirm", note="sure", by="ann")
    [told] = effects(fresh, [ring], "reject")
    assert (told.removes, told.keeps) == (10, 2)
    assert "; 2 accounts stay, because each was confirmed by itself; " in told.text
    reviewing.decide(fresh, fresh.settings, [ring], "reject", note="a firm", by="ann")
    detect(fresh, Parameters())
    assert set().union(*members(fresh).values()) == {*SECOND, *RING[:2]}


def test_a_decision_that_is_withdrawn_counts_as_if_nobody_had_decided(fresh):
    names = judged_world.rings(fresh)
    ring, second = names[tuple(RING)], names[tuple(SECOND)]
    home = fresh.settings

    def decide(target, verdict, by):
        reviewing.decide(fresh, home, [target], verdict, note="why", by=by)

    for verdict in ("withdraw", "withdrawn"):
        with pytest.raises(NotFound, match=f"no decision on '{ring}' to withdraw"):
            decide(ring, verdict, "ann")
    with pytest.raises(NotFound, match="to withdraw"):
        effects(fresh, [ring], "withdraw")
    decide(ring, "reject", "ann")
    decide(second, "confirm", "ann")
    assert len(fresh.read(get("labels-in-graph"))) == len(RING) + len(SECOND)
    detect(fresh, Parameters())
    assert set(members(fresh)) == {second}
    [told] = effects(fresh, [ring], "withdraw")
    assert told.text.startswith("the rejection counts no more: at the next run what it cleared")
    decide(ring, "withdraw", "bob")
    decide(second, "withdraw", "bob")
    with pytest.raises(NotFound, match="to withdraw"):
        decide(ring, "withdraw", "bob")
    detect(fresh, Parameters())
    assert members(fresh) == {ring: set(RING), second: set(SECOND)}
    rows = reviewing.decisions(fresh, ring).rows
    assert [(row["verdict"], row["decided_by"]) for row in rows] == [
        ("withdrawn", "bob"),
        ("rejected", "ann"),
    ]
    assert [row["standing"] for row in rows] == ["live", "counts no more"]
    assert reviewing.labels(fresh).rows == [] and fresh.read(get("labels-in-graph")) == []
    for name in ("decisions-by-person", "contradicting-decisions", "rings-with-benign-members"):
        asked = get(name)
        assert fresh.read(asked, asked.bind({})) == [], name
    # A label that was loaded is no decision of a person, and stays.
    fresh.write(
        "MATCH (a:Account {account_id: $name}) CREATE (a)<-[:DECIDED]-(:Review {label: 'benign', "
        "target_kind: 'account', decided_at: datetime('2026-01-01'), review_id: 'loaded'})",
        {"name": RING[0]},
        name="fixture",
    )
    decide(RING[0], "confirm", "ann")
    decide(RING[0], "withdraw", "ann")
    labels = fresh.read(get("labels-in-graph"))
    assert [(row["account_id"], row["label"]) for row in labels] == [(RING[0], "benign")]
    asked = get("rings-with-benign-members")
    assert [row["benign"] for row in fresh.read(asked, asked.bind({}))] == [[RING[0]]]
    fresh.write("MATCH (r:Review {review_id: 'loaded'}) DETACH DELETE r", name="fixture")
    asked = get("rings-without-decisions")
    assert {row["ring_id"] for row in fresh.read(asked, asked.bind({}))} == {ring, second}
    assert {tuple(row["states"]) for row in casework.queue(fresh).rows} == {("waiting", "new")}


def test_effects_on_accounts_and_what_is_no_target(world):
    ring = judged_world.rings(world)[tuple(RING)]
    told = effects(world, [RING[3], GUEST], "reject")
    assert [one.removes for one in told] == [1, 0]
    assert told[0].text.startswith(f"removes the account from {ring} at the next run")
    assert told[1].text.startswith("changes no ring: the account is in none")
    [told] = effects(world, [ring], "confirm")
    assert told.text == f"keeps 12 accounts in {ring}, whatever later data say"
    with pytest.raises(NotFound, match="'nobody'"):
        effects(world, [ring, "nobody"], "reject")
    with pytest.raises(WrongUsage):
        effects(world, [ring], "ban")


def test_the_effect_of_a_pin_names_the_rings_that_it_weakens(world):
    ring = judged_world.rings(world)[tuple(RING)]
    told = effect_of_pin(world, "Device|image-a", "widely shared")
    [row] = world.read(
        "MATCH (r:Ring {ring_id: $ring})<-[:MEMBER_OF]-(a)-[l:LINKED {run: r.run}]->(b)"
        "-[:MEMBER_OF]->(r) UNWIND range(0, size(l.evidence) - 1) AS n "
        "WITH r, l, n WHERE l.evidence[n] = 'device|Device|image-a' "
        "RETURN sum(l.evidence_bits[n]) AS bits, r.score AS score",
        {"ring": ring},
        name="bits",
    )
    assert f"{ring} loses {row['bits']:.1f} of {row['score']:.1f} bits" in told.text
    assert "no ring is tied by it" in effect_of_pin(world, "client3", "widely shared").text


def test_who_decides_second_on_what_was_seen_is_refused_and_nothing_is_written(fresh):
    one, other = (judged_world.rings(fresh)[tuple(names)] for names in (RING, SECOND))
    seen = {told.target: told.seen for told in effects(fresh, [one, other], "watch")}
    reviewing.decide(fresh, fresh.settings, [other], "watch", note="mine", by="eve", expected=seen)
    with pytest.raises(ChangedMeanwhile, match=f'eve on {other}: watched, "mine"'):
        reviewing.decide(
            fresh, fresh.settings, [one, other], "reject", note="n", by="ann", expected=seen
        )
    assert [row["decided_by"] for row in reviewing.decisions(fresh).rows] == ["eve"]
    seen = {told.target: told.seen for told in effects(fresh, [one, other], "watch")}
    reviewing.decide(
        fresh, fresh.settings, [one, other], "reject", note="n", by="ann", expected=seen
    )
    assert len(reviewing.decisions(fresh, history=True).rows) == 3


def test_rings_have_owners_with_history_and_the_second_is_refused(fresh):
    ring = judged_world.rings(fresh)[tuple(RING)]
    casework.assign(fresh, fresh.settings, [ring], "ann", by="ann", expected={ring: ""})
    with pytest.raises(ChangedMeanwhile, match=f"ann took {ring}"):
        casework.assign(fresh, fresh.settings, [ring], "bob", by="bob", expected={ring: ""})
    casework.assign(fresh, fresh.settings, [ring], "bob", by="lea", note="holiday")
    casework.assign(fresh, fresh.settings, [ring], None, by="bob")
    rows = casework.assignments(fresh, ring).rows
    assert [(row["owner"], row["by"]) for row in rows] == [
        (None, "bob"),
        ("bob", "lea"),
        ("ann", "ann"),
    ]
    with pytest.raises(NotFound):
        casework.assign(fresh, fresh.settings, [ring, "ring-none"], "ann", by="ann")
    assert len(casework.assignments(fresh, ring).rows) == 3


def test_the_queue_has_states(fresh):
    one, other = (judged_world.rings(fresh)[tuple(names)] for names in (RING, SECOND))

    def states():
        return {row["ring_id"]: row["states"] for row in casework.queue(fresh).rows}

    assert states() == {one: ["waiting", "new"], other: ["waiting", "new"]}
    casework.assign(fresh, fresh.settings, [one], "ann", by="ann")
    reviewing.decide(fresh, fresh.settings, [other], "confirm", note="sure", by="ann")
    assert states() == {one: ["new", "assigned"], other: ["new", "decided"]}
    reviewing.decide(fresh, fresh.settings, [one], "watch", note="wait", by="ann")
    assert states()[one] == ["new", "assigned", "watched"]
    [row] = [row for row in casework.queue(fresh, since="2100-01-01").rows if row["ring_id"] == one]
    assert row["states"] == ["assigned", "watched"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RING[0], [("Account", RING[0], "name")]),
        ("image-a", [("Device", "image-a", "name")]),
        (" 203.0.113.1 ", [("Ip", "203.0.113.1", "name")]),
        ("203.0.113.0/30", [("Ip", f"203.0.113.{n}", "network") for n in (0, 1, 2, 3)]),
        ("second0", [("Account", name, "beginning") for name in SECOND]),
        ("reviews phone", [("PromptCluster", "template-a0", "words of a prompt")]),
        ("nobody knows this", []),
        ("", []),
    ],
)
def test_one_box_finds_by_name_network_beginning_and_words(world, text, expected):
    rows = search(world, text).rows
    found = sorted((row["kind"], row["key"], row["found_by"]) for row in rows)
    assert found == sorted(expected)


def test_search_names_rings_of_what_it_finds(world):
    ring = judged_world.rings(world)[tuple(RING)]
    [row] = search(world, "203.0.113.0").rows
    assert (row["accounts"], row["rings"]) == (4, [ring])  # three members and the guest
    [row] = search(world, ring).rows
    assert (row["kind"], row["accounts"], row["found_by"]) == ("Ring", 12, "name")


def test_the_graph_expands_from_accounts_and_identifiers(world):
    ring = judged_world.rings(world)[tuple(RING)]
    found = around(world, "Account", RING[0])
    assert {(row["label"], row["key"]) for row in found.neighbours} == {
        ("PromptCluster", "template-a0"),
        ("PromptCluster", "template-a1"),
        ("PromptCluster", "template-a2"),
        ("Device", "image-a"),
        ("Ip", "203.0.113.0"),
        ("PaymentMethod", f"own-{RING[0]}"),
    }
    assert found.neighbours[0]["key"] == f"own-{RING[0]}"  # what the fewest use comes first
    found = around(world, "Ip", "203.0.113.0", limit=2)
    assert [row["key"] for row in found.neighbours] == [RING[0], RING[4]]
    assert ({row["ring_id"] for row in found.neighbours}, found.in_all) == ({ring}, 4)
    assert around(world, "Account", CROWD[0]).in_all == 5
    with pytest.raises(NotFound):
        around(world, "Device", RING[0])
    with pytest.raises(WrongUsage):
        around(world, "Ring", ring)


def test_the_way_between_two_accounts(world):
    steps = path(world, SINGLE, RING[0])
    assert [step["key"] for step in steps] == [SINGLE, "template-a0", RING[0]]
    assert [step["family"] for step in steps] == [None, "prompt", None]
    with pytest.raises(NotFound):
        path(world, SINGLE, "nobody")


def test_a_ring_page_has_what_the_report_shows_and_the_work(world):
    ring = judged_world.rings(world)[tuple(RING)]
    page = ring_page(world, ring)
    assert {one["name"] for one in page["members"]} == set(RING)
    assert sum(bits for _, bits in page["families"]) == pytest.approx(page["score"])
    [lux] = [row for row in page["facts"] if row["country"]]
    assert (lux["account"], lux["plan"]) == (RING[0], "pro")
    assert [(row["day"], row["requests"]) for row in page["days"]] == [
        ("2026-01-01", 7),
        ("2026-01-03", 3),
    ]
    [prompt] = page["exemplars"]
    assert (prompt["exemplar"], prompt["outside"]) == ("Write reviews of a Phone case", 1)
    hidden = ring_page(world, ring, lambda label, text: f"<{label}>")
    assert hidden["exemplars"] == []
    told = str({**hidden, "days": None})
    assert not [name for name in (*RING, "image-a", "203.0.113") if name in told]


def test_two_rings_beside_each_other(world):
    one, other = (judged_world.rings(world)[tuple(names)] for names in (RING, SECOND))
    page = compared(world, one, other)
    assert [row["size"] for row in page["rings"]] == [12, 10]
    assert (page["shared"], page["across"]) == ([], [])
    with pytest.raises(NotFound):
        compared(world, one, "ring-none")


def test_detections_say_what_differs_from_the_run_before(fresh):
    detect(fresh, Parameters(min_ring_size=6))
    last, first = detections(fresh).rows
    assert last["changed"] == [{"name": "min_ring_size", "before": 5, "now": 6}]
    assert first["changed"] == []
    assert last["stages"]
