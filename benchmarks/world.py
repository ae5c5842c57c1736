"""A server and files of their own, and commands that can be killed."""

from __future__ import annotations

import importlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.graph_hash import Whole, read
from ringleader.app import run
from ringleader.cli import cli
from ringleader.engine import ensure_running
from ringleader.graph import Graph
from ringleader.home import keep_private
from ringleader.settings import Settings, load_settings

SETTINGS = """\
[server]
heap = "{heap}"
page_cache = "128m"

[retention]
uses = 45
contacts = 45

[jobs.nightly]
[[jobs.nightly.steps]]
step = "detect"
[[jobs.nightly.steps]]
step = "report"
output = "report.html"
"""
# What commands import when they need it; imported here, copies of this process have it.
HEAVY = (
    "duckdb", "graphdatascience", "ibis", "numpy", "pandas", "pyarrow.parquet", "scipy.sparse",
    "ringleader.algorithms.commands", "ringleader.loaders.commands", "ringleader.loaders.load",
    "ringleader.algorithms.detect", "ringleader.api.connection", "ringleader.commands.ending",
    "ringleader.algorithms.review.commands", "ringleader.jobs.commands",
    "ringleader.exports.report",
)  # fmt: skip
PATIENCE = 600.0
RINGS = "MATCH (r:Ring) WHERE r.state = 'live' RETURN r.ring_id AS id, COLLECT {\
 MATCH (a:Account)-[:MEMBER_OF]->(r) RETURN a.account_id ORDER BY a.account_id } AS members"


def warm_up() -> None:
    """Import what commands need, so that copies of this process need not."""
    for name in HEAVY:
        importlib.import_module(name)


class Child:
    """A command in a process that begins where this one is: everything is imported already.

    Args:
        words: The command line after ``ringleader``.
        folder: The current folder.
        env: The environment.
    """

    def __init__(self, words: Sequence[str], folder: Path, env: dict[str, str]) -> None:
        self.returncode: int | None = None
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been read
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if not self._pid:
            self._become(words, folder, env)

    def _become(self, words: Sequence[str], folder: Path, env: dict[str, str]) -> None:
        code = 70
        try:
            nothing = os.open(os.devnull, os.O_RDONLY)
            for source, target in (
                (nothing, 0),
                (self._said.fileno(), 1),
                (self._said.fileno(), 2),
            ):
                os.dup2(source, target)
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(env)
            sys.argv = ["ringleader", *words]
            keep_private()
            code = run(cli)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def kill(self) -> None:
        """End it at once."""
        if self.poll() is None:
            os.kill(self._pid, signal.SIGKILL)

    def communicate(self, timeout: float) -> tuple[str, None]:
        """Wait for its end, and return what it said."""
        until = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("ringleader", timeout)
            time.sleep(0.02)
        self._said.seek(0)
        return self._said.read().decode("utf-8", "replace"), None


class World:
    """A data folder with its server, and the files that are loaded.

    Args:
        folder: Where both go.
        heap: Of the server.
    """

    def __init__(self, folder: Path, heap: str) -> None:
        self.home, self.data, self.heap = folder / "home", folder / "data", heap
        self.backup = folder / "backup.tar"
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.home / "ringleader.toml").write_text(SETTINGS.format(heap=heap), encoding="utf-8")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("NEO4J_")}
        root = str(Path(__file__).resolve().parent.parent)
        self.env |= {"RINGLEADER_HOME": str(self.home), "PYTHONPATH": root}

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return load_settings(env={"RINGLEADER_HOME": str(self.home)}, cwd=self.home)

    @contextmanager
    def graph(self) -> Iterator[Graph]:
        """The database, open."""
        ensure_running(self.settings)
        with Graph.connect(self.settings) as graph:
            yield graph

    def start(self, words: Sequence[str], **env: str) -> subprocess.Popen[str]:
        """Begin a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "ringleader", *words],
            cwd=self.home,
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def begin(self, words: Sequence[str], **env: str) -> Child | subprocess.Popen[str]:
        """Begin a command in a copy of this process, or in one of its own for another clock."""
        return self.start(words, **env) if env else Child(words, self.home, self.env)

    def simulate(self, accounts: int, requests: int, seed: int) -> None:
        """Write the files: a simulated campaign, and requests that overlap with its own."""
        words = ["simulate", "--accounts", str(accounts), "--requests", str(requests)]
        words += ["--format", "csv", "--threads", "1", "--seed", str(seed)]
        made = self.start([*words, "--output", str(self.data)])
        said, _ = made.communicate(timeout=PATIENCE)
        if made.returncode:
            raise SystemExit(said)
        days = sorted((self.data / "requests").glob("*.csv"))
        overlap = self.data.parent / "overlap"
        overlap.mkdir(exist_ok=True)
        for number, (one, next_day) in enumerate(itertools.pairwise(days[8:15])):
            head, *rows = one.read_text(encoding="utf-8").splitlines()
            more = next_day.read_text(encoding="utf-8").splitlines()[1:]
            text = "\n".join([head, *rows[len(rows) // 2 :], *more[: len(more) // 2]])
            (overlap / f"{number}.csv").write_text(text + "\n", encoding="utf-8")
        first = self.data.parent / "first"
        first.mkdir(exist_ok=True)
        for day in days:
            if day not in days[8:14]:
                shutil.copyfile(day, first / day.name)

    def clear(self) -> None:
        """Empty the database and the data folder, but for the server and the keys."""
        with self.graph() as graph:
            graph.run_in_batches(
                "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
            )
        for name in ("loads", "quarantine", "scratch", "audit", "exports"):
            shutil.rmtree(self.home / name, ignore_errors=True)
        self.backup.unlink(missing_ok=True)

    def rings(self) -> str:
        """Which accounts are in which ring, as a text."""
        with self.graph() as graph:
            rows = graph.read(RINGS, name="rings")
        return repr(sorted((row["id"], tuple(row["members"])) for row in rows))

    def whole(self) -> Whole:
        """The whole graph."""
        with self.graph() as graph:
            return read(graph)
