"""Labels from files or from the graph, for evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ringleader.algorithms.evaluation.metrics import Label
from ringleader.catalogue import get
from ringleader.errors import InputError
from ringleader.graph import Graph
from ringleader.progress import say
from ringleader.settings import Settings


def read_labels(
    settings: Settings, files: list[str], mapping_file: Path | None, by: str
) -> tuple[dict[str, Label], int]:
    """Labels by account, read and checked as ``load labels`` does.

    Of several decisions about an account the latest counts.

    Args:
        settings: Says which channels there are and where scratch space is.
        files: Paths, globs or folders.
        mapping_file: A mapping file, or None.
        by: Column of the contract that tells sources of rings apart.

    Returns:
        The labels, and the number of accounts about which decisions contradict each other.

    Raises:
        InputError: A file is broken, or holds no label.
    """
    from ringleader.loaders.contract import BY_NAME
    from ringleader.loaders.mapping import read_mapping
    from ringleader.loaders.sources.files import expand, inspect
    from ringleader.loaders.validation.validate import validate
    from ringleader.loaders.workspace import Workspace

    mapping = read_mapping(mapping_file, BY_NAME["labels"])
    with Workspace(settings.home / "scratch") as workspace:
        inputs = [inspect(path) for path in expand(files)]
        prepared = validate(workspace, inputs, mapping, settings.channels)
        columns = ["account_id", "decided_at", "label", "ring_id", "campaign", "decided_by"]
        rows = workspace.rows(prepared.rows.select(*columns))
    if not rows:
        why = max(prepared.reasons, key=lambda r: (prepared.reasons[r], r), default="no rows")
        raise InputError(
            f"{', '.join(files)}: no label could be read ({why})",
            hint="--mapping FILE renames foreign columns and values",
        )
    if prepared.refused:
        say(f"{prepared.refused:,} of {prepared.read:,} rows of labels break the contract")
    return latest(rows, by)


def labels_in_graph(graph: Graph, by: str) -> tuple[dict[str, Label], int]:
    """Labels that were loaded, and decisions of ``ringleader review``.

    Returns:
        As :func:`read_labels`.
    """
    return latest(graph.read(get("labels-in-graph")), by)


def latest(rows: Iterable[Mapping[str, Any]], by: str) -> tuple[dict[str, Label], int]:
    """The latest decision about each account, and how many accounts had contradicting ones.

    A decision without a time is older than any with one. Decisions of one time are taken in the
    order of their text, so that the order of input does not matter.

    Args:
        rows: ``account_id``, ``label``, ``ring_id``, ``campaign``, ``decided_by``, ``decided_at``.
        by: Column that tells sources of rings apart.
    """

    def age(row: Mapping[str, Any]) -> tuple[Any, ...]:
        told = tuple(row[name] or "" for name in ("label", "ring_id", "campaign", "decided_by"))
        time = row["decided_at"]
        return (0, 0, told) if time is None else (1, time, told)

    labels: dict[str, Label] = {}
    verdicts: dict[str, set[tuple[str, str | None]]] = {}
    for row in sorted(rows, key=age):
        account = row["account_id"]
        labels[account] = Label(row["label"], row["ring_id"], row[by], row["campaign"])
        verdicts.setdefault(account, set()).add((row["label"], row["ring_id"]))
    return labels, sum(len(found) > 1 for found in verdicts.values())
