"""Who asks, whether they may, and the audit line of what they did."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.security import HTTPBearer

from ringleader.audit import record
from ringleader.errors import RingleaderError
from ringleader.keys import keyed_hash, load_key
from ringleader.service.limits import Refused
from ringleader.service.tokens import May, Token, Tokens

if TYPE_CHECKING:
    from ringleader.settings import Settings

MOST_FAILURES, WINDOW = 20, 60.0  # wrong tokens of one address in so many seconds
MOST_ADDRESSES = 10_000

BEARER = HTTPBearer(
    auto_error=False, description="A token that `ringleader serve token add` printed."
)


class Denied(RingleaderError):
    """A request that its token does not allow.

    Args:
        status: 401 without a token that is known, 403 with one that may not.
        message: Why.
    """

    def __init__(self, status: int, message: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.status = status


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


def audit(
    settings: Settings, token: Token, address: str, event: str, *subjects: str, **more: object
) -> None:
    """Write who did what, to what, from where.

    Args:
        settings: Say where the log lives.
        token: Whose token it was.
        address: Where the request came from.
        event: What was done.
        subjects: Accounts and rings; accounts stand in the log as keyed hashes.
        more: What else the line holds.

    Raises:
        SettingsError: The log cannot be written. Then the request is not answered.
    """
    key = load_key(settings.home)
    told = [
        name if name.startswith(("ring-", "campaign-")) else keyed_hash(key, "account", name)[:32]
        for name in subjects
    ]
    record(
        settings,
        event,
        by=token.name,
        role=token.role,
        token=token.token_id,
        address=address,
        subjects=told,
        **more,
    )
