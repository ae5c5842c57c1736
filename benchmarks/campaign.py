"""The reported campaign from nothing to exported rings, and how its cost grows."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.measure import Bench, Ran, ringleader, run, served
from ringleader.loaders.workspace import MEMORY

_STAGE = re.compile(r"^(.+): ([0-9.]+) s$", re.MULTILINE)
GIB = 2.0**30
MINUTES = 60.0


def stages(ran: Ran) -> dict[str, float]:
    """Seconds of the stages that a command told."""
    return {name: float(seconds) for name, seconds in _STAGE.findall(ran.stderr)}


def simulated(bench: Bench, accounts: int) -> Path:
    """The folder of a simulation, made if it is not there."""
    folder = bench.folder / f"campaign-{accounts}-{bench.seed}"
    if not (folder / "simulation.json").exists():
        measure_simulation(bench, accounts, folder)
    return folder


def measure_simulation(bench: Bench, accounts: int, folder: Path) -> None:
    """Time the simulation."""
    options = ("--accounts", str(accounts), "--seed", str(bench.seed), "--output", folder)
    made = ringleader("simulate", *options, home=bench.home("simulate"))
    whole = accounts == bench.accounts
    bench.note(
        Figure(
            f"simulate {accounts:,} honest accounts",
            made.seconds,
            "s",
            bar="<= 360" if whole and bench.is_seed_scale else "",
            note=f"peak memory {made.peak / GIB:.2f} GiB",
        )
    )


def raw_to_rings(bench: Bench, accounts: int) -> dict[str, float]:
    """Load everything in bulk, detect, export; returns seconds of the three and of stages.

    The server is down again afterwards: the next one needs the memory.
    """
    folder = simulated(bench, accounts)
    home = bench.home(f"campaign-{accounts}")
    ringleader("server", "stop", home=home)
    loaded = ringleader("load", "all", folder, "--bulk", "--overwrite", home=home)
    found = ringleader("detect", "--format", "jsonl", home=home)
    rings = home / "rings.csv"
    exported = ringleader("export", "rings", "--output", rings, home=home)
    ringleader("server", "stop", home=home)
    seconds = {"load": loaded.seconds, "detect": found.seconds, "export": exported.seconds}
    told = {**seconds, **stages(loaded), **stages(found)}
    _show(told)
    return {
        **told,
        "load peak": float(loaded.peak),
        "detect peak": float(found.peak),
        "members": float(found.rows[0]["accounts_in_rings"]),
    }


def _show(seconds: dict[str, float]) -> None:
    for name, value in seconds.items():
        print(f"  {name}: {value:.1f} s", flush=True)


def whole(bench: Bench) -> None:
    """The campaign at its size, at a tenth of it, and how one compares to the other."""
    tenth = raw_to_rings(bench, bench.tenth)
    full = raw_to_rings(bench, bench.accounts)
    seed_scale = bench.is_seed_scale
    imported = full["neo4j-admin database import"]
    bench.note(
        Figure(
            "first load, end to end",
            full["load"],
            "s",
            "neo4j-admin database import alone",
            imported,
            "<= 1.4",
            f"peak memory of the client {full['load peak'] / GIB:.2f} GiB",
        )
    )
    plain = csv_import(bench)
    by_csv = "neo4j-admin import of the same rows as CSV"
    bench.note(Figure("first load, end to end", full["load"], "s", by_csv, plain))
    total = full["load"] + full["detect"] + full["export"]
    bench.note(
        Figure("raw tables to exported rings", total, "s", bar="<= 360" if seed_scale else "")
    )
    peak = f"peak memory of the client {full['detect peak'] / GIB:.2f} GiB"
    bench.note(
        Figure("detection", full["detect"], "s", bar="<= 120" if seed_scale else "", note=peak)
    )
    growth = ("detection with ten times the accounts", "a tenth of them")
    bench.note(Figure(growth[0], full["detect"], "s", growth[1], tenth["detect"], "<= 12"))
    quality(bench)


def csv_import(bench: Bench) -> float:
    """Seconds of importing the campaign's rows as the manual of ``neo4j-admin`` shows it."""
    home = bench.home("csv-import")
    files = home / "files"
    folder = simulated(bench, bench.accounts)
    ringleader("load", "all", folder, "--bulk", "--write-only", files, home=home)
    done = run([sys.executable, "-m", "benchmarks.references.csv_import", files], home=home)
    for made in (files, home / "csv"):
        shutil.rmtree(made)
    return float(done.rows[0]["seconds"])


