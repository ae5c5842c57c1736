"""Connections to receivers of webhooks: only to places that a receiver may be.

The host of an address is a name, or a number in one of many spellings; what counts is the address
that it leads to. It is looked at before the connection is made, and that of the other end once
more before anything is sent, because a name may lead elsewhere a moment later.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ringleader.errors import DeliveryFailed
from ringleader.jobs.addresses import refusal

__all__ = ["CheckedAdapter"]


class CheckedAdapter(HTTPAdapter):
    """Connects only to addresses that nothing speaks against (:mod:`ringleader.jobs.addresses`).

    A proxy of the environment connects by itself, and decides by itself.

    Args:
        private: Whether the receiver may be in a private network.
        loopback: Whether it may be this machine.
    """

    def __init__(self, *, private: bool, loopback: bool) -> None:
        self._private, self._loopback = private, loopback
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make pools whose connections are checked."""
        super().init_poolmanager(*args, **kwargs)
        private, loopback = self._private, self._loopback

        def refuse(host: str, address: str) -> None:
            if why := refusal(address, private=private, loopback=loopback):
                raise DeliveryFailed(
                    f"{host} is not notified: its address is {address}, and {why}",
                    hint="check url of the step notify; docs/jobs.md",
                )

        def checked(connection: Any, connect: Any) -> socket.socket:
            host, port = connection.host, connection.port
            with suppress(OSError):  # a name that does not resolve is reported when it connects
                for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                    refuse(host, str(found[4][0]))
            made: socket.socket = connect()
            try:
                refuse(host, made.getpeername()[0])
            except DeliveryFailed:
                made.close()
                raise
            return made

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return checked(self, super()._new_conn)

        class Encrypted(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return checked(self, super()._new_conn)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}
