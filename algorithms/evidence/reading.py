"""The one reading of the graph that detection works on.

Accounts, then all uses of identifiers, then the names of those that several accounts use are read
in pages whose rows hold lists, by the store's own numbers instead of names: a row costs more than a
hundred values in it. How many accounts an identifier has follows from the uses, and is written
where it has changed. When something was used is asked of few accounts, and read then.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator
from contextlib import nullcontext
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ringleader.algorithms.evidence.sharing import (
    FAMILY_OF_ORIGIN,
    Flags,
    Ints,
    LookUp,
    Masks,
    Origins,
    Sharing,
    Uses,
    assemble,
)
from ringleader.catalogue import get
from ringleader.graph import Graph
from ringleader.parallel import meanwhile, side_by_side
from ringleader.progress import progress

ACCOUNT_COLUMNS = ("account_id", "number", "opened", "ended")
ACCOUNTS_AT_ONCE = 10_000
IDENTIFIERS_AT_ONCE = 20_000
TIMED_ACCOUNTS_AT_ONCE = 1_000


def read_sharing(graph: Graph, known_hubs: Collection[str] = (), *, note: bool = True) -> Sharing:
    """Read what linking needs, and note on each identifier how many accounts use it.

    Args:
        graph: The graph.
        known_hubs: Keys of identifiers that are known to be shared by strangers.
        note: Whether to write the number of accounts.
    """
    people, number, uses = _people_and_uses(graph)
    accounts = np.bincount(uses.used, minlength=len(number))
    several = accounts > 1
    # Noting keeps the server busy, and putting together what was read this process.
    writing = _note_sharers(graph, number[several], accounts[several])
    with meanwhile(writing) if note else nullcontext():
        named = _identifiers(graph, number, uses, several)
        position = np.full(len(number), -1, dtype=np.int32)
        position[named["at"]] = np.arange(len(named))
        store = people["number"].to_numpy(np.int64)
        return assemble(
            people,
            named,
            Uses(**{**vars(uses), "used": position[uses.used]}),
            graph.frame(get("direct-contacts")),
            _look_up(graph, store, named["number"].to_numpy(np.int64)),
            known_hubs,
            _origins(graph, number, uses),
            graph.schema,
        )


def _people_and_uses(graph: Graph) -> tuple[pd.DataFrame, Ints, Uses]:
    """Accounts in the order of their ids, and every use of an identifier.

    While the uses of some accounts are read, the next accounts are.

    Returns:
        The accounts; the store's number of each identifier; and the uses, whose identifiers are
        places there.
    """
    accounts: list[pd.DataFrame] = [pd.DataFrame(columns=ACCOUNT_COLUMNS)]

    def ranges() -> Iterator[dict[str, str]]:
        for page in _account_pages(graph):
            accounts.append(page)
            yield {"low": page["account_id"].iloc[0], "high": page["account_id"].iloc[-1]}

    def uses(bounds: dict[str, str]) -> list[NDArray[Any]]:
        [row] = graph.read(get("uses-to-link"), bounds)
        [told] = graph.read(get("declared-organizations"), bounds)
        return [
            np.array(row["accounts"], dtype=np.int64),
            np.array(row["identifiers"], dtype=np.int64),
            np.array(row["kinds"], dtype=np.int8),
            np.array(row["events"], dtype=np.float32),
            np.array(told["accounts"], dtype=np.int64),
            np.array(told["organizations"], dtype=np.int64),
        ]

    none: list[NDArray[Any]] = [np.zeros(0, t) for t in "llbfll"]
    parts = [none]
    with progress("read accounts and what they use") as advance:
        for found in side_by_side(uses, ranges()):
            parts.append(found)
            advance(ACCOUNTS_AT_ONCE)
    people = pd.concat(accounts, ignore_index=True)
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    account, identifier, kind, events, declarer, organization = columns
    declared = pd.Series(organization, declarer).groupby(level=0).agg(list)
    people["organizations"] = people["number"].map(declared)
    user = pd.Index(people["number"].to_numpy(np.int64)).get_indexer(pd.Index(account))
    # An account that was opened since the accounts were read is not known yet.
    known = user >= 0
    used, number = pd.factorize(identifier[known])
    user, used = user[known].astype(np.int32), used.astype(np.int32)
    return people, number, Uses(user, used, kind[known], events[known])


def _look_up(graph: Graph, accounts: Ints, identifiers: Ints) -> LookUp:
    """What reads on which days accounts used identifiers.

    Args:
        graph: The graph.
        accounts: The store's number of each account.
        identifiers: That of each identifier.
    """
    ends = ["accounts", "identifiers"]

    def page(numbers: Ints) -> pd.DataFrame:
        [row] = graph.read(get("times-of-uses"), {"numbers": numbers.tolist()})
        frame = pd.DataFrame({name: np.array(row[name], dtype=np.int64) for name in ends})
        frame["days"] = np.array([_mask(days) for days in row["days"]], dtype=np.uint64)
        return frame

    def look_up(user: Ints, used: Ints) -> Masks:
        numbers = accounts[np.unique(user)]
        pages = (
            numbers[start : start + TIMED_ACCOUNTS_AT_ONCE]
            for start in range(0, len(numbers), TIMED_ACCOUNTS_AT_ONCE)
        )
        found = pd.concat(side_by_side(page, pages)).drop_duplicates(ends)
        asked = pd.DataFrame({"accounts": accounts[user], "identifiers": identifiers[used]})
        # Uses that were deleted since they were read have unknown days.
        told = asked.merge(found, how="left", on=ends)["days"].fillna(0)
        return told.to_numpy(np.uint64)

    return look_up


def _mask(days: list[int]) -> int:
    """Days modulo 64 as bits."""
    mask = 0
    for day in days:
        mask |= 1 << (day % 64)
    return mask


def _account_pages(graph: Graph) -> Iterator[pd.DataFrame]:
    stored, after = get("accounts-to-link"), ""
    while True:
        [row] = graph.read(stored, stored.bind({"after": after, "rows": ACCOUNTS_AT_ONCE}))
        if not row["account_id"]:
            return
        yield pd.DataFrame({name: row[name] for name in ACCOUNT_COLUMNS})
        after = row["account_id"][-1]


def _note_sharers(graph: Graph, number: Ints, accounts: Ints) -> Generator[None]:
    """Write the number of accounts on identifiers where it is another than the graph says.

    Each step writes a page.

    Args:
        graph: The graph.
        number: The store's number of each identifier that several accounts use.
        accounts: How many these are.
    """
    [row] = graph.read(get("counted-sharers"))
    said = pd.Series(row["accounts"], index=row["numbers"], dtype="Int64")
    now = pd.Series(accounts, index=number, dtype="Int64")
    said, now = said.align(now)
    changed = now[(said != now).fillna(True)].sort_index()
    stored = get("count-sharers")
    for page in _pages(changed):
        told = [None if pd.isna(count) else int(count) for count in page]
        graph.write(stored, {"numbers": page.index.tolist(), "accounts": told})
        yield


def _identifiers(graph: Graph, number: Ints, uses: Uses, chosen: Flags) -> pd.DataFrame:
    """The chosen identifiers in the order of label and key.

    Returns:
        A frame of ``label`` (its code), ``key``, ``number`` (the store's own), and ``at``, the
        place among all identifiers.
    """
    label = np.zeros(len(number), dtype=np.int64)
    label[uses.used] = uses.label
    places = pd.Series(np.flatnonzero(chosen), index=number[chosen])

    def page(numbers: pd.Series[int]) -> dict[str, Any]:
        [row] = graph.read(get("identifiers-to-link"), {"numbers": numbers.index.tolist()})
        return row

    rows = list(side_by_side(page, _pages(places)))
    at = places.loc[[n for row in rows for n in row["numbers"]]].to_numpy(np.int64)
    keys = np.array([key for row in rows for key in row["keys"]], dtype=object)
    frame = pd.DataFrame({"label": label[at], "key": keys, "number": number[at], "at": at})
    return frame.sort_values(["label", "key"], ignore_index=True)


def _pages(values: pd.Series[int]) -> Iterator[pd.Series[int]]:
    for start in range(0, len(values), IDENTIFIERS_AT_ONCE):
        yield values.iloc[start : start + IDENTIFIERS_AT_ONCE]


def _origins(graph: Graph, number: Ints, uses: Uses) -> Origins:
    """What identifiers belong to, and the accounts that use them with success."""
    rows = [row for row in graph.read(get("origins-of-identifiers")) if row["keys"]]
    order = list(FAMILY_OF_ORIGIN)
    belongs = pd.DataFrame(
        {
            "label": np.concatenate(
                [np.zeros(0, np.int64)]
                + [np.full(len(row["keys"]), order.index(row["label"])) for row in rows]
            ),
            "key": [key for row in rows for key in row["keys"]],
            "at": pd.Index(number).get_indexer(
                pd.Index([n for row in rows for n in row["numbers"]], dtype=np.int64)
            ),
        }
    )
    belongs = belongs[belongs["at"] >= 0]
    groups = belongs.groupby(["label", "key"], sort=True)
    belongs["origin"] = groups.ngroup()
    names = groups.size().index
    done = np.flatnonzero(uses.events > 0)
    mine = pd.DataFrame({"at": uses.used[done], "user": uses.user[done]})
    mine = mine[mine["at"].isin(belongs["at"])].merge(belongs[["at", "origin"]], on="at")
    pairs = mine[["origin", "user"]].drop_duplicates().sort_values(["origin", "user"])
    return Origins(
        labels=np.array(order, dtype=object)[names.get_level_values("label").to_numpy(np.int64)],
        keys=names.get_level_values("key").to_numpy(object),
        user=pairs["user"].to_numpy(np.int64),
        used=pairs["origin"].to_numpy(np.int64),
    )
