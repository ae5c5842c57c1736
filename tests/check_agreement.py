"""Whether the check and detection say the same of every account and every ring."""

import numpy as np
import pytest
from scipy import sparse

from ringleader.algorithms.judging.membership import belongs, compared
from ringleader.algorithms.judging.view import View
from ringleader.algorithms.parameters import Parameters
from ringleader.api.checking import Checker
from ringleader.api.why import _as_detection_sees
from ringleader.catalogue import get


def assert_check_agrees_with_detection(graph):
    """Every account beside every ring: bits, kinds and membership are those of detection.

    Returns:
        How many pairs were compared of which detection has figures.
    """
    parameters = Parameters()
    rings = {
        row["ring_id"]: row["members"]
        for row in graph.read(get("earlier-rings"), {"retired": False})
    }
    names = sorted(rings)
    sharing = _as_detection_sees(graph, frozenset())
    at = {str(name): place for place, name in enumerate(sharing.accounts)}
    row = [at[account] for name in names for account in rings[name]]
    column = np.repeat(np.arange(len(names)), [len(rings[name]) for name in names])
    view = View(sharing, parameters)
    shape = (len(at), len(names))
    cells = compared(view, sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape))
    joins = belongs(view, cells)
    accounts = sorted(at)
    pages = [accounts[low : low + 1_000] for low in range(0, len(accounts), 1_000)]
    checker = Checker(graph)
    told = {one.account_id: one for page in pages for one in checker.check(page)}
    entries = set()
    for entry, (account, group) in enumerate(zip(cells.account, cells.group, strict=True)):
        name, ring = str(sharing.accounts[account]), names[group]
        entries.add((name, ring))
        shown = {found.ring_id: found for found in told[name].rings}
        if ring not in shown:  # beside a ring that it joins, or beside three nearer ones
            assert not joins[entry]
            continue
        kinds = view.kind.names(bool(cells.apart[group]))
        bits = dict(zip(kinds, cells.bits[entry], strict=True))
        for kind, found in shown[ring].by_kind.items():
            assert found == pytest.approx(bits.pop(kind), abs=1e-9), (name, ring, kind)
        assert not any(bits.values())
        assert shown[ring].joins == bool(joins[entry]), (name, ring)
        assert shown[ring].member == (name in rings[ring])
        lives = [kind for kind, on in zip(kinds, cells.lives[entry], strict=True) if on]
        assert list(shown[ring].lives_on) == lives
    for name, found in told.items():
        for ring in found.rings:
            if (name, ring.ring_id) not in entries:
                assert not ring.joins
                assert not any(ring.by_kind.values())
    for name in names:
        assert {told[account].code for account in rings[name]} == {"member"}
    return len(entries)
