"""What was agreed with each partner who may match over HTTPS: ``[match.NAME]`` of the settings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ringleader.errors import SettingsError
from ringleader.exports.matching.protocol import Terms
from ringleader.exports.matching.terms import IDENTIFIERS, KINDS, SCOPES, SIZE
from ringleader.keys import read_key
from ringleader.settings import expanded

if TYPE_CHECKING:
    from ringleader.settings import Settings

__all__ = ["agreements", "body_limit"]

# Fewer than by files: no person sees a request before it is answered.
_MOST = 100_000
_TYPES: dict[str, type] = {
    "key": str, "purpose": str, "kinds": list, "scope": str, "reveal": str, "most": int,
    "per_day": int,
}  # fmt: skip
_CHOICES = {"scope": SCOPES, "reveal": (IDENTIFIERS, SIZE)}
# A masked item has 33 bytes and its length. A response has the request under both keys and the
# answering side's set, of six bytes an item; a result has the hash of each item and a band. The
# rest is the header and what parts cost.
_ITEM_BYTES = {"request": 40, "response": 60, "result": 100}
_OTHER_BYTES = 64 * 1024


def agreements(settings: Settings) -> dict[str, Terms]:
    """The terms of each partner, by the name of the partner's token.

    Args:
        settings: The settings; without ``[match.NAME]`` nobody may match.

    Raises:
        SettingsError: A section is wrong.
        InputError: The key of a partnership cannot be read.
    """
    return {
        name: _terms(f"[match.{name}]", given, settings)
        for name, given in settings.section("match").items()
    }


def _terms(place: str, given: Any, settings: Settings) -> Terms:
    if not isinstance(given, dict):
        raise SettingsError(f"{place} is no section", hint="write [match.NAME] with key, purpose")
    if unknown := sorted(given.keys() - _TYPES.keys()):
        raise SettingsError(
            f"{place} has {', '.join(unknown)}", hint=f"known are {', '.join(_TYPES)}"
        )
    for name, value in given.items():
        wanted = _TYPES[name]
        if not isinstance(value, wanted) or isinstance(value, bool) or value in ("", 0, []):
            raise SettingsError(f"{place} {name} is {value!r}", hint=f"give a {wanted.__name__}")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise SettingsError(
                f"{place} {name} is {value!r}", hint=f"one of {', '.join(_CHOICES[name])}"
            )
    if missing := [name for name in ("key", "purpose") if name not in given]:
        raise SettingsError(
            f"{place} lacks {' and '.join(missing)}", hint="docs/acting-together.md has an example"
        )
    kinds = tuple(given.get("kinds", KINDS))
    if wrong := [kind for kind in kinds if kind not in tuple(KINDS)]:
        raise SettingsError(f"{place} kinds has {wrong[0]!r}", hint=f"one of {', '.join(KINDS)}")
    if given.get("most", 1) < 1 or given.get("per_day", 1) < 1:
        raise SettingsError(f"{place}: most and per_day are numbers above 0")
    key = settings.file.parent / expanded(given["key"])
    read_key(key)  # the one who starts the service reads that it is missing, not the partner
    more = {name: given[name] for name in ("scope", "reveal", "most", "per_day") if name in given}
    return replace(Terms(key, given["purpose"], kinds, most=_MOST), **more)


def body_limit(terms: Terms, kind: str) -> int:
    """How many bytes a document of an exchange may have.

    Args:
        terms: What was agreed.
        kind: ``request``, ``response`` or ``result``.
    """
    return terms.most * _ITEM_BYTES[kind] + _OTHER_BYTES
