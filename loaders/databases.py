"""Rows of a query on a database that Ibis reads, as a file that the loaders read."""

from __future__ import annotations

from loaders.sources import InputFile, inspect
from loaders.workspace import Workspace
from ringleader.errors import InputError


def query_file(workspace: Workspace, url: str, query: str) -> InputFile:
    """Run a query and keep its rows as a Parquet file.

    The file's content identifies the load, so a query should name an order: the same rows in
    another order would count as other rows.

    Args:
        workspace: Where the file is put.
        url: What ``ibis.connect`` takes, e.g. ``duckdb:///path.db``, ``sqlite:///path.db`` or
            ``postgres://user@host/db``.
        query: SQL of that database.

    Raises:
        InputError: The database or the query fails.
    """
    import ibis
    import pyarrow.parquet as pq

    path = workspace.folder / (workspace.name("query") + ".parquet")
    try:
        connection = ibis.connect(url)
        expression = connection.sql(query)
        if connection.name == "duckdb":
            # Ibis 12 asks DuckDB 2 for a method that is gone.
            reader = connection.con.sql(connection.compile(expression)).to_arrow_reader(65_536)
        else:
            reader = expression.to_pyarrow_batches(chunk_size=65_536)
        with pq.ParquetWriter(path, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)
        connection.disconnect()
    except Exception as error:  # every backend raises its own
        message = " ".join(str(error).split())
        raise InputError(
            f"the query on {url.partition('?')[0].rpartition('@')[2]} fails: {message}",
            hint="the URL is what ibis.connect takes; its driver has to be installed",
        ) from error
    return inspect(path, "parquet")
