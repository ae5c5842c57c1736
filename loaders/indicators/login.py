"""How a server of indicators is asked: over https, with a login that no command line shows."""

from __future__ import annotations

import base64
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.auth import AuthBase

from ringleader.errors import InputError, SettingsError, WrongUsage
from ringleader.subnets import is_loopback

__all__ = ["Login", "Visit", "private_text", "read_login", "require_safe"]

_VARIABLES = {
    "user": "RINGLEADER_FEED_USER",
    "password": "RINGLEADER_FEED_PASSWORD",
    "token": "RINGLEADER_FEED_TOKEN",
}
_LOGIN_HINT = f"set {_VARIABLES['user']} and {_VARIABLES['password']}, or give --credentials"


@dataclass(frozen=True)
class Login:
    """A user with a password, or a token; neither is printed."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @property
    def header(self) -> str:
        """The value of the header ``Authorization``; empty without a login."""
        if self.token:
            return self.token if " " in self.token else f"Bearer {self.token}"
        if self.user:
            both = f"{self.user}:{self.password}".encode()
            return f"Basic {base64.b64encode(both).decode()}"
        return ""


def read_login(file: Path | None, env: Mapping[str, str] | None = None) -> Login:
    """The login of a server: from a file, or from the environment.

    Args:
        file: A TOML file with ``user`` and ``password``, or ``token``; nobody else may read it.
        env: The environment; by default that of the process.

    Raises:
        SettingsError: The file cannot be read, others can read it, or it says something else.
    """
    if file is None:
        env = os.environ if env is None else env
        return Login(**{name: env.get(variable, "") for name, variable in _VARIABLES.items()})
    try:
        said = tomllib.loads(private_text(file, "credentials"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"credentials {file}: {error}") from error
    if unknown := said.keys() - _VARIABLES.keys():
        raise SettingsError(
            f"credentials {file} have {', '.join(sorted(unknown))}",
            hint='write user and password, or token, each as name = "value"',
        )
    return Login(**{name: str(value) for name, value in said.items()})


def private_text(file: Path, what: str) -> str:
    """The text of a file that holds a secret.

    Args:
        file: The file; nobody but its owner may read it.
        what: What the secret is, in a word.

    Raises:
        SettingsError: It cannot be read, or others can read it.
    """
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the {what} in {file} cannot be read: {error}") from error
    if os.name == "posix" and mode & 0o077:
        raise SettingsError(
            f"others can read the {what} in {file} (mode {mode:o})", hint=f"chmod 600 '{file}'"
        )
    return text


def require_safe(url: str, *, hint: str = _LOGIN_HINT) -> None:
    """Make sure that an address is encrypted, or does not leave this machine.

    Args:
        url: The address.
        hint: How a login is given.

    Raises:
        WrongUsage: It does not fit, or holds a login.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # raises for what is no number
    except ValueError as error:
        raise WrongUsage(f"{url}: {error}", hint="expected https://host/path") from error
    if parts.username or parts.password:
        raise WrongUsage(
            "leave user and password out of the address: addresses are stored and shown",
            hint=hint,
        )
    if not parts.hostname or parts.scheme not in ("https", "http"):
        raise WrongUsage(f"{url} is no address of a server", hint="expected https://host/path")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise WrongUsage(f"{url} is not encrypted", hint="use https; http is for this machine only")


class Visit(AuthBase):  # type: ignore[misc,unused-ignore]
    """What every request to a server passes: the login goes to its own origin only.

    Args:
        url: The address that the user gave.
        login: The login, if requests have to carry it.

    Attributes:
        headers: Of the latest answer.
    """

    def __init__(self, url: str, login: Login | None = None) -> None:
        self.origin = _origin(url)
        self.headers: Mapping[str, str] = {}
        self._header = login.header if login else ""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the login to a request, and look at its answer."""
        url = str(request.url)
        if _origin(url) != self.origin:
            raise InputError(
                f"the server at {self.origin} names {url}, which is elsewhere",
                hint="give that address, with the login that belongs there",
            )
        if self._header:
            request.headers["Authorization"] = self._header
        request.register_hook("response", self._seen)
        return request

    def _seen(self, response: Response, **_: object) -> None:
        if response.is_redirect:
            raise InputError(
                f"{self.origin} sends on to {response.headers.get('location')}",
                hint="give that address itself if you trust it",
            )
        self.headers = response.headers


def _origin(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return f"{parts.scheme}://{parts.hostname}:{port}"
