"""``ringleader detect`` and ``rings``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ringleader.app import App, Command, Group, output_options, pass_app
from ringleader.errors import FindingsFound, InputError, WrongUsage

ALGORITHMS = ("leiden", "louvain")  # communities.ALGORITHMS, without its imports
_file = click.Path(path_type=Path, dir_okay=False)
_Out = Callable[..., None]


@click.command(cls=Command)
@click.option(
    "--algorithm",
    type=click.Choice(ALGORITHMS),
    default="leiden",
    show_default=True,
    help="How linked accounts are grouped. Runs agree: both work on one thread, in one order.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), help="Of Leiden [default: 42]; Louvain takes none."
)
@click.option("--known-hubs", type=_file, help="File of identifiers that strangers share.")
@click.option("--dry-run", is_flag=True, help="Estimate memory and time; write nothing.")
@click.option(
    "--null",
    "deals",
    type=click.IntRange(min=1),
    help="Find rings in the graph with identifiers dealt anew, so many times; write none.",
)
@click.option("--fail-on-findings", is_flag=True, help="End with code 3 if there are rings.")
@click.option("--parameters", "show", is_flag=True, help="Show every parameter with its reason.")
@output_options
@pass_app
def detect(
    app: App,
    algorithm: str,
    seed: int | None,
    known_hubs: Path | None,
    dry_run: bool,
    deals: int | None,
    fail_on_findings: bool,
    show: bool,
    out: _Out,
) -> None:
    """Link accounts by what they share, and find rings.

    \b
    Examples:
      ringleader detect
      ringleader detect --dry-run
      ringleader detect --algorithm louvain --fail-on-findings
      ringleader detect --known-hubs hubs.csv
      ringleader detect --null 10
    """
    from ringleader.algorithms.parameters import effective, parameters

    if algorithm == "louvain" and seed is not None:
        raise WrongUsage(
            "--seed is for leiden: the Louvain of GDS takes none, and runs agree without",
            hint="leave --seed away, or use --algorithm leiden",
        )
    given = {**app.settings.section("detect"), **({} if seed is None else {"seed": seed})}
    values = parameters(given)
    if show:
        out(effective(values), ["parameter", "value", "default", "reason"])
        return
    from ringleader.algorithms.detect import detect as run_detection
    from ringleader.algorithms.detect import null_rings
    from ringleader.catalogue import get
    from ringleader.graph.locks import exclusive

    hubs = read_hubs(known_hubs) if known_hubs else frozenset()
    with app.graph() as graph:
        if dry_run:
            made = run_detection(graph, values, algorithm=algorithm, dry_run=True)
            out([{"what": name, "value": value} for name, value in made.estimate.items()])
            return
        with exclusive(graph, "detect"):
            graph.ensure_schema()
            if deals is not None:
                out(null_rings(graph, values, deals=deals, algorithm=algorithm, known_hubs=hubs))
                return
            for load in graph.read(get("loads-not-finished")):
                app.say(
                    f"warning: a load of {load['table']} was interrupted: what it has not written "
                    "is not seen here, and who says that they belong together may be missing; "
                    "run it again"
                )
            made = run_detection(graph, values, algorithm=algorithm, known_hubs=hubs, say=app.say)
    members = sum(ring.size for ring in made.rings)
    row = {
        "run": made.run,
        "accounts": made.accounts,
        "links": made.links,
        "rings": len(made.rings),
        "accounts_in_rings": members,
        "seconds": round(sum(made.stages.values()), 1),
    }
    out([row])
    if not made.accounts:
        app.say("the graph holds no account; ringleader load accounts FILE")
    elif not made.rings and made.links:
        app.say(
            f"no group of linked accounts is a ring: it takes {values.min_ring_size} accounts and "
            "two independent kinds of evidence; ringleader detect --parameters lists the rest"
        )
    elif made.rings and made.rings[0].single_family:
        app.say(
            "these data hold one kind of evidence only: every ring needs more of it, and says so"
        )
    if made.accounts and made.missing:
        app.say(
            f"no two accounts share evidence of these kinds: {', '.join(made.missing)}; rings that "
            "only they would tie are not found"
        )
    if fail_on_findings and made.rings:
        raise FindingsFound(
            f"{len(made.rings)} rings of {members} accounts", hint="ringleader rings list"
        )


def read_hubs(path: Path) -> frozenset[str]:
    """Identifiers from a file: the first column of a CSV with a header, or one per line.

    Raises:
        InputError: The file cannot be read or is empty.
    """
    import csv

    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.reader(lines) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"known hubs {path}: {error}") from error
    # Several columns mean a header; a plain list has none.
    hubs = frozenset(row[0].strip() for row in (rows[1:] if rows and len(rows[0]) > 1 else rows))
    if not hubs:
        raise InputError(f"known hubs {path} holds no identifier")
    return hubs


@click.group(cls=Group)
def rings() -> None:
    """List rings, look at one, and see its evidence."""


@rings.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@click.option("--rejected", is_flag=True, help="Rings rejected since they were found, too.")
@output_options
@pass_app
def list_rings(app: App, limit: int, rejected: bool, out: _Out) -> None:
    """List the rings, the strongest first, with what was decided on them.

    \b
    Example:
      ringleader rings list --limit 10 --format csv
    """
    from ringleader.catalogue import get

    stored = get("list-rings")
    with app.graph() as graph:
        rows = graph.read(stored, stored.bind({"limit": limit, "rejected": rejected}))
        if not rows:
            app.say(_why_none(graph.read(get("current-run"))))
    out(
        _rounded(rows),
        [column.name for column in stored.columns],
        brief=["ring_id", "size", "score", "families", "links", "opened_last", "review"],
    )


def _why_none(runs: list[dict[str, Any]]) -> str:
    if runs:
        return "no ring was found; ringleader query run runs shows what was looked at"
    return "no detection has run; ringleader detect"


@rings.command("show")
@click.argument("ring")
@output_options
@pass_app
def show_ring(app: App, ring: str, out: _Out) -> None:
    """Show the members of RING, the most tied first.

    \b
    Example:
      ringleader rings show ring-80502968ea5d
    """
    from ringleader.catalogue import get
    from ringleader.errors import NotFound

    stored = get("ring-members")
    with app.graph() as graph:
        rows = graph.read(stored, stored.bind({"ring_id": ring}))
    if not rows:
        raise NotFound(f"there is no ring {ring!r}", hint="ringleader rings list")
    first = rows[0]
    app.say(
        f"{ring}: {first['ring_size']} accounts, {first['ring_score']:.1f} bits "
        f"({', '.join(first['families'])}), found by {first['run']}"
    )
    out(
        _rounded(rows),
        [column.name for column in stored.columns],
        brief=["account_id", "score", "status", "created_at"],
    )


@rings.command("explain")
@click.argument("ring")
@click.option("--account", help="Why this account is in it.")
@click.option("--limit", type=click.IntRange(min=1), default=25, show_default=True)
@output_options
@pass_app
def explain_ring(app: App, ring: str, account: str | None, limit: int, out: _Out) -> None:
    """Show why RING is a ring: its evidence in bits, who else uses it, what would dissolve it.

    Bits are binary orders of magnitude: with each, strangers would share as much half as often. The
    rows add up to the ring's score; what --limit leaves out is one row.

    \b
    Examples:
      ringleader rings explain ring-80502968ea5d
      ringleader rings explain ring-80502968ea5d --account acc_17
    """
    from ringleader.algorithms.explanation.explain import explain, why_member
    from ringleader.algorithms.explanation.presentation import (
        evidence_rows,
        membership_lines,
        summary_lines,
    )

    with app.graph() as graph:
        if account is not None:
            membership = why_member(graph, ring, account)
            for line in membership_lines(membership):
                app.say(line)
            out(_rounded(membership.links), ["other_account_id", "bits", "evidence"])
            return
        told = explain(graph, ring)
    for line in summary_lines(told):
        app.say(line)
    columns = ["family", "evidence", "bits", "so_far", "part", "waterfall", "links", "members"]
    out(
        evidence_rows(told, limit),
        [*columns, "outside"],
        brief=["evidence", "bits", "waterfall", "outside"],
    )


@rings.command("history")
@click.argument("ring")
@click.option("--all", "unchanged", is_flag=True, help="Runs in which nothing changed, too.")
@output_options
@pass_app
def ring_history(app: App, ring: str, unchanged: bool, out: _Out) -> None:
    """Show what became of RING, run by run: who joined and left, mergers and splits.

    \b
    Example:
      ringleader rings history ring-80502968ea5d
    """
    from ringleader.catalogue import get
    from ringleader.errors import NotFound

    stored = get("ring-history")
    with app.graph() as graph:
        rows = graph.read(stored, {"ring_id": ring, "unchanged": unchanged})
    if not rows:
        raise NotFound(
            f"there is no ring {ring!r}, or it is forgotten", hint="ringleader rings list"
        )
    out(
        _rounded(rows),
        [column.name for column in stored.columns],
        brief=["at", "event", "other_ring", "overlap", "size", "joined", "left"],
    )


def _rounded(rows: Any, digits: int = 2) -> list[dict[str, Any]]:
    return [
        {k: round(v, digits) if isinstance(v, float) else v for k, v in row.items()} for row in rows
    ]
