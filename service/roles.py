"""Roles of the service: what the holder of a token may do."""

from __future__ import annotations

from enum import StrEnum


class May(StrEnum):
    """What a role may do."""

    CHECK = "check"  # ask whether accounts belong to rings
    READ = "read"  # rings, accounts, changes, stored queries
    DECIDE = "decide"  # on rings and accounts
    DECIDE_MANY = "decide many"  # on more than one at once
    AUDIT = "audit"  # read who looked at what


ROLES: dict[str, frozenset[May]] = {
    "machine": frozenset({May.CHECK}),
    "viewer": frozenset({May.READ}),
    "analyst": frozenset({May.CHECK, May.READ, May.DECIDE}),
    "lead": frozenset({May.CHECK, May.READ, May.DECIDE, May.DECIDE_MANY}),
    "auditor": frozenset({May.READ, May.AUDIT}),
}
