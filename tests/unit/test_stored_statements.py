"""What stored queries say, against the graph model: nothing that it holds is forgotten."""

import re

import pytest

from ringleader.catalogue import load_catalogue
from ringleader.schema import IDENTIFIERS, NODE_BY_LABEL

CATALOGUE = load_catalogue()
LABEL_OF = {
    **{label: label for label in IDENTIFIERS},
    **{use: label for label, use in IDENTIFIERS.items()},
    **{NODE_BY_LABEL[label].key: label for label in IDENTIFIERS},
}
_ALTERNATIVES = re.compile(r"\w+(?:\s*\|\s*\w+)+")
_COALESCED = re.compile(r"\bcoalesce\(([^()]*)\)", re.IGNORECASE)
_BRANCH = re.compile(r":(\w+)\s*\{|\blabel = '(\w+)'")

# Of a mail domain there are no hours, times or channels: an account registers with it once.
ACTIVITY = "asks for activity, and a mail domain has none"
REQUESTS = "counts requests: neither a payment nor a mail domain is one"
# Query -> labels left out on purpose, and why.
EXCEPTIONS = {
    "near-misses-of-ring": ({"EmailDomain"}, "a mail domain says nothing of an outsider"),
    "replacements-of-account": ({"EmailDomain"}, "a mail domain does not tell who took over"),
    "accounts-without-activity": ({"EmailDomain"}, ACTIVITY),
    "members-still-active": ({"EmailDomain"}, ACTIVITY),
    "ring-timeline": ({"EmailDomain"}, ACTIVITY),
    "campaign-weeks": ({"EmailDomain"}, ACTIVITY),
    "export-accounts": ({"EmailDomain", "PaymentMethod"}, REQUESTS),
    "report-members": ({"EmailDomain", "PaymentMethod"}, REQUESTS),
    "ring-hours": ({"EmailDomain", "PaymentMethod"}, REQUESTS),
    "heaviest-accounts-outside-rings": ({"EmailDomain", "PaymentMethod"}, "neither counts tokens"),
}


def listed(text):
    """The labels that each list in a query stands for: alternatives, keys or branches."""
    lists = [re.findall(r"\w+", found) for found in _ALTERNATIVES.findall(text)]
    lists += [re.findall(r"\w+", found) for found in _COALESCED.findall(text)]
    lists.append([name for pair in _BRANCH.findall(text) for name in pair if name])
    return [{LABEL_OF[word] for word in words if word in LABEL_OF} for words in lists]


def left_out(text):
    """The labels that a query forgets somewhere where it lists several."""
    several = [labels for labels in listed(text) if len(labels) > 1]
    return set().union(*(set(IDENTIFIERS) - labels for labels in several))


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_query_that_lists_identifiers_lists_all(name):
    expected, _ = EXCEPTIONS.get(name, (set(), ""))
    assert left_out(CATALOGUE[name].text) == expected


def test_exceptions_are_of_queries_that_exist():
    assert set(EXCEPTIONS) <= set(CATALOGUE)


@pytest.mark.parametrize(
    "text",
    [
        "MATCH (n:Ip|PaymentMethod|Device|PromptCluster) RETURN n",
        "MATCH (a)-[:USED_IP|PAID_WITH|USED_DEVICE\n|SENT]->(n) RETURN n",
        "RETURN coalesce(n.address, n.device_id,\n n.payment_method_id, n.prompt_cluster_id)",
        "MATCH (n:Ip {address: $k}) UNION MATCH (n:Device {device_id: $k}) UNION "
        "MATCH (n:PaymentMethod {payment_method_id: $k}) UNION MATCH (n:PromptCluster {x: $k})",
    ],
)
def test_a_forgotten_label_is_seen(text):
    assert left_out(text) == {"EmailDomain"}
    assert left_out(text + " MATCH (:Ip|PaymentMethod|Device|PromptCluster|EmailDomain)") == {
        "EmailDomain"
    }


# Detection itself writes links and drops those that are not in force.
_OF_ONE_RUN = re.compile(r":LINKED \{run: (\$run|run\.run_id|ring\.run|one\.run)\}")
_ANY_RUN = {"drop-other-links"}


@pytest.mark.parametrize("name", sorted(CATALOGUE.keys() - _ANY_RUN))
def test_links_are_read_of_the_run_in_force(name):
    text = CATALOGUE[name].text
    assert text.count(":LINKED") == len(_OF_ONE_RUN.findall(text))
