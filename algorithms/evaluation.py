"""How good detected rings are against labels.

Accounts are *fraud* or not; a fraudulent account may have a true ring. Groups are what detection
put together; accounts in no group count as alone.

- account precision and recall: grouped accounts that are fraud; fraud that is grouped;
- pair precision and recall: pairs of one group that are of one true ring; pairs of one true ring
  that are in one group;
- B-cubed F1 (Bagga and Baldwin 1998; Amigo et al. 2009) over fraud: precision is the mean, over
  grouped fraudulent accounts, of the part of the account's group that is of its true ring (a benign
  account in the group lowers it); recall is the mean, over all fraudulent accounts, of the part of
  the true ring that is in the account's group, zero for an account in no group. A fraudulent
  account without a true ring is a ring of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FRAUD, BENIGN = "fraud", "benign"


@dataclass(frozen=True)
class Label:
    """What is known of an account: fraud or benign, its true ring, and where that comes from."""

    label: str
    ring: str | None = None
    by: str | None = None


@dataclass(frozen=True)
class Scores:
    """Scores from 0 to 1; None where there is nothing to divide by."""

    accounts: int
    fraud: int
    grouped: int
    groups: int
    account_precision: float | None
    account_recall: float | None
    pair_precision: float | None
    pair_recall: float | None
    bcubed_precision: float | None
    bcubed_recall: float | None
    bcubed_f1: float | None


def evaluate(
    groups: Mapping[str, str], labels: Mapping[str, Label], *, min_size: int = 1
) -> Scores:
    """Compare groups with labels.

    Args:
        groups: Group of each grouped account; unlabelled accounts are left out.
        labels: Label of each account.
        min_size: Groups with fewer labelled accounts do not count.
    """
    group = {account: name for account, name in groups.items() if account in labels}
    size = Counter(group.values())
    group = {account: name for account, name in group.items() if size[name] >= min_size}
    size = Counter(group.values())
    true = {a: (known.ring or f"\0{a}") for a, known in labels.items() if known.label == FRAUD}
    both = Counter((group[a], true[a]) for a in group if a in true)
    true_size = Counter(true.values())
    grouped_fraud = [a for a in group if a in true]
    precisions = [both[group[a], true[a]] / size[group[a]] for a in grouped_fraud]
    recalls = [both[group[a], true[a]] / true_size[true[a]] for a in grouped_fraud]
    precision = _part(sum(precisions), len(precisions))
    recall = _part(sum(recalls), len(true))
    return Scores(
        accounts=len(labels),
        fraud=len(true),
        grouped=len(group),
        groups=len(size),
        account_precision=_part(len(grouped_fraud), len(group)),
        account_recall=_part(len(grouped_fraud), len(true)),
        pair_precision=_part(_pairs(both), _pairs(size)),
        pair_recall=_part(_pairs(both), _pairs(true_size)),
        bcubed_precision=precision,
        bcubed_recall=recall,
        bcubed_f1=_harmonic(precision, recall),
    )


def evaluate_by(
    groups: Mapping[str, str], labels: Mapping[str, Label], *, min_size: int = 1
) -> dict[str, Scores]:
    """Scores over all labels, then per value of ``by`` with recall counted on its fraud alone.

    Groups are the same in every row. In the row of one value the fraud of other values is left out
    on both sides, so that precision counts benign accounts against it and nothing else.
    """
    table = {"all": evaluate(groups, labels, min_size=min_size)}
    sources: defaultdict[str, set[str]] = defaultdict(set)
    for account, known in labels.items():
        if known.label == FRAUD and known.by:
            sources[known.by].add(account)
    for source in sorted(sources):
        part = {
            account: known
            for account, known in labels.items()
            if known.label != FRAUD or account in sources[source]
        }
        table[source] = evaluate(groups, part, min_size=min_size)
    return table


def _pairs(counts: Counter[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def _part(some: float, whole: float) -> float | None:
    return some / whole if whole else None


def _harmonic(precision: float | None, recall: float | None) -> float | None:
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
