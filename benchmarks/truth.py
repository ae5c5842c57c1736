"""How well rings are found, against the truth: ``python -m benchmarks.truth``.

Simulates operators of crossed traits for each seed, loads, detects and evaluates; then the same for
a tenth of the reported campaign, and for a real airdrop review if its data are there. Every method
of detection is a column of the table, which the README shows.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.measure import ringleader, served

Row = dict[str, Any]
OURS = "ours"
LEAST = "least recall of a value of a trait, over the seeds"
_MAPPING = Path(__file__).resolve().parent.parent / "examples" / "hop" / "mapping.toml"


@dataclass(frozen=True)
class Measure:
    """One line of the table.

    Attributes:
        data: The data set.
        what: What is measured.
        target: What has to hold, such as ``>= 0.95``; empty for nothing.
        read: The value in the rows of ``ringleader evaluate``; None where there is none.
    """

    data: str
    what: str
    target: str
    read: Callable[[Sequence[Row]], float | None]

    def worst(self, values: Sequence[float]) -> float:
        """The worst of several seeds."""
        return max(values) if self.target.startswith("<=") else min(values)

    def met(self, value: float) -> bool | None:
        """Whether a value keeps to the target; None without one."""
        if not self.target:
            return None
        sign, bound = self.target.split()
        return value <= float(bound) if sign == "<=" else value >= float(bound)


def _of(kind: str, name: str, column: str) -> Callable[[Sequence[Row]], float | None]:
    def read(rows: Sequence[Row]) -> float | None:
        found: list[float | None] = [
            row[column] for row in rows if (row["kind"], row["name"]) == (kind, name)
        ]
        return found[0] if found else None

    return read


def _found_by_half(rows: Sequence[Row]) -> float | None:
    row = next(r for r in rows if (r["kind"], r["name"]) == ("trait", "kinds_shared>=2"))
    return float(row["found_by_half"] / row["operators"]) if row["operators"] else None


def _worst_cohort(rows: Sequence[Row]) -> float | None:
    return max((row["found_share"] for row in rows if row["kind"] == "cohort"), default=None)


def _split(rows: Sequence[Row]) -> float | None:
    """The most campaigns that one operator's accounts are in."""
    return max((row["campaigns"] for row in rows if row["kind"] == "operator"), default=None)


def _measures(
    data: str, targets: Iterable[tuple[str, str, Callable[[Sequence[Row]], float | None]]]
) -> list[Measure]:
    return [Measure(data, what, target, read) for what, target, read in targets]


_PRECISION, _RECALL = (
    _of("rings", "all", "account_precision"),
    _of("rings", "all", "account_recall"),
)
_F1 = _of("rings", "all", "bcubed_f1")
_MIXED = _of("mixed", "campaigns", "campaigns")
_PURITY = "campaigns with accounts of several operators"
CROSSED = _measures(
    "crossed traits",
    [
        ("operators found by half, of those that share two kinds", ">= 0.95", _found_by_half),
        (
            "account recall of these operators",
            ">= 0.95",
            _of("trait", "kinds_shared>=2", "account_recall"),
        ),
        ("account precision", ">= 0.995", _PRECISION),
        (LEAST, ">= 0.9", lambda _: None),
        ("largest share of an honest cohort in rings", "<= 0.001", _worst_cohort),
        (_PURITY, "<= 0", _MIXED),
        ("account recall of all operators", "", _RECALL),
    ],
)
CAMPAIGN = _measures(
    "reported campaign",
    [
        ("account precision", ">= 0.995", _PRECISION),
        ("account recall", ">= 0.985", _RECALL),
        ("B-cubed F1", ">= 0.98", _F1),
        ("campaigns of one operator, at most", "<= 1", _split),
    ],
)
HOP = _measures(
    "airdrop review",
    [
        ("account precision", ">= 0.93", _PRECISION),
        ("account recall", "", _RECALL),
        ("B-cubed F1", ">= 0.76", _F1),
        ("pair recall of reported rings", ">= 0.27", _of("rings", "report", "pair_recall")),
    ],
)


