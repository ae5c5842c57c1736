"""The generated parts of the page on identifiers; the text around them is written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).parent / "identifiers.md"


def identifiers_page() -> str:
    """The page with its generated parts, between comments, as they follow from the code."""
    from ringleader.catalogue.templates import PLACEHOLDERS
    from ringleader.schema import BUILT_IN
    from ringleader.schema.declarations import KEYS

    placeholders = (
        ("{{ " + ":".join((name, *known.arguments)) + " }}", known.doc)
        for name, known in PLACEHOLDERS.items()
    )
    parts = {
        "keys": _table(("key", "meaning"), ((f"`{key}`", doc) for key, doc in KEYS.items())),
        "families": _table(
            ("family", "group", "odds", "why"),
            (
                (family.name, family.group or "supports only", f"{family.odds:g}", family.reason)
                for family in BUILT_IN.families
            ),
        ),
        "identifiers": _table(
            ("name", "label", "from", "family", "stored as"),
            (
                (
                    found.name,
                    f"`{found.label}`",
                    f"`{found.table}.{found.column}`",
                    found.family,
                    "keyed hash" if found.hashed else "given",
                )
                for found in BUILT_IN.identifiers
            ),
        ),
        "placeholders": _table(
            ("placeholder", "stands for"), ((f"`{name}`", doc) for name, doc in placeholders)
        ),
    }
    text = PAGE.read_text(encoding="utf-8")
    for name, table in parts.items():
        pattern = f"<!-- {name} -->.*?<!-- /{name} -->"
        whole = f"<!-- {name} -->\n\n{table}\n\n<!-- /{name} -->"
        text = re.sub(pattern, lambda _, whole=whole: whole, text, flags=re.DOTALL)
    return text


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    escaped = (" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows)
    return "\n".join([*lines, *(f"| {row} |" for row in escaped)])
