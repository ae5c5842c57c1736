import itertools

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringleader.algorithms.evaluation.metrics import (
    CohortScores,
    Label,
    OperatorScores,
    cohorts,
    evaluate,
    evaluate_by,
    operators,
)
from ringleader.api.evaluating import table

NAMES = [f"a{n}" for n in range(9)]
groupings = st.dictionaries(st.sampled_from(NAMES), st.sampled_from("xyz"))
labellings = st.dictionaries(
    st.sampled_from(NAMES),
    st.one_of(
        st.just(Label("benign")),
        st.builds(Label, st.just("fraud"), st.sampled_from([None, "R", "S"]), st.just("report")),
    ),
    min_size=1,
)


def part(some, whole):
    return some / whole if whole else None


def brute_force(groups, labels):
    """The definitions, over all accounts and pairs."""
    groups = {a: g for a, g in groups.items() if a in labels}
    fraud = [a for a in labels if labels[a].label == "fraud"]

    def same_group(a, b):
        return a in groups and groups.get(a) == groups.get(b)

    def same_ring(a, b):
        return a == b or (
            a in fraud and b in fraud and labels[a].ring == labels[b].ring is not None
        )

    pairs = list(itertools.combinations(labels, 2))
    both = sum(same_group(a, b) and same_ring(a, b) for a, b in pairs)
    precisions = [
        sum(same_group(a, b) and same_ring(a, b) for b in labels)
        / sum(same_group(a, b) for b in labels)
        for a in fraud
        if a in groups
    ]
    recalls = [
        sum(same_group(a, b) and same_ring(a, b) for b in labels)
        / sum(same_ring(a, b) for b in labels)
        for a in fraud
    ]
    return (
        part(len([a for a in fraud if a in groups]), len(groups)),
        part(len([a for a in fraud if a in groups]), len(fraud)),
        part(both, sum(same_group(a, b) for a, b in pairs)),
        part(both, sum(same_ring(a, b) for a, b in pairs)),
        part(sum(precisions), len(precisions)),
        part(sum(recalls), len(recalls)),
    )


@given(groupings, labellings)
def test_scores_agree_with_the_definitions(groups, labels):
    found = evaluate(groups, labels)
    expected = brute_force(groups, labels)
    assert (
        found.account_precision,
        found.account_recall,
        found.pair_precision,
        found.pair_recall,
        found.bcubed_precision,
        found.bcubed_recall,
    ) == pytest.approx(expected)


def test_a_case_by_hand():
    labels = {
        **dict.fromkeys("abcd", Label("fraud", "R", "report")),
        "e": Label("fraud", "S", "components"),
        "f": Label("benign"),
        "g": Label("benign"),
    }
    found = evaluate(dict.fromkeys("abef", "x") | {"unlabelled": "x"}, labels)
    assert (found.accounts, found.fraud, found.grouped, found.groups) == (7, 5, 4, 1)
    assert found.account_precision == 3 / 4
    assert found.account_recall == 3 / 5
    assert (found.pair_precision, found.pair_recall) == (1 / 6, 1 / 6)
    # a and b see 2 of 4, e sees 1 of 4; of R 2 of 4 are found for each of a and b, S whole for e.
    assert found.bcubed_precision == pytest.approx((2 / 4 + 2 / 4 + 1 / 4) / 3)
    assert found.bcubed_recall == pytest.approx((2 / 4 + 2 / 4 + 1) / 5)


def test_small_groups_may_be_left_out():
    labels = dict.fromkeys("abcde", Label("fraud", "R"))
    groups = dict.fromkeys("abc", "x") | dict.fromkeys("de", "y")
    assert evaluate(groups, labels, min_size=3).account_recall == 3 / 5


def test_sources_are_scored_apart():
    labels = {
        **dict.fromkeys("ab", Label("fraud", "R", "report")),
        **dict.fromkeys("cd", Label("fraud", "S", "components")),
        "e": Label("benign"),
    }
    table = evaluate_by(dict.fromkeys("abc", "x") | {"e": "x"}, labels)
    assert list(table) == ["all", "components", "report"]
    assert table["report"].account_recall == 1.0
    assert table["report"].account_precision == 2 / 3  # c is not there, e is
    assert table["components"].account_recall == 0.5


def test_nothing_found_is_no_division_by_zero():
    found = evaluate({}, {"a": Label("benign")})
    assert (found.account_precision, found.bcubed_f1, found.pair_recall) == (None, None, None)
    assert evaluate({}, {"a": Label("fraud")}).bcubed_recall == 0.0


@given(st.integers(0, 10**6))
def test_true_components_score_one(seed):
    graph = nx.gnm_random_graph(14, 10, seed=seed)
    ring = {f"a{n}": f"R{i}" for i, part in enumerate(nx.connected_components(graph)) for n in part}
    labels = {account: Label("fraud", name) for account, name in ring.items()}
    assert evaluate(ring, labels).bcubed_f1 == 1.0


def test_an_operator_should_be_one_campaign():
    labels = {
        **dict.fromkeys("abcd", Label("fraud", "R", campaign="hydra")),
        **dict.fromkeys("efgh", Label("fraud", "S", campaign="careful")),
        **dict.fromkeys("xy", Label("benign", campaign="campus")),
        **dict.fromkeys("uvw", Label("benign", campaign="class")),
        "z": Label("benign"),
    }
    campaign = dict.fromkeys("abc", "k1") | dict.fromkeys("ef", "k2") | dict.fromkeys("gx", "k3")
    assert operators(campaign, labels) == {
        "hydra": OperatorScores(4, 3, 1, 3 / 4, 1.0),
        "careful": OperatorScores(4, 3, 2, 2 / 4, 1.0),
    }
    mixed = campaign | {"d": "k3", "h": "k3"}
    assert operators(mixed, labels)["careful"] == OperatorScores(4, 4, 2, 2 / 4, 1.0)
    assert operators(mixed | {"e": "k3"}, labels)["careful"].purity == 3 / 5
    assert operators({}, labels)["hydra"] == OperatorScores(4, 0, 0, 0.0, None)
    ring = dict.fromkeys("abx", "r1") | dict.fromkeys("uvc", "r2")
    assert cohorts(ring, labels) == {
        "campus": CohortScores(2, 1, 0),
        "class": CohortScores(3, 2, 1),
    }


def test_the_table_has_a_row_for_everything():
    labels = {
        **dict.fromkeys("ab", Label("fraud", "R", "ann", "hydra")),
        "x": Label("benign", campaign="campus"),
    }
    members = [{"account_id": a, "ring_id": "r1", "campaign_id": "k1"} for a in "abx"]
    rows = table(members, labels, 1)
    assert [(r["kind"], r["name"], r["accounts"], r["found"]) for r in rows] == [
        ("rings", "all", 3, 3),
        ("rings", "ann", 3, 3),
        ("operator", "hydra", 2, 2),
        ("cohort", "campus", 1, 1),
    ]
    assert (rows[0]["account_precision"], rows[2]["account_precision"]) == (0.6667, 0.6667)
    assert (rows[2]["campaigns"], rows[3]["rings"]) == (1, 0)
