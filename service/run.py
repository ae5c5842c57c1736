"""Run the service until it is told to stop."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.errors import ServerError, SettingsError, WrongUsage

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from ringleader.api.connection import Connection
    from ringleader.settings import Settings

GRACE_SECONDS = 10  # for what runs when the service is told to stop
BACKLOG = 256
KEEP_SECONDS = 30  # that an idle connection stays open


@dataclass(frozen=True)
class Tls:
    """A certificate and its private key, as PEM files.

    Attributes:
        certificate: The certificate, with those between it and its authority.
        key: The private key, without a password.
    """

    certificate: Path
    key: Path

    @classmethod
    def of(cls, certificate: Path | None, key: Path | None) -> Tls | None:
        """Both, or none.

        Raises:
            WrongUsage: Only one is given.
            SettingsError: They cannot be read, or do not belong together.
        """
        if certificate is None and key is None:
            return None
        if certificate is None or key is None:
            raise WrongUsage("--certificate and --private-key go together")
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                certificate,
                key,
                password=lambda: b"",  # or OpenSSL asks at the terminal
            )
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                f"{certificate} and {key} cannot be used: {error}", hint="give two PEM files"
            ) from error
        return cls(certificate, key)

    @property
    def options(self) -> dict[str, Any]:
        """As arguments of ``uvicorn.Config``."""
        return {"ssl_certfile": str(self.certificate), "ssl_keyfile": str(self.key)}


def run(
    read_settings: Callable[[Mapping[str, Any]], Settings],
    *,
    host: str,
    port: int,
    workers: int,
    waiting: int,
    say: Callable[[str], None],
    tls: Tls | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; requests that run are answered first.

    Args:
        read_settings: Reads the settings.
        host: Address to listen on.
        port: Port; 0 for any that is free.
        workers: Pieces of work on the database at a time.
        waiting: Requests that may wait.
        say: Called with messages.
        tls: The certificate; without it the service speaks plain HTTP.

    Raises:
        ServerError: The extra is not installed, or the address cannot be listened on.
        SettingsError: The tokens are broken.
    """
    _require("serve", "fastapi", "uvicorn", "httptools")
    import uvicorn

    from ringleader.service.app import build
    from ringleader.service.state import Limits
    from ringleader.service.tokens import Tokens

    app = build(read_settings, Limits(workers=workers, waiting=waiting))
    listener = _listener(host, port)
    address, number = listener.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    scheme = "https" if tls else "http"
    say(f"serving on {scheme}://{shown}:{number}, OpenAPI at /v1/openapi.json; Ctrl-C stops it")
    if not Tokens(read_settings({}).home).listed():
        say("there is no token yet: ringleader serve token add NAME --role analyst")
    if not tls and not _is_loopback(address):
        say("warning: others can reach this address; put a proxy with TLS before it")
    try:
        uvicorn.Server(configured(app, **(tls.options if tls else {}))).run(sockets=[listener])
    finally:
        listener.close()


def configured(app: FastAPI, *, most: int | None = None, **changed: Any) -> uvicorn.Config:
    """How the service is served.

    Args:
        app: The application.
        most: Connections at a time; by default as many as the system lets it open.
        changed: Further arguments of ``uvicorn.Config``.
    """
    import uvicorn

    from ringleader.service.connections import bounded_protocol, most_connections

    given: dict[str, Any] = {
        "http": bounded_protocol(most or most_connections()),
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "timeout_keep_alive": KEEP_SECONDS,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }
    return uvicorn.Config(app, **{**given, **changed})


def run_mcp(api: Connection) -> None:
    """Offer tools to a language model on standard input and output.

    Args:
        api: The Python API.

    Raises:
        ServerError: The extra is not installed.
        SettingsError: RINGLEADER_TOKEN holds no token that is known.
    """
    _require("mcp", "mcp")
    from ringleader.service.mcp_server import build
    from ringleader.service.tokens import Tokens

    token = Tokens(api.settings.home).of(os.environ.get("RINGLEADER_TOKEN", ""))
    if token is None:
        raise SettingsError(
            "RINGLEADER_TOKEN holds no token that is known",
            hint="ringleader serve token add NAME --role analyst",
        )
    build(api, token).run("stdio")


def _require(extra: str, *packages: str) -> None:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise ServerError(
            f"{missing[0]} is not installed", hint=f"pip install 'ringleader[{extra}]'"
        )


def _listener(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"--host {host!r} is no address of this machine: {error}") from error
    family, kind, protocol, _, place = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ServerError(
            f"cannot listen on {host} port {port}: {error.strerror}",
            hint="give another --port, or stop what listens there",
        ) from error
    return listener


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
