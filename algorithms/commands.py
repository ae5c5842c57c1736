"""``ringleader detect`` and ``rings``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ringleader.app import App, Command, Group, output_options, pass_app
from ringleader.errors import WrongUsage

if TYPE_CHECKING:
    from ringleader.api.results import Comparison, WhyNot

ALGORITHMS = ("leiden", "louvain")  # communities.ALGORITHMS, without its imports
METHODS = ("judge", "shared-neighbours")  # detect.METHODS, without its imports
LINKS_KEPT = ("rings", "all")  # detect.LINKS_KEPT, without its imports
_file = click.Path(path_type=Path, dir_okay=False)
_Out = Callable[..., None]


@click.command(cls=Command)
@click.option(
    "--algorithm",
    type=click.Choice(ALGORITHMS),
    default="leiden",
    show_default=True,
    help="Algorithm that groups accounts. Both are deterministic: one thread, one order.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    help="Seed of Leiden [default: 42]; Louvain has none.",
)
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default="judge",
    show_default=True,
    help="shared-neighbours is the classical way: node similarity and communities of GDS.",
)
@click.option("--known-hubs", type=_file, help="File of identifiers that strangers share.")
@click.option(
    "--keep-links",
    type=click.Choice(LINKS_KEPT),
    default="rings",
    show_default=True,
    help="all keeps links of near misses and of groups that are no rings, too.",
)
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter for this run, above [detect] of the settings; may be repeated.",
)
@click.option(
    "--shadow",
    is_flag=True,
    help="Write nothing; show how the rings would differ from the published ones.",
)
@click.option("--dry-run", is_flag=True, help="Estimate memory and time; write nothing.")
@click.option(
    "--null",
    "permutations",
    type=click.IntRange(min=1),
    help="Run N permutation tests; write nothing.",
    metavar="N",
)
@click.option("--fail-on-findings", is_flag=True, help="End with code 3 if there are rings.")
@click.option("--parameters", "show", is_flag=True, help="Show every parameter with its reason.")
@output_options
@pass_app
def detect(
    app: App,
    algorithm: str,
    seed: int | None,
    method: str,
    known_hubs: Path | None,
    keep_links: str,
    assignments: tuple[str, ...],
    shadow: bool,
    dry_run: bool,
    permutations: int | None,
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
      ringleader detect --method shared-neighbours
      ringleader detect --keep-links all
      ringleader detect --shadow --set min_ring_size=8
      ringleader detect --null 10
    """
    from ringleader.api import detection

    given = detection.assigned(assignments)
    values = detection.parameters_of(app.settings, given, algorithm=algorithm, seed=seed)
    detection.require_one(
        shadow=shadow,
        dry_run=dry_run,
        permutations=permutations,
        method=method,
        keep_links=keep_links,
    )
    if show:
        out(detection.parameter_table(values, app.settings))
        return
    with app.connect() as r:
        if dry_run:
            out(detection.estimate(r.graph, values, algorithm=algorithm))
            return
        if permutations is not None:
            out(
                detection.permuted(
                    r.graph,
                    values,
                    permutations=permutations,
                    algorithm=algorithm,
                    known_hubs=known_hubs,
                )
            )
            return
        if shadow:
            out(
                r.shadow(
                    algorithm=algorithm, seed=seed, known_hubs=known_hubs, parameters=given
                ).answer
            )
            return
        run = r.detect(
            algorithm=algorithm,
            seed=seed,
            parameters=given,
            method=method,
            known_hubs=known_hubs,
            keep_links=keep_links,
        )
    out(run.summary)
    if fail_on_findings:
        run.require_none()


@click.group(cls=Group)
def rings() -> None:
    """List rings, show one, and explain its evidence."""


@rings.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@click.option("--rejected", is_flag=True, help="Include rings rejected since they were found.")
@output_options
@pass_app
def list_rings(app: App, limit: int, rejected: bool, out: _Out) -> None:
    """List the rings, the strongest first, with the decisions about them.

    \b
    Example:
      ringleader rings list --limit 10 --format csv
    """
    from ringleader.api import findings

    with app.connect() as r:
        app.looked("rings list")
        out(findings.rings(r.graph, limit=limit, rejected=rejected))


@rings.command("show")
@click.argument("ring")
@output_options
@pass_app
def show_ring(app: App, ring: str, out: _Out) -> None:
    """Show the members of RING, those with most bits first.

    \b
    Example:
      ringleader rings show ring-80502968ea5d
    """
    from ringleader.api import findings

    with app.connect() as r:
        app.looked("rings show", ring)
        out(findings.members(r.graph, ring))


