"""What every response has, whatever answers: security headers, a bound on bodies, figures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException

from ringleader.service.metrics import Metrics

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

MOST_BYTES = 4 * 1024 * 1024  # of a body: a thousand accounts have a tenth of it
BODY_SECONDS = 20.0  # in which it has to come


@dataclass(frozen=True)
class Bound:
    """A bound on the bodies of a route.

    Attributes:
        bytes: How large one may be.
        seconds: In how many it has to come.
    """

    bytes: int
    seconds: float


HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
)


class Guarded:
    """An application with headers, a bound on bodies and figures.

    Args:
        app: The application.
        metrics: Where requests are counted.
        bounds: Bounds of routes that have others than usual, by path.
    """

    def __init__(
        self, app: Application, metrics: Metrics, bounds: Mapping[str, Bound] | None = None
    ) -> None:
        self._app, self._metrics, self._bounds = app, metrics, bounds or {}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500
        bound = self._bounds.get(scope["path"]) or Bound(MOST_BYTES, BODY_SECONDS)
        left, unread = bound.bytes, _has_body(scope)
        deadline = asyncio.get_running_loop().time() + bound.seconds

        async def bounded() -> Message:
            nonlocal left, unread
            # When the body has come, this waits for the end of the connection, however long.
            try:
                async with asyncio.timeout_at(deadline if unread else None):
                    message = await receive()
            except TimeoutError as error:
                late = f"the body did not come within {bound.seconds:.0f} seconds"
                raise HTTPException(408, late) from error
            unread = unread and bool(message.get("more_body"))
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, f"the body is larger than {bound.bytes:,} bytes")
            return message

        async def marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                names = {name for name, _ in message["headers"]}
                more = [pair for pair in HEADERS if pair[0] not in names]
                if unread:  # what nobody reads has no end
                    more.append((b"connection", b"close"))
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        try:
            await self._app(scope, bounded, marked)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            self._metrics.request(scope["method"], route, status, time.perf_counter() - began)


def _has_body(scope: Mapping[str, Any]) -> bool:
    names = dict(scope["headers"])
    return b"transfer-encoding" in names or names.get(b"content-length", b"0") != b"0"
