"""Recall of operators by their traits, on groups small enough to count by hand."""

import pytest

from ringleader.algorithms.evaluation.metrics import Label
from ringleader.algorithms.evaluation.traits import Mixed, TraitScores, by_trait, mixed, read_traits
from ringleader.api.evaluating import trait_rows
from ringleader.errors import InputError

LABELS = {
    **dict.fromkeys("abcd", Label("fraud", "R", campaign="one")),
    **dict.fromkeys("efghij", Label("fraud", "S", campaign="two")),
    **dict.fromkeys("kl", Label("fraud", "T", campaign="three")),
    **dict.fromkeys("xyz", Label("benign", campaign="campus")),
}
TRAITS = """operator,ring_id,size,opening,kinds_shared
one,R,4,aged,2
two,S,6,stolen,3
three,T,2,aged,1
"""
RINGS = dict.fromkeys("abc", "r1") | dict.fromkeys("ex", "r2") | {"k": "r1"}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "traits.csv"
    path.write_text(TRAITS)
    return path


def test_values_of_traits_count_operators_that_share_enough(file):
    assert by_trait(RINGS, LABELS, read_traits(file)) == {
        "all": TraitScores(3, 2, 12, 5),
        "kinds_shared>=2": TraitScores(2, 1, 10, 4),
        "kinds_shared=1": TraitScores(1, 1, 2, 1),
        "kinds_shared=2": TraitScores(1, 1, 4, 3),
        "kinds_shared=3": TraitScores(1, 0, 6, 1),
        "size=4": TraitScores(1, 1, 4, 3),
        "size=6": TraitScores(1, 0, 6, 1),
        "opening=aged": TraitScores(1, 1, 4, 3),
        "opening=stolen": TraitScores(1, 0, 6, 1),
    }
    everyone = by_trait(RINGS, LABELS, read_traits(file), kinds=0)
    assert everyone["opening=aged"] == TraitScores(2, 2, 6, 4)
    assert everyone["opening=aged"].recall == 4 / 6
    assert by_trait({}, LABELS, read_traits(file))["all"] == TraitScores(3, 0, 12, 0)


def test_groups_of_several_operators_are_counted():
    assert mixed(RINGS, LABELS) == Mixed(1, 1)  # x is honest: r2 is of one operator
    assert mixed(RINGS | dict.fromkeys("fgl", "r1"), LABELS) == Mixed(1, 4)
    assert mixed({}, LABELS) == Mixed(0, 0)


def test_the_rows_of_the_table(file):
    members = [
        {"account_id": a, "ring_id": r, "campaign_id": "k" if r == "r1" else None}
        for a, r in RINGS.items()
    ]
    rows = {(r["kind"], r["name"]): r for r in trait_rows(members, LABELS, file, 2)}
    assert rows["trait", "kinds_shared>=2"]["account_recall"] == 0.4
    assert rows["trait", "kinds_shared>=2"]["found_by_half"] == 1
    assert rows["mixed", "campaigns"]["campaigns"] == rows["mixed", "rings"]["rings"] == 1


def test_a_file_that_is_no_traits_is_an_error(tmp_path):
    path = tmp_path / "traits.csv"
    path.write_text("account_id,cohort\na,campus\n")
    with pytest.raises(InputError, match="no columns operator, size and kinds_shared"):
        read_traits(path)
    with pytest.raises(InputError, match="cannot read"):
        read_traits(tmp_path / "missing.csv")
