"""How operators were found, by their traits.

Operators of a simulation with crossed traits (docs/simulation.md) differ in size, opening,
addresses and so on. Overall recall says how much is found; recall of each value of a trait says
what is missed. An operator that shares fewer than two independent kinds of evidence cannot be told
from strangers by what it shares, so that scores are of the others, unless said otherwise.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ringleader.algorithms.evaluation.metrics import FRAUD, Label
from ringleader.errors import InputError

OPERATOR, SIZE, KINDS = "operator", "size", "kinds_shared"
# Columns of traits.csv that are no traits.
_NO_TRAITS = (OPERATOR, "ring_id", KINDS)


@dataclass(frozen=True)
class TraitScores:
    """How the operators of one value of a trait were found.

    Attributes:
        operators: Operators with the value.
        found: Those of which at least half of the accounts are in rings.
        accounts: Their accounts.
        grouped: Those in rings.
    """

    operators: int
    found: int
    accounts: int
    grouped: int

    @property
    def recall(self) -> float | None:
        """Part of the accounts that is in rings."""
        return self.grouped / self.accounts if self.accounts else None


def read_traits(path: Path) -> dict[str, dict[str, str]]:
    """The traits of each operator, as ``ringleader simulate --crossed`` writes them.

    Args:
        path: ``traits.csv``.

    Raises:
        InputError: It cannot be read, or lacks a column.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot read {path}: {error}", hint="ringleader simulate --crossed writes traits.csv"
        ) from error
    if not rows or any(name not in rows[0] for name in (OPERATOR, SIZE, KINDS)):
        raise InputError(
            f"{path} has no columns {OPERATOR}, {SIZE} and {KINDS}",
            hint="ringleader simulate --crossed writes traits.csv",
        )
    return {row[OPERATOR]: row for row in rows}


def by_trait(
    rings: Mapping[str, str],
    labels: Mapping[str, Label],
    traits: Mapping[str, Mapping[str, str]],
    *,
    kinds: int = 2,
) -> dict[str, TraitScores]:
    """Scores by number of shared kinds, then by each value of each trait.

    Args:
        rings: Ring of each account that is in one.
        labels: Label of each account; ``campaign`` is the operator.
        traits: Traits of each operator.
        kinds: Operators that share fewer independent kinds do not count for values of traits.

    Returns:
        Scores by name: ``all``, ``kinds_shared>=N``, ``kinds_shared=n``, ``trait=value``.
    """
    size: Counter[str] = Counter()
    grouped: Counter[str] = Counter()
    for account, known in labels.items():
        operator = known.campaign
        if known.label == FRAUD and operator and operator in traits:
            size[operator] += 1
            grouped[operator] += account in rings

    def scores(operators: Iterable[str]) -> TraitScores:
        names = [name for name in operators if size[name]]
        return TraitScores(
            operators=len(names),
            found=sum(2 * grouped[name] >= size[name] for name in names),
            accounts=sum(size[name] for name in names),
            grouped=sum(grouped[name] for name in names),
        )

    shared = {name: int(row[KINDS]) for name, row in traits.items()}
    enough = [name for name, number in shared.items() if number >= kinds]
    table = {"all": scores(traits), f"{KINDS}>={kinds}": scores(enough)}
    for number in sorted(set(shared.values())):
        table[f"{KINDS}={number}"] = scores(n for n in shared if shared[n] == number)
    names = next(iter(traits.values()))
    for trait in [name for name in names if name not in _NO_TRAITS]:
        for value in sorted({traits[name][trait] for name in enough}, key=_order):
            of_value = (name for name in enough if traits[name][trait] == value)
            table[f"{trait}={value}"] = scores(of_value)
    return table


def _order(value: str) -> tuple[int, str]:
    """Numbers by size, before texts."""
    return (int(value), "") if value.isdigit() else (1 << 62, value)


@dataclass(frozen=True)
class Mixed:
    """Groups with accounts of several operators.

    Attributes:
        groups: How many there are.
        accounts: Accounts in them that are of another operator than most of the group.
    """

    groups: int
    accounts: int


def mixed(groups: Mapping[str, str], labels: Mapping[str, Label]) -> Mixed:
    """Groups, rings or campaigns, that hold accounts of more than one operator.

    Args:
        groups: Group of each account that is in one.
        labels: Label of each account; ``campaign`` is the operator.
    """
    held: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for account, group in groups.items():
        known = labels.get(account)
        if known and known.label == FRAUD and known.campaign:
            held[group][known.campaign] += 1
    several = [count for count in held.values() if len(count) > 1]
    strangers = sum(sum(count.values()) - max(count.values()) for count in several)
    return Mixed(len(several), strangers)
