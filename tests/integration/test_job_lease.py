"""Who may write: of jobs at once, dead and asleep, on one host and on others."""

import os
import signal
import time

import pytest
from jobs_world import (
    DAY,
    RING,
    app_of,
    declare,
    detections,
    leases,
    pausing,
    reached,
    run,
    standing,
    states,
    succeeded,
)

from ringleader.catalogue import get
from ringleader.errors import LeaseLost, LockHeld
from ringleader.graph import Graph
from ringleader.graph.locks import LEASE, exclusive, file_lock


def test_of_two_at_once_one_runs_and_the_other_is_told(graph, server, ringleader, tables):
    declare(tables)
    first = pausing(server, tables, {"RINGLEADER_HOME": str(server.home)})
    try:
        reached(tables)
        second = ringleader("job", "run", "nightly", "--date", DAY, check=False)
        assert second.returncode == 75
        assert "`ringleader job run nightly` holds the lock on" in second.stderr
        assert "wait until it ends" in second.stderr
        with pytest.raises(LockHeld, match="`ringleader job run nightly` on "):
            run(server, tables, tables / "other host")
        assert standing(graph)[0] == []
    finally:
        (tables / "go").touch()
        said, _ = first.communicate(timeout=120)
    assert first.returncode == 0, said
    assert [ring["members"] for ring in standing(graph)[0]] == [RING]
    assert (states(graph), leases(graph)) == (["done"], [])


@pytest.mark.parametrize("fate", ["killed", "stopped"])
def test_one_that_stands_still_is_taken_over_and_publishes_nothing(graph, server, tables, fate):
    folder = tables / "metrics"
    folder.mkdir()
    declare(tables, head='[lock]\nlease_seconds = 3\n[jobs.nightly]\nmetrics = "metrics"')
    run(server, tables)
    undisturbed = standing(graph)
    graph.write("MATCH (n) DETACH DELETE n", name="empty")
    first = pausing(server, tables, {"RINGLEADER_HOME": str(server.home)})
    try:
        reached(tables)
        os.kill(first.pid, signal.SIGKILL if fate == "killed" else signal.SIGSTOP)
        with pytest.raises(LockHeld, match="`ringleader job run nightly` on "):
            run(server, tables, tables / "other host")
        run(server, tables, tables / "other host", wait=60)
        assert standing(graph) == undisturbed
        assert states(graph) == ["done", "crashed"]
        assert detections(graph) == ["done"]
        assert succeeded(folder) == 1
    finally:
        (tables / "go").touch()
        os.kill(first.pid, signal.SIGCONT)
        _, said = first.communicate(timeout=120)
    # One that wakes up finds that it may not publish.
    assert first.returncode == (-signal.SIGKILL if fate == "killed" else 75), said
    assert ("took over the lock" in said) == (fate == "stopped")
    assert succeeded(folder) == (0 if fate == "stopped" else 1)
    assert standing(graph) == undisturbed
    assert states(graph) == ["done", "crashed"]
    assert detections(graph) == ["done"]
    assert leases(graph) == []


def test_on_one_machine_nobody_waits_for_the_dead(graph, server):
    with file_lock(server, "detect") as place:  # and then it dies, and only its lease is left
        given = {"lease": LEASE, "token": "1", "holder": "the dead", "place": place}
        graph.write(get("take-lease"), {**given, "seconds": 3600})
    with exclusive(graph, "load accounts"):
        assert "`ringleader load accounts`" in leases(graph)[0]["holder"]
    assert leases(graph) == []
    graph.write(get("take-lease"), {**given, "place": "elsewhere", "seconds": 3600})
    with pytest.raises(LockHeld, match="the dead holds the lock"):
        exclusive(graph, "load accounts").__enter__()


def test_without_the_token_nothing_is_written(graph, server, tables, monkeypatch):
    monkeypatch.setattr("ringleader.graph.locks._renew", lambda *_: None)  # it stands still
    declare(tables, head="[lock]\nlease_seconds = 1")
    mine = Graph.connect(app_of(server, tables).settings)
    other = Graph.connect(app_of(server, tables, tables / "other host").settings)
    create = "CREATE (:Account {account_id: 'x'})"
    with mine, other, exclusive(mine, "detect"):
        mine.write(create, name="t")
        assert mine.guard is not None
        with exclusive(mine, "load accounts"):  # a step of a job
            assert mine.guard is not None
        assert mine.guard is not None
        time.sleep(0.3)
        mine.write("RETURN 1", name="t")  # which renews it
        with pytest.raises(LockHeld):
            exclusive(other, "detect").__enter__()
        time.sleep(1.1)
        with exclusive(other, "detect"):
            for attempt in (
                lambda: mine.write(create.replace("'x'", "'y'"), name="t"),
                lambda: mine.write_all([(create.replace("'x'", "'z'"), {})], name="t"),
                lambda: mine.run_in_batches("MATCH (a:Account) DETACH DELETE a", name="t"),
                lambda: mine.run_in_batches(get("drop-other-links"), {"keep": "x", "rows": 1}),
            ):
                with pytest.raises(LeaseLost) as caught:
                    attempt()
                assert caught.value.exit_code == 75
            [row] = graph.read("MATCH (a:Account) RETURN collect(a.account_id) AS ids")
            assert row["ids"] == ["x"]
            other.write(create.replace("'x'", "'w'"), name="t")
    assert leases(graph) == []


def test_a_long_statement_keeps_the_lease_and_others_do_not_hang(server, tables, monkeypatch):
    # Renewal waits for the same lock.
    monkeypatch.setattr("ringleader.graph.locks._renew", lambda *_: None)
    monkeypatch.setattr("ringleader.graph.locks.PATIENCE", 0.5)
    declare(tables, head="[lock]\nlease_seconds = 2")
    mine = Graph.connect(app_of(server, tables).settings)
    other = Graph.connect(app_of(server, tables, tables / "other host").settings)
    with mine, other, exclusive(mine, "detect"):
        with mine.guard.around(mine._driver.session(), keep=True):
            time.sleep(2.2)  # longer than the lease
            began = time.monotonic()
            with pytest.raises(LockHeld, match="in the middle of a statement, holds the lock on"):
                exclusive(other, "detect").__enter__()
            assert time.monotonic() - began < 5
        with pytest.raises(LockHeld, match="`ringleader detect` on .* holds the lock"):
            exclusive(other, "detect").__enter__()
        mine.write("RETURN 1", name="t")


@pytest.mark.timeout(60)
def test_a_statement_that_deletes_everything_does_not_wait_for_its_own_lock(graph):
    with exclusive(graph, "cypher --write"):
        graph.run_in_batches("MATCH (n) DETACH DELETE n", name="t")
    assert graph.read("MATCH (n) RETURN n") == []
