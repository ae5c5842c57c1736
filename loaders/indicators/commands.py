"""`ringleader indicators`: what others know, and what of it was seen here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

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
@click.argument("url")
@click.option(
    "--collection",
    "collections",
    multiple=True,
    help="Id, alias or title of a TAXII collection; repeatable [default: all that may be read].",
)
@click.option("--misp", is_flag=True, help="URL is a MISP instance, not a TAXII server.")
@click.option(
    "--credentials",
    type=click.Path(path_type=Path, dir_okay=False),
    help="TOML file (mode 0600) with user and password, or token "
    "[default: RINGLEADER_FEED_USER, RINGLEADER_FEED_PASSWORD, RINGLEADER_FEED_TOKEN].",
)
@click.option("--source", help="Who names the values [default: the collection, the event's].")
@click.option("--tlp", type=click.Choice(TLP), help="Where they say none [default: amber].")
@click.option(
    "--confidence", type=click.IntRange(0, 100), help="Where they say none [default: 50]."
)
@output_options
@pass_app
def pull(app: App, url: str, out: Callable[..., None], **how: Any) -> None:
    """Pull the indicators that a server has added since the last pull.

    URL is a TAXII 2.1 collection, API root or server, or a MISP instance with --misp; https unless
    it is this machine.

    \b
    Examples:
      ringleader indicators pull https://taxii.example.org/api/collections/91a7b528/
      ringleader indicators pull https://taxii.example.org/taxii2/ --collection 'High quality'
      ringleader indicators pull --misp https://misp.example.org --credentials ~/misp.toml
    """
    with app.connect() as r:
        done = r.pull_indicators(url, **how)
    out(done.rows)
    for feed in done.feeds:
        for why, count in feed.left_out.items():
            app.say(f"{feed.title}: {count:,} were left out: {why}")
        if feed.mark is None and feed.read:
            app.say(f"{feed.title} does not say when things were added; a pull takes all of it")


@indicators.command(cls=Command)
@output_options
@pass_app
def feeds(app: App, out: Callable[..., None]) -> None:
    """List the feeds that are pulled, and up to where each has been read.

    \b
    Example:
      ringleader indicators feeds
    """
    from ringleader.api.indicating import feed_rows

    with app.connect() as r:
        out(feed_rows(r.graph))


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
