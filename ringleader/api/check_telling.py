"""What a check says: from the figures of an account beside rings to an outcome with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ringleader.api.check_results import (
    CODES,
    Check,
    CheckedRing,
    Replaced,
    ReplacedShare,
    SharedIdentifier,
)

if TYPE_CHECKING:
    from ringleader.algorithms.checking.comparing import Beside, Found
    from ringleader.algorithms.checking.replacing import Predecessor

SHOWN = 50  # identifiers of a ring in an answer
REJECTED = "rejected"


def check_of(
    answer: Mapping[str, Any],
    given: bool,
    beside: Beside,
    run: str,
    finished: datetime,
    age: float,
    replaced: tuple[Replaced, ...],
) -> Check:
    """What a check says of an account.

    Args:
        answer: The row of the stored query ``check``.
        given: Whether anything was given of it that need not be loaded.
        beside: How it stands to the rings of the run.
        run: The run.
        finished: When the run was done.
        age: Seconds since then.
        replaced: Accounts that it may replace.
    """
    found = beside.found
    code = _code(answer, given, beside)
    outcome = CODES[code][0]
    accused = [one for one in found if one.standing.inside or _joins(one)]
    shown = accused or found
    rings = tuple(_ring(one, answer) for one in shown)
    reason = _reason(code, rings)
    return Check(answer["account_id"], outcome, code, reason, rings, run, finished, age, replaced)


def replaced_of(found: Predecessor) -> Replaced:
    """What a check says of an account that another one may replace.

    Args:
        found: The account that lost its access.
    """
    shared = tuple(ReplacedShare(*one) for one in found.shared)
    return Replaced(found.account_id, found.status, found.hours, found.bits, shared)


def _joins(found: Found) -> bool:
    return found.standing.belongs and found.review != REJECTED


def _code(answer: Mapping[str, Any], given: bool, beside: Beside) -> str:
    found = beside.found
    if any(one.standing.inside and one.review != REJECTED for one in found):
        return "member"
    if any(map(_joins, found)):
        return "joins"
    if any(factor.lives for one in found for factor in one.standing.factors):
        return "near"
    if beside.touches:
        return "touches"
    if found or answer["hub"]:
        return "hub-only"
    return "nothing-known" if answer["known"] or given else "unknown-account"


def _ring(found: Found, answer: Mapping[str, Any]) -> CheckedRing:
    standing = found.standing
    lives = tuple(factor.kind for factor in standing.factors if factor.lives)
    joins = _joins(found)
    missing = () if joins or standing.inside else standing.reasons
    if found.review == REJECTED:
        missing = (*missing, "somebody rejected this ring")
    return CheckedRing(
        standing.ring_id,
        standing.size,
        standing.inside,
        joins,
        standing.bits,
        standing.prior,
        {factor.kind: factor.bits for factor in standing.factors if factor.all_identifiers},
        lives,
        tuple(
            SharedIdentifier(one.label, one.key, one.members, one.owned, one.outside)
            for one in found.shared[:SHOWN]
        ),
        len(found.shared),
        tuple(_against(found, answer)),
        missing,
        found.review,
    )


def _against(found: Found, answer: Mapping[str, Any]) -> Iterator[str]:
    outside = [one for one in found.shared if one.outside]
    if outside:
        yield f"outsiders use {len(outside)} of the {len(found.shared)} identifiers that it shares"
    for factor in found.standing.factors:
        if factor.bits < 0:
            yield f"{factor.kind}: it does not live on what the members have in common"
    if found.named_by:
        yield f"the ring rests on the word of {' and '.join(found.named_by)}"
    if answer["label"] == "benign":
        yield "somebody decided that the account is benign"
    if found.review == "returned":
        yield "somebody rejected the ring; later data made it a ring again"


def _reason(code: str, rings: Sequence[CheckedRing]) -> str:
    if not rings or code in ("hub-only", "nothing-known", "unknown-account"):
        return CODES[code][1]
    ring = rings[0]
    what = f"{ring.ring_id} ({ring.size} accounts)"
    number = ring.shared_in_all
    shared = "one identifier" if number == 1 else f"{number} identifiers"
    by = " and ".join(ring.lives_on)
    if code == "member":
        return f"in {what}" + (f"; uses {shared} of it and lives on its {by}" if by else "")
    if code == "joins":
        bits = f"{ring.bits:.1f} bits, {ring.asked:.1f} are asked"
        return f"uses {shared} of {what} and lives on its {by}: {bits}"
    if code == "near":
        return f"uses {shared} of {what} and lives on its {by}; {ring.missing[0]}"
    return f"uses {shared} of {what} and does not live on them"
