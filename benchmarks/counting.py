"""What it costs that rows with an id count once over all loads.

Ours reads a day of requests, compares their ids with those of the days before, groups them and
records what it counted. The reference does the same without looking at ids at all
(``deduplicate = false``), which is less than any version did. Neither writes to a graph.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import duckdb

from benchmarks.figures import Figure
from benchmarks.measure import Bench
from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.mapping import Mapping
from ringleader.loaders.sources.files import inspect
from ringleader.loaders.tables import LOADERS
from ringleader.loaders.tables.interface import TableInput
from ringleader.loaders.validation.overlap import Earlier
from ringleader.loaders.validation.validate import validate
from ringleader.loaders.workspace import Workspace
from ringleader.loaders.writing import load_records
from ringleader.settings import DEFAULT_CHANNELS as CHANNELS

# Requests of a day for each account of the bench: five million at seed scale.
REQUESTS = 5
DAYS = 7
# Of the requests of a day so many in a hundred come again with the next one.
AGAIN = 2
RUNS = 3

_DAY = """
COPY (
  SELECT 'acct-' || (hash(i * 7 + {day}) % {accounts}) AS account_id,
         TIMESTAMP '2026-03-01' + to_seconds({day} * 86400 + i % 86400) AS timestamp,
         '198.51.' || (hash(i * 7 + {day}) % 200) || '.' || (hash(i * 7 + {day}) % 251) AS ip,
         'dev-' || (hash(i * 7 + {day}) % {accounts}) // 3 AS device_id,
         'model-' || hash(i) % 3 AS model,
         md5(('{day}-' || i)::VARCHAR) AS request_id,
         (hash(i) % 1000)::INTEGER AS input_tokens
  FROM range({rows}) AS t(i)
  UNION ALL
  SELECT 'acct-' || (hash(i * 7 + {before}) % {accounts}),
         TIMESTAMP '2026-03-01' + to_seconds({day} * 86400 + i % 60),
         NULL, NULL, NULL, md5(('{before}-' || i)::VARCHAR), 1
  FROM range({again}) AS t(i)
) TO '{file}' (FORMAT parquet)
"""


def counting(bench: Bench) -> None:
    """Seconds of a day's reading and grouping, with and without ids."""
    home = bench.folder / "counting"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    rows = REQUESTS * bench.accounts
    again = rows * AGAIN // 100
    files = [home / f"{day}.parquet" for day in range(DAYS)]
    with duckdb.connect() as con:
        for day, file in enumerate(files):
            values = {"day": day, "before": day - 1, "accounts": bench.accounts, "rows": rows}
            con.execute(_DAY.format(**values, again=again if day else 0, file=file))
    for day, file in enumerate(files[:-1]):
        _seconds(home, file, day, ids=True)
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for _ in range(RUNS):
        shutil.rmtree(load_records.folder(home, str(DAYS - 1)), ignore_errors=True)
        ours.append(_seconds(home, files[-1], DAYS - 1, ids=True))
        theirs.append(_seconds(home, files[-1], DAYS - 1, ids=False))
    for which, name in enumerate(("", ", processor seconds")):
        bench.note(
            Figure(
                f"a day of {rows:,} requests read, {DAYS - 1} days before it recorded{name}",
                median(run[which] for run in ours),
                "s",
                "the same without ids",
                median(run[which] for run in theirs),
                "<= 1.5",
                f"{AGAIN} in 100 come again; writing is left out of both",
            )
        )
    shutil.rmtree(home)


def _seconds(home: Path, file: Path, day: int, *, ids: bool) -> tuple[float, float]:
    """Read a day; count and record its ids, or leave them alone. Wall and processor seconds."""
    mapping = Mapping(BY_NAME["requests"], options={} if ids else {"deduplicate": False})
    batch = str(day)
    earlier = Earlier(home, tuple(str(number) for number in range(day)))
    loader = LOADERS["requests"]
    begin, busy = perf_counter(), process_time()
    with Workspace(home / "scratch") as workspace:
        later = loader.checked_after_grouping(mapping.table)
        clean = validate(
            workspace, [inspect(file)], mapping, CHANNELS, earlier=earlier, later=later
        )
        plan = loader.plan(TableInput(clean, mapping, CHANNELS, home, batch, None))
        if ids:
            assert plan.clean.counted is not None
            load_records.save_counted(workspace, home, batch, plan.clean.counted)
        return perf_counter() - begin, process_time() - busy
