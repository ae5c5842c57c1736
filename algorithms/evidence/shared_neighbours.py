"""Links of data that hold one kind of evidence: pairs that share more than strangers do.

Only pairs that share something are ever compared, and on an identifier each account only with the
few opened next to it, so the number of candidates grows with the number of uses and never with its
square. Identifiers too widely shared to matter are skipped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ringleader.algorithms.evidence import scoring
from ringleader.algorithms.evidence.hubs import KNOWN_HUB_WEIGHT, worth_alone
from ringleader.algorithms.evidence.sharing import (
    Flags,
    Floats,
    Ints,
    Sharing,
    group_codes,
)
from ringleader.algorithms.parameters import Parameters
from ringleader.parallel import side_by_side
from ringleader.schema import BUILT_IN, Schema

PAIRS_AT_ONCE = 200_000
# Accounts of an identifier are compared with the thirty opened next to them: cost stays linear, and
# a ring is as connected by near neighbours as by all pairs.
NEIGHBOURS = 30
# An identifier so widely shared that even twins would get a fiftieth of a bit is skipped.
NEGLIGIBLE_BITS = 0.02
# A referral is an open tie between people who know each other: it supports, and links nobody.
OPEN_TIE_WEIGHT = 0.02
CONTACT = -1  # stands for the identifier of a direct contact


@dataclass(frozen=True)
class Evidence:
    """One line per pair and identifier that it shares, or per direct contact.

    Attributes:
        a: Position of the lower account.
        b: Position of the higher account.
        identifier: What they share; ``CONTACT`` for a direct contact.
        contact: Position of the contact, -1 for a shared identifier or a replacement.
        family: Code of its family in ``schema.families``.
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
        schema: The families, in the order of their codes.
    """

    a: Ints
    b: Ints
    family_bits: Floats
    evidence: Evidence
    link_of: Ints
    bits: Floats
    schema: Schema = BUILT_IN

    @property
    def weight(self) -> Floats:
        """Bits of each link."""
        total: Floats = self.family_bits.sum(axis=1)
        return total

    def __len__(self) -> int:
        return len(self.a)

    def take(self, chosen: NDArray[np.bool_]) -> Links:
        """The chosen links with their lines."""
        kept = chosen[self.link_of]
        number = np.cumsum(chosen) - 1
        return Links(
            self.a[chosen],
            self.b[chosen],
            self.family_bits[chosen],
            self.evidence.take(kept),
            number[self.link_of[kept]],
            self.bits[kept],
            self.schema,
        )

    def plus(self, other: Links) -> Links:
        """These links and others, which are of other pairs."""
        return Links(
            np.concatenate([self.a, other.a]),
            np.concatenate([self.b, other.b]),
            np.concatenate([self.family_bits, other.family_bits]),
            joined(self.evidence, other.evidence),
            np.concatenate([self.link_of, other.link_of + len(self)]),
            np.concatenate([self.bits, other.bits]),
            self.schema,
        )


def find_links(sharing: Sharing, parameters: Parameters) -> Links:
    """All links that hold.

    Neighbours on an identifier are candidates; for those with some evidence in one family,
    everything that they share is looked up, however many others share it.

    Args:
        sharing: Who shares what.
        parameters: The judgements.
    """
    direct = contact_evidence(sharing, parameters)
    a, b = candidates(sharing, direct, parameters)
    # Who declares one organization openly belongs together and does not pretend to be strangers.
    apart = ~openly_together(sharing, a, b)
    a, b = a[apart], b[apart]
    kept = np.isin(direct.a * len(sharing.accounts) + direct.b, a * len(sharing.accounts) + b)
    lines = joined(everything_shared(sharing, a, b, parameters), direct.take(kept))
    return summed(lines, sharing, parameters)


def joined(*parts: Evidence) -> Evidence:
    """All lines of several evidences."""
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return Evidence(*(np.concatenate(column) for column in columns))


def candidates(sharing: Sharing, direct: Evidence, parameters: Parameters) -> tuple[Ints, Ints]:
    """Pairs with evidence of ``link_bits`` in one family at least.

    Each family is looked at by itself, so that no more than one family's pairs are in memory.

    Args:
        sharing: Who shares what.
        direct: Evidence from direct contacts.
        parameters: The judgements.

    Returns:
        Positions of the lower and the higher account of each pair, in order.
    """
    width = max(len(sharing.accounts), 1)
    found = [np.zeros(0, dtype=np.int64)]
    for family, odds in enumerate(declared.odds for declared in sharing.schema.families):
        pairs, amounts = neighbours(sharing, family, parameters)
        mine = direct.family == family
        pairs = np.concatenate([pairs, direct.a[mine] * width + direct.b[mine]])
        order = np.argsort(pairs)
        pairs, amounts = pairs[order], np.concatenate([amounts, direct.amount[mine]])[order]
        starts = np.flatnonzero(np.diff(pairs, prepend=-1))
        if len(starts):
            total = np.add.reduceat(amounts, starts)
            enough = scoring.bits(total, odds, parameters) >= parameters.link_bits
            found.append(pairs[starts[enough]])
    keys = np.unique(np.concatenate(found))
    return keys // width, keys % width


def neighbours(sharing: Sharing, family: int, parameters: Parameters) -> tuple[Ints, Floats]:
    """Evidence from the identifiers of a family, for neighbours in the order of opening.

    Args:
        sharing: Who shares what.
        family: Code of the family.
        parameters: The judgements.

    Returns:
        For each pair and identifier the pair, as lower position times accounts plus higher
        position, and the evidence.
    """
    worth = worth_alone(sharing)
    # Several identifiers may add up, so what is negligible is judged on the best case of one.
    odds = sharing.schema.families[family].odds
    least = odds * (2.0**NEGLIGIBLE_BITS - 1.0)
    mine = (sharing.family == family) & (worth >= least)
    order = sharing.by_opening[mine[sharing.used[sharing.by_opening]]]
    user, used, share = sharing.user[order], sharing.used[order], sharing.share[order]
    opened, worth = sharing.opened[user], worth[used]
    keys: list[Ints] = [np.zeros(0, dtype=np.int64)]
    amounts: list[Floats] = [np.zeros(0)]
    at = np.arange(len(order))
    for distance in range(1, min(NEIGHBOURS, max(len(order) - 1, 0)) + 1):
        at = at[at + distance < len(order)]
        # Whose identifier has no user at this distance has none farther away.
        at = at[used[at] == used[at + distance]]
        if not len(at):
            break
        to = at + distance
        near = scoring.synchrony(opened[to] - opened[at], parameters)
        amount = near * scoring.breadth(share[at], share[to], parameters) * worth[at]
        enough = amount >= least
        one, other = user[at[enough]], user[to[enough]]
        keys.append(np.minimum(one, other) * len(sharing.accounts) + np.maximum(one, other))
        amounts.append(amount[enough])
    return np.concatenate(keys), np.concatenate(amounts)


def openly_together(sharing: Sharing, a: Ints, b: Ints) -> NDArray[np.bool_]:
    """Whether each pair declares an organization in common, be it one of several."""
    together = np.zeros(len(a), dtype=bool)
    declares = np.zeros(len(sharing.accounts), dtype=bool)
    declares[sharing.declarer] = True
    both = np.flatnonzero(declares[a] & declares[b])
    pair, _, _ = in_common(sharing.declarer, sharing.declared, a[both], b[both])
    together[both[pair]] = True
    return together


def everything_shared(sharing: Sharing, a: Ints, b: Ints, parameters: Parameters) -> Evidence:
    """One line for every identifier that each pair shares."""
    _, low, high = in_common(sharing.user, sharing.used, a, b)
    return _lines(sharing, low, high, parameters)


def in_common(owner: Ints, item: Ints, a: Ints, b: Ints) -> tuple[Ints, Ints, Ints]:
    """What pairs of accounts have in common, by looking up each thing of one among the other's.

    Args:
        owner: Account of each thing that an account has.
        item: The thing; an account has it once.
        a: One account of each pair.
        b: The other.

    Returns:
        For each thing in common the number of the pair, and where ``item`` has it for both.
    """
    width = int(item.max(initial=0)) + 1
    accounts = int(max(owner.max(initial=0), a.max(initial=0), b.max(initial=0))) + 1
    asked = np.zeros(accounts, dtype=bool)
    asked[a] = asked[b] = True
    # Few accounts are in any pair; what the others have, or only one of them, need not be sorted.
    theirs = np.flatnonzero(asked[owner])
    theirs = theirs[np.bincount(item[theirs], minlength=width)[item[theirs]] > 1]
    by_owner = theirs[np.lexsort((item[theirs], owner[theirs]))]
    start = np.searchsorted(owner[by_owner], np.arange(accounts + 1))
    keys = owner[by_owner] * width + item[by_owner]

    def page(begin: int) -> Ints:
        one, other = a[begin : begin + PAIRS_AT_ONCE], b[begin : begin + PAIRS_AT_ONCE]
        # The identifiers of the account with fewer of them are looked up.
        turned = start[one + 1] - start[one] > start[other + 1] - start[other]
        one, other = np.where(turned, other, one), np.where(turned, one, other)
        counts = start[one + 1] - start[one]
        pair = np.repeat(np.arange(len(one)), counts)
        mine = start[one[pair]] + np.arange(len(pair)) - np.repeat(counts.cumsum() - counts, counts)
        wanted = other[pair] * width + item[by_owner[mine]]
        place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
        found = keys[place] == wanted if len(keys) else np.zeros(0, dtype=bool)
        pair, mine, place = pair[found], by_owner[mine[found]], by_owner[place[found]]
        low, high = np.where(turned[pair], place, mine), np.where(turned[pair], mine, place)
        return np.stack([begin + pair, low, high])

    none = np.zeros((3, 0), dtype=np.int64)
    pages = side_by_side(page, range(0, len(a), PAIRS_AT_ONCE))
    pairs, low, high = np.concatenate([none, *pages], axis=1)
    return pairs, low, high


def _lines(sharing: Sharing, low: Ints, high: Ints, parameters: Parameters) -> Evidence:
    """Evidence of pairs of uses of one identifier, the identifier taken by itself."""
    a, b, identifier = sharing.user[low], sharing.user[high], sharing.used[low]
    amount = (
        scoring.synchrony(sharing.opened[b] - sharing.opened[a], parameters)
        * scoring.breadth(sharing.share[low], sharing.share[high], parameters)
        * worth_alone(sharing)[identifier]
    )
    contact = np.full(len(a), -1, dtype=np.int64)
    return Evidence(a, b, identifier, contact, sharing.family[identifier], amount, low, high)


def contact_evidence(sharing: Sharing, parameters: Parameters) -> Evidence:
    """Evidence from direct contacts.

    A transfer counts by its share of the busier account's counterparties; referrals and invitations
    are open ties and count by little.
    """
    a, b = sharing.contacts[:, 0], sharing.contacts[:, 1]
    pairs = np.unique(sharing.contacts, axis=0)
    partners = np.bincount(pairs.ravel(), minlength=len(sharing.accounts))
    wide = np.maximum(partners, sharing.payment_breadth)
    money = np.array([kind == "transferred" for kind in sharing.contact_kinds], dtype=bool)
    busier = np.maximum(np.maximum(wide[a], wide[b]), 1)
    amount = np.where(
        money, scoring.breadth(1.0 / busier, 1.0 / busier, parameters), OPEN_TIE_WEIGHT
    )
    ends = sharing.accounts[sharing.contacts].tolist()
    hub = np.array([not sharing.known_hubs.isdisjoint(pair) for pair in ends], dtype=bool)
    amount = np.where(hub, amount * KNOWN_HUB_WEIGHT, amount)
    unknown = np.full(len(a), -1, dtype=np.int64)
    return Evidence(
        a=a,
        b=b,
        identifier=np.full(len(a), CONTACT, dtype=np.int64),
        contact=np.arange(len(a), dtype=np.int64),
        family=sharing.contact_family,
        amount=amount,
        use_a=unknown,
        use_b=unknown,
    )


def summed(lines: Evidence, sharing: Sharing, parameters: Parameters) -> Links:
    """Links from lines of evidence: summed by family, turned into bits, and divided again.

    Args:
        lines: The evidence.
        sharing: The accounts and the families.
        parameters: ``family_cap`` and ``link_bits``.
    """
    accounts, schema = len(sharing.accounts), sharing.schema
    width = len(schema.families)
    keys, pair = np.unique(lines.a * max(accounts, 1) + lines.b, return_inverse=True)
    cell = pair * width + lines.family
    totals = np.bincount(cell, lines.amount, minlength=len(keys) * width)
    odds = np.array([family.odds for family in schema.families])
    by_family = scoring.bits(totals, np.tile(odds, len(keys)), parameters)
    table = by_family.reshape(-1, width)
    strong = strong_enough(table, parameters, schema)
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
        schema=schema,
    )


def strong_enough(bits: Floats, parameters: Parameters, schema: Schema) -> Flags:
    """Whether each pair is linked, by its bits per family.

    Args:
        bits: Bits per pair and family, shape (pairs, families).
        parameters: ``link_bits``.
        schema: The families.
    """
    # What supports, such as a mail domain, never links by itself.
    independent = bits[:, group_codes(schema) >= 0].sum(axis=1) > 0
    strong: Flags = (bits.sum(axis=1) >= parameters.link_bits) & independent
    return strong
