"""``ringleader hubs``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable

import click

from ringleader.app import App, Group, output_options, pass_app

_Out = Callable[..., None]
_verdict = click.Choice(("owned", "widely-shared", "benign"))  # hub_verdicts.VERDICTS


@click.group(cls=Group)
def hubs() -> None:
    """See which identifiers rings own and which are widely shared, and pin a verdict."""


@hubs.command("list")
@click.option("--verdict", type=_verdict, help="Only these.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@output_options
@pass_app
def list_hubs(app: App, verdict: str | None, limit: int, out: _Out) -> None:
    """List the identifiers that rings use, those with most accounts first.

    \b
    Example:
      ringleader hubs list --verdict widely-shared
    """
    from ringleader.api import findings

    with app.connect() as r:
        app.looked("hubs list")
        out(findings.hubs(r.graph, verdict=verdict, limit=limit))


@hubs.command("show")
@click.argument("identifier")
@output_options
@pass_app
def show_hub(app: App, identifier: str, out: _Out) -> None:
    """Show the verdict on IDENTIFIER, its reasons, and what analysts said.

    \b
    Example:
      ringleader hubs show 198.51.100.7
    """
    from ringleader.api import findings

    with app.connect() as r:
        app.looked("hubs show", identifier)
        out(findings.hub(r.graph, identifier))


@hubs.command("pin")
@click.argument("identifier")
@click.argument("verdict", type=_verdict)
@click.option("--note", required=True, help="Reason, for whoever reads the decision later.")
@click.option(
    "--by", help="Your name [default: your login, setting review.by, or the system's user]."
)
@pass_app
def pin_hub(app: App, identifier: str, verdict: str, note: str, by: str | None) -> None:
    """Pin a VERDICT on IDENTIFIER; it applies from the next detection on.

    An identifier pinned as widely-shared counts nothing; one pinned as owned counts as if two
    accounts shared it. `benign` is the word of earlier versions for widely-shared.

    \b
    Examples:
      ringleader hubs pin 198.51.100.7 widely-shared --note 'office of a customer, ticket 4711'
      ringleader hubs pin pm_9f2 owned --note 'issued to one buyer'
    """
    with app.connect() as r:
        target = r.pin(identifier, verdict, note=note, by=by)
    app.say(f"{target} is pinned {verdict}; it applies from the next ringleader detect on")


@hubs.command("unpin")
@click.argument("identifier")
@pass_app
def unpin_hub(app: App, identifier: str) -> None:
    """Remove the verdict that was pinned on IDENTIFIER.

    \b
    Example:
      ringleader hubs unpin 198.51.100.7
    """
    with app.connect() as r:
        target = r.pin(identifier, None)
    app.say(f"{target} is judged by detection again")
