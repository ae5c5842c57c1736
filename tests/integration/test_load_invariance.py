"""However the same rows are cut into files, loads and chunks, the graph is the same."""

import random
import sqlite3

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from load_world import everything, load

HEADER = "account_id,timestamp,ip,device_id,channel,prompt_cluster_id,capability,input_tokens"


def rows(seed):
    chance = random.Random(seed)
    return [
        f"a{chance.randrange(6)},"
        f"2026-{chance.randrange(2, 6):02}-{chance.randrange(1, 28):02}T"
        f"{chance.randrange(24):02}:00:00Z,"
        f"{chance.choice(['192.0.2.', '::ffff:192.0.2.', '2001:db8::'])}{chance.randrange(5)},"
        f"d{chance.randrange(3)},{chance.choice(['api', 'vertex', ''])},p{chance.randrange(3)},"
        f"coding,{chance.randrange(50)}"
        for _ in range(50)
    ]


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 3),
    order=st.randoms(use_true_random=False),
    files=st.integers(1, 4),
    chunk_size=st.sampled_from([1, 3, 1000]),
    together=st.booleans(),
)
def test_files_loads_and_chunks_do_not_matter(
    graph, tmp_path_factory, seed, order, files, chunk_size, together
):
    lines = rows(seed)
    graph.write("MATCH (n) DETACH DELETE n", name="empty")
    whole = tmp_path_factory.mktemp("whole") / "all.csv"
    whole.write_text("\n".join([HEADER, *lines]) + "\n")
    load(graph, "requests", whole)
    expected = everything(graph, batches=False)
    order.shuffle(lines)
    folder = tmp_path_factory.mktemp("parts")
    for number in range(files):
        part = "\n".join([HEADER, *lines[number::files]])
        (folder / f"{number}.csv").write_text(part + "\n")
    graph.write("MATCH (n) DETACH DELETE n", name="empty")
    paths = [folder] if together else sorted(folder.iterdir())
    for path in paths:
        load(graph, "requests", path, chunk_size=chunk_size)
    assert everything(graph, batches=False) == expected


def test_rows_of_a_database_query(graph, ringleader, tmp_path):
    database = tmp_path / "logs.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE log (who TEXT, at INTEGER, address TEXT)")
        connection.executemany(
            "INSERT INTO log VALUES (?, ?, ?)",
            [("a", 1769904000, "192.0.2.1"), ("b", 1769904000, "192.0.2.1"), ("c", None, None)],
        )
    connection.close()
    query = 'SELECT who AS account_id, at AS "timestamp", address AS ip FROM log ORDER BY who'
    call = ("load", "requests", "--connect", f"sqlite://{database}", "--query", query)
    result = ringleader(*call)
    assert "quarantined 1: timestamp: missing" in result.stderr
    used = graph.read("MATCH (a)-[:USED_IP]->(ip) RETURN a.account_id AS a, ip.address AS ip")
    assert sorted((row["a"], row["ip"]) for row in used) == [("a", "192.0.2.1"), ("b", "192.0.2.1")]
    before = everything(graph)
    ringleader(*call)
    assert everything(graph) == before
    failed = ringleader(*call[:-1], "SELECT nonsense FROM nowhere", check=False)
    assert failed.returncode == 1
    assert len(failed.stderr.splitlines()) == 2
