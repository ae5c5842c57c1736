"""The rows that a question or a step returns, for a terminal, a frame or a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# A notebook shows the first rows; the frame holds all of them.
SHOWN_ROWS = 20


@dataclass(frozen=True)
class Answer:
    """Rows with their columns.

    Attributes:
        rows: One map per row; times are those of the driver.
        columns: Names and order of the columns; None where the first row says it.
        brief: The columns that a narrow table shows; None for all.
        messages: What a reader should know besides the rows.
        cut: Whether there were more rows than asked for.
    """

    rows: Sequence[dict[str, Any]]
    columns: Sequence[str] | None = None
    brief: Sequence[str] | None = field(default=None, compare=False)
    messages: tuple[str, ...] = ()
    cut: bool = False

    @property
    def frame(self) -> pd.DataFrame:
        """The rows as a pandas frame; times are timestamps in UTC."""
        from ringleader.output import as_frame

        return as_frame(self.rows, self.columns)

    def _repr_html_(self) -> str:
        return html(self, self.messages)


def html(answer: Answer, lines: Sequence[str] = (), title: str = "") -> str:
    """Rows and lines of text as HTML for a notebook; all text is escaped.

    Args:
        answer: The rows; the first :data:`SHOWN_ROWS` are shown.
        lines: Lines above the table.
        title: Heading.
    """
    head = f"<strong>{escape(title)}</strong>" if title else ""
    text = "".join(f"<div>{escape(line)}</div>" for line in lines)
    if not answer.rows:
        return f"<div>{head}{text}</div>"
    frame = answer.frame
    if answer.brief is not None:
        frame = frame[[name for name in answer.brief if name in frame.columns]]
    table = frame.head(SHOWN_ROWS).to_html(index=False, border=0, escape=True)
    more = len(frame) - SHOWN_ROWS
    rest = f"<div>{more:,} more rows</div>" if more > 0 else ""
    return f"<div>{head}{text}{table}{rest}</div>"
