"""DuckDB's own functions that Ibis has no word for, or a dearer one."""

# mypy: disable-error-code="empty-body, untyped-decorator, valid-type"

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt


@ibis.udf.scalar.builtin(name="chr")
def character(code: dt.int64) -> str:
    """The character of a code point."""


@ibis.udf.scalar.builtin(name="json_extract_string")
def json_text(document: str, path: str) -> str:
    """The text at a path of a JSON document."""


@ibis.udf.scalar.builtin(name="json_valid")
def is_json(document: str) -> bool:
    """Whether a text is JSON."""


@ibis.udf.scalar.builtin(name="try_strptime")
def moment(text: str, form: str) -> dt.Timestamp(scale=6):
    """The time that a text gives in a form; null for what is of another form."""


@ibis.udf.scalar.builtin(name="decode")
def decoded(data: bytes) -> str:
    """The text that bytes are in UTF-8."""


@ibis.udf.scalar.builtin(name="try")
def attempted(text: str) -> str:
    """A text, or null where working it out fails."""


@ibis.udf.scalar.builtin(name="sha256")
def sha256(text: str) -> str:
    """SHA-256 of a text, in hexadecimal."""


@ibis.udf.scalar.builtin(name="md5_number_lower")
def stable_hash(text: str) -> dt.uint64:
    """Half of a text's MD5 as a number, the same for ever: DuckDB's own hashes may change."""


@ibis.udf.scalar.builtin(name="strlen")
def length_in_bytes(text: str) -> dt.int64:
    """The length of a text in bytes, which is known without reading it."""


@ibis.udf.scalar.builtin(name="epoch_us")
def microseconds(moment: dt.Timestamp(timezone="UTC")) -> dt.int64:
    """Microseconds since 1970 of a time with a zone."""


@ibis.udf.scalar.builtin(name="make_timestamp")
def from_microseconds(count: dt.int64) -> dt.Timestamp(scale=6):
    """The time in UTC so many microseconds after 1970."""


@ibis.udf.scalar.builtin(name="epoch_ms")
def milliseconds(moment: dt.Timestamp(scale=6)) -> dt.int64:
    """Milliseconds since 1970 of a time in UTC, as the graph's statements take it."""


@ibis.udf.scalar.builtin(name="list_histogram")
def counted(numbers: dt.Array(dt.int32)) -> dt.Map(dt.int32, dt.uint64):
    """How often a list holds every number, in the order of the numbers."""


@ibis.udf.scalar.builtin(name="map_keys")
def keys(counts: dt.Map(dt.int32, dt.uint64)) -> dt.Array(dt.int32):
    """The numbers that :func:`counted` found."""


@ibis.udf.scalar.builtin(name="map_entries")
def entries(
    counts: dt.Map(dt.int32, dt.uint64),
) -> dt.Array(dt.Struct({"key": dt.int32, "value": dt.uint64})):
    """The numbers that :func:`counted` found, with their counts."""
