"""The key that hashes are made with, so that they mean nothing to whoever lacks it."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from ringleader.catalogue import get
from ringleader.errors import InputError
from ringleader.home import make_home

if TYPE_CHECKING:
    from ringleader.graph import Graph

KEY_FILE = Path("keys") / "hmac.key"
AUDIT_KEY = Path("keys") / "audit.key"
# Another key than that of the graph, so that nobody can join an export with the graph.
EXPORT_KEY = Path("keys") / "exports.key"
KEYS: dict[str, tuple[Path, str]] = {
    "graph": (KEY_FILE, "hashes in the graph: mailboxes, phone numbers, raw prompts"),
    "exports": (EXPORT_KEY, "pseudonyms of exports"),
    "audit": (AUDIT_KEY, "chain of the audit log, receipts"),
}
_BYTES = 32


def load_key(home: Path, file: Path = KEY_FILE) -> bytes:
    """A key of this installation; made on first use, readable by its owner only.

    Another key gives other hashes: whoever moves a graph to another machine moves this file too.

    Args:
        home: The data folder.
        file: Which key: by default that of the hashes in the graph.
    """
    path = home / file
    make_home(home)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return read_key(path)
        key = secrets.token_bytes(_BYTES)
        with os.fdopen(handle, "w", encoding="ascii") as target:
            target.write(key.hex() + "\n")
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


def fingerprint(key: bytes) -> str:
    """What tells a key from others, and nothing else about it."""
    return keyed_hash(key, "fingerprint of the key")[:16]


def refuse_other_key(graph: Graph, home: Path, *, write: bool = True) -> None:
    """Make sure that the hashes in a database and those of this machine are made with one key.

    With two keys the same e-mail address and the same prompt would not match.

    Args:
        graph: The graph.
        home: The data folder, where the key is.
        write: Note the key of a database that knows none yet.

    Raises:
        InputError: The database knows another key.
    """
    ours = fingerprint(load_key(home))
    if write:
        found = graph.write(get("key-of-store"), {"fingerprint": ours}).rows
    else:
        found = graph.read(get("known-key-of-store"))
    theirs = found[0]["key_fingerprint"] if found else ours
    if theirs != ours:
        raise InputError(
            f"the hashes in this database were made with another key: its fingerprint is {theirs}, "
            f"that of {home / KEY_FILE} is {ours}",
            hint=f"copy {KEY_FILE} from the data folder of the machine that loaded before (or set "
            "RINGLEADER_HOME to that folder)",
        )


def keyed_hash(key: bytes, *parts: str) -> str:
    """HMAC-SHA256 of texts, in hexadecimal; where one ends and the next begins counts."""
    message = b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
    return hmac.new(key, message, "sha256").hexdigest()


def rotate(home: Path, name: str) -> tuple[str, str]:
    """Put a new key in the place of one; the old one stays beside it, named by its fingerprint.

    Args:
        home: The data folder.
        name: ``graph`` or ``exports``.

    Returns:
        The fingerprints of the old key (empty if there was none) and of the new one.

    Raises:
        InputError: The file cannot be read or written.
    """
    path = home / KEYS[name][0]
    old = ""
    if path.exists():
        old = fingerprint(read_key(path))
        try:
            os.replace(path, path.with_name(f"{path.stem}-{old}{path.suffix}"))
        except OSError as error:
            raise _unusable(path, error) from error
    return old, fingerprint(load_key(home, KEYS[name][0]))


def earlier_keys(home: Path, file: Path) -> list[bytes]:
    """The keys that a key has replaced."""
    folder = (home / file).parent
    return [read_key(path) for path in sorted(folder.glob(f"{file.stem}-*{file.suffix}"))]
