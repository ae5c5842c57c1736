"""``ringleader export``."""

from __future__ import annotations

from collections.abc import Callable

import click

from ringleader.app import App, Group, output_options, pass_app
from ringleader.catalogue import get
from ringleader.errors import NotFound


@click.group(cls=Group)
def export() -> None:
    """Hand findings over, in formats that other programs read."""


@export.command("rings")
@click.option("--ring", "ring_id", help="Only this ring.")
@output_options
@pass_app
def export_rings(app: App, ring_id: str | None, out: Callable[..., None]) -> None:
    """Write the suspected rings, one row per member.

    \b
    Examples:
      ringleader export rings --output rings.csv
      ringleader export rings --format jsonl | head
    """
    members = get("ring-members")
    with app.graph() as graph:
        rows = graph.read(members, members.bind({"ring_id": ring_id} if ring_id else {}))
        if ring_id and not rows:
            raise NotFound(f"there is no ring {ring_id!r}", hint="ringleader rings list")
    out(rows, [column.name for column in members.columns])
    app.say(f"{len(rows):,} members of {len({row['ring_id'] for row in rows}):,} rings")
