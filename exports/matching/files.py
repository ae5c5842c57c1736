"""Files that travel between two partners: a sealed header and a body, and who has seen which.

The seal is HMAC-SHA256 under the key of the partnership, over header and body: a file that somebody
else made, or changed on its way, is refused. What each side has done with an exchange stays in
``matches/`` of the data folder, so that a file is of use once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import filelock

from ringleader.errors import InputError, LockHeld, WrongUsage
from ringleader.exports.matching import terms
from ringleader.keys import keyed_hash
from ringleader.output import whole_file

__all__ = ["Envelope", "State", "moment", "open_envelope", "write_envelope"]

_MAGIC = b"ringleader match 1\n"
_FOLDER = "matches"
KINDS = ("request", "response", "result")
_HEADER_BYTES = 16_384
# The longest that a request is valid, and some minutes between two clocks.
LONGEST = timedelta(days=90, minutes=10)
_ID = re.compile(r"[0-9a-f]{32}")
_PATIENCE = 30.0  # seconds to wait for another process that notes an answer


@dataclass(frozen=True)
class Envelope:
    """A file of an exchange.

    Attributes:
        kind: ``request``, ``response`` or ``result``.
        said: The header.
        body: What the protocol puts in.
    """

    kind: str
    said: dict[str, Any]
    body: bytes

    @property
    def id(self) -> str:
        """The exchange."""
        return str(self.said["id"])


def write_envelope(path: Path, key: bytes, kind: str, said: Mapping[str, Any], body: bytes) -> int:
    """Write a file whole or not at all; returns its size."""
    header = json.dumps({"kind": kind, **said}, sort_keys=True).encode() + b"\n"
    seal = _seal(key, header, body).encode() + b"\n"
    with whole_file(path, mode=0o600) as file:
        for part in (_MAGIC, seal, header, body):
            file.write(part)
    return path.stat().st_size


def open_envelope(path: Path, key: bytes, kind: str, purpose: str) -> Envelope:
    """Read a file and make sure that it is the partner's, of a kind, for a purpose, and in time.

    Raises:
        InputError: It is not.
    """
    try:
        with path.open("rb") as file:
            magic, seal, header = (file.readline(_HEADER_BYTES) for _ in range(3))
            body = file.read()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    if magic != _MAGIC or not header.endswith(b"\n"):
        raise InputError(f"{path} is no file of `ringleader match`")
    # The seal comes first: what nobody with the key has written is not parsed.
    if not hmac.compare_digest(seal.strip(), _seal(key, header, body).encode()):
        raise InputError(
            f"{path} was not made with this key, or was changed",
            hint="both partners need the same --key file",
        )
    said = _header(path, header)
    if said["kind"] != kind:
        raise InputError(f"{path} is a {said['kind']}, and a {kind} is needed")
    if said["purpose"] != purpose:
        raise InputError(
            f"{path} is for the purpose {said['purpose']!r}, not {purpose!r}",
            hint="agree on the purpose, word for word, and give it with --purpose",
        )
    if moment(said["expires_at"]) < datetime.now(UTC):
        raise InputError(f"{path} expired at {said['expires_at']}", hint="ask for a new one")
    return Envelope(kind, said, body)


def _header(path: Path, text: bytes) -> dict[str, Any]:
    """The header of a file. A partner has the key, so its header is checked as any input.

    Raises:
        InputError: Something is missing or is not what it should be.
    """
    try:
        said = json.loads(text)
        wrong = [name for name, fits in _FIELDS.items() if not fits(said[name])]
        if said["kind"] != "request" and not _is_count(said["theirs"]):
            wrong.append("theirs")
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError(f"{path} has a damaged header: {type(error).__name__}") from error
    if wrong:
        raise InputError(f"{path} has a damaged header: {', '.join(wrong)}")
    found: dict[str, Any] = said
    return found


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_moment(value: object) -> bool:
    return moment(str(value)).tzinfo is not None


# The id is part of file names here.
_FIELDS: dict[str, Callable[[Any], bool]] = {
    "kind": lambda value: value in KINDS,
    "id": lambda value: bool(_ID.fullmatch(value)),
    "purpose": lambda value: isinstance(value, str),
    "kinds": lambda value: isinstance(value, list) and set(value) <= terms.KINDS.keys(),
    "scope": lambda value: value in terms.SCOPES,
    "reveal": lambda value: value in (terms.IDENTIFIERS, terms.SIZE),
    "size": _is_count,
    "made_at": _is_moment,
    "expires_at": lambda value: _is_moment(value) and moment(value) <= datetime.now(UTC) + LONGEST,
}


def moment(text: str) -> datetime:
    """A time of a header."""
    return datetime.fromisoformat(text)


def _seal(key: bytes, header: bytes, body: bytes) -> str:
    text = header.decode("utf-8", "backslashreplace")
    return keyed_hash(key, "match", text, hashlib.sha256(body).hexdigest())


@dataclass(frozen=True)
class State:
    """What this side has done with exchanges.

    Attributes:
        home: The data folder.
    """

    home: Path

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no other process note an answer: a request must not be answered by two at once.

        Raises:
            LockHeld: Another process does not end.
        """
        folder = self.home / _FOLDER
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with filelock.FileLock(folder / "lock", timeout=_PATIENCE, mode=0o600):
                yield
        except filelock.Timeout as error:
            raise LockHeld(f"another process answers a request in {folder}") from error

    def path(self, id_: str, role: str) -> Path:
        """The file of an exchange."""
        return self.home / _FOLDER / f"{id_}-{role}.json"

    def read(self, id_: str, role: str) -> dict[str, Any] | None:
        """What was done; None if nothing was."""
        try:
            found: dict[str, Any] = json.loads(self.path(id_, role).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    def write(self, id_: str, role: str, said: Mapping[str, Any], *, new: bool = False) -> None:
        """Note what was done.

        Args:
            id_: The exchange.
            role: ``asked``, ``answered`` or ``read``.
            said: What.
            new: Refuse an exchange that is noted already.

        Raises:
            InputError: It is, so the file is a replay.
        """
        path = self.path(id_, role)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if new and path.exists():
            raise InputError(
                f"exchange {id_} was {role} before", hint="a file is of use once; ask for a new one"
            )
        with whole_file(path, mode=0o600) as file:
            file.write(json.dumps(said).encode())

    def keep_items(self, id_: str, items: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep what a request put in, until the exchange is finished."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        rows = [{"item": item, **row} for item, row in items.items()]
        types = {"item": pa.string(), "label": pa.string(), "key": pa.string()}
        schema = pa.schema({**types, "accounts": pa.int64(), "in_rings": pa.int64()})
        path = self.path(id_, "asked").with_suffix(".parquet")
        pq.write_table(pa.Table.from_pylist(rows, schema), path, compression="zstd")
        path.chmod(0o600)

    def items(self, id_: str) -> dict[str, dict[str, Any]]:
        """What a request put in.

        Raises:
            InputError: It is not kept any more.
        """
        import pyarrow.parquet as pq

        path = self.path(id_, "asked").with_suffix(".parquet")
        if not path.exists():
            raise InputError(f"what exchange {id_} asked for is gone", hint="ask for a new one")
        return {row.pop("item"): row for row in pq.read_table(path).to_pylist()}

    def drop_items(self, id_: str) -> None:
        """Forget what a request put in."""
        self.path(id_, "asked").with_suffix(".parquet").unlink(missing_ok=True)

    def drop_expired(self) -> None:
        """Forget what requests put in that nobody answered in time, and their secrets."""
        now = datetime.now(UTC)
        for path in (self.home / _FOLDER).glob("*-asked.json"):
            said = json.loads(path.read_text(encoding="utf-8"))
            if "secrets" in said and moment(said["expires_at"]) < now:
                self.give_up(said["id"])

    def give_up(self, id_: str) -> None:
        """Forget what a request put in, and its secrets: no response to it is of use."""
        asked = self.read(id_, "asked")
        if asked is not None and asked.pop("secrets", None):
            self.write(id_, "asked", asked)
        self.drop_items(id_)

    def answered_since(self, key_id: str, since: datetime) -> int:
        """How many requests of a partner were answered since a time."""
        count = 0
        for path in (self.home / _FOLDER).glob("*-answered.json"):
            said = json.loads(path.read_text(encoding="utf-8"))
            count += said["key"] == key_id and moment(said["at"]) >= since
        return count


def refuse_size(number: int, most: int) -> None:
    """Make sure that a set is not larger than agreed.

    Raises:
        WrongUsage: It is.
    """
    if number > most:
        raise WrongUsage(
            f"{number:,} identifiers are more than {most:,}",
            hint="--scope rings, fewer --kind, or agree on a larger --most",
        )
