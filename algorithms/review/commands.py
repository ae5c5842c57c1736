"""``ringleader review``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from ringleader.app import App, Group, output_options, pass_app

_Out = Callable[..., None]


@click.group(cls=Group)
def review() -> None:
    """Decide on rings and accounts; detection follows it, and every decision is kept.

    If there are several decisions about one ring or account, the latest counts.
    """


def _decision(function: Callable[..., None]) -> Callable[..., None]:
    """The arguments that every decision takes."""
    for option in (
        click.option(
            "--by", help="Your name [default: your login, setting review.by, or the system's user]."
        ),
        click.option("--note", help="Reason, for whoever reads the decision later (required)."),
        click.option("--dry-run", is_flag=True, help="Say what it will do; write nothing."),
        click.argument("targets", metavar="RING|ACCOUNT...", nargs=-1, required=True),
    ):
        function = option(function)
    return pass_app(function)


@review.command("confirm")
@_decision
def confirm(
    app: App, targets: tuple[str, ...], note: str | None, by: str | None, dry_run: bool
) -> None:
    """Confirm that a RING is one, or that an ACCOUNT belongs to its ring; members stay.

    \b
    Example:
      ringleader review confirm ring-80502968ea5d --note 'one buyer, 12 accounts, ticket 4711'
    """
    _decide(app, targets, "confirm", note, by, dry_run)


@review.command("reject")
@_decision
def reject(
    app: App, targets: tuple[str, ...], note: str | None, by: str | None, dry_run: bool
) -> None:
    """Reject a RING, or an ACCOUNT from its ring: it does not come back by itself.

    Identifiers seen until then no longer count between these accounts and others. Detection
    finds the ring again only if other identifiers make a ring by themselves.

    \b
    Examples:
      ringleader review reject ring-80502968ea5d --dry-run
      ringleader review reject ring-80502968ea5d --note 'a co-working space, see lease'
      ringleader review reject acc_17 --note 'bought its phone second hand'
    """
    _decide(app, targets, "reject", note, by, dry_run)


@review.command("watch")
@_decision
def watch(
    app: App, targets: tuple[str, ...], note: str | None, by: str | None, dry_run: bool
) -> None:
    """Watch a RING or ACCOUNT: lists show it, nothing else changes. It replaces earlier ones.

    \b
    Example:
      ringleader review watch ring-80502968ea5d --note 'wait for the payment of March'
    """
    _decide(app, targets, "watch", note, by, dry_run)


@review.command("withdraw")
@_decision
def withdraw(
    app: App, targets: tuple[str, ...], note: str | None, by: str | None, dry_run: bool
) -> None:
    """Withdraw the latest decision on a RING or ACCOUNT, as if nobody had decided.

    The decision stays in the history, with who withdrew it and why.

    \b
    Example:
      ringleader review withdraw ring-80502968ea5d --note 'decided on the wrong ring'
    """
    _decide(app, targets, "withdraw", note, by, dry_run)


def _decide(
    app: App,
    targets: tuple[str, ...],
    verdict: str,
    note: str | None,
    by: str | None,
    dry_run: bool,
) -> None:
    if note is None and not dry_run:
        raise click.UsageError("Missing option '--note': say why, or give --dry-run")
    with app.connect() as r:
        if dry_run:
            for effect in r.effects(targets, verdict):
                click.echo(f"{effect.target}: {effect.text}")
            return
        decisions = r.review(targets, verdict, note=note or "", by=by)
    for made in decisions:
        about = f", {made.members:,} accounts" if made.kind == "ring" else ""
        app.say(f"{made.target}{about}: {made.verdict} by {made.by}")
        if made.returns_when:
            app.say(f"  what would bring it back: {made.returns_when}")
    if verdict == "reject" and any(made.kind == "ring" for made in decisions):
        app.say("`rings list` hides a rejected ring at once; its members leave it at the next run")
    app.say("detection follows it from the next run on; ringleader detect")


@review.command("assign")
@click.argument("rings", metavar="RING...", nargs=-1, required=True)
@click.option("--to", "owner", help="Who works on them; without it they are given back.")
@click.option("--note", default="", help="Why.")
@click.option(
    "--by", help="Your name [default: your login, setting review.by, or the system's user]."
)
@pass_app
def assign(app: App, rings: tuple[str, ...], owner: str | None, note: str, by: str | None) -> None:
    """Give each RING to somebody, or back; every assignment is kept in the graph.

    \b
    Examples:
      ringleader review assign ring-80502968ea5d --to ann
      ringleader review assign ring-80502968ea5d
    """
    with app.connect() as r:
        r.assign(rings, owner, note=note, by=by)
    for ring in rings:
        app.say(f"{ring}: {f'assigned to {owner}' if owner else 'given back'}")


@review.command("queue")
@output_options
@pass_app
def queue(app: App, out: _Out) -> None:
    """List the rings with the states that analysts work by, the strongest first.

    States: waiting, new, grown, returned, assigned, watched, decided. New and grown are those of
    the last seven days.

    \b
    Example:
      ringleader review queue
    """
    from ringleader.api import casework

    with app.connect() as r:
        app.looked("review queue")
        out(casework.queue(r.graph))


@review.command("list")
@click.argument("target", metavar="[RING|ACCOUNT]", required=False)
@click.option("--history", is_flag=True, help="Include decisions that later ones have replaced.")
@output_options
@pass_app
def list_decisions(app: App, target: str | None, history: bool, out: _Out) -> None:
    """List decisions, the latest first, and the state of each ring and account now.

    `review import` reads what --history --format jsonl writes.

    \b
    Examples:
      ringleader review list
      ringleader review list ring-80502968ea5d --history
      ringleader review list --history --format jsonl --output decisions.jsonl
    """
    from ringleader.api import reviewing

    with app.connect() as r:
        app.looked("review list", *([target] if target else []))
        out(reviewing.decisions(r.graph, target, history=history))


@review.command("labels")
@output_options
@pass_app
def labels(app: App, out: _Out) -> None:
    """Write decisions as labels, one row per account, for `load labels` and `evaluate`.

    Watched rings and accounts have no label. To transfer decisions so that detection follows
    them, use `review list --history` and `review import`.

    \b
    Example:
      ringleader review labels --output labels.csv
    """
    from ringleader.api import reviewing

    with app.connect() as r:
        out(reviewing.labels(r.graph))


@review.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_app
def import_decisions(app: App, file: Path) -> None:
    """Import decisions from FILE, as `review list --history --format jsonl` writes it.

    Appeals come with the decisions. Decisions that exist already, and appeals that are answered
    here, stay as they are.

    \b
    Example:
      ringleader review import decisions.jsonl
    """
    from ringleader.api import reviewing

    with app.connect() as r:
        count = reviewing.import_decisions(r.graph, file)
    app.say(f"{count:,} decisions are in the graph; they apply from the next detection on")


@review.command("appeal")
@click.argument("account")
@click.option("--note", required=True, help="What the holder of the account says.")
@pass_app
def appeal(app: App, account: str, note: str) -> None:
    """Record that the holder of ACCOUNT appeals against the decision about it.

    The decision is the latest about the account, or about a ring that held it. It stays in force
    until the appeal is answered.

    \b
    Example:
      ringleader review appeal acc_17 --note 'we are a language school, ticket 4712'
    """
    with app.connect() as r:
        made = r.appeal(account, note=note)
    app.say(f"{account} appeals against: {made['target']} {made['verdict']}")


@review.command("answer")
@click.argument("account")
@click.argument("answer", type=click.Choice(("upheld", "granted")))
@click.option(
    "--by", help="Your name [default: your login, setting review.by, or the system's user]."
)
@click.option("--note", required=True, help="Reason, for whoever reads the answer later.")
@pass_app
def answer_appeal(app: App, account: str, answer: str, by: str | None, note: str) -> None:
    """Answer the open appeal of ACCOUNT: the decision is upheld, or the appeal granted.

    A granted appeal rejects the account from its ring, as `review reject` does.

    \b
    Examples:
      ringleader review answer acc_17 granted --note 'a school, seen its register'
      ringleader review answer acc_17 upheld --note 'the same card in twelve accounts'
    """
    with app.connect() as r:
        r.answer_appeal(account, answer, note=note, by=by)
    app.say(f"{account}: {answer}")
    if answer == "granted":
        app.say("it applies from the next detection on; ringleader detect")


@review.command("appeals")
@click.option("--state", type=click.Choice(("open", "upheld", "granted")), help="Only these.")
@output_options
@pass_app
def list_appeals(app: App, state: str | None, out: _Out) -> None:
    """List appeals, the open ones and the oldest first.

    \b
    Examples:
      ringleader review appeals --state open
    """
    with app.connect() as r:
        app.looked("review appeals")
        out(r.ask("appeals", {"state": state}))
