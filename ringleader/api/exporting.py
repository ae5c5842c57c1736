"""Hand findings out: exports and the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ringleader.errors import WrongUsage
from ringleader.exports.handover import Options, format_of, namer_for
from ringleader.exports.handover import export as hand_over

if TYPE_CHECKING:
    from ringleader.graph import Graph

WHAT = ("rings", "accounts", "links", "campaigns")


@dataclass(frozen=True)
class Export:
    """What was exported.

    Attributes:
        what: ``rings``, ``accounts``, ``links`` or ``campaigns``.
        path: The file; None for standard output.
        format: Its format.
        run: The detection that the findings are from.
        rows: Rows, or nodes of a graph.
        ties: Edges of a graph; None for rows.
    """

    what: str
    path: Path | None
    format: str
    run: str
    rows: int
    ties: int | None = None

    def __str__(self) -> str:
        if self.ties is None:
            return f"{self.rows:,} rows of {self.what} from {self.run}"
        return f"{self.rows:,} nodes and {self.ties:,} edges from {self.run}"


@dataclass(frozen=True)
class Report:
    """The page that was written.

    Attributes:
        path: The file.
        rings: Number of rings on it.
        accounts: Number of accounts in these rings.
        bytes: Its size.
    """

    path: Path
    rings: int
    accounts: int
    bytes: int

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.rings:,} rings of {self.accounts:,} accounts, "
            f"{self.bytes / 1e6:.1f} MB"
        )


def export(
    graph: Graph,
    what: str,
    path: Path | None,
    *,
    format: str | None = None,
    since: str | None = None,
    ring: str | None = None,
    pseudonymise: bool = False,
    key_file: Path | None = None,
    raw: bool = False,
    tlp: str = "amber",
) -> Export:
    """Write findings to a file or standard output; see :meth:`ringleader.Connection.export`."""
    if what not in WHAT:
        raise WrongUsage(f"{what!r} cannot be exported", hint="one of " + ", ".join(WHAT))
    chosen = format or (format_of(path) if path else "csv")
    if raw and chosen != "csv":
        raise WrongUsage("--raw is for csv")
    options = Options(since, ring, pseudonymise, key_file, raw, tlp)
    handed = hand_over(graph, what, chosen, path, options)
    return Export(what, path, chosen, handed.run, handed.rows, handed.ties)


def report(
    graph: Graph,
    path: Path,
    *,
    rings: Sequence[str] = (),
    limit: int | None = None,
    pseudonymise: bool = False,
    key_file: Path | None = None,
) -> Report:
    """Write the report page; see :meth:`ringleader.Connection.report`."""
    from ringleader.exports.pseudonyms import hiding
    from ringleader.exports.report import write_report
    from ringleader.exports.report_ring import as_it_is

    named = namer_for(graph.settings.home, pseudonymise, key_file)
    name = hiding(named) if named else as_it_is
    written = write_report(graph, path, ring_ids=rings, limit=limit, name=name)
    return Report(path, written.rings, written.accounts, written.size)
