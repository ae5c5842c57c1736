"""Clean tables: what loads write, as Parquet files that Neo4j is loaded from later or elsewhere.

``FOLDER/TABLE/KIND/*.parquet`` holds the rows of one label or relationship type that a table of the
input contract becomes. ``clean-tables.json`` names the sources; until the folder is complete, it
says that it is not. Other tools may write the same layout without that file.
docs/clean-tables.md describes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.errors import InputError
from ringleader.loaders.aggregation.aggregate import END, START
from ringleader.loaders.contract import CONTRACT_VERSION, TABLE_NAMES
from ringleader.loaders.functions import milliseconds
from ringleader.loaders.lake.version import DataFile, Version
from ringleader.loaders.mapping import Mapping as ColumnMapping
from ringleader.loaders.sources.files import InputFile, fingerprint
from ringleader.loaders.tables import LOADERS
from ringleader.loaders.tables.interface import Plan, keeping
from ringleader.loaders.validation.addresses import canonicalise
from ringleader.loaders.validation.clean_table import CleanTable
from ringleader.loaders.writing.write_plan import COLUMN_TYPES, WriteStep
from ringleader.schema.types import Kind, NodeType, RelType

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.contract import Table
    from ringleader.loaders.workspace import Workspace
    from ringleader.schema import Schema

__all__ = [
    "MANIFEST",
    "UNFINISHED",
    "Manifest",
    "Prepared",
    "prepared_tables",
    "read_manifest",
    "steps_of",
]

MANIFEST, LAYOUT = "clean-tables.json", 1
# The manifest's text while the tables are being written.
UNFINISHED = json.dumps({"layout": LAYOUT, "contract": CONTRACT_VERSION, "unfinished": True}) + "\n"
_AGAIN = "prepare the tables again: ringleader prepare all SOURCE --output FOLDER"


@dataclass(frozen=True)
class Prepared:
    """One table of a folder of clean tables.

    Attributes:
        table: A table of the input contract.
        folder: Its folder.
        mapping: Fingerprint of the mapping of its sources.
        files: Name and SHA-256 of each source.
        read: Rows read.
        refused: Rows refused.
        duplicates: Rows left out because another says the same.
        kinds: Number of rows by label or relationship type; None where nobody has counted.
        lake: The version of a lake's table that the sources are data files of.
    """

    table: str
    folder: str
    mapping: str
    files: tuple[tuple[str, str], ...]
    read: int = 0
    refused: int = 0
    duplicates: int = 0
    kinds: Mapping[str, int] | None = None
    lake: Mapping[str, Any] | None = None

    def sources(self) -> list[InputFile]:
        """The sources, as a load knows files."""
        version = Version.of(self.lake) if self.lake else None
        return [
            InputFile(
                Path(name),
                "parquet",
                sha256,
                (),
                lake=DataFile(version, sha256, name) if version else None,
            )
            for name, sha256 in self.files
        ]


@dataclass(frozen=True)
class Manifest:
    """What a folder of clean tables says of itself.

    Attributes:
        key: Fingerprint of the key of its hashes.
        channels: Names that a channel may have.
        tables: Its tables, in the order in which they are loaded.
        contract: Version of the input contract.
        layout: Version of the layout.
    """

    key: str
    channels: tuple[str, ...]
    tables: tuple[Prepared, ...]
    contract: int = CONTRACT_VERSION
    layout: int = LAYOUT

    def text(self) -> str:
        """The manifest as JSON."""
        return json.dumps(asdict(self), indent=1) + "\n"


@dataclass(frozen=True)
class PreparedMapping(ColumnMapping):
    """Stands for the mapping by which a table was prepared: known by its fingerprint only."""

    prepared_as: str = field(default="")

    @property
    def fingerprint(self) -> str:
        """The fingerprint that the manifest gives."""
        return self.prepared_as


def read_manifest(folder: Path, key: str, channels: Sequence[str]) -> Manifest | None:
    """The manifest of a folder; None where another tool has written the tables.

    Args:
        folder: The folder.
        key: Fingerprint of this installation's key of hashes.
        channels: Names that a channel may have here.

    Raises:
        InputError: It cannot be read, the folder is incomplete, or the tables were prepared by
            other rules than hold here.
    """
    path = folder / MANIFEST
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        versions = content["layout"], content["contract"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _unreadable(path, error) from error
    # Another version may write anything else into the file.
    if versions != (LAYOUT, CONTRACT_VERSION):
        raise InputError(f"{folder} was prepared by another version of ringleader", hint=_AGAIN)
    if content.get("unfinished"):
        raise InputError(
            f"{folder} is incomplete: the preparation was interrupted, or is still running",
            hint="delete the folder, and " + _AGAIN,
        )
    try:
        tables = tuple(
            Prepared(**{**table, "files": tuple((n, h) for n, h in table["files"])})
            for table in content["tables"]
        )
        found = Manifest(**{**content, "tables": tables, "channels": tuple(content["channels"])})
    except (ValueError, TypeError, KeyError) as error:
        raise _unreadable(path, error) from error
    if found.channels != tuple(channels):
        raise InputError(
            f"{folder} was prepared with the channels {', '.join(found.channels)}, and "
            f"{', '.join(channels)} are known here",
            hint="set the same [channels] known in ringleader.toml, or prepare the tables again",
        )
    if found.key != key:
        raise InputError(
            f"the hashes in {folder} were made with another key: its fingerprint is {found.key}, "
            f"that of this installation is {key}",
            hint="copy keys/hmac.key of the data folder to the machine that prepares, and prepare "
            "again",
        )
    return found


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(f"{path} cannot be read: {error!r}", hint=_AGAIN)


def prepared_tables(folder: Path, manifest: Manifest | None) -> list[Prepared]:
    """The tables of a folder, in the order in which they are loaded.

    Without a manifest a table's files are known by their content.

    Raises:
        InputError: The folder holds none.
    """
    if manifest is not None:
        return list(manifest.tables)
    found = []
    for name in TABLE_NAMES:
        files = [file for kind in _kinds(folder / name) for file in _files(kind)]
        if files:
            known = tuple((str(file.relative_to(folder)), fingerprint(file)) for file in files)
            found.append(Prepared(name, name, f"clean tables {LAYOUT}", known))
    if not found:
        raise InputError(
            f"{folder} holds no clean tables",
            hint="ringleader prepare all SOURCE --output FOLDER; docs/clean-tables.md",
        )
    return found


def _kinds(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []


def _files(folder: Path) -> list[Path]:
    """The Parquet files of a kind, without hidden ones.

    Raises:
        InputError: A job of Spark or Hadoop that wrote them has not ended.
    """
    if (folder / "_temporary").exists():
        raise InputError(
            f"{folder} is incomplete: the job that wrote it did not end",
            hint="write the folder again",
        )
    return sorted(
        path
        for path in folder.rglob("*.parquet")
        if not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
    )


def steps_of(
    workspace: Workspace, folder: Path, prepared: Prepared, schema: Schema, contract: Table
) -> Plan:
    """What a clean table writes.

    Args:
        workspace: DuckDB, which reads the files.
        folder: The folder of all tables.
        prepared: The table.
        schema: What the graph holds.
        contract: The table's contract.

    Raises:
        InputError: A file is not as the layout says.
    """
    import pyarrow as pa

    targets: dict[str, NodeType | RelType] = {
        **schema.node_by_label,
        **schema.relationship_by_type,
    }
    steps = []
    place = folder / prepared.folder
    for kind in sorted(_kinds(place), key=lambda path: _order(path.name, targets)):
        target = targets.get(kind.name)
        if target is None:
            raise InputError(
                f"{kind} is called like no label and no relationship type",
                hint="docs/schema.md lists them",
            )
        if isinstance(target, NodeType) and kind.name in LOADERS[prepared.table].keeps:
            target = keeping(target)
        if not (files := _files(kind)):
            continue
        rows = workspace.keep(kind.name, _typed(kind, target, workspace.read_parquet(files)))
        order = _key(target)
        step = WriteStep(
            target,
            rows,
            tuple(name for name in order if name in rows.columns),
            workspace,
            schema=schema,
        )
        _check(workspace, kind, step, prepared)
        steps += [step] if step.total else []
    _refuse_missing(place, prepared, steps)
    rows = steps[0].rows if steps else workspace.take("none", pa.table({"none": pa.nulls(0)}))
    clean = CleanTable(
        contract,
        workspace,
        rows,
        prepared.read,
        prepared.refused,
        prepared.duplicates,
    )
    if prepared.kinds is None:
        clean = replace(clean, read=sum(step.total for step in steps))
    return Plan(tuple(steps), clean)


def _order(name: str, targets: Mapping[str, Any]) -> int:
    return list(targets).index(name) if name in targets else len(targets)


def _key(target: NodeType | RelType) -> tuple[str, ...]:
    if isinstance(target, NodeType):
        return (target.key,)
    return (START, END, *(key.name for key in target.keys))


def _typed(kind: Path, target: NodeType | RelType, rows: ir.Table) -> ir.Table:
    """The columns of a kind in the types that its writes take."""
    known = {prop.name: prop.kind for prop in target.properties}
    if isinstance(target, RelType):
        known |= {prop.name: prop.kind for prop in target.keys}
    keys = _key(target)
    columns: dict[str, Any] = {}
    for name in rows.columns:
        if name not in known and name not in keys:
            raise InputError(
                f"{kind}: {name} is no column of {kind.name}",
                hint=f"its columns: {', '.join(dict.fromkeys((*keys, *known)))}",
            )
        value = rows[name]
        wanted = known.get(name, Kind.STRING)
        if wanted is Kind.DATETIME and not value.type().is_integer():
            value = milliseconds(value.cast("timestamp('UTC')").cast("timestamp(6)"))
        columns[name] = value.cast(COLUMN_TYPES[wanted])
    if missing := [name for name in keys if name not in rows.columns]:
        raise InputError(
            f"{kind}: the column {missing[0]} is missing", hint="docs/clean-tables.md lists them"
        )
    return rows.select(**columns)


def _check(workspace: Workspace, kind: Path, step: WriteStep, prepared: Prepared) -> None:
    """Make sure that rows have a key each, and are all there.

    Raises:
        InputError: They have not, or are not.
    """
    rows, where = step.rows, str(kind)
    wrong: Any = None
    for name in step.order:
        empty = rows[name].isnull() | (rows[name].cast("string") == "")
        wrong = empty if wrong is None else wrong | empty
    if number := workspace.size(rows.filter(wrong)):
        raise InputError(
            f"{where}: {number:,} rows have no {' or '.join(step.order)}",
            hint="leave such rows out, and write the folder again",
        )
    if (distinct := workspace.size(rows.select(*step.order).distinct())) != step.total:
        raise InputError(
            f"{where}: {step.total - distinct:,} rows repeat another's {', '.join(step.order)}",
            hint="aggregate to one row each, and write the folder again",
        )
    if prepared.kinds is None:
        if step.name == "USED_IP" and canonicalise(workspace, rows[END]).renamed is not None:
            raise InputError(
                f"{where}: some addresses are not in canonical text",
                hint="203.0.113.7 and 2001:db8::1; no ports, no zones, lower case",
            )
    elif prepared.kinds.get(step.name) != step.total:
        raise InputError(
            f"{where}: {step.total:,} rows, and {prepared.kinds.get(step.name, 0):,} were prepared",
            hint="copy the whole folder again, or prepare it again",
        )


def _refuse_missing(place: Path, prepared: Prepared, steps: Sequence[WriteStep]) -> None:
    there = {step.name for step in steps}
    gone = [name for name, rows in (prepared.kinds or {}).items() if rows and name not in there]
    if gone:
        raise InputError(
            f"{place / gone[0]} is missing", hint="copy the whole folder again, or prepare it again"
        )
