"""``ringleader evaluate``: parse, call, render."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ringleader.app import App, Command, output_options, pass_app
from ringleader.errors import NotFound

if TYPE_CHECKING:
    from ringleader.algorithms.evaluation.metrics import Label
    from ringleader.graph import Graph

COLUMNS = (
    "kind",
    "name",
    "accounts",
    "fraud",
    "found",
    "account_precision",
    "account_recall",
    "pair_precision",
    "pair_recall",
    "bcubed_precision",
    "bcubed_recall",
    "bcubed_f1",
    "campaigns",
    "rings",
)
DIGITS = 4


@click.command(cls=Command)
@click.option("--labels", "files", multiple=True, help="File with labels [default: the graph's].")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Mapping file for the labels.",
)
@click.option(
    "--by",
    type=click.Choice(("decided_by", "campaign")),
    default="decided_by",
    show_default=True,
    help="Column of the labels that tells sources of rings apart.",
)
@click.option(
    "--min-size",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Leave out rings with fewer labelled accounts.",
)
@output_options
@pass_app
def evaluate(
    app: App,
    files: tuple[str, ...],
    mapping: Path | None,
    by: str,
    min_size: int,
    out: Callable[..., None],
) -> None:
    """Compare rings and campaigns with labels, in one table.

    Rows of kind `rings` score accounts, pairs and B-cubed, in all and per source. Rows of kind
    `operator` say whether each is one campaign: account recall is the part of it in that campaign,
    account precision the part of that campaign that is its. Rows of kind `cohort` are honest
    groups: how many of their accounts are in rings, and how many rings are mostly made of them.
    Rows of kind `evidence` say how many accounts show each family of evidence at all.

    \b
    Examples:
      ringleader evaluate --labels labels.csv
      ringleader evaluate --labels verdicts.csv --mapping mapping.toml --by campaign
      ringleader evaluate --format json
    """
    from ringleader.algorithms.evaluation.labels import labels_in_graph, read_labels
    from ringleader.catalogue import get

    with app.graph() as graph:
        if files:
            labels, contradicting = read_labels(app.settings, list(files), mapping, by)
        else:
            labels, contradicting = labels_in_graph(graph, by)
            _tell_origin(app, graph, labels)
        members = graph.read(get("ring-memberships"))
        there = graph.read(get("known-accounts"), {"account_ids": sorted(labels)})
        families = graph.read(get("families-in-graph"))
    if contradicting:
        app.say(
            f"decisions about {contradicting} {'account' if contradicting == 1 else 'accounts'} "
            "contradict each other; the latest counts"
        )
    if unknown := len(labels) - len(there):
        app.say(f"{unknown:,} labelled accounts are not in the graph; they count as not found")
    if missing := [row["family"] for row in families if not row["accounts"]]:
        app.say(f"this graph holds no evidence of {', '.join(missing)}: rings had to do without")
    rows = table(members, labels, min_size)
    shown = [{"kind": "evidence", "name": r["family"], "accounts": r["accounts"]} for r in families]
    out([*rows, *shown], COLUMNS)


def _tell_origin(app: App, graph: Graph, labels: Mapping[str, Label]) -> None:
    from ringleader.catalogue import get

    if not labels:
        raise NotFound(
            "the graph holds no label and no decision",
            hint="ringleader evaluate --labels FILE, or ringleader load labels FILE",
        )
    decided = graph.read(get("standing-decisions"))
    if decided:
        app.say(
            f"{len(decided):,} decisions are among the labels, and detection honours them: scores "
            "on these accounts are no test of it"
        )


def table(
    members: list[dict[str, Any]], labels: Mapping[str, Label], min_size: int
) -> list[dict[str, Any]]:
    """The rows of the table.

    Args:
        members: Rows of the stored query ``ring-memberships``.
        labels: Label of each account.
        min_size: Rings with fewer labelled accounts do not count.
    """
    from ringleader.algorithms.evaluation.metrics import cohorts, evaluate_by, operators

    ring = {row["account_id"]: row["ring_id"] for row in members}
    campaign = {row["account_id"]: row["campaign_id"] for row in members if row["campaign_id"]}
    rows: list[dict[str, Any]] = []
    for name, scores in evaluate_by(ring, labels, min_size=min_size).items():
        told = asdict(scores)
        found, groups = told.pop("grouped"), told.pop("groups")
        rows.append({"kind": "rings", "name": name, **told, "found": found, "rings": groups})
    for name, operator in operators(campaign, labels).items():
        rows.append(
            {
                "kind": "operator",
                "name": name,
                "accounts": operator.accounts,
                "fraud": operator.accounts,
                "found": operator.found,
                "account_precision": operator.purity,
                "account_recall": operator.recall,
                "campaigns": operator.campaigns,
            }
        )
    for name, cohort in cohorts(ring, labels).items():
        rows.append(
            {
                "kind": "cohort",
                "name": name,
                "accounts": cohort.accounts,
                "found": cohort.flagged,
                "rings": cohort.rings,
            }
        )
    return [
        {
            name: round(value, DIGITS) if isinstance(value := row.get(name), float) else value
            for name in COLUMNS
        }
        for row in rows
    ]
