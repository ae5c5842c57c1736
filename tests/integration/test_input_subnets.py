"""A masked address counts for its subnet, and never for as much as an address."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from load_world import load, relationships, write_csv

from ringleader.algorithms.campaigns.linking import Common, Feature, one_operator
from ringleader.algorithms.parameters import Parameters
from ringleader.catalogue import get
from ringleader.loaders.validation.addresses import masked
from ringleader.schema import BUILT_IN

HEAD = ("account_id", "timestamp", "ip")
T = "2026-03-01T10:00:00Z"
ROWS = [
    ("a", T, "203.0.113.***"),
    ("a", T, "203.0.113.0/24"),
    ("a", T, "203.0.113.9"),
    ("b", T, "203.0.113.xxx:443"),
    ("b", T, "203.0.113.0"),
    ("c", T, "2001:db8:1::/48"),
    ("c", T, "198.51.100.7/32"),
    ("d", T, "10.*.*.*"),
]


def written(folder, ending):
    if ending == "csv":
        return write_csv(folder / "r.csv", ",".join(HEAD), *ROWS)
    path = folder / "r.parquet"
    pq.write_table(pa.Table.from_pylist([dict(zip(HEAD, row, strict=True)) for row in ROWS]), path)
    return path


def events(graph, type_):
    return {(start, end): p["events"] for start, end, p in relationships(graph, type_)}


# 22
@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("zeros", [False, True])
def test_masked_addresses_are_subnets(graph, tmp_path, ending, zeros):
    mapping = tmp_path / "m.toml"
    mapping.write_text(f"[options.requests]\nmasked_by_zeros = {str(zeros).lower()}\n")
    summary = load(graph, "requests", written(tmp_path, ending), mapping=mapping)
    assert (summary.loaded, summary.quarantined) == (8, 0)
    addresses = {("a", "203.0.113.9"): 1, ("c", "198.51.100.7"): 1}
    assert events(graph, "USED_IP") == addresses | ({} if zeros else {("b", "203.0.113.0"): 1})
    assert events(graph, "USED_SUBNET") == {
        ("a", "203.0.113.0/24"): 2,
        ("b", "203.0.113.0/24"): 2 if zeros else 1,
        ("c", "2001:db8:1::/48"): 1,
    }
    stored = get("accounts-on-subnet")
    answer = graph.read(stored, stored.bind({"cidr": "203.0.113.0/24"}))
    assert [(row["account_id"], row["addresses"], row["events"]) for row in answer] == (
        [("a", 1, 3), ("b", 0, 2)] if zeros else [("a", 1, 3), ("b", 1, 2)]
    )


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("203.0.113.*", "203.0.113.0/24"),
        ("203.0.113.1**", "203.0.113.0/24"),
        ("203.0.x.x", "203.0.0.0/16"),
        ("203.*.*.*", None),  # as good as no address
        ("203.0.113.128/25", "203.0.113.0/24"),
        ("203.0.113.7/32", "203.0.113.7"),
        ("2001:db8:1:2:xxxx:xxxx:xxxx:xxxx", "2001:db8:1:2::/64"),
        ("2001:db8:1::*", "2001:db8:1::/48"),
        ("2001:db8:1:2:3::/80", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.***", "203.0.113.0/24"),
        ("203.0.113.[redacted]", "203.0.113.0/24"),
        ("203.0.113.---", "203.0.113.0/24"),
        ("203.0.113.•••", "203.0.113.0/24"),
        ("203.0.113.nnn:443", "203.0.113.0/24"),
        ("203.0.113.", "203.0.113.0/24"),
        ("2001:db8:1:2:<masked>", "2001:db8:1:2::/64"),
    ],
)
def test_what_is_left_of_a_masked_address(text, kept):
    found = masked(text)
    assert found is not None
    assert found.text == kept


@pytest.mark.parametrize(
    "text", ["203.0.113.0", "203.0.113", "*", "*.*.*.*", "300.1.1.*", "203.0.113.7/33", "::"]
)
def test_what_is_no_masked_address(text):
    assert masked(text) is None


def test_a_subnet_only_supports_other_evidence():
    assert BUILT_IN.family_by_name[BUILT_IN.family_of("Subnet")].group is None
    shared = {Feature("subnet", "Subnet", f"203.0.{n}.0/24"): Common(1.0, 9.0) for n in range(9)}
    assert not one_operator(shared, 9.0, Parameters())
