"""What matching costs: `python -m benchmarks.matching --identifiers 1000000`.

Two sides of the same size, a tenth of each in common, go through the three files. The graphs are
stand-ins that stream rows, so reading identifiers from a database is not in the figures.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from ringleader.exports.matching.protocol import Terms, answer, ask, finish
from ringleader.keys import load_key
from ringleader.settings import load_settings

_MIB = 1 << 20


class _Side:
    """What the protocol asks of a graph: its settings, and rows of identifiers."""

    def __init__(self, home: Path, first: int, number: int) -> None:
        self.settings = load_settings(env={"RINGLEADER_HOME": str(home)}, cwd=home)
        self._range = range(first, first + number)

    def stream(self, *_: object) -> Iterator[dict[str, Any]]:
        for n in self._range:
            address = f"{20 + (n >> 24)}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
            yield {"label": "Ip", "key": address, "accounts": 2, "in_rings": 2}


def _measured(what: str, work: Callable[[], Any]) -> Any:
    """Run a step; print its seconds, its processor seconds and its peak memory with its workers."""
    me, peak, done = psutil.Process(), 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.5):
            found = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    found += process.memory_info().rss
                except psutil.Error:  # it has ended
                    continue
            peak = max(peak, found)

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun, before = time.perf_counter(), os.times()
    try:
        result = work()
    finally:
        done.set()
        watcher.join()
    after = os.times()
    processor = sum(after[:4]) - sum(before[:4])
    print(
        f"{what}: {time.perf_counter() - begun:,.0f} s, {processor:,.0f} processor seconds, "
        f"at most {peak / _MIB:,.0f} MiB",
        flush=True,
    )
    return result


def main() -> None:
    """Measure the three steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--identifiers", type=int, default=1_000_000)
    number = parser.parse_args().identifiers
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        homes = [folder / side for side in ("one", "other")]
        for home in homes:
            home.mkdir()
        load_key(folder, Path("key"))
        key = folder / "key"
        terms = Terms(key, "benchmark", ("ip",), scope="all", most=number)
        one: Any = _Side(homes[0], 0, number)
        other: Any = _Side(homes[1], number - number // 10, number)
        request, response = folder / "request", folder / "response"
        _measured("ask", lambda: ask(one, homes[0], request, terms))
        _measured("answer", lambda: answer(other, homes[1], request, response, terms))
        done = _measured("finish", lambda: finish(one, homes[0], response, terms))
        for file in (request, response):
            print(f"{file.name}: {file.stat().st_size / _MIB:,.0f} MiB")
        print(f"in common: {done.matched:,} of {number:,} (expected {number // 10:,})")


if __name__ == "__main__":
    main()
