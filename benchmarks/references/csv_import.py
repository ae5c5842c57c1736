"""``neo4j-admin database import`` as its manual shows it: CSV files, nodes known by their names.

``python -m benchmarks.references.csv_import FOLDER`` takes what ``load all --bulk --write-only``
has left in a folder, writes the same rows as CSV files, and tells the seconds of importing those
into the managed server's database.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter

import duckdb

from ringleader.engine import run_admin
from ringleader.engine.folder import DATABASE
from ringleader.schema import BUILT_IN
from ringleader.schema.import_columns import END_ID, ID, START_ID, file_of
from ringleader.settings import load_settings


def written(folder: Path, target: Path) -> list[str]:
    """Write the files; returns the arguments that name them."""
    arguments = []
    with duckdb.connect(str(target / "names.duckdb")) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for node in BUILT_IN.nodes:
            source = folder / file_of(node.label)
            if source.exists():
                _, key, *rest = _columns(connection, source)
                names = f'CREATE OR REPLACE TABLE "{node.label}" AS SELECT "{ID}" AS id, "{key}"'
                connection.execute(f"{names} AS name FROM '{source}'")
                name = f'"{key}" AS "{node.key}:ID({node.label})"'
                told = ", ".join([name, *map(_told, rest)])
                _copy(connection, f"SELECT {told} FROM '{source}'", target / f"{node.label}.csv")
                arguments.append(f"--nodes={node.label}=./{node.label}.csv")
        for rel in BUILT_IN.relationships:
            source = folder / file_of(rel.type)
            if source.exists():
                _, _, *rest = _columns(connection, source)
                start = f'a.name AS ":START_ID({rel.start})"'
                told = ", ".join([start, f'b.name AS ":END_ID({rel.end})"', *map(_told, rest)])
                ends = f'JOIN "{rel.start}" a ON a.id = r."{START_ID}"'
                ends += f' JOIN "{rel.end}" b ON b.id = r."{END_ID}"'
                rows = f"SELECT {told} FROM '{source}' r {ends} ORDER BY r.\"{START_ID}\""
                _copy(connection, rows, target / f"{rel.type}.csv")
                arguments.append(f"--relationships={rel.type}=./{rel.type}.csv")
    return arguments


def _columns(connection: duckdb.DuckDBPyConnection, source: Path) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE FROM '{source}'").fetchall()]


def _told(column: str) -> str:
    """A column as CSV has it: lists with semicolons, times in ISO 8601."""
    value = f'"{column}"'
    if column.endswith("[]"):
        value = f"array_to_string({value}, ';')"
    if column.endswith(":datetime"):
        value = f"strftime({value}, '%Y-%m-%dT%H:%M:%S.%gZ')"
    return f'{value} AS "{column}"'


def _copy(connection: duckdb.DuckDBPyConnection, rows: str, target: Path) -> None:
    connection.execute(f"COPY ({rows}) TO '{target}' (FORMAT csv, HEADER)")


def main(folder: Path) -> None:
    """Write the files beside the folder, import them, and tell the seconds of the import."""
    target = folder.parent / "csv"
    target.mkdir(exist_ok=True)
    files = written(folder, target)
    begin = perf_counter()
    command = ["database", "import", "full", DATABASE, "--overwrite-destination", *files]
    run_admin(load_settings(), command, target)
    print(json.dumps({"seconds": perf_counter() - begin}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
