"""Run the benchmarks: ``python -m benchmarks [--size smoke|tenth|seed] [--only NAME]``.

Prints and saves a table in which every figure stands beside its reference of the same run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from benchmarks import campaign, counting, daily, grouping
from benchmarks.figures import machine, save, table
from benchmarks.measure import Bench, ringleader

# Honest accounts, heap and page cache of the server.
SIZES = {
    "smoke": (2_000, "1g", "256m"),
    "tenth": (100_000, "3g", "1g"),
    "seed": (1_000_000, "6g", "6g"),
}
PARTS: dict[str, Callable[[Bench], None]] = {
    "aggregation": campaign.aggregation,
    "campaign": campaign.whole,
    "crowd": campaign.crowded_address,
    "counting": counting.counting,
    "daily": daily.day,
    "grouping": grouping.others,
}


def main() -> None:
    """Run the parts that are asked for, in order, and save the table."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks")
    parser.add_argument("--size", choices=SIZES, default="seed")
    parser.add_argument("--only", choices=PARTS, action="append", help="may be repeated")
    parser.add_argument("--seed", type=int, default=7, help="of the simulation")
    parser.add_argument("--folder", type=Path, default=Path("benchmarks/out"))
    arguments = parser.parse_args()
    accounts, heap, page_cache = SIZES[arguments.size]
    folder = arguments.folder.absolute()
    bench = Bench(folder, accounts, arguments.seed, heap, page_cache)
    took = {}
    try:
        for name in arguments.only or PARTS:
            print(f"# {name}", flush=True)
            begin = perf_counter()
            PARTS[name](bench)
            took[name] = f"{perf_counter() - begin:.0f} s"
            print(f"# {name} took {took[name]}", flush=True)
    finally:
        for home in sorted((folder / "homes").glob("*")):
            ringleader("server", "stop", home=home)
    said = {**machine(), "size": f"{accounts:,} honest accounts", "seed": str(arguments.seed)}
    said |= {f"part {name}": seconds for name, seconds in took.items()}
    save(folder, f"table-{arguments.size}", bench.figures, said)
    print("\n" + table(bench.figures))


if __name__ == "__main__":
    main()
