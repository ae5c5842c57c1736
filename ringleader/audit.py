"""One line for everything that somebody has to answer for: who did what, to which database.

That is each statement that somebody types, each end of data and each exchange with a partner. The
log is JSON lines in ``audit/statements.jsonl`` under the data folder, for its owner's eyes only. A
statement stands there without its values (:func:`ringleader.cypher_text.masked`), because they
could be account ids; a hash of it under the log's key tells whether a statement that somebody shows
is the one that ran (without the key, values could be found by trying all of them). Parameters are
left out, but for their names. Lines are chained: see
:mod:`ringleader.audit_chain`.
"""

from __future__ import annotations

import getpass
import json
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ringleader.audit_chain import FILE, append, require_writable
from ringleader.cypher_text import masked, parameters
from ringleader.keys import AUDIT_KEY, keyed_hash, load_key
from ringleader.output import now_text
from ringleader.settings import Settings

__all__ = ["FILE", "latest", "line", "record", "runs_of", "subject", "subjects"]


@contextmanager
def line(settings: Settings, statement: str) -> Iterator[dict[str, Any]]:
    """Write the line of a statement when the block ends, however it ends.

    Args:
        settings: Say where the log lives, and who is logged in to which database.
        statement: As typed.

    Yields:
        A map for what the line shall also hold, such as the number of rows.

    Raises:
        SettingsError: The log cannot be written. Then nothing runs.
    """
    began, note = time.monotonic(), dict[str, Any]()
    require_writable(settings.home)
    outcome = "failed"
    try:
        yield note
        outcome = "done"
    except BaseException as error:
        note["reason"] = type(error).__name__
        raise
    finally:
        written = {
            **_who(settings),
            "hash": _hash(settings.home, statement),
            "statement": masked(statement),
            "parameters": sorted(parameters(statement)),
            "outcome": outcome,
            "seconds": round(time.monotonic() - began, 3),
            **note,
        }
        append(settings.home, written)


def record(settings: Settings, event: str, **said: Any) -> None:
    """Write a line about something that is no statement.

    Args:
        settings: Say where the log lives, and who is logged in to which database.
        event: What was done, for example ``forget``.
        said: What else the line holds; it names no account.

    Raises:
        SettingsError: The log cannot be written.
    """
    append(settings.home, {**_who(settings), "event": event, **said})


def latest(home: Path, limit: int | None) -> list[dict[str, Any]]:
    """The last lines of the log, the latest first.

    Args:
        home: The data folder.
        limit: Lines at the most; all if None.
    """
    try:
        with (home / FILE).open(encoding="utf-8", errors="replace") as file:
            lines = deque(file, maxlen=limit)
    except FileNotFoundError:
        return []
    found = []
    for text in reversed(lines):
        with suppress(ValueError):
            found.append(json.loads(text))
    return [line for line in found if isinstance(line, dict)]


def runs_of(home: Path, statement: str) -> list[dict[str, Any]]:
    """The lines of the log about a statement, the latest first.

    Args:
        home: The data folder.
        statement: As it was typed, to the letter.
    """
    wanted = _hash(home, statement)
    return [line for line in latest(home, None) if line.get("hash") == wanted]


def _hash(home: Path, statement: str) -> str:
    return keyed_hash(load_key(home, AUDIT_KEY), "statement", statement)


def subject(home: Path, account: str) -> str:
    """What stands in the log for an account that somebody looked at: a keyed hash of its id.

    Args:
        home: The data folder.
        account: The account.
    """
    return keyed_hash(load_key(home), "account", account)[:32]


def subjects(home: Path, names: Iterable[str]) -> list[str]:
    """What stands in the log for what somebody looked at or decided on: rings by name.

    Args:
        home: The data folder.
        names: Rings, campaigns, accounts and identifiers.
    """
    ours = ("ring-", "campaign-")
    return [name if name.startswith(ours) else subject(home, name) for name in names]


def _who(settings: Settings) -> dict[str, Any]:
    return {
        "time": now_text("milliseconds"),
        "user": _user(),
        "login": settings.username,
        "server": settings.uri,
        "database": settings.database,
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an id without a name, as in many containers
        return str(os.getuid())
