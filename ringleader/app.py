"""What every command has: settings, the Python API, output; and how errors end."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from ringleader.answers import Answer
from ringleader.errors import RingleaderError
from ringleader.settings import Settings, load_settings

if TYPE_CHECKING:
    from ringleader.api.connection import Connection

FORMATS = ("table", "json", "jsonl", "csv", "parquet")  # output.FORMATS, without its imports
LOG_FORMATS = ("text", "json")
INTERRUPTED = 130


class App:
    """One invocation: the global options as given, and what follows from them."""

    def __init__(self) -> None:
        self.flags: dict[str, Any] = {}
        self.config: Path | None = None
        self.debug = bool(os.environ.get("RINGLEADER_DEBUG"))

    @functools.cached_property
    def settings(self) -> Settings:
        """The effective settings."""
        from ringleader.log import use_format

        settings = load_settings(self.flags, config=self.config)
        use_format(str(settings.get("log.format")), settings.source("log.format"))
        return settings

    def connect(self) -> Connection:
        """The Python API on the database of the settings; use it in a ``with`` statement."""
        from ringleader.api.connection import Connection

        def read(replaced: Mapping[str, Any]) -> Settings:
            return load_settings({**self.flags, **replaced}, config=self.config)

        return Connection(self.settings, say=self.say, reread=read)

    def looked(self, what: str, *names: str) -> None:
        """Write the line of a look at rings or accounts in the audit log.

        Args:
            what: The command.
            names: Rings, accounts and identifiers.

        Raises:
            SettingsError: The log cannot be written. Then nothing is shown.
        """
        from ringleader.people import answerable

        with answerable(self.settings, "look", *names, command=what):
            pass

    def say(self, message: str) -> None:
        """One message on standard error."""
        from ringleader.progress import say

        say(message)


def pass_app(function: Callable[..., Any]) -> Callable[..., Any]:
    """Hand the :class:`App` to a command as its first argument."""
    return click.make_pass_decorator(App, ensure=True)(function)


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value is None or value is False:
            return
        app = ctx.ensure_object(App)
        if name == "config":
            app.config = value
        elif name == "debug":
            app.debug = True
        elif name == "log.format":
            from ringleader.log import use_format

            app.flags[name] = value
            use_format(value)
        elif name == "quiet":
            from ringleader.progress import be_quiet

            be_quiet()
        else:
            app.flags[name] = value

    return callback


def _global_options(*, hidden: bool) -> list[click.Option]:
    def option(name: str, *declarations: str, **attributes: Any) -> click.Option:
        return click.Option(
            declarations, expose_value=False, hidden=hidden, callback=_remember(name), **attributes
        )

    path = click.Path(path_type=Path, dir_okay=False)
    log = click.Choice(LOG_FORMATS)
    return [
        option("neo4j.uri", "--uri", help="Where Neo4j answers, e.g. bolt://localhost:7687."),
        option("neo4j.username", "--username", help="Who logs in."),
        option("neo4j.password_file", "--password-file", type=path, help="File with the password."),
        option("neo4j.database", "--database", help="Which database."),
        option("config", "--config", type=path, help="Settings file [default: ./ringleader.toml]."),
        option("log.format", "--log-format", type=log, help="Messages as text or JSON lines."),
        option("quiet", "--quiet", is_flag=True, help="No messages and no progress bars."),
        option("debug", "--debug", is_flag=True, help="Show where an error came from."),
    ]


class Command(click.Command):
    """A command that takes the global options too, wherever they stand on the line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_global_options(hidden=True))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """End every help with where the global options are."""
        super().format_epilog(ctx, formatter)
        formatter.write_paragraph()
        formatter.write_text("Global options (ringleader --help) may be given here too.")


class Group(click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type


class Root(click.Group):
    """The root: its commands are imported when they are asked for.

    Args:
        lazy: Command name to ``module:attribute``, in the order that the help lists them.
    """

    def __init__(self, *args: Any, lazy: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy
        self.params.extend(_global_options(hidden=False))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of work, not of the alphabet."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        import importlib

        if cmd_name not in self._lazy:
            return None
        module, attribute = self._lazy[cmd_name].split(":")
        return cast(click.Command, getattr(importlib.import_module(module), attribute))


def output_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--format`` and ``--output`` for a command that returns rows.

    The command gets an ``out`` keyword: call it with an answer, whose messages are said first, or
    with rows and, if wanted, their columns.
    """

    @click.option(
        "--format",
        "format_",
        type=click.Choice(FORMATS),
        help="How rows are written [default: table, or what --output ends in].",
    )
    @click.option(
        "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file."
    )
    @click.option(
        "--raw", is_flag=True, help="Do not escape CSV cells that a spreadsheet would execute."
    )
    @functools.wraps(function)
    def wrapper(
        *args: Any, format_: str | None, output: Path | None, raw: bool, **kwargs: Any
    ) -> Any:
        from ringleader.output import emit, format_of

        chosen = format_of(output, format_)

        def out(
            answer: Answer | Iterable[Any],
            columns: Sequence[str] | None = None,
            *,
            brief: Sequence[str] | None = None,
            format: str | None = None,
        ) -> None:
            found = answer if isinstance(answer, Answer) else Answer([*answer], columns, brief)
            app = click.get_current_context().ensure_object(App)
            for message in found.messages:
                app.say(message)
            emit(
                found.rows,
                found.columns,
                brief=found.brief,
                format=format or chosen,
                output=output,
                raw=raw,
            )

        return function(*args, out=out, **kwargs)

    return wrapper


def run(root: click.Group) -> int:
    """Run the command line; returns the exit code and never shows a traceback unasked."""
    app = App()
    try:
        code = root.main(prog_name="ringleader", standalone_mode=False, obj=app)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        complain(app, "interrupted", "run the same command again; nothing is written in part")
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        # The reader of our output, such as `head`, has gone. Click takes that for a failure, and
        # leaves its wrapper as the only sign; Python must not complain at exit.
        gone = type(sys.stdout).__name__.endswith("PacifyFlushWrapper")
        if isinstance(error, SystemExit) and not gone:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except RingleaderError as error:
        complain(app, error.message, error.hint, error.word)
        return error.exit_code
    except Exception as error:  # the edge: whatever else goes wrong is one line as well
        name = type(error).__name__
        complain(app, f"unexpected {name}: {error}", "run it again with --debug and report it")
        return 1


def complain(app: App, message: str, hint: str | None, word: str = "error") -> None:
    """Tell what went wrong on standard error: one line, one more with what to do next."""
    from ringleader import log
    from ringleader.output import visible

    if app.debug and sys.exc_info()[0] is not None:
        import traceback

        traceback.print_exc()
    if log.in_json():
        log.write(word, message, **({"hint": hint} if hint else {}))
        return
    print(f"{word}: " + visible(" ".join(message.split())), file=sys.stderr)
    if hint:
        print("  try: " + visible(" ".join(hint.split())), file=sys.stderr)
