"""The page of the Python API: what ``ringleader.__all__`` names, from signatures and docstrings."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from typing import Any

import ringleader as rl

# Sections of a docstring, and the page's word for each.
SECTIONS = {
    "Args:": "Arguments",
    "Attributes:": "Fields",
    "Returns:": "Returns",
    "Raises:": "Raises",
}
GROUPS = {
    "Load": ("load", "load_all", "prepare", "load_uses", "loads", "undo_load", "simulate"),
    "Detect": (
        "detect",
        "shadow",
        "judge",
        "estimate",
        "permuted",
        "rehearse",
        "parameters",
        "evaluate",
    ),
    "Read findings": (
        "rings",
        "members",
        "history",
        "draw",
        "explain",
        "letter",
        "why",
        "why_not",
        "check",
        "checks",
        "changes",
        "campaigns",
        "campaign",
        "hubs",
    ),
    "Decide": ("effects", "review", "decisions", "pin", "appeal", "answer_appeal"),
    "Work": ("queue", "assign", "assignments"),
    "Ask": ("search", "query", "ask", "queries", "find", "cypher", "write_cypher"),
    "Export": ("export", "dossier", "report"),
    "What others know": (
        "load_indicators",
        "pull_indicators",
        "indicators",
        "sightings",
        "add_entity",
        "entities",
        "entity",
        "attribute",
        "match_key",
        "match_ask",
        "match_answer",
        "match_finish",
        "match_with",
        "match_read",
    ),
    "Keep": (
        "retention",
        "forget",
        "audit_lines",
        "verify_audit",
        "backup",
        "restore",
        "upgrade",
        "keys",
        "rotate_key",
    ),
    "The server": ("start_server", "stop_server", "doctor"),
    "The database": ("graph", "gds", "py2neo", "close"),
}


def api_page(note: str) -> str:
    """Every public name.

    Args:
        note: What the page begins with.
    """
    lines = ["# Python API", "", note, "", "```python", *_example(), "```", ""]
    lines += [
        "What this page lists is public; everything else may change without notice. `import",
        "ringleader` imports nothing heavy: names are imported when they are first used.",
        "",
        "## Connect",
        "",
        *_function("rl.connect", rl.connect),
        "## Connection",
        "",
        *_doc(rl.Connection, skip=("Args:",)),
    ]
    for title, names in GROUPS.items():
        lines += [f"### {title}", ""]
        for name in names:
            lines += _member(name)
    lines += ["## Jobs", "", *_function("rl.run_job", rl.run_job)]
    lines += ["## Results", ""]
    for name in sorted(rl.__all__):
        found = getattr(rl, name)
        if dataclasses.is_dataclass(found):
            lines += _result(name, found)
    lines += ["## Errors and warnings", "", *_errors()]
    return "\n".join(lines)


def members() -> set[str]:
    """The public methods and properties of a connection."""
    return {name for name in dir(rl.Connection) if not name.startswith("_")}


def _example() -> list[str]:
    return [line.removeprefix("    ") for line in (rl.__doc__ or "").split("::")[1].splitlines()][
        2:8
    ]


def _member(name: str) -> list[str]:
    found = inspect.getattr_static(rl.Connection, name)
    if inspect.isfunction(found):
        return _function(f"r.{name}", found)
    return [f"#### `r.{name}`", "", *_doc(found)]


def _function(name: str, function: Any) -> list[str]:
    signature = inspect.signature(function)
    given = [p for p in signature.parameters.values() if p.name != "self"]
    shown = str(signature.replace(parameters=given)).replace("'", "").replace(", /", "")
    return [
        f"#### `{name}`",
        "",
        "```python",
        f"{name}{_folded(shown)}",
        "```",
        "",
        *_doc(function),
    ]


def _folded(signature: str) -> str:
    """A long signature, one parameter a line."""
    if len(signature) < 90:
        return signature
    inner, _, result = signature.rpartition(")")
    depth, parts, start = 0, [], 1
    for at, letter in enumerate(inner):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 1:
            parts.append(inner[start:at].strip())
            start = at + 1
    parts.append(inner[start:].strip())
    return "(\n" + "".join(f"    {part},\n" for part in parts) + ")" + result


def _result(name: str, found: Any) -> list[str]:
    lines = [f"### `{name}`", "", *_doc(found)]
    more = [
        f"- `{key}`: {inspect.getdoc(value)}"
        for key, value in vars(found).items()
        if isinstance(value, property) and not key.startswith("_")
    ]
    return [*lines, *more, ""] if more else lines


def _errors() -> Iterator[str]:
    from ringleader import errors

    yield from ["```text", (errors.__doc__ or "").split("\n\n")[1], "```", ""]
    yield f"`RingleaderWarning`: {inspect.getdoc(rl.RingleaderWarning)}"


def _doc(thing: Any, skip: tuple[str, ...] = ()) -> list[str]:
    """A docstring of Google's style as Markdown."""
    lines: list[str] = []
    section = None
    for line in (inspect.getdoc(thing) or "").splitlines():
        if line in SECTIONS:
            section = line
            if section not in skip:
                lines += [f"{SECTIONS[line]}:", ""]
            continue
        if section in skip:
            continue
        entry = re.fullmatch(r"    (\*{0,2}\w+): (.*)", line) if section else None
        if entry and section != "Returns:":
            lines.append(f"- `{entry[1]}`: {entry[2]}")
        else:
            lines.append(f"  {line.strip()}" if section and line.strip() else line)
    return [re.sub(r":(?:class|meth):`(?:ringleader\.)?([\w.]+)`", r"`\1`", x) for x in lines] + [
        ""
    ]
