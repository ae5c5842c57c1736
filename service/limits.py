"""What keeps the service answering: a bounded queue, time limits, and a circuit breaker.

Work waits for one of a few threads. When too many requests wait already, a new one is refused at
once, which a client can handle; a queue without a bound answers everybody too late. When the
database does not answer, the breaker opens: requests are refused for some seconds without asking
it, then one is let through to see whether it is back.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from ringleader.errors import ConnectionFailed, RingleaderError

T = TypeVar("T")


class Refused(RingleaderError):
    """A request that is not answered now.

    Args:
        status: The HTTP status, 429 or 503.
        message: Why.
        after: Seconds after which to try again.
    """

    def __init__(self, status: int, message: str, after: float) -> None:
        super().__init__(message, hint=f"try again in {max(round(after), 1)} seconds")
        self.status = status
        self.after = max(round(after), 1)


@dataclass
class Breaker:
    """Whether the database is asked at all.

    Attributes:
        failures: Failures in a row after which it opens.
        seconds: How long it stays open.
    """

    failures: int = 3
    seconds: float = 5.0
    _count: int = 0
    _opened: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def open(self) -> bool:
        """Whether requests are refused."""
        return self._opened is not None and time.monotonic() < self._opened + self.seconds

    def enter(self) -> None:
        """Let a request through, or refuse it.

        Raises:
            Refused: The breaker is open.
        """
        with self._lock:
            if self._opened is None:
                return
            left = self._opened + self.seconds - time.monotonic()
            if left > 0:
                raise Refused(503, "the database does not answer", left)
            # One request tries; the others are refused until it is back.
            self._opened = time.monotonic()

    def worked(self) -> None:
        """Note that the database answered."""
        with self._lock:
            self._count, self._opened = 0, None

    def failed(self) -> None:
        """Note that it did not."""
        with self._lock:
            self._count += 1
            if self._count >= self.failures:
                self._opened = time.monotonic()


class Workplace:
    """Where work on the database is done: a few threads, a bounded queue, the breaker.

    Args:
        workers: Pieces of work at a time.
        waiting: Pieces of work that may wait.
        seconds: How long one may wait and run together.
        breaker: Shared with other places that ask the same database.
        slow_is_failure: Whether an answer that takes too long counts as none. A check takes
            milliseconds, so it does; a long query says nothing about the database.
    """

    def __init__(
        self,
        workers: int,
        waiting: int,
        seconds: float,
        breaker: Breaker | None = None,
        *,
        slow_is_failure: bool = True,
    ) -> None:
        self.breaker = breaker or Breaker()
        self._slow_is_failure = slow_is_failure
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="work")
        self._most, self._seconds = workers + waiting, seconds
        self.inside = 0  # running and waiting
        self.closing = False

    async def run(self, work: Callable[[], T], seconds: float | None = None) -> T:
        """Do a piece of work in a thread.

        Args:
            work: What to do.
            seconds: How long it may wait and run together, if not as usual.

        Raises:
            Refused: Too much waits already, it took too long, or the database does not answer.
        """
        if self.closing:
            raise Refused(503, "the service is stopping", 5)
        if self.inside >= self._most:
            raise Refused(429, "too many requests wait already", 1)
        self.breaker.enter()
        self.inside += 1
        try:
            async with asyncio.timeout(seconds or self._seconds):
                loop = asyncio.get_running_loop()
                found = await loop.run_in_executor(self._threads, work)
        except TimeoutError as error:
            if self._slow_is_failure:
                self.breaker.failed()
            raise Refused(503, "the answer took too long", 2) from error
        except ConnectionFailed as error:
            self.breaker.failed()
            raise Refused(503, "the database does not answer", self.breaker.seconds) from error
        except RingleaderError:
            self.breaker.worked()
            raise
        finally:
            self.inside -= 1
        self.breaker.worked()
        return found

    def close(self) -> None:
        """Take no more work; what runs is waited for."""
        self.closing = True
        self._threads.shutdown(wait=True, cancel_futures=True)
