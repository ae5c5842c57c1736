"""``ringleader check``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from ringleader.app import App, Command, output_options, pass_app
from ringleader.errors import FindingsFound, WrongUsage

_Out = Callable[..., None]


@click.command(cls=Command)
@click.argument("account", required=False)
@click.option(
    "--given",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="What is known of the account and not loaded; as often as you like.",
)
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Check every row of a file: CSV, JSON lines or Parquet.",
)
@click.option(
    "--fail-on-findings", is_flag=True, help="End with code 3 if an account joins a ring."
)
@output_options
@pass_app
def check(
    app: App,
    account: str | None,
    given: tuple[str, ...],
    file: Path | None,
    fail_on_findings: bool,
    out: _Out,
) -> None:
    """Check whether ACCOUNT belongs to a ring of the last detection.

    The figures are those of detection. An account that is not loaded is checked by what is known of
    it: the columns of the input contract, such as ip, device_id, payment_method_id,
    prompt_cluster_id, email and phone, and declared identifiers.

    \b
    Examples:
      ringleader check acc_17
      ringleader check acc_17 --format json
      ringleader check --given ip=203.0.113.7 --given device_id=ja4-1f
      ringleader check --file sign-ups.csv --format csv --output checked.csv
    """
    from ringleader.api import checking
    from ringleader.api.check_results import JOINS

    if file is not None and (account or given):
        raise WrongUsage("--file has the accounts: give no ACCOUNT and no --given beside it")
    if file is not None:
        with app.connect() as r:
            answer = checking.check_all(r.graph, file)
        app.looked("check", *(row["account_id"] for row in answer.rows if row["account_id"]))
        out(answer)
        joining = [row for row in answer.rows if row["outcome"] == JOINS]
    else:
        with app.connect() as r:
            found = checking.check(r.graph, checking.given_columns(account, given))
        app.looked("check", *([found.account_id] if found.account_id else []))
        for line in found.lines:
            app.say(line)
        out(found.answer)
        joining = [found.row] if found.outcome == JOINS else []
    if fail_on_findings and joining:
        raise FindingsFound(
            f"{len(joining):,} accounts belong to rings", hint="ringleader rings list"
        )
