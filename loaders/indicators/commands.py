"""`ringleader indicators`: what others know, and what of it was seen here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from ringleader.api.indicating import TLP
from ringleader.app import App, Command, Group, output_options, pass_app

_BRIEF = (
    "source",
    "tlp",
    "label",
    "key",
    "state",
    "confidence_now",
    "accounts",
    "accounts_in_rings",
)


@click.group(cls=Group)
def indicators() -> None:
    """List the indicators of others, and say which were seen here.

    \b
    Load them with `ringleader load indicators FILE`: STIX 2.1, MISP, or a CSV watchlist.
    """


@indicators.command(name="list", cls=Command)
@click.option("--source", default="", help="Only of this source.")
@output_options
@pass_app
def list_indicators(app: App, out: Callable[..., None], source: str) -> None:
    """List every indicator, with its confidence today and how many accounts use what it names.

    \b
    Examples:
      ringleader indicators list
      ringleader indicators list --source 'Partner X' --format csv
    """
    from ringleader.api.indicating import indicator_rows

    with app.connect() as r:
        out(indicator_rows(r.graph, source), brief=_BRIEF)


@indicators.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--source", default="", help="For this source: all of its own indicators.")
@click.option(
    "--tlp",
    type=click.Choice(TLP),
    default="green",
    show_default=True,
    help="For others: the strictest TLP that may go out.",
)
@pass_app
def sightings(app: App, file: Path, source: str, tlp: str) -> None:
    """Write which indicators were seen here as STIX sightings; accounts are not named.

    \b
    Examples:
      ringleader indicators sightings back.json --source 'Partner X'
      ringleader indicators sightings all.json --tlp green
    """
    with app.connect() as r:
        done = r.sightings(file, source=source, tlp=tlp)
    app.say(f"{done.file}: {done.written:,} sightings")
    if done.left_out:
        app.say(f"{done.left_out:,} were left out: their TLP does not allow it")
    if done.unknown:
        app.say(f"{done.unknown:,} were left out: their indicators have no id of STIX or MISP")
