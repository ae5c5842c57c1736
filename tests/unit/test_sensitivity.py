"""The changes of the sensitivity table, and the table itself."""

from dataclasses import fields

from benchmarks.sensitivity import NAMING, changes, table
from ringleader.algorithms.parameters import Parameters


def test_every_parameter_that_decides_is_halved_and_doubled_and_nothing_else_changes():
    plain = Parameters()
    seen = {}
    for name, value, changed in changes():
        differing = [f.name for f in fields(Parameters)
                     if getattr(changed, f.name) != getattr(plain, f.name)]  # fmt: skip
        assert differing == [name] and getattr(changed, name) == value
        assert type(value) is type(getattr(plain, name))
        seen.setdefault(name, []).append(value)
    assert set(seen) == {f.name for f in fields(Parameters)} - set(NAMING)
    assert seen["occasion_days"] == [4, 16] and seen["living_share"] == [0.125, 0.5]
    # Seven in ten cannot be doubled: it ends at what is allowed.
    assert seen["owned_part"] == [0.35, 1.0]


def test_the_table_says_points_of_a_hundred():
    plain = {"recall": 0.95, "precision": 1.0}
    text = table([("several", 6, {"recall": 0.93, "precision": 0.999})], plain)
    assert "| none changed | | 0.9500 | 1.0000 |" in text
    assert "| several | 6 | -2.0 | -0.1 |" in text
