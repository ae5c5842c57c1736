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
    options = Options(
        since=since,
        ring_id=ring,
        pseudonymise=pseudonymise,
        key_file=key_file,
        raw=raw,
        tlp=tlp,
    )
    handed = hand_over(graph, what, chosen, path, options)
    return Export(what, path, chosen, handed.run, handed.rows, handed.ties)


DOSSIERS = ("markdown", "stix", "misp")


@dataclass(frozen=True)
class Dossier:
    """A campaign that was written for others.

    Attributes:
        campaign: Its id.
        path: The file; None for standard output.
        format: ``markdown``, ``stix`` or ``misp``.
        accounts: Accounts in it.
        infrastructure: Identifiers that two of them or more use.
        kept_back: Indicators of others whose TLP does not allow them here.
    """

    campaign: str
    path: Path | None
    format: str
    accounts: int
    infrastructure: int
    kept_back: int


def dossier(
    graph: Graph,
    campaign: str,
    path: Path | None,
    *,
    format: str | None = None,
    names: bool = False,
    infrastructure: bool = False,
    key_file: Path | None = None,
    tlp: str = "amber",
) -> Dossier:
    """Write a campaign for others; see :meth:`ringleader.Connection.dossier`."""
    import sys
    from contextlib import nullcontext

    from ringleader.exports.dossier import facts_of, markdown, naming
    from ringleader.output import whole_file

    markdown_name = path is None or path.suffix.lower() in (".md", ".markdown")
    chosen = format or ("markdown" if markdown_name or path is None else format_of(path))
    if chosen not in DOSSIERS:
        raise WrongUsage(f"a dossier is no {chosen}", hint=f"one of {', '.join(DOSSIERS)}")
    facts = facts_of(graph, campaign, tlp)
    pseudonym = namer_for(graph.settings.home, not names, key_file)
    name = naming(pseudonym, infrastructure=infrastructure)
    if chosen == "markdown":
        text = markdown(facts, name, tlp).encode()
        with whole_file(path) if path else nullcontext(sys.stdout.buffer) as file:
            file.write(text)
    else:
        rings = tuple(sorted(row["ring_id"] for row in facts.rings))
        shown = None if names else name
        hand_over(graph, "campaigns", chosen, path, Options(rings=rings, name=shown, tlp=tlp))
    kept = facts.kept_back if chosen == "markdown" else 0
    found = len(facts.infrastructure)
    return Dossier(campaign, path, chosen, len(facts.members), found, kept)


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
