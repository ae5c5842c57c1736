"""How much would be found in this graph: planted operators, recall by trait, innocents in rings.

Nothing is written but the number of accounts on every identifier.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from ringleader.algorithms.detect import grouping_of
from ringleader.algorithms.evaluation.planting import Planted, planted, varied
from ringleader.algorithms.evidence.hub_verdicts import pinned, pins_in_force
from ringleader.algorithms.evidence.hubs import ownership
from ringleader.algorithms.evidence.reading import read_sharing
from ringleader.algorithms.evidence.sharing import Sharing
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.review.effects import positions
from ringleader.algorithms.rings.building import ring_of
from ringleader.algorithms.rings.finding import Found, find_rings
from ringleader.catalogue import get
from ringleader.errors import NotFound
from ringleader.graph import Graph

HALF = 0.5


def rehearse(
    graph: Graph,
    parameters: Parameters,
    *,
    operators: int = 24,
    like: str | None = None,
    seed: int = 1,
    algorithm: str = "leiden",
    known_hubs: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Plant operators into the graph as it is read, detect, and say what was found.

    Args:
        graph: An open graph.
        parameters: The judgements.
        operators: How many operators to plant.
        like: A ring of which copies are planted instead.
        seed: Of the draws.
        algorithm: ``leiden`` or ``louvain``.
        known_hubs: Keys of identifiers that unrelated accounts are known to share.

    Returns:
        A row for all that share two kinds, for each value of each trait, and for innocents: the
        accounts of the graph that are in a ring only since operators were planted.

    Raises:
        NotFound: There is no ring of the name ``like``.
    """
    sharing = pinned(read_sharing(graph, known_hubs), pins_in_force(graph))
    run = f"rehearsal-{seed}"
    before = find_rings(sharing, grouping_of(graph, run, algorithm, parameters), parameters)
    if like is None:
        world, made = planted(sharing, operators, seed)
    else:
        asked = get("ring-members")
        rows = graph.read(asked, asked.bind({"ring_id": like}))
        if not rows:
            raise NotFound(f"there is no ring {like!r}", hint="ringleader rings list")
        members = positions(sharing.accounts, [row["account_id"] for row in rows])
        of = np.zeros(len(sharing.accounts), dtype=np.int64)
        of[members] = 1
        owner, part = ownership(sharing, of)
        own = np.flatnonzero((owner == 1) & (part >= parameters.owned_part))
        world, made = varied(sharing, members, own, seed)
    after = find_rings(world, grouping_of(graph, run, algorithm, parameters), parameters)
    return _table(sharing, world, before, after, made)


def _table(
    sharing: Sharing, world: Sharing, before: Found, after: Found, made: Sequence[Planted]
) -> list[dict[str, Any]]:
    found = ring_of(world, after.rings) > 0
    recall = {operator.name: float(found[operator.members].mean()) for operator in made}
    sharing_two = [operator for operator in made if operator.kinds > 1]
    rows = [_row("all that share two kinds", "", sharing_two, recall)]
    by_value: defaultdict[tuple[str, str], list[Planted]] = defaultdict(list)
    for operator in sharing_two:
        for trait, value in operator.traits.items():
            by_value[trait, value].append(operator)
    rows += [_row(trait, value, those, recall) for (trait, value), those in by_value.items()]
    alone = [operator for operator in made if operator.kinds < 2]
    if alone:
        rows.append(_row("one kind or none: not to be found", "", alone, recall))
    was = ring_of(sharing, before.rings) > 0
    now = found[: len(sharing.accounts)]
    rows.append(
        {
            "trait": "innocents added",
            "value": "accounts of the graph in a ring only now",
            "operators": 0,
            "found_by_half": 0,
            "accounts": int((now & ~was).sum()),
            "recall": None,
        }
    )
    return rows


def _row(
    trait: str, value: str, those: Sequence[Planted], recall: dict[str, float]
) -> dict[str, Any]:
    accounts = sum(len(operator.members) for operator in those)
    held = sum(recall[operator.name] * len(operator.members) for operator in those)
    return {
        "trait": trait,
        "value": value,
        "operators": len(those),
        "found_by_half": sum(recall[operator.name] >= HALF for operator in those),
        "accounts": accounts,
        "recall": held / accounts if accounts else None,
    }
