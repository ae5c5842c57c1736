"""The wheel holds one import package with everything that the command needs."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINKED = ("algorithms", "cypher", "exports", "jobs", "loaders", "scenario", "service")


def build(source, folder):
    """Build the wheel of a source tree; returns its path."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", folder, source], check=True, timeout=120)
    (built,) = folder.glob("ringleader-*.whl")
    return built


def names(wheel):
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A Python of its own with the wheel; the dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    site = next(folder.glob("lib/python*/site-packages"))
    here = next(path for path in sys.path if path.endswith("site-packages"))
    # Only packages of this folder, not its .pth files: they would add the checkout.
    (site / "dependencies.pth").write_text(f"{here}\n")
    command = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet"]
    offline = ["--no-deps", "--no-index", "--disable-pip-version-check", "--force-reinstall"]
    subprocess.run([*command, *offline, wheel], check=True, timeout=120)
    return folder


def run(environment, *words, folder):
    """Run a program of an environment, in a folder, knowing nothing of the checkout."""
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [environment / "bin" / words[0], *words[1:]]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=plain, timeout=60
    )  # fmt: skip


def test_wheel_holds_one_package_and_its_dist_info(wheel):
    tops = {name.split("/")[0] for name in names(wheel)}
    dist_info = {top for top in tops if top.endswith(".dist-info")}
    assert len(dist_info) == 1
    assert tops - dist_info == {"ringleader"}


def test_wheel_holds_every_file_of_the_linked_folders_and_the_core(wheel):
    paths = [ROOT / "cli.py"]
    for folder in ("ringleader", *LINKED):
        paths += (path for path in (ROOT / folder).rglob("*") if path.is_file())
    real = {path.relative_to(ROOT) for path in paths if not path.is_symlink()}
    real = {path for path in real if "__pycache__" not in path.parts}
    below = {path if path.parts[0] == "ringleader" else "ringleader" / path for path in real}
    package = {name for name in names(wheel) if name.startswith("ringleader/")}
    assert package == {path.as_posix() for path in below}
    assert {"ringleader/cli.py", "ringleader/py.typed", "ringleader/loaders/load.py"} <= package
    assert any(name.endswith("licenses/LICENSE") for name in names(wheel))


def test_wheel_of_the_source_distribution_is_the_same(wheel, tmp_path):
    code = f"from hatchling.build import build_sdist; print(build_sdist({str(tmp_path)!r}))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120)
    (packed,) = tmp_path.glob("ringleader-*.tar.gz")
    assert names(build(packed, tmp_path)) == names(wheel)


def test_installed_command_lists_its_queries(installed, tmp_path):
    result = run(
        installed, "ringleader", "query", "list", "card", "--format", "csv", folder=tmp_path
    )
    assert result.returncode == 0, result.stderr
    header, *rows = result.stdout.splitlines()
    assert header == "name,folder,question,parameters"
    assert any(row.startswith("accounts-on-payment-method,hunting,") for row in rows)


def test_package_and_project_with_the_same_folder_names_run_side_by_side(installed, tmp_path):
    project = tmp_path / "airflow"
    (project / "jobs").mkdir(parents=True)
    (project / "jobs" / "__init__.py").write_text("")
    (project / "jobs" / "nightly.py").write_text("NAME = 'the nightly job of the project'\n")
    (project / "cli.py").write_text(
        "import jobs.nightly\n"
        "import ringleader.cli, ringleader.jobs.commands\n"
        "print(jobs.nightly.NAME)\n"
        "print(ringleader.cli.__file__)\n"
        "print(ringleader.jobs.commands.__file__)\n"
    )
    theirs = run(installed, "python", "cli.py", folder=project)
    assert theirs.returncode == 0, theirs.stderr
    site = next(installed.glob("lib/python*/site-packages")).resolve()
    assert theirs.stdout.splitlines() == [
        "the nightly job of the project",
        str(site / "ringleader" / "cli.py"),
        str(site / "ringleader" / "jobs" / "commands.py"),
    ]
    for ours in (["ringleader"], ["python", "-m", "ringleader"]):
        result = run(installed, *ours, "job", "list", "--format", "csv", folder=project)
        assert result.returncode == 0, result.stderr
        assert "the nightly job" not in result.stdout
