"""``ringleader find``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable

import click

from ringleader.app import App, Command, output_options, pass_app


@click.command(cls=Command)
@click.argument("text", required=False)
@click.option("--email", help="An e-mail address, as the person wrote it.")
@click.option("--phone", help="A phone number.")
@click.option("--region", help="Country of a number without a country code, e.g. DE.")
@output_options
@pass_app
def find(
    app: App,
    text: str | None,
    email: str | None,
    phone: str | None,
    region: str | None,
    out: Callable[..., None],
) -> None:
    """Find what TEXT names, or accounts by e-mail address or phone number.

    TEXT is a ring, account, address, network, card, device, e-mail address, or words of a prompt.
    The database holds keyed hashes only. The address and the number are hashed here, with the key
    of the data folder, and are not kept. Accounts whose mail arrives in the same mailbox are found
    too.

    \b
    Examples:
      ringleader find 203.0.113.0/24
      ringleader find --email ann@mail.example
      ringleader find --phone '+49 30 1234567'
      ringleader find --phone '030 1234567' --region DE
    """
    from ringleader.api.lookup import find_accounts

    if text is not None and (email or phone):
        raise click.UsageError("give TEXT, or --email and --phone")
    with app.connect() as r:
        if text is not None:
            from ringleader.api.searching import search

            app.looked("find")
            out(search(r.graph, text))
            return
        found = find_accounts(r.graph, email=email, phone=phone, region=region)
        app.looked("find", *(row["account_id"] for row in found.rows))
    if not found.rows:
        app.say("no account has it; ringleader loads list shows which accounts tables are loaded")
    out(found)
