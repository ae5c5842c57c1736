"""A nightly job on a small set of tables, here or as if on another host, and what it leaves."""

import os
import subprocess
import sys
import time
from datetime import date

from prometheus_client.parser import text_string_to_metric_families as read_metrics

from ringleader.app import App
from ringleader.catalogue import get
from ringleader.jobs.definitions import get_job
from ringleader.jobs.history import runs
from ringleader.jobs.run import run_job
from ringleader.settings import load_settings

RING = [f"card{n}" for n in range(8)]


DAY = date(2026, 2, 23)


# Runs the command line, but stops before it publishes rings: says so by a file, and goes on when
# another file is there.
PAUSING = """
import sys, time
from pathlib import Path
import ringleader.algorithms.detect as detect
folder = Path(sys.argv.pop(1))
original = detect._publish
def publish(*args):
    (folder / "reached").touch()
    while not (folder / "go").exists():
        time.sleep(0.02)
    original(*args)
detect._publish = publish
from ringleader.cli import main
main()
"""


STEPS = """
[[jobs.nightly.steps]]
step = "load"
table = "accounts"
sources = ["accounts-{date}.csv"]

[[jobs.nightly.steps]]
step = "load"
table = "payments"
sources = "payments-*.csv"

[[jobs.nightly.steps]]
step = "load"
table = "requests"
sources = "requests-{date}.csv"

[[jobs.nightly.steps]]
step = "query"
name = "loads-not-finished"
fail_if_rows = true

[[jobs.nightly.steps]]
step = "detect"

[[jobs.nightly.steps]]
step = "export"
what = "rings"
output = "{job}-{date}.csv"
"""


def declare(folder, text=STEPS, head=""):
    (folder / "ringleader.toml").write_text(f"{head}\n{text}")


def app_of(server, folder, home=None):
    """An invocation in a folder; with a home of its own it is as if on another host."""
    app = App()
    env = {"RINGLEADER_HOME": str(home or server.home)}
    if home is not None:
        env |= elsewhere(server, home)
    app.settings = load_settings(config=folder / "ringleader.toml", env=env)
    return app


def elsewhere(server, home):
    """The environment of another host: the same database and key, no lock file in common."""
    (home / "keys").mkdir(parents=True, exist_ok=True)
    key = home / "keys" / "hmac.key"
    key.touch(mode=0o600)
    key.write_bytes((server.home / "keys" / "hmac.key").read_bytes())
    return {
        "RINGLEADER_HOME": str(home),
        "NEO4J_URI": server.uri,
        "NEO4J_PASSWORD_FILE": str(server.home / "server" / "password"),
    }


def run(server, folder, home=None, wait=0.0):
    app = app_of(server, folder, home)
    with app.connect() as r:
        return run_job(r, get_job(app.settings, "nightly"), DAY, wait)


def standing(graph):
    """The rings with their members, and the links, without ids of runs."""
    rings = graph.read(get("earlier-rings"), {"retired": False})
    links = graph.read(
        "MATCH (a:Account)-[l:LINKED]->(b) "
        "RETURN a.account_id AS a, b.account_id AS b, round(l.weight, 6) AS weight ORDER BY a, b"
    )
    return rings, links


def states(graph):
    """States of all runs of jobs, the latest first."""
    return [row["state"] for row in runs(graph, None, None, 20)]


def detections(graph):
    return [row["state"] for row in graph.read("MATCH (r:Run) RETURN r.state AS state")]


def succeeded(folder):
    """What the metrics say of the last run that ended."""
    families = read_metrics((folder / "ringleader_nightly.prom").read_text())
    [value] = [s.value for f in families for s in f.samples if s.name == "ringleader_job_success"]
    return value


def leases(graph):
    return graph.read("MATCH (l:Lease) RETURN l.holder AS holder")


def pausing(server, folder, env):
    """A job in a process of its own that waits before it publishes."""
    command = [sys.executable, "-c", PAUSING, str(folder), "job", "run", "nightly"]
    return subprocess.Popen(
        [*command, "--date", str(DAY)],
        cwd=folder,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def reached(folder):
    until = time.monotonic() + 120
    while not (folder / "reached").exists():
        assert time.monotonic() < until
        time.sleep(0.02)
