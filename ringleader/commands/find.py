"""``ringleader find``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable

import click

from ringleader.app import App, Command, output_options, pass_app


@click.command(cls=Command)
@click.option("--email", help="An e-mail address, as the person wrote it.")
@click.option("--phone", help="A phone number.")
@click.option("--region", help="Country of a number without a country code, e.g. DE.")
@output_options
@pass_app
def find(
    app: App, email: str | None, phone: str | None, region: str | None, out: Callable[..., None]
) -> None:
    """Find accounts by e-mail address or phone number.

    The database holds keyed hashes only. The address and the number are hashed here, with the key
    of the data folder, and are not kept. Accounts whose mail arrives in the same mailbox are found
    too.

    \b
    Examples:
      ringleader find --email ann@mail.example
      ringleader find --phone '+49 30 1234567'
      ringleader find --phone '030 1234567' --region DE
    """
    from ringleader.api.lookup import find_accounts

    with app.connect() as r:
        found = find_accounts(r.graph, email=email, phone=phone, region=region)
    if not found.rows:
        app.say("no account has it; ringleader loads list shows which accounts tables are loaded")
    out(found)
