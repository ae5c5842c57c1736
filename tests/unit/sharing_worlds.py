"""Small worlds of accounts and identifiers, as the arrays that linking works on."""

import pandas as pd

from algorithms.sharing import assemble
from ringleader.schema import IDENTIFIERS

DAY = 86_400_000


def world(uses, opened=None, contacts=(), organizations=None, hubs=(), activity=None):
    """Sharing from ``(account, label, identifier[, events[, first day[, last day]]])`` tuples.

    Args:
        uses: The uses.
        opened: Day of opening of each account; accounts only named here exist too.
        contacts: ``(account, account, kind)``.
        organizations: Declared organization of accounts, or a list of several.
        hubs: Known hubs.
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
    for column in ("first_seen", "last_seen"):
        frame[column] = frame[column].astype(float) * DAY
    done = frame.pivot_table(
        index="account_id", columns="label", values="events", aggfunc="sum", fill_value=0
    ).reindex(index=names, columns=list(IDENTIFIERS), fill_value=0)
    for (account, label), events in (activity or {}).items():
        done.loc[account, label] = events
    paid = frame[frame["label"] == "PaymentMethod"].groupby("account_id")["identifier"].nunique()
    done["payment_methods"] = paid.reindex(names).fillna(0)
    done.index.name = "account_id"
    users = frame.groupby(["label", "identifier"])["account_id"].transform("nunique")
    shared = frame[users > 1].assign(accounts=users[users > 1])
    people = pd.DataFrame(
        {
            "account_id": names,
            "opened": [opened[n] * DAY if n in opened else None for n in names],
            "organizations": [
                [declared] if isinstance(declared, str) else list(declared)
                for declared in ((organizations or {}).get(n, ()) for n in names)
            ],
        }
    )
    pairs = pd.DataFrame(
        [(*sorted(c[:2]), c[2]) for c in contacts], columns=["account_a", "account_b", "kind"]
    )
    return assemble(people, shared, done.reset_index(), pairs, hubs)
