"""What the tests of the loaders share: a load in this process, and a graph written out whole."""

from __future__ import annotations

import json

from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.load import LoadOptions, load_files
from ringleader.loaders.mapping import read_mapping
from ringleader.loaders.sources.files import expand, inspect
from ringleader.loaders.workspace import Workspace
from ringleader.schema import BUILT_IN

# When a load ran, and in how large chunks, is no part of what it says.
_PASSING = {"started_at", "finished_at", "chunk_size"}


def load(graph, table, *paths, mapping=None, **wanted):
    """Load files of one table; returns the summary."""
    settings = graph.settings
    with Workspace(settings.home / "scratch") as workspace:
        files = [inspect(path) for path in expand([str(path) for path in paths])]
        said = read_mapping(mapping, BY_NAME[table])
        return load_files(graph, settings, workspace, files, said, LoadOptions(**wanted))


def write_csv(path, header, *rows):
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def _plain(properties):
    return {
        name: str(value) if hasattr(value, "iso_format") else value
        for name, value in properties.items()
        if name not in _PASSING and not name.startswith("done_")
    }


def nodes(graph, label):
    """Properties of the nodes of a label, in a stable order."""
    rows = graph.read(
        "MATCH (n) WHERE $label IN labels(n) RETURN properties(n) AS p", {"label": label}
    )
    return sorted((_plain(row["p"]) for row in rows), key=lambda p: json.dumps(p, sort_keys=True))


def relationships(graph, type_):
    """(key of the start, key of the end, properties) of the relationships of a type, sorted."""
    rows = graph.read(
        "MATCH (a)-[r]->(b) WHERE type(r) = $type "
        "RETURN properties(a) AS a, properties(b) AS b, properties(r) AS p",
        {"type": type_},
    )
    return sorted(
        ((_key(row["a"]), _key(row["b"]), _plain(row["p"])) for row in rows),
        key=lambda row: json.dumps(row, sort_keys=True),
    )


_KEYS = (
    "account_id",
    *(found.key for found in BUILT_IN.identifiers),
    "cidr",
    "number",
    "proxy_id",
    "band_id",
    "organization_id",
    "model",
    "review_id",
    "indicator_id",
    "name",
)


def _key(properties):
    return next(properties[name] for name in _KEYS if name in properties)


# Which key a graph belongs to is no part of what was loaded.
_OF_THE_STORE = {"Store"}


def everything(graph, *, batches=True):
    """The whole graph as text, without what may differ between two ways to the same graph."""
    labels = [row["label"] for row in graph.read("CALL db.labels() YIELD label RETURN label")]
    types = graph.read("CALL db.relationshipTypes() YIELD relationshipType AS t RETURN t")
    found = {
        label: nodes(graph, label)
        for label in sorted(labels)
        if label not in _OF_THE_STORE and (batches or label != "Batch")
    }
    found = {label: rows for label, rows in found.items() if rows}
    ties = {row["t"]: relationships(graph, row["t"]) for row in types}
    return json.dumps(
        [found, {name: rows for name, rows in sorted(ties.items()) if rows}],
        sort_keys=True,
        indent=1,
    )


T = "2026-02-01T{}:00:00Z"


REQUESTS = (
    "account_id,timestamp,ip,user_agent,device_id,channel,prompt_cluster_id,capability,"
    "input_tokens,output_tokens"
)


def requests_file(path):
    return write_csv(
        path,
        REQUESTS,
        ("a", T.format("01"), "198.51.100.7", "ua1", "d1", "api", "pc1", "coding", 10, 1),
        ("a", T.format("03"), "198.51.100.7:443", "ua2", "d1", "bedrock", "pc1", None, 5, 2),
        ("a", T.format("02"), "2001:DB8::1", None, None, "api", None, None, None, None),
        ("b", T.format("23"), "::ffff:198.51.100.7", None, "d1", None, "pc1", None, 1, 1),
    )
