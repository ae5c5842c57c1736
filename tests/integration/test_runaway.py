"""Reads that would take all memory or all time fail by themselves; the server and a load go on."""

import threading
import time

import pytest
from load_world import load, nodes

from ringleader.adhoc import run_reading
from ringleader.doctor import LIMITS, examine
from ringleader.errors import RingleaderError, ServerError
from ringleader.graph import Graph

AT_ONCE = 50
SECONDS = 10.0
# What multiplies everything, what follows every path, and what keeps all of it.
GREEDY = (
    "MATCH (a:Account), (b:Account), (c:Account) RETURN count(a.status + b.status + c.status)",
    "MATCH (a:Account) MATCH p = (a)-[*..12]-(b) RETURN count(p)",
    "UNWIND range(1, 100000000) AS n WITH collect(toString(n) + 'long enough') AS kept "
    "RETURN size(kept)",
    "MATCH (a:Account), (b:Account) WITH a, b, a.account_id + b.account_id AS both ORDER BY both "
    "RETURN collect(both)[0]",
)


def accounts(folder, name, number):
    path = folder / f"{name}.csv"
    rows = "".join(f"{name}{n},2026-01-{1 + n % 28:02}\n" for n in range(number))
    path.write_text("account_id,created_at\n" + rows)
    return path


@pytest.mark.parametrize("statement", GREEDY[2:])
def test_a_read_that_takes_all_memory_fails_alone(graph, tmp_path, statement):
    load(graph, "accounts", accounts(tmp_path, "a", 4_000))
    with pytest.raises(ServerError, match="memory"):
        run_reading(graph, statement, timeout=120)
    assert len(nodes(graph, "Account")) == 4_000


def test_fifty_at_once_leave_a_load_and_the_server_alone(graph, tmp_path):
    load(graph, "accounts", accounts(tmp_path, "a", 4_000))
    graph.write(
        "MATCH (a:Account) WITH collect(a) AS every UNWIND range(0, size(every) - 2) AS n "
        "WITH every[n] AS one, every[n + 1] AS two CREATE (one)-[:CONTACTED {kind: 'x'}]->(two)",
        name="paths",
    )
    ends, begin = [], threading.Barrier(AT_ONCE + 1)

    def read(number):
        with Graph.connect(graph.settings) as own:
            begin.wait()
            try:
                run_reading(own, GREEDY[number % len(GREEDY)], timeout=SECONDS)
                ends.append("done")
            except RingleaderError as error:
                ends.append(type(error).__name__)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    begin.wait()
    began = time.monotonic()
    with Graph.connect(graph.settings) as own:
        load(own, "accounts", accounts(tmp_path, "b", 4_000), chunk_size=200)
    loaded = time.monotonic() - began
    for thread in threads:
        thread.join(SECONDS + 120)
    assert not any(thread.is_alive() for thread in threads)
    assert len(ends) == AT_ONCE and set(ends) <= {"ServerError", "TimedOut", "done"}
    assert set(ends) != {"done"}
    assert len(nodes(graph, "Account")) == 8_000
    print(f"the load beside {AT_ONCE} runaway reads took {loaded:.1f} s")


def test_doctor_says_what_bounds_them(graph):
    [limits] = [check for check in examine(graph.settings) if check.name == "limits"]
    assert limits.outcome == "ok"
    assert all(name in limits.detail for name in LIMITS)
