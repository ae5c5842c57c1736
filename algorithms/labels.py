"""Labels from a file, for evaluation."""

from __future__ import annotations

from pathlib import Path

from algorithms.evaluation import Label
from ringleader.errors import InputError
from ringleader.settings import Settings

BY = ("decided_by", "campaign")


def read_labels(
    settings: Settings, files: list[str], mapping_file: Path | None, by: str
) -> dict[str, Label]:
    """Labels by account, read and checked as ``load labels`` does.

    Args:
        settings: Says which channels there are and where scratch space is.
        files: Paths, globs or folders.
        mapping_file: A mapping file, or None.
        by: Column of the contract that tells sources of rings apart.

    Raises:
        InputError: A file is broken, or holds no label.
    """
    from loaders.contract import BY_NAME
    from loaders.mapping import read_mapping
    from loaders.prepare import prepare
    from loaders.sources import expand, inspect
    from loaders.workspace import Workspace

    mapping = read_mapping(mapping_file, BY_NAME["labels"])
    with Workspace(settings.home / "scratch") as workspace:
        inputs = [inspect(path) for path in expand(files)]
        prepared = prepare(workspace, inputs, mapping, settings.channels)
        columns = ["account_id", "label", "ring_id", by]
        rows = workspace.rows(prepared.rows.select(*columns).order_by(columns))
    if not rows:
        raise InputError(
            f"{', '.join(files)}: no label could be read",
            hint="ringleader load labels FILE --dry-run says why",
        )
    return {row["account_id"]: Label(row["label"], row["ring_id"], row[by]) for row in rows}
