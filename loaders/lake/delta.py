"""A version of a Delta table, by the library of delta-rs."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ringleader.errors import InputError
from ringleader.loaders.lake.version import Column, DataFile, Version, identity
from ringleader.loaders.sources.stores import opened

if TYPE_CHECKING:
    from deltalake import DeltaTable

# What a reader has to know, of which this one does. Deletion vectors are known, and refused.
_READ = {"columnMapping", "deletionVectors", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck"}
_MAPPING = "delta.columnMapping."


def data_files(shown: str, place: str, number: int | None) -> tuple[Version, list[DataFile]]:
    """The live data files of a version of a Delta table.

    Args:
        shown: What the user named.
        place: Its folder or address.
        number: The version; None for the latest.

    Raises:
        InputError: The table has rows or features that would be read wrongly.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    from deltalake import DeltaTable

    table = DeltaTable(place, version=number, storage_options=_options(place))
    _refuse(shown, table)
    kept = pa.table(table.get_add_actions())
    paths = kept.column("path").to_pylist()
    if outside := next((path for path in paths if ":/" in path or path.startswith("/")), None):
        raise InputError(
            f"{shown}: the Delta table is a shallow clone: it has data files elsewhere ({outside})",
            hint="load the table that it was cloned from, or a deep clone of it",
        )
    made = table.metadata()
    known = {path: identity(made.id, path) for path in paths}
    version = Version("delta", str(made.id), table.version(), shown, frozenset(known.values()))
    columns = tuple(_column(one, made.configuration) for one in _fields(table))
    split = set(made.partition_columns)
    inside = tuple(column for column in columns if column.name not in split)
    parts = {name: pc.struct_field(kept.column("partition"), name) for name in split}
    found = []
    for row, path in enumerate(paths):
        values = tuple((name, parts[name][row]) for name in made.partition_columns)
        address = f"{place.rstrip('/')}/{unquote(path)}"
        size = kept.column("size_bytes")[row].as_py()
        found.append(DataFile(version, known[path], address, size, inside, values))
    return version, found


def appended(place: str, version: Version, since: int) -> frozenset[str]:
    """Data files that came after a version in commits that removed no file.

    Compaction, updates, merges and deletions of rows remove files in the commit that adds new ones.

    Args:
        place: The table's folder or address.
        version: The version that is to be loaded.
        since: An earlier version. Commits that the log has dropped are passed over.
    """
    found: set[str] = set()
    for number in range(since + 1, version.number + 1):
        try:
            with opened(f"{place.rstrip('/')}/_delta_log/{number:020}.json") as stream:
                actions = [json.loads(line) for line in stream if line.strip()]
        except OSError:
            continue
        if not any("remove" in action for action in actions):
            added = (action["add"] for action in actions if "add" in action)
            found.update(identity(version.table, add["path"]) for add in added)
    return frozenset(found)


def _fields(table: DeltaTable) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = json.loads(table.schema().to_json())["fields"]
    return found


def _column(field: Mapping[str, Any], configuration: Mapping[str, str]) -> Column:
    mode = configuration.get(f"{_MAPPING}mode", "none")
    kind, said = field["type"], field.get("metadata", {})
    key = {
        "name": said.get(f"{_MAPPING}physicalName", field["name"]),
        "id": said.get(f"{_MAPPING}id"),
    }.get(mode, field["name"])
    fields = kind["fields"] if isinstance(kind, dict) and kind["type"] == "struct" else ()
    return Column(field["name"], key, tuple(_column(one, configuration) for one in fields))


def _refuse(shown: str, table: DeltaTable) -> None:
    """Refuse what would be read wrongly."""
    features = set(table.protocol().reader_features or ())
    if unknown := sorted(features - _READ):
        raise InputError(
            f"{shown}: the Delta table needs a reader that knows {', '.join(unknown)}",
            hint="ALTER TABLE … DROP FEATURE, or write the table as Parquet and load that",
        )
    if "deletionVectors" not in features:
        return
    import pyarrow as pa

    marked = pa.table(table.deletion_vectors()).num_rows
    if marked:
        raise InputError(
            f"{shown}: {marked:,} data files of the Delta table hold deleted rows that are only "
            "marked so (deletion vectors)",
            hint="rewrite them: REORG TABLE … APPLY (PURGE); then load the table",
        )


def _options(place: str) -> dict[str, str]:
    """What the library does not read from the environment as other readers do."""
    scheme = place.partition("://")[0]
    if scheme == "s3" and os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://"):
        return {"allow_http": "true"}
    if scheme == "az":
        known = {"account_name": "AZURE_STORAGE_ACCOUNT", "account_key": "AZURE_STORAGE_KEY"}
        return {name: os.environ[it] for name, it in known.items() if it in os.environ}
    return {}
