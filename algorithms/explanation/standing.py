"""Why an account is not in a ring: what speaks for and against it, kind by kind.

The figures are the engine's own: the account is compared with the ring's members by the function
that detection uses (:func:`ringleader.algorithms.judging.membership.compared`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ringleader.algorithms.evidence.shared_neighbours import find_links
from ringleader.algorithms.evidence.sharing import Sharing
from ringleader.algorithms.judging.comparison import OWNED_THINGS, prior_bits
from ringleader.algorithms.judging.membership import Cells, belongs, compared
from ringleader.algorithms.judging.view import Matrix, View, owned
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.review.effects import positions

NEAREST = 3


@dataclass(frozen=True)
class Factor:
    """What one kind of evidence says of an account and a ring.

    Attributes:
        kind: The kind.
        of_ring: Whether the ring has this kind: enough of its members live on it.
        known: Whether anything of this kind is known of the account.
        lives: Whether the account lives on the ring's identifiers of this kind.
        share: Part of its activity that they carry, of the label where that is most.
        identifiers: How many of them it uses.
        owned: How many of these the ring owns.
        all_identifiers: How many the ring has.
        bits: Bits for (above 0) or against membership.
    """

    kind: str
    of_ring: bool
    known: bool
    lives: bool
    share: float
    identifiers: int
    owned: int
    all_identifiers: int
    bits: float


@dataclass(frozen=True)
class Standing:
    """How an account stands to a ring.

    Attributes:
        account_id: The account.
        ring_id: The ring.
        size: Members of the ring.
        inside: Whether the account is one of them.
        factors: One for each kind of evidence.
        bits: Their bits together.
        prior: Bits that they have to outweigh, log2(accounts / members).
        owns: Whether it uses two things that the ring owns, addresses aside.
        belongs: Whether the evidence makes it a member.
        reasons: What is missing, with the parameters that ask for it.
    """

    account_id: str
    ring_id: str
    size: int
    inside: bool
    factors: tuple[Factor, ...]
    bits: float
    prior: float
    owns: bool
    belongs: bool
    reasons: tuple[str, ...]

    @property
    def uses_any(self) -> bool:
        """Whether the account uses anything that the members have in common."""
        return any(factor.identifiers for factor in self.factors)


def standings(
    sharing: Sharing,
    rings: Mapping[str, Sequence[str]],
    account: str,
    parameters: Parameters,
) -> list[Standing]:
    """How an account stands to rings, the nearest first.

    Args:
        sharing: Who shares what, as detection sees it.
        rings: Members of each ring.
        account: The account.
        parameters: Those of the run that found the rings.
    """
    view = View(sharing, parameters)
    at = positions(sharing.accounts, [account])
    names = sorted(rings)
    if not len(at) or not names:
        return []
    members = _matrix(view, [rings[name] for name in names])
    cells = compared(view, members)
    mine = belongs(view, cells)
    theirs = owned(view, cells.used)
    alone = len(sharing.groups_in_data()) < 2
    found = []
    for number, name in enumerate(names):
        entry = np.flatnonzero((cells.account == at[0]) & (cells.group == number))
        place = int(entry[0]) if len(entry) else None
        factors = tuple(_factors(view, cells, theirs, int(at[0]), number, place))
        bits = 0.0 if place is None else float(cells.bits[place].sum())
        prior = float(prior_bits(view.accounts, cells.size[number]))
        owns = place is not None and bool(cells.owns[place])
        joins = place is not None and bool(mine[place])
        exempt = bool(np.isin(at[0], sharing.exempt))
        if alone:
            reasons = tuple(_of_one_kind(sharing, rings[name], account, parameters))
        else:
            reasons = tuple(missing(parameters, factors, bits, prior, owns, exempt))
        found.append(
            Standing(
                account,
                name,
                int(cells.size[number]),
                account in rings[name],
                factors,
                bits,
                prior,
                owns,
                joins and not exempt,
                reasons,
            )
        )
    return sorted(found, key=nearness)


def nearness(standing: Standing) -> tuple[float, ...]:
    """What standings are ordered by, the nearest ring first."""
    used = sum(factor.identifiers for factor in standing.factors)
    lives = sum(factor.lives for factor in standing.factors)
    return (-standing.inside, -(lives > 0), -(standing.bits - standing.prior), -used)


def _matrix(view: View, rings: Sequence[Sequence[str]]) -> Matrix:
    at = [positions(view.sharing.accounts, members) for members in rings]
    row = np.concatenate(at)
    column = np.repeat(np.arange(len(at)), [len(some) for some in at])
    shape = (view.accounts, len(rings))
    return sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape)


def _factors(
    view: View, cells: Cells, theirs: Matrix, account: int, number: int, place: int | None
) -> Iterator[Factor]:
    used = cells.used.tocsr()
    things = used.indices[used.indptr[number] : used.indptr[number + 1]].astype(np.int64)
    mine = theirs.tocsr()
    own = mine.indices[mine.indptr[number] : mine.indptr[number + 1]]
    shares = np.asarray(view.shares[[account]][:, things].todense()).ravel()
    uses = np.asarray(view.uses[[account]][:, things].todense()).ravel() > 0
    label = view.sharing.label[things]
    of_group = cells.lives[cells.group == number]
    kind_of = cells.rates.kind_of[number]
    for kind, name in enumerate(view.kind.names(bool(cells.apart[number]))):
        if not name:
            continue
        labels = np.flatnonzero(kind_of == kind)
        here = np.isin(label, labels)
        by_label = [float(shares[label == code].sum()) for code in labels]
        yield Factor(
            name,
            bool(of_group[:, kind].any()),
            bool(view.known[account, labels].any()),
            place is not None and bool(cells.lives[place, kind]),
            max(by_label, default=0.0),
            int((uses & here).sum()),
            int((uses & here & np.isin(things, own)).sum()),
            int(here.sum()),
            0.0 if place is None else float(cells.bits[place, kind]),
        )


def missing(
    asked: Parameters,
    factors: Sequence[Factor],
    bits: float,
    prior: float,
    owns: bool,
    exempt: bool,
) -> Iterator[str]:
    """What an account lacks to be a member, in words.

    Args:
        asked: The judgements.
        factors: What each kind of evidence says.
        bits: Their bits together.
        prior: Bits that they have to outweigh.
        owns: Whether it uses two things that the ring owns, addresses aside.
        exempt: Whether the settings know it to be good.
    """
    if exempt:
        yield "its mail domain or organization is known to be good ([known_good])"
    lives = [factor for factor in factors if factor.lives]
    if not any(factor.identifiers for factor in factors):
        yield "it uses nothing of what the members have in common"
        return
    for factor in factors:
        if not factor.identifiers or factor.lives:
            continue
        if not factor.of_ring:
            yield (
                f"{factor.kind}: fewer than {asked.kind_coverage:.0%} of the members whom it shows "
                "live on the ring's identifiers, so it counts for nobody (kind_coverage)"
            )
        else:
            yield (
                f"{factor.kind}: the ring's identifiers carry {factor.share:.0%} of its activity, "
                f"less than {asked.living_share:.0%} (living_share), and it does not use "
                f"{asked.several} of them beyond chance (several)"
            )
    if not lives:
        yield "it lives on no identifier of the ring by any kind"
        return
    if bits <= prior:
        yield (
            f"{bits:.1f} bits do not outweigh {prior:.1f}, how few of all accounts are members "
            "(log2(accounts / members))"
        )
    if len(lives) == 1 and not owns:
        count = sum(factor.owned for factor in factors)
        yield (
            f"one kind alone ({lives[0].kind}) speaks for it: then it has to live on "
            f"{OWNED_THINGS} identifiers of one type that the ring owns (owned_part); addresses do "
            f"not count for this. It uses {count} that the ring owns, addresses included"
        )


def _of_one_kind(
    sharing: Sharing, members: Sequence[str], account: str, parameters: Parameters
) -> Iterator[str]:
    """Where the data hold one kind, pairs are linked: how much ties the account to the members."""
    links = find_links(sharing, parameters)
    [me] = positions(sharing.accounts, [account]).tolist()
    inside = np.zeros(len(sharing.accounts), dtype=bool)
    inside[positions(sharing.accounts, members)] = True
    tied = ((links.a == me) & inside[links.b]) | ((links.b == me) & inside[links.a])
    bits = float(links.weight[tied].sum())
    yield (
        f"the data hold one kind of evidence: {int(tied.sum())} links of {bits:.1f} bits tie it to "
        f"members; a member needs {parameters.member_bits:g} (member_bits), a link "
        f"{parameters.link_bits:g} (link_bits)"
    )


def standing_lines(standing: Standing) -> list[str]:
    """The standing in words.

    Args:
        standing: How an account stands to a ring.
    """
    who, ring = standing.account_id, standing.ring_id
    if standing.inside:
        lines = [f"{who} is in {ring} ({standing.size} accounts)"]
    else:
        lines = [f"{who} is not in {ring} ({standing.size} accounts)"]
    lines.append(
        f"  {standing.bits:+.1f} bits for it; {standing.prior:.1f} are to be outweighed, since "
        f"{standing.size} accounts are members"
    )
    lines += [f"  {factor.kind:12} {_words(factor)}" for factor in standing.factors]
    if standing.inside:
        return lines
    lines += [f"  missing: {reason}" for reason in standing.reasons]
    if standing.belongs and not standing.reasons:
        lines.append(
            "  by these figures it belongs to the ring: it was loaded since the run, a stronger "
            "group has it, or somebody decided; ringleader detect"
        )
    return lines


def _words(factor: Factor) -> str:
    if not factor.all_identifiers:
        return "the members have nothing of this kind in common"
    if not factor.known:
        return "nothing is known of the account: says nothing"
    if not factor.identifiers:
        return f"{factor.bits:+.1f} bits: uses none of the ring's {factor.all_identifiers}"
    how = "lives on" if factor.lives else "uses, but does not live on,"
    return (
        f"{factor.bits:+.1f} bits: {how} {factor.identifiers} of the ring's "
        f"{factor.all_identifiers} ({factor.owned} owned), {factor.share:.0%} of its activity"
    )
