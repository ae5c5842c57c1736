"""Every error that ringleader raises on purpose.

RingleaderError                 1    something failed; the message says what and where
├── WrongUsage                  2    the call does not make sense
├── SettingsError               2    a setting is missing, malformed or contradictory
├── InputError                  1    a file or row that cannot be loaded
├── CatalogueError              1    a stored query that is unknown or malformed
├── QueryError                  1    a statement that the server refused
│   └── TimedOut                1    it took longer than it may
├── ChangedMeanwhile            1    somebody decided or took a ring over since it was read
├── NotFound                    1    a ring, account, run or query that is not there
├── ServerError                 1    the managed server could not be provisioned or run
├── DeliveryFailed              1    a receiver did not take a notification
├── FindingsFound               3    ``--fail-on-findings`` and there are findings
├── ConnectionFailed            4    no server answers, or it refuses the login
└── LockHeld                    75   another run holds the lock
    └── LeaseLost               75   this run held it, and another has taken it over

The number is the exit code of the command line. Each carries a ``hint``: the next command or
setting that helps.
"""

from __future__ import annotations


class RingleaderError(Exception):
    """The one base: a message that says what failed and where.

    Args:
        message: One line, without a trailing full stop needed.
        hint: What to do next, as one line, usually a command.
    """

    exit_code = 1
    word = "error"  # what the line on standard error begins with

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class WrongUsage(RingleaderError):
    """The call does not make sense."""

    exit_code = 2


class SettingsError(RingleaderError):
    """A setting is missing, malformed or contradictory."""

    exit_code = 2


class InputError(RingleaderError):
    """A file or row that cannot be loaded."""


class CatalogueError(RingleaderError):
    """A stored query that is unknown or malformed."""


class QueryError(RingleaderError):
    """A statement that the server refused."""


class TimedOut(QueryError):
    """A statement took longer than it may; the server ended it."""


class ChangedMeanwhile(RingleaderError):
    """Somebody decided on a ring or account, or took it over, since it was read."""


class NotFound(RingleaderError):
    """A ring, account, run or query that is not there."""


class ServerError(RingleaderError):
    """The managed server could not be provisioned or run."""


class DeliveryFailed(RingleaderError):
    """A receiver did not take a notification."""


class FindingsFound(RingleaderError):
    """There are findings, and the caller asked for an exit code."""

    exit_code = 3
    word = "findings"


class ConnectionFailed(RingleaderError):
    """No server answers, or it refuses the login."""

    exit_code = 4


class LockHeld(RingleaderError):
    """Another run holds the lock."""

    exit_code = 75


class LeaseLost(LockHeld):
    """This run held the lock, stood still for too long, and another has taken it over."""
