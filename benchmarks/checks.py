"""How fast checks are: ``python -m benchmarks.checks [--clients 16] [--seconds 10]``.

It asks the database of the settings (``RINGLEADER_HOME``, ``NEO4J_URI``), which is loaded and
detected already. Every figure stands beside a bare read of one account by its index with the
same driver in the same run: on a busy machine only the ratio says something.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import Figure, machine, save, table
from ringleader.api.checking import Checker
from ringleader.catalogue import get
from ringleader.graph import Graph
from ringleader.service.tokens import Tokens
from ringleader.settings import Settings, load_settings

BARE = Path(__file__).parent / "references" / "one_account.cypher"
WARM = 50
Ask = Callable[[str], None]


def chosen(graph: Graph, number: int, seed: int) -> list[str]:
    """Account ids: half of them members of rings as far as there are any, in random order."""
    draw = random.Random(seed)
    rings = graph.read(get("earlier-rings"), {"retired": False})
    members = [account for ring in rings for account in ring["members"]]
    page = get("accounts-to-link")
    [others] = graph.read(page, page.bind({"after": "", "rows": 50_000}))
    half = min(number // 2, len(members))
    names = draw.sample(members, half) + draw.choices(others["account_id"], k=number - half)
    draw.shuffle(names)
    return names


def timed(ask: Ask, names: Sequence[str]) -> list[float]:
    """Milliseconds of each call, one after the other."""
    taken = []
    for name in names:
        begin = time.perf_counter()
        ask(name)
        taken.append((time.perf_counter() - begin) * 1_000)
    return taken


def at_once(
    client: Callable[[], Ask], names: Sequence[str], clients: int, seconds: float
) -> tuple[float, list[float]]:
    """Calls a second from several clients, and the milliseconds of each call."""
    taken: list[list[float]] = [[] for _ in range(clients)]
    failed: list[BaseException] = []
    start = threading.Barrier(clients + 1)

    def work(number: int) -> None:
        try:
            ask = client()
            mine = names[number::clients]
            ask(mine[0])
            start.wait()
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                taken[number] += timed(ask, [mine[len(taken[number]) % len(mine)]])
        except BaseException as error:
            failed.append(error)
            start.abort()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    start.wait()
    begin = time.perf_counter()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    every = [one for mine in taken for one in mine]
    return len(every) / (time.perf_counter() - begin), every


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which a part of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]


@contextmanager
def serving(settings: Settings, workers: int) -> Iterator[tuple[int, str]]:
    """A service in a process of its own: its port and a token."""
    tokens = Tokens(settings.home)
    token = tokens.add("benchmark", "machine")
    process = subprocess.Popen(
        [sys.executable, "-m", "ringleader", "serve", "--port", "0", "--workers", str(workers)],
        env={**os.environ, "RINGLEADER_HOME": str(settings.home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        port = int(line.split("://")[1].split(",")[0].rpartition(":")[2])
        yield port, token
    finally:
        process.terminate()
        process.wait(30)
        tokens.revoke(token.split("_")[1])


def over_http(port: int, token: str) -> Callable[[], Ask]:
    """What makes a client of the service, with a connection that stays open."""

    def client() -> Ask:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

        def ask(name: str) -> None:
            body = json.dumps({"account_id": name})
            connection.request("POST", "/v1/check", body, headers)
            response = connection.getresponse()
            text = response.read()
            if response.status != 200:
                raise RuntimeError(f"{response.status}: {text[:200]!r}")

        return ask

    return client


def measured(
    graph: Graph, settings: Settings, *, clients: int, seconds: float, calls: int, seed: int
) -> list[Figure]:
    """The figures, each beside a bare read.

    Args:
        graph: An open graph with rings.
        settings: Those of the service.
        clients: How many ask at once.
        seconds: How long they ask.
        calls: How many calls of one client are timed.
        seed: Of the choice of accounts.
    """
    names = chosen(graph, max(calls, 64 * clients), seed)
    text, checker = BARE.read_text(encoding="utf-8"), Checker(graph)

    def bare(name: str) -> None:
        graph.read(text, {"account_id": name}, name="one account")

    def check(name: str) -> None:
        checker.check([name])

    figures = []
    with serving(settings, clients) as (port, token):
        client = over_http(port, token)
        ways = (
            ("check by the Python API", lambda: check, ("", "")),
            ("check over HTTP", client, ("<= 5", "<= 20")),
        )
        for ask in (bare, check, _answering(client)):
            timed(ask, names[:WARM])
        alone = timed(bare, names[:calls])
        bare_rate, _ = at_once(lambda: bare, names, clients, seconds)
        for what, made, bars in ways:
            ask = made()  # an idle connection is closed after a while
            ask(names[0])
            taken = timed(ask, names[:calls])
            for part, name, bar in ((0.5, "p50", bars[0]), (0.99, "p99", bars[1])):
                ours, theirs = percentile(taken, part), percentile(alone, part)
                note = f"bar on milliseconds: {bar}" if bar else ""
                figures.append(
                    Figure(f"{what}, {name}", ours, "ms", f"bare read, {name}", theirs, "", note)
                )
            rate, every = at_once(made, names, clients, seconds)
            tail = f"p50 {percentile(every, 0.5):.1f} ms, p99 {percentile(every, 0.99):.1f} ms"
            figures.append(
                Figure(
                    f"{what}, {clients} clients",
                    rate,
                    "a second",
                    f"bare read, {clients} clients",
                    bare_rate,
                    "",
                    f"{tail}; bar: 300 a second",
                )
            )
    thousand = [names[n % len(names)] for n in range(1_000)]
    begin = time.perf_counter()
    checker.check(thousand)
    figures.append(Figure("1,000 accounts in one call", time.perf_counter() - begin, "s"))
    return figures


def _answering(client: Callable[[], Ask]) -> Ask:
    """A client of the service, once it answers."""
    for _ in range(300):
        try:
            ask = client()
            ask("nobody")
        except OSError:
            time.sleep(0.1)
        else:
            return ask
    raise RuntimeError("the service does not answer")


def main() -> None:
    """Measure, print the table and save it."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.checks")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement at once")
    parser.add_argument("--calls", type=int, default=1_000, help="of one client")
    parser.add_argument("--seed", type=int, default=7, help="of the choice of accounts")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    given = parser.parse_args()
    settings = load_settings()
    with Graph.connect(settings) as graph:
        accounts = graph.read(get("number-of-accounts"))[0]["accounts"]
        figures = measured(
            graph,
            settings,
            clients=given.clients,
            seconds=given.seconds,
            calls=given.calls,
            seed=given.seed,
        )
    facts = {**machine(), "accounts": f"{accounts:,}", "clients": str(given.clients)}
    save(given.folder, "checks", figures, facts)
    print(table(figures))
    for figure in figures:
        if figure.note:
            print(f"{figure.what}: {figure.note}")


if __name__ == "__main__":
    main()
