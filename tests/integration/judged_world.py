"""The world of tests/unit/judged_worlds.py as a graph."""

from judged_worlds import CROWD, FIRM, GUEST, RING, SECOND, SINGLE, uses

KEYS = {
    "Ip": ("address", "USED_IP"),
    "Device": ("device_id", "USED_DEVICE"),
    "PromptCluster": ("prompt_cluster_id", "SENT"),
    "PaymentMethod": ("payment_method_id", "PAID_WITH"),
    "EmailDomain": ("domain", "REGISTERED_WITH"),
}
_USES = """
UNWIND $rows AS row
MERGE (account:Account {account_id: row[0]})
MERGE (used:LABEL {KEY: row[1]})
MERGE (account)-[use:TYPE]->(used)
SET use.events = row[2], use.days = range(row[3], row[4]),
    use.first_seen = datetime('2026-01-01') + duration({days: row[3]}),
    use.last_seen = datetime('2026-01-01') + duration({days: row[4]})
"""


def built(graph):
    """Write the world."""
    for label, (key, type_) in KEYS.items():
        rows = [[a, k, n, low, high] for a, of, k, n, low, high in uses() if of == label]
        text = _USES.replace("LABEL", label).replace("KEY", key).replace("TYPE", type_)
        graph.write(text, {"rows": rows}, name="fixture")
    graph.write(
        "UNWIND range(0, size($names) - 1) AS n MATCH (a:Account {account_id: $names[n]}) "
        "SET a.created_at = datetime('2025-06-01') + duration({hours: n * 7})",
        {"names": [*CROWD, *RING, *SECOND, *FIRM, SINGLE, GUEST]},
        name="fixture",
    )
    return graph


def rings(graph):
    rows = graph.read(
        "MATCH (a:Account)-[:MEMBER_OF]->(r:Ring) WITH r, a ORDER BY a.account_id "
        "RETURN r.ring_id AS ring, collect(a.account_id) AS members",
        name="rings",
    )
    return {tuple(row["members"]): row["ring"] for row in rows}
