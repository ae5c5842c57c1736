"""What a job is made of. A step is a call of the API, and its keys are a command's options.

``mapping = "ours.toml"`` of a load step is ``--mapping ours.toml``; an argument goes by its name.
So a job can do what a command can do: the command declares the keys with their types, and
:mod:`ringleader.jobs.calls` calls the API with the values, on the graph and under the lease of the
job.
"""

from __future__ import annotations

import difflib
import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from ringleader.errors import SettingsError
from ringleader.jobs import calls
from ringleader.settings import expanded

if TYPE_CHECKING:
    from ringleader.api.connection import Connection
    from ringleader.jobs.outcomes import Done, Occasion


@dataclass(frozen=True)
class Kind:
    """A kind of step.

    Attributes:
        name: What ``step`` says in the settings.
        command: The command that declares its keys, as ``module:attribute``.
        call: What it does: called with the connection, the occasion and the values by name.
        paths: Keys that hold paths although the command reads them as text.
        without: Options that make no sense in a job.
        what: The key that chooses a command of a group.
        needs: Keys that a step must have although the command does without.
    """

    name: str
    command: str
    call: Callable[..., Done]
    paths: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    what: str = ""
    needs: tuple[str, ...] = ()


KINDS = (
    Kind("load", "ringleader.loaders.commands:load", calls.load, ("sources",), ("dry_run",)),
    Kind(
        "detect",
        "ringleader.algorithms.commands:detect",
        calls.detect,
        without=("dry_run", "parameters", "fail_on_findings"),
    ),
    Kind("query", "ringleader.commands.query:run_query", calls.query),
    Kind(
        "export", "ringleader.exports.commands:export", calls.export, what="what", needs=("output",)
    ),
    Kind("report", "ringleader.exports.report_commands:report", calls.report, needs=("output",)),
    Kind(
        "retention", "ringleader.commands.ending:retention", calls.retention, without=("dry_run",)
    ),
    Kind(
        "forget",
        "ringleader.commands.ending:forget",
        calls.forget,
        without=("dry_run", "receipt"),
    ),
    Kind("pull", "ringleader.loaders.indicators.commands:pull", calls.pull),
    Kind("notify", "ringleader.jobs.notify:KEYS", calls.notify),
    Kind("mail", "ringleader.jobs.mail:KEYS", calls.mail),
)
# Kinds that tell somebody: they may stand in `on_failure`.
TELLING = ("notify", "mail")
BY_NAME = {kind.name: kind for kind in KINDS}
# The only things that braces may name: none can hold a path separator or climb out of a folder.
PLACEHOLDERS = ("date", "yesterday", "job", "run")
_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True)
class Step:
    """A step as declared.

    Attributes:
        kind: What kind it is.
        command: The command that declares its keys.
        given: Its keys and values as in the settings, paths made absolute.
        where: Its place in the settings, for errors.
    """

    kind: Kind
    command: click.Command
    given: Mapping[str, Any]
    where: str

    @property
    def title(self) -> str:
        """What it does, in two words."""
        first = next((p for p in self.command.params if isinstance(p, click.Argument)), None)
        what = self.given.get(first.name or "") if first else None
        name = self.command.name if self.kind.what else what
        return f"{self.kind.name} {name}" if isinstance(name, str) else self.kind.name

    def values(self, placeholders: Mapping[str, str]) -> dict[str, Any]:
        """What the step's call gets by name, in the types that the command declares.

        Args:
            placeholders: What each placeholder stands for.

        Raises:
            SettingsError: A value is of the wrong type, or names another placeholder.
        """
        context = click.Context(self.command, info_name=self.kind.name)
        found: dict[str, Any] = {self.kind.what: self.command.name} if self.kind.what else {}
        for key, param in keys(self.kind, self.command).items():
            try:
                if key in self.given:
                    where = f"{self.where}: {key}"
                    value = _value(self.given[key], param, placeholders, where)
                    found[param.name or ""] = _typed(value, param, context)
                elif param.required:
                    raise click.MissingParameter(ctx=context, param=param)
            except click.UsageError as error:
                raise SettingsError(
                    f"{self.where}: {error.format_message()}",
                    hint=f"ringleader job steps {self.kind.name}",
                ) from error
        return found

    def run(self, r: Connection, occasion: Occasion, placeholders: Mapping[str, str]) -> Done:
        """Do it.

        Args:
            r: The job's connection.
            occasion: The run that it is a step of.
            placeholders: What each placeholder stands for.

        Raises:
            SettingsError: A value is not one that the step takes.
            RingleaderError: It failed.
        """
        return self.kind.call(r, occasion, **self.values(placeholders))


def commands_of(kind: Kind) -> dict[str, click.Command]:
    """The commands that steps of a kind may be, by how such a step is called."""
    module, attribute = kind.command.split(":")
    command = cast(click.Command, getattr(importlib.import_module(module), attribute))
    if not isinstance(command, click.Group):
        return {kind.name: command}
    context = click.Context(command)
    found = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return {f"{kind.name} {name}": one for name, one in found.items() if one is not None}


def _command_of(kind: Kind, given: Mapping[str, Any], where: str) -> click.Command:
    """The command that a step is.

    Args:
        kind: The kind.
        given: The step's keys, for a kind that has several commands.
        where: The step's place in the settings.

    Raises:
        SettingsError: The key that chooses one of several does not.
    """
    found = commands_of(kind)
    if not kind.what:
        return found[kind.name]
    chosen = given.get(kind.what)
    if f"{kind.name} {chosen}" not in found:
        names = [title.partition(" ")[2] for title in found]
        raise SettingsError(f"{where}: {kind.what} is {chosen!r}", hint=f"one of {_all(names)}")
    return found[f"{kind.name} {chosen}"]


