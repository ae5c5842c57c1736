"""``ringleader campaigns`` and ``ringleader entities``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from ringleader.api.entities import KINDS, TLP
from ringleader.app import App, Group, output_options, pass_app

_Out = Callable[..., None]


def _claim_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every claim takes."""
    for option in (
        click.option(
            "--by", help="Your name [default: your login, setting review.by, or the system's user]."
        ),
        click.option("--tlp", type=click.Choice(TLP), default="amber", show_default=True),
        click.option("--note", required=True, help="What is said, or what it rests on."),
        click.option("--source", required=True, help="Who says it."),
    ):
        function = option(function)
    return function


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
        app.looked("campaigns list")
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
        app.looked("campaigns show", campaign)
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
@_claim_options
@pass_app
def attribute(app: App, campaign: str, entity: str, **said: Any) -> None:
    """Attribute CAMPAIGN to ENTITY, an operator or organization of `ringleader entities`.

    A later word of the same source replaces an earlier one; `entities show` lists all. Lists and
    dossiers show it; detection does not follow it.

    \b
    Example:
      ringleader campaigns attribute CAMPAIGN Rotor --confidence 60 --source 'Partner X'
    """
    with app.connect() as r:
        r.attribute(campaign, entity, **said)
    what = f"attributed to {entity}" if said["confidence"] else f"no longer attributed to {entity}"
    app.say(f"{campaign} is {what} by {said['source']}")


@click.group(cls=Group)
def entities() -> None:
    """Name operators and organizations, with what is said of them and by whom.

    `ringleader campaigns attribute` attributes campaigns to them. Detection does not use them.
    """


@entities.command("add")
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), help="[default: operator]")
@click.option("--alias", "aliases", multiple=True, help="Another name; repeatable.")
@_claim_options
@pass_app
def add(app: App, name: str, **said: Any) -> None:
    """Name an operator or organization, or add what another source says of it.

    \b
    Examples:
      ringleader entities add 'Rotor Group' --source 'Partner X' --note 'sells accounts, report 12'
      ringleader entities add 'Rotor Group' --alias Rotor --source ours --note 'its shop names it'
    """
    with app.connect() as r:
        r.add_entity(name, **said)
    app.say(f"the claim of {said['source']} about {name} is kept")


@entities.command("list")
@output_options
@pass_app
def list_entities(app: App, out: _Out) -> None:
    """List operators and organizations, their sources and campaigns.

    \b
    Example:
      ringleader entities list
    """
    from ringleader.api.entities import entities as listed

    with app.connect() as r:
        out(listed(r.graph))


@entities.command("show")
@click.argument("name")
@output_options
@pass_app
def show(app: App, name: str, out: _Out) -> None:
    """Show what was said of NAME, by whom and when, also what was replaced or withdrawn.

    \b
    Example:
      ringleader entities show 'Rotor Group'
    """
    from ringleader.api.entities import entity

    with app.connect() as r:
        out(entity(r.graph, name))
