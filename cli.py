"""The root of the command line. Commands live beside what they call and load when asked for."""

from __future__ import annotations

import sys

import click

from ringleader import __version__
from ringleader.app import Root, run

COMMANDS = {
    "server": "ringleader.server_commands:server",
    "doctor": "ringleader.doctor_commands:doctor",
    "simulate": "scenario.commands:simulate",
    "load": "loaders.commands:load",
    "detect": "algorithms.commands:detect",
    "rings": "algorithms.commands:rings",
    "evaluate": "algorithms.commands:evaluate",
    "export": "exports.commands:export",
    "job": "jobs.commands:job",
    "query": "ringleader.query_commands:query",
    "cypher": "ringleader.cypher_commands:cypher",
    "shell": "ringleader.cypher_commands:shell",
    "completion": "ringleader.completion_commands:completion",
}


@click.group(cls=Root, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ringleader")
def cli() -> None:
    """Link accounts that pretend to be strangers.

    \b
    A first day:
      ringleader server start
      ringleader load accounts accounts.csv
      ringleader load requests 'requests/*.parquet'
      ringleader detect
      ringleader rings list
      ringleader rings explain RING
      ringleader export rings --format csv --output rings.csv
    """


def main() -> None:
    """Entry point of the ``ringleader`` command."""
    sys.exit(run(cli))


if __name__ == "__main__":
    main()
