"""The documented alerts, checked by Prometheus' own rule checker where it is installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from ringleader.jobs import metrics

DOCS = Path(__file__).resolve().parents[2] / "docs"


# 13
@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_alerts_fire_as_prometheus_sees_them():
    for command in (["check", "rules", "ringleader-alerts.yml"],
                    ["test", "rules", "ringleader-alerts-test.yml"]):  # fmt: skip
        done = subprocess.run(["promtool", *command], cwd=DOCS, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_alerts_ask_for_labels_that_a_scrape_keeps(job_like):
    registry = CollectorRegistry()
    metrics._gauge(registry, "success", "Whether.", job_like, 1.0)
    text = generate_latest(registry).decode()
    assert 'ringleader_job_success{ringleader_job="nightly"} 1.0' in text
    rules = (DOCS / "ringleader-alerts.yml").read_text(encoding="utf-8")
    labels = set(re.findall(r"{(\w+)=", rules))
    assert labels == {"ringleader_job"}
    assert not labels & {"job", "instance"}


@pytest.fixture
def job_like():
    class Job:
        name = "nightly"

    return Job()
