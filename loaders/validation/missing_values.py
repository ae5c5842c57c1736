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

# Signs that may stand around and between the words of a placeholder: <null>, (not set), NOT_SET.
_SIGN = r"[ -/:-@\[-`{-~–—…“”„«»‹›‘’•·]"
# Words for "no value", in lower case; a blank stands for any signs or none. A mapping's
# ``null = [...]`` adds to them and removes some.
WORDS: tuple[str, ...] = (
    "null",
    "nul",
    "nullptr",
    "db null",
    "system db null",
    "none",
    "nil",
    "nan",
    "nat",
    "na",
    "pd na",
    "unknown",
    "unknow",
    "undefined",
    "undef",
    "undetermined",
    "unidentified",
    "unset",
    "unavailable",
    "unspecified",
    "unassigned",
    "missing",
    "empty",
    "blank",
    "void",
    "tbd",
    "tba",
    "to be determined",
    "redacted",
    "masked",
    "hidden",
    "removed",
    "object object",
    "unbekannt",
    "keine angabe",
    "inconnu",
    "desconocido",
    "desconhecido",
    "sconosciuto",
    "onbekend",
    "неизвестно",
    "未知",
    "不明",
    *(
        f"not {word}"
        for word in (
            "set", "available", "applicable", "provided", "specified", "found", "known", "given",
            "recorded", "reported", "captured", "collected", "detected", "defined", "assigned",
            "present", "disclosed", "initialized", "initialised",
        )
    ),
    *(f"none {word}" for word in ("available", "provided", "reported", "given", "found")),
    *(
        f"{word} {thing}"
        for word in ("no", "unknown")
        for thing in (
            "id", "value", "data", "device", "user", "client", "agent", "name", "ip", "address",
            "card", "fingerprint", "info",
        )
    ),
)  # fmt: skip
# In a column of plain text these say something: NA is Namibia, and a status may be unknown.
_WORDS_OF_TEXT = frozenset(
    {
        "na", "none", "unknown", "unknow", "blank", "void", "empty", "unset", "missing", "tbd",
        "tba", "masked", "hidden", "removed", "redacted", "unidentified", "unassigned",
        "undetermined", "unavailable", "not found", "not available", "no data",
    }
)  # fmt: skip
# What is short for "no value": \N, n/a, k.A.; two letters alone may be a name.
_SHORT = (r"\\+n", rf"n{_SIGN}+[adkv]", rf"k{_SIGN}+a")
# What spreadsheets and C programs write: #REF!, #N/A, -1.#IND.
_ERRORS = (r"#(?:ref|value|div/0|name|num|error|null|na|n/a)[!?]*", r"-?1\.#[a-z]+[0-9]*")
# The nil UUID and the greatest one, rows of zeros and of signs, network cards that have no address
# or hide it, the Android id that a faulty series shares, and hashes of an empty text.
_NOTHING = (
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
)
_PATTERNS = (
    r"(?:urn:uuid:)?[0f]{8}-[0f]{4}-[0f]{4}-[0f]{4}-[0f]{12}",
    r"0x0+",
    r"0{2,}",
    rf"0+(?:{_SIGN}0+)+",
    r"f{8,}",
    r"(?:ff[:-]){5}ff|02(?::00){5}|9774d56d682e549c",
    r"x{3,}",
    *_NOTHING,
    rf"{_SIGN}+",
)
# No word or pattern is longer, with the signs around it, but those that begin like this.
_LONGEST = 24
_LONG = rf"(?i)^(?:\{{?0000|0x00|urn:uuid:|ffff|{'|'.join(text[:8] for text in _NOTHING)})"
_BLANKS = r"[\s\pZ\x{200B}\x{FEFF}]+"
_OPEN, _CLOSE = r"""["'`(<\[{]*""", r"""["'`)>\]}]*"""
# Numbers that a program has written with a fraction: 9001.0 is 9001.
_FRACTION = r"^(-?[0-9]{1,18})\.0+$"
# 1.23457E+11: what a spreadsheet has left of a long number; several ids look the same in it.
SHORTENED = r"^[0-9]\.[0-9]+[eE]\+[0-9]{1,3}$"
# A double holds whole numbers exactly up to here.
EXACT = 2**53
_DIGITS = (Type.ID, Type.PAYMENT_METHOD, Type.BIN, Type.COUNT)
# Raw prompts are read by masks of their own.
_AS_THEY_ARE = (Type.PROMPT,)


def stripped(text: Any, column: Column, *, decimal: str | None = None) -> Any:
    """A text without blanks around it, and a whole number without a fraction of zeros.

    Args:
        text: An expression of texts.
        column: The column that they are of.
        decimal: The sign before a number's fraction, if a mapping says it: 1.000 may be a thousand.
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
    if column.type not in _DIGITS or decimal:
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
    maybe = (length_in_bytes(text) <= longest) | text.re_search(_LONG)
    found = maybe & text.re_search(pattern)
    kept = [word[1:].lower() for word in null if word.startswith("!")]
    return found & text.lower().notin(kept) if kept else found


def placeholder_pattern(column: Column, null: tuple[str, ...] = ()) -> str:
    """The regular expression (RE2, Java, Python) of texts that stand for no value in a column."""
    words = set(WORDS) - (_WORDS_OF_TEXT if column.type is Type.TEXT else frozenset())
    words |= {word.lower() for word in null if not word.startswith("!")}
    kept = {_letters(word) for word in null if word.startswith("!")}
    listed = [_spelled(word) for word in sorted(words) if _letters(word) not in kept]
    listed += _SHORT
    patterns = _PATTERNS if column.type is not Type.TEXT else (r"[-–—]+",)
    if column.type in (Type.ADDRESS, Type.NETWORK, Type.COUNT, Type.AMOUNT, Type.TIMESTAMP):
        # Zeros are a number, and a row of them an address that has a check of its own.
        patterns = (r"[-–—_.?*#/]+",)
    one = "|".join(listed)
    if column.type is Type.EMAIL:
        patterns = (*patterns, rf"(?:{one})@(?:{one})(?:\.[a-z]+)*", r".+@(?:.+\.)?invalid")
    # A word may be written twice, as where two fields are joined: null null.
    worded = rf"{_SIGN}*(?:{one})(?:{_SIGN}+(?:{one}))*{_SIGN}*"
    return rf"(?i)^(?:{'|'.join([worded, *_ERRORS, *_dressed(patterns)])})$"


def _dressed(patterns: tuple[str, ...]) -> list[str]:
    """Patterns with quotes or brackets around them, or without."""
    return [rf"{_OPEN}(?:{'|'.join(patterns)}){_CLOSE}"]


def _letters(word: str) -> str:
    return re.sub(r"[^0-9a-z]", "", word.lower())


def _spelled(word: str) -> str:
    """The pattern of a word: any signs or none in the place of a blank."""
    parts = (re.sub(r"([!-/:-@\[-^`{-~])", r"\\\1", part) for part in word.split(" "))
    return f"{_SIGN}*".join(parts)


def is_placeholder(text: str) -> bool:
    """Whether a text stands for no value, whatever the column."""
    pattern = placeholder_pattern(Column("id", Type.ID))
    return re.search(pattern, text.strip()) is not None
