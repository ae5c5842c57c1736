"""The prompt of the interactive shell: history, several lines, completion from the live schema."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from ringleader.app import FORMATS
from ringleader.catalogue import get
from ringleader.commands.shell import Quit, Shell
from ringleader.errors import SettingsError
from ringleader.questions import questions

HISTORY = Path("shell") / "history"
_KEYWORDS = """
MATCH OPTIONAL WHERE WITH RETURN ORDER BY LIMIT SKIP UNWIND UNION CALL YIELD DISTINCT AS AND OR NOT
IN IS NULL EXISTS COUNT COLLECT CASE WHEN THEN ELSE END STARTS ENDS CONTAINS DESC
"""
_WORDS = _KEYWORDS.split()


class Words(Completer):
    """What can be typed where the cursor is, by what stands before it."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self.refresh()

    def refresh(self) -> None:
        """Read the labels, types and properties that the database has now."""
        known: dict[str, list[str]] = {}
        for row in self._shell.graph.read(get("names-in-use")):
            known.setdefault(row["kind"], []).append(row["name"])
        self.labels = known.get("label", [])
        self.types = known.get("type", [])
        self.properties = known.get("property", [])

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Completions for the word before the cursor."""
        text = document.text_before_cursor
        word = re.search(r"[\w-]*$" if text.lstrip().startswith(":") else r"\w*$", text)
        begun = word.group() if word else ""
        for candidate, meta in self._candidates(text, text[: len(text) - len(begun)]):
            if candidate.lower().startswith(begun.lower()) and candidate != begun:
                yield Completion(candidate, -len(begun), display_meta=meta)

    def _candidates(self, text: str, before: str) -> Iterator[tuple[str, str]]:
        if text.startswith(":") and not re.match(r":(explain|profile)\s", text):
            yield from self._of_command(text, before)
        elif before.endswith("."):
            yield from ((name, "property") for name in self.properties)
        elif before.endswith("$"):
            yield from ((name, "parameter") for name in self._shell.params)
        elif re.search(r"\[\w*\s*:[\w|!&]*$", before):
            yield from ((name, "type") for name in self.types)
        elif re.search(r"(\(\w*\s*|\w):[\w|!&:]*$", before):
            yield from ((name, "label") for name in self.labels)
        elif re.search(r"[{,]\s*$", before):
            yield from ((name, "property") for name in self.properties)
        else:
            yield from ((name, "") for name in _WORDS)

    def _of_command(self, text: str, before: str) -> Iterator[tuple[str, str]]:
        command, space, rest = text.partition(" ")
        every = questions(self._shell.app.settings)
        if not space:
            if before == ":":
                yield from ((name[1:], what) for name, (what, _) in self._shell.commands.items())
        elif command == ":format":
            yield from ((name, "") for name in FORMATS[:4])
        elif command in (":run", ":show") and " " not in rest:
            yield from ((query.name, query.question) for query in every)
        elif command == ":run" and before.endswith(" "):
            named = rest.split(" ")[0]
            for query in every:
                if query.name == named:
                    yield from ((f"{param.name}=", param.described) for param in query.params)


def open_history(home: Path) -> FileHistory:
    """What was typed in earlier sessions, in a file for its owner's eyes only.

    Raises:
        SettingsError: The file cannot be written.
    """
    path = home / HISTORY
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.fchmod(handle, 0o600)
        os.close(handle)
    except OSError as error:
        raise SettingsError(
            f"the history {path} cannot be written: {error.strerror}",
            hint="set RINGLEADER_HOME to a folder of yours",
        ) from error
    return FileHistory(str(path))


def make_prompt(shell: Shell, **given: Any) -> PromptSession[str]:
    """The prompt: Enter sends what is complete, and else begins a new line.

    Args:
        shell: What the prompt is for.
        given: Passed on to ``PromptSession``, such as another input.
    """
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if shell.finished(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    return PromptSession(
        message=f"{shell.graph.settings.database}> ",
        history=open_history(shell.graph.settings.home),
        completer=Words(shell),
        complete_while_typing=False,
        multiline=True,
        prompt_continuation=lambda width, line, wrapped: "." * (width - 1) + " ",
        key_bindings=keys,
        **given,
    )


def ask_all(shell: Shell, **given: Any) -> None:
    """Prompt and answer until ``:quit`` or Ctrl-D.

    Ctrl-C at the prompt drops the line; while a statement runs it ends the statement.

    Args:
        shell: The session.
        given: Passed on to ``PromptSession``.
    """
    prompt = make_prompt(shell, **given)
    shell.app.say("statements end with ; and only read; :help lists what else there is")
    while True:
        try:
            text = prompt.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        try:
            shell.do_kindly(text)
        except Quit:
            return
