"""Two walks through ringleader, each from files to exported rings; every command is shown.

``python examples/run.py demo`` simulates a small campaign; ``python examples/run.py hop`` takes
a real airdrop review. Each has a server and a home of its own, so that nothing meets your own data.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

HOP = Path(__file__).resolve().parent / "hop"


class Walk:
    """Commands in order, shown before they run; the first that fails ends the walk."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("NEO4J_")},
            "RINGLEADER_HOME": str(home.absolute()),
        }

    def step(self, why: str, *arguments: str | Path) -> None:
        """Say why, show the command, and run it."""
        words = [str(argument) for argument in arguments]
        print(f"\n# {why}\n$ ringleader {shlex.join(words)}", flush=True)
        result = subprocess.run([sys.executable, "-m", "ringleader", *words], env=self.environment)
        if result.returncode:
            sys.exit(result.returncode)

    def farewell(self) -> None:
        """Say how to go on, and how to end the server."""
        print(f"\nLook around:  export RINGLEADER_HOME={shlex.quote(str(self.home.absolute()))}")
        print("              .venv/bin/ringleader query list")
        print("End it with:  .venv/bin/ringleader server stop")


def demo(folder: Path) -> None:
    """Simulate, load, detect, explain, evaluate, hand over."""
    walk, sample = Walk(folder / "home"), folder / "sample"
    walk.step(
        "three operators hide among 3,000 honest accounts (docs/simulation.md)",
        *("simulate", "--accounts", "3000", "--output", sample),
    )
    walk.step("a Neo4j of your own", "server", "start")
    walk.step("load its tables; labels, the truth, do not steer detection", "load", "all", sample)
    walk.step("find rings", "detect")
    walk.step("which rings are there", "rings", "list")
    rings = walk_rows(walk, "rings", "list", "--format", "csv")
    if rings:
        walk.step("why is the first one a ring", "rings", "explain", rings[0])
    walk.step("which rings are of one hand", "campaigns", "list")
    walk.step(
        "how good is that, against the truth",
        *("evaluate", "--labels", sample / "labels.parquet"),
    )
    walk.step("hand it over: a table", "export", "rings", "--output", folder / "rings.csv")
    walk.step("and a page to read", "report", "--output", folder / "report.html")
    walk.farewell()


def hop(data: Path, home: Path, known_hubs: bool) -> None:
    """Load a real review, detect, list, evaluate, export."""
    needed = ("accounts.csv", "transfers.parquet", "labels.csv")
    missing = [name for name in needed if not (data / name).exists()]
    if missing:
        print(f"error: {data} has no {missing[0]}; see examples/hop/README.md", file=sys.stderr)
        sys.exit(1)
    walk, mapping = Walk(home), HOP / "mapping.toml"
    # Another folder of data may have been loaded before: start from an empty graph.
    walk.step("end what may run", "server", "stop")
    walk.step("forget what was loaded before", "server", "reset", "--yes")
    walk.step("a Neo4j of its own", "server", "start")
    walk.step(
        "accounts under review", "load", "accounts", data / "accounts.csv", "--mapping", mapping
    )
    for table, why in (
        ("payments", "transfers: the counterparty plays the shared payment method"),
        ("contacts", "transfers between accounts under review"),
    ):
        walk.step(why, "load", table, data / "transfers.parquet", "--mapping", mapping)
    hubs = ("--known-hubs", data / "known_hubs.csv") if known_hubs else ()
    walk.step("find rings", "detect", *hubs)
    walk.step("the first rings", "rings", "list", "--limit", "10")
    walk.step(
        "against the reviewers' labels",
        "evaluate",
        "--labels",
        data / "labels.csv",
        "--mapping",
        mapping,
    )
    walk.step("hand it over", "export", "rings", "--output", home / "rings.csv")
    walk.farewell()


def walk_rows(walk: Walk, *arguments: str) -> list[str]:
    """The first column of a command's CSV, quietly."""
    result = subprocess.run(
        [sys.executable, "-m", "ringleader", *arguments],
        env=walk.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split(",")[0] for line in result.stdout.splitlines()[1:]]


def main() -> None:
    """Run one of the walks."""
    parser = argparse.ArgumentParser(description=__doc__)
    walks = parser.add_subparsers(dest="walk", required=True)
    for name, folder in (("demo", Path("demo")), ("hop", Path("demo") / "hop")):
        walk = walks.add_parser(name)
        walk.add_argument("--folder", type=Path, default=folder, help="where it keeps its things")
    walks.choices["hop"].add_argument("--data", type=Path, required=True)
    walks.choices["hop"].add_argument("--known-hubs", action="store_true")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if arguments.walk == "demo":
        demo(arguments.folder)
    else:
        hop(arguments.data, arguments.folder, arguments.known_hubs)


if __name__ == "__main__":
    main()
