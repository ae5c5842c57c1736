"""How synchronous the operators and look-alikes of a crossed simulation are.

``python -m benchmarks.synchrony FOLDER`` reads a folder of ``ringleader simulate --crossed`` and
prints a line for each kind of group: operators by their timing, look-alikes by their cohort, honest
accounts in random groups of :data:`HONEST`. Of a large group a sample of :data:`MOST` accounts is
measured; accounts without requests are left out. Decision 0016 has the figures.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from ringleader.algorithms.evaluation.synchrony import synchrony

LEAST, MOST, HONEST, SEED = 6, 200, 30, 1
GROUPS = """
SELECT account_id AS account, 'operator: ' || timing AS kind, operator AS "group"
FROM read_parquet($folder || '/labels.parquet') JOIN read_csv($folder || '/traits.csv') AS traits
     ON campaign = operator
UNION ALL
SELECT account_id, cohort, cohort || coalesce("group"::VARCHAR, '')
FROM read_csv($folder || '/cohorts.csv')
"""
HOURS = """
SELECT DISTINCT account_id AS account, epoch_ms(timestamp::TIMESTAMP) // 3600000 AS hour
FROM read_parquet($folder || '/requests/*.parquet')
"""


def measure(folder: Path) -> pd.DataFrame:
    """A line for each group: kind, accounts, and lift and z by own hours and by own days too."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        said = {"folder": str(folder)}
        groups = connection.execute(GROUPS, said).df()
        hours = connection.execute(HOURS, said).df()
    chance = np.random.default_rng(SEED)
    honest = groups["kind"] == "honest"
    groups.loc[honest, "group"] = [
        f"honest{n}" for n in chance.permutation(int(honest.sum())) // HONEST
    ]
    active = hours.merge(groups, on="account")
    lines = []
    for (kind, _), rows in active.groupby(["kind", "group"]):
        who, names = pd.factorize(rows["account"])
        kept = chance.permutation(len(names))[:MOST]
        if len(kept) < LEAST:
            continue
        chosen = np.isin(who, kept)
        account, hour = who[chosen].astype(np.int64), rows["hour"].to_numpy(np.int64)[chosen]
        hours_only, days_too = (synchrony(account, hour, own_days=own) for own in (False, True))
        found = (hours_only.lift, hours_only.z, days_too.lift, days_too.z)
        lines.append((kind, len(kept), *found))
    columns = ["kind", "accounts", "lift by hours", "z by hours", "lift", "z"]
    return pd.DataFrame(lines, columns=columns)


def main(folder: Path) -> None:
    """Print the kinds of groups, with the least and the greatest of each figure."""
    lines = measure(folder)
    print(lines.groupby("kind").agg(["min", "max"]).round(2).to_string())
    print(lines.groupby("kind").size().rename("groups").to_string())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
