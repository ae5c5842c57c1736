"""Thirty days of detection: bans, replacements, one merger, one split, and names that last."""

import json
import random

import pytest
from rings_world import crowd, forget_uses, opened, shared, uses

from ringleader.algorithms.detect import detect
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import name_of
from ringleader.catalogue import get

P = Parameters()
LIFE, WINDOW = 6, 5
DAYS = range(2, 32)  # what has not lasted for two days yet is one occasion, no ring
TOGETHER = range(12, 17)  # days on which both operators use one card and one machine
SLOTS = {"amber": 9, "brick": 6}


def in_use(operator, day):
    """Accounts of a day: each slot's account is banned after six days, and another takes over."""
    return [f"{operator}{slot}-{(day + slot) // LIFE}" for slot in range(SLOTS[operator])]


def seen_uses(day):
    """What the last days have left: uses of identifiers by label, and openings."""
    cards, devices, born = {}, {}, {}
    for then in range(max(day - WINDOW + 1, 0), day + 1):
        for operator in SLOTS:
            names = [operator] + (["both"] if then in TOGETHER else [])
            for account in in_use(operator, then):
                slot, number = account.removeprefix(operator).split("-")
                born[account] = max(int(number) * LIFE - int(slot), 0)
                for name in names:
                    for kept, key in ((cards, f"card-{name}"), (devices, f"machine-{name}")):
                        first = kept.get((account, key), (then, then))[0]
                        kept[account, key] = (first, then)
    return cards, devices, born


def relive(graph, day, shuffle):
    cards, devices, born = seen_uses(day)
    forget_uses(graph)
    crowd(graph, 40)
    for label, kept in (("PaymentMethod", cards), ("Device", devices)):
        rows = [(account, key, *span) for (account, key), span in kept.items()]
        shuffle(rows)
        uses(graph, label, rows)
    opened(graph, born)
    return {
        operator: {account for account in born if account.startswith(operator)}
        for operator in SLOTS
    }


def rings_of(graph):
    return {
        row["ring_id"]: set(row["members"])
        for row in graph.read(get("earlier-rings"), {"retired": False})
    }


def test_thirty_days(graph):
    shuffle = random.Random(5).shuffle
    runs, truths, found = {}, {}, {}
    for day in DAYS:
        truths[day] = relive(graph, day, shuffle)
        runs[day] = detect(graph, P).run
        found[day] = rings_of(graph)
    first = DAYS[0]
    amber, brick = (name_of(truths[first][operator]) for operator in SLOTS)
    merged = range(TOGETHER[0], TOGETHER[-1] + WINDOW)  # the traces last as long as the window
    split = merged[-1] + 1
    reborn = name_of(truths[split]["brick"])
    for day, truth in truths.items():
        if day in merged:
            assert found[day] == {amber: truth["amber"] | truth["brick"]}, day
        else:
            second = brick if day < split else reborn
            assert found[day] == {amber: truth["amber"], second: truth["brick"]}, day
    assert not truths[first]["amber"] & truths[DAYS[-1]]["amber"], "all accounts were replaced"

    continues = graph.read(
        "MATCH (later:Ring)-[c:CONTINUES]->(earlier:Ring) RETURN later.ring_id AS later, "
        "c.kind AS kind, earlier.ring_id AS earlier, c.overlap AS overlap, c.run AS run "
        "ORDER BY kind",
        name="continues",
    )
    still = found[merged[-1]][amber] & set(seen_uses(split)[2])
    assert continues == [
        {
            "later": amber,
            "kind": "merges",
            "earlier": brick,
            "overlap": 1.0,
            "run": runs[merged[0]],
        },
        {
            "later": reborn,
            "kind": "splits",
            "earlier": amber,
            "overlap": pytest.approx(len(still & truths[split]["brick"]) / len(still)),
            "run": runs[split],
        },
    ]

    # What is gone is told and clutters no list.
    assert {
        row["ring_id"] for row in graph.read(get("list-rings"), get("list-rings").bind({}))
    } == {
        amber,
        reborn,
    }
    told = graph.read(get("ring-history"), {"ring_id": brick, "unchanged": False})
    assert [(row["event"], row["other_ring"]) for row in told if row["event"]] == [
        ("found", None),
        ("went into", amber),
        ("retired", None),
    ]
    told = graph.read(get("ring-history"), {"ring_id": amber, "unchanged": True})
    sizes = [row["size"] for row in told if row["size"] is not None]
    assert sizes == [len(found[day][amber]) for day in DAYS]
    assert [(r["event"], r["other_ring"], r["run"]) for r in told if r["other_ring"]] == [
        ("took in", brick, runs[merged[0]]),
        ("left a part to", reborn, runs[split]),
    ]
    counts = [row for row in told if row["size"] is not None]
    for day, row in zip(DAYS[1:], counts[1:], strict=True):
        now, then = found[day][amber], found[day - 1][amber]
        assert (row["joined"], row["left"]) == (len(now - then), len(then - now))

    # History is bounded: what is older goes, what was decided on stays.
    graph.write(
        "MATCH (r:Ring {ring_id: $ring}) SET r.retired_at = datetime() - duration({days: 200})",
        {"ring": brick},
        name="age",
    )
    detect(graph, Parameters(history_runs=3))
    assert graph.read("MATCH (r:Run) RETURN count(r) AS n", name="n") == [{"n": 3}]
    assert graph.read("MATCH (r:Ring) RETURN count(r) AS n", name="n") == [{"n": 2}]


