"""``ringleader campaigns``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from ringleader.app import App, Group, output_options, pass_app

_Out = Callable[..., None]


@click.group(cls=Group)
def campaigns() -> None:
    """List campaigns, and look at one: rings with one operator behind them."""


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
    from ringleader.catalogue import get

    stored = get("list-campaigns")
    with app.graph() as graph:
        rows = graph.read(stored, stored.bind({"limit": limit}))
    if not rows:
        app.say("there is no campaign; ringleader detect finds rings and joins them")
    out(
        rows,
        [column.name for column in stored.columns],
        brief=[
            "campaign_id",
            "rings",
            "accounts",
            "capabilities",
            "requests",
            "operators",
            "last_seen",
        ],
    )


@campaigns.command("show")
@click.argument("campaign")
@click.option("--weeks", is_flag=True, help="Its timeline instead: accounts week by week.")
@output_options
@pass_app
def show_campaign(app: App, campaign: str, weeks: bool, out: _Out) -> None:
    """Show the rings of CAMPAIGN, what ties them, and what it did.

    \b
    Examples:
      ringleader campaigns show campaign-52be16ead08b
      ringleader campaigns show campaign-52be16ead08b --weeks
    """
    from ringleader.catalogue import get
    from ringleader.errors import NotFound

    stored = get("campaign-weeks" if weeks else "campaign-rings")
    with app.graph() as graph:
        found = graph.read(get("campaign-summary"), {"campaign_id": campaign})
        if not found:
            raise NotFound(f"there is no campaign {campaign!r}", hint="ringleader campaigns list")
        rows = graph.read(stored, {"campaign_id": campaign})
    from ringleader.algorithms.explanation.presentation import campaign_lines

    for line in campaign_lines(found[0]["campaign"]):
        app.say(line)
    names: list[Any] = [column.name for column in stored.columns]
    out(rows, names, brief=names if weeks else ["ring_id", "size", "score", "families"])
