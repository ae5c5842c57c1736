"""`ringleader simulate`: the campaign that ringleader is built for, in files, with its truth."""

from __future__ import annotations

import time
from pathlib import Path

import click

from ringleader.app import App, Command, pass_app

FORMATS = ("parquet", "csv")  # scenario.simulate.FORMATS, without its imports


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  ringleader simulate --accounts 3000 --output sample
  ringleader simulate --output campaign
  ringleader load requests campaign/requests""",
)
@click.option(
    "--accounts",
    type=click.IntRange(2_000, 3_000_000),
    default=1_000_000,
    show_default=True,
    help="Honest accounts; operators and cohorts are in proportion.",
)
@click.option(
    "--requests",
    type=click.IntRange(min=1),
    help="Requests of the honest accounts [default: 60 for each].",
)
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="parquet")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder to write; one that holds a simulation is replaced.",
)
@click.option("--threads", type=click.IntRange(1, 64), help="Days made at a time.")
@pass_app
def simulate(
    app: App,
    accounts: int,
    requests: int | None,
    seed: int,
    format_: str,
    output: Path,
    threads: int | None,
) -> None:
    """Write a simulated campaign: every table of the input contract, and the truth in labels.

    Three operators among honest accounts, some of which look guilty (docs/simulation.md). The same
    options write the same bytes.
    """
    from ringleader.output import emit
    from scenario.simulate import as_rows
    from scenario.simulate import simulate as write

    began = time.monotonic()
    written = write(
        output,
        accounts=accounts,
        requests=requests,
        seed=seed,
        format=format_,
        threads=threads,
    )
    size = sum(w.bytes for w in written) / 1e6
    app.say(f"{size:,.1f} MB in {output}, {time.monotonic() - began:.1f} s")
    emit(as_rows(written))
