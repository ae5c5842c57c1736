"""What a check returns: how an account stands to the rings of the last run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from ringleader.answers import Answer, html
from ringleader.api.results import Shown

__all__ = ["CODES", "JOINS", "ROW", "Check", "CheckedRing", "SharedIdentifier"]

ROW = ["account_id", "outcome", "code", "ring_id", "bits", "asked", "replaces", "reason", "run"]
JOINS, NEAR, HUB_ONLY, NOTHING = "joins", "near", "hub only", "nothing known"
# What a rule engine can branch on, with the outcome that each belongs to and its meaning.
CODES: dict[str, tuple[str, str]] = {
    "member": (JOINS, "the last run has the account in a ring"),
    "joins": (JOINS, "the evidence makes the account a member of a ring, as the judge asks for it"),
    "near": (NEAR, "the account lives on what a ring uses, but something is missing"),
    "touches": (NEAR, "the account has used what a ring uses, and does not live on it"),
    "hub-only": (HUB_ONLY, "all that it has in common with rings is widely shared"),
    "nothing-known": (NOTHING, "it has nothing in common with any ring"),
    "unknown-account": (NOTHING, "the account is not loaded, and nothing else was given"),
}


@dataclass(frozen=True)
class SharedIdentifier:
    """An identifier that an account and a ring have in common.

    Attributes:
        label: What it is, e.g. ``Device``.
        key: Its key; of mailboxes and phones a keyed hash.
        members: Members of the ring that use it.
        owned: Whether hardly anybody else does.
        outside: Accounts that use it and are not members; None where that is not counted.
    """

    label: str
    key: str
    members: int
    owned: bool
    outside: int | None


@dataclass(frozen=True)
class Replaced:
    """An account that lost its access, and that the checked one may replace.

    Attributes:
        account_id: The account.
        status: Its status, e.g. banned.
        hours_after: Hours between its end and the opening of the checked one.
        bits: The evidence; 12 are asked.
        shared: What both use, the rarest of each label.
    """

    account_id: str
    status: str
    hours_after: float
    bits: float
    shared: tuple[ReplacedShare, ...] = field(repr=False)


@dataclass(frozen=True)
class ReplacedShare:
    """An identifier that an account and its predecessor have in common.

    Attributes:
        label: What it is.
        key: Its key.
        users: Accounts that use it.
    """

    label: str
    key: str
    users: int


@dataclass(frozen=True)
class CheckedRing:
    """How an account stands to one ring.

    Attributes:
        ring_id: The ring.
        size: Its members.
        member: Whether the account was one of them in the last run.
        joins: Whether the evidence makes it a member.
        bits: Bits for membership, all kinds together.
        asked: Bits that they have to outweigh, log2(accounts / members).
        by_kind: Bits of each kind of evidence that the ring has; below 0 they speak against it.
        lives_on: The kinds by which the account lives on the ring's identifiers.
        shared: What both use, what the ring owns first; 50 at the most.
        shared_in_all: How many identifiers both use.
        against: What speaks against it, in words.
        missing: What is missing, in words; nothing if it joins.
        review: The latest decision on the ring, if there is one.
    """

    ring_id: str
    size: int
    member: bool
    joins: bool
    bits: float
    asked: float
    by_kind: Mapping[str, float]
    lives_on: tuple[str, ...]
    shared: tuple[SharedIdentifier, ...] = field(repr=False)
    shared_in_all: int
    against: tuple[str, ...]
    missing: tuple[str, ...]
    review: str | None


@dataclass(frozen=True)
class Check(Shown):
    """Whether an account belongs to a known ring.

    Attributes:
        account_id: The account; None where only what is known of it was given.
        outcome: ``joins``, ``near``, ``hub only`` or ``nothing known``.
        code: The same for a rule engine, finer: docs/serve.md lists the codes.
        reason: The same for a person, in one line.
        rings: The rings that it has something in common with, the nearest first.
        run: The run that this rests on.
        run_finished_at: When that run was done.
        age_seconds: How long ago.
        replaces: Accounts that lost their access in the hours before this one was opened, and that
            it may replace: it has the same identifiers.
    """

    account_id: str | None
    outcome: str
    code: str
    reason: str
    rings: tuple[CheckedRing, ...] = field(repr=False)
    run: str
    run_finished_at: datetime
    age_seconds: float
    replaces: tuple[Replaced, ...] = field(default=(), repr=False)

    @property
    def answer(self) -> Answer:
        """One row, in which ``rings`` is a list of maps."""
        return Answer([self.document], brief=["account_id", "outcome", "code", "ring_id", "bits"])

    @property
    def row(self) -> dict[str, Any]:
        """The check as one row, with its nearest ring."""
        first = self.rings[0] if self.rings else None
        return {
            "account_id": self.account_id,
            "outcome": self.outcome,
            "code": self.code,
            "ring_id": first.ring_id if first else None,
            "bits": round(first.bits, 2) if first else None,
            "asked": round(first.asked, 2) if first else None,
            "replaces": self.replaces[0].account_id if self.replaces else None,
            "reason": self.reason,
            "run": self.run,
        }

    @property
    def document(self) -> dict[str, Any]:
        """The check as it goes out in JSON."""
        return {**asdict(self), "run_finished_at": self.run_finished_at.isoformat()}

    @property
    def lines(self) -> tuple[str, ...]:
        """The check in words."""
        lines = [f"{self.account_id or 'this account'}: {self.outcome}. {self.reason}"]
        for ring in self.rings:
            lines.append(
                f"  {ring.ring_id} ({ring.size} accounts): {ring.bits:+.1f} bits, "
                f"{ring.asked:.1f} are to be outweighed"
            )
            lines += [f"    {kind:12} {bits:+.1f} bits" for kind, bits in ring.by_kind.items()]
            lines += [f"    against it: {line}" for line in ring.against]
            lines += [f"    missing: {line}" for line in ring.missing]
        for one in self.replaces:
            things = ", ".join(f"{share.label} {share.key}" for share in one.shared)
            lines.append(
                f"  may replace {one.account_id} ({one.status}): opened {one.hours_after:.1f} "
                f"hours after it stopped, with the same {things}; {one.bits:.1f} bits"
            )
        lines.append(f"from {self.run}, {_age(self.age_seconds)} old")
        return tuple(lines)

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return html(self.answer, self.lines)


def _age(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
