"""Innocent explanations of strong groups.

What chance does not explain, a life in common may. Three patterns explain several kinds of evidence
at once, so that these count as one:

- ``organization``: members declare one organization, or have one institutional mail domain that is
  mostly theirs. A firm shares its office, its image of a client, its card and its prompts.
- ``occasion``: what a kind rests on was used on few days, by members who were there together. A
  class, a hackathon or a course shares its room and its task, and sometimes a card, for some
  sessions. Accounts that take turns on one machine do not meet.
- ``household``: few accounts behind one address or on one machine, with no prompts in common. A
  family shares its card as well.

Groups with such an explanation are set aside: they are reported with their figures, but not as
rings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ringleader.algorithms.evidence.sharing import Floats, Ints, Masks
from ringleader.algorithms.judging.membership import Cells
from ringleader.algorithms.judging.verdict import Verdict
from ringleader.algorithms.judging.view import View

ORGANIZATION, OCCASION, HOUSEHOLD = "organization", "occasion", "household"
MAIL_DOMAIN = "EmailDomain"
WITNESSES = 100  # members whose days are read: reading is expensive, and a hundred suffice
MOST_OF_IT = 0.9  # part of the evidence that has to fall on the days of an occasion
CYCLE = 64  # days are known modulo 64
NOT_KNOWN = 0


@dataclass(frozen=True)
class LookAlikes:
    """What each group looks like.

    Attributes:
        pattern: ``organization``, ``occasion``, ``household``, or nothing.
        reason: Why, in words.
        days: Days on which nine tenths of a kind's evidence fall, shape (groups, kinds); 0 where
            it is not known, or where members were not there together.
    """

    pattern: list[str]
    reason: list[str]
    days: Ints


def look_alikes(view: View, cells: Cells, verdict: Verdict, kinds: int = 2) -> LookAlikes:
    """The innocent explanation of every strong group, where there is one.

    Args:
        view: The uses.
        cells: The groups.
        verdict: The verdicts on them.
        kinds: How many kinds have to stand on more than an occasion.
    """
    asked, strong = view.parameters, np.flatnonzero(verdict.strong)
    days = _days(view, cells, strong)
    declared_part = _declared(view, cells)
    domain, domain_part, domain_owned = _domains(view, cells)
    homes = _homes(view, cells)
    pattern, reason = [""] * cells.groups, [""] * cells.groups
    prompts = _kind(view, "prompt")
    for number in strong.tolist():
        size = int(cells.size[number])
        stands = verdict.stands[number]
        brief = stands & (days[number] > NOT_KNOWN) & (days[number] <= asked.occasion_days)
        if declared_part[number] >= asked.declared_part:
            pattern[number] = ORGANIZATION
            reason[number] = (
                f"{declared_part[number]:.0%} of its {size} accounts declare one organization"
            )
        elif (
            domain_part[number] >= 0.5
            and domain_owned[number] >= asked.living_share
            and domain[number] >= 0
        ):
            pattern[number] = ORGANIZATION
            name = view.sharing.keys[domain[number]]
            reason[number] = (
                f"{domain_part[number]:.0%} of its {size} accounts have mail at {name}, "
                f"and {domain_owned[number]:.0%} of that domain's accounts are among them"
            )
        elif (stands & ~brief).sum() < kinds:
            pattern[number] = OCCASION
            told = " and ".join(
                f"{view.kind.names(bool(cells.apart[number]))[kind]} on {days[number, kind]} days"
                for kind in np.flatnonzero(brief)
            )
            reason[number] = f"its {size} accounts used what they share by {told} only"
        elif size <= asked.household and homes[number] and not (prompts >= 0 and stands[prompts]):
            pattern[number] = HOUSEHOLD
            reason[number] = f"its {size} accounts share one address or machine, as a family does"
    return LookAlikes(pattern, reason, days)


def _kind(view: View, family: str) -> int:
    groups = view.sharing.schema.groups
    group = view.sharing.schema.family_by_name[family].group
    return groups.index(group) if group in groups else -1


def _days(view: View, cells: Cells, chosen: Ints) -> Ints:
    """Days that hold nine tenths of each kind's uses, of the chosen groups; 0 where unknown.

    Only addresses, devices and prompts are asked, and nothing where the data themselves are of so
    few days, or where fewer than ``living_share`` of the members are there on such a day.
    """
    days = np.full((cells.groups, view.kinds), NOT_KNOWN, dtype=np.int64)
    sharing, members = view.sharing, cells.members.tocsc()
    used = cells.used.tocsr()
    # A room and a task are shared on an occasion; a card, a phone or an API key is not.
    occasional = {_kind(view, "network"), _kind(view, "prompt")}
    occasional |= set(view.kind.apart[view.kind.together == _kind(view, "network")].tolist())
    asked: list[tuple[int, Ints, Ints, Ints]] = []
    for number in chosen.tolist():
        who = members.indices[members.indptr[number] : members.indptr[number + 1]].astype(np.int64)
        if len(who) > WITNESSES:
            who = who[np.linspace(0, len(who) - 1, WITNESSES).astype(np.int64)]
        what = used.indices[used.indptr[number] : used.indptr[number + 1]].astype(np.int64)
        cells_of = view.uses[who][:, what].tocoo()
        place = sharing.place(who[cells_of.row], what[cells_of.col])
        kind = cells.rates.kind_of[number, sharing.label[what[cells_of.col]]]
        asked.append((number, place, kind, cells_of.row))
    if not asked or _days_of_data(view) <= view.parameters.occasion_days:
        return days
    everything = np.concatenate([place for _, place, _, _ in asked])
    known = dict(zip(everything.tolist(), sharing.days(everything).tolist(), strict=True))
    for number, place, kind, member in asked:
        masks = np.array([known[use] for use in place.tolist()], dtype=np.uint64)
        for code in np.unique(kind):
            mine = (kind == code) & (masks > 0)
            if code in occasional and mine.any():
                days[number, code] = _days_together(
                    masks[mine], member[mine], view.parameters.living_share
                )
    return days


def _days_together(masks: Masks, member: Ints, least: float) -> int:
    """Days that hold nine tenths of some uses; 0 if few of those who used were there on such a day.

    Args:
        masks: The days of each use, a bit each, modulo 64.
        member: Whose use each is.
        least: The part of the members that has to be there on the average day.
    """
    on = ((masks[:, None] >> np.arange(CYCLE, dtype=np.uint64)) & np.uint64(1)).astype(np.int64)
    uses = on.sum(axis=0)
    busiest = np.argsort(-uses, kind="stable")
    enough = int(np.searchsorted(np.cumsum(uses[busiest]), MOST_OF_IT * uses.sum())) + 1
    who, position = np.unique(member, return_inverse=True)
    there = np.zeros((len(who), CYCLE), dtype=np.int64)
    np.maximum.at(there, position, on)
    present = float(there[:, busiest[:enough]].mean())
    return enough if present >= least else NOT_KNOWN


def _days_of_data(view: View) -> int:
    """On how many days anything was used, by some accounts: few days tell no occasion from life."""
    sharing = view.sharing
    if not len(sharing.user):
        return CYCLE
    some = np.linspace(0, view.accounts - 1, min(WITNESSES, view.accounts)).astype(np.int64)
    chosen = np.zeros(view.accounts, dtype=bool)
    chosen[some] = True
    masks = sharing.days(np.flatnonzero(chosen[sharing.user] & view.counts))
    if not len(masks):
        return CYCLE
    # Where hardly any days are known, the data may be of many.
    if (masks > 0).mean() < 0.5:
        return CYCLE
    return int(np.bitwise_or.reduce(masks)).bit_count()


def _declared(view: View, cells: Cells) -> Floats:
    """Which part of each group declares the organization that most of it declares."""
    sharing = view.sharing
    if not len(sharing.declarer):
        return np.zeros(cells.groups)
    declares = sparse.csr_array(
        (np.ones(len(sharing.declarer)), (sharing.declarer, sharing.declared)),
        shape=(view.accounts, int(sharing.declared.max()) + 1),
    )
    return _most(cells, declares)[1]


def _domains(view: View, cells: Cells) -> tuple[Ints, Floats, Floats]:
    """The mail domain that is most a group's own: its position, part of members, part of users."""
    sharing, labels = view.sharing, view.sharing.schema.labels
    none = np.full(cells.groups, -1, dtype=np.int64)
    if MAIL_DOMAIN not in labels:
        return none, np.zeros(cells.groups), np.zeros(cells.groups)
    at = view.of_label[labels.index(MAIL_DOMAIN)]
    chosen = (sharing.label == labels.index(MAIL_DOMAIN))[sharing.used]
    place = np.full(len(sharing.keys), -1, dtype=np.int64)
    place[at] = np.arange(len(at))
    has = sparse.csr_array(
        (np.ones(int(chosen.sum())), (sharing.user[chosen], place[sharing.used[chosen]])),
        shape=(view.accounts, max(len(at), 1)),
    )
    users = np.maximum(np.asarray(has.sum(axis=0)).ravel(), 1.0)
    domain, part, own = _most(cells, has, users)
    return np.where(domain >= 0, at[domain] if len(at) else domain, -1), part, own


