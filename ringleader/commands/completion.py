"""``ringleader completion``: the Tab key for bash, zsh and fish."""

from __future__ import annotations

import click

from ringleader.app import Command

VARIABLE = "_RINGLEADER_COMPLETE"


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script by which SHELL completes commands, options, stored queries and parameters.

    \b
    Examples:
      ringleader completion bash > ~/.local/share/bash-completion/completions/ringleader
      ringleader completion zsh > ~/.zfunc/_ringleader
      ringleader completion fish > ~/.config/fish/completions/ringleader.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None, shell
    root = ctx.find_root().command
    # The template and what it is filled with, rather than `source()`, which runs bash to see its
    # version: the script may be for another machine.
    made = kind(root, {}, "ringleader", VARIABLE)
    click.echo(made.source_template % made.source_vars())
