"""Small worlds of accounts and identifiers, as the arrays that detection works on."""

from random import Random

import igraph
import numpy as np
import pandas as pd

from ringleader.algorithms.evidence.sharing import UNKNOWN, Uses, assemble
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.finding import find_rings
from ringleader.schema import BUILT_IN

DAY = 86_400_000
NOTHING = np.zeros(0, np.int64)
WEEKS = tuple(range(40))  # days of continuous use


def milliseconds(day):
    return UNKNOWN if day is None or pd.isna(day) else int(day * DAY)


def mask(days):
    """Days as detection reads them: a bit for each day modulo 64."""
    return np.uint64(sum({1 << (day % 64) for day in days or ()}))


def world(uses, opened=None, contacts=(), organizations=None, hubs=(), activity=None, ended=None):
    """Sharing from ``(account, label, identifier[, events[, days]])`` tuples.

    Args:
        uses: The uses; days are day numbers, or None where they are not known.
        opened: Day of opening of each account; accounts only named here exist too.
        contacts: ``(account, account, kind)``.
        organizations: Declared organization of accounts, or a list of several.
        hubs: Known hubs.
        ended: Day on which accounts were banned.
        activity: Events per ``(account, label)`` where they exceed those in ``uses``.
    """
    opened = dict(opened or {})
    names = sorted({use[0] for use in uses} | set(opened) | {a for c in contacts for a in c[:2]})
    rows = [(*use[:3], *(*use[3:], *(1, None)[len(use) - 3 :])) for use in uses]
    columns = ["account_id", "label", "identifier", "events", "days"]
    frame = pd.DataFrame(rows, columns=columns)
    done = frame.groupby(["account_id", "label"])["events"].sum()
    for (account, label), events in (activity or {}).items():
        # The rest of the activity is with an identifier that nobody else uses.
        more = events - done.get((account, label), 0)
        frame.loc[len(frame)] = [account, label, f"{account} alone", more, None]
    frame["label"] = frame["label"].map(BUILT_IN.labels.index).astype("int64")
    users = frame.groupby(["label", "identifier"])["account_id"].transform("nunique")
    shared = frame.loc[users > 1, ["label", "identifier"]].drop_duplicates()
    identifiers = shared.rename(columns={"identifier": "key"}).sort_values(
        ["label", "key"], ignore_index=True
    )
    at = {pair: n for n, pair in enumerate(identifiers.itertuples(index=False, name=None))}
    identifiers["number"] = len(names) + np.arange(len(identifiers))
    people = pd.DataFrame(
        {
            "account_id": names,
            "number": np.arange(len(names)),
            "opened": [milliseconds(opened.get(n)) for n in names],
            "ended": [milliseconds((ended or {}).get(n)) for n in names],
            "organizations": [
                [declared] if isinstance(declared, str) else list(declared)
                for declared in ((organizations or {}).get(n, ()) for n in names)
            ],
        }
    )
    pairs = pd.DataFrame(
        [(*sorted(c[:2]), c[2]) for c in contacts], columns=["account_a", "account_b", "kind"]
    )
    position = {name: number for number, name in enumerate(names)}
    known = {
        (position[account], at.get((label, identifier))): mask(days)
        for account, label, identifier, _, days in frame.itertuples(index=False)
    }

    def look_up(user, used):
        return np.array([known[use] for use in zip(user, used, strict=True)], dtype=np.uint64)

    return assemble(
        people,
        identifiers,
        Uses(
            user=np.searchsorted(names, frame["account_id"].tolist()) if len(frame) else NOTHING,
            used=np.array(
                [at.get(p, -1) for p in zip(frame["label"], frame["identifier"], strict=True)],
                np.int64,
            ),
            label=frame["label"].to_numpy(),
            events=frame["events"].to_numpy(float),
        ),
        pairs,
        look_up,
        hubs,
    )


def shared(members, label, key, events=1, days=None):
    """The same identifier for all of some accounts."""
    return [(name, label, key, events, days) for name in members]


def crowd(size=300, name="h"):
    """Honest accounts: own address, device, card and prompts, and one of each shared by chance."""
    uses = []
    for label, sharers in (("Ip", 2), ("Device", 2), ("PaymentMethod", 3), ("PromptCluster", 4)):
        order = list(range(size))
        Random(label).shuffle(order)
        for account, place in enumerate(order):
            key = f"{name} {label} {place // sharers}"
            uses.append((f"{name}{account:04}", label, key, 4, WEEKS))
            own = f"{name}{account:04} own {label}"
            uses.append((f"{name}{account:04}", label, own, 6, WEEKS))
    return uses


def leiden(edges, resolution):
    """What groups a graph in place of the server: Leiden of igraph, seeded."""
    if not len(edges):
        return NOTHING, NOTHING
    named, ends = np.unique(np.concatenate([edges.a, edges.b]), return_inverse=True)
    graph = igraph.Graph(len(named), ends.reshape(2, -1).T.tolist())
    igraph.set_random_number_generator(Random(42))
    found = graph.community_leiden("modularity", edges.weight.tolist(), resolution, n_iterations=10)
    return named, np.array(found.membership, dtype=np.int64)


def detected(sharing, **changed):
    """What is found in a world, grouped without a server."""
    return find_rings(sharing, leiden, Parameters(**changed))
