"""Which addresses a webhook may go to: those of the internet, and others only if they are named."""

from __future__ import annotations

import ipaddress

__all__ = ["refusal"]

# Where clouds give machines their metadata, besides the link-local addresses.
METADATA = frozenset(
    map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"))
)
# Prefixes whose addresses hold one of IPv4 in their last 32 bits.
_EMBEDDING = tuple(
    map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/96", "::/96", "::ffff:0:0:0/96"))
)
_BROADCAST = ipaddress.ip_address("255.255.255.255")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def refusal(address: str, *, private: bool, loopback: bool) -> str | None:
    """Why nothing is sent to an address; None if it is.

    Args:
        address: Of IPv4 or IPv6.
        private: Whether the receiver may be in a private network.
        loopback: Whether it may be this machine.
    """
    found = _plain(ipaddress.ip_address(address.partition("%")[0]))
    if found in METADATA or found.is_link_local:
        return "clouds give machines their own metadata and credentials there"
    if found.is_multicast or found.is_unspecified or found == _BROADCAST:
        return "it is a multicast, broadcast or unspecified address"
    if found.is_loopback:
        return None if loopback else "it is this machine; write it as localhost"
    if not found.is_global and not private:
        return "it is in a private network; if that is right, set private = true"
    return None


def _plain(found: _Address) -> _Address:
    """The address of IPv4 that one of IPv6 stands for, if it does."""
    if isinstance(found, ipaddress.IPv4Address):
        return found
    if found.ipv4_mapped or found.sixtofour:
        return found.ipv4_mapped or found.sixtofour or found
    if found.teredo:
        return found.teredo[1]
    if any(found in prefix for prefix in _EMBEDDING) and int(found) > 1:
        return ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
    return found
