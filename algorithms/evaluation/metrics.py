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

Operators, if labels name them, should be one campaign each: recall is the part of an operator's
accounts in the campaign that has most of them, purity the part of that campaign that is theirs.
Honest cohorts, if labels name them, should be in no ring at all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FRAUD, BENIGN = "fraud", "benign"


@dataclass(frozen=True)
class Label:
    """What is known of an account.

    Attributes:
        label: ``fraud`` or ``benign``.
        ring: Its true ring.
        by: Where that comes from.
        campaign: The operator behind it; of a benign account its cohort.
    """

    label: str
    ring: str | None = None
    by: str | None = None
    campaign: str | None = None


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


@dataclass(frozen=True)
class OperatorScores:
    """How an operator was found.

    Attributes:
        accounts: The operator's accounts.
        found: Those in some ring.
        campaigns: Detected campaigns that hold any; one, if all is well.
        recall: Part of the accounts that is in the campaign with most of them.
        purity: Part of that campaign's labelled accounts that is the operator's.
    """

    accounts: int
    found: int
    campaigns: int
    recall: float | None
    purity: float | None


@dataclass(frozen=True)
class CohortScores:
    """How an honest cohort fared: its accounts, those in rings, and rings mostly made of it."""

    accounts: int
    flagged: int
    rings: int


def operators(
    campaigns: Mapping[str, str], labels: Mapping[str, Label]
) -> dict[str, OperatorScores]:
    """Scores of each operator that labels name.

    Args:
        campaigns: Campaign of each account that is in one.
        labels: Label of each account.
    """
    size = Counter(name for account, name in campaigns.items() if account in labels)
    table = {}
    for operator, accounts in _by_campaign(labels, FRAUD).items():
        held = Counter(campaigns[account] for account in accounts if account in campaigns)
        # Of campaigns with as many, the purest counts.
        main = max(held, key=lambda name: (held[name], -size[name], name), default="")
        table[operator] = OperatorScores(
            accounts=len(accounts),
            found=sum(held.values()),
            campaigns=len(held),
            recall=_part(held[main], len(accounts)),
            purity=_part(held[main], size[main]),
        )
    return table


def cohorts(groups: Mapping[str, str], labels: Mapping[str, Label]) -> dict[str, CohortScores]:
    """Scores of each honest cohort that labels name.

    Args:
        groups: Ring of each account that is in one.
        labels: Label of each account.
    """
    size = Counter(name for account, name in groups.items() if account in labels)
    table = {}
    for cohort, accounts in _by_campaign(labels, BENIGN).items():
        held = Counter(groups[account] for account in accounts if account in groups)
        mostly = sum(2 * count > size[name] for name, count in held.items())
        table[cohort] = CohortScores(len(accounts), sum(held.values()), mostly)
    return table


def _by_campaign(labels: Mapping[str, Label], kind: str) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for account, known in labels.items():
        if known.label == kind and known.campaign:
            found[known.campaign].append(account)
    return dict(sorted(found.items()))


def _pairs(counts: Counter[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def _part(some: float, whole: float) -> float | None:
    return some / whole if whole else None


def _harmonic(precision: float | None, recall: float | None) -> float | None:
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
