"""`ringleader load`: files of one table of the contract, into the graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from ringleader.app import App, Command, output_options, pass_app
from ringleader.errors import ConnectionFailed, WrongUsage
from ringleader.loaders.contract import PROXY_KINDS, TABLE_NAMES, help_text

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.loaders.load import LoadOptions, Summary
    from ringleader.loaders.mapping import Mapping
    from ringleader.loaders.sources.files import InputFile
    from ringleader.loaders.workspace import Workspace

# Names of ringleader.loaders.sources.reference_lists.FORMATS, without its imports.
LISTS = ("cidr", "x4b", "ipranges", "tor", "asn", "asn-csv", "mmdb")
ALL = "all"
INPUT_FORMATS = ("csv", "jsonl", "parquet")
_HELP = f"""Load files of one table of the input contract into the graph.

    SOURCE is a path, a glob or a folder of CSV, JSONL or Parquet files (gzip too). Rows that break
    the contract go to a quarantine file, the rest loads. Loading the same files again changes
    nothing; after an interruption, run the same command again. TABLE may be all: every table of a
    folder by its name, accounts.csv, requests/*.parquet and so on; with --bulk they become the
    managed server's new database, many times faster than by writing to one.

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

    \b
    Tables and columns (* required):
    {help_text().replace(chr(10), chr(10) + "    ")}"""
_file = click.Path(path_type=Path, dir_okay=False)
_folder = click.Path(path_type=Path, file_okay=False)


def _complete_mapping(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from ringleader.loaders.mapping import PRESET, presets

    names = [PRESET + name for name in presets()]
    found = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


@click.command(cls=Command, help=_HELP)
@click.argument("table", metavar="TABLE", type=click.Choice((*TABLE_NAMES, ALL, "presets")))
@click.argument("sources", metavar="SOURCE...", nargs=-1)
@click.option(
    "--mapping",
    type=_file,
    shell_complete=_complete_mapping,
    help="TOML file that renames and casts foreign columns, or preset:NAME.",
)
@click.option("--strict", is_flag=True, help="Fail, before writing, if a row breaks the contract.")
@click.option("--dry-run", is_flag=True, help="Validate and say what would be written.")
@click.option("--input-format", type=click.Choice(INPUT_FORMATS), help="Format of the files.")
@click.option("--chunk-size", type=click.IntRange(1, 200_000), help="Rows in one transaction.")
@click.option("--as", "list_format", type=click.Choice(LISTS), help="proxies: format of the list.")
@click.option("--kind", type=click.Choice(PROXY_KINDS), help="proxies: kind of a list's entries.")
@click.option("--source", "source_name", help="proxies: what the list is called.")
@click.option("--asn-mmdb", type=_file, help="requests: MaxMind database of systems (ASN).")
@click.option("--connect", "url", help="Database that Ibis reads, instead of files.")
@click.option("--query", help="SQL for --connect; name an ORDER BY.")
@click.option("--bulk", is_flag=True, help="all: build the managed server's empty database.")
@click.option("--overwrite", is_flag=True, help="all --bulk: even if it holds data, which goes.")
@click.option("--write-only", type=_folder, help="all --bulk: write the files, build nothing.")
@output_options
@pass_app
def load(
    app: App,
    table: str,
    sources: tuple[str, ...],
    out: Callable[..., None],
    mapping: Path | None,
    strict: bool,
    dry_run: bool,
    input_format: str | None,
    chunk_size: int | None,
    list_format: str | None,
    kind: str | None,
    source_name: str | None,
    asn_mmdb: Path | None,
    url: str | None,
    query: str | None,
    bulk: bool,
    overwrite: bool,
    write_only: Path | None,
) -> None:
    """Parse, call, render; the help is made from the contract above."""
    if table == "presets":
        from ringleader.loaders.mapping import preset_rows

        out(preset_rows())
        return
    if (bulk and table != ALL) or ((overwrite or write_only) and not bulk):
        raise WrongUsage("--bulk is for a whole folder", hint="ringleader load all FOLDER --bulk")
    if table == ALL and (len(sources) != 1 or url or (bulk and dry_run)):
        raise WrongUsage("all tables come from one folder", hint="ringleader load all FOLDER")
    if bool(sources) == bool(url) or bool(url) != bool(query):
        raise WrongUsage(
            "a load needs files, or --connect with --query",
            hint=f"ringleader load {table} {table}.csv",
        )
    if table not in ("proxies", ALL) and (list_format or kind or source_name):
        raise WrongUsage("--as, --kind and --source are for lists of proxies")
    from ringleader.graph.locks import exclusive
    from ringleader.loaders.load import LoadOptions, collect_files, load_files
    from ringleader.loaders.sources.folder import left_out, tables_of
    from ringleader.loaders.workspace import Workspace
    from ringleader.loaders.writing.bulk_load import first_load, timed
    from ringleader.loaders.writing.import_files import BulkImport

    settings = app.settings
    options = LoadOptions(
        strict,
        dry_run,
        chunk_size or int(settings.get("load.chunk_size")),
        asn_mmdb or settings.get("enrich.asn_mmdb"),
    )
    rows: list[dict[str, Any]] = []
    tables = tables_of(Path(sources[0])) if table == ALL else {table: list(sources)}
    if table == ALL and (others := left_out(Path(sources[0]))):
        app.say(f"left out, since their names start with no table's: {', '.join(others)}")
    with ExitStack() as stack:
        building = None
        if bulk and not write_only:
            building = stack.enter_context(first_load(settings, overwrite=overwrite))
        graph = None if bulk else _graph(app, dry_run=dry_run)
        if graph is not None:
            stack.enter_context(graph)
            if not dry_run:
                stack.enter_context(exclusive(graph, f"load {table}"))
        workspace = stack.enter_context(Workspace(settings.home / "scratch"))
        collected = BulkImport(workspace, schema=app.settings.schema) if bulk else None
        lists = (list_format, kind, source_name)
        for each, of_it in tables.items():
            for name, files, said in _jobs(
                app,
                workspace,
                each,
                of_it,
                mapping,
                input_format,
                lists,
                url,
                query,
                graph,
                options,
            ):
                if collected is None:
                    summary = load_files(graph, settings, workspace, files, said, options)
                else:
                    with timed(f"{name} read"):
                        summary = collect_files(collected, settings, files, said, options)
                _tell(app, summary)
                rows.append(_row(name, summary))
        if collected is not None and write_only:
            collected.write(write_only, settings.database)
            app.say(
                f"files, the command (import.sh), which replaces what a stopped server's database "
                f"holds, and the constraints for after it (schema.cypher) are in {write_only}"
            )
        elif collected is not None and building is not None:
            building.build(collected, options.asn_mmdb)
    if rows:
        out(rows)


def _graph(app: App, *, dry_run: bool) -> Graph | None:
    try:
        return app.graph()
    except ConnectionFailed:
        if not dry_run:
            raise
        app.say("no graph answers: the dry run does not know what is loaded already")
        return None


def _jobs(
    app: App,
    workspace: Workspace,
    table: str,
    sources: Sequence[str],
    mapping: Path | None,
    input_format: str | None,
    lists: tuple[str | None, str | None, str | None],
    url: str | None,
    query: str | None,
    graph: Graph | None,
    options: LoadOptions,
) -> Iterator[tuple[str, list[InputFile], Mapping]]:
    """What to load: one load for the files of a table, one for every kind of list."""
    from ringleader.loaders.contract import BY_NAME
    from ringleader.loaders.mapping import read_mapping
    from ringleader.loaders.sources import reference_lists
    from ringleader.loaders.sources.databases import query_file
    from ringleader.loaders.sources.files import expand
    from ringleader.loaders.sources.json_documents import opened

    said = read_mapping(mapping, BY_NAME[table])
    if url and query:
        yield table, [query_file(workspace, url, query)], said
        return
    list_format, kind, source_name = lists
    looks_like_lists = table == "proxies" and mapping is None and input_format is None
    endings = reference_lists.ENDINGS if looks_like_lists else ()
    files, tables, found = [], [], []
    for path in expand(sources, also=endings):
        form = (list_format or reference_lists.recognise(path)) if looks_like_lists else None
        if form is None:
            tables.append(path)
        elif form == "mmdb" and reference_lists.is_system_database(path):
            _tie_subnets(app, graph, path, options)
        else:
            found.append(reference_lists.list_file(path, form, kind, source_name))
    read = opened(workspace, tables, input_format, said)
    for path, (file, left_out) in zip(tables, read, strict=True):
        files += [file] if file else []
        if left_out:
            app.say(f"{path.name}: left out {left_out:,} records of other kinds")
    for group in reference_lists.grouped(found):
        made, constants = reference_lists.as_table(workspace, group)
        yield group[0].source, made, constants
    if files:
        yield table, files, said


def _tie_subnets(app: App, graph: Graph | None, path: Path, options: LoadOptions) -> None:
    from ringleader.catalogue import get
    from ringleader.loaders.enrichment.asn import link_systems
    from ringleader.loaders.enrichment.prefixes import paged
    from ringleader.progress import progress

    if graph is None or options.dry_run:
        app.say(f"{path.name}: would tie the graph's subnets to their systems")
        return
    with progress(f"subnets to systems of {path.name}"):
        graph.ensure_schema()
        linked = link_systems(graph, path, paged(graph, get("subnets-page"), "cidr"))
    app.say(f"{path.name}: {linked:,} subnets tied to their systems")


def _tell(app: App, summary: Summary) -> None:
    """Say on standard error what the row of the summary leaves out."""
    for path in summary.skipped:
        app.say(f"{path} was loaded before; nothing to do")
    for path in summary.again:
        app.say(f"warning: {path} was loaded before under another mapping; its rows count again")
    for path in summary.partly:
        app.say(f"warning: {path} is of a load that was given up; what of it is in counts again")
    if summary.unknown:
        app.say(f"columns left out: {', '.join(summary.unknown)}")
    for reason, number in sorted(summary.reasons.items(), key=lambda item: -item[1]):
        app.say(f"quarantined {number:,}: {reason}")
    if summary.quarantine:
        app.say(f"quarantine file: {summary.quarantine}")
    if summary.resumed:
        app.say("an interrupted load was completed")
    for name, number in summary.steps.items():
        app.say(f"{'would write' if summary.dry_run else 'wrote'} {number:,} {name}")
    for name, value in summary.notes.items():
        if value:
            app.say(f"{name}: {value:,}" if isinstance(value, int) else f"{name}: {value}")


def _row(name: str, summary: Summary) -> dict[str, Any]:
    return {
        "load": name,
        "read": summary.read,
        "loaded": 0 if summary.dry_run else summary.loaded,
        "quarantined": summary.quarantined,
        "duplicates": summary.duplicates,
        "files_skipped": len(summary.skipped),
        "nodes_created": _created(summary, "nodes_created"),
        "relationships_created": _created(summary, "relationships_created"),
        "batch": summary.batch_id and summary.batch_id[:12],
    }


def _created(summary: Summary, what: str) -> int | None:
    return None if summary.created is None else summary.created.get(what, 0)