def test_a_ring_that_was_gone_for_a_day_comes_back(graph, ringleader):
    members = [f"m{n}" for n in range(8)]
    crowd(graph, 40)
    opened(graph, dict.fromkeys(members, 3))
    shared(graph, "PaymentMethod", "card", members)
    shared(graph, "Device", "machine", members)
    detect(graph, P)
    name = name_of(members)
    assert rings_of(graph) == {name: set(members)}
    graph.write("MATCH (:Device {device_id: 'machine'})<-[u]-() DELETE u", name="gone")
    detect(graph, P)
    assert rings_of(graph) == {}
    ring = graph.read("MATCH (r:Ring) RETURN r.state AS state, r.last_members AS last", name="r")
    assert ring == [{"state": "retired", "last": members}]
    shared(graph, "Device", "machine", [*members, "m8"])
    shared(graph, "PaymentMethod", "card", ["m8"])
    opened(graph, {"m8": 4})
    detect(graph, P)
    assert rings_of(graph) == {name: {*members, "m8"}}
    ring = graph.read("MATCH (r:Ring) RETURN r.state AS state, r.last_members AS last", name="r")
    assert ring == [{"state": "live", "last": None}]
    rows = json.loads(ringleader("rings", "history", name, "--format", "json").stdout)
    assert [(r["event"], r["size"], r["joined"]) for r in rows] == [
        ("found", 8, 8),
        ("found", 9, 9),
    ]
    assert ringleader("rings", "history", "ring-none", check=False).returncode == 1


def test_what_two_rings_do_in_several_runs_is_all_told(graph):
    """A split in one run, a merger in another, between the same two rings."""
    graph.write(
        "UNWIND ['run-5', 'run-7', 'run-9'] AS run "
        "CREATE (:Run {run_id: run, state: 'done', "
        "              started_at: datetime('2026-03-0' + right(run, 1) + 'T00:00Z')})",
        name="runs",
    )
    graph.write(
        "CREATE (:Ring {ring_id: 'one', state: 'live'}), (:Ring {ring_id: 'last', state: 'live'}), "
        "(old:Ring {ring_id: 'old', state: 'retired', retired_at: datetime('2026-03-10T00:00Z')}), "
        "(:Review {review_id: '1', verdict: 'rejected', target: 'old', target_kind: 'ring', "
        "          ring: 'old', members: ['a'], evidence: [], decided_by: 'ann', "
        "          decided_at: datetime('2026-03-01T00:00Z')})-[:DECIDED]->(old)",
        name="rings",
    )

    def went(run, *rows):
        names = ("ring_id", "earlier_id", "kind", "overlap")
        rows = [dict(zip(names, row, strict=True)) for row in rows]
        graph.write(get("write-lineage"), {"run": run, "found": [], "continuations": rows})

    def heir():
        (row,) = graph.read(get("standing-decisions"))
        return row["ring_id"]

    went("run-5", ("one", "old", "splits", 0.25))
    assert heir() == "old"
    went("run-7", ("one", "old", "merges", 0.5))
    assert heir() == "one"
    for _ in range(2):  # told twice, it is one
        went("run-9", ("one", "old", "merges", 0.75))
    told = graph.read(get("ring-history"), {"ring_id": "one", "unchanged": False})
    assert [(r["run"], r["event"], r["other_ring"], r["overlap"]) for r in told] == [
        ("run-5", "came from", "old", 0.25),
        ("run-7", "took in", "old", 0.5),
        ("run-9", "took in", "old", 0.75),
    ]
    assert heir() == "one"
    # Where it went into another ring the last time, a decision follows it there.
    graph.write("CREATE (:Run {run_id: 'run-95', state: 'done'})", name="run")
    went("run-95", ("last", "old", "merges", 1.0))
    assert heir() == "last"
