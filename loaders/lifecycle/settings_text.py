"""The settings file without what is secret in it, for backups."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

__all__ = ["without_secrets"]

LEFT_OUT = "# left out of the backup: it could not be separated from a secret\n"
# Words that a secret's name ends in. `key_file` and `key_env` say where one is, and stay.
_WORDS = """
password passwd passphrase pass pwd secret token credential credentials api_key apikey access_key
private_key signing_key authorization auth dsn cookie webhook webhook_url connection_string
"""
_NAME = re.compile(rf"(?:^|[_.-])(?:{'|'.join(_WORDS.split())})$", re.IGNORECASE)
# How the secrets of well-known systems begin, whatever their setting is called.
_VALUE = re.compile(r"whsec_|rl_[0-9a-f]{8}_|-----BEGIN|(?:bearer|basic) ", re.IGNORECASE)
# An assignment on one line, commented out or not.
_LINE = re.compile(r"(?m)^(?P<before>\s*#?\s*(?P<name>[\w.\"'-]+)\s*=\s*)(?P<value>\S.*)$")
_ADDRESS = re.compile(r"(?P<host>[a-z][a-z0-9+.-]*://)(?P<user>[^\s\"'/@]+@)", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """A settings file in which secrets are empty; comments and everything else stay.

    Secrets are recognised by the name of their setting (``password``, ``client_secret``), by how
    they begin (``whsec_``), as user and password of an address, and as the path of an address that
    a job notifies.

    Args:
        text: The file, which is valid TOML.

    Returns:
        The file, or a comment in its place where a secret would remain, for example in a text of
        several lines.
    """
    secrets = {value for value in _secrets(tomllib.loads(text)) if value}
    made = _LINE.sub(_emptied, text)
    for value in sorted(secrets, key=len, reverse=True):
        # What stands elsewhere than alone on a line: in an inline table, or in a list.
        made = made.replace(f'"{value}"', '""').replace(f"'{value}'", "''")
    made = _ADDRESS.sub(lambda found: found["host"], made)
    try:
        remaining = set(_secrets(tomllib.loads(made)))
    except tomllib.TOMLDecodeError:
        return LEFT_OUT
    if remaining - {""} or any(value in made for value in secrets if len(value) >= _SHORTEST):
        return LEFT_OUT
    return made


# A shorter secret could be part of any word: that it is no value any more has to be enough.
_SHORTEST = 6


def _emptied(found: re.Match[str]) -> str:
    name, value = found["name"].strip("\"'"), found["value"]
    if value.startswith(("{", "[", '"""', "'''")):
        return found[0]
    if not _NAME.search(name) and not _VALUE.search(value.strip("\"'")):
        return found[0]
    return f'{found["before"]}""  # left out'


def _secrets(value: Any, name: str = "", inside: tuple[str, ...] = ()) -> Iterator[str]:
    """Every text that is secret, by its own name and those of the tables around it."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secrets(item, str(key), (*inside, name))
    elif isinstance(value, list):
        for item in value:
            yield from _secrets(item, name, inside)
    elif _NAME.search(name):
        yield str(value)
    elif isinstance(value, str):
        if _VALUE.match(value):
            yield value
        if "://" in value:
            yield from _of_address(value, notified="jobs" in inside and name == "url")


def _of_address(address: str, *, notified: bool) -> Iterator[str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        yield address
        return
    if "@" in parts.netloc:
        yield parts.netloc.rpartition("@")[0]
    # The path of a webhook's address is often its only secret.
    if parts.query or (notified and parts.path.strip("/")):
        yield address