@dataclass(frozen=True)
class Result:
    """What one method found in one data set.

    Attributes:
        data: The data set.
        seed: Of a simulation.
        method: How it was detected.
        seconds: How long detection took.
        rows: What ``ringleader evaluate`` said.
    """

    data: str
    seed: int | None
    method: str
    seconds: float
    rows: list[Row]


@dataclass(frozen=True)
class Trial:
    """Measures the methods on one graph after another.

    Attributes:
        folder: For tables and the server's home.
        methods: What is compared.
    """

    folder: Path
    methods: Sequence[str]

    @property
    def home(self) -> Path:
        """The home of the server."""
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        return home

    def simulated(self, data: str, seed: int, *options: str) -> list[Result]:
        """Simulate, load, and measure.

        Args:
            data: Name of the data set.
            seed: Of the simulation.
            options: Of ``ringleader simulate``.
        """
        truth = self.loaded(seed, *options)
        with served(self.home):
            return self._measured(data, seed, "--labels", truth / "labels.parquet")

    def loaded(self, seed: int, *options: str) -> Path:
        """Simulate and load into an empty database.

        Args:
            seed: Of the simulation.
            options: Of ``ringleader simulate``.

        Returns:
            The folder of the truth, which stays outside the graph.
        """
        tables, truth = self.folder / "tables", self.folder / "truth"
        where = ("--output", tables)
        ringleader("simulate", "--seed", str(seed), *where, *options, home=self.home)
        shutil.rmtree(truth, ignore_errors=True)
        truth.mkdir()
        for name in ("labels.parquet", "traits.csv"):
            if (tables / name).exists():
                (tables / name).rename(truth / name)
        ringleader("load", "all", tables, "--bulk", "--overwrite", home=self.home)
        return truth

    def reviewed(self, data: str, folder: Path) -> list[Result]:
        """Load the airdrop review, and measure.

        Args:
            data: Name of the data set.
            folder: Where its files are.
        """
        ringleader("server", "reset", "--yes", home=self.home)
        mapping = ("--mapping", _MAPPING)
        with served(self.home):
            ringleader("load", "accounts", folder / "accounts.csv", *mapping, home=self.home)
            for table in ("payments", "contacts"):
                ringleader("load", table, folder / "transfers.parquet", *mapping, home=self.home)
            return self._measured(data, None, "--labels", folder / "labels.csv", *mapping)

    def _measured(self, data: str, seed: int | None, *truth: str | Path) -> list[Result]:
        results = []
        for method in self.methods:
            chosen = () if method == OURS else ("--method", method)
            ran = ringleader("detect", *chosen, home=self.home)
            said = ringleader("evaluate", *truth, "--format", "json", home=self.home)
            of = f"{data}, {method}" + ("" if seed is None else f", seed {seed}")
            print(f"# {of}: detected in {ran.seconds:.0f} s", flush=True)
            results.append(Result(data, seed, method, ran.seconds, json.loads(said.stdout)))
        return results


def table(results: Sequence[Result], methods: Sequence[str]) -> str:
    """The results as a table of Markdown: the mean of the seeds, and the worst of them.

    Args:
        results: What was measured.
        methods: The columns.
    """
    lines = [
        f"| data | figure | target | {' | '.join(methods)} |",
        "| --- | --- | --- |" + " ---: |" * len(methods),
    ]
    for measure in (*CROSSED, *CAMPAIGN, *HOP):
        cells = []
        for method in methods:
            mine = [r.rows for r in results if (r.data, r.method) == (measure.data, method)]
            values = [v for v in map(measure.read, mine) if v is not None]
            if mine and measure.what == LEAST:
                least = least_recall(results, method)
                values = [] if least is None else [least]
            cells.append(_cell(measure, values) if values else "")
        if any(cells):
            said = [measure.data, measure.what, measure.target, *cells]
            lines.append(f"| {' | '.join(said)} |")
    for data in dict.fromkeys(r.data for r in results):
        seconds = [
            fmean(r.seconds for r in results if (r.data, r.method) == (data, method))
            for method in methods
        ]
        times = " | ".join(f"{value:.0f}" for value in seconds)
        lines.append(f"| {data} | seconds of detection | | {times} |")
    return "\n".join(lines) + "\n"


