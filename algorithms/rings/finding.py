"""From shared identifiers to rings: proposals, one judge, and the links that carry the evidence."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ringleader.algorithms.evidence.shared_neighbours import Links, find_links
from ringleader.algorithms.evidence.sharing import Flags, Ints, Sharing
from ringleader.algorithms.grouping.edges import Edges, Grouping
from ringleader.algorithms.grouping.proposals import CoUse, co_use, proposed
from ringleader.algorithms.judging.look_alikes import LookAlikes, look_alikes
from ringleader.algorithms.judging.membership import Cells
from ringleader.algorithms.judging.refining import refined
from ringleader.algorithms.judging.tie import Lines, links_of, near_misses, tied
from ringleader.algorithms.judging.verdict import Verdict, weighed
from ringleader.algorithms.judging.view import View
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.building import Ring, build_rings, by_family, name_of

PAIR_RESOLUTION = 0.02  # low: a ring of one kind is often a chain, and modularity at 1 cuts chains
KEPT_OF_A_GROUP = 0.5  # a group that has lost half of its members to a better one is not another
PARTS_INSIDE = 0.95  # of its members a part has inside the whole, and the whole in its parts


@dataclass(frozen=True)
class Found:
    """What was found in the data.

    Attributes:
        rings: The rings, the strongest first.
        links: Links between their members, which carry the evidence.
        set_aside: Groups as strong as rings that have an innocent explanation.
        co_used: Pairs of identifiers that the same accounts use.
        view: The uses as the judge saw them; None where there was no judge.
        outside: Links that touch no ring and those of near misses, if they were asked for.
    """

    rings: list[Ring]
    links: Links
    set_aside: list[Ring] = field(default_factory=list)
    co_used: CoUse | None = None
    view: View | None = None
    outside: Links | None = None


def find_rings(
    sharing: Sharing, grouping: Grouping, parameters: Parameters, *, all_links: bool = False
) -> Found:
    """The rings in the data.

    Args:
        sharing: Who shares what.
        grouping: Groups a weighted graph, given the resolution.
        parameters: The judgements.
        all_links: Whether to link groups that are no rings, and near misses, as well.
    """
    if len(sharing.groups_in_data()) < 2:
        return _of_one_kind(sharing, grouping, parameters)
    view = View(sharing, parameters)
    co_used = co_use(view)
    cells = refined(view, proposed(view, grouping, co_used))
    verdict = weighed(view, cells)
    looks = look_alikes(view, cells, verdict)
    return rings_of_groups(view, cells, verdict, looks, co_used, all_links=all_links)


def _of_one_kind(sharing: Sharing, grouping: Grouping, parameters: Parameters) -> Found:
    """Rings of pairs that share more than strangers: nothing independent can confirm them."""
    links = find_links(sharing, parameters)
    exempt = np.zeros(len(sharing.accounts), dtype=bool)
    exempt[sharing.exempt] = True
    links = links.take(~exempt[links.a] & ~exempt[links.b])
    of = np.zeros(len(sharing.accounts), dtype=np.int64)
    if len(links):
        order = np.lexsort((links.a, links.weight, links.b))
        edges = Edges(
            sharing.account_number[links.a[order]],
            sharing.account_number[links.b[order]],
            links.weight[order],
        )
        named, community = grouping(edges, PAIR_RESOLUTION)
        store = np.argsort(sharing.account_number)
        of[store[np.searchsorted(sharing.account_number[store], named)]] = community + 1
    return Found(build_rings(sharing, links, of, parameters), links)


def rings_of_groups(
    view: View,
    cells: Cells,
    verdict: Verdict,
    looks: LookAlikes,
    co_used: CoUse | None = None,
    *,
    all_links: bool = False,
) -> Found:
    """Rings of strong groups, the strongest first; an account is in one of them only.

    Args:
        view: The uses.
        cells: The groups.
        verdict: The verdicts on them.
        looks: Whom they look like: those with an innocent explanation are set aside.
        co_used: Pairs of identifiers that the same accounts use.
        all_links: Whether to link groups that are no rings, and near misses, as well.
    """
    columns = cells.members.tocsc()
    taken = np.zeros(view.accounts, dtype=bool)
    taken[view.sharing.exempt] = True
    kept: list[tuple[int, Ints]] = []
    aside: list[tuple[int, Ints]] = []
    names = view.sharing.accounts
    strong = _by_strength(view, cells, verdict)
    whole = _made_of_parts(cells, verdict, strong, looks)
    for number in strong:
        if number in whole:
            continue
        members = columns.indices[columns.indptr[number] : columns.indptr[number + 1]]
        free = np.sort(members[~taken[members]]).astype(np.int64)
        if len(free) < max(view.parameters.min_ring_size, KEPT_OF_A_GROUP * len(members)):
            continue
        # Groups set aside take their accounts too, so that no part of them becomes another ring.
        taken[free] = True
        (aside if looks.pattern[number] else kept).append((number, free))
    lines = tied(view, cells, [*kept, *aside])
    links = links_of(view.sharing, lines)
    score = np.zeros(view.accounts)
    for end in (links.a, links.b):
        score += np.bincount(end, links.weight, minlength=view.accounts)
    of = np.zeros(view.accounts, dtype=np.int64)
    for place, (_, members) in enumerate([*kept, *aside], start=1):
        of[members] = place
    group = of[links.a]
    families = np.zeros((len(kept) + len(aside) + 1, len(view.sharing.schema.families)))
    np.add.at(families, group, links.family_bits)
    number_of_links = np.bincount(group, minlength=len(families))
    alone = _single_signal(cells)
    made = []
    for place, (number, members) in enumerate([*kept, *aside], start=1):
        ids = tuple(str(name) for name in names[members])
        bits = verdict.evidence[number].sum()
        made.append(
            Ring(
                name_of(ids),
                ids,
                tuple(float(b) for b in score[members]),
                by_family(view.sharing, families[place]),
                int(number_of_links[place]),
                False,
                expected_false=float(verdict.expected_false[number]),
                needed=float(bits - verdict.total[number]),
                single_signal=tuple(
                    str(names[a]) for a in members.tolist() if (number, a) in alone
                ),
                look_alike=looks.pattern[number],
                reason=looks.reason[number],
            )
        )
    inside = np.isin(of[links.a], np.arange(1, len(kept) + 1))
    rings = sorted(made[: len(kept)], key=lambda ring: (-ring.score, ring.ring_id))
    outside = None
    if all_links:
        near = near_misses(view, cells, kept, ~taken)
        weak = tied(view, cells, _weak(view, cells, verdict, taken))
        outside = links_of(view.sharing, Lines.of([tied(view, cells, aside), near, weak]))
    return Found(rings, links.take(inside), made[len(kept) :], co_used, view, outside)


def _weak(view: View, cells: Cells, verdict: Verdict, taken: Flags) -> list[tuple[int, Ints]]:
    """Groups that are not strong enough, the strongest first; an account is in one of them."""
    columns, taken = cells.members.tocsc(), taken.copy()
    weak = np.flatnonzero(~verdict.strong & (verdict.evidence > 0).any(axis=1))
    found = []
    for number in weak[np.argsort(-verdict.total[weak], kind="stable")].tolist():
        members = columns.indices[columns.indptr[number] : columns.indptr[number + 1]]
        free = np.sort(members[~taken[members]]).astype(np.int64)
        if len(free) > KEPT_OF_A_GROUP * len(members):
            taken[free] = True
            found.append((number, free))
    return found


def _made_of_parts(
    cells: Cells, verdict: Verdict, strong: list[int], looks: LookAlikes
) -> set[int]:
    """Groups that finer groups make up and explain better: with more bits beyond chance in all.

    An operator's pools share its prompts, and each has devices and addresses of its own. The pools
    are rings, and what they share makes them a campaign. Two operators that share a popular client
    and a few prompts are two rings.
    """
    guilty = [number for number in strong if not looks.pattern[number]]
    if len(guilty) < 2:
        return set()
    members = cells.members.tocsc()[:, guilty]
    size = np.asarray(members.sum(axis=0)).ravel()
    common = (members.T @ members).tocoo()
    part, of = common.row, common.col
    inside = (common.data >= PARTS_INSIDE * size[part]) & (size[part] < size[of])
    made: set[int] = set()
    for number in np.unique(of[inside]).tolist():
        whole = members.indices[members.indptr[number] : members.indptr[number + 1]]
        held = np.zeros(cells.members.shape[0], dtype=bool)
        bits = 0.0
        # Guilty groups are in the order of their bits: the strongest parts are taken first.
        for one in np.sort(part[inside & (of == number)]).tolist():
            theirs = members.indices[members.indptr[one] : members.indptr[one + 1]]
            if held[theirs].mean() <= 1.0 - PARTS_INSIDE:
                held[theirs] = True
                bits += float(verdict.total[guilty[one]])
        if held[whole].mean() >= PARTS_INSIDE and bits > verdict.total[guilty[number]]:
            made.add(guilty[number])
    return made


def _by_strength(view: View, cells: Cells, verdict: Verdict) -> list[int]:
    """Strong groups, the one with most spare bits first; ties go by the names of members."""
    columns = cells.members.tocsc()
    strong = np.flatnonzero(verdict.strong)
    first = [
        str(view.sharing.accounts[columns.indices[columns.indptr[n] : columns.indptr[n + 1]].min()])
        for n in strong.tolist()
    ]
    order = sorted(
        range(len(strong)), key=lambda at: (-round(float(verdict.total[strong[at]]), 6), first[at])
    )
    return [int(strong[at]) for at in order]


def _single_signal(cells: Cells) -> set[tuple[int, int]]:
    """Members for whom one kind of evidence alone speaks, as group and account."""
    at = np.flatnonzero(cells.inside & (cells.lives.sum(axis=1) == 1))
    return set(zip(cells.group[at].tolist(), cells.account[at].tolist(), strict=True))
