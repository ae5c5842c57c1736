"""Delta and Iceberg tables for tests, made by the libraries that write them."""

import json
import shutil
import struct
import zlib

import pyarrow as pa
import pyarrow.parquet as pq
import pyiceberg.catalog
from deltalake import write_deltalake
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.utils.config import Config
from pyroaring import BitMap64

# One moment of 1 March 2026, in microseconds.
NOON = 1_772_366_400_000_000


def rows(*accounts, ip="198.51.100.7", **columns):
    """Requests, one of each account, a second apart."""
    number = len(accounts)
    given = {
        "account_id": list(accounts),
        "timestamp": pa.array(
            [NOON + 1_000_000 * n for n in range(number)], pa.timestamp("us", "UTC")
        ),
        "ip": [ip] * number,
        **columns,
    }
    return pa.table(given)


def write_delta(place, table, **how):
    """Write a version of a Delta table; by default it adds rows."""
    how.setdefault("mode", "append")
    write_deltalake(str(place), table, **how)
    return place


def hand_written(place, table, *, features=(), configuration=None, fields=None, split=(), **add):
    """A Delta table of one data file, written as other writers do: the library here cannot."""
    log = place / "_delta_log"
    log.mkdir(parents=True)
    pq.write_table(table, place / "part-0.parquet")
    kinds = {"string": "string", "int64": "long", "timestamp[us, tz=UTC]": "timestamp"}
    plain = [
        {"name": f.name, "type": kinds[str(f.type)], "nullable": True, "metadata": {}}
        for f in table.schema
        if fields is None
    ]
    schema = {"type": "struct", "fields": fields or plain}
    protocol = {"minReaderVersion": 2, "minWriterVersion": 5}
    if features:
        named = {"readerFeatures": list(features), "writerFeatures": list(features)}
        protocol = {"minReaderVersion": 3, "minWriterVersion": 7, **named}
    metadata = {
        "id": "11111111-2222-3333-4444-555555555555",
        "format": {"provider": "parquet", "options": {}},
        "schemaString": json.dumps(schema),
        "partitionColumns": list(split),
        "configuration": configuration or {},
        "createdTime": 1,
    }
    added = {
        "path": "part-0.parquet",
        "partitionValues": {},
        "size": (place / "part-0.parquet").stat().st_size,
        "modificationTime": 1,
        "dataChange": True,
        "stats": json.dumps({"numRecords": table.num_rows}),
        **add,
    }
    actions = [{"protocol": protocol}, {"metaData": metadata}, {"add": added}]
    (log / f"{0:020}.json").write_text("\n".join(map(json.dumps, actions)))
    return place


def mapped_field(name, kind, number, physical):
    """A column of a Delta table with column mapping."""
    known = {"delta.columnMapping.id": number, "delta.columnMapping.physicalName": physical}
    return {"name": name, "type": kind, "nullable": True, "metadata": known}


def marked_rows(path, *numbers):
    """A deletion vector of a Delta table in a file of its own."""
    vector = struct.pack("<I", 1_681_511_377) + BitMap64(numbers).serialize()
    path.write_bytes(
        b"\x01" + struct.pack(">I", len(vector)) + vector + struct.pack(">I", zlib.crc32(vector))
    )
    return {
        "storageType": "p",
        "pathOrInlineDv": f"file://{path}",
        "offset": 1,
        "sizeInBytes": len(vector),
        "cardinality": len(numbers),
    }


class Warehouse:
    """Iceberg tables of a catalogue in a folder."""

    def __init__(self, folder, **properties):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.uri = f"sqlite:///{folder}/catalogue.db"
        self.catalogue = SqlCatalog(
            "prod", uri=self.uri, warehouse=f"file://{folder}", **properties
        )
        self.catalogue.create_namespace("logs")

    def table(self, table, name="requests", **how):
        """Make a table of these rows."""
        made = self.catalogue.create_table(f"logs.{name}", schema=table.schema, **how)
        made.append(table)
        return made

    def known(self, monkeypatch):
        """Make its catalogue known to pyiceberg, which reads its configuration once."""
        monkeypatch.setenv("PYICEBERG_CATALOG__PROD__URI", self.uri)
        monkeypatch.setenv("PYICEBERG_CATALOG__PROD__TYPE", "sql")
        monkeypatch.setattr(pyiceberg.catalog, "_ENV_CONFIG", Config())

    def place(self, name="requests"):
        """The folder of a table."""
        return self.folder / "logs" / name


def copy_without(place, target, name):
    """A copy of a folder without one of its folders."""
    shutil.copytree(place, target, ignore=shutil.ignore_patterns(name))
    return target
