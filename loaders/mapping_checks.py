"""Texts of mapping files, checked with the engine that will use them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ringleader.errors import InputError

# What fails for a text that does not do.
PATTERN = "SELECT regexp_matches('', $1)"
FORMAT = (
    "SELECT CASE WHEN contains($1, '%Z') THEN error('%Z may mean several offsets') "
    "WHEN CAST(strptime(strftime(TIMESTAMP '2026-01-22 12:00', $1), $1) AS DATE) = "
    "DATE '2026-01-22' THEN 1 ELSE error('it gives no day') END"
)
# Abbreviations, which the engine knows too, may mean several zones.
ZONE = (
    "SELECT CASE WHEN $1 = 'UTC' OR contains($1, '/') THEN timezone($1, TIMESTAMP '2026-01-02') "
    "ELSE error('it is no name of the form Area/City') END"
)
REGEX = "a regular expression of RE2, in single quotes"


def mistake(path: Path, what: str, hint: str) -> InputError:
    """The error of a mapping file, with what to write instead."""
    return InputError(f"mapping file {path}: {what}", hint=hint)


def asked(path: Path, where: str, text: Any, statement: str, expected: str) -> None:
    """Check a text of a mapping with the engine that will use it.

    Args:
        path: The mapping file.
        where: The key.
        text: What it says; None if it is not given.
        statement: SQL that fails for a text that does not do; $1 is the text.
        expected: What should stand there, for people.
    """
    if text is None:
        return
    import duckdb

    if not isinstance(text, str) or not text:
        raise mistake(path, f"{where} is {text!r}", expected)
    try:
        duckdb.execute(statement, [text]).fetchall()
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise mistake(path, f"{where} is {text!r}: {first}", expected) from error
