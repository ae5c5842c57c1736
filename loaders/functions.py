"""Functions that Ibis has no word for, or a dearer one: one name, one implementation per engine.

Expressions call these by name. DuckDB has most of them; :data:`ON_DUCKDB` declares the others as
macros and :data:`ON_SPARK` declares what Spark lacks as functions of a session. A test compares the
two. What :data:`ON_SPARK` does not list and Spark does not know is for sources that only DuckDB
reads (JSON, bytes, times as text).
"""

# mypy: disable-error-code="empty-body, untyped-decorator, valid-type, no-untyped-def"

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt

ON_DUCKDB: tuple[str, ...] = (
    "day_bit(number) AS 1::UBIGINT << number::UBIGINT",
    "members_of(mask, number) AS list_filter(range(number::BIGINT), "
    "lambda bit: (mask::UBIGINT >> bit::UBIGINT) & 1 = 1)",
    "quick_hash(text) AS hash(text)",
    "names_of(mask, names) AS list_filter(names, "
    "lambda name, place: (mask::UBIGINT >> (place - 1)::UBIGINT) & 1 = 1)",
    "residues_of(numbers, modulus) AS map_keys(list_histogram("
    "list_transform(numbers, lambda number: number % modulus::INTEGER)))",
    "tally_of(numbers, unit, base) AS list_transform(map_entries(list_histogram("
    "list_transform(numbers, lambda number: number // unit::INTEGER))), "
    "lambda run: run.key::BIGINT * base + run.value::BIGINT)",
    "utc_of_microseconds(count) AS make_timestamp(count)",
)
# How often a list of numbers, each divided by a unit, holds each quotient, in their order.
_RUNS = (
    "aggregate(array_sort(transform(numbers, each -> CAST(floor(each / unit) AS INT))), "
    "CAST(array() AS ARRAY<STRUCT<key: INT, value: BIGINT>>), "
    "(runs, number) -> if(size(runs) > 0 AND element_at(runs, -1).key = number, "
    "concat(slice(runs, 1, size(runs) - 1), "
    "array(named_struct('key', number, 'value', element_at(runs, -1).value + 1L))), "
    "concat(runs, array(named_struct('key', number, 'value', 1L)))))"
)
# The session's zone is UTC, so that times with and without a zone are the same instants.
ON_SPARK: tuple[str, ...] = (
    "day_bit(number BIGINT) RETURNS BIGINT RETURN shiftleft(1L, CAST(number AS INT))",
    "members_of(mask BIGINT, number INT) RETURNS ARRAY<BIGINT> RETURN "
    "filter(sequence(0L, CAST(number - 1 AS BIGINT)), "
    "bit -> (shiftrightunsigned(mask, CAST(bit AS INT)) & 1L) = 1L)",
    "quick_hash(text STRING) RETURNS BIGINT RETURN xxhash64(text)",
    "utc_of_microseconds(count BIGINT) RETURNS TIMESTAMP_NTZ RETURN "
    "CAST(timestamp_micros(count) AS TIMESTAMP_NTZ)",
    "epoch_us(moment TIMESTAMP) RETURNS BIGINT RETURN unix_micros(moment)",
    "epoch_ms(moment TIMESTAMP_NTZ) RETURNS BIGINT RETURN unix_millis(CAST(moment AS TIMESTAMP))",
    "strlen(text STRING) RETURNS BIGINT RETURN CAST(octet_length(text) AS BIGINT)",
    "sha256(text STRING) RETURNS STRING RETURN sha2(text, 256)",
    # Of the forms that DuckDB takes, those of numbers.
    "try_strptime(text STRING, form STRING) RETURNS TIMESTAMP_NTZ RETURN CASE form "
    "WHEN '%Y%m%d' THEN CAST(try_to_timestamp(text, 'yyyyMMdd') AS TIMESTAMP_NTZ) "
    "WHEN '%Y%m%d%H%M%S' THEN CAST(try_to_timestamp(text, 'yyyyMMddHHmmss') AS TIMESTAMP_NTZ) END",
    "names_of(mask BIGINT, names ARRAY<STRING>) RETURNS ARRAY<STRING> RETURN "
    "filter(names, (name, place) -> (shiftrightunsigned(mask, place) & 1L) = 1L)",
    "residues_of(numbers ARRAY<INT>, modulus INT) RETURNS ARRAY<INT> RETURN "
    "array_sort(array_distinct(transform(numbers, number -> number % modulus)))",
    f"tally_of(numbers ARRAY<INT>, unit INT, base BIGINT) RETURNS ARRAY<BIGINT> RETURN "
    f"transform({_RUNS}, run -> CAST(run.key AS BIGINT) * base + run.value)",
)


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


@ibis.udf.scalar.builtin(name="try_strptime")
def moment_with_offset(text: str, form: str) -> dt.Timestamp(timezone="UTC"):
    """The same for a form with an offset (``%z``); DuckDB alone."""


@ibis.udf.scalar.builtin(name="timezone")
def on_clock(zone: str, moment: dt.Timestamp(scale=6)) -> dt.Timestamp(timezone="UTC"):
    """The moment at which the clocks of a zone show a time; DuckDB alone.

    Of an hour that comes twice the later one is taken.
    """


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


@ibis.udf.scalar.builtin(name="quick_hash")
def quick_hash(text: str) -> dt.uint64:
    """A hash that means something within one statement only."""


@ibis.udf.scalar.builtin(name="strlen")
def length_in_bytes(text: str) -> dt.int64:
    """The length of a text in bytes, which DuckDB knows without reading it."""


@ibis.udf.scalar.builtin(name="epoch_us")
def microseconds(moment: dt.Timestamp(timezone="UTC")) -> dt.int64:
    """Microseconds since 1970 of a time with a zone."""


@ibis.udf.scalar.builtin(name="utc_of_microseconds")
def from_microseconds(count: dt.int64) -> dt.Timestamp(scale=6):
    """The time in UTC so many microseconds after 1970."""


@ibis.udf.scalar.builtin(name="epoch_ms")
def milliseconds(moment: dt.Timestamp(scale=6)) -> dt.int64:
    """Milliseconds since 1970 of a time in UTC, as the graph's statements take it."""


@ibis.udf.scalar.builtin(name="residues_of")
def residues_of(numbers: dt.Array(dt.int32), modulus: dt.int32) -> dt.Array(dt.int32):
    """What is left of the numbers of a list by a modulus, each once, in order."""


@ibis.udf.scalar.builtin(name="tally_of")
def tally_of(numbers: dt.Array(dt.int32), unit: dt.int32, base: dt.int64) -> dt.Array(dt.int64):
    """The quotients of numbers by a unit in order, each times a base, plus how often it is there.

    Spark takes no function of its own inside a lambda, so the lambda is inside.
    """


@ibis.udf.scalar.builtin(name="day_bit")
def day_bit(number: dt.int64) -> dt.uint64:
    """The bit of a day: 64 of them fill a mask, whose last bit is a sign to Spark."""


@ibis.udf.scalar.builtin(name="members_of")
def members_of(mask, number: dt.int64) -> dt.Array(dt.int64):
    """The positions of the bits of a mask that are set, of the first so many."""


@ibis.udf.scalar.builtin(name="names_of")
def names_of(mask, names: dt.Array(dt.string)) -> dt.Array(dt.string):
    """The names whose places are bits of a mask that are set."""


@ibis.udf.agg.builtin(name="bit_or")
def united(mask) -> dt.uint64:
    """Masks united: a bit is set if it is in one of them."""
