"""``ringleader serve`` and ``mcp``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ringleader.app import App, Command, Group, output_options, pass_app
from ringleader.service.roles import ROLES

if TYPE_CHECKING:
    from ringleader.settings import Settings

LOOPBACK, PORT = "127.0.0.1", 8470
_file = click.Path(path_type=Path, dir_okay=False, exists=True)
_Out = Callable[..., None]


@click.group(cls=Group, invoke_without_command=True)
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=PORT, show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=8,
    show_default=True,
    help="Pieces of work on the database at a time.",
)
@click.option(
    "--waiting",
    type=click.IntRange(0, 10_000),
    default=64,
    show_default=True,
    help="Requests that may wait; more are refused with 429.",
)
@click.option("--certificate", type=_file, help="Speak TLS with this certificate (PEM).")
@click.option("--private-key", type=_file, help="Its private key (PEM, without a password).")
@click.pass_context
def serve(
    context: click.Context, /, certificate: Path | None, private_key: Path | None, **how: Any
) -> None:
    """Serve checks, findings and decisions over HTTP (extra serve).

    It listens on this machine only, unless --host says otherwise, and answers nobody without a
    token. Where others reach it, give --certificate or put a proxy with TLS before it. The OpenAPI
    document is at /v1/openapi.json.

    \b
    Examples:
      ringleader serve token add sign-up --role machine
      ringleader serve --port 8470
      ringleader serve --port 8080 --workers 16
      ringleader serve --host 0.0.0.0 --certificate fullchain.pem --private-key key.pem
    """
    if context.invoked_subcommand is not None:
        return
    from ringleader.service.run import Tls, run

    app = context.ensure_object(App)
    tls = Tls.of(certificate, private_key)
    run(_reader(app), tls=tls, say=app.say, **how)


def _reader(app: App) -> Callable[[Mapping[str, Any]], Settings]:
    from ringleader.settings import load_settings

    return lambda replaced: load_settings({**app.flags, **replaced}, config=app.config)


@serve.group(cls=Group)
def token() -> None:
    """Make, list and revoke the tokens of the service."""


@token.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(tuple(ROLES)), required=True, help="What it may do.")
@pass_app
def add_token(app: App, name: str, role: str) -> None:
    """Make a token for NAME and print it once; only its hash is kept.

    Decisions that are made with it bear NAME. A machine may check; a viewer may read; an analyst
    may check, read and decide on one thing at a time, a lead on many; an auditor may read.
    A partner may match, and nothing else, as [match.NAME] of the settings says.

    \b
    Example:
      ringleader serve token add ann --role analyst
    """
    from ringleader.service.tokens import Tokens

    made = Tokens(app.settings.home).add(name, role)
    app.say("keep it: it is not shown again")
    click.echo(made)


@token.command("list")
@output_options
@pass_app
def list_tokens(app: App, out: _Out) -> None:
    """List the tokens, without their secrets.

    \b
    Example:
      ringleader serve token list
    """
    from ringleader.service.tokens import Tokens

    names = ["token_id", "name", "role", "created_at"]
    rows = [
        {name: getattr(one, name) for name in names} for one in Tokens(app.settings.home).listed()
    ]
    out(rows, names)


@token.command("revoke")
@click.argument("token_id")
@pass_app
def revoke_token(app: App, token_id: str) -> None:
    """Revoke a token; a running service refuses it from the next request on.

    \b
    Example:
      ringleader serve token revoke 1f2e3d4c
    """
    from ringleader.service.tokens import Tokens

    gone = Tokens(app.settings.home).revoke(token_id)
    app.say(f"revoked the token of {gone.name} ({gone.role})")


@click.command(cls=Command)
@pass_app
def mcp(app: App) -> None:
    """Offer checks, explanations, changes and stored queries to a language model (extra mcp).

    The Model Context Protocol is spoken on standard input and output. The tools read and change
    nothing. The environment variable RINGLEADER_TOKEN has the token whose role decides.

    \b
    Example:
      ringleader mcp
    """
    from ringleader.service.run import run_mcp

    with app.connect() as r:
        run_mcp(r)
