"""Killed at any point and run again, a load ends in the graph of an undisturbed one."""

import os
import random
import signal
import subprocess
import sys

import psutil
import pytest
from load_world import everything, load, nodes, relationships, write_csv

from ringleader.engine import ensure_running, managed_connection, stop
from ringleader.graph import Graph
from ringleader.keys import load_key
from ringleader.loaders.enrichment.prompt_clusters import Clusters
from ringleader.loaders.writing.writer import write_chunk
from ringleader.settings import load_settings

# Runs the command line, but kills its own process, or the server, at a chosen chunk: before the
# chunk's transaction begins (delay 0), or so many milliseconds into it.
KILLING = """
import os, signal, sys, threading, time
import ringleader.loaders.writing.writer, ringleader.graph.runner
ringleader.graph.runner.RETRY_SECONDS = 1.0  # a killed server does not come back while we wait
victim, after, delay = int(sys.argv.pop(1)), int(sys.argv.pop(1)), float(sys.argv.pop(1))
victim = victim or os.getpid()
original, calls = ringleader.loaders.writing.writer.write_chunk, 0
def kill():
    time.sleep(delay / 1000)
    os.kill(victim, signal.SIGKILL)
def write_chunk(*args):
    global calls
    calls += 1
    if calls == after:
        threading.Thread(target=kill).start() if delay else kill()
    return original(*args)
ringleader.loaders.writing.writer.write_chunk = write_chunk
from ringleader.cli import main
main()
"""


def requests_folder(folder, seed):
    """Three files with raw prompts, clusters, ports, duplicates and a bad row."""
    chance = random.Random(seed)
    folder.mkdir()
    for number in range(3):
        lines = ["account_id,timestamp,ip,device_id,channel,request_id,prompt,input_tokens"]
        for row in range(60):
            account, day = chance.randrange(25), chance.randrange(1, 28)
            prompt = chance.choice(["Explain step by step why {} is prime", "Refactor file {} now"])
            lines.append(
                f"a{account},2026-02-{day:02}T0{chance.randrange(9)}:00:00Z,"
                f"198.51.{chance.randrange(4)}.{chance.randrange(20)},d{chance.randrange(12)},"
                f"{chance.choice(['api', 'bedrock'])},r{number}-{row % 55},"
                f"{prompt.format(chance.randrange(9999))},{chance.randrange(100)}"
            )
        lines.append("a1,never,,,,,,")
        (folder / f"part{number}.csv").write_text("\n".join(lines) + "\n")
    return folder


def interrupted(settings, folder, after, delay, victim=0):
    """Run a load that is killed; returns its exit code."""
    command = [sys.executable, "-c", KILLING, str(victim), str(after), str(delay)]
    command += ["load", "requests", str(folder), "--chunk-size", "7"]
    env = {**os.environ, "RINGLEADER_HOME": str(settings.home)}
    result = subprocess.run(command, env=env, cwd=settings.home, capture_output=True, text=True)
    assert "Traceback" not in result.stderr
    return result.returncode


def whole(ringleader, folder):
    return ringleader("load", "requests", folder, "--chunk-size", "7")


@pytest.mark.parametrize("moment", ["between", "within"])
def test_killed_command_run_again_gives_the_same_graph(
    graph, ringleader, server, tmp_path, moment, record_property
):
    seed = 20260201
    record_property("seed", seed)
    folder = requests_folder(tmp_path / "requests", seed)
    whole(ringleader, folder)
    undisturbed = everything(graph)
    assert len(relationships(graph, "USED_IP")) > 100
    graph.write("MATCH (n) DETACH DELETE n", name="empty")
    delays = random.Random(seed)
    killed = 0
    # Every run gets some chunks further, so the kills fall on several kinds of steps.
    for after in (1, 3, 9, 20):
        delay = 0 if moment == "between" else delays.uniform(1, 12)
        killed += interrupted(server, folder, after, delay) == -signal.SIGKILL
    assert killed >= 3
    result = whole(ringleader, folder)
    assert "an interrupted load was completed" in result.stderr
    assert everything(graph) == undisturbed
    whole(ringleader, folder)
    assert everything(graph) == undisturbed


def test_a_load_that_asked_the_graph_is_completed_before_others(
    graph, ringleader, server, tmp_path
):
    folder = requests_folder(tmp_path / "requests", 11)
    other = tmp_path / "accounts.csv"
    other.write_text("account_id\nlate\n")
    assert interrupted(server, folder, 3, 0) == -signal.SIGKILL
    refused = ringleader("load", "accounts", other, check=False)
    assert refused.returncode == 1
    assert "a load of requests was interrupted (part0.csv, part1.csv, part2.csv" in refused.stderr
    warned = "warning: a load of requests was interrupted"
    assert warned in ringleader("detect").stderr
    whole(ringleader, folder)
    ringleader("load", "accounts", other)
    assert {"account_id": "late"} in nodes(graph, "Account")
    assert warned not in ringleader("detect").stderr


