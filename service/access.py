"""Who asks, and whether they may."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from fastapi import Request
from fastapi.security import HTTPBearer

from ringleader.service.answerable import Denied
from ringleader.service.limits import Refused
from ringleader.service.roles import May
from ringleader.service.tokens import Token, Tokens

MOST_FAILURES, WINDOW = 20, 60.0  # wrong tokens of one address in so many seconds
MOST_ADDRESSES = 10_000

BEARER = HTTPBearer(
    auto_error=False, description="A token that `ringleader serve token add` printed."
)


class Door:
    """Lets requests in by their tokens.

    Args:
        home: The data folder, where the tokens are.
    """

    def __init__(self, home: Path) -> None:
        self._tokens = Tokens(home)
        self._wrong: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def require(self, what: May) -> Callable[[Request], Token]:
        """What gives the token of a request that may do something.

        Args:
            what: What the request does.
        """

        def token_of(request: Request) -> Token:
            token = self.token(request)
            if not token.may(what):
                raise Denied(
                    403,
                    f"a token of the role {token.role} may not {what}",
                    "ringleader serve token add --role analyst",
                )
            return token

        return token_of

    def token(self, request: Request) -> Token:
        """The token of a request.

        Raises:
            Denied: It has none that is known.
            Refused: Its address has given too many that are not.
        """
        address = address_of(request)
        self._refuse_guessing(address)
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        token = self._tokens.of(text.strip()) if kind.lower() == "bearer" else None
        if token is None:
            if text:
                self._note(address)
            raise Denied(401, "a token is needed", "ringleader serve token add NAME --role analyst")
        return token

    def _refuse_guessing(self, address: str) -> None:
        since, count = self._wrong.get(address, (0.0, 0))
        left = since + WINDOW - time.monotonic()
        if left <= 0:
            self._wrong.pop(address, None)
        elif count >= MOST_FAILURES:
            raise Refused(429, "too many wrong tokens came from this address", left)

    def _note(self, address: str) -> None:
        since, count = self._wrong.get(address, (time.monotonic(), 0))
        self._wrong[address] = (since, count + 1)
        while len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else "unknown"
