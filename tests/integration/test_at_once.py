"""Many at once: whoever finds the database taken tries again, and nothing is lost or doubled."""

import random
import threading
import time

import judged_world
import pytest
from judged_worlds import RING, SECOND
from load_world import nodes, relationships

from ringleader import Connection
from ringleader.errors import LockHeld

pytestmark = pytest.mark.timeout(900)
AT_ONCE = 16
PATIENCE = 600


@pytest.fixture
def again(server):
    """Do something on an own connection until the lock is free; says how often it was not."""

    def act(work):
        refused, until = 0, time.monotonic() + PATIENCE
        with Connection(server) as r:
            while time.monotonic() < until:
                try:
                    work(r)
                    return refused
                except LockHeld:
                    refused += 1
                    time.sleep(random.uniform(0.05, 0.3))
        raise AssertionError("the lock was never free")

    return act


def at_once(*works):
    """Do all of these in threads; what goes wrong in one of them goes wrong here."""
    found, failed = [], []
    begin = threading.Barrier(len(works))

    def do(work):
        begin.wait()
        try:
            found.append(work())
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=do, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE + 60)
        assert not thread.is_alive()
    if failed:
        raise failed[0]
    return found


def requests(folder, name, first, rows=40):
    path = folder / f"{name}.csv"
    lines = ["account_id,timestamp,ip,device_id,request_id"]
    for n in range(first, first + rows):
        lines.append(f"a{n % 11},2026-02-01T00:{n % 60:02}:00Z,203.0.113.{n % 5},d{n % 7},r{n}")
    path.write_text("\n".join(lines) + "\n")
    return path


def test_sixteen_loads_of_the_same_and_of_different_files(graph, server, again, tmp_path):
    """Half of them load one file, the others files that overlap with their neighbours."""
    same = requests(tmp_path, "same", 0)
    own = [requests(tmp_path, f"own{n}", 10 + n * 20) for n in range(AT_ONCE // 2)]
    files = [same] * (AT_ONCE // 2) + own
    with Connection(server) as r:
        for file in dict.fromkeys(files):
            r.load("requests", file, chunk_size=15)
    alone = {kind: relationships(graph, kind) for kind in ("USED_IP", "USED_DEVICE")}
    graph.write("MATCH (n) DETACH DELETE n", name="empty")
    refused = at_once(
        *(
            lambda file=file: again(lambda r: r.load("requests", file, chunk_size=15))
            for file in files
        )
    )
    assert len(refused) == AT_ONCE and sum(refused) > 0
    found = {kind: relationships(graph, kind) for kind in ("USED_IP", "USED_DEVICE")}
    assert _without_batches(found) == _without_batches(alone)
    assert sum(p["events"] for _, _, p in found["USED_IP"]) == 190, "each request once"
    assert len(nodes(graph, "Batch")) == len(set(files))


def _without_batches(found):
    return {
        kind: [
            (a, b, {n: v for n, v in p.items() if not n.startswith("batch")}) for a, b, p in rows
        ]
        for kind, rows in found.items()
    }


def test_detections_and_loads_take_turns(graph, server, again, tmp_path):
    judged_world.built(graph)
    with Connection(server) as r:
        r.detect()
    expected = judged_world.rings(graph)
    assert {tuple(RING), tuple(SECOND)} <= set(expected)
    file = requests(tmp_path, "later", 0)
    at_once(
        lambda: again(lambda r: r.detect()),
        lambda: again(lambda r: r.detect()),
        lambda: again(lambda r: r.load("requests", file)),
    )
    with Connection(server) as r:
        r.detect()
    assert judged_world.rings(graph) == expected
    runs = graph.read("MATCH (r:Run) RETURN r.state AS state, count(*) AS n", name="runs")
    assert runs == [{"state": "done", "n": 4}]
    assert len(nodes(graph, "Batch")) == 1


def test_two_analysts_on_one_ring_are_both_heard(graph, server, again):
    judged_world.built(graph)
    with Connection(server) as r:
        r.detect()
    ring = judged_world.rings(graph)[tuple(RING)]
    works = [
        lambda n=n: again(
            lambda r: r.review(ring, "confirm" if n % 2 else "reject", note=f"{n}", by=f"b{n % 2}")
        )
        for n in range(8)
    ]
    at_once(*works)
    with Connection(server) as r:
        decisions = r.decisions(ring, history=True)
        review = r.rings(rejected=True).set_index("ring_id")["review"][ring]
    assert sorted(decisions["note"]) == [str(n) for n in range(8)]
    assert review == decisions.sort_values("decided_at")["verdict"].iloc[-1]


def test_retention_during_checks(graph, server, again):
    judged_world.built(graph)
    with Connection(server) as r:
        r.detect()
        expected = r.check(RING[0]).code
    stop, codes = threading.Event(), []

    def check():
        with Connection(server) as r:
            while not stop.is_set():
                codes.append(r.check(RING[0]).code)

    def retain():
        try:
            for _ in range(3):
                again(lambda r: _retention(r))
        finally:
            stop.set()

    at_once(check, check, retain)
    assert set(codes) == {expected} and len(codes) > 5


def _retention(r):
    from datetime import UTC, datetime

    from ringleader.graph.locks import exclusive
    from ringleader.loaders.lifecycle.retention import Terms, retain

    terms = Terms.of({"uses": 3650, "jobs": 10}, r.settings.schema)
    with exclusive(r.graph, "retention"):
        retain(r.graph, r.settings.home, terms, as_of=datetime(2026, 3, 1, tzinfo=UTC))
