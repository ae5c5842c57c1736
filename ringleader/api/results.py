"""What the operations return: small frozen dataclasses that a notebook shows as tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer, html
from ringleader.errors import FindingsFound

if TYPE_CHECKING:
    import pandas as pd


class Shown(ABC):
    """What a notebook shows: the rows of ``answer`` under the result's messages."""

    @property
    @abstractmethod
    def answer(self) -> Answer:
        """The result as rows."""

    @property
    def frame(self) -> pd.DataFrame:
        """The result as a pandas frame."""
        return self.answer.frame

    def _repr_html_(self) -> str:
        return html(self.answer, self.answer.messages, type(self).__name__)


@dataclass(frozen=True)
class TableLoad:
    """What the load of one table, or of one list of proxies, did.

    Attributes:
        name: The table or the list.
        table: The table.
        batch_id: The batch; None when everything was loaded before.
        read: Rows read.
        loaded: Rows loaded; of a dry run the rows that a load would take.
        quarantined: Rows that break the input contract.
        duplicates: Rows left out because another row says the same.
        reasons: Refused rows by column and reason.
        quarantine: The file that lists the refused rows.
        skipped: Inputs that were loaded before.
        created: Nodes and relationships created; None for a bulk load.
        messages: What else there is to know, one line each.
        dry_run: Whether nothing was written.
    """

    name: str
    table: str
    batch_id: str | None
    read: int
    loaded: int
    quarantined: int
    duplicates: int
    reasons: Mapping[str, int]
    quarantine: Path | None
    skipped: tuple[Path, ...]
    created: Mapping[str, int] | None
    messages: tuple[str, ...] = ()
    dry_run: bool = False

    @property
    def row(self) -> dict[str, Any]:
        """The load as one row."""
        created = self.created
        return {
            "load": self.name,
            "read": self.read,
            "would_load" if self.dry_run else "loaded": self.loaded,
            "quarantined": self.quarantined,
            "duplicates": self.duplicates,
            "files_skipped": len(self.skipped),
            "nodes_created": None if created is None else created.get("nodes_created", 0),
            "relationships_created": (
                None if created is None else created.get("relationships_created", 0)
            ),
            "batch": self.batch_id and self.batch_id[:12],
        }


