"""Proxies that say who asks: believed only where the settings name their addresses."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import Request

from ringleader.errors import SettingsError
from ringleader.service.roles import ROLES
from ringleader.service.tokens import Token

if TYPE_CHECKING:
    from ringleader.settings import Settings

MOST_LETTERS = 100
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Proxies:
    """Which proxies are believed, and what.

    Attributes:
        networks: Where they are.
        user_header: Header with the name of who asks; empty where none is believed.
        group_header: Header with their groups, commas between them.
        roles: The role of each group; the first of a person's groups that has one decides.
    """

    networks: tuple[Network, ...] = ()
    user_header: str = ""
    group_header: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Proxies:
        """Those that the settings name.

        Raises:
            SettingsError: An address or a role is none, or a header has nobody who may send it.
        """
        given = settings.get("serve.proxies") or []
        try:
            networks = tuple(ipaddress.ip_network(one) for one in given)
        except ValueError as error:
            raise SettingsError(f"setting serve.proxies: {error}", hint='["10.0.0.5"]') from error
        user = str(settings.get("serve.user_header") or "")
        if user and not networks:
            raise SettingsError(
                "setting serve.user_header is believed from nobody",
                hint='serve.proxies = ["10.0.0.5"] names the proxies that may send it',
            )
        group = str(settings.get("serve.group_header") or "")
        return cls(networks, user, group, roles_of(settings))

    def trusts(self, request: Request) -> bool:
        """Whether a request comes from one of them."""
        try:
            address = ipaddress.ip_address(request.client.host if request.client else "")
        except ValueError:
            return False
        return any(address in network for network in self.networks)

    def address_of(self, request: Request) -> str:
        """Where a request comes from: of what a trusted proxy forwards, the last hop before it."""
        forwarded = request.headers.get("x-forwarded-for")
        if forwarded and self.trusts(request):
            return forwarded.rpartition(",")[2].strip()[:MOST_LETTERS]
        return request.client.host if request.client else "unknown"

    def token(self, request: Request) -> Token | None:
        """Whom a trusted proxy vouches for, with the role of their group; None for nobody."""
        if not self.user_header or not self.trusts(request):
            return None
        name = request.headers.get(self.user_header, "").strip()
        if not name or not name.isprintable() or len(name) > MOST_LETTERS:
            return None
        groups = request.headers.get(self.group_header, "") if self.group_header else ""
        role = role_of((one.strip() for one in groups.split(",")), self.roles)
        return None if role is None else Token("proxy", name, role, "", "")


NOBODY = Proxies()


def roles_of(settings: Settings) -> dict[str, str]:
    """The role of each group, as ``serve.roles`` says it; ``*`` is everybody.

    Raises:
        SettingsError: A line is no group and role.
    """
    found: dict[str, str] = {}
    for line in settings.get("serve.roles") or []:
        group, _, role = str(line).rpartition("=")
        if not group.strip() or role.strip() not in ROLES:
            raise SettingsError(
                f"setting serve.roles: {line!r} is no group and role",
                hint=f'["fraud-team=analyst"]; roles: {", ".join(ROLES)}',
            )
        found[group.strip()] = role.strip()
    return found


def role_of(groups: object, roles: Mapping[str, str]) -> str | None:
    """The role of a person by their groups; that of ``*`` for others, None where there is none.

    Args:
        groups: A text or several.
        roles: The role of each group, the most important first.
    """
    if isinstance(groups, str):
        mine = {groups}
    else:
        mine = {str(one) for one in groups} if isinstance(groups, Iterable) else set()
    return next((role for group, role in roles.items() if group in mine or group == "*"), None)
