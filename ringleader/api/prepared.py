"""What a preparation of clean tables returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ringleader.answers import Answer
from ringleader.api.results import Shown, TableLoad


@dataclass(frozen=True)
class PreparedTables(Shown):
    """What a preparation wrote.

    Attributes:
        output: The folder or address of the clean tables.
        tables: One :class:`TableLoad` per table or list; nothing of them is in the graph.
        messages: What else there is to know, one line each.
    """

    output: str
    tables: tuple[TableLoad, ...]
    messages: tuple[str, ...] = ()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row per table or list."""
        return [
            {
                "table": table.name,
                "read": table.read,
                "prepared": table.loaded,
                "quarantined": table.quarantined,
                "duplicates": table.duplicates,
            }
            for table in self.tables
        ]

    @property
    def answer(self) -> Answer:
        """One row per table or list, with the messages."""
        return Answer(self.rows, messages=self.messages)
