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
    help="The file, e.g. report.html; it appears whole or not at all.",
)
@click.option("--ring", "ring_ids", multiple=True, help="Only this ring; may be repeated.")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many rings, the strongest.")
@pass_app
def report(app: App, output: Path, ring_ids: tuple[str, ...], limit: int | None) -> None:
    """Write the suspected rings as one page for people to review.

    The page needs no network and can reach none: open it in a browser, mail it, archive it. It
    names accounts and identifiers; treat it as the data that it was made from.

    \b
    Examples:
      ringleader report --output report.html
      ringleader report --output top.html --limit 20
      ringleader report --output ring.html --ring ring-0a4577e9e711
    """
    from exports.report import write_report

    with app.graph() as graph:
        written = write_report(graph, output, ring_ids=ring_ids, limit=limit)
    app.say(
        f"{output}: {written.rings:,} rings of {written.accounts:,} accounts, "
        f"{written.size / 1e6:.1f} MB"
    )