def _homes(view: View, cells: Cells) -> list[bool]:
    """Whether most members of each group share one address, or one machine where it is hidden."""
    used = cells.used.tocoo()
    environment = view.kind_of_label[view.sharing.label[used.col]] == _kind(view, "network")
    most = np.zeros(cells.groups)
    np.maximum.at(most, used.row[environment], used.data[environment])
    mostly: list[bool] = (most >= 0.5 * np.maximum(cells.size, 1.0)).tolist()
    return mostly


def _most(cells: Cells, has: object, users: Floats | None = None) -> tuple[Ints, Floats, Floats]:
    """The value that most members of each group have, its part of members and of users.

    Where users are given, only what is at least a tenth the group's own is looked at.
    """
    counts = (cells.members.T @ has).tocoo()
    own = counts.data / users[counts.col] if users is not None else np.ones(len(counts.data))
    value = np.where(own >= 0.1, counts.data, 0.0)
    which = np.full(cells.groups, -1, dtype=np.int64)
    part, part_of = np.zeros(cells.groups), np.zeros(cells.groups)
    order = np.lexsort((counts.col, -value, counts.row))
    row = counts.row[order]
    first = order[np.flatnonzero(np.diff(row, prepend=-1))]
    first = first[value[first] > 0]
    at = counts.row[first]
    which[at] = counts.col[first]
    part[at] = counts.data[first] / np.maximum(cells.size[at], 1.0)
    part_of[at] = own[first]
    return which, part, part_of
