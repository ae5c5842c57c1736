"""What a user installs holds everything that the command needs."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", folder, ROOT], check=True, timeout=120)
    (built,) = folder.glob("ringleader-*.whl")
    return built


def test_the_wheel_holds_code_queries_locks_and_licence(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {"cli.py", "ringleader/py.typed"}
    for pattern in ("cypher/**/*.cypher", "ringleader/engine/*.lock", "loaders/*.py"):
        expected |= {str(path.relative_to(ROOT)) for path in ROOT.glob(pattern)}
    assert len(expected) > 30
    assert expected <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "docs/", "demo/"))]


def test_the_installed_command_finds_its_queries(wheel, tmp_path):
    # The dependencies are those of this environment; only the project comes from the wheel.
    venv.create(tmp_path / "v", with_pip=False)
    site = next((tmp_path / "v").glob("lib/python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    here = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    environment = {**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{here}"}
    result = subprocess.run(
        [tmp_path / "v" / "bin" / "python", "-c", "import cli; print(cli.__file__); cli.main()",
         "query", "list", "card", "--format", "csv"],
        capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    first, header, *rows = result.stdout.splitlines()
    assert first.startswith(str(site))
    assert header == "name,folder,question,parameters"
    assert any(row.startswith("accounts-on-payment-method,hunting,") for row in rows)
