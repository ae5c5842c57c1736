"""Pairs of accounts that share more than strangers do, and everything that they share.

:func:`ringleader.algorithms.evidence.shared_neighbours.find_links` finds the same links in arrays,
where the data hold one kind of evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np

from ringleader.algorithms.evidence.scoring import UNKNOWN_SYNCHRONY
from ringleader.algorithms.evidence.shared_neighbours import (
    NEGLIGIBLE_BITS,
    NEIGHBOURS,
    OPEN_TIE_WEIGHT,
)
from ringleader.algorithms.evidence.sharing import CONTACT_FAMILY, family_codes, group_codes
from ringleader.algorithms.parameters import DAY
from ringleader.algorithms.relational.uses import number

if TYPE_CHECKING:
    from ringleader.algorithms.parameters import Parameters
    from ringleader.loaders.workspace import Workspace
    from ringleader.schema import Schema

PAIR = ("a", "b")


@dataclass(frozen=True)
class Known:
    """What is known of accounts besides what they use.

    Attributes:
        opened: ``account`` and ``opened`` (milliseconds since 1970, null where unknown).
        organizations: ``account`` and ``organization`` that it declares.
        contacts: ``a``, ``b`` (the later name) and ``kind`` of direct contacts, each once.
    """

    opened: ir.Table
    organizations: ir.Table
    contacts: ir.Table


def linked(
    workspace: Workspace, uses: ir.Table, known: Known, schema: Schema, parameters: Parameters
) -> tuple[ir.Table, ir.Table]:
    """Links that hold, and the lines of evidence behind them.

    Args:
        workspace: The engine.
        uses: Uses (:func:`ringleader.algorithms.relational.uses.with_shares`), kept.
        known: What else is known of the accounts.
        schema: What accounts can share.
        parameters: ``link_bits``, ``family_cap``, ``breadth`` and ``synchrony_days``.

    Returns:
        Links: ``a``, ``b`` and ``bits``. Lines: ``a``, ``b``, ``family`` (its code), ``label`` and
        ``key`` of what is shared, null for a contact, and ``bits``, which add up to the link's.
    """
    shared = workspace.keep("shared", _shared(uses, known, schema))
    direct = workspace.keep("direct", _direct(uses, known, schema, parameters))
    pairs = workspace.keep(
        "pairs", _candidates(workspace, shared, direct, known, schema, parameters)
    )
    lines = workspace.keep("lines", _lines(shared, direct, pairs, parameters))
    by_family = lines.group_by(*PAIR, "family").aggregate(total=lines.amount.sum())
    by_family = workspace.keep(
        "families",
        by_family.mutate(bits=_bits(by_family.total, by_family.family, schema, parameters)),
    )
    independent = np.flatnonzero(group_codes(schema) >= 0).tolist()
    links = by_family.group_by(*PAIR).aggregate(
        bits=by_family.bits.sum(),
        alone=by_family.bits.sum(where=by_family.family.isin(independent)).fill_null(0),
    )
    strong = (links.bits >= number(parameters.link_bits)) & (links.alone > 0)
    links = workspace.keep("links", links.filter(strong).drop("alone"))
    told = lines.semi_join(links, PAIR).inner_join(
        by_family.select(*PAIR, "family", "total", of_family="bits"), [*PAIR, "family"]
    )
    part = told.of_family * told.amount / told.total
    return links, workspace.keep("told", told.select(*PAIR, "family", "label", "key", bits=part))


def _shared(uses: ir.Table, known: Known, schema: Schema) -> ir.Table:
    """Uses of what several accounts use, each with its place in the order of openings."""
    families = family_codes(schema).tolist()
    users = uses.group_by("label", "key").aggregate(users=uses.count())
    users = users.filter(users.users > 1)
    rows = uses.inner_join(users, ["label", "key"]).left_join(known.opened, "account")
    window = ibis.window(
        group_by=[rows.label, rows.key], order_by=[rows.opened.asc(nulls_first=False), rows.account]
    )
    return rows.select(
        "account",
        "label",
        "key",
        "share",
        "opened",
        family=ibis.cases(*((rows.label == n, code) for n, code in enumerate(families)), else_=-1),
        worth=number(1.0) / (rows.users - 1).cast("float64"),
        place=ibis.row_number().over(window),
    )


def _direct(uses: ir.Table, known: Known, schema: Schema, parameters: Parameters) -> ir.Table:
    """Evidence from direct contacts: ``a``, ``b``, ``family`` and ``amount``."""
    contacts, names = known.contacts, schema.family_names
    pairs = contacts.select(*PAIR).distinct()
    ends = pairs.select(account="a").union(pairs.select(account="b"))
    partners = ends.group_by("account").aggregate(wide=ends.count())
    if "PaymentMethod" in schema.labels:
        paid = uses.filter(uses.label == schema.labels.index("PaymentMethod"))
        partners = partners.union(paid.group_by("account").aggregate(wide=paid.count()))
    wide = partners.group_by("account").aggregate(wide=partners.wide.max())
    found = contacts.inner_join(wide.select(a="account", wide_a="wide"), "a")
    found = found.inner_join(wide.select(b="account", wide_b="wide"), "b")
    busier = ibis.greatest(found.wide_a, found.wide_b).cast("float64")
    amount = _breadth(number(1.0) / busier, parameters)
    family = ibis.cases(
        *((found.kind == kind, names.index(name)) for kind, name in CONTACT_FAMILY.items()),
        else_=names.index("registration"),
    )
    return found.select(
        *PAIR,
        family=family,
        amount=ibis.ifelse(found.kind == "transferred", amount, number(OPEN_TIE_WEIGHT)),
    )


def _candidates(
    workspace: Workspace,
    shared: ir.Table,
    direct: ir.Table,
    known: Known,
    schema: Schema,
    parameters: Parameters,
) -> ir.Table:
    """Pairs with evidence of ``link_bits`` in one family, without those openly together."""
    # Several identifiers may add up, so what is negligible is judged on the best case of one.
    least = {
        code: family.odds * (2.0**NEGLIGIBLE_BITS - 1.0)
        for code, family in enumerate(schema.families)
    }
    worthy = reduce(
        or_, ((shared.family == code) & (shared.worth >= number(x)) for code, x in least.items())
    )
    one = workspace.keep("worthy", shared.filter(worthy))
    near = _met(one)
    near = near.mutate(amount=_amount(near, parameters))
    enough = reduce(
        or_, ((near.family == code) & (near.amount >= number(x)) for code, x in least.items())
    )
    evidence = near.filter(enough).select(*PAIR, "family", "amount").union(direct)
    sums = evidence.group_by(*PAIR, "family").aggregate(total=evidence.amount.sum())
    good = _bits(sums.total, sums.family, schema, parameters) >= number(parameters.link_bits)
    pairs = workspace.keep("candidates", sums.filter(good).select(*PAIR).distinct())
    declared = known.organizations
    theirs = declared.select(a="account", organization="organization")
    others = declared.select(b="account", organization="organization")
    together = pairs.inner_join(theirs, "a").inner_join(others, ["b", "organization"])
    return pairs.anti_join(together.select(*PAIR).distinct(), PAIR)


def _lines(shared: ir.Table, direct: ir.Table, pairs: ir.Table, parameters: Parameters) -> ir.Table:
    """One line for every identifier that a pair shares, and for every direct contact of it."""
    first = shared.select(
        "label", "key", "family", "worth", a="account", share_a="share", opened_a="opened"
    )
    second = shared.select("label", "key", b="account", share_b="share", opened_b="opened")
    both = pairs.inner_join(first, "a").inner_join(second, ["b", "label", "key"])
    lines = both.select(*PAIR, "family", "label", "key", amount=_amount(both, parameters))
    contacts = direct.semi_join(pairs, PAIR)
    return lines.union(
        contacts.select(
            *PAIR,
            "family",
            label=ibis.null("int64"),
            key=ibis.null("string"),
            amount=contacts.amount,
        ).select(*lines.columns)
    )


def _met(rows: ir.Table) -> ir.Table:
    """Near uses of one identifier, two by two, the account with the lower name as ``a``."""
    names = ("account", "label", "key", "share", "opened", "place")
    other = rows.select(**{f"{name}_2": name for name in names})
    near = (other.place_2 - rows.place).between(1, NEIGHBOURS)
    met = rows.inner_join(other, [rows.label == other.label_2, rows.key == other.key_2, near])
    return met.select(
        "family",
        "worth",
        a=ibis.least(met.account, met.account_2),
        b=ibis.greatest(met.account, met.account_2),
        share_a=met.share,
        share_b=met.share_2,
        opened_a=met.opened,
        opened_b=met.opened_2,
    )


def _amount(pair: ir.Table, parameters: Parameters) -> Any:
    """Synchrony, breadth and worth of one identifier that two accounts share."""
    apart = (pair.opened_a - pair.opened_b).abs().cast("float64") / number(1000.0)
    near = (-apart / number(parameters.synchrony_days * DAY)).exp()
    breadth = _breadth(ibis.least(pair.share_a, pair.share_b), parameters)
    return near.fill_null(number(UNKNOWN_SYNCHRONY)) * breadth * pair.worth


def _breadth(smaller: Any, parameters: Parameters) -> Any:
    return ibis.least(number(1.0), number(parameters.breadth) * smaller)


def _bits(total: Any, family: Any, schema: Schema, parameters: Parameters) -> Any:
    """Evidence of a family as bits, capped."""
    odds = ibis.cases(
        *((family == code, number(f.odds)) for code, f in enumerate(schema.families)),
        else_=number(1.0),
    )
    return ibis.least((number(1.0) + total / odds).log2(), number(parameters.family_cap))
