"""Identifiers that the same accounts use, more than chance makes: infrastructure, as a join.

:func:`ringleader.algorithms.grouping.proposals.co_use` counts the same by sparse matrices.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np

from ringleader.algorithms.evidence.sharing import family_codes, group_codes
from ringleader.algorithms.judging.view import NETWORK
from ringleader.algorithms.relational.uses import number

if TYPE_CHECKING:
    from ringleader.algorithms.parameters import Parameters
    from ringleader.loaders.workspace import Workspace
    from ringleader.schema import Schema


def co_used(
    workspace: Workspace, uses: ir.Table, schema: Schema, parameters: Parameters, accounts: int
) -> ir.Table:
    """Pairs of identifiers that the same accounts use.

    Args:
        workspace: The engine.
        uses: Uses (:func:`ringleader.algorithms.relational.uses.with_shares`), kept.
        schema: What accounts can share.
        parameters: ``min_ring_size`` and ``living_share``.
        accounts: Number of accounts, with uses or without.

    Returns:
        ``label``, ``key``, ``other_label``, ``other_key`` (the later one by label and key),
        ``accounts`` that use both, and ``lift``: how many times as many as chance makes.
    """
    kinds = group_codes(schema)[family_codes(schema)]
    evident = np.flatnonzero(kinds >= 0).tolist()
    networks = [n for n, name in enumerate(schema.labels) if schema.family_of(name) == NETWORK]
    least = parameters.min_ring_size - 2
    counted = uses.filter(uses.label.isin(evident))
    each = counted.group_by("label", "key").aggregate(users=counted.count())
    each = workspace.keep("identifiers", each.filter(each.users >= least))
    wide = workspace.keep(
        "wide", counted.inner_join(each, ["label", "key"]).select("account", "label", "key")
    )
    other = wide.select(account="account", other_label="label", other_key="key")
    later = (other.other_label > wide.label) | (
        (other.other_label == wide.label) & (other.other_key > wide.key)
    )
    things = ~(wide.label.isin(networks) & other.other_label.isin(networks))
    both = wide.inner_join(other, [wide.account == other.account, later, things])
    pairs = both.group_by("label", "key", "other_label", "other_key").aggregate(
        accounts=both.count()
    )
    pairs = workspace.keep("together", pairs.filter(pairs.accounts >= least))
    return workspace.keep(
        "co_uses", _beyond_chance(workspace, pairs, each, uses, parameters, accounts)
    )


def _beyond_chance(
    workspace: Workspace,
    pairs: ir.Table,
    each: ir.Table,
    uses: ir.Table,
    parameters: Parameters,
    accounts: int,
) -> ir.Table:
    """The pairs that are more than degrees and activity make, and many of the smaller's users."""
    others = each.select(other_label="label", other_key="key", other_users="users")
    found = pairs.inner_join(each, ["label", "key"])
    found = found.inner_join(others, ["other_label", "other_key"])
    found = found.inner_join(_together(workspace, uses), ["label", "other_label"])
    seen: Any = found.accounts.cast("float64")
    users, other = found.users.cast("float64"), found.other_users.cast("float64")
    expected = ibis.greatest(users * other * found.together, number(1e-12))
    bits = seen * (seen / expected).log2() - (seen - expected) / number(math.log(2.0))
    good = (seen > expected) & (bits >= number(math.log2(max(accounts, 2))))
    good &= seen >= number(parameters.living_share) * ibis.least(users, other)
    return found.filter(good).select(
        "label", "key", "other_label", "other_key", "accounts", lift=seen / expected
    )


def _together(workspace: Workspace, uses: ir.Table) -> ir.Table:
    """By two labels: how often chance makes an account of their uses meet, per use of each.

    An account of high degree in both labels meets both by chance.
    """
    degree = workspace.keep(
        "degree", uses.group_by("account", "label").aggregate(n=uses.count().cast("float64"))
    )
    total = degree.group_by("label").aggregate(total=degree.n.sum())
    other = degree.select(account="account", other_label="label", other_n="n")
    met = degree.inner_join(other, "account")
    sums = met.group_by("label", "other_label").aggregate(met=(met.n * met.other_n).sum())
    totals = total.select(other_label="label", other_total="total")
    found = sums.inner_join(total, "label").inner_join(totals, "other_label")
    return workspace.keep(
        "chance",
        found.select(
            "label", "other_label", together=found.met / (found.total * found.other_total)
        ),
    )
