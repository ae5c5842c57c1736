"""One line for every statement that somebody types: who asked what, of which database, and how.

The log is JSON lines in ``audit/statements.jsonl`` under the data folder, for its owner's eyes
only. A statement stands there without its values (:func:`ringleader.cypher_text.masked`), because
they could be account ids; its SHA-256 tells whether a statement that somebody shows is the one that
ran. Parameters are left out, but for their names.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ringleader.cypher_text import masked, parameters
from ringleader.errors import SettingsError
from ringleader.settings import Settings

FILE = Path("audit") / "statements.jsonl"


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
    handle = _open(settings.home / FILE)
    outcome = "failed"
    try:
        yield note
        outcome = "done"
    except BaseException as error:
        note["reason"] = type(error).__name__
        raise
    finally:
        written = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "user": _user(),
            "login": settings.username,
            "server": settings.uri,
            "database": settings.database,
            "sha256": hashlib.sha256(statement.encode()).hexdigest(),
            "statement": masked(statement),
            "parameters": sorted(parameters(statement)),
            "outcome": outcome,
            "seconds": round(time.monotonic() - began, 3),
            **note,
        }
        try:
            # One write, at the end of the file: lines of several processes do not mix.
            os.write(handle, (json.dumps(written, ensure_ascii=False) + "\n").encode())
        finally:
            os.close(handle)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.fchmod(handle, 0o600)
    except OSError as error:
        raise SettingsError(
            f"the audit log {path} cannot be written: {error.strerror}",
            hint="set RINGLEADER_HOME to a folder of yours; ringleader doctor",
        ) from error
    return handle


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an id without a name, as in many containers
        return str(os.getuid())
