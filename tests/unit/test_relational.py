"""Evidence as relational expressions is the evidence that detection counts in arrays."""

from random import Random

import numpy as np
import pyarrow as pa
import pytest
from sharing_worlds import world

from ringleader.algorithms.evidence.shared_neighbours import find_links
from ringleader.algorithms.grouping.proposals import co_use
from ringleader.algorithms.judging.view import View
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.relational.co_use import co_used
from ringleader.algorithms.relational.evidence import evidence_of
from ringleader.algorithms.relational.pairs import Known, linked
from ringleader.algorithms.relational.uses import used, with_shares
from ringleader.loaders.workspace import Workspace
from ringleader.schema import BUILT_IN

P = Parameters()
DAY = 86_400_000
# Of each relationship: how many identifiers a world has, and how many an account uses.
SIZES = {"USED_IP": (80, 3), "USED_DEVICE": (25, 2), "PAID_WITH": (60, 1), "SENT": (40, 4)}
LABELS = {found.relationship: found.label for found in BUILT_IN.identifiers}


def drawn(seed, accounts=150):
    """A world with rings in it, as clean tables and as the arrays of detection."""
    random = Random(seed)
    names = [f"a{n:03}" for n in range(accounts)]
    kinds = {relationship: {} for relationship in SIZES}
    for position, name in enumerate(names):
        ring = position // 12 if position < 48 else None
        for relationship, (size, each) in SIZES.items():
            keys = {f"{relationship}-{random.randrange(size)}" for _ in range(each)}
            if ring is not None and random.random() < 0.8:
                keys |= {f"{relationship}-ring-{ring}-{n}" for n in range(2)}
            for key in keys:
                events = random.randrange(1, 9)
                failed = random.randrange(0, events + 1) if relationship == "PAID_WITH" else 0
                kinds[relationship][name, key] = (events, failed)
    opened = {n: random.randrange(0, 60) for n in names if random.random() < 0.9}
    organizations = {n: f"o{random.randrange(4)}" for n in names if random.random() < 0.2}
    contacts = sorted(
        {
            (*sorted(random.sample(names, 2)), kind)
            for kind in ("transferred", "referred")
            for _ in range(25)
        }
    )
    return names, kinds, opened, organizations, contacts


def arrays(names, kinds, opened, organizations, contacts):
    uses = [
        (name, LABELS[relationship], key, events - failed)
        for relationship, rows in kinds.items()
        for (name, key), (events, failed) in rows.items()
    ]
    everybody = {name: opened.get(name) for name in names}
    return world(uses, opened=everybody, contacts=contacts, organizations=organizations)


def tables(workspace, names, kinds, opened, organizations, contacts):
    found = {}
    for relationship, rows in kinds.items():
        columns = [(a, key, events, failed) for (a, key), (events, failed) in sorted(rows.items())]
        starts, ends, events, failed = zip(*columns, strict=True)
        given = {"start": starts, "end": ends, "events": events}
        if relationship == "PAID_WITH":
            given |= {"failed": failed, "disputed": [None] * len(failed)}
        table = pa.table({n: pa.array(values) for n, values in given.items()})
        if "disputed" in table.column_names:
            table = table.set_column(4, "disputed", table["disputed"].cast(pa.int64()))
        found[relationship] = workspace.take("kind", table)
    times = pa.array([opened[n] * DAY if n in opened else None for n in names], pa.int64())
    known = Known(
        workspace.take("opened", pa.table({"account": names, "opened": times})),
        workspace.take(
            "organizations",
            pa.table(
                {"account": list(organizations), "organization": list(organizations.values())}
            ),
        ),
        workspace.take(
            "contacts",
            pa.Table.from_pylist(
                [dict(zip("abk", c, strict=True)) for c in contacts]
            ).rename_columns(["a", "b", "kind"]),
        ),
    )
    return workspace.keep("uses", with_shares(used(found, BUILT_IN))), known


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path) as made:
        yield made


