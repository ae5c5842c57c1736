"""Cypher as text: words, strings and comments are distinguished, which is all that is needed.

No grammar: the server parses. What it must not be given, what a log may hold and where a
statement ends can be recognised from the tokens alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n\f]+)
  | (?P<comment>//[^\r\n]*|/\*.*?(?:\*/|\Z))
  | (?P<string>'(?:\\.|[^'\\])*(?:'|\Z)|"(?:\\.|[^"\\])*(?:"|\Z))
  | (?P<quoted>`(?:``|[^`])*(?:`|\Z))
  | (?P<parameter>\$(?:[A-Za-z0-9_]+|`(?:``|[^`])*(?:`|\Z)))
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<number>[0-9][A-Za-z0-9_]*)
  | (?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of a statement.

    Attributes:
        kind: ``space``, ``comment``, ``string``, ``quoted`` (a name in backticks), ``parameter``,
            ``word``, ``number`` or ``symbol`` (one character).
        text: As it stands.
        start: Its place, in characters from the beginning.
    """

    kind: str
    text: str
    start: int

    @property
    def keyword(self) -> str:
        """The word in capitals; empty for all that cannot be a keyword."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """A word, or a name without its backticks; empty for all else."""
        if self.kind == "quoted":
            return self.text.strip("`").replace("``", "`")
        return self.text if self.kind == "word" else ""


def tokens(text: str) -> Iterator[Token]:
    """Every piece of a statement, in order; together they are the statement."""
    for found in _TOKEN.finditer(text):
        yield Token(found.lastgroup or "symbol", found.group(), found.start())


def code(text: str) -> list[Token]:
    """The tokens that mean something: no space, no comment."""
    return [token for token in tokens(text) if token.kind not in ("space", "comment")]


def parameters(text: str) -> set[str]:
    """Names of the parameters that a statement uses."""
    return {t.text[1:].strip("`") for t in tokens(text) if t.kind == "parameter"}


def masked(text: str) -> str:
    """A statement without its values: strings and numbers become ``?``, comments go.

    Names, of labels and properties, stay: they are the shape of the question. The values could be
    account ids.
    """
    shown = {"string": "?", "number": "?", "comment": " ", "space": " "}
    return " ".join("".join(shown.get(t.kind, t.text) for t in tokens(text)).split())


def statements(text: str) -> list[str]:
    """The statements of a text, which end in semicolons; those without any code are left out."""
    found, begin = [], 0
    for token in tokens(text):
        if token.text == ";" and token.kind == "symbol":
            found.append(text[begin : token.start])
            begin = token.start + 1
    found.append(text[begin:])
    return [statement.strip() for statement in found if code(statement)]


def is_complete(text: str) -> bool:
    """Whether a text ends in a semicolon, outside of strings and comments."""
    meaning = code(text)
    return bool(meaning) and meaning[-1].text == ";"
