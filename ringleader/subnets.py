"""Which subnet an address counts to."""

from __future__ import annotations

import ipaddress


def subnet(address: str) -> str:
    """The subnet that an address in canonical text counts to: /24, or /64 for IPv6."""
    if ":" not in address:
        return address.rpartition(".")[0] + ".0/24"
    value = int(ipaddress.IPv6Address(address)) >> 64 << 64
    return f"{ipaddress.IPv6Address(value)}/64"