@rings.command("explain")
@click.argument("ring")
@click.option("--account", help="Explain why this account is in it.")
@click.option("--letter", is_flag=True, help="With --account: a letter for its holder.")
@click.option("--limit", type=click.IntRange(min=1), default=25, show_default=True)
@output_options
@pass_app
def explain_ring(
    app: App, ring: str, account: str | None, letter: bool, limit: int, out: _Out
) -> None:
    """Explain RING: its evidence in bits, who else uses it, and what would dissolve it.

    Each bit halves how often strangers would share as much. The rows add up to the ring's score;
    identifiers beyond --limit are summed in one row.

    \b
    Examples:
      ringleader rings explain ring-80502968ea5d
      ringleader rings explain ring-80502968ea5d --account acc_17
      ringleader rings explain ring-80502968ea5d --account acc_17 --letter > letter.txt

    A letter is a statement of reasons: it names no other account, no identifier and no threshold.
    [review] appeals of the settings says where an appeal goes.
    """
    if letter and account is None:
        raise WrongUsage("a letter is for one account", hint="give --account")
    with app.connect() as r:
        app.looked("rings explain", ring, *([account] if account else []))
        if letter and account is not None:
            click.echo(r.letter(ring, account), nl=False)
            return
        explanation = r.explain(ring, account, limit=limit)
    for line in explanation.lines:
        app.say(line)
    out(explanation.evidence)


@rings.command("history")
@click.argument("ring")
@click.option("--all", "unchanged", is_flag=True, help="Include runs in which nothing changed.")
@output_options
@pass_app
def ring_history(app: App, ring: str, unchanged: bool, out: _Out) -> None:
    """Show the history of RING, run by run: who joined and left, mergers and splits.

    \b
    Example:
      ringleader rings history ring-80502968ea5d
    """
    from ringleader.api import findings

    with app.connect() as r:
        app.looked("rings history", ring)
        out(findings.history(r.graph, ring, unchanged=unchanged))


@rings.command("import")
@click.argument("file", type=_file)
@click.option("--known-hubs", type=_file, help="File of identifiers that strangers share.")
@output_options
@pass_app
def import_rings(app: App, file: Path, known_hubs: Path | None, out: _Out) -> None:
    """Judge groups that were made elsewhere; the strong ones become the rings.

    FILE is CSV, JSON lines or Parquet with the columns account_id and group. Members are neither
    added nor taken away. The rings of the run before are replaced, as by detect; the groups that
    are no rings are listed with what they lack.

    \b
    Example:
      ringleader rings import communities.csv
    """
    with app.connect() as r:
        run = r.judge(file, known_hubs=known_hubs)
    out(run.judged)


@click.command(cls=Command)
@click.option("--since", required=True, metavar="RUN|DATE", help="A run, or a date or time (UTC).")
@click.option("--limit", type=click.IntRange(min=1), default=1_000, show_default=True)
@output_options
@pass_app
def changes(app: App, since: str, limit: int, out: _Out) -> None:
    """Show what became of rings: new, returned, grown, shrunk, merged, split, gone.

    A ring that grew is listed with the accounts that joined it, and a ring near which accounts
    were opened since then with these newcomers (in every format but the table).

    \b
    Examples:
      ringleader changes --since 2026-02-01
      ringleader changes --since run-20260211T030000Z-1f2e3d --format jsonl
    """
    from ringleader.api.changes import changes as changed

    with app.connect() as r:
        answer = changed(r.graph, since, limit=limit, newcomers=True)
        app.looked("changes", *(name for row in answer.rows for name in row["accounts"]))
        out(answer)


@click.command(cls=Command)
@click.argument("account")
@click.argument("other", required=False)
@click.option("--known-hubs", type=_file, help="The list that the last detection was given.")
@output_options
@pass_app
def why(app: App, account: str, other: str | None, known_hubs: Path | None, out: _Out) -> None:
    """Show why ACCOUNT is not in a ring, or what it has in common with OTHER.

    OTHER is a ring or an account; without it the three nearest rings are shown. The figures are
    those of detection: bits for and against by each kind of evidence, and what was below which
    threshold.

    \b
    Examples:
      ringleader why acc_17
      ringleader why acc_17 ring-80502968ea5d
      ringleader why acc_17 acc_18
    """
    with app.connect() as r:
        app.looked("why", account, *([other] if other else []))
        if other is None or other.startswith("ring-"):
            shown: WhyNot | Comparison = r.why_not(account, other, known_hubs=known_hubs)
        else:
            shown = r.why(account, other, known_hubs=known_hubs)
    for line in shown.lines:
        app.say(line)
    out(shown.answer)
