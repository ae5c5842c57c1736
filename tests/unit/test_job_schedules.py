"""Schedules and what is written for schedulers, read back by the schedulers' own parsers.

Airflow is too heavy for the development environment: `make airflow` makes one of its own.
"""

import ast
import json
import re
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from cronsim import CronSim

from ringleader.errors import SettingsError
from ringleader.jobs.cron import on_calendar, parse
from ringleader.jobs.definitions import get_job
from ringleader.jobs.schedulers import scheduled
from ringleader.jobs.watch import watch
from ringleader.settings import load_settings

SCHEDULES = [
    "0 3 * * *",
    "*/15 * * * *",
    "5,35 1-5 * * *",
    "0 6 * * mon-fri",
    "0 0 1 * *",
    "30 4 1,15 * sun",  # either day will do
    "0 12 * jan-mar 0",
    "0 0 29 2 *",
    "7-59/10 */6 * * *",
]
AIRFLOW = Path(__file__).resolve().parents[2] / ".airflow" / "bin" / "python"
FOLDER = "odd folder 100% $HOME {{x}}"


@pytest.fixture
def job(tmp_path):
    """A job, and settings whose paths have everything that a scheduler could misread."""
    folder = tmp_path / FOLDER
    folder.mkdir()
    password = folder / "pass word"
    password.write_text("do-not-tell")
    (folder / "ringleader.toml").write_text(
        '[jobs.nightly]\nschedule = "30 4 1,15 * sun"\n[[jobs.nightly.steps]]\nstep = "detect"\n'
    )
    env = {
        "RINGLEADER_HOME": str(folder / "home"),
        "NEO4J_URI": "bolt://graph.example:7687",
        "NEO4J_PASSWORD_FILE": str(password),
    }
    settings = load_settings(config=folder / "ringleader.toml", env=env)
    return get_job(settings, "nightly"), settings


def tool(name):
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"NEEDS {name}, WHICH IS NOT HERE")
    return found


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_systemd_is_due_when_cron_is(schedule):
    analyze = tool("systemd-analyze")
    start = datetime.now(UTC).replace(microsecond=0)
    simulated = CronSim(schedule, start)
    expected = [next(simulated) for _ in range(6)]
    result = subprocess.run(
        [analyze, "calendar", "--iterations=6", *on_calendar(schedule)],
        capture_output=True,
        text=True,
        env={"TZ": "UTC", "LC_ALL": "C"},
    )
    assert result.returncode == 0, result.stderr
    times = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= UTC)", result.stdout)
    found = sorted({datetime.fromisoformat(time).replace(tzinfo=UTC) for time in times})
    assert found[:6] == expected


@pytest.mark.parametrize(
    "schedule",
    [
        "@daily",
        "0 3 * * * *",
        "0 3 * * 7",
        "5/15 * * * *",
        "0 0 L * *",
        "0 0 * * 5#2",
        "0 0 */2 * 1",
        "0 0 1 * */2",
        "0 0 * * fri/2",
        "0 0 ? * *",
        "0 0 * * 5L",
        "60 * * * *",
    ],
)
def test_what_schedulers_read_differently_is_refused(schedule):
    with pytest.raises(SettingsError, match="here is"):
        parse(schedule, "here")


def test_sevens_that_are_no_sundays_are_taken():
    parse("7 7 7 7 *", "here")
    parse("*/7 7-17 7,17 * *", "here")


def test_systemd_takes_the_units(job, tmp_path):
    analyze = tool("systemd-analyze")
    files = scheduled(*job, "systemd")
    assert sorted(files) == ["ringleader-nightly.service", "ringleader-nightly.timer"]
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    result = subprocess.run(
        [analyze, "verify", "--man=no", *(tmp_path / name for name in files)],
        capture_output=True,
        text=True,
    )
    told = [line for line in result.stderr.splitlines() if "ringleader-nightly" in line]
    assert (result.returncode, told) == (0, [])
    timer = files["ringleader-nightly.timer"]
    assert re.findall("OnCalendar=(.*)", timer) == [
        "*-*-01,15 04:30:00 UTC",
        "Sun *-*-* 04:30:00 UTC",
    ]
    service = files["ringleader-nightly.service"]
    escaped = f"{tmp_path}/{FOLDER}".replace("%", "%%")
    assert f"WorkingDirectory={escaped}\n" in service
    assert f"LoadCredential=neo4j-password:{escaped}/pass word\n" in service
    assert 'Environment="NEO4J_URI=bolt://graph.example:7687"\n' in service


