"""The known-good list of the settings: what counts nothing, and whom no ring may hold.

``[known_good]`` in ``ringleader.toml`` names mail domains, organizations, networks and clients.
Identifiers of these count nothing as evidence. Accounts with mail at a listed domain, or of a
listed organization, are in no ring; other accounts are still compared with them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from ringleader.algorithms.evidence.sharing import Ints, Sharing
from ringleader.catalogue import get
from ringleader.errors import SettingsError
from ringleader.graph import Graph
from ringleader.settings import Settings

SECTION = "known_good"
MEANING = {
    "domains": "accounts with mail at these domains are in no ring; the domains count nothing",
    "organizations": "accounts that declare these organizations are in no ring",
    "cidrs": "addresses of these networks count nothing",
    "clients": "devices of these fingerprints count nothing",
}


@dataclass(frozen=True)
class KnownGood:
    """The list.

    Attributes:
        domains: Mail domains, with their subdomains.
        organizations: Ids of organizations.
        cidrs: Networks, e.g. ``192.0.2.0/24``.
        clients: Device ids.
    """

    domains: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    cidrs: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> KnownGood:
        """The list of the settings.

        Raises:
            SettingsError: A network is none.
        """
        said = {f.name: tuple(settings.get(f"{SECTION}.{f.name}") or ()) for f in fields(cls)}
        for cidr in said["cidrs"]:
            _network(cidr)
        domains = tuple(name.strip().lower().removeprefix("@") for name in said["domains"])
        return cls(**{**said, "domains": domains})

    def holds(self, label: str, key: str) -> bool:
        """Whether an identifier is of the list."""
        test = _tests(self).get(label)
        return test is not None and test(key)

    def rows(self) -> list[dict[str, Any]]:
        """Each part of the list as a row beside the parameters of detection."""
        return [
            {
                "parameter": f"{SECTION}.{f.name}",
                "value": ", ".join(getattr(self, f.name)),
                "default": "",
                "reason": MEANING[f.name],
            }
            for f in fields(self)
        ]


def with_known_good(graph: Graph, sharing: Sharing) -> Sharing:
    """The sharing with what the settings of the connection know to be good.

    Args:
        graph: An open graph.
        sharing: Who shares what.

    Raises:
        SettingsError: A network of the list is none.
    """
    known = KnownGood.of(graph.settings)
    numbers: Sequence[int] = ()
    if known.domains or known.organizations:
        asked = {"domains": list(known.domains), "organizations": list(known.organizations)}
        numbers = graph.read(get("accounts-known-good"), asked)[0]["numbers"]
    exempt = np.isin(sharing.account_number, np.array(numbers, dtype=np.int64))
    return marked(sharing, known, np.flatnonzero(exempt))


def marked(sharing: Sharing, known: KnownGood, exempt: Ints) -> Sharing:
    """The sharing with known-good identifiers and accounts.

    Args:
        sharing: Who shares what.
        known: The list.
        exempt: Positions of accounts of its domains and organizations.
    """
    good = np.zeros(len(sharing.keys), dtype=bool)
    labels = sharing.schema.labels
    for label, test in _tests(known).items():
        low, high = np.searchsorted(sharing.label, [labels.index(label), labels.index(label) + 1])
        good[low:high] = [test(key) for key in sharing.keys[low:high].tolist()]
    return replace(sharing, good=np.flatnonzero(good), exempt=exempt.astype(np.int64))


def _tests(known: KnownGood) -> dict[str, Callable[[str], bool]]:
    """By label, what tells whether a key is of the list; a part that is empty has none."""
    tests: dict[str, Callable[[str], bool]] = {}
    if known.clients:
        tests["Device"] = frozenset(known.clients).__contains__
    if known.domains:
        ends = tuple(f".{name}" for name in known.domains)
        tests["EmailDomain"] = lambda key: key in known.domains or key.endswith(ends)
    if known.cidrs:
        networks = [_network(cidr) for cidr in known.cidrs]
        tests["Ip"] = tests["Subnet"] = lambda key: _inside(key, networks)
    return tests


def _inside(key: str, networks: Sequence[Any]) -> bool:
    try:
        if "/" in key:
            inner: Any = ipaddress.ip_network(key)
            return any(inner.version == n.version and inner.subnet_of(n) for n in networks)
        address = ipaddress.ip_address(key)
    except ValueError:
        return False  # a foreign graph may hold what is no address
    return any(address in network for network in networks)


def _network(cidr: str) -> Any:
    try:
        return ipaddress.ip_network(cidr, strict=False)
    except ValueError as error:
        raise SettingsError(
            f"[{SECTION}] cidrs holds {cidr!r}, which is no network",
            hint='write networks as cidrs = ["192.0.2.0/24"]',
        ) from error
