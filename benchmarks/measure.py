"""Measuring whole processes: seconds, and the memory that they took at most."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure


@dataclass(frozen=True)
class Ran:
    """A finished command.

    Attributes:
        seconds: How long it took.
        peak: Bytes of memory that it held at most.
        stdout: What it wrote.
        stderr: What it said.
    """

    seconds: float
    peak: int
    stdout: str
    stderr: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What it wrote, as JSON lines."""
        return [json.loads(line) for line in self.stdout.splitlines()]


@dataclass
class Bench:
    """One run of the benchmarks.

    Attributes:
        folder: Where simulated tables, databases and results are.
        accounts: Honest accounts of the simulation.
        seed: Of the simulation.
        heap: Of the server.
        page_cache: Of the server.
        figures: What has been measured so far.
    """

    folder: Path
    accounts: int
    seed: int
    heap: str
    page_cache: str
    figures: list[Figure] = field(default_factory=list)

    @property
    def tenth(self) -> int:
        """A tenth of the accounts, or as few as can be simulated."""
        return max(self.accounts // 10, 2_000)

    @property
    def is_seed_scale(self) -> bool:
        """Whether this is the size that bars in seconds are for."""
        return self.accounts >= 1_000_000

    def note(self, figure: Figure) -> None:
        """Keep a figure, and show it."""
        self.figures.append(figure)
        ratio = "" if figure.ratio is None else f", ratio {figure.ratio:.2f}"
        met = {None: "", True: f" (bar {figure.bar}: met)", False: f" (bar {figure.bar}: MISSED)"}
        print(
            f"{figure.what}: {figure.ours:,.4g} {figure.unit}{ratio}{met[figure.met]}", flush=True
        )

    def home(self, name: str) -> Path:
        """The home of a server of its own, with its memory settled."""
        home = self.folder / "homes" / name
        home.mkdir(parents=True, exist_ok=True)
        (home / "ringleader.toml").write_text(
            f'[server]\nheap = "{self.heap}"\npage_cache = "{self.page_cache}"\n', encoding="utf-8"
        )
        return home


def run(arguments: Sequence[str | Path], *, home: Path | None = None) -> Ran:
    """Run a command to its end and measure it from outside.

    Args:
        arguments: The command line.
        home: RINGLEADER_HOME, and the folder that it runs in.

    Raises:
        SystemExit: It failed.
    """
    words = [str(argument) for argument in arguments]
    # An installed command has its bytecode, so ours may keep it too.
    foreign = ("NEO4J_", "PYTHONDONTWRITEBYTECODE")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    root = str(Path(__file__).resolve().parent.parent)
    environment["PYTHONPATH"] = os.pathsep.join([root, environment.get("PYTHONPATH", "")])
    if home is not None:
        environment["RINGLEADER_HOME"] = str(home)
    begin = time.perf_counter()
    with (
        subprocess.Popen(
            words,
            cwd=home,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
        _peak_of(process.pid) as peak,
    ):
        stdout, stderr = process.communicate()
    seconds = time.perf_counter() - begin
    if process.returncode:
        raise SystemExit(f"error: {' '.join(words)} ended with {process.returncode}: {stderr}")
    return Ran(seconds, peak[0], stdout, stderr)


@contextmanager
def _peak_of(pid: int) -> Iterator[list[int]]:
    """The most resident memory of a process while the block runs, looked at every 50 ms."""
    import threading

    import psutil

    peak, over = [0], threading.Event()

    def watch() -> None:
        process = psutil.Process(pid)
        while not over.wait(0.05):
            try:
                peak[0] = max(peak[0], process.memory_info().rss)
            except psutil.Error:
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def ringleader(*arguments: str | Path, home: Path) -> Ran:
    """Run a command of ours."""
    return run([sys.executable, "-m", "ringleader", *arguments], home=home)


@contextmanager
def served(home: Path) -> Iterator[None]:
    """The server of a home is up while the block runs."""
    ringleader("server", "start", home=home)
    try:
        yield
    finally:
        ringleader("server", "stop", home=home)
