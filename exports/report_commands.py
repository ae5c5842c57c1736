"""``ringleader report``."""

from __future__ import annotations

from pathlib import Path

import click

from ringleader.app import App, Command, pass_app


@click.command(cls=Command)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The file, e.g. report.html; written completely or not at all.",
)
@click.option("--ring", "rings", multiple=True, help="Only this ring; may be repeated.")
@click.option("--limit", type=click.IntRange(min=1), help="Only this many rings, the strongest.")
@click.option("--pseudonymise", is_flag=True, help="Replace every name by a keyed hash.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Key of these hashes [default: this installation's].",
)
@pass_app
def report(
    app: App,
    output: Path,
    rings: tuple[str, ...],
    limit: int | None,
    pseudonymise: bool,
    key_file: Path | None,
) -> None:
    """Write the suspected rings as one HTML page for reviewers.

    The page works without a network and contacts none: open it in a browser, mail it, archive it.
    It names accounts and identifiers, so protect it like the data. With --pseudonymise it names
    nobody and uses the same pseudonyms as `ringleader export`.

    \b
    Examples:
      ringleader report --output report.html
      ringleader report --output top.html --limit 20
      ringleader report --output ring.html --ring ring-80502968ea5d --pseudonymise
    """
    with app.connect() as r:
        app.looked("report")
        made = r.report(
            output, rings=rings, limit=limit, pseudonymise=pseudonymise, key_file=key_file
        )
    app.say(str(made))
