"""What a token is answerable for: the audit line of what was done, and what it was denied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringleader.audit import record
from ringleader.audit import subjects as told
from ringleader.errors import RingleaderError
from ringleader.service.tokens import Token

if TYPE_CHECKING:
    from ringleader.settings import Settings


class Denied(RingleaderError):
    """A request that its token does not allow.

    Args:
        status: 401 without a token that is known, 403 with one that may not.
        message: Why.
    """

    def __init__(self, status: int, message: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.status = status


def audit(
    settings: Settings, token: Token, address: str, event: str, *subjects: str, **more: object
) -> None:
    """Write who did what, to what, from where.

    Args:
        settings: Say where the log lives.
        token: Whose token it was.
        address: Where the request came from.
        event: What was done.
        subjects: Accounts and rings; accounts stand in the log as keyed hashes.
        more: What else the line holds.

    Raises:
        SettingsError: The log cannot be written. Then the request is not answered.
    """
    record(
        settings,
        event,
        by=token.name,
        role=token.role,
        token=token.token_id,
        address=address,
        subjects=told(settings.home, subjects),
        **more,
    )
