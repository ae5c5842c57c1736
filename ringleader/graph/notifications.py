"""Notifications: what the server remarks on statements that run.

Notifications that are expected are named here. Every other one is shown once, as a message.
"""

from __future__ import annotations

import logging
from typing import Any

from neo4j import GqlStatusObject

from ringleader.progress import say

# Of statements that run. They name labels, types and properties that a database without such data
# does not have: `adhoc` asks for these notifications, for statements that people type.
WARNINGS: dict[str, Any] = {
    "notifications_min_severity": "WARNING",
    "notifications_disabled_classifications": ["UNRECOGNIZED"],
}
# Of statements that are only planned.
ALL_NOTIFICATIONS: dict[str, Any] = {
    "notifications_min_severity": "INFORMATION",
    "notifications_disabled_classifications": [],
}
# Detection addresses nodes by their ids within one run; decision 0013 says why.
NODE_IDS = "id is deprecated"
# A statement without one of its parameters is refused with an error that says the same.
NO_PARAMETER = "parameter missing"
EXPECTED = (NODE_IDS, NO_PARAMETER)


def is_expected(notification: GqlStatusObject) -> bool:
    """Whether a notification is one of those that are named here.

    Args:
        notification: A notification of the classifications that are asked for.
    """
    return any(text in notification.status_description for text in EXPECTED)


class _Messages(logging.Handler):
    """Shows what the driver logs of notifications, each text once."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if text not in self._shown:
            self._shown.add(text)
            say(text)


class _Unexpected(logging.Filter):
    """Lets unexpected notifications through, with a text that is plain and holds no statement."""

    def filter(self, record: logging.LogRecord) -> bool:
        arguments = record.args if isinstance(record.args, tuple) else ()
        notification = getattr(next(iter(arguments), None), "notification", None)
        if not isinstance(notification, GqlStatusObject):
            return True
        if is_expected(notification):
            return False
        record.msg, record.args = "note: Neo4j: %s", (notification.status_description,)
        return True


def show_notifications() -> None:
    """Show unexpected notifications of this process on standard error; calling it again is safe."""
    logger = logging.getLogger("neo4j.notifications")
    if not any(isinstance(handler, _Messages) for handler in logger.handlers):
        logger.setLevel(logging.WARNING)
        logger.addFilter(_Unexpected())
        logger.addHandler(_Messages())
