"""Numbers that follow from the seed alone: hashes of what they belong to, and names made of them.

What lasts (an account's device, a home's address in a week) is never stored. It is a hash of the
seed, a purpose and the owner, so that every thread sees the same world.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

Ints = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Hashes = np.ndarray[Any, np.dtype[np.uint64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_HEX = np.frombuffer(b"".join(b"%02x" % n for n in range(256)), dtype=np.uint8).reshape(256, 2)


def mix(*parts: Any) -> Hashes:
    """One 64-bit hash for every row of the parts, which broadcast.

    The step is the finaliser of SplitMix64 (Steele, Lea and Flood, 2014): different last parts
    give different hashes where the parts before are equal.
    """
    state = np.zeros(1, dtype=np.uint64)
    for part in parts:
        state = state * _GOLDEN + np.asarray(part).astype(np.uint64) + _GOLDEN
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    return state


def unit(hashes: Hashes) -> Floats:
    """Hashes as numbers from 0 to less than 1."""
    return (hashes >> np.uint64(11)).astype(np.float64) * 2.0**-53


def below(hashes: Hashes, bound: Any) -> Ints:
    """Hashes as whole numbers from 0 to less than the bound, nearly uniform."""
    low = (hashes >> np.uint64(33)).astype(np.int64)
    result: Ints = (low * np.asarray(bound, dtype=np.int64)) >> np.int64(31)
    return result


def apportion(weights: Floats, total: int, start: float) -> Ints:
    """Whole numbers in proportion to weights that add up to the total exactly.

    Systematic sampling: no number is more than 1 from its exact share.

    Args:
        weights: At least one above 0.
        total: What is shared out.
        start: Where sampling starts, 0 to less than 1.
    """
    ends = np.cumsum(weights)
    if not len(ends) or ends[-1] <= 0:
        return np.zeros(len(weights), dtype=np.int64)
    marks = np.floor(ends / ends[-1] * total + start).astype(np.int64)
    marks[-1] = total
    marks = np.minimum(marks, total)
    result: Ints = np.diff(marks, prepend=0)
    return result


def hex_names(prefix: str, hashes: Hashes) -> pa.Array:
    """Names of a prefix and 16 hexadecimal digits each."""
    head = np.frombuffer(prefix.encode(), dtype=np.uint8)
    width = len(head) + 16
    text = np.empty((len(hashes), width), dtype=np.uint8)
    text[:, : len(head)] = head
    octets = np.ascontiguousarray(hashes.astype(">u8")).view(np.uint8).reshape(-1, 8)
    text[:, len(head) :] = _HEX[octets].reshape(-1, 16)
    offsets = np.arange(len(hashes) + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(
        len(hashes), pa.py_buffer(offsets), pa.py_buffer(text.tobytes())
    )


def categories(names: list[str], codes: Ints, mask: Mask | None = None) -> pa.DictionaryArray:
    """Codes of a few names as a column; where the mask is set there is no value.

    The names must differ: for equal ones Arrow's Parquet writer leaves a gap in the file that holds
    whatever was in memory, so that no two runs write the same bytes.
    """
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=mask), names)
