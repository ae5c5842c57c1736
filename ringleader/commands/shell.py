"""What the interactive shell understands: statements, and commands that begin with a colon."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import Any

from ringleader.adhoc import run_reading
from ringleader.answers import Answer
from ringleader.app import FORMATS, App, complain
from ringleader.catalogue import get
from ringleader.cypher_text import code, is_complete, statements
from ringleader.errors import RingleaderError, WrongUsage
from ringleader.graph import Graph
from ringleader.questions import find, folders, parse_parameters, run_stored


class Quit(Exception):
    """The shell is to end."""


class Shell:
    """A session: an open database, parameters, and how answers are shown.

    Args:
        app: Says where messages go, and which folders of queries there are.
        graph: The open database; statements only read.
        out: Shows rows: called with rows, and maybe their columns and a format.
        limit: Return at most this many rows.
        timeout: Seconds after which the server ends a statement.
    """

    def __init__(
        self, app: App, graph: Graph, out: Callable[..., None], *, limit: int, timeout: float
    ) -> None:
        self.app, self.graph = app, graph
        self.params: dict[str, Any] = {}
        self.format: str | None = None
        self._out, self._limit, self._timeout = out, limit, timeout
        self.commands: dict[str, tuple[str, Callable[[str], None]]] = {
            ":explain": ("STATEMENT    the plan of a statement, which does not run", self._explain),
            ":profile": ("STATEMENT    run it, and show what each step did", self._profile),
            ":params": ("[KEY=VALUE … | clear]    parameters of statements", self._params),
            ":queries": ("[WORDS]    stored queries, or those that answer WORDS", self._queries),
            ":run": ("NAME [KEY=VALUE …]    a stored query", self._run),
            ":show": ("NAME    the text of a stored query", self._show),
            ":format": (f"{' | '.join(FORMATS[:4])}    how answers are shown", self._format),
            ":limit": ("ROWS    most rows of an answer", self._set_limit),
            ":help": ("   this list", self._help),
            ":quit": ("   end", self._quit),
        }

    def finished(self, text: str) -> bool:
        """Whether a text is complete: a command in one line, or statements up to a semicolon."""
        text = text.strip()
        if not text.startswith(":"):
            return not code(text) or is_complete(text)
        return not text.startswith((":explain", ":profile")) or "\n" in text or is_complete(text)

    def do(self, text: str) -> None:
        """Do what was typed.

        Raises:
            RingleaderError: It cannot be done.
            Quit: It was ``:quit``.
        """
        text = text.strip()
        if text.startswith(":"):
            word, _, rest = text.partition(" ")
            names = [name for name in self.commands if name.startswith(word)]
            if word not in self.commands and len(names) != 1:
                raise WrongUsage(f"there is no {word}", hint=":help lists what there is")
            self.commands[word if word in self.commands else names[0]][1](rest.strip())
            return
        for statement in statements(text):
            self._ask(statement, "run")

    def do_kindly(self, text: str) -> None:
        """Do what was typed; errors are reported, and the session goes on."""
        try:
            self.do(text)
        except RingleaderError as error:
            complain(self.app, error.message, error.hint, error.word)
        except KeyboardInterrupt:
            self.app.say("cancelled")

    def _ask(self, statement: str, mode: str) -> None:
        answer = run_reading(
            self.graph,
            statement,
            self.params,
            timeout=self._timeout,
            limit=self._limit,
            mode=mode,
        )
        self._answer(answer)

    def _answer(self, answer: Answer) -> None:
        for message in answer.messages:
            self.app.say(message)
        self._out(answer.rows, answer.columns, format=self.format)

    def _show_rows(self, rows: Sequence[dict[str, Any]], columns: list[str] | None = None) -> None:
        self._out(rows, columns, format=self.format)

    def _explain(self, text: str) -> None:
        self._ask(text.removesuffix(";"), "explain")

    def _profile(self, text: str) -> None:
        self._ask(text.removesuffix(";"), "profile")

    def _params(self, text: str) -> None:
        if text == "clear":
            self.params.clear()
        elif text:
            self.params |= parse_parameters(_words(text))
        else:
            self._show_rows([{"name": k, "value": v} for k, v in self.params.items()])

    def _queries(self, text: str) -> None:
        found = find(self.app.settings, text)
        self._show_rows(found.rows, ["name", "question"])

    def _run(self, text: str) -> None:
        name, *pairs = _words(text) or [""]
        params = parse_parameters(pairs)
        answer = run_stored(self.graph, name, params, cap=self._limit, timeout=self._timeout)
        self._answer(answer)

    def _show(self, text: str) -> None:
        print(get(text, folders(self.app.settings)).path.read_text(encoding="utf-8"))

    def _format(self, text: str) -> None:
        if text not in FORMATS[:4]:
            raise WrongUsage(f"there is no format {text!r}", hint=", ".join(FORMATS[:4]))
        self.format = text

    def _set_limit(self, text: str) -> None:
        if not text.isdigit() or int(text) < 1:
            raise WrongUsage(f"{text!r} is no number of rows", hint=":limit 100")
        self._limit = int(text)

    def _help(self, _: str) -> None:
        print(
            "A statement of Cypher that reads, over as many lines as it takes, and a semicolon; or"
        )
        for name, (what, _command) in self.commands.items():
            print(f"  {name:9} {what}")

    def _quit(self, _: str) -> None:
        raise Quit


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise WrongUsage(f"{text!r}: {error}", hint="quote values that hold spaces") from error


def read_all(shell: Shell, text: str) -> None:
    """Do all that a text holds: commands in lines of their own, statements up to semicolons.

    Raises:
        RingleaderError: One of them cannot be done; those after it are not.
    """
    pending: list[str] = []
    try:
        for line in text.splitlines(keepends=True):
            if line.startswith(":") and not code("".join(pending)):
                pending = []
                shell.do(line)
            else:
                pending.append(line)
                if is_complete("".join(pending)):
                    shell.do("".join(pending))
                    pending = []
        shell.do("".join(pending))
    except Quit:
        return
