"""A small run of the benchmarks: the commands that they measure, and the table that they make."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("aggregation", "daily")


@pytest.mark.long
@pytest.mark.restarts
def test_a_small_run_measures_each_part_beside_its_reference(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RINGLEADER_")}
    command = [sys.executable, "-m", "benchmarks", "--size", "smoke", "--folder", str(tmp_path)]
    for part in PARTS:
        command += ["--only", part]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    saved = json.loads((tmp_path / "table-smoke.json").read_text(encoding="utf-8"))
    assert saved["facts"]["seed"] == "7"
    figures = {figure["reference"]: figure for figure in saved["figures"]}
    for reference in ("bare DuckDB GROUP BYs", "one session of UNWIND MERGE", "py2neo.bulk"):
        figure = figures[reference]
        assert figure["ratio"] == pytest.approx(figure["ours"] / figure["theirs"])
        assert f"| {figure['what']}" in (tmp_path / "table-smoke.md").read_text(encoding="utf-8")
