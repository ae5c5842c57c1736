"""Small graphs of accounts and what they use, written directly: for tests of what follows rings."""

from honest_crowd import add_honest_crowd

KEYS = {
    "Ip": ("address", "USED_IP"),
    "Device": ("device_id", "USED_DEVICE"),
    "PromptCluster": ("prompt_cluster_id", "SENT"),
    "PaymentMethod": ("payment_method_id", "PAID_WITH"),
}
_USES = """
UNWIND $rows AS row
MERGE (account:Account {account_id: row.account})
MERGE (used:LABEL {KEY: row.key})
MERGE (account)-[use:TYPE]->(used)
SET use.events = coalesce(row.events, 5), use.input_tokens = 100, use.output_tokens = 10,
    use.channels = ['api'], use.first_seen = datetime('2026-01-01') + duration({days: row.first}),
    use.last_seen = datetime('2026-01-01') + duration({days: row.last})
"""
_FORGET = """
MATCH (:Account)-[use:USED_IP|USED_DEVICE|SENT|PAID_WITH]->()
CALL (use) { DELETE use } IN TRANSACTIONS
"""


def uses(graph, label, rows):
    """Write ``(account, key, first day, last day)`` rows as uses of identifiers of a label."""
    key, type_ = KEYS[label]
    # Labels and types of a fixture; both servers that are supported take plain ones.
    text = _USES.replace("LABEL", label).replace("KEY", key).replace("TYPE", type_)
    given = [dict(zip(("account", "key", "first", "last"), row, strict=True)) for row in rows]
    graph.write(text, {"rows": given}, name="fixture")


def shared(graph, label, key, accounts, first=0, last=40):
    uses(graph, label, [(account, key, first, last) for account in accounts])


def opened(graph, days):
    """Opening day of accounts."""
    graph.write(
        "UNWIND $rows AS row MERGE (a:Account {account_id: row[0]}) "
        "SET a.created_at = datetime('2026-01-01') + duration({days: row[1]})",
        {"rows": [list(item) for item in days.items()]},
        name="fixture",
    )


def forget_uses(graph):
    graph.run_in_batches(_FORGET, name="fixture")


def crowd(graph, count=120):
    """No ring: strangers behind one address, in pairs of prompts, beside the honest crowd."""
    add_honest_crowd(graph)
    names = [f"nat{n:03}" for n in range(count)]
    shared(graph, "Ip", "198.18.9.1", names)
    uses(graph, "PromptCluster", [(name, f"pc{n // 2}", 0, 40) for n, name in enumerate(names)])
    opened(graph, {name: n for n, name in enumerate(names)})
    return names
