"""The data folder is its owner's alone: keys, hashes, refused rows and the audit log are there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ringleader.errors import SettingsError

__all__ = ["keep_private", "make_home", "refuse_shared", "usual_mode"]

_umask: int | None = None


def keep_private() -> None:
    """Close what this process makes from now on to others, whatever its umask is.

    What the user asks for with ``--output`` still follows the umask (:func:`usual_mode`).
    """
    global _umask
    if _umask is None:
        _umask = os.umask(0o077)


def usual_mode() -> int:
    """The mode of a new file by the umask that the process was started with."""
    umask = _umask
    if umask is None:
        umask = os.umask(0)
        os.umask(umask)
    return 0o666 & ~umask


def make_home(home: Path) -> None:
    """Make the data folder, closed to others, if it is not there.

    Raises:
        SettingsError: It cannot be made.
    """
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"cannot make the data folder {home}: {error.strerror or error}",
            hint="set RINGLEADER_HOME to a folder of yours",
        ) from error


def refuse_shared(home: Path) -> None:
    """Refuse a data folder that everybody can write to.

    Whoever can write there can replace keys, the password of the managed server and its plugins.

    Raises:
        SettingsError: Everybody can write to it.
    """
    if os.name != "posix":
        return
    try:
        mode = home.stat().st_mode
    except OSError:  # not there yet, or said where it is needed
        return
    if stat.S_ISDIR(mode) and mode & stat.S_IWOTH:
        raise SettingsError(
            f"everybody can write to the data folder {home} (mode {stat.S_IMODE(mode):o})",
            hint=f"chmod go-w '{home}', and look at who has written to it; "
            "or set RINGLEADER_HOME to a folder of yours",
        )
