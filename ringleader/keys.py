"""The key that hashes are made with, so that they mean nothing to whoever lacks it."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from ringleader.errors import InputError

KEY_FILE = Path("keys") / "hmac.key"
_BYTES = 32


def load_key(home: Path) -> bytes:
    """The key of this installation; made on first use, readable by its owner only.

    Another key gives other hashes: whoever moves a graph to another machine moves this file too.

    Args:
        home: The data folder.
    """
    path = home / KEY_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return read_key(path)
        key = secrets.token_bytes(_BYTES)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
    except OSError as error:
        raise _unusable(path, error) from error
    return key


def read_key(path: Path) -> bytes:
    """The key in a file: hexadecimal, of at least 32 bytes.

    Raises:
        InputError: There is no such file, or it holds no key.
    """
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise _unusable(path, error) from error
    if len(key) < _BYTES:
        raise InputError(
            f"key file {path} holds {len(key)} bytes; {_BYTES} are needed",
            hint="restore the old key; with another key the same address gives another hash",
        )
    return key


def _unusable(path: Path, error: Exception) -> InputError:
    return InputError(
        f"key file {path} cannot be used: {error}", hint="check that it may be read and written"
    )


def keyed_hash(key: bytes, *parts: str) -> str:
    """HMAC-SHA256 of texts, in hexadecimal; where one ends and the next begins counts."""
    message = b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
    return hmac.new(key, message, "sha256").hexdigest()
