"""``ringleader review``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ringleader.app import App, Group, output_options, pass_app
from ringleader.errors import SettingsError

_Out = Callable[..., None]


@click.group(cls=Group)
def review() -> None:
    """Decide on rings and accounts; detection honours it, and every decision is kept.

    Of several decisions about one ring or account the latest counts.
    """


def _decision(function: Callable[..., None]) -> Callable[..., None]:
    """The arguments that every decision takes."""
    for option in (
        click.option(
            "--by", help="Who decides [default: setting review.by, or the system's user]."
        ),
        click.option("--note", required=True, help="Why: whoever asks later reads this."),
        click.argument("targets", metavar="RING|ACCOUNT...", nargs=-1, required=True),
    ):
        function = option(function)
    return pass_app(function)


@review.command("confirm")
@_decision
def confirm(app: App, targets: tuple[str, ...], note: str, by: str | None) -> None:
    """Confirm that a RING is one, or that an ACCOUNT belongs to its ring: members stay.

    \b
    Example:
      ringleader review confirm ring-80502968ea5d --note 'one buyer, 12 accounts, ticket 4711'
    """
    _decide(app, targets, "confirmed", note, by)


@review.command("reject")
@_decision
def reject(app: App, targets: tuple[str, ...], note: str, by: str | None) -> None:
    """Reject a RING, or an ACCOUNT from its ring: it does not come back by itself.

    What was seen then counts no more between these accounts and anybody else. Detection finds the
    ring again when other identifiers make a ring by themselves.

    \b
    Examples:
      ringleader review reject ring-80502968ea5d --note 'a co-working space, see lease'
      ringleader review reject acc_17 --note 'bought its phone second hand'
    """
    _decide(app, targets, "rejected", note, by)


@review.command("watch")
@_decision
def watch(app: App, targets: tuple[str, ...], note: str, by: str | None) -> None:
    """Watch a RING or ACCOUNT: lists show it, nothing else changes. It ends another decision.

    \b
    Example:
      ringleader review watch ring-80502968ea5d --note 'wait for the payment of March'
    """
    _decide(app, targets, "watched", note, by)


def _decide(app: App, targets: tuple[str, ...], verdict: str, note: str, by: str | None) -> None:
    from ringleader.algorithms.review.decisions import decide, returns_when

    with app.graph() as graph:
        graph.ensure_schema()
        rows = decide(graph, list(dict.fromkeys(targets)), verdict, note, _reviewer(app, by))
    for row in rows:
        about = f", {len(row['members']):,} accounts" if row["target_kind"] == "ring" else ""
        app.say(f"{row['target']}{about}: {verdict} by {row['decided_by']}")
        if when := returns_when(row):
            app.say(f"  what would bring it back: {when}")
    app.say("the next detection honours it; ringleader detect")


def _reviewer(app: App, by: str | None) -> str:
    """Who decides: as given, as set, or as logged in."""
    import getpass

    name = by or app.settings.get("review.by")
    if name:
        return str(name)
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise SettingsError(
            "nothing says who decides", hint="give --by NAME, or set [review] by"
        ) from error


@review.command("list")
@click.argument("target", metavar="[RING|ACCOUNT]", required=False)
@click.option("--history", is_flag=True, help="Decisions that later ones have replaced, too.")
@output_options
@pass_app
def list_decisions(app: App, target: str | None, history: bool, out: _Out) -> None:
    """List decisions, the latest first, and what became of each ring and account.

    With --history --format jsonl it is a file that `review import` takes.

    \b
    Examples:
      ringleader review list
      ringleader review list ring-80502968ea5d --history
      ringleader review list --history --format jsonl --output decisions.jsonl
    """
    from ringleader.algorithms.review.decisions import returns_when
    from ringleader.catalogue import get

    stored = get("list-decisions")
    with app.graph() as graph:
        rows = graph.read(stored, {"target": target, "history": history or target is not None})
    listed: list[dict[str, Any]] = [{**row, "returns_when": returns_when(row)} for row in rows]
    if not listed:
        app.say("nothing is decided; ringleader review confirm|reject|watch RING --note …")
    out(
        listed,
        [*(column.name for column in stored.columns), "returns_when"],
        brief=["target", "verdict", "decided_at", "decided_by", "note", "standing"],
    )


@review.command("labels")
@output_options
@pass_app
def labels(app: App, out: _Out) -> None:
    """Write decisions as labels, one row per account, for `load labels` and `evaluate`.

    Watched rings and accounts have no label. To carry decisions over so that detection honours
    them, use `review list --history` and `review import`.

    \b
    Example:
      ringleader review labels --output labels.csv
    """
    from ringleader.algorithms.review.decisions import as_labels
    from ringleader.catalogue import get

    stored = get("list-decisions")
    with app.graph() as graph:
        rows = graph.read(stored, stored.bind({}))
    out(as_labels(rows), ["account_id", "label", "ring_id", "decided_at", "decided_by"])


@review.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_app
def import_decisions(app: App, file: Path) -> None:
    """Carry decisions over from FILE, as `review list --history --format jsonl` writes it.

    Decisions that are there already change nothing.

    \b
    Example:
      ringleader review import decisions.jsonl
    """
    from ringleader.algorithms.review.decisions import carry_over

    with app.graph() as graph:
        graph.ensure_schema()
        count = carry_over(graph, file)
    app.say(f"{count:,} decisions are in the graph; the next detection honours them")
