"""Sessions of browsers: a cookie that scripts cannot read, and a second secret for writes.

Sessions live in the memory of the service. A restart ends them, and so does the revocation of the
token that opened them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from ringleader.service.tokens import Token

# The prefix makes browsers insist on Secure, on the whole path and on this host alone.
COOKIE = "__Host-ringleader"
CSRF_HEADER = "x-csrf-token"
LONGEST, IDLE = 12 * 3600.0, 3600.0  # seconds of a session, and without a request
MOST = 10_000


@dataclass
class Session:
    """Somebody who is signed in.

    Attributes:
        token: What they may do, under which name.
        csrf: What a request that writes has to bring in :data:`CSRF_HEADER`.
        began: When the session began, on the monotonic clock.
        used: When it was used last.
    """

    token: Token
    csrf: str
    began: float
    used: float

    def allows(self, given: str) -> bool:
        """Whether a request brought the second secret."""
        return hmac.compare_digest(given.encode(), self.csrf.encode())


class Sessions:
    """The sessions of one process.

    Args:
        known: Whether the token that opened a session is still one.
    """

    def __init__(self, known: Callable[[Token], bool]) -> None:
        self._known = known
        self._open: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, token: Token) -> tuple[str, Session]:
        """Begin a session.

        Returns:
            The value of its cookie, and the session.
        """
        name, now = secrets.token_urlsafe(32), time.monotonic()
        made = Session(token, secrets.token_urlsafe(32), now, now)
        with self._lock:
            self._open[_hash(name)] = made
            while len(self._open) > MOST:
                self._open.popitem(last=False)
        return name, made

    def of(self, name: str) -> Session | None:
        """The session of a cookie; None if it has none, or it has ended."""
        now, at = time.monotonic(), _hash(name)
        with self._lock:
            found = self._open.get(at)
            if found is None:
                return None
            if (
                now - found.began > LONGEST
                or now - found.used > IDLE
                or not self._known(found.token)
            ):
                del self._open[at]
                return None
            found.used = now
            return found

    def end(self, name: str) -> None:
        """End a session."""
        with self._lock:
            self._open.pop(_hash(name), None)


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
