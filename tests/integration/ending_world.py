"""Two accounts that share an address and a client, loaded from files: one of them ends."""

import shutil

from load_world import load, write_csv

ACCOUNTS = "account_id,created_at,email,phone_country,country"
REQUESTS = "account_id,timestamp,ip,device_id,model"


def emptied(graph):
    graph.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )


def loaded_pair(graph, tmp_path):
    """Load anna, of whom something is hers alone, and ben."""
    files = tmp_path / "input"
    files.mkdir()
    shutil.rmtree(graph.settings.home / "loads", ignore_errors=True)  # of other tests
    load(graph, "accounts", write_csv(
        files / "accounts.csv", ACCOUNTS,
        ("anna", "2026-01-01", "anna@example.org", "DE", "DE"),
        ("ben", "2026-01-01", "ben@example.org", "DE", "DE"),
    ))  # fmt: skip
    load(graph, "requests", write_csv(
        files / "requests.csv", REQUESTS,
        ("anna", "2026-02-01T01:00:00Z", "198.51.100.7", "d1", "m"),
        ("anna", "2026-02-20T02:00:00Z", "192.0.2.99", "d-anna", "m"),
        ("ben", "2026-02-20T02:00:00Z", "198.51.100.7", "d1", "m"),
    ))  # fmt: skip
    return graph
