"""``ringleader campaigns``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from ringleader.app import App, Group, output_options, pass_app
from ringleader.commands.entities import claim_options

_Out = Callable[..., None]


@click.group(cls=Group)
def campaigns() -> None:
    """List campaigns (rings of one operator), show one, or attribute it."""


@campaigns.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@output_options
@pass_app
def list_campaigns(app: App, limit: int, out: _Out) -> None:
    """List the campaigns, the largest first.

    \b
    Example:
      ringleader campaigns list --format csv
    """
    from ringleader.api import findings

    with app.connect() as r:
        out(findings.campaigns(r.graph, limit=limit))


@campaigns.command("show")
@click.argument("campaign")
@click.option("--weeks", is_flag=True, help="Show its timeline instead: accounts per week.")
@click.option("--days", is_flag=True, help="Show its requests by day and model instead.")
@output_options
@pass_app
def show_campaign(app: App, campaign: str, weeks: bool, days: bool, out: _Out) -> None:
    """Show the rings of CAMPAIGN, what they share, and their activity.

    \b
    Examples:
      ringleader campaigns show campaign-52be16ead08b
      ringleader campaigns show campaign-52be16ead08b --weeks
      ringleader campaigns show campaign-52be16ead08b --days
    """
    from ringleader.api import findings

    with app.connect() as r:
        out(findings.campaign(r.graph, campaign, weeks=weeks, days=days))


@campaigns.command("attribute")
@click.argument("campaign")
@click.argument("entity")
@click.option(
    "--confidence",
    type=click.IntRange(0, 100),
    required=True,
    help="From 1 to 100; 0 withdraws what the source has said.",
)
@claim_options
@pass_app
def attribute(app: App, campaign: str, entity: str, **said: Any) -> None:
    """Attribute CAMPAIGN to ENTITY, an operator or organization of `ringleader entities`.

    A later word of the same source replaces an earlier one; `entities show` lists all. Lists and
    dossiers show it; detection does not follow it.

    \b
    Example:
      ringleader campaigns attribute campaign-52be16ead08b 'Rotor Group' --confidence 60 \\
        --source 'Partner X' --note 'the same cards as in its case 12'
    """
    with app.connect() as r:
        r.attribute(campaign, entity, **said)
    what = f"attributed to {entity}" if said["confidence"] else f"no longer attributed to {entity}"
    app.say(f"{campaign} is {what} by {said['source']}")