@dataclass(frozen=True)
class LoadResult(Shown):
    """What a load did: one :class:`TableLoad` per table or list, and their sums.

    Attributes:
        tables: The loads, in order.
        messages: What else there is to know, one line each.
    """

    tables: tuple[TableLoad, ...]
    messages: tuple[str, ...] = ()

    @property
    def read(self) -> int:
        """Rows read."""
        return sum(table.read for table in self.tables)

    @property
    def loaded(self) -> int:
        """Rows loaded; of a dry run the rows that a load would take."""
        return sum(table.loaded for table in self.tables)

    @property
    def quarantined(self) -> int:
        """Rows that break the input contract."""
        return sum(table.quarantined for table in self.tables)

    @property
    def duplicates(self) -> int:
        """Rows left out because another row says the same."""
        return sum(table.duplicates for table in self.tables)

    @property
    def skipped(self) -> tuple[Path, ...]:
        """Inputs that were loaded before."""
        return tuple(path for table in self.tables for path in table.skipped)

    @property
    def quarantine(self) -> tuple[Path, ...]:
        """The files that list refused rows."""
        return tuple(table.quarantine for table in self.tables if table.quarantine)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row per table or list."""
        return [table.row for table in self.tables]

    @property
    def answer(self) -> Answer:
        """One row per table or list, with the messages."""
        return Answer(self.rows, messages=self.messages)


@dataclass(frozen=True)
class Ring:
    """A group of accounts that share more than unrelated accounts do.

    Attributes:
        ring_id: Its id, which stays the same from run to run.
        size: Number of members.
        score: Evidence in bits, summed over its links.
        families: Bits by family of evidence, the strongest first.
        links: Number of linked pairs among its members.
        members: Account ids, sorted.
    """

    ring_id: str
    size: int
    score: float
    families: Mapping[str, float]
    links: int
    members: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class DetectionRun(Shown):
    """What a detection did.

    Attributes:
        run: Its id.
        accounts: Accounts in the graph.
        links: Linked pairs.
        rings: The rings, the strongest first.
        stages: Seconds of each stage.
        missing: Families of evidence that the data do not hold.
        messages: What a reader of the rings should know.
        judged: One row for each group that :meth:`Connection.judge` was given.
    """

    run: str
    accounts: int
    links: int
    rings: tuple[Ring, ...] = field(repr=False)
    stages: Mapping[str, float] = field(repr=False)
    missing: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    judged: Answer = field(default_factory=lambda: Answer([]), repr=False)

    @property
    def seconds(self) -> float:
        """Seconds of all stages together."""
        return round(sum(self.stages.values()), 1)

    @property
    def accounts_in_rings(self) -> int:
        """Number of members of all rings."""
        return sum(ring.size for ring in self.rings)

    def require_none(self) -> None:
        """Make sure that there are no rings.

        Raises:
            FindingsFound: There are.
        """
        if self.rings:
            raise FindingsFound(
                f"{len(self.rings)} rings of {self.accounts_in_rings} accounts",
                hint="ringleader rings list",
            )

    @property
    def summary(self) -> Answer:
        """The run as one row."""
        row = {
            "run": self.run,
            "accounts": self.accounts,
            "links": self.links,
            "rings": len(self.rings),
            "accounts_in_rings": self.accounts_in_rings,
            "seconds": self.seconds,
        }
        return Answer([row])

    @property
    def answer(self) -> Answer:
        """One row per ring."""
        rows = [
            {
                "ring_id": ring.ring_id,
                "size": ring.size,
                "score": round(ring.score, 2),
                "families": list(ring.families),
                "links": ring.links,
            }
            for ring in self.rings
        ]
        columns = ["ring_id", "size", "score", "families", "links"]
        return Answer(rows, columns, messages=self.messages)

    def _repr_html_(self) -> str:
        line = (
            f"{self.accounts:,} accounts, {self.links:,} links, {len(self.rings):,} rings of "
            f"{self.accounts_in_rings:,} accounts, {self.seconds:.1f} s"
        )
        return html(self.answer, (line, *self.messages), self.run)


@dataclass(frozen=True)
class Explanation(Shown):
    """Why a ring is a ring, or why an account is in it.

    Attributes:
        ring_id: The ring.
        account_id: The account whose membership is explained; None for the whole ring.
        score: Bits of evidence; the rows of a ring's explanation add up to it.
        families: Bits by family of evidence, the strongest first.
        lines: The explanation in words: size, families, what speaks against it, what it rests on.
        evidence: One row per identifier (of a ring) or per link (of an account).
    """

    ring_id: str
    account_id: str | None
    score: float
    families: Mapping[str, float]
    lines: tuple[str, ...] = field(repr=False)
    evidence: Answer = field(repr=False)

    @property
    def answer(self) -> Answer:
        """The evidence as rows."""
        return self.evidence

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return html(self.evidence, self.lines)


@dataclass(frozen=True)
class Comparison(Shown):
    """What two accounts have in common.

    Attributes:
        accounts: The two accounts.
        bits: Bits of the link between them; None where the last run wrote no link. Links are
            written only where one end is in a ring.
        families: Families of evidence of the link.
        rings: The rings that hold both.
        shared: One row per identifier that both use, the rarest first.
        lines: The comparison in words.
    """

    accounts: tuple[str, str]
    bits: float | None
    families: tuple[str, ...]
    rings: tuple[str, ...]
    shared: Answer = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)

    @property
    def answer(self) -> Answer:
        """What both use, as rows."""
        return self.shared

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return html(self.shared, self.lines)


@dataclass(frozen=True)
class WhyNot(Shown):
    """How an account stands to rings.

    Attributes:
        account_id: The account.
        rings: The rings that it was compared with, the nearest first.
        factors: One row per ring and kind of evidence: bits for or against, whether the account
            lives on the ring's identifiers, the share of its activity, how many it uses.
        lines: The comparison in words, with what is missing.
    """

    account_id: str
    rings: tuple[str, ...]
    factors: Answer = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)

    @property
    def answer(self) -> Answer:
        """The factors as rows."""
        return self.factors

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return html(self.factors, self.lines)


@dataclass(frozen=True)
class Decision:
    """A decision on a ring or an account.

    Attributes:
        target: The ring or the account.
        kind: ``ring`` or ``account``.
        verdict: ``confirmed``, ``rejected`` or ``watched``.
        note: The reason given.
        by: The person who decided.
        members: Number of accounts that the decision is about.
        returns_when: What brings a rejected ring or account back; None for other verdicts.
    """

    target: str
    kind: str
    verdict: str
    note: str
    by: str
    members: int
    returns_when: str | None = None


@dataclass(frozen=True)
class Evaluation(Shown):
    """Rings and campaigns compared with labels.

    Attributes:
        scores: One row for the whole (``all``), per source, operator, cohort and family.
        messages: What limits the comparison.
    """

    scores: Answer = field(repr=False)
    messages: tuple[str, ...] = ()

    def score(self, name: str) -> float | None:
        """A score over all labels, e.g. ``account_recall`` or ``bcubed_f1``.

        Raises:
            KeyError: There is no such score.
        """
        whole = next(
            row for row in self.scores.rows if (row["kind"], row["name"]) == ("rings", "all")
        )
        found: float | None = whole[name]
        return found

    @property
    def answer(self) -> Answer:
        """The scores as rows."""
        return replace(self.scores, messages=self.messages)
