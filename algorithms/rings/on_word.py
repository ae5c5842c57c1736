"""Rings on the word of others: accounts that live on what a believed source names.

Off by default. A source that ``[indicators.evidence]`` of the settings names is believed from a
confidence on; its indicators then stand in the place of the second independent kind of evidence,
and for nothing else:

- only accounts count that *live* on what is named, as everywhere (``living_share``, ``several``);
- what they share has to be more than chance by one kind of evidence (``false_rings``): the source
  has chosen the identifiers, so neither naming them nor choosing the members costs anything;
- groups that look like an organization, an occasion or a household are set aside;
- accounts that are in a ring, or in a group set aside, stay there.

An account that is named by itself has nothing in common with others, so it makes no ring. Who only
uses something of the same source, and nothing together, is in no ring with each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ringleader.algorithms.evidence.shared_neighbours import Links
from ringleader.algorithms.evidence.sharing import Flags, Ints, Sharing
from ringleader.algorithms.judging.living import living_on
from ringleader.algorithms.judging.look_alikes import look_alikes
from ringleader.algorithms.judging.membership import insiders
from ringleader.algorithms.judging.tie import as_matrix
from ringleader.algorithms.judging.verdict import weighed
from ringleader.algorithms.judging.view import View
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import ring_of
from ringleader.algorithms.rings.finding import Found, rings_of_groups
from ringleader.catalogue import get
from ringleader.graph import Graph
from ringleader.indications import believed, decayed, half_lives

Named = Mapping[str, Ints]  # by source the positions of the identifiers that it names


def with_rings_on_word(
    graph: Graph, sharing: Sharing, found: Found, parameters: Parameters
) -> Found:
    """What was found, and the rings on the word of sources that the settings believe.

    Args:
        graph: An open graph whose indicators are tied to what it has.
        sharing: Who shares what, without what was rejected.
        found: What the evidence alone gives.
        parameters: The judgements.

    Raises:
        SettingsError: ``[indicators]`` is wrong.
    """
    named = named_by_believed(graph, sharing)
    return rings_on_word(sharing, found, named, parameters) if named else found


def named_by_believed(graph: Graph, sharing: Sharing) -> dict[str, Ints]:
    """By believed source the positions of what it names today with enough confidence.

    Args:
        graph: An open graph whose indicators are tied to what it has.
        sharing: Who shares what.
    """
    section = graph.settings.section("indicators")
    least, lives, now = believed(section), half_lives(section), datetime.now(UTC)
    if not least:
        return {}
    numbers: dict[str, list[int]] = {}
    for row in graph.read(get("identifiers-named"), {"sources": sorted(least)}):
        since = row["valid_from"].to_native() if row["valid_from"] is not None else None
        if decayed(row["confidence"], row["kind"], since, now, lives) >= least[row["source"]]:
            numbers.setdefault(row["source"], []).append(row["number"])
    at = {
        source: np.flatnonzero(np.isin(sharing.identifier_number, theirs))
        for source, theirs in numbers.items()
    }
    return {source: positions for source, positions in at.items() if len(positions)}


def rings_on_word(sharing: Sharing, found: Found, named: Named, parameters: Parameters) -> Found:
    """What was found, and the rings of accounts that live on what is named.

    Args:
        sharing: Who shares what.
        found: What the evidence alone gives.
        named: By source the positions of what it names.
        parameters: The judgements.
    """
    view = found.view or View(sharing, parameters)
    free = np.ones(view.accounts, dtype=bool)
    taken = [name for ring in (*found.rings, *found.set_aside) for name in ring.members]
    free[np.searchsorted(sharing.accounts, np.array(taken, dtype=object))] = False
    groups = _groups(view, np.unique(np.concatenate(list(named.values()))), free)
    if not groups:
        return found
    cells = insiders(view, as_matrix(view, groups))
    verdict = weighed(view, cells)
    stands = verdict.evidence >= np.log2(1.0 / parameters.false_rings)
    verdict = replace(
        verdict,
        total=verdict.evidence.sum(axis=1),
        stands=stands,
        strong=(cells.size >= parameters.min_ring_size) & stands.any(axis=1),
    )
    made = rings_of_groups(view, cells, verdict, look_alikes(view, cells, verdict, kinds=1))
    rings = [
        # How often chance makes such a ring says nothing of whether the source is right.
        replace(ring, expected_false=None, needed=0.0, named_by=_sources(view, ring.members, named))
        for ring in made.rings
    ]
    mine = ring_of(sharing, [*rings, *made.set_aside]) > 0

    def others(links: Links) -> Links:
        return links.take(~(mine[links.a] & mine[links.b]))

    return replace(
        found,
        rings=sorted([*found.rings, *rings], key=lambda ring: (-ring.score, ring.ring_id)),
        links=others(found.links).plus(made.links),
        set_aside=[*found.set_aside, *made.set_aside],
        outside=None if found.outside is None else others(found.outside),
    )


def _groups(view: View, named: Ints, free: Flags) -> list[Ints]:
    """Free accounts that live on what is named, apart where they use nothing of it together."""
    accounts, _ = _living(view, named, np.zeros(len(named), dtype=np.int64), 1)
    accounts = accounts[free[accounts]]
    if not len(accounts):
        return []
    ties = view.uses[accounts][:, named]
    both = sparse.block_array([[None, ties], [ties.T, None]], format="csr")
    parts, part = connected_components(both, directed=False)
    part_of = np.full(view.accounts, -1, dtype=np.int64)
    part_of[accounts] = part[: len(accounts)]
    account, group = _living(view, named, part[len(accounts) :].astype(np.int64), parts)
    mine = part_of[account] == group
    account, group = account[mine], group[mine]
    enough = np.bincount(group, minlength=parts) >= view.parameters.min_ring_size
    return [account[group == number] for number in np.flatnonzero(enough).tolist()]


def _living(view: View, things: Ints, group: Ints, groups: int) -> tuple[Ints, Ints]:
    """Accounts that live on a group's identifiers by some label, each with the group, in order.

    Args:
        view: The uses.
        things: Identifiers.
        group: The group of each.
        groups: How many there are.
    """
    shape = (groups, len(view.sharing.keys))
    infra = sparse.csr_array((np.ones(len(things)), (group, things)), shape=shape)
    entries = np.concatenate([living_on(view, code, infra) for code in range(view.labels)])
    account, of = np.divmod(np.unique(entries), groups)
    return account, of


def _sources(view: View, members: tuple[str, ...], named: Named) -> tuple[str, ...]:
    """Sources that name something which two members use."""
    at = np.searchsorted(view.sharing.accounts, np.array(members, dtype=object))
    users = np.asarray(view.uses[at].sum(axis=0)).ravel()
    return tuple(sorted(source for source, theirs in named.items() if (users[theirs] >= 2).any()))
