"""Messages as JSON lines on standard error, for programs that collect logs.

One object a line: ``timestamp`` (UTC), ``level`` (info, error or findings), ``event`` (the
message) and, within a job, ``job``, ``run`` and ``step``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ringleader.errors import SettingsError

FORMATS = ("text", "json")
_format = "text"


def use_format(name: str, source: str = "flag") -> None:
    """Say how the messages of this process are written.

    Args:
        name: One of :data:`FORMATS`.
        source: The place that says so, for the error.

    Raises:
        SettingsError: There is no such format.
    """
    global _format
    if name not in FORMATS:
        raise SettingsError(
            f"setting log.format ({source}) is {name!r}", hint="use " + " or ".join(FORMATS)
        )
    _format = name


def in_json() -> bool:
    """Whether messages are JSON lines."""
    return _format == "json"


def write(level: str, event: str, **values: Any) -> None:
    """Write one line, with what is bound around it.

    Args:
        level: ``info``, ``error`` or ``findings``.
        event: The message.
        values: Further fields.
    """
    import structlog

    logger = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.BoundLogger,
    )
    logger.msg(event, level=level, **values)


def about(**values: Any) -> None:
    """Fields that every line has from now on, instead of those given before."""
    import structlog

    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**values)


@contextmanager
def bound(**values: Any) -> Iterator[None]:
    """Fields that every line written in the block has."""
    import structlog

    with structlog.contextvars.bound_contextvars(**values):
        yield
