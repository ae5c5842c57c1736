"""``ringleader cypher`` and ``ringleader shell``: questions beyond the stored queries."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ringleader.app import App, Command, output_options, pass_app
from ringleader.commands.query import row_options
from ringleader.errors import InputError, WrongUsage
from ringleader.questions import ROW_CAP, TIMEOUT_SECONDS, mode_of, parse_parameters


@click.command(cls=Command)
@click.argument("statement", required=False)
@click.option(
    "--file", type=click.Path(path_type=Path, dir_okay=False), help="File with the statement."
)
@click.option(
    "-p",
    "--param",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="A parameter; KEY:=VALUE is JSON.",
)
@click.option("--write", is_flag=True, help="Allow the statement to write.")
@row_options
@output_options
@pass_app
def cypher(
    app: App,
    statement: str | None,
    file: Path | None,
    pairs: tuple[str, ...],
    write: bool,
    limit: int | None,
    timeout: float,
    explain: bool,
    profile: bool,
    out: Callable[..., None],
) -> None:
    """Run a STATEMENT of Cypher: one given, in a file, or on standard input (``-``).

    Without --write it only reads. The server plans the statement first; a statement that writes,
    reads files, administers, or calls a procedure that is not on a list is refused. Each statement
    is recorded, without its values, in audit/statements.jsonl of the data folder.

    \b
    Examples:
      ringleader cypher 'MATCH (a:Account) RETURN count(a) AS accounts'
      ringleader cypher 'MATCH (i:Ip {address: $a})<--(x) RETURN x.account_id' -p a=203.0.113.7
      ringleader cypher 'MATCH (a:Account) RETURN a LIMIT $n' -p n:=5 --format json
      ringleader cypher --file question.cypher --limit 20
      ringleader cypher 'MATCH (a:Account)-->(d:Device) RETURN count(d)' --explain
      echo 'MATCH (r:Ring) RETURN r.ring_id, r.size' | ringleader cypher -
    """
    from ringleader.adhoc import run_reading

    mode, text = mode_of(explain, profile), _statement(statement, file)
    params = parse_parameters(pairs)
    if write and mode != "run":
        raise WrongUsage("--write runs a statement; leave --explain and --profile out")
    with app.connect() as r:
        if write:
            done = r.write_cypher(text, timeout=timeout, **params)
            app.say(", ".join(f"{k.replace('_', ' ')}: {v:,}" for k, v in done.counters.items()))
            if done.rows:
                out(done.rows[: limit or ROW_CAP])
            return
        most = limit or ROW_CAP
        answer = run_reading(r.graph, text, params, timeout=timeout, limit=most, mode=mode)
    out(answer)


def _statement(given: str | None, file: Path | None) -> str:
    if given is not None and file is not None:
        raise WrongUsage("give the statement or --file, not both")
    if file is not None:
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"statement {file} cannot be read: {error}") from error
    if given is None and sys.stdin.isatty():
        raise WrongUsage(
            "there is no statement", hint="ringleader cypher 'RETURN 1 AS one', or ringleader shell"
        )
    return sys.stdin.read() if given in (None, "-") else str(given)


@click.command(cls=Command)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Return at most this many rows.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=TIMEOUT_SECONDS,
    show_default=True,
    help="Seconds after which the server ends a statement.",
)
@output_options
@pass_app
def shell(app: App, limit: int, timeout: float, out: Callable[..., Any]) -> None:
    """Run Cypher statements and stored queries at a prompt; read-only.

    A statement may have several lines and ends with a semicolon. Tab completes labels, properties
    and stored queries. Ctrl-C stops the running statement, Ctrl-D ends the shell. `:help` lists
    the other commands. Statements on standard input run without a prompt.

    \b
    Examples:
      ringleader shell
      echo 'MATCH (r:Ring) RETURN r.ring_id, r.size;' | ringleader shell --format csv
      echo ':run what-is-loaded' | ringleader shell
    """
    from ringleader.commands.shell import Shell, read_all
    from ringleader.commands.shell_prompt import ask_all

    with app.connect() as r:
        session = Shell(app, r.graph, out, limit=limit, timeout=timeout)
        if sys.stdin.isatty():
            ask_all(session)
        else:
            read_all(session, sys.stdin.read())