def test_interrupted_by_the_user_it_says_how_to_go_on(graph, ringleader, server, tmp_path):
    folder = requests_folder(tmp_path / "requests", 13)
    whole(ringleader, folder)
    undisturbed = everything(graph)
    graph.write("MATCH (n) DETACH DELETE n", name="empty")
    command = [sys.executable, "-c", KILLING.replace("SIGKILL", "SIGINT"), "0", "5", "0"]
    command += ["load", "requests", str(folder), "--chunk-size", "7"]
    env = {**os.environ, "RINGLEADER_HOME": str(server.home)}
    result = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 130
    assert "error: interrupted" in result.stderr
    assert "run the same command again" in result.stderr
    whole(ringleader, folder)
    assert everything(graph) == undisturbed


def leader_lost_to_a_later_one(key):
    """Three prompts: the middle one joins the first, but the last, no leader yet, is nearer."""
    chance = random.Random(5)
    letters = "abcdefghijklmnopqrstuvwxyz"
    for _ in range(200):
        words = ["".join(chance.choices(letters, k=6)) for _ in range(80)]
        first, middle, last = " ".join(words[:60]), " ".join(words[6:66]), " ".join(words[9:69])
        found, new = Clusters(key).assign([first, middle, last])
        alone = {c.prompt_cluster_id: c.signature for c in new}
        if len(new) == 2 and found[middle] == found[first] != found[last]:
            resumed, _ = Clusters(key, lambda _, known=alone: known).assign([first, middle, last])
            if resumed[middle] == found[last]:
                return first, middle, last
    raise AssertionError("no such prompts found")


def test_a_load_run_again_does_not_look_at_its_own_clusters(graph, tmp_path, monkeypatch):
    prompts = leader_lost_to_a_later_one(load_key(graph.settings.home))
    rows = [(f"a{n}", "2026-02-01", prompt) for n, prompt in enumerate(prompts)]
    path = write_csv(tmp_path / "requests.csv", "account_id,timestamp,prompt", *rows)
    load(graph, "requests", path)
    undisturbed = everything(graph)
    sent = [cluster for _, cluster, _ in relationships(graph, "SENT")]
    assert sent[0] == sent[1] != sent[2]
    graph.write("MATCH (n) DETACH DELETE n", name="empty")

    def stops_after_clusters(graph, batch, step, *rest):
        if step.name == "SENT":
            raise KeyboardInterrupt
        return write_chunk(graph, batch, step, *rest)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("ringleader.loaders.writing.writer.write_chunk", stops_after_clusters)
        load(graph, "requests", path)
    assert len(nodes(graph, "PromptCluster")) == 2
    assert load(graph, "requests", path).resumed
    assert everything(graph) == undisturbed


def test_killed_command_leaves_no_raw_input_behind(graph, ringleader, server, tmp_path):
    folder = requests_folder(tmp_path / "requests", 7)
    assert interrupted(server, folder, 3, 0) == -signal.SIGKILL
    whole(ringleader, folder)
    assert list((server.home / "scratch").glob("load-*")) == []


@pytest.mark.long
@pytest.mark.restarts
@pytest.mark.timeout(600)  # three starts of a server, and what the driver repeats after two kills
def test_killed_server_and_the_load_run_again_gives_the_same_graph(
    graph, ringleader, tmp_path_factory
):
    folder = requests_folder(tmp_path_factory.mktemp("input") / "requests", 3)
    home = tmp_path_factory.mktemp("home of its own")
    (home / "ringleader.toml").write_text('[server]\nheap = "1g"\npage_cache = "128m"\n')

    def settings():
        return load_settings(env={"RINGLEADER_HOME": str(home)}, cwd=home)

    # Hashes in the graph depend on the key, so both servers' homes need the same.
    key = graph.settings.home / "keys" / "hmac.key"
    whole(ringleader, folder)
    undisturbed = everything(graph)
    (home / "keys").mkdir(mode=0o700)
    (home / "keys" / "hmac.key").write_bytes(key.read_bytes())
    try:
        for after, delay in ((4, 0), (9, 6)):
            ensure_running(settings())
            pid = managed_connection(settings()).pid
            assert interrupted(settings(), folder, after, delay, victim=pid) == 4
            assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie"
        ensure_running(settings())
        env = {"RINGLEADER_HOME": str(home)}
        assert (
            "completed"
            in ringleader("load", "requests", folder, "--chunk-size", "7", env=env).stderr
        )
        with Graph.connect(settings()) as other:
            assert everything(other) == undisturbed
    finally:
        stop(settings())
