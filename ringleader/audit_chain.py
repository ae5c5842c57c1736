"""The chain of the audit log: a line that is missing, changed or put in is found.

Each line has a number, a keyed digest of its content, and a keyed hash of the digest and of the
hash of the line before (HMAC-SHA256 under ``keys/audit.key``). A file beside the log holds the
number and hash of the last line, so that a cut at the end is found too. Lines that were there
before the chain began are sealed as a whole by its first line.

Data ends in the log as elsewhere. :func:`cut` removes old lines and leaves one that carries the
hash on; :func:`erase` removes the content of lines and keeps their digest. Both are sealed with the
key. Whoever has the key and may write the file can forge the log: copy its last hash elsewhere to
guard against that.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import filelock

from ringleader.errors import SettingsError
from ringleader.keys import AUDIT_KEY, keyed_hash, load_key, read_key
from ringleader.output import now_text, whole_file

__all__ = ["FILE", "AuditCheck", "append", "cut", "erase", "require_writable", "verify"]

FILE = Path("audit") / "statements.jsonl"
_HEAD, _LOCK = "head.json", "lock"
_PATIENCE = 30.0  # seconds to wait for a process that writes its line
_TAIL = 65_536
# What a line has besides its content.
_MARKS = ("n", "digest", "chain")


@dataclass(frozen=True)
class AuditCheck:
    """What a check of the audit log found.

    Attributes:
        lines: Lines in the log.
        erased: Lines whose content was erased on request.
        cut: Lines that retention removed at the beginning.
        unchained: Lines from before the chain, sealed as a whole.
        last: Hash of the last line; who keeps a copy elsewhere can prove the log up to it.
        problems: Line number and what is wrong with it; empty if nothing is.
    """

    lines: int
    erased: int
    cut: int
    unchained: int
    last: str
    problems: tuple[tuple[int, str], ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is missing or changed."""
        return not self.problems


@dataclass
class _State:
    """The end of the chain: number and hash of its last line."""

    number: int = 0
    chain: str = ""


def require_writable(home: Path) -> None:
    """Make sure that the log can be written.

    Raises:
        SettingsError: It cannot.
    """
    os.close(_open(home / FILE))


def append(home: Path, content: dict[str, Any]) -> None:
    """Add a line.

    Args:
        home: The data folder.
        content: What it says.

    Raises:
        SettingsError: The log cannot be written.
    """
    path = home / FILE
    require_writable(home)
    with _alone(home):
        key = load_key(home, AUDIT_KEY)
        handle = _open(path)
        try:
            marked = _marked(key, content, _end(path, key))
            os.write(handle, _text(marked))
        finally:
            os.close(handle)
        _keep_head(path, _State(marked["n"], marked["chain"]))


def verify(home: Path) -> AuditCheck:
    """Read the log from its beginning and check every line.

    Args:
        home: The data folder.

    Raises:
        InputError: The key of the log is missing.
    """
    path = home / FILE
    if not path.exists():
        head = _head(path)
        lost = ((0, f"the log is missing; it had {head.number:,} lines"),) if head.number else ()
        return AuditCheck(0, 0, 0, 0, head.chain, lost)
    with _alone(home):
        key = read_key(home / AUDIT_KEY)
        return _checked(path, key)


def _checked(path: Path, key: bytes) -> AuditCheck:
    problems: list[tuple[int, str]] = []
    before, lines, erased, cut_lines, unchained = hashlib.sha256(), 0, 0, 0, 0
    state: _State | None = None
    for lines, raw in enumerate(_lines(path), start=1):
        line = _parsed(raw)
        if line is None or not _is_marked(line):
            if state is None and line is not None:
                unchained += 1
                before.update(raw)
            else:
                problems.append((lines, "is no line of this log"))
            continue
        if state is None:
            if line.get("event") == "cut":
                if not _same(line.get("seal"), _cut_seal(key, line)):
                    problems.append((lines, "says that lines were cut, and is not sealed"))
                counted = line.get("lines", 0)
                cut_lines = counted if isinstance(counted, int) else 0
                state = _State(line["n"], line["chain"])
                continue
            state = _State(0, _begin(key, before.hexdigest()) if unchained else "")
        if line["n"] != state.number + 1:
            missing = line["n"] - state.number - 1
            problems.append(
                (
                    lines,
                    f"{missing:,} lines are missing before it" if missing > 0 else "is repeated",
                )
            )
        elif not _same(line["chain"], _chain(key, state.chain, line)):
            problems.append((lines, "does not follow from the line before it"))
        if "erased" in line:
            erased += 1
            if not _same(line.get("seal"), _erased_seal(key, line)):
                problems.append((lines, "is empty, and its erasure is not sealed"))
        elif not _same(line["digest"], _digest(key, line)):
            problems.append((lines, "was changed"))
        state = _State(line["n"], line["chain"])
    head = _head(path)
    last = state or _State()
    if head.number > last.number:
        problems.append((lines, f"{head.number - last.number:,} lines are missing after it"))
    return AuditCheck(lines, erased, cut_lines, unchained, last.chain, tuple(problems))


