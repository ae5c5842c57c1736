"""The service for hours: ``python -m benchmarks.soak --minutes 120``.

A small campaign is loaded and detected. Then `ringleader serve` answers checks at a steady rate,
while new requests are loaded and rings are detected at intervals. At the end: the slope of the
service's and the server's memory, errors, and percentiles of the latency, minute by minute. The
first tenth of the time warms up and is left out of the slope.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import TimeoutExpired

import numpy as np
import psutil

from benchmarks.checks import chosen, percentile
from benchmarks.figures import Figure, machine, save, table
from benchmarks.world import World
from ringleader.engine import managed_connection, stop
from ringleader.service.tokens import Tokens

MIB = 1 << 20
SAMPLE_SECONDS = 5.0


@dataclass
class Seen:
    """What was measured while it ran.

    Attributes:
        answers: Seconds since the start and milliseconds of every answer.
        errors: What went wrong, by status or kind.
        memory: Seconds since the start, bytes of the service, bytes of the server.
        done: Loads and detections that ended well.
        failed: What the others said.
    """

    answers: list[tuple[float, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, int, int]] = field(default_factory=list)
    done: int = 0
    failed: list[str] = field(default_factory=list)


def soak(world: World, minutes: float, rate: float, clients: int, every: float) -> Seen:
    """Run the service for a time.

    Args:
        world: The server and the files.
        minutes: How long.
        rate: Checks a second.
        clients: Connections that send them.
        every: Seconds between the ends of loads and detections and the next.
    """
    seen, end = Seen(), threading.Event()
    with world.graph() as graph:
        names = chosen(graph, 2_000, 7)
    token = Tokens(world.home).add("soak", "machine")
    service = world.start(["serve", "--port", "0"])
    assert service.stdout is not None
    line = service.stdout.readline()
    port = int(line.split("://")[1].split(",")[0].rpartition(":")[2])
    drain = threading.Thread(target=service.stdout.read, daemon=True)
    drain.start()
    state = managed_connection(world.settings)
    assert state is not None
    watched = psutil.Process(service.pid), psutil.Process(state.pid)
    began = time.monotonic()

    def ask(number: int) -> None:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        draw = random.Random(number)
        due = began + number / rate
        while not end.is_set():
            time.sleep(max(due - time.monotonic(), 0))
            due += clients / rate
            body = json.dumps({"account_id": draw.choice(names)})
            sent = time.monotonic()
            try:
                wire.request("POST", "/v1/check", body, headers)
                answer = wire.getresponse()
                answer.read()
                if answer.status != 200:
                    seen.errors.append(str(answer.status))
            except OSError as error:
                seen.errors.append(type(error).__name__)
                wire.close()
            now = time.monotonic()
            seen.answers.append((now - began, (now - sent) * 1_000))

    def work() -> None:
        overlap = sorted((world.data.parent / "overlap").glob("*.csv"))
        for number in range(1_000_000):
            if end.wait(every):
                return
            # Every load brings a file that is new, so it is not skipped.
            file = world.data.parent / f"soak-{number}.csv"
            text = overlap[number % len(overlap)].read_text(encoding="utf-8")
            last = text.splitlines()[-1].partition(",")[2]
            file.write_text(f'{text}"soak-{number}",{last}\n', encoding="utf-8")
            for words in (["load", "requests", str(file)], ["detect"]):
                process = world.start(words)
                try:
                    said, _ = process.communicate(timeout=600)
                except TimeoutExpired:
                    process.kill()
                    said = "took ten minutes"
                if process.returncode == 0:
                    seen.done += 1
                else:
                    seen.failed.append(" ".join(said.split())[-300:])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    threads.append(threading.Thread(target=work))
    for thread in threads:
        thread.start()
    try:
        while time.monotonic() - began < minutes * 60:
            time.sleep(SAMPLE_SECONDS)
            sizes = [one.memory_info().rss for one in watched]
            seen.memory.append((time.monotonic() - began, sizes[0], sizes[1]))
    finally:
        end.set()
        for thread in threads:
            thread.join(700)
        service.terminate()
        service.wait(60)
    return seen


def slope(memory: Sequence[tuple[float, int, int]], which: int) -> float:
    """How much memory grows, in MiB an hour, by least squares over all but the first tenth."""
    kept = [row for row in memory if row[0] >= memory[-1][0] / 10]
    hours = np.array([row[0] for row in kept]) / 3_600
    sizes = np.array([row[which] for row in kept]) / MIB
    return float(np.polyfit(hours, sizes, 1)[0])


def figures(seen: Seen, minutes: float, rate: float) -> list[Figure]:
    """What is published."""
    taken = [milliseconds for _, milliseconds in seen.answers]
    middle = seen.answers[len(seen.answers) // 2][0]
    halves = [[ms for at, ms in seen.answers if (at < middle) is first] for first in (True, False)]
    last = seen.memory[-1]
    return [
        Figure("checks answered", len(taken), "checks", note=f"{minutes:g} minutes"),
        Figure("checks a second", len(taken) / (minutes * 60), "1/s", "asked for", rate, ">= 0.95"),
        Figure("answers that were errors", len(seen.errors), "answers", bar="<= 0"),
        Figure("latency, median", percentile(taken, 0.5), "ms"),
        Figure("latency, 95 %", percentile(taken, 0.95), "ms"),
        Figure("latency, 99 %", percentile(taken, 0.99), "ms"),
        Figure(
            "latency, 95 %, second half",
            percentile(halves[1], 0.95),
            "ms",
            "first half",
            percentile(halves[0], 0.95),
        ),
        Figure("memory of the service at the end", last[1] / MIB, "MiB"),
        Figure("growth of the service", slope(seen.memory, 1), "MiB/h"),
        Figure("memory of the server at the end", last[2] / MIB, "MiB"),
        Figure("growth of the server", slope(seen.memory, 2), "MiB/h", note="heap is bounded"),
        Figure("loads and detections meanwhile", seen.done, ""),
        Figure("of them failed", len(seen.failed), "", bar="<= 0"),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run it, and save the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--rate", type=float, default=50, help="checks a second")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--every", type=float, default=300, help="seconds between loads")
    parser.add_argument("--accounts", type=int, default=2_000)
    parser.add_argument("--requests", type=int, default=12_000)
    parser.add_argument("--heap", default="1g")
    parser.add_argument("--folder", type=Path, help="keep server and files there")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out"))
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        world = World(given.folder or Path(temporary), given.heap)
        try:
            world.simulate(given.accounts, given.requests, 7)
            world.clear()
            for words in (["load", "all", str(world.data)], ["detect"]):
                process = world.start(words)
                said, _ = process.communicate(timeout=3_600)
                if process.returncode:
                    raise SystemExit(said)
            seen = soak(world, given.minutes, given.rate, given.clients, given.every)
        finally:
            stop(world.settings)
    found = figures(seen, given.minutes, given.rate)
    for line in (*sorted(set(seen.errors)), *seen.failed[:5]):
        print(f"wrong: {line}")
    print("\n" + table(found))
    save(given.out.absolute(), "soak", found, {**machine(), "minutes": f"{given.minutes:g}"})
    return 0 if all(figure.met is not False for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
