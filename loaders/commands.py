"""`ringleader load`: files of one table of the contract, into the graph."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from ringleader.api.indicating import TLP
from ringleader.app import App, Command, Group, output_options, pass_app
from ringleader.errors import WrongUsage
from ringleader.loaders.contract import PROXY_KINDS, TABLE_NAMES, help_text

# Names of ringleader.loaders.sources.reference_lists.FORMATS, without its imports.
LISTS = (
    "cidr",
    "x4b",
    "ipranges",
    "tor",
    "asn",
    "asn-csv",
    "disposable",
    "ranges-csv",
    "json",
    "mmdb",
)
ALL = "all"
ENGINES = ("duckdb", "spark")  # as ringleader.loaders.engine has them, without its imports
INPUT_FORMATS = ("csv", "jsonl", "parquet")
_HELP = f"""Load files of one table of the input contract into the graph.

    SOURCE is a path, a glob or a folder of CSV, JSONL or Parquet files (gzip too), or the folder of
    a Delta or Iceberg table. Rows that break
    the contract go to a quarantine file, the others are loaded. Loading the same files again
    changes nothing; after an interruption, run the same command again. TABLE may be `all`: every
    table of a folder by its name, accounts.csv, requests/*.parquet and so on. With --bulk these
    tables become the managed server's new database, many times faster than through Bolt. TABLE
    `uses` loads clean tables, which `ringleader prepare` or another tool has written.

    \b
    Examples:
      ringleader load accounts accounts.csv
      ringleader load requests 'logs/2026-02-*.parquet' --mapping mapping.toml
      ringleader load requests cloudtrail/ --mapping preset:cloudtrail-bedrock
      ringleader load presets
      ringleader load proxies lists/vpn/ipv4.txt --kind vpn --source x4b
      ringleader load requests --connect postgres://me@host/logs --query 'SELECT …'
      ringleader load all FOLDER
      ringleader load all FOLDER --bulk
      ringleader load uses CLEAN
      ringleader load undo BATCH
      ringleader load indicators feed.json --source 'Partner X' --tlp amber

    \b
    Tables and columns (* required):
    {help_text().replace(chr(10), chr(10) + "    ")}"""
_file = click.Path(path_type=Path, dir_okay=False)
_folder = click.Path(path_type=Path, file_okay=False)


def _complete_mapping(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from ringleader.loaders.preset_files import PRESET, presets

    names = [PRESET + name for name in presets()]
    found = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


_mapping = click.option(
    "--mapping",
    type=_file,
    shell_complete=_complete_mapping,
    help="TOML file that renames and casts foreign columns, or preset:NAME.",
)
_strict = click.option(
    "--strict", is_flag=True, help="Fail, before writing, if a row breaks the contract."
)
_input_format = click.option(
    "--input-format", type=click.Choice(INPUT_FORMATS), help="Format of the files."
)


@click.group(cls=Group)
def loads() -> None:
    """Which loads were done."""


@loads.command(name="list", cls=Command)
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many.")
@output_options
@pass_app
def list_loads(app: App, out: Callable[..., None], limit: int) -> None:
    """List the latest loads, each with its files, times and rows.

    \b
    Examples:
      ringleader loads list
      ringleader load undo BATCH
    """
    from ringleader.api.loads import loads as done

    with app.connect() as r:
        out(done(r.graph, limit))


@click.command(cls=Command, help=_HELP)
@click.argument(
    "table",
    metavar="TABLE",
    type=click.Choice((*TABLE_NAMES, ALL, "uses", "indicators", "presets", "undo")),
)
@click.argument("sources", metavar="SOURCE...", nargs=-1)
@_mapping
@_strict
@click.option("--dry-run", is_flag=True, help="Validate and report what would be written.")
@_input_format
@click.option("--chunk-size", type=click.IntRange(1, 200_000), help="Rows in one transaction.")
@click.option("--as", "list_format", type=click.Choice(LISTS), help="proxies: format of the list.")
@click.option("--kind", type=click.Choice(PROXY_KINDS), help="proxies: kind of a list's entries.")
@click.option("--source", "source_name", help="proxies, indicators: what the list is called.")
@click.option("--tlp", type=click.Choice(TLP), help="indicators: who may read them, if unsaid.")
@click.option(
    "--confidence", type=click.IntRange(0, 100), help="indicators: of the source, if unsaid."
)
@click.option("--asn-mmdb", type=_file, help="requests: MaxMind database of systems (ASN).")
@click.option("--connect", "url", help="Database that Ibis reads, instead of files.")
@click.option("--query", help="SQL for --connect; name an ORDER BY.")
@click.option("--bulk", is_flag=True, help="all, uses: build the managed server's empty database.")
@click.option("--overwrite", is_flag=True, help="--bulk: delete the data that the database holds.")
@click.option("--write-only", type=_folder, help="--bulk: write the files, build nothing.")
@output_options
@pass_app
def load(
    app: App,
    table: str,
    sources: tuple[str, ...],
    out: Callable[..., None],
    **how: Any,
) -> None:
    """Parse, call, render; the help is made from the contract above."""
    if table == "presets":
        from ringleader.loaders.preset_files import preset_rows

        out(preset_rows())
        return
    if table == "undo":
        if len(sources) != 1:
            raise WrongUsage("load undo needs one batch", hint="ringleader loads list")
        with app.connect() as r:
            undone = r.undo_load(sources[0])
        files = ", ".join(undone.files[:3]) + (" …" if len(undone.files) > 3 else "")
        app.say(f"load {undone.batch_id[:12]} of {undone.table} ({files}) was taken back")
        app.say("rings and links stay as the last detection left them: ringleader detect")
        out(
            [
                {"kind": name, "removed": number, "restored": undone.restored.get(name, 0)}
                for name, number in undone.removed.items()
            ]
        )
        return
    from ringleader.api.named_load import load_named

    with app.connect() as r:
        loaded = load_named(r, table, sources, **how)
    for reason, number in getattr(loaded, "left_out", {}).items():
        app.say(f"{number:,} indicators were left out: {reason}")
    if loaded.tables:
        out(loaded.rows)


@click.command(cls=Command)
@click.argument("table", metavar="TABLE", type=click.Choice((*TABLE_NAMES, ALL)))
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--output",
    "folder",
    required=True,
    metavar="CLEAN",
    help="New folder; for spark an address too.",
)
@click.option("--evidence", is_flag=True, help="Write co-used identifiers and linked pairs too.")
@click.option("--engine", type=click.Choice(ENGINES), help="By default [engine] kind: duckdb.")
@click.option(
    "--since", type=int, help="Table of a lake: only files that this version did not have."
)
@_mapping
@_strict
@_input_format
@pass_app
def prepare(
    app: App,
    table: str,
    sources: tuple[str, ...],
    folder: str,
    **how: Any,
) -> None:
    """Write clean tables: what a load would write, as Parquet.

    It reads, validates and aggregates as `ringleader load` does, on DuckDB or on Apache Spark, and
    needs no Neo4j. `ringleader load uses CLEAN` loads the result. TABLE and SOURCE are as for
    `load`. Spark reads Parquet, on object stores where it lies; [engine] in ringleader.toml names
    the cluster.

    \b
    Examples:
      ringleader prepare all FOLDER --output CLEAN
      ringleader prepare requests 'logs/2026-02-*.parquet' --output CLEAN
      ringleader prepare all s3://bucket/logs --engine spark --output s3://bucket/clean
      ringleader load uses CLEAN
    """
    from ringleader.output import emit

    with app.connect() as r:
        emit(r.prepare(table, sources, folder, **how).rows)
