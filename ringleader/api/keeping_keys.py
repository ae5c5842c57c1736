"""The keys of an installation: which there are, and a new one in the place of an old one."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ringleader import audit
from ringleader.catalogue import get
from ringleader.errors import ConnectionFailed, InputError, WrongUsage
from ringleader.keys import KEYS, fingerprint, read_key, rotate

if TYPE_CHECKING:
    from collections.abc import Callable

    from ringleader.graph import Graph
    from ringleader.settings import Settings

ROTATED = ("graph", "exports")


def key_rows(settings: Settings) -> list[dict[str, Any]]:
    """A row for each key: what it is for, its fingerprint, since when, and its file."""
    rows = []
    for name, (file, use) in KEYS.items():
        path = settings.home / file
        there = path.exists()
        since = datetime.fromtimestamp(path.stat().st_mtime, UTC) if there else None
        rows.append(
            {
                "key": name,
                "fingerprint": fingerprint(read_key(path)) if there else None,
                "since": since and since.isoformat(timespec="seconds"),
                "used_for": use,
                "file": str(path),
            }
        )
    return rows


def rotate_key(
    connect: Callable[[], Graph], settings: Settings, name: str, *, force: bool
) -> tuple[str, str]:
    """Make a new key; returns the fingerprints of the old and the new one.

    Args:
        connect: Opens the database, where one answers.
        settings: Where the keys are.
        name: ``graph`` or ``exports``.
        force: Rotate the key of the graph although the database has hashes made with it.

    Raises:
        WrongUsage: There is no such key, or it cannot be rotated.
        InputError: The database has hashes made with the key.
    """
    if name not in ROTATED:
        raise WrongUsage(f"there is no key {name!r} to rotate", hint=f"one of {', '.join(ROTATED)}")
    if name == "graph" and not force:
        with suppress(ConnectionFailed):
            if connect().read(get("known-key-of-store")):
                raise InputError(
                    "the database has hashes made with this key, which a new one cannot match",
                    hint="docs/life-of-data.md#keys says how: keep the decisions, rotate with "
                    "--force, load all files again",
                )
    old, new = rotate(settings.home, name)
    audit.record(settings, "rotate key", key=name, old=old, new=new)
    return old, new
