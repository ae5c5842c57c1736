"""``ringleader evaluate`` and ``rehearse``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from ringleader.app import App, Command, output_options, pass_app


@click.command(cls=Command)
@click.option("--labels", "files", multiple=True, help="File with labels [default: the graph's].")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Mapping file for the labels.",
)
@click.option(
    "--by",
    type=click.Choice(("decided_by", "campaign")),
    default="decided_by",
    show_default=True,
    help="Column of the labels that names the source of a ring.",
)
@click.option(
    "--min-size",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Ignore rings with fewer labelled accounts.",
)
@click.option(
    "--traits",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Traits of operators, as `simulate --crossed` writes them "
    "[default: traits.csv beside the labels, if it is there].",
)
@click.option(
    "--kinds",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="Ignore operators that share fewer independent kinds of evidence in rows of traits.",
)
@output_options
@pass_app
def evaluate(
    app: App,
    files: tuple[str, ...],
    mapping: Path | None,
    by: str,
    min_size: int,
    traits: Path | None,
    kinds: int,
    out: Callable[..., None],
) -> None:
    """Compare rings and campaigns with labels, in one table.

    Rows of kind `rings` score accounts, pairs and B-cubed, in all and per source. Rows of kind
    `operator` say whether each is one campaign: account recall is the part of it in that campaign,
    account precision the part of that campaign that is its. Rows of kind `cohort` are honest
    groups: how many of their accounts are in rings, and how many rings are mostly made of them.
    With traits, rows of kind `trait` say how many operators of each value were found by half, and
    which part of their accounts; rows of kind `mixed` count rings and campaigns with accounts of
    several operators, and the accounts that do not belong there.
    Rows of kind `evidence` say how many accounts show each family of evidence at all.

    \b
    Examples:
      ringleader evaluate --labels labels.csv
      ringleader evaluate --labels labels.csv --traits traits.csv
      ringleader evaluate --labels verdicts.csv --mapping mapping.toml --by campaign
      ringleader evaluate --format json
    """
    with app.connect() as r:
        scores = r.evaluate(
            files, mapping=mapping, by=by, min_size=min_size, traits=traits, kinds=kinds
        )
        out(scores.answer)


@click.command(cls=Command)
@click.option("--operators", type=click.IntRange(1, 500), default=24, show_default=True)
@click.option("--like", metavar="RING", help="Plant copies of this ring instead.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True)
@click.option(
    "--known-hubs",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of identifiers that strangers share.",
)
@output_options
@pass_app
def rehearse(
    app: App,
    operators: int,
    like: str | None,
    seed: int,
    known_hubs: Path | None,
    out: Callable[..., None],
) -> None:
    """Estimate how much would be found in your own graph; write nothing.

    Operators of crossed traits are planted among your accounts, in memory, and rings are looked
    for before and after. The table has the recall of each trait, and the accounts of your graph
    that are in a ring only since the operators are there. It takes about twice a detection.

    \b
    Examples:
      ringleader rehearse
      ringleader rehearse --operators 56 --seed 2
      ringleader rehearse --like ring-80502968ea5d
    """
    from ringleader.api import detection

    app.say(f"seed {seed}")
    values = detection.parameters_of(app.settings, algorithm="leiden", seed=None)
    with app.connect() as r:
        out(
            detection.rehearse(
                r.graph,
                values,
                operators=operators,
                like=like,
                seed=seed,
                known_hubs=known_hubs,
            )
        )