def _cell(measure: Measure, values: Sequence[float]) -> str:
    worst = measure.worst(values)
    text = f"{fmean(values):.4g}"
    if len(set(values)) > 1:
        text += f" (worst {worst:.4g})"
    return text if measure.met(worst) is not False else f"**{text}**"


def _pooled(
    results: Iterable[Result], method: str, kind: str, columns: Sequence[str]
) -> dict[str, list[int]]:
    """Counts of the crossed data, added up over the seeds, by name of the row."""
    pooled: dict[str, list[int]] = {}
    for result in results:
        if (result.data, result.method) == (CROSSED[0].data, method):
            for row in (row for row in result.rows if row["kind"] == kind):
                before = pooled.get(row["name"], [0] * len(columns))
                added = (row[column] for column in columns)
                pooled[row["name"]] = [a + b for a, b in zip(before, added, strict=True)]
    return pooled


def least_recall(results: Iterable[Result], method: str) -> float | None:
    """The least account recall of a value of a trait, over all seeds.

    Args:
        results: What was measured.
        method: The method.
    """
    pooled = _pooled(results, method, "trait", ("accounts", "found"))
    recalls = [
        found / accounts
        for name, (accounts, found) in pooled.items()
        if accounts and "=" in name and not name.startswith(("kinds_shared", "shares_"))
    ]
    return min(recalls, default=None)


def by_value(results: Sequence[Result], method: str) -> str:
    """Recall of each value of each trait, and the honest cohorts in rings, over all seeds.

    Args:
        results: What was measured.
        method: The method.

    Returns:
        Two tables of Markdown.
    """
    lines = [
        f"| trait ({method}) | operators | found by half | accounts | account recall |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    columns = ("operators", "found_by_half", "accounts", "found")
    for name, counts in _pooled(results, method, "trait", columns).items():
        operators, half, accounts, found = counts
        recall = f"{found / accounts:.3f}" if accounts else ""
        lines.append(f"| {name} | {operators} | {half} | {accounts:,} | {recall} |")
    lines += [
        "",
        f"| honest cohort in rings ({method}) | accounts | in rings | share |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, (accounts, found) in _pooled(
        results, method, "cohort", ("accounts", "found")
    ).items():
        if found:
            lines.append(f"| {name} | {accounts:,} | {found:,} | {found / accounts:.4f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure every data set that is asked for, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.truth")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3, 4, 5])
    parser.add_argument("--accounts", type=int, default=60_000, help="honest ones, crossed traits")
    parser.add_argument("--campaign-seeds", type=int, nargs="*", default=[7])
    parser.add_argument("--campaign-accounts", type=int, default=100_000, help="honest ones")
    parser.add_argument("--hop", type=Path, help="folder of the airdrop review")
    parser.add_argument(
        "--method", action="append", help=f"of detection; may be repeated [default: {OURS}]"
    )
    parser.add_argument("--folder", type=Path, default=Path("benchmarks/out/truth"))
    arguments = parser.parse_args()
    methods = arguments.method or [OURS]
    folder = arguments.folder.absolute()
    trial, results = Trial(folder, methods), []
    for seed in arguments.seeds:
        size = ("--accounts", str(arguments.accounts))
        results += trial.simulated(CROSSED[0].data, seed, "--crossed", *size)
    for seed in arguments.campaign_seeds:
        size = ("--accounts", str(arguments.campaign_accounts))
        results += trial.simulated(CAMPAIGN[0].data, seed, *size)
    if arguments.hop:
        results += trial.reviewed(HOP[0].data, arguments.hop.absolute())
    said = f"Seeds {arguments.seeds} of crossed traits, {arguments.campaign_seeds} of the campaign."
    parts = [table(results, methods), *(by_value(results, method) for method in methods)]
    text = "\n".join([*parts, said]) + "\n"
    (folder / "truth.md").write_text(text, encoding="utf-8")
    whole = [vars(result) for result in results]
    (folder / "truth.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    print("\n" + text)


if __name__ == "__main__":
    main()
