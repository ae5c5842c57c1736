"""Stored links read back, and as they would be without some of their evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ringleader.algorithms.evidence.shared_neighbours import Evidence, Links, strong_enough
from ringleader.algorithms.evidence.sharing import Ints
from ringleader.algorithms.parameters import Parameters
from ringleader.errors import SettingsError
from ringleader.schema import BUILT_IN, Schema

OTHERS = "others"  # label of what a link has beyond the lines that are kept by name


@dataclass(frozen=True)
class Told:
    """Links as the graph tells them.

    Attributes:
        accounts: Account ids, sorted; the links count accounts by position here.
        names: What lines are called, ``family|label|key``, sorted; the evidence of the links
            counts identifiers by position here.
        links: The links.
    """

    accounts: tuple[str, ...]
    names: tuple[str, ...]
    links: Links

    @property
    def named(self) -> NDArray[np.bool_]:
        """Whether each name is that of something, and no sum of what is not kept by name."""
        return np.array([name.split("|", 2)[1] != OTHERS for name in self.names], dtype=bool)


def read_back(rows: Sequence[Mapping[str, Any]], schema: Schema = BUILT_IN) -> Told:
    """Links from rows of the stored query ``ring-links``.

    Args:
        rows: The rows.
        schema: The families.

    Raises:
        SettingsError: Their evidence is of a family that the settings do not declare.
    """
    accounts = sorted({row[end] for row in rows for end in ("account_a", "account_b")})
    position = {account: number for number, account in enumerate(accounts)}
    names = sorted({name for row in rows for name in row["evidence"]})
    code = {name: number for number, name in enumerate(names)}
    families = [name.split("|", 1)[0] for name in names]
    for family in families:
        if family not in schema.family_by_name:
            raise SettingsError(
                f"the graph holds {family} evidence, which the settings do not declare",
                hint=f"give the settings file of that detection, or declare [identifiers.{family}]",
            )
    places = [schema.family_names.index(family) for family in families]
    family_of = np.array(places, dtype=np.int64)
    a, b = (
        np.array([position[row[end]] for row in rows], dtype=np.int64)
        for end in ("account_a", "account_b")
    )
    lines = [len(row["evidence"]) for row in rows]
    link_of = np.repeat(np.arange(len(rows)), lines).astype(np.int64)
    item = np.array([code[name] for row in rows for name in row["evidence"]], dtype=np.int64)
    bits = np.array([amount for row in rows for amount in row["evidence_bits"]], dtype=np.float64)
    family = family_of[item] if len(item) else item
    unknown = np.full(len(item), -1, dtype=np.int64)
    width = len(schema.families)
    cell = link_of * width + family
    sums = np.bincount(cell, bits, minlength=len(rows) * width).astype(np.float64)
    table = sums.reshape(-1, width)
    evidence = Evidence(a[link_of], b[link_of], item, unknown, family, bits, unknown, unknown)
    links = Links(a, b, table, evidence, link_of, bits, schema)
    return Told(tuple(accounts), tuple(names), links)


def without(links: Links, gone: NDArray[np.bool_], single: bool, parameters: Parameters) -> Links:
    """The links that hold without some lines of their evidence.

    The bits of judged groups add up, so what is left is left. Where the data hold one kind of
    evidence, it adds up before it becomes bits, log2(1 + sum / odds), so without half of it a link
    has more than half of its bits; a family at its cap has more evidence than its bits say.

    Args:
        links: The links.
        gone: Which lines of evidence to take away.
        single: Whether the data hold one kind of evidence only.
        parameters: What makes a link hold there.
    """
    width = len(links.schema.families)
    cell = links.link_of * width + links.evidence.family
    cells = len(links) * width
    left = np.bincount(cell, links.bits * ~gone, minlength=cells)
    if single:
        before = np.bincount(cell, links.bits, minlength=cells)
        part = np.divide(left, before, out=np.zeros(cells), where=before > 0)
        whole = links.family_bits.ravel()
        touched = np.bincount(cell, gone, minlength=cells) > 0
        table = np.where(touched, np.log2(1.0 + part * (2.0**whole - 1.0)), whole)
        table = table.reshape(-1, width)
        holds = strong_enough(table, parameters, links.schema)
        holds |= ~touched.reshape(-1, width).any(axis=1)
    else:
        table = left.reshape(-1, width).astype(np.float64)
        holds = table.sum(axis=1) > 0
    kept = ~gone & holds[links.link_of]
    factor = np.divide(table.ravel(), left, out=np.ones(cells), where=left > 0)
    number: Ints = np.cumsum(holds) - 1
    return Links(
        a=links.a[holds],
        b=links.b[holds],
        family_bits=table[holds],
        evidence=links.evidence.take(kept),
        link_of=number[links.link_of[kept]],
        bits=(links.bits * factor[cell])[kept],
        schema=links.schema,
    )
