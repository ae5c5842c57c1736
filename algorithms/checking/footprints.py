"""What the rings of a run live on, kept so that one account can be checked in milliseconds.

A footprint holds all that the judge compares an account with: the ring's infrastructure, what the
ring owns of it, and what living on it is worth. Footprints of a run are written before its rings
are published, and those of the run before are dropped afterwards. They are never changed, and in
force while their run is the latest one that is done: a check sees a run as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from ringleader.algorithms.evidence.sharing import Ints, Sharing
from ringleader.algorithms.judging.living import reach
from ringleader.algorithms.judging.membership import Cells, insiders
from ringleader.algorithms.judging.view import Matrix, View, owned
from ringleader.algorithms.review.effects import positions
from ringleader.algorithms.rings.building import Ring
from ringleader.catalogue import get
from ringleader.graph import Graph
from ringleader.parallel import side_by_side

ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Footprints:
    """What rings live on, as rows of the graph.

    Attributes:
        rings: One row for each ring: its size and the figures of each label.
        identifiers: One row for each identifier that a ring uses.
        members: One row for each member.
        cleared: One row for each use that counts no more, since somebody rejected what it was
            part of.
    """

    rings: list[dict[str, Any]]
    identifiers: list[dict[str, Any]]
    members: list[dict[str, Any]]
    cleared: list[dict[str, Any]]


def footprints(
    view: View, rings: Sequence[Ring], sharing: Sharing, *, judged: bool = True
) -> Footprints:
    """What rings live on, as the judge sees their members.

    Args:
        view: The uses that count.
        rings: The rings as they are published.
        sharing: Who shares what, with what was rejected.
        judged: Whether the rings' links carry the bits of their members; those of pairs and of
            communities do not.
    """
    if not rings:
        return Footprints([], [], [], [])
    at = [positions(view.sharing.accounts, ring.members) for ring in rings]
    row = np.concatenate(at)
    column = np.repeat(np.arange(len(at)), [len(some) for some in at])
    shape = (view.accounts, len(rings))
    cells = insiders(view, sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape))
    mine = owned(view, cells.used)
    names = [ring.ring_id for ring in rings]
    account = view.sharing.account_number[row]
    bits = _bits(cells, row, column) if judged else [None] * len(row)
    members = [
        {"account": number, "ring_id": names[ring], "bits": told}
        for number, ring, told in zip(account.tolist(), column.tolist(), bits, strict=True)
    ]
    return Footprints(
        list(_ring_rows(view, cells, mine, names)),
        list(_identifier_rows(view, cells, mine, names)),
        members,
        list(_cleared(view.sharing, sharing, cells)),
    )


def _bits(cells: Cells, account: Ints, group: Ints) -> list[Any]:
    """Bits of members by kind; 0 for those who live on nothing of their ring."""
    keys = cells.account * cells.groups + cells.group  # in order
    wanted = account * cells.groups + group
    if not len(keys):
        return np.zeros((len(wanted), cells.evidence.shape[1])).tolist()
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    there = keys[place] == wanted
    bits: list[Any] = np.where(there[:, None], cells.evidence[place], 0.0).tolist()
    return bits


def _ring_rows(
    view: View, cells: Cells, mine: Matrix, names: Sequence[str]
) -> Iterator[dict[str, Any]]:
    ones = cells.used.copy()
    ones.data = np.ones_like(ones.data)
    labels = view.sharing.schema.labels
    number = np.stack([ones[:, at].sum(axis=1) for at in view.of_label], axis=1).astype(np.int64)
    all_of_it = np.stack([reach(view, ones, code) for code in range(view.labels)], axis=1)
    its_own = np.stack([reach(view, mine, code) for code in range(view.labels)], axis=1)
    rates = cells.rates
    for ring, name in enumerate(names):
        has = np.flatnonzero(number[ring])
        yield {
            "ring_id": name,
            "size": int(cells.size[ring]),
            "labels": [labels[code] for code in has],
            "identifiers": number[ring, has].tolist(),
            "usual": rates.usual[ring, has].tolist(),
            "for_bits": rates.for_it[ring, has].tolist(),
            "against_bits": rates.against_it[ring, has].tolist(),
            "owned_bits": rates.best[has].tolist(),
            "reach": all_of_it[ring, has].tolist(),
            "owned_reach": its_own[ring, has].tolist(),
            "apart": bool(cells.apart[ring]),
        }


def _identifier_rows(
    view: View, cells: Cells, mine: Matrix, names: Sequence[str]
) -> Iterator[dict[str, Any]]:
    used, own = cells.used.tocoo(), mine.tocoo()
    width = used.shape[1]
    is_owned = np.isin(
        used.row.astype(np.int64) * width + used.col, own.row.astype(np.int64) * width + own.col
    )
    columns = (
        view.sharing.identifier_number[used.col],
        used.row,
        used.data.astype(np.int64),
        is_owned,
    )
    for number, ring, members, owns in zip(*(c.tolist() for c in columns), strict=True):
        yield {"identifier": number, "ring_id": names[ring], "members": members, "owned": owns}


def _cleared(counted: Sharing, sharing: Sharing, cells: Cells) -> Iterator[dict[str, Any]]:
    """Uses of what rings use that are rejected: they are in one sharing and not in the other."""
    if counted is sharing:
        return
    there = np.zeros(len(sharing.keys), dtype=bool)
    there[np.unique(cells.used.tocoo().col)] = True
    width = len(sharing.accounts)
    of_rings = np.flatnonzero(there[sharing.used])
    keys = sharing.used[of_rings] * width + sharing.user[of_rings]
    gone = of_rings[~np.isin(keys, counted.used * width + counted.user)]
    account = sharing.account_number[sharing.user[gone]]
    identifier = sharing.identifier_number[sharing.used[gone]]
    for one, other in zip(account.tolist(), identifier.tolist(), strict=True):
        yield {"account": one, "identifier": other}


def write_footprints(graph: Graph, run: str, made: Footprints) -> None:
    """Write the footprints of a run that is not published yet.

    Args:
        graph: An open graph.
        run: The run.
        made: The footprints.
    """
    for name, rows in (
        ("write-footprints", made.rings),
        ("write-footprint-identifiers", made.identifiers),
        ("write-footprint-members", made.members),
        ("write-cleared", made.cleared),
    ):
        stored = get(name)
        pages = (rows[at : at + ROWS_AT_ONCE] for at in range(0, len(rows), ROWS_AT_ONCE))

        def write(page: list[dict[str, Any]], stored: Any = stored) -> None:
            graph.write(stored, {"run": run, "rows": page})

        for _ in side_by_side(write, pages, workers=1):
            pass
