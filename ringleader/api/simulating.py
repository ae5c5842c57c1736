"""Write a simulated campaign."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from ringleader.answers import Answer
from ringleader.api.results import Shown
from ringleader.scenario.crossed import read_design
from ringleader.scenario.simulate import as_rows
from ringleader.scenario.simulate import simulate as write

ACCOUNTS, CROSSED_ACCOUNTS = 1_000_000, 60_000  # honest accounts unless a number is given


@dataclass(frozen=True)
class Simulation(Shown):
    """The simulated campaign that was written.

    Attributes:
        folder: Where its tables are.
        tables: One row per table: path, rows, size.
        bytes: Size of all tables.
        seconds: How long it took.
    """

    folder: Path
    tables: Answer = field(repr=False)
    bytes: int
    seconds: float

    @property
    def answer(self) -> Answer:
        """The tables as rows."""
        return self.tables


def simulate(
    folder: Path,
    *,
    accounts: int | None = None,
    requests: int | None = None,
    crossed: bool = False,
    design: Path | None = None,
    seed: int = 7,
    format: str = "parquet",
    threads: int | None = None,
    providers: int = 1,
) -> Simulation:
    """Write the tables of a simulated campaign; see :meth:`ringleader.Connection.simulate`."""
    began = time.monotonic()
    crossed = crossed or design is not None
    accounts = accounts or (CROSSED_ACCOUNTS if crossed else ACCOUNTS)
    written = write(
        folder,
        accounts=accounts,
        requests=requests,
        seed=seed,
        format=format,
        threads=threads,
        design=read_design(accounts, seed, design) if crossed else None,
        providers=providers,
    )
    seconds = time.monotonic() - began
    return Simulation(folder, Answer(as_rows(written)), sum(w.bytes for w in written), seconds)
