"""A version of an Iceberg table, by the library pyiceberg."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ringleader.errors import InputError
from ringleader.loaders.lake.places import number_of
from ringleader.loaders.lake.version import Column, DataFile, Version, identity

if TYPE_CHECKING:
    from pyiceberg.table import FileScanTask, Table
    from pyiceberg.types import NestedField

SCHEME = "iceberg"


def latest(shown: str, names: list[str]) -> str:
    """Of the files that describe versions of a table, the name of the latest.

    Raises:
        InputError: Two writers have written the same version, and only a catalogue knows which
            of them counts.
    """
    last = max(number_of(name) or 0 for name in names)
    found = [name for name in names if number_of(name) == last]
    if len(found) > 1:
        raise InputError(
            f"{shown}: {len(found)} files describe version {last} of the Iceberg table",
            hint=f"name the table by its catalogue: {SCHEME}://CATALOGUE/NAMESPACE.TABLE",
        )
    return found[0]


def from_metadata(shown: str, place: str, number: int | None) -> tuple[Version, list[DataFile]]:
    """The live data files of a version of the table that a metadata file describes.

    Args:
        shown: What the user named.
        place: The metadata file.
        number: The snapshot; None for the latest.

    Raises:
        InputError: The table has rows that would be read wrongly.
    """
    return _data_files(shown, _described(place), number)


def by_name(shown: str, number: int | None) -> tuple[Version, list[DataFile]]:
    """The same of a table of a catalogue that pyiceberg knows by its own configuration.

    Args:
        shown: ``iceberg://CATALOGUE/NAMESPACE.TABLE``.
        number: The snapshot; None for the latest.

    Raises:
        InputError: The table has rows that would be read wrongly.
    """
    return _data_files(shown, _named(shown), number)


def appended(shown: str, place: str | None, version: Version) -> frozenset[str]:
    """Data files of a version that came in commits that removed no file.

    Args:
        shown: What the user named.
        place: The metadata file; None for a table of a catalogue.
        version: The version. Snapshots that have expired are passed over.
    """
    table = _described(place) if place else _named(shown)
    snapshot = table.snapshot_by_id(version.number)
    entries = (
        entry
        for manifest in (snapshot.manifests(table.io) if snapshot else ())
        for entry in manifest.fetch_manifest_entry(table.io)
    )
    added: dict[int | None, set[str]] = {}
    for entry in entries:
        path = entry.data_file.file_path.removeprefix(_root(table))
        added.setdefault(entry.snapshot_id, set()).add(identity(version.table, path))
    pure = (files for number, files in added.items() if _only_adds(table, number))
    return frozenset(file for files in pure for file in files)


def _only_adds(table: Table, number: int | None) -> bool:
    """Whether the commit that a snapshot came with removed no file.

    One commit may make several snapshots: overwriting is a deletion and an addition. Of every
    commit before, the log of metadata files has the time.
    """
    from pyiceberg.table.snapshots import Operation

    commits = [entry.timestamp_ms for entry in table.metadata.metadata_log]
    snapshot = table.snapshot_by_id(number) if number is not None else None
    while snapshot is not None and snapshot.summary is not None:
        if snapshot.summary.operation is not Operation.APPEND:
            return False
        if snapshot.parent_snapshot_id is None:
            return True
        before = table.snapshot_by_id(snapshot.parent_snapshot_id)
        if before is not None and any(
            before.timestamp_ms <= commit < snapshot.timestamp_ms for commit in commits
        ):
            return True
        snapshot = before
    return False


def _described(place: str) -> Table:
    from pyiceberg.table import StaticTable

    return StaticTable.from_metadata(place, _properties())


def _named(shown: str) -> Table:
    from pyiceberg.catalog import load_catalog

    catalogue, _, name = shown.partition("://")[2].partition("/")
    return load_catalog(catalogue).load_table(name)


def _root(table: Table) -> str:
    return f"{table.location().rstrip('/')}/"


def _properties() -> dict[str, str]:
    """What pyiceberg does not read from the environment as other readers do."""
    known = {"s3.endpoint": "AWS_ENDPOINT_URL", "s3.region": "AWS_REGION"}
    return {name: os.environ[it] for name, it in known.items() if it in os.environ}


def _data_files(shown: str, table: Table, number: int | None) -> tuple[Version, list[DataFile]]:
    made = str(table.metadata.table_uuid)
    snapshot = table.current_snapshot() if number is None else table.snapshot_by_id(number)
    if snapshot is None:
        if number is not None:
            raise InputError(
                f"{shown}: the Iceberg table has no snapshot {number}",
                hint="it may have expired; the latest snapshot needs no number",
            )
        return Version("iceberg", made, 0, shown), []
    tasks = list(table.scan(snapshot_id=snapshot.snapshot_id).plan_files())
    _refuse(shown, tasks)
    root = _root(table)
    known = [identity(made, task.file.file_path.removeprefix(root)) for task in tasks]
    version = Version("iceberg", made, snapshot.snapshot_id, shown, frozenset(known))
    mapping = table.name_mapping()
    named = {
        name: field.field_id
        for field in (mapping.root if mapping else ())
        for name in field.names
        if field.field_id is not None
    }
    fields = table.schema().fields
    found = []
    for task, name in zip(tasks, known, strict=True):
        split = dict(_partition(table, task))
        columns = tuple(_column(field, split) for field in fields)
        address = re.sub(r"^file:/+", "/", task.file.file_path)
        size = task.file.file_size_in_bytes
        numbers = tuple(named.items())
        found.append(DataFile(version, name, address, size, columns, numbers=numbers))
    return version, found


def _refuse(shown: str, tasks: list[FileScanTask]) -> None:
    """Refuse what would be read wrongly."""
    if marked := sum(bool(task.delete_files) for task in tasks):
        raise InputError(
            f"{shown}: {marked:,} data files of the Iceberg table hold deleted rows that are only "
            "marked so (merge on read)",
            hint="rewrite them: CALL system.rewrite_data_files(…); then load the table",
        )
    kinds = sorted({task.file.file_format.name for task in tasks} - {"PARQUET"})
    if kinds:
        raise InputError(
            f"{shown}: the Iceberg table has data files of the format {', '.join(kinds)}",
            hint="write them as Parquet (write.format.default), and rewrite the data files",
        )


def _partition(table: Table, task: FileScanTask) -> Iterator[tuple[int, Any]]:
    """Columns, by their numbers, that have one value in a whole data file.

    Files that came from Hive do not hold the columns that they are partitioned by.
    """
    import pyarrow as pa
    from pyiceberg.io.pyarrow import schema_to_pyarrow
    from pyiceberg.transforms import IdentityTransform

    kinds = {field.field_id: field.field_type for field in table.schema().fields}
    for place, field in enumerate(table.specs()[task.file.spec_id].fields):
        if isinstance(field.transform, IdentityTransform) and field.source_id in kinds:
            kind = schema_to_pyarrow(kinds[field.source_id])
            yield field.source_id, pa.array([task.file.partition[place]], kind)[0]


def _column(field: NestedField, split: Mapping[int, Any]) -> Column:
    from pyiceberg.types import StructType

    inner = field.field_type.fields if isinstance(field.field_type, StructType) else ()
    missing = split.get(field.field_id)
    if missing is None and field.initial_default is not None:
        missing = _default(field)
    return Column(field.name, field.field_id, tuple(_column(one, {}) for one in inner), missing)


def _default(field: NestedField) -> Any:
    import pyarrow as pa
    from pyiceberg.io.pyarrow import schema_to_pyarrow

    return pa.array([field.initial_default], schema_to_pyarrow(field.field_type))[0]
