"""What transports wrap around records: lists, messages, text in text; and taking it off again.

A document that holds what the mapping needs of a record is a record. Any other is opened, as far
as it can be: CloudTrail's ``Records``, EventBridge's ``detail``, CloudWatch's ``logEvents``,
Pub/Sub's base64 ``data``, rows of BigQuery and Athena, answers of list calls. Where none of these
names is there, objects that have all that a row needs are looked for.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

Document = dict[str, Any]
_PAIR = {"field", "value"}
# Lists inside lists inside messages: nobody wraps deeper.
_DEPTH = 5
# Where one record is inside a document, the surest first.
_INSIDE = (
    "detail",
    "CloudTrailEvent",
    "_source",
    "jsonPayload",
    "message",
    "Message",
    "body",
    "Body",
    "data",
    "Data",
    "event",
    "payload",
    "result",
    "log",
    "textPayload",
    "json",
)


def records(
    document: Any,
    is_record: Callable[[Document], bool],
    key: str | None = None,
    depth: int = 0,
    inside: Callable[[Document], Iterator[Document]] | None = None,
) -> Iterator[Any]:
    """The records in a document; the document itself if nothing can be taken off.

    Args:
        document: A value of JSON.
        is_record: Whether an object is a record.
        key: Key of the list that holds the records, if a mapping says so.
        depth: How much was taken off already.
        inside: Finds the records in a document that is wrapped in no known way.
    """
    if isinstance(document, list):
        entries = document if (row := _fields(document)) is None else [row]
        for entry in entries:
            yield from records(entry, is_record, key, depth + 1, inside)
        return
    if not isinstance(document, dict) or depth > _DEPTH:
        yield document
        return
    if key and isinstance(document.get(key), list):
        yield from records(document[key], is_record, None, depth + 1, inside)
    elif is_record(document):
        yield document
    elif (inner := _opened(document)) is not None:
        yield from records(inner, is_record, key, depth + 1, inside)
    else:
        yield from (inside and list(inside(document))) or [document]


def within(value: Any, is_whole: Callable[[Document], bool], depth: int = 0) -> Iterator[Document]:
    """The nearest objects inside a value that have all that a row needs.

    Args:
        value: A value of JSON; text may be JSON, or base64 of it.
        is_whole: Whether an object has it.
        depth: How much was taken off already.
    """
    found = _value(value) if isinstance(value, str) else value
    if isinstance(found, dict) and is_whole(found):
        yield found
    elif isinstance(found, (dict, list)) and depth <= _DEPTH:
        for inner in found.values() if isinstance(found, dict) else found:
            yield from within(inner, is_whole, depth + 1)


def _opened(document: Document) -> Any:
    """What is inside a document; None if nothing is."""
    if (rows := _bigquery(document)) is not None:
        return rows
    if (rows := _athena(document)) is not None:
        return rows
    if (rows := _tabular(document)) is not None:
        return rows
    lists = [value for value in document.values() if _is_list_of_objects(value)]
    if isinstance(document.get("hits"), dict):  # an answer of Elasticsearch
        return document["hits"].get("hits")
    if len(lists) == 1:
        return lists[0]
    for name in _INSIDE:
        if (inner := _value(document.get(name))) is not None:
            return inner
    return None


def _is_list_of_objects(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(entry, dict) or _value(entry) is not None for entry in value[:3])
    )


def _value(value: Any) -> Any:
    """An object or a list as it is, or out of text, or of text in base64; None for others."""
    if isinstance(value, dict):
        return value or None
    if isinstance(value, list):
        return value if _is_list_of_objects(value) else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    if text[:1] not in ("{", "["):
        try:
            raw = base64.b64decode(text, validate=True)
            text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()
        except (binascii.Error, ValueError, OSError, EOFError):
            return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, (dict, list)) else None


def _bigquery(document: Document) -> list[Document] | None:
    """Rows of BigQuery's API: ``{"f": [{"v": …}]}`` under names that the schema gives."""
    schema, rows = document.get("schema"), document.get("rows")
    if not isinstance(schema, dict) or not isinstance(rows, list):
        return None
    try:
        names = [field["name"] for field in schema["fields"]]
        return [dict(zip(names, (cell["v"] for cell in row["f"]), strict=True)) for row in rows]
    except (KeyError, TypeError, ValueError):
        return None


def _tabular(document: Document) -> list[Document] | None:
    """Rows under the names of columns: Log Analytics, SQL of Elasticsearch and Trino, pandas."""
    columns = document.get("columns")
    rows = next((document[name] for name in ("rows", "data", "values") if name in document), None)
    if not (isinstance(columns, list) and isinstance(rows, list) and columns and rows):
        return None
    given = [column.get("name") if isinstance(column, dict) else column for column in columns]
    names = [name for name in given if isinstance(name, str)]
    if len(names) != len(given):
        return None
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return None
    return [dict(zip(names, row, strict=True)) for row in rows]


def _fields(entries: list[Any]) -> Document | None:
    """A row as pairs of field and value, as CloudWatch Logs Insights gives it."""
    pairs = [entry for entry in entries if isinstance(entry, dict) and entry.keys() >= _PAIR]
    if not entries or len(pairs) != len(entries):
        return None
    return {str(pair["field"]): pair["value"] for pair in pairs}


def _athena(document: Document) -> list[Document] | None:
    """Rows of Athena's ``get-query-results``: the first holds the names of the columns."""
    found = document.get("ResultSet", document)
    rows = found.get("Rows") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        return None
    try:
        texts = [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]
        columns = found.get("ResultSetMetadata", {}).get("ColumnInfo", [])
        names = [column["Name"] for column in columns] or texts[0]
    except (KeyError, TypeError, AttributeError, IndexError):
        return None
    rest = texts[1:] if texts and texts[0] == names else texts
    return [dict(zip(names, row, strict=False)) for row in rest]
