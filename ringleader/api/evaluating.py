"""Compare rings and campaigns with labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer
from ringleader.api.results import Evaluation
from ringleader.catalogue import get
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
    "operators",
    "found_by_half",
    "found_share",
)
# What fits a terminal; every other format has all columns.
BRIEF = ("kind", "name", "accounts", "found", "account_precision", "account_recall", "bcubed_f1")
DIGITS = 4


def evaluate(
    graph: Graph,
    files: Sequence[str] = (),
    *,
    mapping: Path | None = None,
    by: str = "decided_by",
    min_size: int = 1,
    traits: Path | None = None,
    kinds: int = 2,
) -> Evaluation:
    """Compare rings and campaigns with labels.

    Args:
        graph: An open graph.
        files: Files of labels; none takes the graph's labels and decisions.
        mapping: A mapping file for these files.
        by: Column of the labels that tells sources of rings apart: ``decided_by`` or ``campaign``.
        min_size: Rings with fewer labelled accounts do not count.
        traits: Traits of operators; by default ``traits.csv`` beside the labels, if it is there.
        kinds: Operators that share fewer independent kinds of evidence do not count for values of
            traits.

    Raises:
        InputError: A file is broken or holds no label.
        NotFound: The graph holds no label and no decision.
    """
    from ringleader.algorithms.evaluation.labels import labels_in_graph, read_labels

    messages = []
    if files:
        labels, contradicting = read_labels(graph.settings, list(files), mapping, by)
    else:
        labels, contradicting = labels_in_graph(graph, by)
        messages += _origin(graph, labels)
    members = graph.read(get("ring-memberships"))
    there = graph.read(get("known-accounts"), {"account_ids": sorted(labels)})
    families = graph.read(get("families-in-graph"))
    if contradicting:
        messages.append(
            f"decisions about {contradicting} {'account' if contradicting == 1 else 'accounts'} "
            "contradict each other; the latest counts"
        )
    if unknown := len(labels) - len(there):
        messages.append(
            f"{unknown:,} labelled accounts are not in the graph; they count as not found"
        )
    if missing := [row["family"] for row in families if not row["accounts"]]:
        messages.append(f"the graph holds no evidence of {', '.join(missing)}")
    rows = table(members, labels, min_size)
    if found := traits or _beside(files):
        rows += trait_rows(members, labels, found, kinds)
    shown = [{"kind": "evidence", "name": r["family"], "accounts": r["accounts"]} for r in families]
    return Evaluation(Answer([*rows, *shown], COLUMNS, BRIEF), tuple(messages))


def _origin(graph: Graph, labels: Mapping[str, Label]) -> list[str]:
    if not labels:
        raise NotFound(
            "the graph holds no label and no decision",
            hint="ringleader evaluate --labels FILE, or ringleader load labels FILE",
        )
    decided = graph.read(get("standing-decisions"))
    if not decided:
        return []
    return [
        f"{len(decided):,} decisions are among the labels, and detection honours them: scores on "
        "these accounts do not test it"
    ]


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
                "found_share": cohort.flagged / cohort.accounts,
            }
        )
    return [_rounded(row) for row in rows]


def _beside(files: Sequence[str]) -> Path | None:
    """The traits that a simulation wrote beside its labels."""
    found = [Path(file).parent / "traits.csv" for file in files]
    return next((path for path in found if path.is_file()), None)


def trait_rows(
    members: list[dict[str, Any]], labels: Mapping[str, Label], traits: Path, kinds: int
) -> list[dict[str, Any]]:
    """The rows about traits of operators.

    Args:
        members: Rows of the stored query ``ring-memberships``.
        labels: Label of each account.
        traits: The file that holds the traits.
        kinds: Operators that share fewer independent kinds are left out of rows of values.
    """
    from ringleader.algorithms.evaluation.traits import by_trait, mixed, read_traits

    ring = {row["account_id"]: row["ring_id"] for row in members}
    campaign = {row["account_id"]: row["campaign_id"] for row in members if row["campaign_id"]}
    rows: list[dict[str, Any]] = [
        {
            "kind": "trait",
            "name": name,
            "accounts": scores.accounts,
            "fraud": scores.accounts,
            "found": scores.grouped,
            "account_recall": scores.recall,
            "operators": scores.operators,
            "found_by_half": scores.found,
        }
        for name, scores in by_trait(ring, labels, read_traits(traits), kinds=kinds).items()
    ]
    for name, groups in (("rings", ring), ("campaigns", campaign)):
        several = mixed(groups, labels)
        rows.append(
            {"kind": "mixed", "name": name, "found": several.accounts, name: several.groups}
        )
    return [_rounded(row) for row in rows]


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: round(value, DIGITS) if isinstance(value := row.get(name), float) else value
        for name in COLUMNS
    }
