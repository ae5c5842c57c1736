"""The three GROUP BYs that a load of requests comes down to, in bare DuckDB; nothing is checked.

``python -m benchmarks.references.group_by DATABASE GLOB [MEMORY]`` leaves three tables in a
database file: per account and identifier every aggregate that a load keeps. Without MEMORY, a bound
such as ``2400MB``, DuckDB takes what the machine has.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

# Table, identifier, and what is kept of the identifier itself.
IDENTIFIERS = (
    ("used_ip", "ip", None),
    ("used_device", "device_id", "user_agent"),
    ("sent", "prompt_cluster_id", "capability"),
)
CHANNELS = ("api", "azure", "bedrock", "vertex")


def statement(table: str, column: str, attribute: str | None) -> str:
    """One of them, for ``$files``."""
    kept = f", max({attribute}) AS {attribute}" if attribute else ""
    channel = " ".join(f"WHEN '{name}' THEN {1 << bit}" for bit, name in enumerate(CHANNELS))
    return f"""
        CREATE OR REPLACE TABLE {table} AS
        SELECT account_id, {column}, count(*) AS events,
               sum(input_tokens)::BIGINT AS input_tokens,
               sum(output_tokens)::BIGINT AS output_tokens,
               min(timestamp) AS first_seen, max(timestamp) AS last_seen,
               bit_or(CASE channel {channel} ELSE 0 END) AS channels,
               bit_or(1::BIGINT << hour(timestamp)) AS hours,
               bit_or(1::UBIGINT << ((timestamp::DATE - DATE '1970-01-01') % 64)::UBIGINT)
                   AS days{kept}
        FROM read_parquet($files) WHERE {column} IS NOT NULL GROUP BY ALL
    """


def group(database: Path, files: str, memory: str | None = None) -> None:
    """Group a file's requests by account and each identifier."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        if memory:
            connection.execute(f"SET memory_limit = '{memory}'")
        for identifier in IDENTIFIERS:
            connection.execute(statement(*identifier), {"files": files})


if __name__ == "__main__":
    group(Path(sys.argv[1]), *sys.argv[2:])
