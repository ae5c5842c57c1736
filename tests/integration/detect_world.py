"""Two rings, an honest crowd, and look-alikes: a carrier, a firm's VPN, a class, a household."""

from honest_crowd import SIZE as CROWD
from honest_crowd import add_honest_crowd

from ringleader.algorithms.parameters import Parameters

P = Parameters()


CARDS = [f"card{n:02}" for n in range(8)]


BOTS = [f"bot{n:02}" for n in range(12)]


NAT = [f"nat{n:03}" for n in range(150)]


VPN = [f"vpn{n:02}" for n in range(20)]


CLASS = [f"class{n:02}" for n in range(20)]


HOME = [f"home{n}" for n in range(6)]


ACCOUNTS = len(CARDS) + len(BOTS) + len(NAT) + len(VPN) + len(CLASS) + len(HOME) + CROWD


SHARE = """
UNWIND $names AS name
MERGE (a:Account {account_id: name})
MERGE (i:$($label) {`KEY`: $key})
MERGE (a)-[u:$($type)]->(i)
SET u.events = 5, u.first_seen = datetime($first), u.last_seen = datetime($last), u.days = $days
"""


KEYS = {
    "Ip": ("address", "USED_IP"),
    "Device": ("device_id", "USED_DEVICE"),
    "PromptCluster": ("prompt_cluster_id", "SENT"),
    "PaymentMethod": ("payment_method_id", "PAID_WITH"),
}


def share(graph, names, label, key, first="2026-01-02T00:00Z", last="2026-02-20T00:00Z", days=None):
    prop, type_ = KEYS[label]
    # Labels and types of a fixture; both servers that are supported take plain ones.
    text = SHARE.replace("$($label)", label).replace("`KEY`", prop).replace("$($type)", type_)
    given = {"names": list(names), "key": key, "first": first, "last": last, "days": days}
    graph.write(text, given, name="fixture")


def open_accounts(graph, names, day, step_hours=0):
    graph.write(
        "UNWIND range(0, size($names) - 1) AS n MERGE (a:Account {account_id: $names[n]}) "
        "SET a.created_at = datetime('2026-01-01T00:00Z') + "
        "duration({days: $day, hours: n * $step})",
        {"names": list(names), "day": day, "step": step_hours},
        name="fixture",
    )


def build(graph, reverse=False):
    """Two rings, four honest cohorts and the crowd."""

    def ordered(names):
        return list(reversed(names)) if reverse else list(names)

    def cards():
        share(graph, ordered(CARDS), "PaymentMethod", "pm-ring")
        share(graph, ordered(CARDS), "Device", "dev-ring")
        open_accounts(graph, CARDS, 3, 5)

    def bots():
        for n in range(4):
            share(graph, ordered(BOTS[n * 3 : n * 3 + 6]), "Ip", f"198.18.0.{n}")
        share(graph, ordered(BOTS), "PromptCluster", "pc-ring")
        open_accounts(graph, BOTS, 10, 2)

    def honest():
        share(graph, ordered(NAT), "Ip", "198.18.9.1")
        for n in range(0, 150, 2):
            share(graph, NAT[n : n + 2], "PromptCluster", f"pc{n}")
        open_accounts(graph, NAT, 0, 10)
        share(graph, ordered(VPN), "Ip", "198.18.9.2")
        share(graph, ordered(VPN), "Device", "image")
        share(graph, ordered(VPN), "PromptCluster", "pc-work")
        open_accounts(graph, VPN, 0, 24)
        graph.write(
            "UNWIND $names AS name MATCH (a:Account {account_id: name}) "
            "MERGE (o:Organization {organization_id: 'org'}) MERGE (a)-[:IN_ORGANIZATION]->(o)",
            {"names": VPN},
            name="fixture",
        )
        # Day 20,487 of the epoch, modulo 64.
        hour = {"first": "2026-02-03T10:00Z", "last": "2026-02-03T11:00Z", "days": [7]}
        share(graph, ordered(CLASS), "Ip", "198.18.9.3", **hour)
        share(graph, ordered(CLASS), "PromptCluster", "pc-lesson", **hour)
        open_accounts(graph, CLASS, 33)
        share(graph, ordered(HOME), "Ip", "198.18.9.4")
        share(graph, ordered(HOME), "PaymentMethod", "pm-home")
        share(graph, ordered(HOME), "Device", "dev-home")
        open_accounts(graph, HOME, 5)

    steps = [cards, bots, honest, lambda: add_honest_crowd(graph)]
    for step in reversed(steps) if reverse else steps:
        step()


def standing(graph):
    """Everything that detection leaves, without run ids."""
    rings = graph.read(
        "MATCH (a:Account)-[m:MEMBER_OF]->(r:Ring) WITH r, a, m ORDER BY a.account_id "
        "RETURN r.ring_id AS id, round(r.score, 6) AS score, r.families AS families, "
        "r.size AS size, r.links AS links, collect([a.account_id, round(m.score, 6)]) AS members "
        "ORDER BY id",
        name="standing",
    )
    links = graph.read(
        "MATCH (a:Account)-[l:LINKED]->(b:Account) RETURN a.account_id AS a, b.account_id AS b, "
        "round(l.weight, 6) AS weight, l.evidence AS evidence ORDER BY a, b",
        name="standing",
    )
    return rings, links


def members(graph):
    return {tuple(name for name, _ in ring["members"]) for ring in standing(graph)[0]}
