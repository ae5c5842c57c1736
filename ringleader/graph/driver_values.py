"""What goes to the driver with a statement, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import neo4j


class _Untold(list[Any]):
    """A list that does not tell what is in it.

    The driver (6.4) makes the text of all parameters for a line of its debug log, whoever reads
    that: two thirds of this process's time to send a page. And rows do not belong in a log.
    """

    def __repr__(self) -> str:
        return f"<{len(self)} values>"


def sent(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Parameters of a statement as the driver gets them."""
    return {
        name: _Untold(value) if isinstance(value, list) else value
        for name, value in (given or {}).items()
    }


def row(record: neo4j.Record) -> dict[str, Any]:
    """The values of a record by the names of their columns."""
    return dict(zip(record.keys(), record.values(), strict=True))


def counted(summary: neo4j.ResultSummary) -> dict[str, int]:
    """What a statement has changed, without what it has not."""
    names = ("nodes_created", "nodes_deleted", "relationships_created", "relationships_deleted")
    values = {name: int(getattr(summary.counters, name)) for name in (*names, "properties_set")}
    return {name: value for name, value in values.items() if value}