@pytest.mark.parametrize("seed", range(4))
def test_co_uses_are_those_of_detection(workspace, seed):
    drawn_world = drawn(seed)
    sharing = arrays(*drawn_world)
    expected = co_use(View(sharing, P))
    assert len(expected.one) > 20
    uses, _ = tables(workspace, *drawn_world)
    rows = workspace.rows(co_used(workspace, uses, BUILT_IN, P, len(drawn_world[0])))
    found = {
        ((row["label"], row["key"]), (row["other_label"], row["other_key"])): row for row in rows
    }
    name = list(zip(sharing.label.tolist(), sharing.keys.tolist(), strict=True))
    told = {
        (name[one], name[other]): (accounts, lift)
        for one, other, accounts, lift in zip(*vars(expected).values(), strict=True)
    }
    assert found.keys() == told.keys()
    assert len(rows) == len(found)
    for pair, (accounts, lift) in told.items():
        assert found[pair]["accounts"] == accounts
        assert found[pair]["lift"] == pytest.approx(lift, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_links_and_their_lines_are_those_of_detection(workspace, seed):
    drawn_world = drawn(seed)
    sharing = arrays(*drawn_world)
    expected = find_links(sharing, P)
    assert len(expected) > 20
    uses, known = tables(workspace, *drawn_world)
    links, lines = linked(workspace, uses, known, BUILT_IN, P)
    found = {(row["a"], row["b"]): row["bits"] for row in workspace.rows(links)}
    people = sharing.accounts
    told = dict(
        zip(
            zip(people[expected.a], people[expected.b], strict=True),
            expected.weight.tolist(),
            strict=True,
        )
    )
    assert found.keys() == told.keys()
    assert all(found[pair] == pytest.approx(bits, abs=1e-9) for pair, bits in told.items())
    evidence = expected.evidence
    there = evidence.identifier >= 0
    shown = sorted(
        (people[a], people[b], int(f), sharing.keys[i] if known_ else "", round(float(bits), 9))
        for a, b, f, i, known_, bits in zip(
            evidence.a,
            evidence.b,
            evidence.family,
            evidence.identifier,
            there,
            expected.bits,
            strict=True,
        )
    )
    given = sorted(
        (row["a"], row["b"], row["family"], row["key"] or "", round(row["bits"], 9))
        for row in workspace.rows(lines)
    )
    assert [row[:4] for row in given] == [row[:4] for row in shown]
    assert np.allclose([r[4] for r in given], [r[4] for r in shown], rtol=0, atol=2e-9)


def test_tables_that_count_different_things_are_one_kind_of_evidence(workspace):
    """Devices of two tables, of which one has no counts: none is dropped, none counts twice."""
    names = [f"a{n}" for n in range(40)]
    ring = names[:4]
    paid = pa.table({"start": ring, "end": ["card"] * 4, "events": [2] * 4, "failed": [0, 0, 0, 2]})
    counted = pa.table({"start": ring[:3], "end": ["d"] * 3, "events": [1] * 3})
    listed = pa.table({"start": ring[1:], "end": ["d"] * 3})
    kinds = {
        "Account": [
            pa.table({"account_id": names, "created_at": [0] * 40}),
            pa.table({"account_id": ring}),
        ],
        "PAID_WITH": [paid],
        "USED_DEVICE": [counted, listed],
    }

    def links(given):
        tables = {
            name: [workspace.take(name, table) for table in tables]
            for name, tables in given.items()
        }
        found = evidence_of(workspace, tables, BUILT_IN, P)
        lines = workspace.rows(found["lines"])
        return sorted((r["a"], r["b"], r["label"], round(r["bits"], 9)) for r in lines)

    whole = pa.table({"start": ring, "end": ["d"] * 4, "events": [1] * 4})
    expected = links({**kinds, "USED_DEVICE": [whole]})
    pairs = {(a, b) for a, b, label, _ in expected if label == "Device"}
    assert pairs == {(a, b) for a in ring for b in ring if a < b}
    assert links(kinds) == expected
