"""One function that exports findings: any thing, in any format, completely or not at all."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ringleader.errors import NotFound, RingleaderError, WrongUsage

if TYPE_CHECKING:
    from ringleader.exports.pseudonyms import Namer
    from ringleader.graph import Graph


@dataclass(frozen=True)
class Format:
    """A format; the module of its name in this package writes it.

    Attributes:
        name: What it is called.
        doc: What it is for.
        endings: Endings of file names that mean it.
        relations: Whether it takes a subgraph; else rows, which stream.
        extra: The extra of ringleader that it needs.
    """

    name: str
    doc: str
    endings: tuple[str, ...]
    relations: bool = False
    extra: str | None = None


FORMATS: dict[str, Format] = {
    found.name: found
    for found in (
        Format("csv", "rows for a spreadsheet", (".csv",)),
        Format("jsonl", "rows for a program", (".jsonl", ".ndjson")),
        Format("parquet", "typed rows for data frames and warehouses", (".parquet", ".pq")),
        Format("graphml", "a graph for networkx, igraph, yEd", (".graphml",), relations=True),
        Format("gexf", "a graph for Gephi, with colours", (".gexf",), relations=True),
        Format(
            "stix",
            "a STIX 2.1 bundle for threat-intelligence platforms",
            (".stix.json", ".stix"),
            relations=True,
            extra="intel",
        ),
        Format(
            "misp",
            "a MISP event",
            (".misp.json", ".misp"),
            relations=True,
            extra="intel",
        ),
    )
}


@dataclass(frozen=True)
class Options:
    """Options of an export.

    Attributes:
        since: Only rings that are new, or have other members, since this run; what else is
            exported follows from them.
        ring_id: Only this ring.
        rings: Only these rings.
        name: How things are called, instead of ``pseudonymise`` and ``key_file``.
        pseudonymise: Whether a keyed hash stands for everything that names somebody.
        key_file: The key of these hashes; by default the installation's.
        raw: Leave CSV cells that a spreadsheet would run as they are.
        tlp: Who may read it, one of :data:`TLP`.
    """

    since: str | None = None
    ring_id: str | None = None
    rings: tuple[str, ...] | None = None
    name: Namer | None = None
    pseudonymise: bool = False
    key_file: Path | None = None
    raw: bool = False
    tlp: str = "amber"


@dataclass(frozen=True)
class Handed:
    """Result of an export: number of rows, or of nodes and ties, and the run."""

    run: str
    rows: int
    ties: int | None = None


def format_of(path: Path) -> str:
    """The format that a file's name ends in.

    Raises:
        WrongUsage: It ends in none.
    """
    name = path.name.lower()
    for known in FORMATS.values():
        if name.endswith(known.endings):
            return known.name
    endings = ", ".join(known.endings[0] for known in FORMATS.values())
    raise WrongUsage(
        f"{path}: cannot tell the format from its name", hint=f"end it in {endings}, or --format"
    )


def export(
    graph: Graph, thing: str, format_: str, path: Path | None, options: Options | None = None
) -> Handed:
    """Export findings.

    Args:
        graph: An open graph.
        thing: ``rings``, ``accounts``, ``links`` or ``campaigns``.
        format_: One of :data:`FORMATS`.
        path: The file, which appears whole or not at all; None is standard output.
        options: Which findings, and how.

    Raises:
        WrongUsage: The format is unknown, or binary and for a terminal.
        NotFound: No detection has finished, or there is no such ring or run.
        RingleaderError: The format's library is not installed, or another detection finished
            meanwhile, so that half of the file would tell of one and half of the other.
    """
    from ringleader.exports.findings import Selection, changed_rings, current_run

    options = options or Options()
    known = _known(format_)
    writer = _writer(known)
    name = options.name or namer_for(graph.settings.home, options.pseudonymise, options.key_file)
    run = current_run(graph)
    selection = Selection(thing, run, _rings(graph, options, changed_rings))
    with _opened(path, known) as file:
        handed = _write(graph, selection, known, writer, name, options, file)
        if current_run(graph) != run:
            raise RingleaderError(
                "another detection finished while findings were read; nothing was written",
                hint="run the same command again",
            )
    return handed


def _known(format_: str) -> Format:
    if format_ not in FORMATS:
        raise WrongUsage(f"there is no format {format_!r}", hint="one of " + ", ".join(FORMATS))
    return FORMATS[format_]


def _writer(known: Format) -> Any:
    try:
        return importlib.import_module(f"ringleader.exports.{known.name}").write
    except ModuleNotFoundError as error:
        if known.extra is None or (error.name or "").startswith("ringleader"):
            raise
        raise RingleaderError(
            f"{known.name} needs {error.name}, which is not installed",
            hint=f"pip install 'ringleader[{known.extra}]'",
        ) from error


def namer_for(home: Path, pseudonymise: bool, key_file: Path | None) -> Namer | None:
    """What names things under pseudonyms, None where their own names are wanted.

    Args:
        home: Folder of the installation, which has a key for exports.
        pseudonymise: Whether pseudonyms are wanted.
        key_file: A key to use instead.

    Raises:
        WrongUsage: There is a key, and nothing to hash with it.
    """
    from ringleader.exports.pseudonyms import namer
    from ringleader.keys import EXPORT_KEY, load_key, read_key

    if not pseudonymise:
        if key_file:
            raise WrongUsage("--key-file is of use with --pseudonymise only")
        return None
    return namer(read_key(key_file) if key_file else load_key(home, EXPORT_KEY))


def _rings(graph: Graph, options: Options, changed_rings: Any) -> tuple[str, ...] | None:
    from ringleader.catalogue import get

    rings = None if options.since is None else changed_rings(graph, options.since)
    if options.ring_id is None:
        return options.rings if rings is None else rings
    summary = get("ring-summary")
    if not graph.read(summary, summary.bind({"ring_id": options.ring_id})):
        raise NotFound(f"there is no ring {options.ring_id!r}", hint="ringleader rings list")
    return (options.ring_id,) if rings is None or options.ring_id in rings else ()


@contextmanager
def _opened(path: Path | None, known: Format) -> Iterator[BinaryIO]:
    from ringleader.output import whole_file

    if path is None and known.name == "parquet" and sys.stdout.isatty():
        raise WrongUsage("Parquet is not for a terminal", hint="give --output FILE")
    with whole_file(path) if path else nullcontext(sys.stdout.buffer) as file:
        yield file
        file.flush()


def _write(
    graph: Graph,
    selection: Any,
    known: Format,
    writer: Any,
    name: Namer | None,
    options: Options,
    file: BinaryIO,
) -> Handed:
    from ringleader.exports.findings import rows, subgraph
    from ringleader.exports.pseudonyms import hidden_rows, hidden_subgraph
    from ringleader.progress import progress

    how = {"raw": options.raw, "tlp": options.tlp}
    with progress(f"export {selection.thing}") as advance:
        if known.relations:
            shown = subgraph(graph, selection)
            shown = hidden_subgraph(shown, name) if name else shown
            writer(file, shown, **how)
            return Handed(selection.run.run_id, len(shown.nodes), len(shown.ties))
        columns, found = rows(graph, selection)
        count = 0

        def counted() -> Iterator[dict[str, Any]]:
            nonlocal count
            for row in hidden_rows(found, name) if name else found:
                count += 1
                advance(1)
                yield row

        writer(file, columns, counted(), **how)
        return Handed(selection.run.run_id, count)
