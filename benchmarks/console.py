"""How fast the console is: ``python -m benchmarks.console [--rings 600 --accounts 24000]``.

It makes accounts in rings and a crowd of strangers, loads and detects them in a server of its own,
serves them, and opens pages in Chromium by Playwright, each in a fresh browser context with an
empty cache. A page is there when its table stands and nothing loads. The time begins with the
navigation, so it holds the page, its script, the answer of the API and the drawing. On a busy
machine the processor seconds of the service, the database and the browser say more: a page takes
no longer than their sum where nothing else runs.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd
import psutil

import ringleader as rl
from benchmarks.figures import Figure, machine, save, table
from ringleader.service.tokens import Tokens

BEGIN = pd.Timestamp("2026-02-01", tz="UTC")
DAYS, PER_DAY = 14, 2


def requests(rings: int, accounts: int, largest: int, strangers: int, seed: int) -> pd.DataFrame:
    """Requests of rings (one of ``largest`` accounts) and of strangers, who share flats and topics.

    Args:
        rings: Number of rings.
        accounts: Accounts in all of them.
        largest: Accounts of the largest.
        strangers: Accounts in none.
        seed: Of the draws.
    """
    draw = random.Random(seed)
    each = (accounts - largest) // (rings - 1)
    sizes = [largest] + [each] * (rings - 1)
    rows: list[tuple[str, pd.Timestamp, str, str, str]] = []

    def use(account: str, ips: list[str], device: str, prompts: list[str]) -> None:
        for n in range(DAYS * PER_DAY):
            at = BEGIN + pd.Timedelta(days=n // PER_DAY, minutes=draw.randrange(1_440))
            rows.append((account, at, draw.choice(ips), device, draw.choice(prompts)))

    for ring, size in enumerate(sizes):
        addresses = [f"10.{ring // 250}.{ring % 250}.{n}" for n in range(1, 5 + size // 40)]
        prompts = [f"template-{ring}-{n}" for n in range(6)]
        for n in range(size):
            mine = [addresses[n % len(addresses)], addresses[(n + 1) % len(addresses)]]
            use(f"ring{ring:03}-{n:04}", mine, f"image-{ring}", draw.sample(prompts, 3))
    for n in range(strangers):
        flat = n // 2
        ip = f"172.{16 + flat // 60_000}.{flat // 250 % 240}.{flat % 250}"
        topics = [f"topic-{draw.randrange(400)}", f"other-{draw.randrange(500)}"]
        use(f"person{n:05}", [ip], f"client-{draw.randrange(60)}", topics)
    columns = ["account_id", "timestamp", "ip", "device_id", "prompt_cluster_id"]
    return pd.DataFrame(rows, columns=columns)


@contextmanager
def serving(home: Path) -> Iterator[tuple[str, str]]:
    """A service in a process of its own: its address and a lead's token."""
    token = Tokens(home).add("benchmark", "lead")
    process = subprocess.Popen(
        [sys.executable, "-m", "ringleader", "serve", "--port", "0"],
        env={**os.environ, "RINGLEADER_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        yield line.split()[2].rstrip(","), token
    finally:
        process.terminate()
        process.wait(30)


def processor_seconds(names: tuple[str, ...]) -> float:
    """Of all processes of this run: its children, and those whose command line names it.

    Args:
        names: What such a command line holds.
    """
    mine = {one.pid: one for one in psutil.Process().children(recursive=True)}
    for one in psutil.process_iter(["cmdline"]):
        words = " ".join(one.info["cmdline"] or ())
        if any(name in words for name in names):
            mine[one.pid] = one
    total = 0.0
    for one in mine.values():
        with suppress(psutil.Error):
            spent = one.cpu_times()
            total += spent.user + spent.system
    return total


def opened(
    base: str, token: str, place: str, ready: str, times: int, home: Path
) -> tuple[list[float], float]:
    """Seconds until a page is there, each time in a browser that knows nothing yet.

    Args:
        base: The service.
        token: Of a person who may see it.
        place: The page.
        ready: What is there when it is, as a selector.
        times: How often.
        home: Where the server of the run lives.

    Returns:
        The seconds of each time, and the processor seconds of the cheapest.
    """
    from playwright.sync_api import sync_playwright

    taken, spent = [], []
    with sync_playwright() as started:
        chromium = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for _ in range(times + 1):  # the first warms up the browser and the plans of the database
            context = chromium.new_context(viewport={"width": 1280, "height": 900})
            answer = context.request.post(f"{base}/v1/session", data={"token": token})
            assert answer.status == 201, answer.text()
            page = context.new_page()
            before = processor_seconds((str(home),))
            begin = time.perf_counter()
            page.goto(base + place)
            page.wait_for_selector(ready, timeout=60_000)
            page.wait_for_function("!document.querySelector('main').hasAttribute('aria-busy')")
            taken.append(time.perf_counter() - begin)
            spent.append(processor_seconds((str(home),)) - before)
            context.close()
        chromium.close()
    return taken[1:], min(spent[1:])


def measured(folder: Path, given: argparse.Namespace) -> list[Figure]:
    """Make the rings, serve them, open pages.

    Args:
        folder: Where the server of the run lives.
        given: The command line.
    """
    os.environ["RINGLEADER_HOME"] = str(folder)
    (folder / "ringleader.toml").write_text('[server]\nheap = "2g"\npage_cache = "512m"\n')
    os.chdir(folder)
    made = requests(given.rings, given.accounts, given.largest, given.strangers, given.seed)
    ids = made["account_id"].drop_duplicates()
    created = [BEGIN - pd.Timedelta(hours=7 * n % 9_000) for n in range(len(ids))]
    with rl.connect() as r:
        r.start_server()
        try:
            r.load("accounts", pd.DataFrame({"account_id": ids, "created_at": created}))
            r.load("requests", made)
            run = r.detect()
            sizes = {ring.ring_id: ring.size for ring in run.rings}
            largest = max(sizes, key=lambda name: sizes[name])
            print(f"{len(sizes)} rings of {sum(sizes.values()):,}, the largest {sizes[largest]:,}")
            with serving(folder) as (base, token):
                return [
                    _figure(
                        "queue, first view", base, token, "/", "tbody tr", "<= 1", given, folder
                    ),
                    _figure(
                        f"ring of {sizes[largest]:,}",
                        base,
                        token,
                        f"/rings/{largest}",
                        ".network .member",
                        "<= 2",
                        given,
                        folder,
                    ),
                ]
        finally:
            r.stop_server()


def _figure(
    what: str,
    base: str,
    token: str,
    place: str,
    ready: str,
    bar: str,
    given: argparse.Namespace,
    home: Path,
) -> Figure:
    taken, spent = opened(base, token, place, ready, given.times, home)
    note = (
        f"of {len(taken)}: from {min(taken):.2f} to {max(taken):.2f} s; "
        f"{spent:.2f} processor seconds at the least"
    )
    return Figure(what, statistics.median(taken), "s", bar=bar, note=note)


def main() -> None:
    """Measure, print the table and save it."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.console")
    parser.add_argument("--rings", type=int, default=600)
    parser.add_argument("--accounts", type=int, default=24_000, help="in rings")
    parser.add_argument("--largest", type=int, default=2_000, help="accounts of the largest ring")
    parser.add_argument("--strangers", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=7, help="how often each page is opened")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    given = parser.parse_args()
    given.folder = given.folder.resolve()
    with tempfile.TemporaryDirectory() as home:
        figures = measured(Path(home), given)
    facts: dict[str, Any] = {**machine(), "accounts": f"{given.accounts:,}"}
    save(given.folder, "console", figures, facts)
    print(table(figures))
    for figure in figures:
        print(f"{figure.what}: {figure.note}")


if __name__ == "__main__":
    main()