def keys(kind: Kind, command: click.Command) -> dict[str, click.Parameter]:
    """The keys that a step may have besides ``step``, with the command's parameters."""
    found: dict[str, click.Parameter] = {}
    for param in command.params:
        if not param.expose_value:  # a global option
            continue
        name = param.name or ""
        if isinstance(param, click.Option):
            name = max(param.opts, key=len).lstrip("-").replace("-", "_")
        if name not in kind.without:
            found[name] = param
    return found


def describe(kind: Kind, command: click.Command) -> list[dict[str, Any]]:
    """A row for each key of a step: whether it is required, what it holds and what it means."""
    rows = []
    for key, param in keys(kind, command).items():
        choices = getattr(param.type, "choices", None)
        rows.append(
            {
                "key": key,
                "required": param.required or key in kind.needs,
                "holds": ", ".join(choices) if choices else param.type.name,
                "meaning": getattr(param, "help", None) or "",
            }
        )
    return rows


def read_step(given: Any, where: str, folder: Path) -> Step:
    """Check a step.

    Args:
        given: What the settings say.
        where: Its place in the settings.
        folder: What relative paths start from.

    Raises:
        SettingsError: It is no step; the message says what is wrong with which key.
    """
    if not isinstance(given, dict) or not isinstance(given.get("step"), str):
        raise SettingsError(
            f"{where} needs a key `step` that says what it is", hint=f"one of {_all(BY_NAME)}"
        )
    kind = BY_NAME.get(given["step"])
    if kind is None:
        raise SettingsError(
            f"{where}: there is no step {given['step']!r}", hint=suggestion(given["step"], BY_NAME)
        )
    where = f"{where} ({kind.name})"
    command = _command_of(kind, given, where)
    known = keys(kind, command)
    rest = {key: value for key, value in given.items() if key not in ("step", kind.what)}
    for key in rest:
        if key not in known:
            raise SettingsError(f"{where}: there is no key {key!r}", hint=suggestion(key, known))
    for key in kind.needs:
        if key not in rest:
            raise SettingsError(f"{where} needs the key {key!r}", hint="ringleader job steps")
    for key, param in known.items():
        if key in rest and (key in kind.paths or isinstance(param.type, click.Path)):
            rest[key] = _absolute(rest[key], folder)
    step = Step(kind, command, rest, where)
    step.values(placeholders("job", "run", date(2026, 2, 1)))
    return step


def suggestion(word: str, known: Iterable[str]) -> str:
    """The hint for a word that is not known: those that are near, and all of them."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1)
    return (f"did you mean {near[0]!r}? " if near else "") + f"known: {_all(names)}"


def _all(names: Iterable[str]) -> str:
    return ", ".join(names)


def _absolute(value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_absolute(item, folder) for item in value]
    if not isinstance(value, str):
        return value
    # Braces of the folder's own name are no placeholders.
    safe = Path(str(folder).replace("{", "{{").replace("}", "}}"))
    return str(safe / expanded(value))


def placeholders(job: str, run: str, day: date) -> dict[str, str]:
    """What each placeholder stands for."""
    values = (day.isoformat(), (day - timedelta(days=1)).isoformat(), job, run)
    return dict(zip(PLACEHOLDERS, values, strict=True))


def fill(text: str, values: Mapping[str, str], where: str) -> str:
    """A text with its placeholders replaced; ``{{`` and ``}}`` are braces.

    Raises:
        SettingsError: It names something else, or a brace stands alone.
    """

    def replaced(found: re.Match[str]) -> str:
        whole, name = found[0], found[1]
        if whole in ("{{", "}}"):
            return whole[0]
        if name is None:
            raise SettingsError(f"{where}: a brace stands alone", hint="write {{ or }} for a brace")
        if name not in values:
            raise SettingsError(
                f"{where}: there is no placeholder {{{name}}}", hint=suggestion(name, values)
            )
        return values[name]

    return _BRACES.sub(replaced, text)


def _value(value: Any, param: click.Parameter, placeholders: Mapping[str, str], where: str) -> Any:
    """A value of TOML with its placeholders filled in: one value, a list, or a table."""
    if getattr(param, "is_flag", False):
        if not isinstance(value, bool):
            raise SettingsError(f"{where} is {value!r}", hint="true or false")
        return value

    def filled(item: Any) -> Any:
        return fill(item, placeholders, where) if isinstance(item, str) else item

    several = param.multiple if isinstance(param, click.Option) else param.nargs == -1
    if several and isinstance(value, dict):
        return {name: filled(item) for name, item in value.items()}
    for item in value if several and isinstance(value, list) else [value]:
        if isinstance(item, bool) or not isinstance(item, str | int | float):
            expected = "a text, a number, or a list of them" if several else "a text or a number"
            raise SettingsError(f"{where} is {item!r}", hint=f"expected {expected}")
    if not several:
        return filled(value)
    return [filled(item) for item in (value if isinstance(value, list) else [value])]


def _typed(value: Any, param: click.Parameter, context: click.Context) -> Any:
    """A value in the type that the command declares.

    Raises:
        click.UsageError: It cannot be.
    """
    if isinstance(value, dict):  # parameters of a query keep the types of TOML
        return value
    try:
        return param.process_value(context, value)
    except click.BadParameter as error:
        error.param, error.ctx = error.param or param, error.ctx or context
        raise
