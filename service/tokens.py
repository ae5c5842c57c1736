"""Tokens of the service: who may do what. Only a hash of each is kept.

A token is ``rl_<its id>_<secret>``. The secret has 256 bits, so a plain SHA-256 of it cannot be
turned back. The file is read again when it changes: a revoked token ends at once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import filelock

from ringleader.errors import NotFound, SettingsError, WrongUsage
from ringleader.output import whole_file
from ringleader.service.roles import ROLES, May

FILE = Path("service") / "tokens.json"
_PREFIX = "rl"


@dataclass(frozen=True)
class Token:
    """A token, without its secret.

    Attributes:
        token_id: What it is listed and revoked by.
        name: Who uses it; decisions bear this name.
        role: One of :data:`ROLES`.
        created_at: When it was made, ISO 8601 in UTC.
        hash: SHA-256 of its secret.
    """

    token_id: str
    name: str
    role: str
    created_at: str
    hash: str

    def may(self, what: May) -> bool:
        """Whether its role may do something."""
        return what in ROLES[self.role]


class Tokens:
    """The tokens of an installation.

    Args:
        home: The data folder.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._read_at: tuple[int, int] | None = None
        self._known: dict[str, Token] = {}

    def listed(self) -> list[Token]:
        """The tokens, the oldest first.

        Raises:
            SettingsError: The file is broken.
        """
        return list(self._current().values())

    def add(self, name: str, role: str) -> str:
        """Make a token.

        Args:
            name: Who uses it.
            role: One of :data:`ROLES`.

        Returns:
            The token, which cannot be shown again.

        Raises:
            WrongUsage: There is no such role, or no name.
        """
        if role not in ROLES:
            raise WrongUsage(f"there is no role {role!r}", hint=f"roles: {', '.join(ROLES)}")
        if not name.strip() or not name.isprintable() or len(name) > 100:
            raise WrongUsage("a token needs the name of who uses it, of at most 100 characters")
        secret = secrets.token_urlsafe(32)
        token_id = secrets.token_hex(4)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        token = Token(token_id, name.strip(), role, made, _hash(secret))
        with self._alone():
            self._write([*self._current().values(), token])
        return f"{_PREFIX}_{token_id}_{secret}"

    def revoke(self, token_id: str) -> Token:
        """Remove a token; a running service refuses it from the next request on.

        Raises:
            NotFound: There is no such token.
        """
        with self._alone():
            known = self._current()
            if token_id not in known:
                raise NotFound(
                    f"there is no token {token_id!r}", hint="ringleader serve token list"
                )
            self._write([token for name, token in known.items() if name != token_id])
        return known[token_id]

    def of(self, text: str) -> Token | None:
        """The token that a text is; None if it is none."""
        parts = text.split("_", 2)
        if len(parts) != 3 or parts[0] != _PREFIX:
            return None
        found = self._current().get(parts[1])
        given = _hash(parts[2])
        # Compared even where there is no such token: how long it takes says nothing.
        same = hmac.compare_digest(given, found.hash if found else _hash(""))
        return found if same else None

    def holds(self, token: Token) -> bool:
        """Whether a token is one still; those of proxies and logins are not kept here."""
        return not token.hash or self._current().get(token.token_id) == token

    def _current(self) -> dict[str, Token]:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._read_at, self._known = None, {}
            return self._known
        at = (stat.st_mtime_ns, stat.st_ino)
        if at != self._read_at:
            try:
                rows = json.loads(self._path.read_text(encoding="utf-8"))
                known = [Token(**row) for row in rows]
                if wrong := [token.role for token in known if token.role not in ROLES]:
                    raise ValueError(f"there is no role {wrong[0]!r}")
            except (OSError, ValueError, TypeError) as error:
                raise SettingsError(
                    f"the tokens in {self._path} cannot be read: {error}",
                    hint="restore the file, or remove it and make new tokens",
                ) from error
            self._known = {token.token_id: token for token in known}
            self._read_at = at
        return self._known

    def _write(self, tokens: list[Token]) -> None:
        with whole_file(self._path, mode=0o600) as file:
            file.write(json.dumps([asdict(token) for token in tokens], indent=2).encode())

    def _alone(self) -> filelock.BaseFileLock:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.chmod(self._path.parent, 0o700)
        except OSError as error:
            raise SettingsError(f"{self._path.parent}: {error.strerror}") from error
        return filelock.FileLock(self._path.with_suffix(".lock"), timeout=10, mode=0o600)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
