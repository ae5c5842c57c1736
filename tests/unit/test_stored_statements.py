"""What stored queries say, against the graph model: lists of identifiers come from the schema."""

import re

import pytest

from ringleader.catalogue import load_catalogue
from ringleader.schema import BUILT_IN

CATALOGUE = load_catalogue()
NAMES = {
    name for found in BUILT_IN.identifiers for name in (found.label, found.relationship, found.key)
}
_ALTERNATIVES = re.compile(r"\w+(?:\s*\|\s*\w+)+")
_COALESCED = re.compile(r"\bcoalesce\(([^()]*)\)", re.IGNORECASE)
_BRANCH = re.compile(r":(\w+)\s*\{")


def listed_by_hand(text):
    """Names of identifiers in the lists of a text: alternatives, keys and branches of a union."""
    lists = [re.findall(r"\w+", found) for found in _ALTERNATIVES.findall(text)]
    lists += [re.findall(r"\.(\w+)", found) for found in _COALESCED.findall(text)]
    lists += [_BRANCH.findall(text)] if "UNION" in text else []
    several = [NAMES.intersection(words) for words in lists]
    return set().union(*(names for names in several if len(names) > 1))


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_no_stored_query_lists_identifiers_by_hand(name):
    assert listed_by_hand(CATALOGUE[name].text) == set()


@pytest.mark.parametrize("name", ["uses-to-link", "export-uses", "show-identifier"])
def test_a_query_runs_with_all_identifiers_of_the_schema(name):
    text = CATALOGUE[name].rendered(BUILT_IN)
    assert "{{" not in text
    assert {f.relationship for f in BUILT_IN.identifiers} <= set(re.findall(r"\w+", text))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("MATCH (n:Ip|Device) RETURN n", {"Ip", "Device"}),
        ("MATCH (a)-[:USED_IP|IN_ORGANIZATION\n|SENT]->(n) RETURN n", {"USED_IP", "SENT"}),
        ("RETURN coalesce(n.address, n.cidr,\n n.domain)", {"address", "cidr", "domain"}),
        ("MATCH (n:Ip {address: $k}) UNION MATCH (n:Device {device_id: $k})", {"Ip", "Device"}),
        ("MATCH (a)-[:{{ uses }}|IN_ORGANIZATION]->(n:Ip) RETURN n.address", set()),
    ],
)
def test_a_list_by_hand_is_seen(text, names):
    assert listed_by_hand(text) == names


# Detection itself writes links and drops those that are not in force.
_OF_ONE_RUN = re.compile(r":LINKED \{run: (\$run|run\.run_id|ring\.run|one\.run)\}")
_ANY_RUN = {"drop-other-links"}


@pytest.mark.parametrize("name", sorted(CATALOGUE.keys() - _ANY_RUN))
def test_links_are_read_of_the_run_in_force(name):
    text = CATALOGUE[name].text
    assert text.count(":LINKED") == len(_OF_ONE_RUN.findall(text))
