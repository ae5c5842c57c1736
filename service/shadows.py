"""Shadow runs of the service: one at a time, in a process of its own; the last one is kept.

Its rows hold accounts, so they stay in memory and end with the service.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ringleader.api.detection import parameters_of
from ringleader.api.shadowing import COLUMNS
from ringleader.errors import LockHeld, SettingsError, WrongUsage
from ringleader.service.starting import begin

if TYPE_CHECKING:
    from ringleader.settings import Settings

NONE: dict[str, Any] = {
    "state": "none",
    "by": None,
    "began": None,
    "seconds": None,
    "settings": {},
    "columns": list(COLUMNS),
    "rows": [],
    "messages": [],
    "error": None,
}


class Shadows:
    """The last shadow run that the service started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._last = NONE

    @property
    def last(self) -> dict[str, Any]:
        """How it stands: its settings, its state, and the differences when it is done."""
        return self._last

    def start(
        self, settings: Settings, by: str, algorithm: str, parameters: Mapping[str, float]
    ) -> dict[str, Any]:
        """Start one.

        Args:
            settings: Those of the service.
            by: Who asks.
            algorithm: ``leiden`` or ``louvain``.
            parameters: Parameters of detection, above those of the settings.

        Raises:
            WrongUsage: A parameter does not exist or is out of range.
            LockHeld: One runs.
        """
        try:
            parameters_of(settings, parameters, algorithm=algorithm)
        except SettingsError as error:
            raise WrongUsage(error.message, hint=error.hint) from error
        given = [f"--set={name}={json.dumps(value)}" for name, value in parameters.items()]
        words = ("detect", "--shadow", "--format", "json", "--algorithm", algorithm, *given)
        with self._lock:
            if self._process is not None:
                raise LockHeld(
                    f"a shadow run of {self._last['by']} is under way", hint="wait until it ends"
                )
            self._process = begin(settings, words, subprocess.PIPE, subprocess.PIPE)
            self._last = {
                **NONE,
                "state": "running",
                "by": by,
                "began": datetime.now(UTC),
                "settings": {"algorithm": algorithm, **parameters},
            }
            threading.Thread(
                target=self._wait, args=(self._process,), name="shadow run", daemon=True
            ).start()
            return self._last

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        begun = time.monotonic()
        out, log = process.communicate()
        said = []
        for line in log.decode(errors="replace").splitlines():
            with suppress(ValueError):
                said.append(json.loads(line))
        told = {
            "seconds": round(time.monotonic() - begun, 1),
            "messages": [str(one.get("event")) for one in said if one.get("level") == "info"],
        }
        if process.returncode == 0:
            told |= {"state": "done", "rows": json.loads(out)}
        else:
            wrong = [str(one.get("event")) for one in said if one.get("level") != "info"]
            told |= {"state": "failed", "error": wrong[-1] if wrong else "it was ended"}
        with self._lock:
            self._last = {**self._last, **told}
            self._process = None

    def close(self) -> None:
        """End the one that runs: nobody could read its answer."""
        process = self._process
        if process is not None:
            process.terminate()
