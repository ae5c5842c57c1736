"""Roles of the service: what the holder of a token may do."""

from __future__ import annotations

from enum import StrEnum


class May(StrEnum):
    """What a role may do."""

    CHECK = "check"  # ask whether accounts belong to rings
    READ = "read"  # rings, changes, runs
    NAMES = "see names"  # of accounts and identifiers; without it pages show pseudonyms
    DECIDE = "decide"  # on rings, accounts and identifiers; take rings over
    DECIDE_MANY = "decide many"  # on more than one at once
    CYPHER = "ask cypher"  # statements of one's own, through the gate that lets reads through
    RUN = "run jobs"  # that the settings declare
    AUDIT = "audit"  # read who looked at what
    MATCH = "match"  # exchange what both see, as the settings have agreed with a partner


_ANALYST = frozenset({May.CHECK, May.READ, May.NAMES, May.DECIDE})
ROLES: dict[str, frozenset[May]] = {
    "machine": frozenset({May.CHECK}),
    "observer": frozenset({May.READ}),
    "viewer": frozenset({May.READ, May.NAMES}),
    "analyst": _ANALYST,
    "lead": _ANALYST | {May.DECIDE_MANY, May.CYPHER, May.RUN},
    "auditor": frozenset({May.READ, May.NAMES, May.AUDIT}),
    "partner": frozenset({May.MATCH}),
}
