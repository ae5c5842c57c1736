"""What two providers can compare: named once, for the command line and the protocol."""

from __future__ import annotations

# Kinds of identifiers by the names that people give, with their labels.
KINDS = {"ip": "Ip", "device": "Device", "email_domain": "EmailDomain"}
SCOPES = ("rings", "all")
# What the asking side learns: which identifiers both have, or how many.
IDENTIFIERS, SIZE = "identifiers", "size"
# Numbers of accounts that a side tells the other are in bands, from these numbers on.
BANDS = (1, 2, 5, 10, 50, 100, 1_000)


def band(number: int) -> str:
    """A number of accounts as a band, for others."""
    low = max(bound for bound in BANDS if bound <= max(number, 1))
    higher = [bound for bound in BANDS if bound > low]
    return f"{low} to {higher[0] - 1}" if higher else f"{low} or more"
