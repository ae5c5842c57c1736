"""Start a job as a process of its own, so that it takes nothing from those who ask the service."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

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
    # The login goes by the environment: a command line is for everybody to see.
    given = {
        "RINGLEADER_HOME": str(settings.home),
        "NEO4J_URI": settings.uri or "",
        "NEO4J_USERNAME": settings.username,
        "NEO4J_PASSWORD": settings.password or "",
        "NEO4J_DATABASE": settings.database,
        "RINGLEADER_LOG_FORMAT": "json",
    }
    env = {name: value for name, value in {**os.environ, **given}.items() if value}
    config = ["--config", str(settings.file)] if settings.file.exists() else []
    folder = settings.home / LOGS
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / f"{job}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ringleader", "job", "run", job, *config],
            env=env,
            cwd=settings.file.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # it goes on when the service stops
        )
    # Somebody has to take note of its end, or it stays as a zombie.
    threading.Thread(target=process.wait, name=f"job {job}", daemon=True).start()
    return process.pid
