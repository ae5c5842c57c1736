"""Links as rows of the graph: what each is worth, by family and by line of evidence."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ringleader.algorithms.evidence.removal import OTHERS
from ringleader.algorithms.evidence.shared_neighbours import CONTACT, Evidence, Links
from ringleader.algorithms.evidence.sharing import Floats, Ints, Sharing
from ringleader.catalogue import get
from ringleader.graph import Graph
from ringleader.parallel import side_by_side

ROWS_AT_ONCE = 5_000
LINES_KEPT = 12  # per link; the rest of a family's lines is summed up in one


def write_links(
    graph: Graph, run: str, sharing: Sharing, links: Links, advance: Callable[[float], None]
) -> Generator[None]:
    """Write the links of a run; each step writes some, and advances by as many."""

    def write(rows: list[dict[str, Any]]) -> int:
        graph.write(get("write-links"), {"run": run, "rows": rows})
        return len(rows)

    # One session: two would wait for each other's accounts. Rows are made meanwhile.
    for written in side_by_side(write, _link_rows(sharing, links), workers=1):
        advance(written)
        yield


def _link_rows(sharing: Sharing, links: Links) -> Iterator[list[dict[str, Any]]]:
    """Rows for the graph in batches, in the order of account ids."""
    link, names, bits = _told_lines(sharing, links)
    start = np.searchsorted(link, np.arange(len(links) + 1))
    weight, families = links.weight, sharing.schema.family_names
    for low in range(0, len(links), ROWS_AT_ONCE):
        chosen = slice(low, low + ROWS_AT_ONCE)
        columns = (
            sharing.account_number[links.a[chosen]],
            sharing.account_number[links.b[chosen]],
            weight[chosen],
            links.family_bits[chosen],
            start[:-1][chosen],
            start[1:][chosen],
        )
        yield [
            {
                "a": a,
                "b": b,
                "weight": total,
                "families": [f for f, some in zip(families, by_family, strict=True) if some > 0],
                "family_bits": [some for some in by_family if some > 0],
                "evidence": names[begin:end].tolist(),
                "evidence_bits": bits[begin:end].tolist(),
            }
            for a, b, total, by_family, begin, end in zip(
                *(column.tolist() for column in columns), strict=True
            )
        ]


def _told_lines(sharing: Sharing, links: Links) -> tuple[Ints, NDArray[np.object_], Floats]:
    """The strongest lines of each link; what is left is summed by family.

    Returns:
        Of each line its link, in order, ``family|label|key``, and its bits.
    """
    order = np.lexsort((-links.bits, links.link_of))
    link = links.link_of[order]
    rank = np.arange(len(link)) - np.searchsorted(link, link)
    kept, rest = order[rank < LINES_KEPT], order[rank >= LINES_KEPT]
    families = sharing.schema.family_names
    by_name = np.argsort(families)
    place, width = np.argsort(by_name), len(families)
    cells, where = np.unique(
        links.link_of[rest] * width + place[links.evidence.family[rest]], return_inverse=True
    )
    others = np.array([f"{families[family]}|{OTHERS}|" for family in by_name], dtype=object)
    link = np.concatenate([links.link_of[kept], cells // width])
    names = np.concatenate([_names(sharing, links.evidence.take(kept)), others[cells % width]])
    summed = np.bincount(where, links.bits[rest], minlength=len(cells))
    bits = np.concatenate([links.bits[kept], summed])
    order = np.argsort(link, kind="stable")
    return link[order], names[order], bits[order]


def _names(sharing: Sharing, lines: Evidence) -> NDArray[np.object_]:
    """``family|label|key`` of each line; an identifier's is made once."""
    names = np.empty(len(lines.a), dtype=object)
    contact = lines.identifier == CONTACT
    there, which = np.unique(lines.identifier[~contact], return_inverse=True)
    family, families = sharing.family, sharing.schema.family_names
    told = [f"{families[family[at]]}|{'|'.join(sharing.name(at))}" for at in there]
    names[~contact] = np.array(told, dtype=object)[which]
    for line in np.flatnonzero(contact):
        kind = sharing.contact_kinds[lines.contact[line]]
        names[line] = f"{families[lines.family[line]]}|CONTACTED|{kind}"
    return names
