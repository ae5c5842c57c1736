"""The root of the command line. Commands live beside what they call and load when asked for."""

from __future__ import annotations

import sys

import click

from ringleader.app import Root, run
from ringleader.home import keep_private
from ringleader.version import __version__

COMMANDS = {
    "server": "ringleader.commands.server:server",
    "doctor": "ringleader.commands.doctor:doctor",
    "simulate": "ringleader.scenario.commands:simulate",
    "load": "ringleader.loaders.commands:load",
    "prepare": "ringleader.loaders.commands:prepare",
    "mapping": "ringleader.loaders.mapping_commands:mapping",
    "loads": "ringleader.loaders.commands:loads",
    "detect": "ringleader.algorithms.commands:detect",
    "rings": "ringleader.algorithms.commands:rings",
    "why": "ringleader.algorithms.commands:why",
    "check": "ringleader.algorithms.checking.commands:check",
    "find": "ringleader.commands.find:find",
    "changes": "ringleader.algorithms.commands:changes",
    "campaigns": "ringleader.algorithms.campaigns.commands:campaigns",
    "entities": "ringleader.algorithms.campaigns.commands:entities",
    "hubs": "ringleader.algorithms.evidence.hub_commands:hubs",
    "review": "ringleader.algorithms.review.commands:review",
    "evaluate": "ringleader.algorithms.evaluation.commands:evaluate",
    "rehearse": "ringleader.algorithms.evaluation.commands:rehearse",
    "export": "ringleader.exports.commands:export",
    "report": "ringleader.exports.report_commands:report",
    "serve": "ringleader.service.commands:serve",
    "mcp": "ringleader.service.commands:mcp",
    "job": "ringleader.jobs.commands:job",
    "query": "ringleader.commands.query:query",
    "cypher": "ringleader.commands.cypher:cypher",
    "shell": "ringleader.commands.cypher:shell",
    "indicators": "ringleader.loaders.indicators.commands:indicators",
    "match": "ringleader.exports.matching.commands:match",
    "retention": "ringleader.commands.ending:retention",
    "forget": "ringleader.commands.ending:forget",
    "backup": "ringleader.commands.backup:backup",
    "restore": "ringleader.commands.backup:restore",
    "upgrade": "ringleader.commands.doctor:upgrade",
    "keys": "ringleader.commands.backup:keys",
    "audit": "ringleader.commands.audit:audit",
    "completion": "ringleader.commands.completion:completion",
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

    Every command has examples in its own help. Data goes to standard output, messages to standard
    error.

    \b
    Exit codes:
      0    done
      1    something failed; the message says what, where, and what to do next
      2    the call or the settings make no sense
      3    there are findings, and --fail-on-findings was given
      4    no Neo4j answers, or it refuses the login
      75   another run holds the lock; try again later
      130  interrupted; the same command can be run again

    \b
    Environment:
      RINGLEADER_HOME      data folder: managed server, keys, quarantine, audit log
      RINGLEADER_DEBUG     show where an error came from
      NEO4J_URI            where Neo4j answers; also NEO4J_USERNAME, NEO4J_DATABASE
      NEO4J_PASSWORD_FILE  file with the password; or NEO4J_PASSWORD
      NO_COLOR             no colours

    \b
    Files:
      ringleader.toml      settings, in the current folder; ringleader doctor shows them,
                           detect --parameters those of [detect], job list the jobs
    """


def main() -> None:
    """Entry point of the ``ringleader`` command."""
    keep_private()
    sys.exit(run(cli))


if __name__ == "__main__":
    main()
