"""What a load did, as callers and people get it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.loaders.validation.quarantine import Refused

if TYPE_CHECKING:
    from ringleader.loaders.lake.version import Version
    from ringleader.loaders.validation.clean_table import CleanTable

__all__ = ["EXAMPLES", "Summary", "report", "warn"]

# So many refused rows are shown; the quarantine file has them all.
EXAMPLES = 5


@dataclass
class Summary:
    """What a load did.

    Attributes:
        table: The table.
        batch_id: The batch; None when every file was loaded before.
        read: Rows read.
        loaded: Rows loaded.
        quarantined: Rows refused.
        duplicates: Rows left out because another says the same.
        reasons: Refused rows by column and reason.
        left_out: Bad values left out of rows that were loaded, by column and reason.
        absent: Placeholders for no value, by column.
        quarantine: The file that lists them.
        examples: The first refused rows and values left out.
        skipped: Files that were loaded before.
        again: Files that were loaded before under another mapping, and count again.
        partly: Files of a load that was given up; what of them is in counts again.
        unknown: Columns that nothing uses.
        created: Nodes and relationships created; None where an import makes them.
        steps: Rows per kind of node or relationship.
        look: What a person should look at; see :mod:`ringleader.loaders.look`.
        notes: What else there is to say.
        resumed: Whether an interrupted load was completed.
        dry_run: Whether nothing was written.
        lake: The version of the table of a lake whose data files were read.
    """

    table: str
    batch_id: str | None = None
    read: int = 0
    loaded: int = 0
    quarantined: int = 0
    duplicates: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)
    quarantine: Path | None = None
    examples: tuple[Refused, ...] = ()
    skipped: tuple[Path, ...] = ()
    again: tuple[Path, ...] = ()
    partly: tuple[Path, ...] = ()
    unknown: tuple[str, ...] = ()
    created: dict[str, int] | None = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    look: tuple[str, ...] = ()
    notes: dict[str, Any] = field(default_factory=dict)
    resumed: bool = False
    dry_run: bool = False
    lake: Version | None = None


def warn(summary: Summary, text: str) -> None:
    """Add a warning to a summary."""
    earlier = summary.notes.get("warning")
    summary.notes["warning"] = f"{earlier}; {text}" if earlier else text


def report(summary: Summary, clean: CleanTable) -> None:
    """Tell a summary what became of the rows."""
    summary.read = clean.read
    summary.loaded = clean.loaded
    summary.quarantined = clean.refused
    summary.duplicates = clean.duplicates
    summary.reasons = clean.reasons
    summary.left_out = clean.notes
    summary.absent = clean.absent
    if clean.counted and clean.counted.before:
        summary.notes["rows that an earlier load has counted, left out"] = clean.counted.before
    if clean.counted and clean.counted.alike:
        named = ", ".join(batch[:12] for batch in clean.counted.batches)
        summary.notes["warning: rows without an id that seem to repeat rows of earlier loads"] = (
            f"{clean.counted.alike:,} (of {named}); if they do, give every row an id, or take "
            f"one load back: ringleader load undo {clean.counted.batches[-1][:12]}"
        )
    if clean.unroutable:
        said = "requests whose address is nobody's (loopback, link-local and the like), left out"
        summary.notes[said] = clean.unroutable
    summary.unknown = clean.unknown
