"""Honest accounts, each with things of its own: a ring is rare only beside many of them."""

SIZE = 400
_AT_ONCE = 5_000
_CROWD = """
UNWIND range($first, $last) AS n
WITH n, $names[n - $first] AS name
MERGE (account:Account {account_id: name})
SET account.created_at = datetime('2026-01-01T00:00Z') + duration({hours: 2 * n})
MERGE (ip:Ip {address: '10.8.' + n / 250 + '.' + n % 250})
MERGE (device:Device {device_id: 'device-' + name})
MERGE (card:PaymentMethod {payment_method_id: 'card-' + name})
MERGE (prompt:PromptCluster {prompt_cluster_id: 'prompts-' + name})
MERGE (account)-[on:USED_IP]->(ip)
MERGE (account)-[by:USED_DEVICE]->(device)
MERGE (account)-[pays:PAID_WITH]->(card)
MERGE (account)-[sent:SENT]->(prompt)
FOREACH (use IN [on, by, pays, sent] |
  SET use.events = 5, use.first_seen = datetime('2026-01-02T00:00Z'),
      use.last_seen = datetime('2026-02-20T00:00Z'))
"""


def add_honest_crowd(graph, size=SIZE):
    """Write accounts that share nothing, each with an address, a client, a card and prompts.

    Returns:
        Their names.
    """
    names = [f"honest{n:05}" for n in range(size)]
    for first in range(0, size, _AT_ONCE):
        some = names[first : first + _AT_ONCE]
        given = {"first": first, "last": first + len(some) - 1, "names": some}
        graph.write(_CROWD, given, name="fixture")
    return names
