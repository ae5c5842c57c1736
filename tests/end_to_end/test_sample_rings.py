"""The simulated sample from files to rings: the operators' and nobody else's."""

import base64
import csv
import gzip
import json
import re
from collections import Counter

import pytest

from algorithms.detect import detect
from algorithms.parameters import Parameters
from scenario.sample import write

TABLES = ("accounts", "requests", "payments", "prompts", "contacts", "proxies")


@pytest.fixture
def sample(graph, ringleader, tmp_path):
    paths = write(tmp_path / "sample")
    for table in TABLES:
        ringleader("load", table, paths[table])
    with paths["labels"].open(newline="") as rows:
        return paths, {row["account_id"]: row["campaign"] for row in csv.DictReader(rows)}


def cohorts(rings, cohort):
    return [Counter(cohort[account] for account in ring.members) for ring in rings]


def assert_the_report_holds(rings, path):
    """The page has exactly these rings and members, and evidence that adds up to the scores."""
    blocks = dict(re.findall(r'id="data-ring-(\d+)">([^<]*)<', path.read_text(encoding="utf-8")))
    shown = [
        json.loads(gzip.decompress(base64.b64decode(blocks[str(n)]))) for n in range(len(blocks))
    ]
    assert [ring["id"] for ring in shown] == [ring.ring_id for ring in rings]
    for told, ring in zip(shown, rings, strict=True):
        assert {member["name"] for member in told["members"]} == set(ring.members)
        bits = [item["bits"] for item in told["items"]] + [rest[2] for rest in told["rest"]]
        assert sum(bits) == pytest.approx(ring.score, abs=0.1)
        assert told["dissolution"]["without"]


def test_operators_are_found_and_look_alikes_are_not(graph, sample, ringleader, tmp_path):
    paths, cohort = sample
    size = Counter(cohort.values())
    found = detect(graph, Parameters())
    by_operator = {next(iter(made)): made for made in cohorts(found.rings, cohort)}
    assert set(by_operator) == {"hydra", "card_sharers", "careful"}
    assert all(len(made) == 1 for made in by_operator.values()), "a ring of several cohorts"
    for operator, made in by_operator.items():
        assert made[operator] >= 0.95 * size[operator]
    labels = paths["labels"]
    table = json.loads(ringleader("evaluate", "--labels", labels, "--format", "json").stdout)
    assert table[0]["account_precision"] == 1.0
    assert table[0]["bcubed_f1"] >= 0.95
    ringleader("report", "--output", "report.html")
    assert_the_report_holds(found.rings, tmp_path / "report.html")

    # Kind after kind of evidence goes: it finds less, in order, and accuses nobody else.
    for type_, left in (
        ("PAID_WITH", {"hydra", "card_sharers"}),
        ("USED_DEVICE", {"card_sharers"}),
        ("SENT", set()),
    ):
        graph.run_in_batches(
            f"MATCH ()-[u:{type_}]->() CALL (u) {{ DELETE u }} IN TRANSACTIONS OF 20000 ROWS",
            name="without",
        )
        made = cohorts(detect(graph, Parameters()).rings, cohort)
        assert all(len(ring) == 1 for ring in made)
        assert {operator for ring in made for operator in ring} == left
