"""``ringleader export``: parse, call, say what was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringleader.api.indicating import TLP
from ringleader.app import App, Group, pass_app
from ringleader.exports.handover import FORMATS

_path = click.Path(path_type=Path, dir_okay=False)
_FORMATS_TOLD = "\n".join(
    f"      {known.name:<9}{known.doc} ({known.endings[0]})" for known in FORMATS.values()
)
_DOCS = {
    "rings": """Write the suspected rings, one row per member.

    A graph holds rings, members, and the identifiers that tie them, each with its bits.""",
    "accounts": "Write the accounts that are in rings, each with its ties to the others.",
    "links": "Write all links between accounts, each with its evidence.",
    "campaigns": "Write the campaigns, with their rings and targets.",
}


@click.group(
    cls=Group,
    help=f"""Export findings in formats that other programs read.

    \b
    Formats, chosen by --format or by the ending of --output:
{_FORMATS_TOLD}

    A file is written completely or not at all. With --pseudonymise a keyed hash replaces every
    account, identifier and ring, so that nobody is named; system numbers (ASN) stay.""",
)
def export() -> None:
    """See the help above."""


def _command(thing: str, doc: str) -> None:
    """Add the command that exports a thing; all of them take the same options."""

    @export.command(
        thing,
        help=f"""{doc}

    \b
    Examples:
      ringleader export {thing} --output {thing}.csv
      ringleader export {thing} --format jsonl | head
      ringleader export {thing} --output {thing}.stix.json --tlp green --pseudonymise""",
    )
    @click.option(
        "--format",
        "format",
        type=click.Choice(list(FORMATS)),
        help="[default: csv, or the ending of --output]",
    )
    @click.option("--output", type=_path, help="Write to a file instead of standard output.")
    @click.option(
        "--since",
        metavar="RUN",
        help="Only rings that are new or have changed members since this run.",
    )
    @click.option("--ring", help="Only of this ring.")
    @click.option("--pseudonymise", is_flag=True, help="Replace every name by a keyed hash.")
    @click.option(
        "--key-file", type=_path, help="Key of these hashes [default: this installation's]."
    )
    @click.option(
        "--raw", is_flag=True, help="csv: do not escape cells that a spreadsheet would execute."
    )
    @click.option(
        "--tlp",
        type=click.Choice(TLP),
        default="amber",
        show_default=True,
        help="stix, misp: who may read it (TLP 2.0).",
    )
    @pass_app
    def command(app: App, output: Path | None, **how: Any) -> None:
        with app.connect() as r:
            app.looked(f"export {thing}")
            app.say(str(r.export(thing, output, **how)))


@export.command("campaign")
@click.argument("campaign")
@click.option(
    "--format",
    "format",
    type=click.Choice(("markdown", "stix", "misp")),
    help="[default: markdown, or the ending of --output]",
)
@click.option("--output", type=_path, help="Write to a file instead of standard output.")
@click.option("--names", is_flag=True, help="Everything under its own name.")
@click.option(
    "--infrastructure",
    is_flag=True,
    help="Addresses, networks, clients, domains and prompts under their own names.",
)
@click.option("--key-file", type=_path, help="Key of pseudonyms [default: this installation's].")
@click.option(
    "--tlp",
    type=click.Choice(TLP),
    default="amber",
    show_default=True,
    help="Who may read it (TLP 2.0); indicators of others with a stricter one stay out.",
)
@pass_app
def campaign(app: App, campaign: str, output: Path | None, **how: Any) -> None:
    """Write a dossier of CAMPAIGN for partners, clouds and authorities.

    What happened, when, how much, through what, how sure that is, and what is seen and what is
    inferred. Accounts and what they use have pseudonyms unless asked otherwise.

    \b
    Examples:
      ringleader export campaign campaign-80502968ea5d --output dossier.md --infrastructure
      ringleader export campaign campaign-80502968ea5d --output dossier.stix.json --tlp green
    """
    with app.connect() as r:
        app.looked("export campaign", campaign)
        done = r.dossier(campaign, output, **how)
    app.say(
        f"{done.campaign}: {done.accounts:,} accounts, {done.infrastructure:,} shared identifiers"
    )
    if done.kept_back:
        app.say(f"{done.kept_back:,} indicators were left out: their TLP does not allow it")


for _thing, _doc in _DOCS.items():
    _command(_thing, _doc)
