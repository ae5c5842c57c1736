"""Who decides and who looks: the login where each person has one, else what somebody says."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ringleader.audit import record, subjects
from ringleader.audit_chain import require_writable
from ringleader.errors import SettingsError, WrongUsage

if TYPE_CHECKING:
    from ringleader.settings import Settings

# The account that a server is made with; whoever installed it has its password.
SHARED_LOGIN = "neo4j"


def login_of(settings: Settings) -> str | None:
    """The login of the person; None where several people share one, or there is none."""
    shared = settings.get("review.login") == "shared" or settings.username == SHARED_LOGIN
    return None if shared or settings.password is None else settings.username


def person(settings: Settings, by: str | None = None) -> str:
    """Who decides: as logged in at the database, else as said, as set, or the system's user.

    Args:
        settings: Say who is logged in.
        by: Who somebody says that they are.

    Raises:
        WrongUsage: The login is somebody else.
        SettingsError: Nothing says who decides.
    """
    login = login_of(settings)
    if login is not None:
        if by not in (None, login):
            raise WrongUsage(
                f"you are logged in as {login}, so you cannot decide as {by}",
                hint='leave --by out; if several people use this login: [review] login = "shared"',
            )
        return login
    name = by or settings.get("review.by")
    if name:
        return str(name)
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise SettingsError(
            "nothing says who decides", hint="give --by NAME, or set [review] by"
        ) from error


@contextmanager
def answerable(
    settings: Settings, event: str, *names: str, by: str | None = None, **more: object
) -> Iterator[str]:
    """Do something that somebody answers for, and write its line in the audit log.

    Args:
        settings: Say who is logged in, and where the log lives.
        event: What is done.
        names: Rings, accounts and identifiers; all but rings stand in the log as keyed hashes.
        by: Who somebody says that they are.
        more: What else the line holds.

    Yields:
        Who does it.

    Raises:
        SettingsError: The log cannot be written. Then nothing is done.
        WrongUsage: The login is somebody else than ``by``.
    """
    who = person(settings, by)
    require_writable(settings.home)
    yield who
    record(settings, event, by=who, subjects=subjects(settings.home, names), **more)
