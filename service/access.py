"""Who asks, and whether they may."""

from __future__ import annotations

import time
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response
from fastapi.security import HTTPBearer

from ringleader.service.answerable import Denied
from ringleader.service.limits import Refused
from ringleader.service.proxies import NOBODY, Proxies
from ringleader.service.roles import May
from ringleader.service.sessions import COOKIE, CSRF_HEADER, LONGEST, Session, Sessions
from ringleader.service.tokens import Token, Tokens

MOST_FAILURES, WINDOW = 20, 60.0  # wrong tokens of one address in so many seconds
MOST_ADDRESSES = 10_000
READS = ("GET", "HEAD", "OPTIONS")

BEARER = HTTPBearer(
    auto_error=False, description="A token that `ringleader serve token add` printed."
)


class Door:
    """Lets requests in by their tokens, their sessions, or what a trusted proxy says.

    Args:
        home: The data folder, where the tokens are.
        proxies: Which proxies are believed; by default none.
    """

    def __init__(self, home: Path, proxies: Proxies = NOBODY) -> None:
        self._tokens = Tokens(home)
        self._wrong: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self.proxies = proxies
        self.sessions = Sessions(self._tokens.holds)

    def require(self, what: May) -> Callable[[Request], Awaitable[Token]]:
        """What gives the token of a request that may do something.

        Args:
            what: What the request does.
        """

        # Not in a thread, as FastAPI does with plain functions: it takes microseconds.
        async def token_of(request: Request) -> Token:
            token = self.token(request)
            require(token, what)
            return token

        return token_of

    def token(self, request: Request) -> Token:
        """The token of a request: its own, that of its session, or what a proxy vouches for.

        Raises:
            Denied: It has none that is known, or a session without its second secret.
            Refused: Its address has given too many that are not.
        """
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        if text:
            return self.sign_in(request, _secret(kind.lower(), text.strip()))
        if session := self.session(request):
            if request.method not in READS:
                _require_same_origin(request)
                if not session.allows(request.headers.get(CSRF_HEADER, "")):
                    raise Denied(403, f"the request lacks {CSRF_HEADER}", "load the page again")
            return session.token
        if vouched := self.proxies.token(request):
            if request.method not in READS:
                _require_same_origin(request)
            return vouched
        raise Denied(401, "a token is needed", "ringleader serve token add NAME --role analyst")

    def sign_in(self, request: Request, secret: str) -> Token:
        """The token of a secret.

        Raises:
            Denied: It is none.
            Refused: The address has given too many that are none.
        """
        address = self.address_of(request)
        self._refuse_guessing(address)
        token = self._tokens.of(secret)
        if token is None:
            self._note(address)
            raise Denied(401, "a token is needed", "ringleader serve token add NAME --role analyst")
        return token

    def session(self, request: Request) -> Session | None:
        """The session of a request's cookie, if it has one."""
        name = request.cookies.get(COOKIE)
        return self.sessions.of(name) if name else None

    def address_of(self, request: Request) -> str:
        """Where a request comes from; behind a trusted proxy what that one says."""
        return self.proxies.address_of(request)

    def begin(self, token: Token, response: Response) -> Session:
        """Begin a session, whose cookie goes out with a response."""
        name, session = self.sessions.begin(token)
        response.set_cookie(
            COOKIE,
            name,
            max_age=int(LONGEST),
            path="/",
            secure=True,
            httponly=True,
            samesite="strict",
        )
        return session

    def end(self, request: Request, response: Response) -> None:
        """End the session of a request."""
        if name := request.cookies.get(COOKIE):
            self.sessions.end(name)
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")

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


def require(token: Token, what: May) -> None:
    """Make sure that a token may do something.

    Raises:
        Denied: It may not.
    """
    if not token.may(what):
        raise Denied(
            403,
            f"a token of the role {token.role} may not {what}",
            "ringleader serve token add --role analyst",
        )


def _secret(kind: str, text: str) -> str:
    """The secret of an authorization; feed readers know only a name and a password."""
    if kind == "bearer":
        return text
    if kind == "basic":
        try:
            return b64decode(text, validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return ""


def _require_same_origin(request: Request) -> None:
    """Refuse what another site's page sends.

    Raises:
        Denied: The request names another origin.
    """
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Denied(403, "the request comes from a page of another site", "open this service")
