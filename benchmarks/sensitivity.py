"""What moves when a parameter is halved or doubled: ``python -m benchmarks.sensitivity``.

Operators of crossed traits are simulated and loaded once, and read once. Rings are found for each
change, grouped by the same server, and compared with the truth. Nothing is written to the graph.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from benchmarks.measure import served
from benchmarks.truth import Trial
from ringleader.algorithms.detect import grouping_of
from ringleader.algorithms.evaluation.labels import read_labels
from ringleader.algorithms.evaluation.metrics import Label, evaluate
from ringleader.algorithms.evaluation.traits import by_trait, read_traits
from ringleader.algorithms.evidence.reading import read_sharing
from ringleader.algorithms.parameters import Parameters
from ringleader.algorithms.rings.finding import Found, find_rings
from ringleader.graph import Graph
from ringleader.settings import load_settings

FACTORS = (0.5, 2.0)
# They say how rings are named and kept from run to run, which one run does not show.
NAMING = ("continues_at", "retired_days", "history_runs", "seed")
TWO_KINDS = "kinds_shared>=2"
Row = dict[str, Any]


def changes() -> Iterator[tuple[str, Any, Parameters]]:
    """Each parameter halved and doubled, as far as it may be: name, value, all parameters."""
    plain = Parameters()
    for declared in fields(Parameters):
        value: Any = declared.default
        bounds = declared.metadata
        for factor in FACTORS if declared.name not in NAMING else ():
            other = type(value)(min(max(value * factor, bounds["low"]), bounds["high"]))
            if other != value:
                yield declared.name, other, replace(plain, **{declared.name: other})


def figures(
    found: Found, labels: Mapping[str, Label], traits: Mapping[str, Mapping[str, str]]
) -> Row:
    """How well rings agree with the truth.

    Args:
        found: What was found.
        labels: Label of each account.
        traits: Traits of each operator.
    """
    ring = {account: one.ring_id for one in found.rings for account in one.members}
    scores = by_trait(ring, labels, traits)[TWO_KINDS]
    return {
        "found by half": scores.found / scores.operators,
        "recall": scores.recall or 0.0,
        "precision": evaluate(ring, labels).account_precision or 1.0,
    }


def table(rows: list[tuple[str, Any, Row]], plain: Row) -> str:
    """The changes as a table of Markdown, in points of a hundred."""
    columns = list(plain)
    lines = [
        f"| parameter | value | {' | '.join(columns)} |",
        "| --- | ---: |" + " ---: |" * len(columns),
        f"| none changed | | {' | '.join(f'{plain[c]:.4f}' for c in columns)} |",
    ]
    for name, value, row in rows:
        moved = [f"{100 * (row[column] - plain[column]):+.1f}" for column in columns]
        lines.append(f"| {name} | {value:g} | {' | '.join(moved)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure every change, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.sensitivity")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--accounts", type=int, default=60_000, help="honest ones")
    parser.add_argument("--folder", type=Path, default=Path("benchmarks/out/sensitivity"))
    arguments = parser.parse_args()
    trial = Trial(arguments.folder.absolute(), [])
    truth = trial.loaded(arguments.seed, "--crossed", "--accounts", str(arguments.accounts))
    settings = load_settings(env={"RINGLEADER_HOME": str(trial.home)})
    labels, _ = read_labels(settings, [str(truth / "labels.parquet")], None, "decided_by")
    traits = read_traits(truth / "traits.csv")
    rows: list[tuple[str, Any, Row]] = []
    with served(trial.home):
        settings = load_settings(env={"RINGLEADER_HOME": str(trial.home)})
        with Graph.connect(settings) as graph:
            sharing = read_sharing(graph)

            def measured(parameters: Parameters) -> Row:
                grouping = grouping_of(graph, "sensitivity", "leiden", parameters)
                return figures(find_rings(sharing, grouping, parameters), labels, traits)

            plain = measured(Parameters())
            for name, value, parameters in changes():
                rows.append((name, value, measured(parameters)))
                print(f"# {name} = {value:g}: {rows[-1][2]}", flush=True)
    text = table(rows, plain)
    (trial.folder / "sensitivity.md").write_text(text, encoding="utf-8")
    print("\n" + text)


if __name__ == "__main__":
    main()
