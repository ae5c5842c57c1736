"""Rings keep their names; merges and splits are told; order does not matter."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import Ring, name_of
from ringleader.algorithms.rings.lineage import Continuation, Earlier, lasting_names, traced

P = Parameters()


def ring(members, name=None):
    names = tuple(sorted(members))
    bits = (1.0,) * len(names)
    return Ring(name or name_of(names), names, bits, (("payment", 9.0),), 3, True)


def trace(found, earlier, seen=None, parameters=P):
    """Names in the order of the groups, and continuations as tuples."""
    past = {
        name: members if isinstance(members, Earlier) else Earlier(frozenset(members))
        for name, members in earlier.items()
    }
    everybody = {a for group in found for a in group}.union(*(e.members for e in past.values()))
    told = traced([ring(group) for group in found], past, seen or everybody, parameters)
    return [r.ring_id for r in told.rings], told


def test_a_ring_goes_on_under_its_name():
    assert trace(["abcdef", "uvwxyz"], {"old1": "abcdex", "old2": "123456"})[0] == [
        "old1",
        name_of("uvwxyz"),
    ]


def test_growth_is_no_change_of_name():
    grown = [f"n{n}" for n in range(95)]
    names, told = trace([["a", "b", "c", "d", "e", *grown]], {"old": "abcde"})
    assert (names, told.continuations, told.successor) == (["old"], [], {"old": "old"})


def test_members_that_are_seen_no_more_do_not_count():
    # Three of twenty are left; the other seventeen are banned and their traces have aged out.
    twenty = [f"m{n:02}" for n in range(20)]
    left, new = twenty[:3], ["x", "y", "z"]
    assert trace([[*left, *new]], {"old": twenty}, seen={*left, *new})[0] == ["old"]
    # Were they still about, but in no ring, this would be another one.
    assert trace([[*left, *new]], {"old": twenty})[0] == [name_of([*left, *new])]


def test_two_accounts_in_common_are_no_lineage():
    assert trace(["abxyz"], {"old": "abc"})[0] == [name_of("abxyz")]
    assert trace(["abcxyz"], {"old": "abc"})[0] == ["old"]


def test_the_larger_ring_gives_its_name_to_a_merger():
    names, told = trace(["abcdefgh"], {"small": "fgh", "large": "abcde"})
    assert names == ["large"]
    assert told.continuations == [Continuation("large", "small", "merges", 1.0)]
    assert told.successor == {"large": "large", "small": "large"}


def test_the_largest_part_keeps_the_name_of_a_split():
    names, told = trace(["abcdef", "ghi", "jkl"], {"old": "abcdefghijkl"})
    assert names == ["old", name_of("ghi"), name_of("jkl")]
    assert told.continuations == [
        Continuation(name, "old", "splits", 0.25) for name in sorted(names[1:])
    ]


def test_an_even_split_is_decided_by_names():
    assert trace(["def", "abc"], {"old": "abcdef"})[0] == [name_of("def"), "old"]


def test_a_ring_that_falls_into_many_parts_ends():
    parts = ["abcd", "efgh", "ijkl", "mnop"]
    names, told = trace(parts, {"old": "abcdefghijklmnop"})
    assert names == [name_of(part) for part in parts]
    assert {(c.kind, c.overlap) for c in told.continuations} == {("splits", 0.25)}
    assert told.successor == {}


def test_part_of_a_merged_ring_is_no_second_merger():
    names, told = trace(["abcdexyz", "uvw123"], {"one": "abcde", "two": "xyzuvw"})
    assert names == ["one", "two"]  # of two equal parts of `two`, one has a name already
    assert told.continuations == [Continuation("one", "two", "splits", 0.5)]


def test_a_ring_that_was_gone_comes_back_under_its_name():
    gone = Earlier(frozenset("abcde"), live=False)
    assert trace(["abcdef"], {"old": gone})[0] == ["old"]
    # A standing ring has the better claim, though it has fewer of the members.
    names, told = trace(["abcdef"], {"old": gone, "now": "abc"})
    assert (names, told.continuations) == (["now"], [])


def test_two_rings_never_have_one_name():
    """A ring grew under its first name and then lost its first members to a new ring."""
    first, rest = "abcde", "fghijklm"
    names, _ = trace([rest, first], {name_of(first): first + rest})
    assert names == [name_of(first), name_of(first) + "-2"]
    assert trace([rest, first], {names[0]: rest, names[1]: first})[0] == names


def test_how_much_in_common_makes_one_ring_is_a_parameter():
    assert trace(["abcx"], {"old": "abcde"})[0] == ["old"]
    assert trace(["abcx"], {"old": "abcde"}, parameters=Parameters(continues_at=0.61))[0] == [
        name_of("abcx")
    ]


groups = st.lists(st.sets(st.integers(0, 30), min_size=1, max_size=12), max_size=6)


def disjoint(sets):
    used, made = set(), []
    for group in sets:
        if group - used:
            made.append(sorted(f"a{n:02}" for n in group - used))
        used |= group
    return made


@given(groups, groups, st.integers(0, 10**6))
def test_order_does_not_matter_and_names_are_given_once(found, earlier, seed):
    found, earlier = disjoint(found), disjoint(earlier)
    past = {f"old{number}": members for number, members in enumerate(earlier)}
    names, told = trace(found, past)
    assert len(set(names)) == len(names)
    by_members = dict(zip(map(tuple, found), names, strict=True))
    shuffled, items = list(found), list(past.items())
    random.Random(seed).shuffle(shuffled)
    random.Random(seed + 1).shuffle(items)
    again, told_again = trace(shuffled, dict(items))
    assert dict(zip(map(tuple, shuffled), again, strict=True)) == by_members
    assert (told_again.continuations, told_again.successor) == (told.continuations, told.successor)


@given(groups)
def test_a_run_that_finds_the_same_changes_nothing(found):
    found = disjoint(found)
    names, _ = trace(found, {})
    again, told = trace(found, dict(zip(names, found, strict=True)))
    assert (again, told.continuations) == (names, [])


@pytest.mark.parametrize("live", [True, False])
def test_renaming_accounts_renames_nothing_else(live):
    found, earlier = ["abcdef", "uvw"], Earlier(frozenset("abcuvw"), live)
    names, _ = trace(found, {"old": earlier})
    renamed = [[f"x{name}" for name in group] for group in found]
    past = Earlier(frozenset(f"x{name}" for name in earlier.members), live)
    assert [name == "old" for name in trace(renamed, {"old": past})[0]] == [
        name == "old" for name in names
    ]


def test_campaigns_keep_their_names_the_same_way():
    earlier = {"campaign-1": "abcdef", "campaign-2": "uvw"}
    groups = [list("abcdefuvw"), list("xyz")]
    names = lasting_names(groups, ["new1", "new2"], earlier, set("abcdefuvwxyz"), P)
    assert names == ["campaign-1", "new2"]
