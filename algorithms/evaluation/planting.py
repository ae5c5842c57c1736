"""Operators planted into who shares what, in memory: how much would be found on this background?

Every operator draws one value of each trait; the draws are balanced and independent. Its accounts
are new; what it shares with the rest, such as rented homes, stolen cards and popular clients, are
identifiers that are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ringleader.algorithms.evidence.sharing import Floats, Ints, Masks, Sharing
from ringleader.algorithms.parameters import DAY

SIZES = (6, 12, 25, 60, 120, 250)
OPENINGS = ("two_days", "three_months", "aged")
# Label, and what accounts of an operator do with it.
TRAITS: dict[str, tuple[str, tuple[str, ...]]] = {
    "addresses": ("Ip", ("exclusive", "residential", "own")),
    "payment": ("PaymentMethod", ("few", "stolen", "own", "none")),
    "client": ("Device", ("one", "few", "popular", "own")),
    "prompts": ("PromptCluster", ("own_templates", "paraphrased", "popular")),
}
SHARES = frozenset({"exclusive", "few", "stolen", "one", "own_templates", "paraphrased"})
PREFIX = "\U0010ffff"  # after every name, so that accounts stay in order
WORKED_DAYS = np.uint64((1 << 40) - 1)  # forty days of the cycle


@dataclass(frozen=True)
class Planted:
    """An operator that was planted.

    Attributes:
        name: What it is called.
        traits: Its value of each trait, sizes included.
        kinds: Independent kinds of evidence that its accounts share.
        members: Positions of its accounts.
    """

    name: str
    traits: dict[str, str]
    kinds: int
    members: Ints


class _Additions:
    """Accounts and uses that come on top of what is there."""

    def __init__(self, sharing: Sharing) -> None:
        self.sharing = sharing
        self.labels = sharing.schema.labels
        self.accounts = len(sharing.accounts)
        self.identifiers = len(sharing.keys)
        self.opened: list[float] = []
        self.names: list[str] = []
        self.label: list[int] = []
        self.keys: list[str] = []
        self.user: list[int] = []
        self.used: list[int] = []
        self.share: list[float] = []

    def account(self, name: str, opened: float) -> int:
        self.names.append(PREFIX + name)
        self.opened.append(opened)
        return self.accounts + len(self.names) - 1

    def identifiers_of(self, label: str, name: str, count: int) -> Ints:
        """New identifiers, numbered after those that are there."""
        first = self.identifiers + len(self.keys)
        self.keys += [f"{PREFIX}{name}-{number}" for number in range(count)]
        self.label += [self.labels.index(label)] * count
        return np.arange(first, first + count)

    def uses(self, account: int, what: Sequence[int] | Ints, part: float = 1.0) -> None:
        self.user += [account] * len(what)
        self.used += [int(item) for item in what]
        self.share += [part / max(len(what), 1)] * len(what)

    def applied(self) -> Sharing:
        """Everything together, in the order that detection expects."""
        old, width = self.sharing, len(self.labels)
        added = len(self.names)
        accounts = self.accounts + added
        user = np.concatenate([old.user, np.array(self.user, dtype=np.int64)])
        used = np.concatenate([old.used, np.array(self.used, dtype=np.int64)])
        share = np.concatenate([old.share, np.array(self.share, dtype=np.float64)])
        origin = np.concatenate(
            [np.arange(len(old.user)), np.full(len(self.user), -1, dtype=np.int64)]
        )
        key = used * max(accounts, 1) + user
        _, kept = np.unique(key, return_index=True)
        user, used, share, origin = user[kept], used[kept], share[kept], origin[kept]
        label = np.concatenate([old.label, np.array(self.label, dtype=np.int64)])
        more = np.zeros((added, width))
        mine = user >= self.accounts
        np.add.at(more, (user[mine] - self.accounts, label[used[mine]]), 1)
        first = 1 + int(
            max(old.account_number.max(initial=0), old.identifier_number.max(initial=0))
        )
        count = len(self.keys)

        def days(asked: Ints) -> Masks:
            there = origin[asked]
            told = np.full(len(asked), WORKED_DAYS, dtype=np.uint64)
            known = there >= 0
            if known.any():
                told[known] = old.days(there[known])
            return told

        return replace(
            old,
            accounts=np.concatenate([old.accounts, np.array(self.names, dtype=object)]),
            account_number=np.concatenate([old.account_number, first + np.arange(added)]),
            opened=np.concatenate([old.opened, np.array(self.opened)]),
            ended=np.concatenate([old.ended, np.full(added, np.nan)]),
            label=label,
            keys=np.concatenate([old.keys, np.array(self.keys, dtype=object)]),
            identifier_number=np.concatenate(
                [old.identifier_number, first + added + np.arange(count)]
            ),
            network=np.concatenate([old.network, np.full(count, -1, dtype=np.int64)]),
            sharers=np.bincount(used, minlength=len(label)).astype(np.int64),
            user=user,
            used=used,
            share=share,
            days=days,
            activity=np.concatenate([old.activity, more * 10.0]),
            degree=np.concatenate([old.degree, more.astype(old.degree.dtype)]),
            payment_breadth=np.concatenate(
                [old.payment_breadth, np.zeros(added, dtype=old.payment_breadth.dtype)]
            ),
            pinned=np.concatenate([old.pinned, np.zeros(count, dtype=old.pinned.dtype)]),
        )


def planted(sharing: Sharing, operators: int, seed: int) -> tuple[Sharing, list[Planted]]:
    """The sharing with operators of crossed traits.

    Args:
        sharing: Who shares what.
        operators: How many.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    more = _Additions(sharing)
    there = {
        name: values
        for name, (label, values) in TRAITS.items()
        if (sharing.label == more.labels.index(label)).any()
    }
    sizes = [size for size in SIZES if size <= max(len(sharing.accounts) // 20, SIZES[0])]
    draws = {
        "size": _balanced(rng, [str(size) for size in sizes], operators),
        "opening": _balanced(rng, OPENINGS, operators),
        **{name: _balanced(rng, values, operators) for name, values in there.items()},
    }
    latest = float(np.nanmax(sharing.opened)) if np.isfinite(sharing.opened).any() else 0.0
    made = []
    for number in range(operators):
        traits = {name: values[number] for name, values in draws.items()}
        name = f"operator-{number:03}"
        members = _accounts(more, rng, name, int(traits["size"]), traits["opening"], latest)
        for trait in there:
            _use(more, rng, name, members, trait, traits[trait])
        groups = {
            sharing.schema.family_by_name[sharing.schema.family_of(TRAITS[trait][0])].group
            for trait in there
            if traits[trait] in SHARES
        }
        made.append(Planted(name, traits, len(groups), members))
    return more.applied(), made


def varied(sharing: Sharing, ring: Ints, used: Ints, seed: int) -> tuple[Sharing, list[Planted]]:
    """The sharing with copies of a found ring: a quarter, half and all of its accounts.

    Args:
        sharing: Who shares what.
        ring: Positions of its members.
        used: Positions of the identifiers that the ring owns: a copy has its own.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    more = _Additions(sharing)
    own = np.zeros(len(sharing.keys), dtype=bool)
    own[used] = True
    made = []
    for number, part in enumerate((0.25, 0.5, 1.0)):
        chosen = np.sort(rng.permutation(ring)[: max(int(part * len(ring)), 5)])
        name = f"copy-{number}"
        fresh: dict[int, int] = {}
        members = []
        for account in chosen.tolist():
            new = more.account(f"{name}-{account:012}", float(sharing.opened[account]))
            members.append(new)
            for at in np.flatnonzero(sharing.user == account):
                item = int(sharing.used[at])
                if own[item]:
                    if item not in fresh:
                        label = more.labels[sharing.label[item]]
                        fresh[item] = int(more.identifiers_of(label, f"{name}-{item}", 1)[0])
                    item = fresh[item]
                more.uses(new, [item], float(sharing.share[at]))
        made.append(Planted(name, {"accounts": f"{part:.0%} of the ring"}, 2, np.array(members)))
    return more.applied(), made


def _balanced(rng: np.random.Generator, values: Sequence[str], count: int) -> list[str]:
    """Each value as often as the others, in random order."""
    drawn = [values[number % len(values)] for number in range(count)]
    return [drawn[at] for at in rng.permutation(count)]


def _accounts(
    more: _Additions, rng: np.random.Generator, name: str, size: int, opening: str, latest: float
) -> Ints:
    spread = {"two_days": 2.0, "three_months": 90.0, "aged": 1000.0}[opening]
    opened: Floats = latest - rng.random(size) * spread * DAY
    return np.array(
        [more.account(f"{name}-{number:05}", float(at)) for number, at in enumerate(opened)],
        dtype=np.int64,
    )


def _use(
    more: _Additions,
    rng: np.random.Generator,
    name: str,
    members: Ints,
    trait: str,
    value: str,
) -> None:
    label, size = TRAITS[trait][0], len(members)
    there = np.flatnonzero(more.sharing.label == more.labels.index(label))
    new = {"exclusive": max(2, size // 8), "few": max(2, size // 15), "one": 1}
    if trait == "prompts":
        new = {"own_templates": 20, "paraphrased": 60}
    each = {"exclusive": 3, "few": 2, "one": 1, "own_templates": 8, "paraphrased": 15}.get(value, 1)
    if value in new:
        pool = more.identifiers_of(label, f"{name}-{trait}", new[value])
    elif value == "stolen":
        # Of honest people who go on using them; three members for each, as cards are tried around.
        pool, each = rng.choice(there, max(2, size // 2)), 2
    elif value in ("residential", "popular"):
        weight = np.ones(len(there))
        if value == "popular":
            weight = more.sharing.sharers[there].astype(np.float64)
        pool = rng.choice(there, min(len(there), 300), p=weight / weight.sum())
        each = 6
    else:
        pool = more.identifiers_of(label, f"{name}-{trait}", size)
    for number, account in enumerate(members.tolist()):
        if value == "none":
            continue
        if value == "own":
            more.uses(account, [int(pool[number])])
        else:
            more.uses(account, np.unique(rng.choice(pool, min(each, len(pool)))))
