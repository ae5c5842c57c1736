"""Values as they are meant: without blanks around them, placeholders for no value as null.

Exports write a missing value in many ways: ``\\N``, ``NULL``, ``n/a``, ``-``, a row of zeros. Taken
as an identifier, one of them links everybody who has none.
"""

from __future__ import annotations

import re
from typing import Any

import ibis

from ringleader.loaders.contract import Column, Type
from ringleader.loaders.functions import length_in_bytes

# Words for "no value", in lower case. A mapping's ``null = [...]`` adds to them and removes some.
WORDS: tuple[str, ...] = (
    "null",
    "nul",
    r"\n",
    "none",
    "nil",
    "nan",
    "nat",
    "n/a",
    "n.a.",
    "n.a",
    "na",
    "n/d",
    "n/k",
    "#n/a",
    "#null!",
    "unknown",
    "unknow",
    "undefined",
    "undef",
    "unset",
    "unavailable",
    "unspecified",
    "missing",
    "empty",
    "blank",
    "void",
    "not set",
    "not_set",
    "not-set",
    "not available",
    "not_available",
    "not applicable",
    "not provided",
    "not specified",
    "no value",
    "no data",
    "tbd",
)
# In a column of plain text these say something: NA is Namibia, and a status may be unknown.
_WORDS_OF_TEXT = frozenset(
    {"na", "none", "unknown", "unknow", "blank", "void", "empty", "unset", "missing", "tbd"}
)
# The nil UUID and the greatest one, and rows of zeros, dashes and the like.
_PATTERNS = (
    r"[0f]{8}-[0f]{4}-[0f]{4}-[0f]{4}-[0f]{12}",
    r"0x0+",
    r"0{2,}",
    r"00(?:[:-]00)+",
    r"[-–—_.?*#/]+",
)
_OPEN, _CLOSE = r"""["'`(<\[{]*""", r"""["'`)>\]}]*"""
# No word or pattern but a UUID is longer, with what it is dressed in.
_LONGEST = 24
_UUID_BYTES = range(32, 41)
_BLANKS = r"[\s\pZ\x{200B}\x{FEFF}]+"
# Numbers that a program has written with a fraction: 9001.0 is 9001.
_FRACTION = r"^(-?[0-9]{1,18})\.0+$"
# 1.23457E+11: what a spreadsheet has left of a long number; several ids look the same in it.
SHORTENED = r"^[0-9]\.[0-9]+[eE]\+[0-9]{1,3}$"
# A double holds whole numbers exactly up to here.
EXACT = 2**53
_DIGITS = (Type.ID, Type.PAYMENT_METHOD, Type.BIN, Type.COUNT)
# Raw prompts are read by masks of their own.
_AS_THEY_ARE = (Type.PROMPT,)


def stripped(text: Any, column: Column) -> Any:
    """A text without blanks around it, and a whole number without a fraction of zeros.

    Args:
        text: An expression of texts.
        column: The column that they are of.
    """
    if column.type in _AS_THEY_ARE:
        return text
    # Looking at both ends costs a tenth of trimming every text.
    padded = (
        ((text < "!") & (text != ""))
        | text.endswith(" ")
        | text.endswith("\t")
        | (length_in_bytes(text) != text.length())
    )
    trimmed = text.re_replace(f"^{_BLANKS}", "").re_replace(f"{_BLANKS}$", "")
    plain = ibis.ifelse(padded, trimmed, text)
    if column.type not in _DIGITS:
        return plain
    whole = plain.endswith("0") & plain.re_search(_FRACTION)
    return ibis.ifelse(whole, plain.re_extract(_FRACTION, 1), plain)


def number_as_text(number: Any) -> Any:
    """A floating-point or decimal number as text: 9001.0 is 9001."""
    kind = number.type()
    if kind.is_decimal():
        text = number.cast("string")
        return ibis.ifelse(text.contains("."), text.re_replace(r"\.?0+$", ""), text)
    count = number.try_cast("int64")
    whole = (count.cast(kind) == number) & (number.abs() < EXACT)
    exact = ibis.ifelse(whole, count, ibis.null("int64")).cast("string")
    # Not a number is no value.
    other = ibis.ifelse(number.isnan(), ibis.null(kind), number).cast("string")
    return exact.fill_null(other)


def absent(text: Any, column: Column, null: tuple[str, ...] = ()) -> Any:
    """Whether a stripped text stands for no value.

    Args:
        text: An expression of texts.
        column: The column that they are of.
        null: What a mapping says: further texts, and texts after ``!`` that are values.
    """
    if column.type in _AS_THEY_ARE:
        return ibis.literal(False)
    pattern = placeholder_pattern(column, null)
    longest = max([_LONGEST, *(len(word.encode()) for word in null)])
    size = length_in_bytes(text)
    maybe = (size <= longest) | (
        size.between(_UUID_BYTES[0], _UUID_BYTES[-1])
        & (text.startswith("0000") | text.upper().startswith("FFFF") | text.startswith("{0000"))
    )
    found = maybe & text.re_search(pattern)
    kept = [word[1:].lower() for word in null if word.startswith("!")]
    return found & text.lower().notin(kept) if kept else found


def placeholder_pattern(column: Column, null: tuple[str, ...] = ()) -> str:
    """The regular expression (RE2) of texts that stand for no value in a column."""
    words = set(WORDS) - (_WORDS_OF_TEXT if column.type is Type.TEXT else frozenset())
    words |= {word.lower() for word in null if not word.startswith("!")}
    words -= {word[1:].lower() for word in null if word.startswith("!")}
    listed = [_escaped(word) for word in sorted(words)]
    patterns = _PATTERNS if column.type is not Type.TEXT else (r"[-–—]+",)
    if column.type in (Type.ADDRESS, Type.NETWORK, Type.COUNT, Type.AMOUNT, Type.TIMESTAMP):
        # Zeros are a number, and a row of them an address that has a check of its own.
        patterns = (r"[-–—_.?*#/]+",)
    return rf"(?i)^{_OPEN}(?:{'|'.join([*listed, *patterns])}){_CLOSE}$"


def _escaped(word: str) -> str:
    return re.sub(r"([^0-9A-Za-z_ ])", r"\\\1", word)


def is_placeholder(text: str) -> bool:
    """Whether a text stands for no value, whatever the column."""
    pattern = placeholder_pattern(Column("id", Type.ID))
    return re.search(pattern, text.strip()) is not None
