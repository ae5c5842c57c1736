"""Small worlds of accounts and identifiers, as the arrays that linking works on."""

import numpy as np
import pandas as pd

from ringleader.algorithms.evidence.sharing import UNKNOWN, Uses, assemble, seconds
from ringleader.schema import BUILT_IN

DAY = 86_400_000
NOTHING = np.zeros(0, np.int64)


def milliseconds(day):
    return UNKNOWN if day is None or pd.isna(day) else int(day * DAY)


def world(uses, opened=None, contacts=(), organizations=None, hubs=(), activity=None, ended=None):
    """Sharing from ``(account, label, identifier[, events[, first day[, last day]]])`` tuples.

    Args:
        uses: The uses.
        opened: Day of opening of each account; accounts only named here exist too.
        contacts: ``(account, account, kind)``.
        organizations: Declared organization of accounts, or a list of several.
        hubs: Known hubs.
        ended: Day on which accounts were banned.
        activity: Events per ``(account, label)`` where they exceed those in ``uses``.
    """
    opened = dict(opened or {})
    names = sorted({use[0] for use in uses} | set(opened) | {a for c in contacts for a in c[:2]})
    rows = []
    for account, label, identifier, *rest in uses:
        events, first, last = (*rest, *(1, None, None)[len(rest) :])
        rows.append(
            (account, label, identifier, events, first, last if last is not None else first)
        )
    columns = ["account_id", "label", "identifier", "events", "first_seen", "last_seen"]
    frame = pd.DataFrame(rows, columns=columns)
    done = frame.groupby(["account_id", "label"])["events"].sum()
    for (account, label), events in (activity or {}).items():
        # The rest of the activity is with an identifier that nobody else uses.
        more = events - done[account, label]
        frame.loc[len(frame)] = [account, label, f"{account} alone", more, None, None]
    frame["label"] = frame["label"].map(BUILT_IN.labels.index).astype("int64")
    users = frame.groupby(["label", "identifier"])["account_id"].transform("nunique")
    shared = frame.loc[users > 1, ["label", "identifier"]].drop_duplicates()
    identifiers = shared.rename(columns={"identifier": "key"}).sort_values(
        ["label", "key"], ignore_index=True
    )
    at = {pair: n for n, pair in enumerate(identifiers.itertuples(index=False, name=None))}
    identifiers["number"] = np.arange(len(identifiers))
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
    times = {
        (position[account], at.get((label, identifier))): (
            milliseconds(first),
            milliseconds(last),
        )
        for account, label, identifier, _, first, last in frame.itertuples(index=False)
    }

    def look_up(user, used):
        told = [times[use] for use in zip(user, used, strict=True)]
        return tuple(seconds(np.array(column, np.int64)) for column in zip(*told, strict=True))

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
