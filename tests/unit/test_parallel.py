"""Pages side by side, steps beside a block: in order, few at a time, no further than what fails."""

import threading
from itertools import count

import pytest

from ringleader.parallel import meanwhile, side_by_side


def test_results_come_in_the_order_of_pages():
    gate = threading.Event()

    def work(page):
        # The first page ends after the second has.
        assert gate.wait(10) if page == 0 else not gate.set()
        return page * 10

    assert list(side_by_side(work, range(5))) == [0, 10, 20, 30, 40]


def test_pages_are_asked_for_as_they_are_needed():
    asked = []
    pages = (asked.append(page) or page for page in count())
    results = side_by_side(lambda page: page, pages, workers=2)
    assert [next(results), next(results)] == [0, 1]
    assert asked == [0, 1, 2, 3]
    results.close()


def test_no_more_sessions_than_asked_for():
    busy, most, lock = set(), [], threading.Lock()

    def work(page):
        with lock:
            busy.add(page)
            most.append(len(busy))
        threading.Event().wait(0.01)
        with lock:
            busy.remove(page)

    list(side_by_side(work, range(8), workers=1))
    assert set(most) == {1}


def test_what_fails_ends_it():
    asked = []

    def work(page):
        if page == 1:
            raise ValueError("page 1")
        return page

    pages = (asked.append(page) or page for page in range(100))
    with pytest.raises(ValueError, match="page 1"):
        list(side_by_side(work, pages))
    assert len(asked) < 10


def test_steps_are_done_beside_a_block_which_waits_for_them():
    done, begun, inside = [], threading.Event(), threading.Event()

    def steps():
        begun.set()
        done.append(inside.wait(10))
        yield
        done.append("to the end")

    with meanwhile(steps()):
        assert begun.wait(10)
        inside.set()
    assert done == [True, "to the end"]


def test_what_fails_beside_a_block_fails_at_its_end():
    def steps():
        yield
        raise ValueError("second step")

    reached = []
    with pytest.raises(ValueError, match="second step"), meanwhile(steps()):
        reached.append("end")
    assert reached == ["end"]


def test_steps_end_where_the_block_fails():
    begun, failed, done = threading.Event(), threading.Event(), []

    def steps():
        begun.set()
        yield failed.wait(10)
        done.append("a step too many")

    # The step that is under way ends after the block has.
    with pytest.raises(KeyboardInterrupt), meanwhile(steps()):
        assert begun.wait(10)
        threading.Timer(0.2, failed.set).start()
        raise KeyboardInterrupt
    assert done == []


def test_pages_under_way_are_waited_for_where_the_block_fails():
    begun, written = threading.Event(), []

    def write(page):
        begun.set()
        threading.Event().wait(0.1)
        written.append(page)

    def steps():
        yield from side_by_side(write, range(100), workers=1)

    kept = steps()  # a traceback may hold it too, so that it is not closed by being forgotten
    with pytest.raises(KeyboardInterrupt), meanwhile(kept):
        assert begun.wait(10)
        raise KeyboardInterrupt
    there = len(written)
    threading.Event().wait(0.3)
    assert len(written) == there < 10
