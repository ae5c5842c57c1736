"""Card numbers and e-mail addresses where none belong: finding them, and masking them.

A card number is 13 to 19 digits that pass the Luhn check and begin like a card (2 to 6), whatever
stands between its groups and around it. Digits that adjoin the letters a to f of a hexadecimal
token are part of a fingerprint and left alone. One in ten long numeric ids passes the Luhn check
by chance; that a part of them is refused is the price.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ringleader.loaders.functions import length_in_bytes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.workspace import Workspace

REASON = (
    "holds what looks like a card number (13 to 19 digits that pass the Luhn check); "
    "give the processor's fingerprint, and prefix numeric ids with a hexadecimal letter"
)
# For DuckDB (RE2): what of ASCII may hold a card number at all; letters inside rule it out. The
# same for the digits of all scripts takes a hundred times as long.
_SUSPECT = r"[0-9](?:[^0-9A-Za-z]{0,3}[0-9]){12}"
# For DuckDB and Python alike.
EMAIL = r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+"
_RUN = re.compile(r"[0-9](?:[^0-9A-Za-z]{0,3}[0-9])*")
_GROUP = re.compile(r"[0-9]+")
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+")
_LEFT, _RIGHT = re.compile(r"[0-9A-Za-z]+\Z"), re.compile(r"[0-9A-Za-z]+")
_LENGTHS = range(13, 20)
# For display even half an address is too much.
_EMAIL_SHOWN = re.compile(r"[^\s@]+@[^\s@]*")


@dataclass(frozen=True)
class Cards:
    """Distinct values of a column that hold a card number; ``values`` is null without any."""

    values: ir.Table | None
    found: int = 0


def holds_card(text: str) -> bool:
    """Whether a text holds a card number."""
    return next(_cards(_plain(text)), None) is not None


def shown(text: str, length: int) -> str:
    """The start of a text with card numbers and e-mail addresses masked.

    Args:
        text: The text, or enough of its start that nothing to be masked is cut within
            ``length``.
        length: Characters to show.
    """
    if "@" in text:
        text = _EMAIL_SHOWN.sub("<email>", text)
    plain = _plain(text)
    found = list(_cards(plain))
    if not found:
        return text[:length]
    for start, end in reversed(found):
        plain = plain[:start] + "<card>" + plain[end:]
    return plain[:length]


def find(workspace: Workspace, values: ir.Column) -> Cards:
    """Find the values of a column that hold a card number.

    Args:
        workspace: Where the values are.
        values: A column of texts.
    """
    import pyarrow as pa

    table = values.name("raw").as_table()
    beyond_ascii = length_in_bytes(table.raw) > table.raw.length()
    suspect = table.raw.re_search(_SUSPECT) | beyond_ascii
    suspects = table.filter(table.raw.notnull() & suspect).distinct()
    kept = workspace.keep("digits", suspects)
    bad = [
        row["raw"]
        for chunk in workspace.chunks(kept, 65_536)
        for row in chunk
        if holds_card(row["raw"])
    ]
    if not bad:
        return Cards(None)
    return Cards(workspace.take("cards", pa.table({"_card": pa.array(bad, pa.string())})), len(bad))


def _plain(text: str) -> str:
    """Compatible forms as one, digits of every script as ASCII, without invisible characters."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in unicodedata.normalize("NFKC", text)
        if unicodedata.category(character) != "Cf"
    )


def _cards(text: str) -> Iterator[tuple[int, int]]:
    """Where card numbers start and end, without overlaps."""
    uuids = [found.span() for found in _UUID.finditer(text)]
    for run in _RUN.finditer(text):
        if any(start <= run.start() and run.end() <= end for start, end in uuids):
            continue
        groups = [
            (run.start() + found.start(), run.start() + found.end())
            for found in _GROUP.finditer(run[0])
        ]
        # The letters that adjoin a run adjoin its first or last group; in between there are none.
        right = _RIGHT.match(text, run.end())
        if right and _HEXADECIMAL.fullmatch(right[0]):
            groups.pop()
        before = text[max(0, run.start() - 64) : run.start()]
        left = _LEFT.search(before)
        # %B is how the first track of a magnetic stripe begins.
        if left and _HEXADECIMAL.fullmatch(left[0]) and not before.endswith("%B"):
            groups = groups[1:]
        yield from _valid(text, groups)


def _valid(text: str, groups: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(groups):
        digits = ""
        for last in range(first, len(groups)):
            digits += text[slice(*groups[last])]
            if len(digits) in _LENGTHS and digits[0] in "23456" and _luhn(digits):
                yield groups[first][0], groups[last][1]
                first = last
                break
            if len(digits) >= _LENGTHS.stop:
                break
        first += 1


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0
