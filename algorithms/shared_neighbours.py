"""Links: pairs of accounts that share more than strangers do.

Only pairs that share something are ever compared, and on an identifier each account only with the
few opened next to it, so the number of candidates grows with the number of uses and never with its
square. Identifiers too widely shared to matter are skipped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from algorithms import scoring
from algorithms.hubs import in_order_of_opening
from algorithms.parameters import Parameters, odds_by_family
from algorithms.sharing import (
    CONTACT_FAMILY,
    FAMILIES,
    GROUPS,
    Floats,
    Ints,
    Sharing,
    group_codes,
)

CONTACT = -1  # stands for the identifier of a direct contact


@dataclass(frozen=True)
class Evidence:
    """One line per pair and identifier that it shares, or per direct contact.

    Attributes:
        a: Position of the lower account.
        b: Position of the higher account.
        identifier: What they share; ``CONTACT`` for a direct contact.
        contact: Position of the contact, -1 for a shared identifier.
        family: Code in :data:`algorithms.sharing.FAMILIES`.
        amount: Evidence before it becomes bits.
        use_a: Position of one account's use, -1 for a contact.
        use_b: Position of the other's.
    """

    a: Ints
    b: Ints
    identifier: Ints
    contact: Ints
    family: Ints
    amount: Floats
    use_a: Ints
    use_b: Ints

    def take(self, chosen: NDArray[np.bool_] | Ints) -> Evidence:
        """The chosen lines."""
        return Evidence(*(column[chosen] for column in vars(self).values()))


@dataclass(frozen=True)
class Links:
    """Linked pairs and why.

    Attributes:
        a: Position of the lower account of each link.
        b: Position of the higher account.
        family_bits: Bits per link and family, shape (links, families).
        evidence: The lines behind the links.
        link_of: The link of each line.
        bits: Bits of each line; a link's lines sum to its weight.
    """

    a: Ints
    b: Ints
    family_bits: Floats
    evidence: Evidence
    link_of: Ints
    bits: Floats

    @property
    def weight(self) -> Floats:
        """Bits of each link."""
        total: Floats = self.family_bits.sum(axis=1)
        return total

    def __len__(self) -> int:
        return len(self.a)


def find_links(sharing: Sharing, tied: Floats, parameters: Parameters) -> Links:
    """All links of at least ``min_link_bits``.

    Args:
        sharing: Who shares what.
        tied: Corroboration of each identifier, see :func:`algorithms.hubs.corroboration`.
        parameters: The judgements.
    """
    shared = corroborated(shared_evidence(sharing, parameters), sharing, tied, parameters)
    direct = contact_evidence(sharing, parameters)
    lines = Evidence(
        *(
            np.concatenate(both)
            for both in zip(vars(shared).values(), vars(direct).values(), strict=True)
        )
    )
    organization = sharing.organization
    # Who declares one organization openly belongs together and does not pretend to be strangers.
    open_ties = (organization[lines.a] >= 0) & (organization[lines.a] == organization[lines.b])
    several = len(sharing.groups_in_data()) > 1
    return summed(lines.take(~open_ties), len(sharing.accounts), several, parameters)


def shared_evidence(sharing: Sharing, parameters: Parameters) -> Evidence:
    """Evidence from shared identifiers, for neighbours in the order of opening."""
    nobody = np.zeros(len(sharing.keys))
    worth = 1.0 / scoring.others(sharing.sharers, nobody, parameters)
    worth = np.where(sharing.listed, worth * parameters.known_hub_weight, worth)
    # Several identifiers may add up, so what is negligible is judged on the best case of one.
    least = min(odds_by_family(parameters).values()) * (2.0**parameters.negligible_bits - 1.0)
    order = in_order_of_opening(sharing)
    order = order[worth[sharing.used[order]] >= least]
    user, used, share = sharing.user[order], sharing.used[order], sharing.share[order]
    opened = sharing.opened[user]
    parts: list[tuple[Ints, Ints, Floats]] = []
    for distance in range(1, min(parameters.neighbours, max(len(order) - 1, 0)) + 1):
        at = np.flatnonzero(used[:-distance] == used[distance:])
        if not len(at):
            break
        to = at + distance
        amount = (
            scoring.synchrony(opened[to] - opened[at], parameters)
            * scoring.breadth(share[at], share[to], parameters)
            * worth[used[at]]
        )
        enough = amount >= least
        parts.append((at[enough], to[enough], amount[enough]))
    none = np.zeros(0, dtype=np.int64)
    at, to = (np.concatenate([part[i] for part in parts] or [none]) for i in (0, 1))
    amount = np.concatenate([part[2] for part in parts] or [np.zeros(0)])
    swap = user[at] > user[to]
    low, high = np.where(swap, to, at), np.where(swap, at, to)
    family = sharing.family
    return Evidence(
        a=user[low],
        b=user[high],
        identifier=used[at],
        contact=np.full(len(at), -1, dtype=np.int64),
        family=family[used[at]] if len(at) else none,
        amount=amount,
        use_a=order[low],
        use_b=order[high],
    )


def corroborated(
    lines: Evidence, sharing: Sharing, tied: Floats, parameters: Parameters
) -> Evidence:
    """The lines, worth more where the pair is tied by another group of evidence too.

    For such a pair the others on the identifier who are tied to each other likewise are left out:
    an operator's own address is no hub because the operator has many accounts. Whoever shares that
    address and nothing else gains nothing.
    """
    if not len(lines.a):
        return lines
    group = group_codes()[lines.family]
    worth = np.where(
        group >= 0, scoring.rarity(sharing.sharers, len(sharing.accounts))[lines.identifier], 0.0
    )
    pair = np.unique(lines.a * len(sharing.accounts) + lines.b, return_inverse=True)[1]
    total = np.bincount(pair, worth)
    cell = pair * (len(GROUPS) + 1) + group + 1
    own = np.bincount(cell, worth, minlength=len(total) * (len(GROUPS) + 1))
    elsewhere = total[pair] - own[cell]
    sharers = sharing.sharers[lines.identifier]
    alone = scoring.others(sharers, 0.0, parameters)
    rest = scoring.others(sharers, tied[lines.identifier], parameters)
    gain = np.where((elsewhere >= parameters.corroboration_bits) & (group >= 0), alone / rest, 1.0)
    return replace(lines, amount=lines.amount * gain)


def contact_evidence(sharing: Sharing, parameters: Parameters) -> Evidence:
    """Evidence from direct contacts.

    A transfer counts by its share of the busier account's counterparties; referrals and invitations
    are open ties and count by ``open_tie_weight``.
    """
    a, b = sharing.contacts[:, 0], sharing.contacts[:, 1]
    pairs = np.unique(sharing.contacts, axis=0)
    partners = np.bincount(pairs.ravel(), minlength=len(sharing.accounts))
    wide = np.maximum(partners, sharing.payment_breadth)
    money = np.array([kind == "transferred" for kind in sharing.contact_kinds], dtype=bool)
    busier = np.maximum(np.maximum(wide[a], wide[b]), 1)
    amount = np.where(
        money, scoring.breadth(1.0 / busier, 1.0 / busier, parameters), parameters.open_tie_weight
    )
    names = np.array([str(name) in sharing.known_hubs for name in sharing.accounts], dtype=bool)
    amount = np.where(names[a] | names[b], amount * parameters.known_hub_weight, amount)
    families = [
        FAMILIES.index(CONTACT_FAMILY.get(k, "registration")) for k in sharing.contact_kinds
    ]
    unknown = np.full(len(a), -1, dtype=np.int64)
    return Evidence(
        a=a,
        b=b,
        identifier=np.full(len(a), CONTACT, dtype=np.int64),
        contact=np.arange(len(a), dtype=np.int64),
        family=np.array(families, dtype=np.int64),
        amount=amount,
        use_a=unknown,
        use_b=unknown,
    )


def summed(lines: Evidence, accounts: int, several: bool, parameters: Parameters) -> Links:
    """Links from lines of evidence: summed by family, turned into bits, and divided again.

    Args:
        lines: The evidence.
        accounts: Number of accounts.
        several: Whether the data hold several independent groups of evidence, so that a pair tied
            by one alone needs ``min_lone_bits``.
        parameters: The odds of each family, ``family_cap``, ``min_link_bits``.
    """
    width = len(FAMILIES)
    keys, pair = np.unique(lines.a * max(accounts, 1) + lines.b, return_inverse=True)
    cell = pair * width + lines.family
    totals = np.bincount(cell, lines.amount, minlength=len(keys) * width)
    odds = np.array([odds_by_family(parameters)[family] for family in FAMILIES])
    by_family = scoring.bits(totals, np.tile(odds, len(keys)), parameters)
    table = by_family.reshape(-1, width)
    weight, codes = table.sum(axis=1), group_codes()
    ties = sum(
        (table[:, codes == code].sum(axis=1) >= parameters.family_bits).astype(int)
        for code in range(len(GROUPS))
    )
    least = parameters.min_lone_bits if several else parameters.min_link_bits
    strong = weight >= np.where(ties > 1, parameters.min_link_bits, least)
    kept = strong[pair]
    part = np.divide(lines.amount, totals[cell], out=np.zeros(len(cell)), where=totals[cell] > 0)
    number = np.cumsum(strong) - 1
    return Links(
        a=keys[strong] // max(accounts, 1),
        b=keys[strong] % max(accounts, 1),
        family_bits=by_family.reshape(-1, width)[strong],
        evidence=lines.take(kept),
        link_of=number[pair[kept]],
        bits=(by_family[cell] * part)[kept],
    )
