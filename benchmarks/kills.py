"""Kill everything, at random: ``python -m benchmarks.kills --rounds 20``.

A round begins with an empty database and goes through every step that writes: loads (plain,
overlapping, bulk), detections, a decision, retention, an erasure, a job, a backup and its restore.
In most steps the command or the server is killed after a random time; the server is started again
and the command is repeated until it ends well. At the end the whole graph is compared with that of
an undisturbed run: nothing may be lost, doubled, or published in part.

``--clock`` sets the clock of every second command that is killed back by a day (libfaketime).
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import Figure, machine, save, table
from benchmarks.graph_hash import Property, Whole, digest, passing
from benchmarks.world import PATIENCE, World, warm_up
from ringleader.engine import ensure_running, managed_connection, stop
from ringleader.errors import RingleaderError

TRIES = 4  # of a step, after its kill
FAKETIME = "/usr/lib/*/faketime/libfaketime.so.1"


@dataclass(frozen=True)
class Step:
    """A command that writes.

    Attributes:
        name: What the report calls it.
        words: The command line after ``ringleader``.
        publishes: Whether rings may only change as a whole.
        server: Whether the server runs meanwhile, so that it can be killed.
    """

    name: str
    words: tuple[str, ...]
    publishes: bool = False
    server: bool = True


@dataclass
class Tally:
    """What happened in all rounds."""

    kills: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)  # before their kill
    lost: int = 0
    doubled: int = 0
    half_published: int = 0
    tracebacks: int = 0
    stuck: list[str] = field(default_factory=list)
    different: list[int] = field(default_factory=list)


def steps(world: World, *, bulk: bool) -> list[Step]:
    """What a round does; every other round builds the database in bulk and restores it."""
    folder = world.data.parent
    small = ("--chunk-size", "1500")
    if bulk:
        return [
            Step(
                "bulk load", ("load", "all", str(world.data), "--bulk", "--overwrite"), False, False
            ),
            Step("detect", ("detect",), True),
            Step("backup", ("backup", str(world.backup)), True),
            Step("restore", ("restore", str(world.backup), "--overwrite"), True, False),
            Step("detect again", ("detect",), True),
        ]
    return [
        Step("load accounts", ("load", "accounts", str(world.data / "accounts.csv"), *small)),
        Step("load requests", ("load", "requests", str(folder / "first"), *small)),
        Step("load overlapping", ("load", "requests", str(folder / "overlap"), *small)),
        Step("load payments", ("load", "payments", str(world.data / "payments.csv"), *small)),
        Step("detect", ("detect",), True),
        Step("review", ("review", "reject", "{ring}", "--note", "killed", "--by", "ann"), True),
        Step("detect again", ("detect",), True),
        Step("retention", ("retention", "--as-of", "2026-03-02"), True),
        Step("forget", ("forget", "{account}"), False),
        Step("job", ("job", "run", "nightly", "--date", "2026-03-02"), True),
    ]


def filled(world: World, step: Step) -> list[str]:
    """The words of a step, with the ring and the account that they are about."""
    if not any("{" in word for word in step.words):
        return list(step.words)
    with world.graph() as graph:
        [ring] = graph.read(
            "MATCH (r:Ring) WHERE r.state = 'live' RETURN r.ring_id AS ring, COLLECT {"
            "MATCH (a:Account)-[:MEMBER_OF]->(r) RETURN a.account_id ORDER BY a.account_id LIMIT 1"
            "} AS members ORDER BY r.size DESC, ring LIMIT 1",
            name="ring",
        )
    return [word.format(ring=ring["ring"], account=ring["members"][0]) for word in step.words]


def undisturbed(world: World, *, bulk: bool) -> tuple[Whole, dict[str, float], list[str]]:
    """The graph of a round without kills, the seconds of its steps, and the rings after each."""
    world.clear()
    seconds, rings = {}, [world.rings()]
    for step in steps(world, bulk=bulk):
        began = time.monotonic()
        process = world.begin(filled(world, step))
        said, _ = process.communicate(timeout=PATIENCE)
        if process.returncode:
            raise SystemExit(f"{step.name} failed undisturbed: {said}")
        seconds[step.name] = time.monotonic() - began
        print(f"  {step.name}: {seconds[step.name]:.1f} s", flush=True)
        rings.append(world.rings())
    return world.whole(), seconds, rings


def disturbed(
    world: World,
    draw: random.Random,
    tally: Tally,
    known: tuple[dict[str, float], list[str]],
    *,
    bulk: bool,
    clock: str | None = None,
) -> None:
    """One round with kills."""
    seconds, rings = known
    world.clear()
    for number, step in enumerate(steps(world, bulk=bulk)):
        words = filled(world, step)
        times = draw.choice((0, 1, 1, 2))
        for _ in range(times):
            delay = draw.uniform(0.3, max(seconds[step.name], 0.5))
            victim = draw.choice(("client", "server")) if step.server else "client"
            env = {"LD_PRELOAD": clock, "FAKETIME": "-1d"} if clock and draw.random() < 0.5 else {}
            _kill_in(world, step, words, victim, delay, tally, env)
            if step.publishes and world.rings() not in rings[number : number + 2]:
                tally.half_published += 1
        _repeat(world, step, words, tally)


def _kill_in(
    world: World,
    step: Step,
    words: list[str],
    victim: str,
    delay: float,
    tally: Tally,
    env: dict[str, str],
) -> None:
    if step.server:
        ensure_running(world.settings)
    process = world.begin(words, **env)
    time.sleep(delay)
    if process.poll() is not None:
        tally.finished[step.name] += 1
    elif victim == "client":
        process.kill()
        tally.kills[f"{step.name}: command"] += 1
    else:
        state = managed_connection(world.settings)
        if state is not None:
            with suppress(ProcessLookupError):
                os.kill(state.pid, signal.SIGKILL)
            tally.kills[f"{step.name}: server"] += 1
    try:
        said, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate(timeout=PATIENCE)
        tally.stuck.append(f"{step.name}: did not end after its {victim} was killed")
    tally.tracebacks += "Traceback" in said or "unexpected" in said


def _repeat(world: World, step: Step, words: list[str], tally: Tally) -> None:
    """Run a step until it ends well."""
    said = ""
    for _ in range(TRIES):
        with suppress(RingleaderError):  # a killed restore has left a database that cannot start
            ensure_running(world.settings)
        process = world.begin(words)
        said, _ = process.communicate(timeout=PATIENCE)
        if process.returncode == 0:
            return
        tally.tracebacks += "Traceback" in said or "unexpected" in said
        time.sleep(1)
    tally.stuck.append(f"{step.name}: {' '.join(said.split())[-300:]}")


def compare(
    world: World, expected: Counter[str], left_out: frozenset[Property], tally: Tally, number: int
) -> bool:
    """Whether the graph is that of the undisturbed run; what differs is counted and shown."""
    found = world.whole().lines(left_out)
    lost, doubled = expected - found, found - expected
    if not lost and not doubled:
        return True
    tally.lost += lost.total()
    tally.doubled += doubled.total()
    tally.different.append(number)
    for what, lines in (("lost", lost), ("more", doubled)):
        print(f"  {what}: {lines.total():,}", flush=True)
        for line in sorted(lines)[:10]:
            print(f"  {what}: {line[:300]}", flush=True)
    return False


def rounds(world: World, number: int, seed: int, clock: str | None, every: int = 4) -> Tally:
    """Rounds with kills, each compared with an undisturbed one.

    Args:
        world: The server and the files.
        number: How many rounds.
        seed: Of the kills.
        clock: The library that sets clocks back, if it is wanted.
        every: How often a round builds and restores the database.
    """
    tally, expected, known, left_out = Tally(), {}, {}, {}
    kinds = sorted({each % every == every - 1 for each in range(number)})
    for bulk in kinds:
        one, seconds, rings = undisturbed(world, bulk=bulk)
        two, _, _ = undisturbed(world, bulk=bulk)
        left_out[bulk] = passing(one, two)
        expected[bulk] = two.lines(left_out[bulk])
        assert expected[bulk] == one.lines(left_out[bulk]), "two undisturbed runs differ"
        known[bulk] = (seconds, rings)
        what = "bulk" if bulk else "plain"
        print(
            f"undisturbed ({what}): {expected[bulk].total():,} nodes and relationships, hash "
            f"{digest(expected[bulk])[:16]}; not compared: "
            f"{', '.join(sorted(f'{kind}.{name}' for kind, name in left_out[bulk]))}",
            flush=True,
        )
    for each in range(number):
        bulk = each % every == every - 1
        draw = random.Random(seed * 10_000 + each)
        began = time.monotonic()
        disturbed(world, draw, tally, known[bulk], bulk=bulk, clock=clock)
        same = compare(world, expected[bulk], left_out[bulk], tally, each)
        print(
            f"round {each + 1}: {'the same graph' if same else 'ANOTHER GRAPH'}, "
            f"{tally.kills.total()} kills so far, {time.monotonic() - began:.0f} s",
            flush=True,
        )
    return tally


def figures(tally: Tally, number: int) -> list[Figure]:
    """What is published."""
    done = tally.kills.total()
    of = f"{number} rounds, {done} kills"
    return [
        Figure(
            "rounds that ended in another graph",
            len(tally.different),
            "rounds",
            bar="<= 0",
            note=of,
        ),
        Figure("nodes and relationships lost", tally.lost, "", bar="<= 0"),
        Figure("nodes and relationships too many", tally.doubled, "", bar="<= 0"),
        Figure("half-published rings after a kill", tally.half_published, "times", bar="<= 0"),
        Figure("tracebacks", tally.tracebacks, "times", bar="<= 0"),
        Figure("steps that did not end well when repeated", len(tally.stuck), "steps", bar="<= 0"),
        *(
            Figure(f"killed in {name}", count, "times")
            for name, count in sorted(tally.kills.items())
        ),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run rounds, and save the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.kills",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--accounts", type=int, default=2_000)
    parser.add_argument("--requests", type=int, default=12_000)
    parser.add_argument("--heap", default="1g")
    parser.add_argument("--folder", type=Path, help="keep server and files there")
    parser.add_argument("--clock", action="store_true", help="set clocks back (needs libfaketime)")
    parser.add_argument("--every", type=int, default=4, help="a round in so many is in bulk")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out"))
    given = parser.parse_args(arguments)
    warm_up()
    clock = None
    if given.clock:
        found = sorted(Path("/").glob(FAKETIME.removeprefix("/")))
        if not found:
            raise SystemExit("libfaketime is not installed: apt install faketime")
        clock = str(found[0])
    with tempfile.TemporaryDirectory() as temporary:
        world = World(given.folder or Path(temporary), given.heap)
        try:
            world.simulate(given.accounts, given.requests, given.seed)
            tally = rounds(world, given.rounds, given.seed, clock, given.every)
        finally:
            stop(world.settings)
    found_figures = figures(tally, given.rounds)
    for line in tally.stuck:
        print(f"stuck: {line}")
    print("\n" + table(found_figures))
    said = {**machine(), "seed": str(given.seed), "clock": "set back" if clock else "right"}
    save(given.out.absolute(), "kills", found_figures, said)
    return 0 if all(figure.met is not False for figure in found_figures) else 1


if __name__ == "__main__":
    sys.exit(main())