def quality(bench: Bench) -> None:
    """What detection at the full size found, against the truth."""
    labels = simulated(bench, bench.accounts) / "labels.parquet"
    home = bench.home(f"campaign-{bench.accounts}")
    with served(home):
        ran = ringleader("evaluate", "--labels", labels, "--format", "jsonl", home=home)
    told = ran.rows[0]
    bars = {"account_precision": ">= 0.99", "account_recall": ">= 0.95", "bcubed_f1": ">= 0.9"}
    for name, bar in bars.items():
        bench.note(Figure(name.replace("_", " "), told[name] or 0.0, "", bar=bar))


def crowded_address(bench: Bench) -> None:
    """One more address, used once by a tenth of all accounts, must not change detection's time."""
    accounts = bench.accounts
    folder, home = simulated(bench, accounts), bench.home(f"campaign-{accounts}")
    crowd = home / "crowd.parquet"
    _write_crowd(folder / "accounts.parquet", crowd, accounts // 10)
    with served(home):
        before = ringleader("detect", home=home)
        ringleader("load", "requests", crowd, home=home)
        after = ringleader("detect", home=home)
    what = f"detection with an address of {accounts // 10:,} accounts"
    _show(stages(before))
    _show(stages(after))
    bench.note(Figure(what, after.seconds, "s", "without it", before.seconds, "<= 1.1"))


def _write_crowd(accounts: Path, target: Path, count: int) -> None:
    import duckdb

    duckdb.execute(
        "COPY (SELECT account_id, TIMESTAMP '2026-02-10 12:00:00' AS timestamp,"
        " '192.0.2.1' AS ip FROM read_parquet($accounts) ORDER BY account_id LIMIT $count)"
        f" TO '{target}' (FORMAT parquet)",
        {"accounts": str(accounts), "count": count},
    )


def aggregation(bench: Bench) -> None:
    """Requests to one row per account and identifier, against DuckDB's bare GROUP BYs."""
    folder, home = simulated(bench, bench.accounts), bench.home("aggregation")
    days = sorted((folder / "requests").glob("*.parquet"))
    part = home / "part"
    part.mkdir(exist_ok=True)
    for day in days[: max(len(days) // 10, 1)]:
        (part / day.name).unlink(missing_ok=True)
        (part / day.name).symlink_to(day)
    for day in days:
        day.read_bytes()  # whoever comes first reads from memory too
    bare = _bare(home, folder)
    bounded = _bare(home, folder, MEMORY)
    ours = ringleader("load", "requests", folder / "requests", "--dry-run", home=home)
    few = ringleader("load", "requests", part, "--dry-run", home=home)
    what = "requests checked and aggregated"
    reference = "bare DuckDB GROUP BYs"
    bench.note(Figure(what, ours.seconds, "s", reference, bare.seconds, "<= 1.25"))
    bench.note(Figure(what, ours.seconds, "s", f"{reference} in {MEMORY}", bounded.seconds))
    bench.note(
        Figure(
            "peak memory of aggregating",
            ours.peak / GIB,
            "GiB",
            bar="<= 3",
            note=f"a tenth of the days: {few.peak / GIB:.2f} GiB",
        )
    )


def _bare(home: Path, folder: Path, *memory: str) -> Ran:
    """The reference, into a database file that goes again."""
    database = home / "bare.duckdb"
    module, files = "benchmarks.references.group_by", folder / "requests" / "*.parquet"
    try:
        return run([sys.executable, "-m", module, database, files, *memory], home=home)
    finally:
        database.unlink(missing_ok=True)
