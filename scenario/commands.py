"""`ringleader simulate`: the campaign that ringleader is built for, in files, with its truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringleader.app import App, Command, pass_app

FORMATS = ("parquet", "csv")  # ringleader.scenario.simulate.FORMATS, without its imports


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  ringleader simulate --accounts 3000 --output sample
  ringleader simulate --output campaign
  ringleader simulate --crossed --seed 1 --output crossed
  ringleader simulate --accounts 12000 --providers 3 --output three
  ringleader load requests campaign/requests""",
)
@click.option(
    "--accounts",
    type=click.IntRange(2_000, 3_000_000),
    help="Honest accounts; operators and cohorts are in proportion "
    "[default: 1,000,000; with --crossed 60,000].",
)
@click.option(
    "--requests",
    type=click.IntRange(min=1),
    help="Requests of the honest accounts [default: 60 for each; with --crossed 30].",
)
@click.option(
    "--crossed", is_flag=True, help="Operators of crossed traits, not the reported campaign."
)
@click.option(
    "--design",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Your own declaration of crossed traits, in the form of scenario/crossed.toml.",
)
@click.option(
    "--providers",
    type=click.IntRange(1, 20),
    default=1,
    show_default=True,
    help="Split the accounts over so many providers, each with a folder of its own.",
)
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True)
@click.option("--format", type=click.Choice(FORMATS), default="parquet")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder to write; one that holds a simulation is replaced.",
)
@click.option("--threads", type=click.IntRange(1, 64), help="Days simulated at a time.")
@pass_app
def simulate(app: App, output: Path, **how: Any) -> None:
    """Write a simulated campaign: every table of the input contract, and the truth in labels.

    Three operators hide among honest accounts, some of them look-alikes (docs/simulation.md). With
    --crossed there are 56 operators, each with a different combination of traits; traits.csv,
    cohorts.csv and stolen.csv say which. The same options write the same bytes.
    """
    from ringleader.output import emit

    with app.connect() as r:
        made = r.simulate(output, **how)
    app.say(f"{made.bytes / 1e6:,.1f} MB in {output}, seed {how['seed']}, {made.seconds:.1f} s")
    emit(made.tables.rows)
