"""``ringleader entities``: operators and organizations under a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from ringleader.api.entities import KINDS, TLP
from ringleader.app import App, Group, output_options, pass_app

_Out = Callable[..., None]


def claim_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every claim takes."""
    for option in (
        click.option("--by", help="Your name [default: setting review.by, or the system's user]."),
        click.option("--tlp", type=click.Choice(TLP), default="amber", show_default=True),
        click.option("--note", required=True, help="What is said, or what it rests on."),
        click.option("--source", required=True, help="Who says it."),
    ):
        function = option(function)
    return function


@click.group(cls=Group)
def entities() -> None:
    """Name operators and organizations, with what is said of them and by whom.

    `ringleader campaigns attribute` attributes campaigns to them. Detection does not use them.
    """


@entities.command("add")
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), help="[default: operator]")
@click.option("--alias", "aliases", multiple=True, help="Another name; repeatable.")
@claim_options
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
