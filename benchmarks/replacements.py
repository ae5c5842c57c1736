"""How many replacements the check names: ``python -m benchmarks.replacements [--accounts 60000]``.

It simulates a campaign, one of whose operators replaces banned accounts within 5 to 40 minutes, and
asks of every account that was opened in its time, with what its first ten requests show, whether
it may replace one that was banned. The figures are those of the check: the same function weighs
the same facts, read here by DuckDB so that no database is needed.

Who replaces whom is not in the tables. An account counts as a replacement if it was opened 5 to 40
minutes after the ban of an account of its ring; some were by coincidence, so the share that is
found is at the least what the table says.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb

from ringleader.algorithms.checking.replacing import (
    HOURS,
    MOST_USERS,
    RAREST,
    Stops,
    predecessors,
)
from ringleader.api.simulating import simulate

REQUESTS = 10
MOST_READ = 20
VIEWS = """
CREATE VIEW accounts AS FROM read_parquet('{folder}/accounts.parquet');
CREATE VIEW labels AS FROM read_parquet('{folder}/labels.parquet');
CREATE VIEW requests AS FROM read_parquet('{folder}/requests/*.parquet');
CREATE MACRO uses_of(source) AS TABLE
SELECT DISTINCT account_id, label, key
FROM (UNPIVOT (
  SELECT account_id, ip AS "Ip", device_id AS "Device", prompt_cluster_id AS "PromptCluster"
  FROM query_table(source)
) ON "Ip", "Device", "PromptCluster" INTO NAME label VALUE key);
CREATE TABLE uses AS FROM uses_of('requests');
CREATE TABLE users AS SELECT label, key, count(*) AS number FROM uses GROUP BY ALL;
CREATE TABLE first_requests AS FROM (
  SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY timestamp) AS place FROM requests
) WHERE place <= {requests};
CREATE TABLE shown AS FROM uses_of('first_requests');
CREATE TABLE opened AS FROM accounts
WHERE created_at >= (SELECT min(timestamp) - INTERVAL 7 DAY FROM requests);
"""
# As the stored query does, which looks at the rarest identifiers of an account.
PAIRS = """
WITH rarest AS (
  SELECT account_id, label, key, number FROM shown JOIN users USING (label, key)
  WHERE number <= {users}
  QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY number) <= {rarest}
)
SELECT new.account_id, old.account_id AS other, epoch(old.status_at) AS stopped,
       epoch(new.created_at - old.status_at) / 3600.0 AS hours, label, key, number
FROM opened AS new JOIN rarest USING (account_id)
JOIN uses AS theirs USING (label, key) JOIN accounts AS old ON old.account_id = theirs.account_id
WHERE old.status = 'banned' AND old.account_id <> new.account_id
  AND old.status_at <= new.created_at AND old.status_at > new.created_at - INTERVAL {hours} HOUR
GROUP BY ALL
"""
COHORTS = """
SELECT opened.account_id, campaign, EXISTS (
  SELECT 1 FROM accounts AS old JOIN labels AS theirs USING (account_id)
  WHERE old.status = 'banned' AND theirs.ring_id = labels.ring_id
    AND opened.created_at BETWEEN old.status_at + INTERVAL 5 MINUTE
                              AND old.status_at + INTERVAL 40 MINUTE
) AS replaces
FROM opened JOIN labels USING (account_id)
"""


def measured(folder: Path) -> list[dict[str, object]]:
    """Accounts that are named, by cohort, replacements apart.

    Args:
        folder: A simulated campaign.
    """
    with duckdb.connect() as connection:
        connection.execute("SET timezone = 'UTC'")
        connection.execute(VIEWS.format(folder=folder, requests=REQUESTS))
        [(accounts,)] = connection.sql("SELECT count(*) FROM accounts").fetchall()
        times = connection.sql(
            "SELECT epoch(status_at) FROM accounts WHERE status = 'banned' ORDER BY 1"
        ).fetchall()
        pairs = connection.sql(
            PAIRS.format(users=MOST_USERS, hours=HOURS, rarest=RAREST)
        ).fetchall()
        cohorts = connection.sql(COHORTS).fetchall()
    stops = Stops([at for (at,) in times])
    shared: dict[str, dict[tuple[str, float, float], list[tuple[str, str, int]]]] = {}
    for account, other, stopped, lag, label, key, count in pairs:
        one = shared.setdefault(account, {}).setdefault((other, stopped, lag), [])
        one.append((label, key, count))
    named = set()
    for account, theirs in shared.items():
        found: list[dict[str, Any]] = [
            {"account_id": other, "status": "", "stopped": stopped, "hours": lag, "shared": both}
            for (other, stopped, lag), both in theirs.items()
        ]
        # The stored query reads no more of them.
        found.sort(key=lambda one: (-len(one["shared"]), -one["stopped"], one["account_id"]))
        if predecessors(found[:MOST_READ], accounts, stops):
            named.add(account)
    asked: dict[str, list[bool]] = defaultdict(list)
    for account, campaign, replaces in cohorts:
        cohort = f"{campaign}, replacements" if replaces and campaign != "honest" else campaign
        asked[cohort].append(account in named)
    return [
        {
            "cohort": cohort,
            "opened": len(found),
            "named": sum(found),
            "part": f"{sum(found) / len(found):.2%}",
        }
        for cohort, found in sorted(asked.items())
    ]


def main() -> None:
    """Simulate, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--accounts", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="a simulation that is there already")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made) / "campaign"
        if given.folder is None:
            simulate(folder, accounts=given.accounts, seed=given.seed)
        for row in measured(folder):
            print(f"{row['cohort']:24} {row['opened']:>7} {row['named']:>6} {row['part']:>8}")


if __name__ == "__main__":
    main()