def cut(home: Path, before: datetime, *, dry_run: bool = False) -> int:
    """Remove the lines at the beginning that are older than a time.

    Args:
        home: The data folder.
        before: The time.
        dry_run: Only count them.

    Returns:
        The number of lines.
    """
    path = home / FILE
    if not path.exists():
        return 0
    with _alone(home):
        key = load_key(home, AUDIT_KEY)
        kept: list[bytes] = []
        removed, earlier, end, hashed = 0, 0, _State(), hashlib.sha256()
        for raw in _lines(path):
            line = _parsed(raw) or {}
            moment = _moment(line)
            if not kept and line.get("event") == "cut" and "seal" in line:
                earlier, end = int(line["lines"]), _State(line["n"], line["chain"])
            elif not kept and moment is not None and moment < before:
                removed += 1
                if "chain" in line:
                    end = _State(line["n"], line["chain"])
                else:
                    hashed.update(raw)
            else:
                kept.append(raw)
        if kept and "chain" not in (_parsed(kept[0]) or {}):
            return 0  # lines from before the chain are sealed together: they go together
        if removed and not dry_run:
            mark: dict[str, Any] = {
                "event": "cut",
                "time": now_text("milliseconds"),
                "lines": earlier + removed,
                "n": end.number,
                "digest": "",
                "chain": end.chain or _begin(key, hashed.hexdigest()),
            }
            mark["seal"] = _cut_seal(key, mark)
            _replace(path, [_text(mark), *kept])
        return removed


def erase(home: Path, names: Callable[[dict[str, Any]], bool], *, dry_run: bool = False) -> int:
    """Remove the content of lines that a test picks.

    Args:
        home: The data folder.
        names: Whether a line is to be erased.
        dry_run: Only count them.

    Returns:
        The number of lines.
    """
    path = home / FILE
    if not path.exists():
        return 0
    with _alone(home):
        key = load_key(home, AUDIT_KEY)
        made, count = [], 0
        for raw in _lines(path):
            line = _parsed(raw)
            if line is None or "chain" not in line or "seal" in line or not names(line):
                made.append(raw)
                continue
            count += 1
            empty = {mark: line[mark] for mark in _MARKS} | {"erased": now_text("milliseconds")}
            if "time" in line:
                empty["time"] = line["time"]
            empty["seal"] = _erased_seal(key, empty)
            made.append(_text(empty))
        if count and not dry_run:
            _replace(path, made)
        return count


def _is_marked(line: dict[str, Any]) -> bool:
    """Whether a line has a number, a digest and a hash; who changes the log can write anything."""
    texts = isinstance(line.get("digest"), str) and isinstance(line.get("chain"), str)
    return texts and isinstance(line.get("n"), int)


def _same(said: Any, expected: str) -> bool:
    return isinstance(said, str) and hmac.compare_digest(
        said.encode("utf-8", "replace"), expected.encode()
    )


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the log among processes."""
    lock = filelock.FileLock(home / FILE.parent / _LOCK, timeout=_PATIENCE, mode=0o600)
    try:
        with lock:
            yield
    except filelock.Timeout as error:
        raise SettingsError(
            f"the audit log {home / FILE} is held by another process",
            hint="wait until it ends and run the same command again",
        ) from error


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        os.fchmod(handle, 0o600)
    except OSError as error:
        raise SettingsError(
            f"the audit log {path} cannot be written: {error.strerror}",
            hint="set RINGLEADER_HOME to a folder of yours; ringleader doctor",
        ) from error
    return handle


def _end(path: Path, key: bytes) -> _State:
    """Where the chain goes on. After lines were lost at the end, it leaves a gap that shows."""
    head, last = _head(path), _last(path, key)
    return head if head.number > last.number else last


def _last(path: Path, key: bytes) -> _State:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size - _TAIL, 0))
        tail = file.read().splitlines()
    for raw in reversed(tail):
        line = _parsed(raw)
        if line is not None and _is_marked(line):
            return _State(line["n"], line["chain"])
    if not size:
        return _State()
    # Lines from before the chain: its first line seals them.
    before = hashlib.sha256()
    for raw in _lines(path):
        before.update(raw)
    return _State(0, _begin(key, before.hexdigest()))


def _head(path: Path) -> _State:
    try:
        said = json.loads((path.parent / _HEAD).read_text(encoding="utf-8"))
        return _State(int(said["lines"]), str(said["chain"]))
    except (OSError, ValueError, KeyError, TypeError):
        return _State()


def _keep_head(path: Path, state: _State) -> None:
    with whole_file(path.parent / _HEAD, mode=0o600) as file:
        file.write(json.dumps({"lines": state.number, "chain": state.chain}).encode())


def _replace(path: Path, lines: list[bytes]) -> None:
    with whole_file(path, mode=0o600) as file:
        file.writelines(lines)


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _text(line: dict[str, Any]) -> bytes:
    return (json.dumps(line, ensure_ascii=False) + "\n").encode()


def _moment(line: dict[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(line["time"])
    except (KeyError, ValueError, TypeError):
        return None


def _marked(key: bytes, content: dict[str, Any], state: _State) -> dict[str, Any]:
    line = {**content, "n": state.number + 1}
    line["digest"] = _digest(key, line)
    line["chain"] = _chain(key, state.chain, line)
    return line


def _digest(key: bytes, line: dict[str, Any]) -> str:
    content = {name: value for name, value in line.items() if name not in _MARKS}
    return keyed_hash(key, "audit line", json.dumps(content, sort_keys=True, default=str))


def _chain(key: bytes, before: str, line: dict[str, Any]) -> str:
    return keyed_hash(key, "audit chain", before, str(line["n"]), line["digest"])


def _begin(key: bytes, earlier: str) -> str:
    return keyed_hash(key, "audit begin", earlier)


def _cut_seal(key: bytes, line: dict[str, Any]) -> str:
    said = (str(line.get(name)) for name in ("time", "lines", "n", "chain"))
    return keyed_hash(key, "audit cut", *said)


def _erased_seal(key: bytes, line: dict[str, Any]) -> str:
    said = (str(line.get(name)) for name in ("erased", "n", "digest"))
    return keyed_hash(key, "audit erased", *said)
