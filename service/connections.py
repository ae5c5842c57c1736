"""Connections that cost the service little: who sends slowly, or nothing, does not stay.

uvicorn waits for ever for a request that has begun, and takes any number of connections. Here the
head of a request has to be whole within some seconds and some kilobytes, and there is a bound on
connections: beyond it, the one that has waited longest for its head goes. A body is bounded where
it is read (:mod:`ringleader.service.middleware`).
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["HEAD_BYTES", "HEAD_SECONDS", "bounded_protocol", "most_connections"]

HEAD_SECONDS = 10.0
HEAD_BYTES = 32 * 1024
MOST_CONNECTIONS = 2_000


def most_connections() -> int:
    """How many connections the service keeps: half of what the system lets it open."""
    try:
        import resource
    except ImportError:  # a system without such limits
        return MOST_CONNECTIONS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if soft < 0 else max(min(MOST_CONNECTIONS, soft // 2), 16)


def bounded_protocol(
    most: int, *, seconds: float = HEAD_SECONDS, size: int = HEAD_BYTES
) -> type[asyncio.Protocol]:
    """The protocol of a service.

    Args:
        most: Connections at a time.
        seconds: In which the head of a request has to be whole.
        size: Bytes that it may have.
    """
    waiting: dict[Bounded, None] = {}  # whose head is not whole, the longest first

    class Bounded(HttpToolsProtocol):
        """A connection that is closed if the head of its request does not come."""

        _timer: asyncio.TimerHandle | None = None
        _left = size

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if len(self.connections) > most:
                oldest = next(iter(waiting), self)
                oldest._end()
                if oldest is self:
                    return
            self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            self._arrived()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self in waiting:
                self._left -= len(data)
                if self._left < 0:
                    self._end()
                    return
            super().data_received(data)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            if self not in waiting:  # a further request on the same connection
                self._wait()

        def on_headers_complete(self) -> None:
            self._arrived()
            super().on_headers_complete()

        def _wait(self) -> None:
            waiting[self] = None
            self._left = size
            self._timer = self.loop.call_later(seconds, self._end)

        def _arrived(self) -> None:
            waiting.pop(self, None)
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _end(self) -> None:
            self._arrived()
            self.connections.discard(self)
            self.transport.abort()

    return Bounded
