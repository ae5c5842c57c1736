"""`ringleader audit`: is the log of statements, erasures and exchanges whole?"""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from ringleader.app import App, Command, Group, output_options, pass_app


@click.group(cls=Group)
def audit() -> None:
    """Check the audit log."""


@audit.command(cls=Command)
@output_options
@pass_app
def verify(app: App, out: Callable[..., None]) -> int:
    """Check that no line of the audit log is missing or changed.

    \b
    Each line is chained to the line before it under the key keys/audit.key. A line that is
    missing, changed, moved or put in is listed with its number, and the exit code is 1. Whoever
    has that key and may write the log can forge it: keep a copy of the printed hash elsewhere,
    from time to time.

    \b
    Examples:
      ringleader audit verify
      ringleader audit verify --format json
    """
    with app.connect() as r:
        found = r.verify_audit()
    notes = [
        (found.erased, "are empty: their content was erased on request"),
        (found.cut, "were removed at the beginning by retention"),
        (found.unchained, "are from before the chain began, and sealed as a whole"),
    ]
    app.say(f"{found.lines:,} lines; the last has the hash {found.last or '(none)'}")
    for number, meaning in notes:
        if number:
            app.say(f"{number:,} lines {meaning}")
    app.say("nothing is missing or changed" if found.sound else f"{len(found.problems):,} problems")
    out(
        [{"line": line, "problem": problem} for line, problem in found.problems],
        ["line", "problem"],
    )
    return 0 if found.sound else 1


@audit.command(cls=Command)
@click.argument("statement")
@output_options
@pass_app
def find(app: App, statement: str, out: Callable[..., None]) -> None:
    """Find when a STATEMENT ran: who typed it, when, and how it ended.

    \b
    The log holds statements without their values, and a keyed hash of the whole. Give the
    statement to the letter as it was typed; - reads it from standard input.

    \b
    Examples:
      ringleader audit find 'MATCH (a:Account) RETURN count(a)'
      ringleader audit find - < question.cypher
    """
    text = sys.stdin.read() if statement == "-" else statement
    with app.connect() as r:
        found = r.audit_lines(text)
    out(found.to_dict("records"), list(found.columns))
