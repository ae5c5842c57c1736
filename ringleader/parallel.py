"""Work side by side, by threads: over sessions of the server, or where C code works."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Event
from typing import TypeVar

SESSIONS = 2  # one keeps a core of the server busy; measured on two cores, where more do not help

_Page = TypeVar("_Page")
_Done = TypeVar("_Done")


def side_by_side(
    work: Callable[[_Page], _Done], pages: Iterable[_Page], workers: int = SESSIONS
) -> Iterator[_Done]:
    """Results of the work on each page, in the order of pages.

    Pages are asked for as they are needed, one more than is being worked on, so that the next is
    made meanwhile and few are in memory. What fails ends it; pages that wait are left.

    Args:
        work: What to do with a page, in a thread of its own.
        pages: The pages; work on them must not depend on the order.
        workers: How many at a time.
    """
    with ThreadPoolExecutor(workers) as pool:
        begun: deque[Future[_Done]] = deque()
        try:
            for page in pages:
                begun.append(pool.submit(work, page))
                if len(begun) > workers:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for waiting in begun:
                waiting.cancel()


@contextmanager
def meanwhile(steps: Generator[object]) -> Iterator[None]:
    """Go through steps in a thread of their own while the block runs; its end waits for them.

    What fails in them is raised at the end of the block, which it does not stop. If the block
    fails, or waiting is given up, they are closed after the step that is under way.

    Args:
        steps: Each is done when the next is asked for.
    """
    given_up = Event()

    def go_through() -> None:
        with closing(steps):
            for _ in steps:
                if given_up.is_set():
                    return

    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(go_through)
        try:
            yield
            under_way.result()
        finally:
            given_up.set()
