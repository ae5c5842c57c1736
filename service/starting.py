"""Start commands as processes of their own, so that they take nothing from those who ask."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from ringleader.settings import Settings

LOGS = Path("service") / "jobs"


def start(settings: Settings, job: str) -> int:
    """Start a job.

    Args:
        settings: Those of the service: the job gets the same database and settings file.
        job: Its name.

    Returns:
        The process.
    """
    folder = settings.home / LOGS
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / f"{job}.log").open("ab") as log:
        # It goes on when the service stops.
        process = begin(settings, ("job", "run", job), log, log, alone=True)
    # Somebody has to take note of its end, or it stays as a zombie.
    threading.Thread(target=process.wait, name=f"job {job}", daemon=True).start()
    return process.pid


def begin(
    settings: Settings,
    words: Sequence[str],
    out: int | IO[bytes],
    log: int | IO[bytes],
    *,
    alone: bool = False,
) -> subprocess.Popen[bytes]:
    """Begin a command on the database of the service.

    Args:
        settings: Those of the service.
        words: The command, without `ringleader`.
        out: Where its rows go.
        log: Where its messages go, as JSON lines.
        alone: Whether it goes on when the service stops.
    """
    # The login goes by the environment: a command line is for everybody to see.
    given = {
        "RINGLEADER_HOME": str(settings.home),
        "NEO4J_URI": settings.uri or "",
        "NEO4J_USERNAME": settings.username,
        "NEO4J_PASSWORD": settings.password or "",
        "NEO4J_DATABASE": settings.database,
        "RINGLEADER_LOG_FORMAT": "json",
    }
    config = ["--config", str(settings.file)] if settings.file.exists() else []
    return subprocess.Popen(
        [sys.executable, "-m", "ringleader", *words, *config],
        env={name: value for name, value in {**os.environ, **given}.items() if value},
        cwd=settings.file.parent,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=log,
        start_new_session=alone,
    )
