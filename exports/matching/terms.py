"""What two providers can compare: named once, for the command line and the protocol."""

from __future__ import annotations

# Kinds of identifiers by the names that people give, with their labels.
KINDS = {"ip": "Ip", "device": "Device", "email_domain": "EmailDomain"}
SCOPES = ("rings", "all")
