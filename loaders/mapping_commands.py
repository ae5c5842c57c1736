"""``ringleader mapping``: mapping files to start from."""

from __future__ import annotations

from pathlib import Path

import click

from ringleader.app import Command, Group
from ringleader.loaders.contract import TABLE_NAMES

_file = click.Path(path_type=Path, dir_okay=False)


@click.group(cls=Group)
def mapping() -> None:
    """Mapping files: see one, get a first one for a file, check one in an editor."""


@mapping.command(cls=Command)
@click.argument("preset")
def show(preset: str) -> None:
    """Print a mapping file that comes with the program.

    \b
    Examples:
      ringleader load presets
      ringleader mapping show cloudtrail-bedrock > mine.toml
    """
    from ringleader.api.mappings import show as shown

    click.echo(shown(preset), nl=False)


@mapping.command(cls=Command)
@click.argument("file", type=_file)
@click.option("--table", type=click.Choice(TABLE_NAMES), help="The table that the file is for.")
@click.option("--input-format", type=click.Choice(("csv", "jsonl", "parquet")), help="Its format.")
def guess(file: Path, table: str | None, input_format: str | None) -> None:
    """Write a first mapping for a file, from the names of its columns.

    \b
    Examples:
      ringleader mapping guess charges.csv > charges.toml
      ringleader load payments charges.csv --mapping charges.toml --dry-run
    """
    from ringleader.api.mappings import guess as guessed

    click.echo(guessed(file, table, input_format), nl=False)


@mapping.command(cls=Command)
def schema() -> None:
    """Print the JSON Schema of mapping files, for editors.

    \b
    Examples:
      ringleader mapping schema > mapping.schema.json
    """
    from ringleader.api.mappings import schema_text

    click.echo(schema_text(), nl=False)