def test_cron_runs_the_very_command(job, tmp_path):
    [(name, text)] = scheduled(*job, "cron").items()
    assert name == "ringleader-nightly.cron"
    line = text.splitlines()[-1]
    assert line.startswith("30 4 1,15 * sun cd ")
    # cron hands to the shell what follows the five fields, with \% as %.
    command = line.split(None, 5)[5].replace("\\%", "%")
    program = command.index(sys.executable.rpartition("/")[0])
    shown = command[:program] + 'printf "%s\\n" "$PWD" "$NEO4J_PASSWORD_FILE" ' + command[program:]
    shown = shown.replace("&& ", "&& export ", 1).replace(" printf", "; printf", 1)
    result = subprocess.run(["sh", "-c", shown], capture_output=True, text=True)
    folder = str(tmp_path / FOLDER)
    lines = result.stdout.splitlines()
    assert lines[:2] == [folder, f"{folder}/pass word"]
    assert lines[-5:] == ["--config", f"{folder}/ringleader.toml", "job", "run", "nightly"]


def test_crontab_takes_the_lines(job, tmp_path):
    crontab = tool("crontab")
    [text] = scheduled(*job, "cron").values()
    (tmp_path / "tab").write_text(text)
    usage = subprocess.run([crontab, "-h"], capture_output=True, text=True)
    # cronie checks a file with -T, Debian's cron with -n.
    check = "-T" if "-T" in usage.stdout + usage.stderr else "-n"
    result = subprocess.run([crontab, check, tmp_path / "tab"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_kubernetes_takes_the_cronjob(job):
    import kubernetes_validate  # which takes a second that other tests need not wait for

    [text] = scheduled(*job, "kubernetes", image="registry.example/ringleader:1").values()
    made = yaml.safe_load(text)
    kubernetes_validate.validate(made, "1.31", strict=True)
    assert made["metadata"]["name"] == "ringleader-nightly"
    assert (made["spec"]["schedule"], made["spec"]["timeZone"]) == ("30 4 1,15 * sun", "Etc/UTC")
    pod = made["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert container["args"] == ["job", "run", "nightly"]
    assert {m["name"] for m in container["volumeMounts"]} == {v["name"] for v in pod["volumes"]}


READ_DAGS = """
import json, sys
from airflow.dag_processing.dagbag import DagBag

bag = DagBag(sys.argv[1])
found = {
    dag.dag_id: [dag.schedule, dag.catchup, dag.max_active_runs,
                 [task.task_id for task in dag.tasks]]
    for dag in bag.dags.values()
}
print(json.dumps([bag.import_errors, found]))
"""


def test_airflow_takes_the_dag(job, tmp_path):
    [(name, text)] = scheduled(*job, "airflow").items()
    assert name == "ringleader_nightly.py"
    ast.parse(text)
    if not AIRFLOW.exists():
        pytest.skip("NEEDS airflow, WHICH IS NOT HERE: make airflow")
    (tmp_path / name).write_text(text)
    result = subprocess.run(
        [AIRFLOW, "-c", READ_DAGS, tmp_path / name],
        capture_output=True,
        text=True,
        env={"AIRFLOW_HOME": str(tmp_path / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "false"},
        check=False,
    )
    assert result.returncode == 0, result.stderr
    errors, dags = json.loads(result.stdout.splitlines()[-1])
    assert errors == {}
    assert dags == {"ringleader-nightly": ["30 4 1,15 * sun", False, 1, ["job_run"]]}


@pytest.mark.parametrize("scheduler", ["systemd", "cron", "kubernetes", "airflow"])
def test_no_scheduler_is_told_the_password(job, scheduler):
    files = scheduled(*job, scheduler)
    assert "do-not-tell" not in "".join(files.values())


def test_a_password_that_is_in_the_environment_only_is_no_way(job):
    found, settings = job
    env = {"NEO4J_URI": "bolt://graph.example", "NEO4J_PASSWORD": "do-not-tell"}
    settings = load_settings(config=settings.file, env=env)
    for scheduler in ("systemd", "cron", "airflow"):
        with pytest.raises(SettingsError, match="password is in the environment") as caught:
            scheduled(found, settings, scheduler)
        assert "NEO4J_PASSWORD_FILE" in (caught.value.hint or "")
    assert scheduled(found, settings, "kubernetes")


def test_watch_makes_up_for_missed_times_once_and_ends_whole(job, monkeypatch):
    found, _ = job
    tick = timedelta(seconds=0.1)
    monkeypatch.setattr("ringleader.jobs.watch.following", lambda schedule, moment: moment + tick)
    began = []

    def run(one):
        began.append(datetime.now(UTC))
        if len(began) == 1:
            time.sleep(1.05)  # ten times are missed
        if len(began) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch([found], run)
    assert len(began) == 4
    # The second run makes up for all that was missed: the third is on time again.
    assert began[2] - began[1] < timedelta(seconds=0.5)
    assert began[3] - began[2] > timedelta(seconds=0.02)
