"""`ringleader match`: what two firms both see, without showing the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ringleader.app import App, Command, Group, output_options, pass_app
from ringleader.exports.matching.terms import KINDS, SCOPES

# Names of ringleader.exports.matching.protocol, without its imports.
_in = click.Path(path_type=Path, dir_okay=False, exists=True)
_out = click.Path(path_type=Path, dir_okay=False)
_COLUMNS = ("kind", "value", "accounts", "in_rings")


@click.group(cls=Group)
def match() -> None:
    """Find which identifiers two firms both see, without showing the others.

    \b
    Private set intersection in three files, which travel by any road:
      ringleader match key partner.key               # once; give it to the partner safely
      ringleader match ask request.match …                      # here
      ringleader match answer request.match response.match …    # there
      ringleader match finish response.match …                  # here: what both have

    Or over HTTPS, where the partner's `ringleader serve` answers:
      ringleader match with https://partner.example …

    Both sides give the same --key and the same --purpose. docs/acting-together.md says what leaks.
    """


def _terms(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of terms that both sides have agreed on."""
    for option in (
        click.option(
            "--key", "key", type=_in, required=True, help="File with the key of the partnership."
        ),
        click.option("--purpose", required=True, help="What for; word for word as the partner."),
    ):
        function = option(function)
    return function


def _limits(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--kind",
            "kinds",
            multiple=True,
            type=click.Choice(tuple(KINDS)),
            help="Kind of identifiers; may be repeated [default: all].",
        ),
        click.option(
            "--scope",
            type=click.Choice(SCOPES),
            default="rings",
            show_default=True,
            help="What this side puts in: what mostly members of rings use, or everything.",
        ),
        click.option(
            "--reveal",
            type=click.Choice(("identifiers", "size")),
            default="identifiers",
            show_default=True,
            help="Which identifiers both have, or only how many.",
        ),
        click.option(
            "--most",
            type=click.IntRange(min=1),
            default=1_000_000,
            show_default=True,
            help="Most identifiers of a side.",
        ),
    ):
        function = option(function)
    return function


@match.command(cls=Command)
@click.argument("file", type=_out)
@pass_app
def key(app: App, file: Path) -> None:
    """Make the key of a partnership; a file that is there is not replaced.

    \b
    Examples:
      ringleader match key partner-x.key
    """
    with app.connect() as r:
        app.say(f"{file}: a new key, {r.match_key(file)}; give it to the partner by a safe road")


@match.command(cls=Command)
@click.argument("request", type=_out)
@_terms
@_limits
@click.option("--days", type=click.IntRange(1, 90), default=7, show_default=True, help="Valid for.")
@pass_app
def ask(app: App, request: Path, **how: Any) -> None:
    """Write REQUEST for the partner. It shows how many identifiers there are, and not which.

    \b
    Examples:
      ringleader match ask request.match --key partner-x.key --purpose 'fraud, case 4711'
    """
    with app.connect() as r:
        made = r.match_ask(request, **how)
    app.say(f"{request}: exchange {made.id}, {made.mine:,} identifiers, until {made.expires_at}")


@match.command(cls=Command)
@click.argument("request", type=_in)
@click.argument("response", type=_out)
@_terms
@_limits
@click.option(
    "--per-day",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Most requests of a partner in a day.",
)
@pass_app
def answer(app: App, request: Path, response: Path, **how: Any) -> None:
    """Answer REQUEST with RESPONSE. The partner learns what both have.

    A request that asks for more than the options allow, that has expired, or that was answered
    before is refused.

    \b
    Examples:
      ringleader match answer request.match response.match --key y.key --purpose 'fraud, case 4711'
    """
    with app.connect() as r:
        done = r.match_answer(request, response, **how)
    app.say(f"{response}: exchange {done.id}, {done.mine:,} identifiers, {done.theirs:,} there")


@match.command(cls=Command)
@click.argument("response", type=_in)
@_terms
@click.option("--share", type=_out, help="Write a result from which the partner learns the same.")
@output_options
@pass_app
def finish(app: App, out: Callable[..., None], response: Path, **how: Any) -> None:
    """Work out from RESPONSE what both have.

    \b
    Examples:
      ringleader match finish response.match --key partner-x.key --purpose 'fraud, case 4711'
      ringleader match finish response.match --key … --purpose … --output matched.csv
      ringleader load indicators matched.csv --source 'Partner X' --tlp amber
    """
    with app.connect() as r:
        done = r.match_finish(response, **how)
    app.say(f"{done.matched:,} of {done.mine:,} identifiers are there too (of {done.theirs:,})")
    out(done.rows, _COLUMNS)


@match.command(name="with", cls=Command)
@click.argument("partner", metavar="URL")
@_terms
@_limits
@click.option("--share", is_flag=True, help="Let the partner learn what both have, too.")
@click.option("--token-file", type=_in, help="File of mode 0600 with the partner's token.")
@click.option("--ca", type=_in, help="Authority of the partner's certificate (PEM).")
@output_options
@pass_app
def with_(app: App, out: Callable[..., None], partner: str, **how: Any) -> None:
    """Match with the partner whose `ringleader serve` answers at URL.

    \b
    Request, response and result travel over HTTPS; what each side learns is as with files. The
    token that the partner has given is in RINGLEADER_PARTNER_TOKEN or in --token-file.

    \b
    Examples:
      ringleader match with https://rings.partner.example --key x.key --purpose 'fraud, case 4711'
      ringleader match with https://10.0.0.7:8470 --ca x-ca.pem --key x.key --purpose … --share
    """
    with app.connect() as r:
        done = r.match_with(partner, **how)
    app.say(f"{done.matched:,} of {done.mine:,} identifiers are there too (of {done.theirs:,})")
    out(done.rows, _COLUMNS)


@match.command(cls=Command)
@click.argument("result", type=_in)
@_terms
@output_options
@pass_app
def read(app: App, out: Callable[..., None], result: Path, **how: Any) -> None:
    """Read RESULT, in which the asking side tells what both have, with its accounts in bands.

    \b
    Examples:
      ringleader match read result.match --key y.key --purpose 'fraud, case 4711'
    """
    with app.connect() as r:
        done = r.match_read(result, **how)
    app.say(f"{done.matched:,} of {done.mine:,} identifiers are there too")
    out(done.rows, [*_COLUMNS, "theirs"])
